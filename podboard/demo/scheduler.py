"""Which node a pod is put on, or why none will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podboard.demo.pod_status import wanted_node

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podboard.demo.gojson import Object
    from podboard.demo.store import Document


def choose_node(pod: Object, nodes: Iterable[Document], placed: int) -> tuple[str | None, str]:
    """Choose a node for a pod, one after the other among those that fit.

    Args:
        placed: How many pods have been placed before.

    Returns:
        The node's name, or None and what the scheduler says then.
    """
    reasons = {node.key: _unfit(pod, node.read()) for node in nodes}
    fitting = [name for name, reason in reasons.items() if reason is None]
    if fitting:
        return fitting[placed % len(fitting)], ""
    return None, _why([reason for reason in reasons.values() if reason is not None])


def _unfit(pod: Object, node: Object) -> str | None:
    """Return why a node will not do for a pod, None if it will."""
    name, labels = node["metadata"]["name"], node["metadata"].get("labels", {})
    wanted = pod["spec"].get("nodeSelector", {})
    fits = all(labels.get(key) == value for key, value in wanted.items())
    if not fits or wanted_node(pod) not in (None, name):
        return "node(s) didn't match Pod's node affinity/selector"
    for container in pod["spec"]["containers"]:
        for resource in container["resources"].get("requests", {}):
            if resource not in node["status"]["allocatable"]:
                return f"Insufficient {resource}"
    return None


def _why(reasons: list[str]) -> str:
    nodes = len(reasons)
    counted = ", ".join(f"{reasons.count(reason)} {reason}" for reason in sorted(set(reasons)))
    return (
        f"0/{nodes} nodes are available: {counted}. no new claims to deallocate, "
        f"preemption: 0/{nodes} nodes are available: {nodes} Preemption is not helpful for scheduling."
    )
