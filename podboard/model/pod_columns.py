"""A pod's columns, word for word as ``kubectl get pods -o wide`` prints them, and what podboard adds.

kubectl prints what the API server computes; its rules are followed here. Source: ``printPod`` in
Kubernetes' ``pkg/printers/internalversion/printers.go`` (1.35 and 1.36).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from podboard.model.duration import human_duration
from podboard.model.text import one_line

if TYPE_CHECKING:
    from podboard.model.pod import Container, ContainerStatus, Pod, Terminated

NONE = "<none>"
UNKNOWN = "<unknown>"

_NODE_LOST = "NodeLost"
_TERMINAL_PHASES = ("Succeeded", "Failed")


class Health(StrEnum):
    """How a pod is, for colours and counts."""

    UP = "up"
    PENDING = "pending"  # on its way
    UNWELL = "unwell"  # a person should look
    DONE = "done"  # it has run to its end
    GOING = "going"  # it is being deleted


class Summary(NamedTuple):
    """The columns that take a walk through all containers.

    Attributes:
        ready: Containers that are ready.
        total: Containers that should be.
        status: kubectl's STATUS.
        restarts: Of all containers together.
        last_restart: When the last of them was, as the API has it; empty for never.
    """

    ready: int
    total: int
    status: str
    restarts: int
    last_restart: str

    @property
    def ready_of_total(self) -> str:
        """READY."""
        return f"{self.ready}/{self.total}"


def summary(pod: Pod) -> Summary:
    """Walk through a pod's containers once, for all columns that need it."""
    status = pod.status
    gated = initialized = is_ready = False
    for condition in status.conditions or ():
        match condition.type:
            case "PodScheduled":
                gated = gated or condition.reason == "SchedulingGated"
            case "Initialized":
                initialized = initialized or condition.status == "True"
            case "Ready":
                is_ready = is_ready or condition.status == "True"
    reason = "SchedulingGated" if gated else status.reason or status.phase
    walk = _Walk(reason, len(pod.spec.containers or ()))
    initializing = walk.through_init_containers(pod)
    if initialized or not initializing:
        walk.through_containers(pod, is_ready=is_ready)
    if pod.metadata.deletion_timestamp is not None:
        if status.reason == _NODE_LOST:
            walk.reason = "Unknown"
        elif status.phase not in _TERMINAL_PHASES:
            walk.reason = "Terminating"
    return Summary(walk.ready, walk.total, walk.reason, walk.restarts.count, walk.restarts.last)


def ready(pod: Pod) -> str:
    """Return READY: containers that are ready, of how many."""
    return summary(pod).ready_of_total


def status(pod: Pod) -> str:
    """Return STATUS."""
    return summary(pod).status


def restart_count(pod: Pod) -> int:
    """Return how often the pod's containers have restarted."""
    return summary(pod).restarts


def restarts(pod: Pod, now: float) -> str:
    """Return RESTARTS, with how long ago the last was; ``now`` in seconds since 1970."""
    found = summary(pod)
    if found.restarts and found.last_restart:
        return f"{found.restarts} ({since(found.last_restart, now)} ago)"
    return str(found.restarts)


def age(pod: Pod, now: float) -> str:
    """Return AGE; ``now`` in seconds since 1970."""
    return since(pod.metadata.creation_timestamp, now)


def ip(pod: Pod) -> str:
    """Return IP: the pod's first address."""
    return (pod.status.pod_ips[0].ip if pod.status.pod_ips else "") or NONE


def node(pod: Pod) -> str:
    """Return NODE: where the pod runs."""
    return pod.spec.node_name or NONE


def container_names(pod: Pod) -> list[str]:
    """Return all container names: the pod's own first, then ephemeral and init containers."""
    spec = pod.spec
    return [
        container.name
        for group in (spec.containers, spec.ephemeral_containers, spec.init_containers)
        for container in group or ()
    ]


def containers_in_words(pod: Pod) -> str:
    """Return all container names as kubectl says them: what is none of the pod's own says so behind it."""
    spec = pod.spec
    kinds = (
        (spec.containers, ""),
        (spec.ephemeral_containers, " (ephem)"),
        (spec.init_containers, " (init)"),
    )
    return one_line(
        ", ".join(f"{container.name}{kind}" for group, kind in kinds for container in group or ())
    )


