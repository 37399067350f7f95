"""READY, STATUS and RESTARTS, against the printer's rules and against a real server's Table."""

import json
from typing import Any

import pytest

from podboard.demo.kinds import POD
from podboard.demo.pod_words import pod_words
from podboard.demo.printers import PRINTERS
from podboard.demo.times import parse_rfc3339
from tests.support.recordings import recording

RECORDED = json.loads(recording("http-pods-list").body)["items"]
TABLE = json.loads(recording("http-pods-table").body)
RUNNING = {"running": {"startedAt": "2026-11-23T00:00:00Z"}}


def container(
    name: str, state: dict[str, Any], *, ready: bool = False, restarts: int = 0, **other: Any
) -> dict[str, Any]:
    return {"name": name, "state": state, "lastState": {}, "ready": ready, "restartCount": restarts, **other}


def terminated(code: int, reason: str = "", signal: int = 0) -> dict[str, Any]:
    told = {
        "exitCode": code,
        **({"reason": reason} if reason else {}),
        **({"signal": signal} if signal else {}),
    }
    return {"terminated": told}


def pod(
    *containers: dict[str, Any],
    init: tuple[dict[str, Any], ...] = (),
    sidecars: tuple[str, ...] = (),
    deleted: bool = False,
    **status: Any,
) -> dict[str, Any]:
    return {
        "metadata": {"name": "p", **({"deletionTimestamp": "2026-11-23T00:00:00Z"} if deleted else {})},
        "spec": {
            "containers": [{"name": one["name"]} for one in containers] or [{"name": "a"}],
            "initContainers": [
                {"name": one["name"], **({"restartPolicy": "Always"} if one["name"] in sidecars else {})}
                for one in init
            ],
        },
        "status": {
            "phase": "Running",
            **({"containerStatuses": list(containers)} if containers else {}),
            **({"initContainerStatuses": list(init)} if init else {}),
            **status,
        },
    }


UP = container("a", RUNNING, ready=True)
WAITING_INIT = container("i", {"waiting": {"reason": "PodInitializing"}})
READY = [{"type": "Ready", "status": "True"}]
INITIALIZED = [{"type": "Initialized", "status": "True"}]


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (pod(UP), "1/1 Running 0"),
        (pod(phase="Pending"), "0/1 Pending 0"),
        (
            pod(
                phase="Pending",
                conditions=[{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}],
            ),
            "0/1 SchedulingGated 0",
        ),
        (pod(container("a", {"waiting": {"reason": "ContainerCreating"}})), "0/1 ContainerCreating 0"),
        (
            pod(container("a", {"waiting": {"reason": "CrashLoopBackOff"}}, restarts=4)),
            "0/1 CrashLoopBackOff 4",
        ),
        (pod(container("a", terminated(1, "Error"))), "0/1 Error 0"),
        (pod(container("a", terminated(137, "OOMKilled"))), "0/1 OOMKilled 0"),
        (pod(container("a", terminated(3))), "0/1 ExitCode:3 0"),
        (pod(container("a", terminated(0, signal=9))), "0/1 Signal:9 0"),
        (pod(container("a", terminated(0, "Completed")), phase="Succeeded"), "0/1 Completed 0"),
        (pod(container("a", terminated(0, "Completed")), UP, conditions=READY), "1/2 Running 0"),
        (pod(container("a", terminated(0, "Completed")), UP), "1/2 NotReady 0"),
        (pod(reason="Evicted", phase="Failed"), "0/1 Evicted 0"),
        (pod(UP, deleted=True), "1/1 Terminating 0"),
        (pod(UP, deleted=True, reason="NodeLost"), "1/1 Unknown 0"),
        (pod(container("a", terminated(137, "Error")), deleted=True, phase="Failed"), "0/1 Error 0"),
        (pod(container("a", {"waiting": {}}), init=(WAITING_INIT,), phase="Pending"), "0/1 Init:0/1 0"),
        (
            pod(
                init=(container("i", terminated(0, "Completed")), container("j", RUNNING, restarts=2)),
                phase="Pending",
            ),
            "0/1 Init:1/2 2",
        ),
        (
            pod(init=(container("i", {"waiting": {"reason": "ErrImagePull"}}),), phase="Pending"),
            "0/1 Init:ErrImagePull 0",
        ),
        (pod(init=(container("i", terminated(1, "Error")),), phase="Pending"), "0/1 Init:Error 0"),
        (pod(init=(container("i", terminated(7)),), phase="Pending"), "0/1 Init:ExitCode:7 0"),
        (pod(init=(container("i", terminated(1, signal=6)),), phase="Pending"), "0/1 Init:Signal:6 0"),
        (pod(UP, init=(container("i", terminated(0), restarts=5),)), "1/1 Running 0"),
        (
            pod(UP, init=(container("s", RUNNING, ready=True, started=True, restarts=1),), sidecars=("s",)),
            "2/2 Running 1",
        ),
        (pod(UP, init=(container("s", RUNNING, started=True),), sidecars=("s",)), "1/2 Running 0"),
        (
            pod(init=(container("s", RUNNING, started=False),), sidecars=("s",), phase="Pending"),
            "0/2 Init:0/1 0",
        ),
        (
            pod(
                UP,
                init=(container("s", terminated(1, "Error"), started=False),),
                sidecars=("s",),
                conditions=INITIALIZED,
            ),
            "1/2 Init:Error 0",
        ),
    ],
)
def test_words(shown: dict[str, Any], words: str) -> None:
    told = pod_words(shown)
    assert f"{told.ready}/{told.total} {told.status} {told.restarts}" == words


@pytest.mark.parametrize("index", range(len(RECORDED)), ids=[pod["metadata"]["name"] for pod in RECORDED])
def test_a_row_is_a_real_servers(index: int) -> None:
    now = parse_rfc3339("2026-11-23T04:05:09Z")
    assert PRINTERS[POD].cells(RECORDED[index], now) == TABLE["rows"][index]["cells"]


def test_the_columns_are_a_real_servers() -> None:
    assert [column.definition() for column in PRINTERS[POD].columns] == TABLE["columnDefinitions"]


@pytest.mark.parametrize("kind", PRINTERS, ids=lambda kind: kind.plural)
def test_every_kind_can_show_a_bookmark(kind: Any) -> None:
    cells = PRINTERS[kind].cells({"metadata": {"resourceVersion": "1"}, **kind.blank}, 0.0)
    assert len(cells) == len(PRINTERS[kind].columns)
