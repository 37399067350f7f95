"""``podboard demo``: an embedded cluster, and the board on it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from podboard.commands.board_records import demo_records
from podboard.model.overrides import Overrides
from podboard.wiring import open_cluster

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from podboard.demo.process import DemoProcess
    from podboard.session.cluster import Cluster
    from podboard.wiring import Services

PLACE = "podboard-demo"

WARNING = "these shells run on this machine"


def run(*, pods: int, faults: Sequence[str], serve_only: bool) -> int:
    """Serve the embedded cluster, with the board on it or alone.

    Returns:
        The exit code.

    Raises:
        UsageError: A fault is none.
        DemoError: The cluster does not start.
    """
    if serve_only:
        from podboard.demo.__main__ import serve

        return serve(pods=pods, faults=faults)
    from podboard.commands.board import OnScreen, show

    if faults:
        from podboard.demo.faults import parse_fault

        for fault in faults:
            parse_fault(fault)
    on_screen = OnScreen()
    return show(
        partial(demo_cluster, on_screen.services, pods=pods, faults=faults),
        PLACE,
        on_screen,
        warning=WARNING,
        records=partial(demo_records, PLACE),
    )


@asynccontextmanager
async def demo_cluster(
    services: Services, *, pods: int = 0, faults: Sequence[str] = ()
) -> AsyncIterator[Cluster]:
    """Start an embedded cluster and reach it; it stops when the block is left.

    It is started after the first frame: beside it, both would take as long as one after the other.

    Args:
        services: What the ways into its pods need.
        pods: How many more to generate.
        faults: How it misbehaves.

    Raises:
        DemoError: It does not start.
    """
    process = await asyncio.to_thread(_start, pods, faults)
    try:
        kubeconfig = await asyncio.to_thread(process.kubeconfig)
        overrides = Overrides(kubeconfig=str(kubeconfig))
        async with open_cluster(overrides, services, all_namespaces=True) as cluster:
            # Nothing is left behind.
            cluster.kept_folder = None
            yield cluster
    finally:
        # Not in a thread: the loop may be on its way out, and must not leave before this is done.
        process.stop()


def _start(pods: int, faults: Sequence[str]) -> DemoProcess:
    from podboard.demo.process import DemoProcess

    return DemoProcess.start(pods=pods, faults=faults)
