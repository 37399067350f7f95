"""The story, without a server: what is there, and what becomes of it."""

from pathlib import Path

import pytest

from podboard.demo import crowd, world
from podboard.demo.agenda import Agenda
from podboard.demo.containers import Runtime
from podboard.demo.control_plane import ControlPlane
from podboard.demo.kinds import DEPLOYMENT, EVENT, JOB, NAMESPACE, POD, REPLICA_SET
from podboard.demo.logs import Logs
from podboard.demo.pod_words import PodWords, pod_words
from podboard.demo.selectors import parse_selector
from podboard.demo.world_images import IMAGES

ALWAYS_THERE = {
    "shop/web-7d9f8c6b5-x2x4q": "1/1 Running",
    "shop/web-7d9f8c6b5-9kq2v": "1/1 Running",
    "shop/web-7d9f8c6b5-pl7mz": "1/1 Running",
    "shop/api-5c2b8d7f4-77wdt": "2/2 Running",
    "shop/checkout-6f7b9d8c4-k4hzt": "1/1 Running",
    "shop/payments-58d4c7f9b6-zt2vq": "1/1 Running",
    "shop/mailer-7c5d8f9b44-hx9kd": "0/1 CrashLoopBackOff",
    "shop/cart-66b7d9c5f8-r5vqj": "1/1 Running",
    "shop/recommender-84f6c9d7b5-m2xwn": "0/1 Pending",
    "shop/thumbnails-95d6bf7c8d-vc8ft": "0/1 ErrImagePull",
    "data/postgres-0": "1/1 Running",
    "data/redis-0": "1/1 Running",
    "data/kafka-0": "2/2 Running",
    "data/backup-29401260-x7k2p": "0/1 Completed",
    "infra/node-exporter-4d8sj": "1/1 Running",
    "infra/node-exporter-n6tbw": "1/1 Running",
    "infra/node-exporter-zq5rk": "1/1 Running",
    "infra/ingress-nginx-6c9d7f5b48-g7mzd": "1/1 Running",
    "infra/prometheus-0": "2/2 Running",
    "infra/toolbox": "1/1 Running",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


async def told(folder: Path) -> ControlPlane:
    agenda = Agenda(paused=True)
    plane = ControlPlane(agenda, Runtime(folder, IMAGES), Logs(folder / "logs"))
    world.furnish(plane)
    agenda.advance(3)
    return plane


def words(plane: ControlPlane) -> dict[str, PodWords]:
    return {document.key: pod_words(document.read()) for document in plane.store[POD].documents()}


def states(plane: ControlPlane) -> dict[str, str]:
    return {key: f"{one.ready}/{one.total} {one.status}" for key, one in words(plane).items()}


async def test_who_is_there_at_the_start(folder: Path) -> None:
    assert states(await told(folder)) == ALWAYS_THERE


async def test_it_is_the_same_in_every_run(tmp_path: Path) -> None:
    first, second = await told(tmp_path / "1"), await told(tmp_path / "2")
    for _ in range(10):
        first.agenda.advance(30)
        second.agenda.advance(30)
        assert states(first) == states(second)


async def test_every_owner_has_its_pods_and_every_pod_its_owner(folder: Path) -> None:
    plane = await told(folder)
    plane.agenda.advance(1)
    for document in plane.store[DEPLOYMENT].documents():
        status = document.read()["status"]
        assert status["replicas"] == 3 if document.key == "shop/web" else status["replicas"] == 1
    owners = {
        document.read()["metadata"]["uid"]
        for kind in (REPLICA_SET, JOB)
        for document in plane.store[kind].documents()
    }
    for document in plane.store[POD].documents("shop"):
        (owner,) = document.read()["metadata"]["ownerReferences"]
        assert owner["uid"] in owners


async def test_something_moves_every_few_seconds(folder: Path) -> None:
    plane = await told(folder)
    for _ in range(12):
        before = plane.store[POD].changes_after(0)[-1].version
        plane.agenda.advance(15)
        assert plane.store[POD].changes_after(before), "nothing happened for 15 seconds"


async def test_the_mailer_goes_on_crashing(folder: Path) -> None:
    plane = await told(folder)
    seen, restarts = set(), []
    for _ in range(120):
        plane.agenda.advance(1)
        one = words(plane)["shop/mailer-7c5d8f9b44-hx9kd"]
        seen.add(one.status)
        restarts.append(one.restarts)
    assert seen == {"CrashLoopBackOff", "Running", "Error"}
    assert restarts[-1] >= 39
    (event,) = [
        document.read()
        for document in plane.store[EVENT].documents("shop")
        if document.fields["reason"] == "BackOff" and "mailer" in document.fields["involvedObject.name"]
    ]
    assert event["count"] >= 3


async def test_the_cart_runs_out_of_memory_now_and_then(folder: Path) -> None:
    plane = await told(folder)
    seen = {}
    for _ in range(240):
        plane.agenda.advance(1)
        one = words(plane)["shop/cart-66b7d9c5f8-r5vqj"]
        seen[one.status] = one.restarts
    assert {"Running", "OOMKilled"} <= seen.keys()
    assert seen["Running"] > 3


async def test_jobs_come_prepare_run_complete_and_go(folder: Path) -> None:
    plane = await told(folder)
    seen = set()
    for _ in range(300):
        plane.agenda.advance(1)
        seen |= {state for key, state in states(plane).items() if key.startswith("data/etl-")}
    assert {"0/1 Init:0/1", "0/1 PodInitializing", "1/1 Running", "0/1 Completed"} <= seen
    assert len(plane.store[JOB]) == 3
    await plane.kubelet.settled()


async def test_the_missing_image_is_asked_for_again_and_again(folder: Path) -> None:
    plane = await told(folder)
    seen = set()
    for _ in range(60):
        plane.agenda.advance(1)
        seen.add(states(plane)["shop/thumbnails-95d6bf7c8d-vc8ft"])
    assert seen == {"0/1 ErrImagePull", "0/1 ImagePullBackOff"}


async def test_old_events_are_forgotten(folder: Path) -> None:
    plane = await told(folder)
    plane.agenda.advance(3700)
    events = [document.fields for document in plane.store[EVENT].documents("shop")]
    assert not [one for one in events if one["reason"] == "FailedScheduling"]
    assert [one for one in events if one["reason"] == "BackOff"]
    await plane.kubelet.settled()


async def test_a_crowd(folder: Path) -> None:
    plane = await told(folder)
    await crowd.gather(plane, 1234, world.nodes())
    pods = [document for document in plane.store[POD].documents() if document.key.startswith("crowd-")]
    assert len(pods) == 1234
    read = [document.read() for document in pods]
    for part in (("metadata", "name"), ("metadata", "uid"), ("status", "podIP")):
        assert len({pod[part[0]][part[1]] for pod in read}) == 1234
    for document, pod in zip(pods, read, strict=True):
        assert document.version == int(pod["metadata"]["resourceVersion"])
        assert document.key == f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        assert document.labels == pod["metadata"]["labels"]
        assert document.fields == POD.fields(pod)
        assert b"placeholder" not in document.body
    assert {pod_words(pod).status for pod in read} == {"Running"}
    assert len(plane.store[NAMESPACE]) == 5
    app = read[0]["metadata"]["labels"]["app"]
    selected = list(plane.store[POD].documents("crowd-00", parse_selector(f"app={app}", "", frozenset())))
    assert len(selected) == 25


async def test_some_of_a_crowd_restart(folder: Path) -> None:
    plane = await told(folder)
    await crowd.gather(plane, 100, world.nodes())
    plane.agenda.advance(395)
    restarted = [
        one.restarts for key, one in words(plane).items() if key.startswith("crowd-") and one.restarts
    ]
    assert 3 <= len(restarted) <= 15
    # Nobody's terminal there is ended twice within minutes.
    assert set(restarted) == {1}
    assert len([key for key in words(plane) if key.startswith("crowd-")]) == 100
    await plane.kubelet.settled()
