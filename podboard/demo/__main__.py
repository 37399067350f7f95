"""``python -m podboard.demo``: the embedded cluster in a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import signal
import sys
from typing import TYPE_CHECKING, Final

from podboard.demo import NOTICE
from podboard.demo.cluster import DemoCluster
from podboard.demo.folder import sweep
from podboard.demo.processes import adopt_orphans, kill_children, reap_orphans
from podboard.errors import DemoError, PodboardError

if TYPE_CHECKING:
    from collections.abc import Sequence

_STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_STDIN: Final = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m podboard.demo",
        description=f"Serve a Kubernetes API on this machine's loopback. {NOTICE}",
        epilog="The first line on standard output is KUBECONFIG=<path>.",
    )
    parser.add_argument(
        "--pods", type=int, default=0, metavar="N", help="generated pods beside the demo's own"
    )
    parser.add_argument("--fault", action="append", default=[], metavar="SPEC", help="NAME[=VALUE][@WHERE]")
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input ends")
    told = parser.parse_args(arguments)
    try:
        return serve(pods=told.pods, faults=told.fault, with_parent=told.with_parent)
    except PodboardError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)  # noqa: T201 (a program's output)
        return error.exit_code


def serve(*, pods: int = 0, faults: Sequence[str] = (), with_parent: bool = False) -> int:
    """Serve until told to stop by a signal; nothing is left behind.

    Args:
        with_parent: Whether to stop, too, when standard input ends: it is a pipe, then, whose other end
            only the parent holds, and so ends with the parent however that ends.

    Returns:
        The exit code.

    Raises:
        UsageError: A fault is none.
        DemoError: It cannot start, or cannot say where it is.
    """
    sweep()
    adopt_orphans()
    try:
        asyncio.run(_serve(pods, faults, with_parent=with_parent))
    finally:
        kill_children()
    return 0


async def _serve(pods: int, faults: Sequence[str], *, with_parent: bool) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    # Handlers, not ignorance: what this process ignores, the shells it starts would ignore for good.
    for number in _STOPPING:
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGCHLD, reap_orphans)
    if with_parent:
        loop.add_reader(_STDIN, _parent_wrote, stop)
    async with DemoCluster(pods, faults) as cluster:
        try:
            print(f"KUBECONFIG={cluster.kubeconfig}", flush=True)  # noqa: T201 (what a parent waits for)
        except OSError as error:
            raise DemoError(f"Standard output cannot be written: {error.strerror}.") from error
        with contextlib.suppress(OSError):
            print(NOTICE, file=sys.stderr, flush=True)  # noqa: T201 (people must have seen it)
        await cluster.gathered()
        gc.collect()
        gc.freeze()  # what is there by now stays: no collection shall look through it while somebody types
        await stop.wait()


def _parent_wrote(stop: asyncio.Event) -> None:
    if not os.read(_STDIN, 4096):
        asyncio.get_running_loop().remove_reader(_STDIN)
        stop.set()


if __name__ == "__main__":
    sys.exit(main())
