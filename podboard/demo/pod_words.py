"""A pod's state in kubectl's words: READY, STATUS and RESTARTS, worked out as the API server's printer does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from podboard.demo.times import parse_rfc3339

if TYPE_CHECKING:
    from podboard.demo.gojson import Object

_FINAL_PHASES: Final = frozenset({"Succeeded", "Failed"})


class PodWords(NamedTuple):
    """What three columns say.

    Attributes:
        total: Containers, and those init containers that go on running beside them.
        last_restart: When a container last ended that was started again; None if none did.
    """

    ready: int
    total: int
    status: str
    restarts: int
    last_restart: str | None


class _Count:
    """Restarts, and the last of them."""

    def __init__(self) -> None:
        self.restarts = 0
        self.last: str | None = None

    def add(self, status: Object) -> None:
        self.restarts += status.get("restartCount", 0)
        ended = status.get("lastState", {}).get("terminated", {}).get("finishedAt")
        if ended and (self.last is None or parse_rfc3339(ended) > parse_rfc3339(self.last)):
            self.last = ended


def pod_words(pod: Object) -> PodWords:
    """Put a pod's state into words."""
    spec, status = pod["spec"], pod.get("status", {})
    sidecars = {one["name"] for one in spec.get("initContainers", []) if one.get("restartPolicy") == "Always"}
    word = status.get("reason") or status.get("phase", "")
    if any(
        _is_condition(one, "PodScheduled") and one.get("reason") == "SchedulingGated"
        for one in _conditions(status)
    ):
        word = "SchedulingGated"

    everything, lasting = _Count(), _Count()
    initializing, ready = None, 0
    for index, one in enumerate(status.get("initContainerStatuses", [])):
        everything.add(one)
        if one["name"] in sidecars:
            lasting.add(one)
        initializing = _init_word(
            one, index, len(spec.get("initContainers", [])), sidecar=one["name"] in sidecars
        )
        if initializing is not None:
            word = initializing
            break
        if one["name"] in sidecars and one.get("ready"):
            ready += 1

    count = everything
    if initializing is None or any(_is_condition(one, "Initialized", "True") for one in _conditions(status)):
        count = lasting
        running = False
        for one in reversed(status.get("containerStatuses", [])):
            count.add(one)
            if (said := _container_word(one)) is not None:
                word = said
            elif one.get("ready") and "running" in one.get("state", {}):
                running = True
                ready += 1
        if word == "Completed" and running:
            is_ready = any(_is_condition(one, "Ready", "True") for one in _conditions(status))
            word = "Running" if is_ready else "NotReady"

    if pod["metadata"].get("deletionTimestamp"):
        if status.get("reason") == "NodeLost":
            word = "Unknown"
        elif status.get("phase") not in _FINAL_PHASES:
            word = "Terminating"
    total = len(spec.get("containers") or []) + len(sidecars)
    return PodWords(ready, total, word, count.restarts, count.last)


def _init_word(status: Object, index: int, total: int, *, sidecar: bool) -> str | None:
    """Return what an init container makes the pod wait for, None if it is past that."""
    state = status.get("state", {})
    terminated, waiting = state.get("terminated"), state.get("waiting")
    if terminated is not None and terminated.get("exitCode") == 0:
        return None
    if sidecar and status.get("started"):
        return None
    if terminated is not None:
        return f"Init:{_ending(terminated)}"
    if waiting is not None and waiting.get("reason") not in (None, "", "PodInitializing"):
        return f"Init:{waiting['reason']}"
    return f"Init:{index}/{total}"


def _container_word(status: Object) -> str | None:
    """Return what a container has to say, None if it simply runs."""
    state = status.get("state", {})
    if (reason := state.get("waiting", {}).get("reason")) is not None:
        return str(reason)
    if (terminated := state.get("terminated")) is not None:
        return _ending(terminated)
    return None


def _ending(terminated: dict[str, Any]) -> str:
    if terminated.get("reason"):
        return str(terminated["reason"])
    if terminated.get("signal"):
        return f"Signal:{terminated['signal']}"
    return f"ExitCode:{terminated.get('exitCode', 0)}"


def _conditions(status: Object) -> list[Object]:
    conditions: list[Object] = status.get("conditions", [])
    return conditions


def _is_condition(condition: Object, kind: str, value: str | None = None) -> bool:
    return condition["type"] == kind and value in (None, condition["status"])
