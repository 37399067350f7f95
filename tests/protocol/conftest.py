"""The clusters that protocol tests talk to."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from podboard.demo.cluster import DemoCluster
from podboard.demo.process import DemoProcess
from tests.support.cluster import Kubectl, Recorded, recorded_cluster


@pytest_asyncio.fixture
async def demo() -> AsyncIterator[DemoCluster]:
    """The demo's cluster, in this process."""
    async with DemoCluster() as cluster:
        yield cluster


@pytest_asyncio.fixture
async def recorded(tmp_path: Path) -> AsyncIterator[Recorded]:
    """The cluster of the recordings, in this process."""
    async with recorded_cluster(tmp_path) as bench:
        yield bench


@pytest.fixture
def demo_process() -> Iterator[DemoProcess]:
    """The demo's cluster, in a process of its own."""
    process = DemoProcess.start()
    yield process
    process.stop()


@pytest.fixture
def kubectl(demo: DemoCluster, tmp_path: Path) -> Kubectl:
    """kubectl on the demo's cluster."""
    return Kubectl(demo.kubeconfig, tmp_path)
