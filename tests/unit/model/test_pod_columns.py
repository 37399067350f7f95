"""kubectl's columns: each case is a branch of the API server's printer."""

import json
from typing import Any

import msgspec
import pytest

from podboard.model import pod_columns
from podboard.model.pod import Pod
from podboard.model.pod_columns import Health
from podboard.wire.pod_documents import decode_page, decode_pod
from tests.support.recordings import recording

Json = dict[str, Any]

MINUTE_AGO, HOUR_AGO = "2026-11-23T11:59:00Z", "2026-11-23T11:00:00Z"
NOON = 1795435200.0  # 2026-11-23T12:00:00Z
RUNNING = {"running": {"startedAt": HOUR_AGO}}
COMPLETED = {"terminated": {"exitCode": 0, "reason": "Completed"}}


def waiting(reason: str, message: str = "") -> Json:
    return {"waiting": {"reason": reason, "message": message}}


def terminated(code: int = 0, reason: str = "", **more: Any) -> Json:
    return {"terminated": {"exitCode": code, "reason": reason, **more}}


def container(
    state: Json, *, ready: bool = False, restarts: int = 0, last: Json | None = None, **more: Any
) -> Json:
    return {"state": state, "ready": ready, "restartCount": restarts, "lastState": last or {}, **more}


UP = container(RUNNING, ready=True)


def pod(
    *containers: Json,
    init: tuple[Json, ...] = (),
    sidecars: tuple[str, ...] = (),
    phase: str = "Running",
    deleted: bool = False,
    conditions: tuple[Json, ...] = (),
    **status: Any,
) -> Pod:
    """Make a pod whose containers are called c0, c1, ... and its init containers i0, i1, ..."""
    names = [f"c{number}" for number, _ in enumerate(containers)] or ["c0"]
    init_names = [f"i{number}" for number, _ in enumerate(init)]
    document = {
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "creationTimestamp": HOUR_AGO,
            **({"deletionTimestamp": MINUTE_AGO} if deleted else {}),
        },
        "spec": {
            "containers": [{"name": name} for name in names],
            "initContainers": [
                {"name": name, **({"restartPolicy": "Always"} if name in sidecars else {})}
                for name in init_names
            ],
        },
        "status": {
            "phase": phase,
            "conditions": list(conditions),
            "containerStatuses": [{"name": n, **c} for n, c in zip(names, containers, strict=False)],
            "initContainerStatuses": [{"name": n, **c} for n, c in zip(init_names, init, strict=True)],
            **status,
        },
    }
    return msgspec.json.decode(json.dumps(document), type=Pod)


