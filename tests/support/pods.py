"""Pods as a test wants them."""

from podboard.model.pod import (
    Condition,
    Container,
    ContainerState,
    ContainerStatus,
    Metadata,
    Pod,
    Running,
    Spec,
    Status,
    Terminated,
    Waiting,
)
from podboard.model.pod_columns import Health

NOON = 1795435200.0
"""2026-11-23T12:00:00Z, in seconds since 1970."""

HOUR_AGO, MINUTE_AGO = "2026-11-23T11:00:00Z", "2026-11-23T11:59:00Z"

_UP = ContainerStatus(name="app", ready=True, state=ContainerState(running=Running(HOUR_AGO)))


def pod(
    name: str,
    namespace: str = "shop",
    health: Health = Health.UP,
    *,
    restarts: int = 0,
    created: str = HOUR_AGO,
    message: str = "",
) -> Pod:
    """A pod with one container, or none of its own where that is what its health takes.

    Args:
        restarts: How often the container was restarted; its last run ended a minute ago.
        message: What an unwell container waits for, in words.
    """
    last = ContainerState(terminated=Terminated(1, reason="Error", finished_at=MINUTE_AGO))
    state, phase, deleted, ready = _UP.state, "Running", None, True
    match health:
        case Health.PENDING:
            state, phase, ready = ContainerState(waiting=Waiting("ContainerCreating")), "Pending", False
        case Health.UNWELL:
            state, ready = ContainerState(waiting=Waiting("CrashLoopBackOff", message)), False
        case Health.DONE:
            state = ContainerState(terminated=Terminated(0, reason="Completed", finished_at=MINUTE_AGO))
            phase, ready = "Succeeded", False
        case Health.GOING:
            deleted = MINUTE_AGO
    container = ContainerStatus(
        name="app",
        ready=ready,
        restart_count=restarts,
        state=state,
        last_state=last if restarts else ContainerState(),
    )
    return Pod(
        Metadata(
            name=name,
            namespace=namespace,
            uid=f"uid-{name}",
            creation_timestamp=created,
            deletion_timestamp=deleted,
        ),
        Spec(node_name="node-1", containers=(Container("app"),)),
        Status(phase=phase, conditions=(Condition("Ready", str(ready)),), container_statuses=(container,)),
    )
