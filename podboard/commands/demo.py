"""``podboard demo``: an embedded cluster, and the board on it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from podboard.wiring import open_cluster

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from podboard.demo.process import DemoProcess
    from podboard.session.cluster import Cluster

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
    from podboard.commands.board import show
    from podboard.demo.process import DemoProcess

    # Before anything of the board is loaded: the two start side by side.
    process = DemoProcess.start(pods=pods, faults=faults)
    try:
        return show(lambda: _cluster_of(process), PLACE, warning=WARNING)
    finally:
        process.stop()


@asynccontextmanager
async def demo_cluster() -> AsyncIterator[Cluster]:
    """Start an embedded cluster and reach it; it stops when the block is left."""
    from podboard.demo.process import DemoProcess

    process = DemoProcess.start()
    try:
        async with _cluster_of(process) as cluster:
            yield cluster
    finally:
        await asyncio.to_thread(process.stop)


@asynccontextmanager
async def _cluster_of(process: DemoProcess) -> AsyncIterator[Cluster]:
    kubeconfig = await asyncio.to_thread(process.kubeconfig)
    async with open_cluster(str(kubeconfig), None, None, all_namespaces=True) as cluster:
        yield cluster