READY = {"type": "Ready", "status": "True"}
NOT_READY = {"type": "Ready", "status": "False", "lastTransitionTime": HOUR_AGO}
INITIALIZED = {"type": "Initialized", "status": "True"}
GATED = {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated", "message": "gates"}


@pytest.mark.parametrize(
    ("shown", "ready", "status"),
    [
        # the phase, or the reason in its place
        (pod(phase="Pending"), "0/1", "Pending"),
        (pod(phase="Failed", reason="Evicted"), "0/1", "Evicted"),
        (pod(phase="Pending", conditions=(GATED,)), "0/1", "SchedulingGated"),
        (pod(phase=""), "0/1", ""),
        # containers
        (pod(UP), "1/1", "Running"),
        (pod(UP, UP), "2/2", "Running"),
        (pod(container(RUNNING)), "0/1", "Running"),
        (pod(container({}, ready=True)), "0/1", "Running"),
        (pod(container(waiting("ContainerCreating")), phase="Pending"), "0/1", "ContainerCreating"),
        (pod(container(waiting("CrashLoopBackOff"))), "0/1", "CrashLoopBackOff"),
        (pod(container(waiting("")), phase="Pending"), "0/1", "Pending"),
        (pod(container(COMPLETED), phase="Succeeded"), "0/1", "Completed"),
        (pod(container(terminated(1, "Error"))), "0/1", "Error"),
        (pod(container(terminated(137, "OOMKilled"))), "0/1", "OOMKilled"),
        (pod(container(terminated(3))), "0/1", "ExitCode:3"),
        (pod(container(terminated(0))), "0/1", "ExitCode:0"),
        (pod(container(terminated(0, signal=9))), "0/1", "Signal:9"),
        # the first container's reason wins
        (
            pod(container(waiting("ImagePullBackOff")), container(terminated(1, "Error"))),
            "0/2",
            "ImagePullBackOff",
        ),
        (pod(UP, container(terminated(1, "Error"))), "1/2", "Error"),
        # one has completed
        (pod(container(COMPLETED), UP, conditions=(READY,)), "1/2", "Running"),
        (pod(container(COMPLETED), UP, conditions=(NOT_READY,)), "1/2", "NotReady"),
        (pod(container(COMPLETED), UP), "1/2", "NotReady"),
        (pod(container(COMPLETED), container(terminated(2, "Error"))), "0/2", "Error"),
        (pod(container(COMPLETED), container(terminated(2, "Error")), UP), "1/3", "Error"),
        # init containers
        (pod(init=(container(RUNNING),), phase="Pending"), "0/1", "Init:0/1"),
        (pod(init=(container(COMPLETED), container(RUNNING)), phase="Pending"), "0/1", "Init:1/2"),
        (pod(init=(container(waiting("PodInitializing")),), phase="Pending"), "0/1", "Init:0/1"),
        (pod(init=(container(waiting("")),), phase="Pending"), "0/1", "Init:0/1"),
        (pod(init=(container(waiting("CrashLoopBackOff")),)), "0/1", "Init:CrashLoopBackOff"),
        (pod(init=(container(terminated(1, "Error")),)), "0/1", "Init:Error"),
        (pod(init=(container(terminated(3)),)), "0/1", "Init:ExitCode:3"),
        (pod(init=(container(terminated(3, signal=9)),)), "0/1", "Init:Signal:9"),
        (pod(container(waiting("PodInitializing")), init=(container(COMPLETED),)), "0/1", "PodInitializing"),
        (pod(UP, init=(container(COMPLETED),)), "1/1", "Running"),
        (pod(UP, init=(container(RUNNING),), conditions=(INITIALIZED,)), "1/1", "Init:0/1"),
        # sidecars: init containers that stay
        (pod(UP, init=(container(RUNNING, ready=True, started=True),), sidecars=("i0",)), "2/2", "Running"),
        (pod(UP, init=(container(RUNNING, started=True),), sidecars=("i0",)), "1/2", "Running"),
        (
            pod(init=(container(RUNNING, started=False),), sidecars=("i0",), phase="Pending"),
            "0/2",
            "Init:0/1",
        ),
        (pod(init=(container(terminated(1, "Error")),), sidecars=("i0",)), "0/2", "Init:Error"),
        # going
        (pod(UP, deleted=True), "1/1", "Terminating"),
        (pod(UP, deleted=True, reason="NodeLost"), "1/1", "Unknown"),
        (pod(UP, reason="NodeLost"), "1/1", "NodeLost"),
        (pod(container(COMPLETED), deleted=True, phase="Succeeded"), "0/1", "Completed"),
        (pod(container(terminated(1, "Error")), deleted=True, phase="Failed"), "0/1", "Error"),
    ],
)
def test_ready_and_status(shown: Pod, ready: str, status: str) -> None:
    assert (pod_columns.ready(shown), pod_columns.status(shown)) == (ready, status)


def crashed(times: int, at: str) -> Json:
    return container(RUNNING, ready=True, restarts=times, last=terminated(1, "Error", finishedAt=at))


@pytest.mark.parametrize(
    ("shown", "restarts"),
    [
        (pod(UP), "0"),
        (pod(crashed(5, MINUTE_AGO)), "5 (60s ago)"),
        (pod(crashed(2, HOUR_AGO), crashed(1, MINUTE_AGO)), "3 (60s ago)"),
        (pod(container(RUNNING, restarts=4)), "4"),
        (pod(container(RUNNING, last=terminated(1, finishedAt=MINUTE_AGO))), "0"),
        (pod(container(RUNNING, restarts=4, last=terminated(1))), "4"),
        # while initializing, those of init containers; afterwards, only sidecars' count
        (pod(init=(crashed(3, MINUTE_AGO),), phase="Pending"), "3 (60s ago)"),
        (pod(UP, init=(container(COMPLETED, restarts=3, last=terminated(1, finishedAt=MINUTE_AGO)),)), "0"),
        (
            pod(
                UP,
                init=({**crashed(2, HOUR_AGO), "started": False}, crashed(9, MINUTE_AGO)),
                sidecars=("i0", "i1"),
                conditions=(INITIALIZED,),
            ),
            "2 (60m ago)",
        ),
        (pod(UP, init=({**crashed(3, HOUR_AGO), "started": True},), sidecars=("i0",)), "3 (60m ago)"),
    ],
)
def test_restarts(shown: Pod, restarts: str) -> None:
    assert pod_columns.restarts(shown, NOON) == restarts
    assert pod_columns.restart_count(shown) == int(restarts.split(maxsplit=1)[0])


def test_age() -> None:
    assert pod_columns.age(pod(UP), NOON) == "60m"
    assert pod_columns.age(pod(UP), NOON - 2 * 3600) == "<invalid>"
    assert pod_columns.age(Pod(), NOON) == "<unknown>"
    assert pod_columns.age(
        msgspec.json.decode('{"metadata":{"creationTimestamp":"soon"}}', type=Pod), NOON
    ) == ("<unknown>")


def test_the_wide_columns() -> None:
    document = {
        "spec": {"nodeName": "n1"},
        "status": {"podIPs": [{"ip": "10.0.0.7"}, {"ip": "fd00::7"}]},
    }
    full = msgspec.json.decode(json.dumps(document), type=Pod)
    columns = (pod_columns.ip, pod_columns.node)
    assert [column(full) for column in columns] == ["10.0.0.7", "n1"]
    assert [column(Pod()) for column in columns] == ["<none>"] * 2


def recorded_pods() -> list[Pod]:
    page = decode_page(recording("http-pods-list").body)
    assert page is not None
    pods = [decode_pod(document) for document in page.documents]
    assert None not in pods
    return [found for found in pods if found is not None]


def test_a_real_servers_pods_look_as_in_its_own_table() -> None:
    rows = json.loads(recording("http-pods-table").body)["rows"]
    for shown, row in zip(recorded_pods(), rows, strict=True):
        name, ready, status, restarts, _, ip, node, *_ = row["cells"]
        assert shown.name == name
        assert pod_columns.ready(shown) == ready
        assert pod_columns.status(shown) == status
        assert str(pod_columns.restart_count(shown)) == restarts.split()[0]
        assert (pod_columns.ip(shown), pod_columns.node(shown)) == (ip, node)


LOST = {"type": "Ready", "status": "False", "lastTransitionTime": MINUTE_AGO}


@pytest.mark.parametrize(
    ("shown", "health"),
    [
        (pod(UP), Health.UP),
        (pod(container(RUNNING), conditions=(NOT_READY,)), Health.PENDING),
        (pod(container(RUNNING), conditions=(LOST,)), Health.UNWELL),
        (pod(container(RUNNING, restarts=1), conditions=(NOT_READY,)), Health.UNWELL),
        (pod(phase="Pending"), Health.PENDING),
        (pod(phase=""), Health.PENDING),
        (pod(phase="Pending", conditions=(GATED,)), Health.PENDING),
        (pod(container(waiting("ContainerCreating")), phase="Pending"), Health.PENDING),
        (pod(init=(container(RUNNING),), phase="Pending"), Health.PENDING),
        (pod(init=(container(waiting("ImagePullBackOff")),)), Health.UNWELL),
        (pod(container(waiting("CrashLoopBackOff"))), Health.UNWELL),
        (pod(phase="Failed", reason="Evicted"), Health.UNWELL),
        (pod(container(COMPLETED), UP), Health.UNWELL),
        (pod(UP, deleted=True, reason="NodeLost"), Health.UNWELL),
        (pod(container(COMPLETED), phase="Succeeded"), Health.DONE),
        (pod(phase="Succeeded"), Health.DONE),
        (pod(UP, deleted=True), Health.GOING),
    ],
)
def test_health(shown: Pod, health: Health) -> None:
    assert pod_columns.health(shown) is health


UNSCHEDULED = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"}


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (pod(UP), ""),
        (
            pod(
                container(COMPLETED), phase="Succeeded", conditions=({**NOT_READY, "reason": "PodCompleted"},)
            ),
            "",
        ),
        (
            pod(
                container(
                    waiting("CrashLoopBackOff", "back-off 5m0s"),
                    last=terminated(137, "OOMKilled", finishedAt=MINUTE_AGO),
                )
            ),
            "last exit 137 OOMKilled 60s ago",
        ),
        (pod(container(RUNNING, last=terminated(1, "Error"))), "last exit 1 Error"),
        (pod(container(waiting("ErrImagePull", "no such\nimage"))), "no such image"),
        (pod(container(waiting("ErrImagePull"))), "ErrImagePull"),
        (pod(container(waiting("ContainerCreating"))), ""),
        (pod(container(terminated(2, message="no config"))), "exit 2: no config"),
        (pod(init=(container(terminated(1, "Error")),)), "exit 1 Error"),
        (pod(phase="Pending", conditions=(UNSCHEDULED,)), "0/3 nodes"),
        (pod(phase="Pending", conditions=({**UNSCHEDULED, "message": ""},)), "Unschedulable"),
        (
            pod(phase="Failed", reason="Evicted", message="the node was low on memory"),
            "the node was low on memory",
        ),
        (pod(container(RUNNING), conditions=({**LOST, "message": "unready: [c0]"},)), "unready: [c0]"),
        (
            pod(container(RUNNING), conditions=({**LOST, "reason": "ContainersNotReady"},)),
            "ContainersNotReady",
        ),
    ],
)
def test_why(shown: Pod, why: str) -> None:
    assert pod_columns.why(shown, NOON) == why


