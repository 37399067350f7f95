"""A pod's state in kubectl's words, READY, STATUS and RESTARTS, as the API server works them out."""

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


class _Tally:
    """What adds up over containers."""

    def __init__(self) -> None:
        self.ready = 0
        self.restarts = 0
        self.last_restart: str | None = None

    def count_restarts(self, status: Object) -> None:
        self.restarts += status.get("restartCount", 0)
        ended = status.get("lastState", {}).get("terminated", {}).get("finishedAt")
        if ended and (self.last_restart is None or parse_rfc3339(ended) > parse_rfc3339(self.last_restart)):
            self.last_restart = ended


def pod_words(pod: Object) -> PodWords:
    """Put a pod's state into words."""
    spec, status = pod["spec"], pod.get("status", {})
    sidecars = {one["name"] for one in spec.get("initContainers", []) if one.get("restartPolicy") == "Always"}
    word = status.get("reason") or status.get("phase", "")
    if _holds(status, "PodScheduled", reason="SchedulingGated"):
        word = "SchedulingGated"
    initializing, everything, lasting = _look_at_init(spec, status, sidecars)
    word, tally = initializing or word, everything
    if initializing is None or _holds(status, "Initialized", value="True"):
        tally = lasting
        word = _look_at_containers(status, tally) or word
    if pod["metadata"].get("deletionTimestamp"):
        word = _leaving(status) or word
    total = len(spec.get("containers") or []) + len(sidecars)
    return PodWords(tally.ready, total, word, tally.restarts, tally.last_restart)


def _look_at_init(spec: Object, status: Object, sidecars: set[str]) -> tuple[str | None, _Tally, _Tally]:
    """Return what the pod still waits for before its containers, if anything.

    Beside it: the tally over all init containers, and over those that go on running.
    """
    everything, lasting = _Tally(), _Tally()
    for index, one in enumerate(status.get("initContainerStatuses", [])):
        sidecar = one["name"] in sidecars
        everything.count_restarts(one)
        if sidecar:
            lasting.count_restarts(one)
        word = _init_word(one, index, len(spec.get("initContainers", [])), sidecar=sidecar)
        if word is not None:
            return word, everything, lasting
        if sidecar and one.get("ready"):
            everything.ready += 1
            lasting.ready += 1
    return None, everything, lasting


def _look_at_containers(status: Object, tally: _Tally) -> str | None:
    """Return what the containers have to say, None if they simply run; count them."""
    word, running = None, False
    for one in reversed(status.get("containerStatuses", [])):
        tally.count_restarts(one)
        if (said := _container_word(one)) is not None:
            word = said
        elif one.get("ready") and "running" in one.get("state", {}):
            running = True
            tally.ready += 1
    if word == "Completed" and running:
        return "Running" if _holds(status, "Ready", value="True") else "NotReady"
    return word


def _leaving(status: Object) -> str | None:
    """Return the word for a pod that is being deleted, None if its end has come already."""
    if status.get("reason") == "NodeLost":
        return "Unknown"
    return None if status.get("phase") in _FINAL_PHASES else "Terminating"


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


def _holds(status: Object, kind: str, *, value: str = "", reason: str = "") -> bool:
    """Say whether there is a condition of this kind, with this value or reason if one is given."""
    return any(
        one["type"] == kind and value in ("", one.get("status")) and reason in ("", one.get("reason"))
        for one in status.get("conditions", [])
    )