def container_of(pod: Pod, name: str) -> Container | None:
    """Return a container as it is asked for, of whichever kind; None where there is none of that name."""
    spec = pod.spec
    kinds = (spec.containers, spec.init_containers, spec.ephemeral_containers)
    return next((one for kind in kinds for one in kind or () if one.name == name), None)


def default_container(pod: Pod) -> str:
    """Return the container that kubectl takes when none is named; empty for a pod that has none.

    The pod's annotation chooses it, if it names a container there is; otherwise it is the first.
    """
    names = container_names(pod)
    annotations = pod.metadata.annotations
    if annotations is not None and annotations.default_container in names:
        return annotations.default_container
    return names[0] if names else ""


def group(pod: Pod) -> str:
    """Return what the pod belongs to, like ``deploy/web`` or ``sts/postgres``; empty for a pod of its own.

    A ReplicaSet of a Deployment is told by its name, which ends in the pods' template hash.
    """
    for owner in pod.metadata.owner_references or ():
        if owner.controller:
            template = (pod.metadata.labels or {}).get("pod-template-hash")
            if owner.kind == "ReplicaSet" and template and owner.name.endswith(f"-{template}"):
                return f"deploy/{owner.name.removesuffix(f'-{template}')}"
            return f"{_SHORT_KINDS.get(owner.kind, owner.kind.lower())}/{owner.name}"
    return ""


def health(pod: Pod, found: Summary | None = None) -> Health:
    """Return how the pod is, judged by its columns; ``found`` is its summary, where that is at hand."""
    found = found or summary(pod)
    if found.status == "Terminating":
        return Health.GOING
    if found.status in ("Succeeded", "Completed"):
        return Health.DONE
    if found.status == "Running":
        if found.ready == found.total:
            return Health.UP
        return Health.UNWELL if found.restarts or _has_been_ready(pod) else Health.PENDING
    if found.status in _ON_ITS_WAY or _is_init_progress(found.status):
        return Health.PENDING
    return Health.UNWELL


def why(pod: Pod, now: float | None = None) -> str:
    """Return in one line why a pod is not well or not yet running, as far as it says itself; may be empty.

    Args:
        pod: The pod.
        now: Seconds since 1970, to tell how long ago something ended; without it that is left out.
    """
    return one_line(
        _why_container(pod, now) or _why_not_scheduled(pod) or pod.status.message or _why_not_ready(pod)
    )


_SHORT_KINDS = {"ReplicaSet": "rs", "StatefulSet": "sts", "DaemonSet": "ds", "Job": "job"}

_ON_ITS_WAY = frozenset(("", "Pending", "ContainerCreating", "PodInitializing", "SchedulingGated"))


class _Restarts:
    """Restarts of several containers together."""

    __slots__ = ("count", "last")

    def __init__(self) -> None:
        self.count = 0
        self.last = ""

    def add(self, container: ContainerStatus) -> None:
        """Add a container's."""
        self.count += container.restart_count
        before = container.last_state.terminated
        if before is not None and before.finished_at is not None:
            self.last = max(self.last, before.finished_at)