def test_why_leaves_out_how_long_ago_where_the_time_is_not_known() -> None:
    crash = pod(container(waiting("CrashLoopBackOff"), last=terminated(3, "Error", finishedAt=MINUTE_AGO)))
    assert pod_columns.why(crash) == "last exit 3 Error"


def spec(annotation: str | None = None, *names: str) -> Pod:
    document: Json = {"spec": {"containers": [{"name": name} for name in names]}}
    document["spec"]["initContainers"] = [{"name": "setup"}] if names else None
    document["spec"]["ephemeralContainers"] = [{"name": "debugger"}] if names else None
    if annotation is not None:
        key = "kubectl.kubernetes.io/default-container"
        document["metadata"] = {"annotations": {key: annotation, "other": "x" * 1000}}
    return msgspec.json.decode(json.dumps(document), type=Pod)


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        (spec(None, "app", "proxy"), "app"),
        (spec("proxy", "app", "proxy"), "proxy"),
        (spec("debugger", "app"), "debugger"),
        (spec("gone", "app", "proxy"), "app"),
        (spec(None), ""),
    ],
)
def test_the_default_container(shown: Pod, name: str) -> None:
    assert pod_columns.default_container(shown) == name


def test_container_names_begin_with_the_pods_own() -> None:
    assert pod_columns.container_names(spec(None, "app", "proxy")) == ["app", "proxy", "debugger", "setup"]


def owned(kind: str, name: str, *, controller: bool = True, labels: dict[str, str] | None = None) -> Pod:
    owner = {"kind": kind, "name": name, "controller": controller}
    document = {"metadata": {"ownerReferences": [owner], "labels": labels}}
    return msgspec.json.decode(json.dumps(document), type=Pod)


@pytest.mark.parametrize(
    ("shown", "group"),
    [
        (owned("ReplicaSet", "web-7d9f8", labels={"pod-template-hash": "7d9f8"}), "deploy/web"),
        (owned("ReplicaSet", "web-7d9f8"), "rs/web-7d9f8"),
        (owned("StatefulSet", "postgres"), "sts/postgres"),
        (owned("DaemonSet", "agent"), "ds/agent"),
        (owned("Job", "backup-1"), "job/backup-1"),
        (owned("Rollout", "web"), "rollout/web"),
        (owned("ReplicaSet", "web", controller=False), ""),
        (Pod(), ""),
    ],
)
def test_the_group(shown: Pod, group: str) -> None:
    assert pod_columns.group(shown) == group