class _Walk:
    """What a walk through a pod's containers has found so far."""

    __slots__ = ("ready", "reason", "restarts", "sidecar_restarts", "total")

    def __init__(self, reason: str, total: int) -> None:
        self.reason = reason
        self.ready = 0
        self.total = total
        self.restarts = _Restarts()
        self.sidecar_restarts = _Restarts()

    def through_init_containers(self, pod: Pod) -> bool:
        """Go up to the first init container that is not done; say whether there is one."""
        containers = pod.spec.init_containers or ()
        sidecars = {container.name for container in containers if container.restart_policy == "Always"}
        self.total += len(sidecars)
        for number, container in enumerate(pod.status.init_container_statuses or ()):
            self.restarts.add(container)
            if container.name in sidecars:
                self.sidecar_restarts.add(container)
            terminated = container.state.terminated
            if terminated is not None and terminated.exit_code == 0:
                continue
            if container.name in sidecars and container.started:
                self.ready += container.ready
                continue
            self.reason = _init_reason(container, f"Init:{number}/{len(containers)}")
            return True
        return False

    def through_containers(self, pod: Pod, *, is_ready: bool) -> None:
        """Go through the containers proper, backwards: the first one's reason wins.

        Of the init containers' restarts only the sidecars' count from now on: those stay.
        """
        self.restarts = self.sidecar_restarts
        failure = ""
        has_running = False
        for container in reversed(pod.status.container_statuses or ()):
            self.restarts.add(container)
            state = container.state
            if state.waiting is not None and state.waiting.reason:
                self.reason = state.waiting.reason
            elif state.terminated is not None:
                self.reason = _end_reason(state.terminated)
                if state.terminated.exit_code != 0:
                    failure = self.reason
            elif container.ready and state.running is not None:
                has_running = True
                self.ready += 1
        if self.reason == "Completed":
            if has_running and is_ready:
                self.reason = "Running"
            elif failure:
                self.reason = failure
            elif has_running:
                self.reason = "NotReady"


def _init_reason(container: ContainerStatus, progress: str) -> str:
    terminated, waiting = container.state.terminated, container.state.waiting
    if terminated is not None:
        return f"Init:{_end_reason(terminated)}"
    if waiting is not None and waiting.reason and waiting.reason != "PodInitializing":
        return f"Init:{waiting.reason}"
    return progress


def _end_reason(terminated: Terminated) -> str:
    if terminated.reason:
        return terminated.reason
    return f"Signal:{terminated.signal}" if terminated.signal else f"ExitCode:{terminated.exit_code}"


def _is_init_progress(status: str) -> bool:
    done, slash, total = status.removeprefix("Init:").partition("/")
    return bool(slash) and done.isdecimal() and total.isdecimal()


def _has_been_ready(pod: Pod) -> bool:
    """Whether a pod that is not ready was so since its containers started."""
    changed = next((c.last_transition_time for c in pod.status.conditions or () if c.type == "Ready"), None)
    starts = [
        container.state.running.started_at or ""
        for container in pod.status.container_statuses or ()
        if container.state.running is not None
    ]
    return bool(changed and starts and changed > max(starts))


def _why_container(pod: Pod, now: float | None) -> str:
    status = pod.status
    for container in (*(status.init_container_statuses or ()), *(status.container_statuses or ())):
        state, before = container.state, container.last_state.terminated
        if state.terminated is not None and state.terminated.exit_code != 0:
            return _told_end("exit", state.terminated, now)
        waits = state.waiting is not None and state.waiting.reason not in _ON_ITS_WAY
        # In a crash loop the message says "back-off"; the reason for it is how the last run ended.
        if before is not None and (waits or (state.running is not None and not container.ready)):
            return _told_end("last exit", before, now)
        if state.waiting is not None and waits:
            return state.waiting.message or state.waiting.reason
    return ""


def _told_end(prefix: str, terminated: Terminated, now: float | None) -> str:
    parts = [prefix, str(terminated.exit_code)]
    if terminated.reason:
        parts.append(terminated.reason)
    if terminated.finished_at and now is not None:
        parts.append(f"{since(terminated.finished_at, now)} ago")
    told = " ".join(parts)
    return f"{told}: {terminated.message}" if terminated.message else told


def _why_not_scheduled(pod: Pod) -> str:
    for condition in pod.status.conditions or ():
        if condition.type == "PodScheduled" and condition.status == "False":
            return condition.message or condition.reason
    return ""


def _why_not_ready(pod: Pod) -> str:
    for condition in pod.status.conditions or ():
        if condition.type == "Ready" and condition.status != "True" and condition.reason != "PodCompleted":
            return condition.message or condition.reason
    return ""


def since(timestamp: str | None, now: float) -> str:
    """Return how long ago a time in RFC 3339 was; ``now`` in seconds since 1970."""
    try:
        return human_duration(now - datetime.fromisoformat(timestamp or "").timestamp())
    except ValueError:
        return UNKNOWN
