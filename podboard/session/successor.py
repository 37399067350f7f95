"""Which pod took the place of one that is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podboard.model.pod_columns import Health, default_container, group, health
from podboard.model.target import Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podboard.model.pod import Pod, PodKey


def successor_of(target: Target, belongs_to: str, pods: Mapping[PodKey, Pod]) -> Target | None:
    """Return where to go on in place of a pod that is gone; None where it is not, or nobody took its place.

    That is the pod of its own name, or else the youngest of the same owner, one that is up if there is one.

    Args:
        target: The container of the pod, with its uid.
        belongs_to: What the pod belonged to, as ``pod_columns.group`` has it; may be empty.
        pods: All there are.
    """
    named = pods.get((target.namespace, target.pod))
    if named is not None and (named.metadata.uid == target.uid or not target.uid):
        return None
    siblings = [
        pod
        for pod in ([named] if named is not None else pods.values())
        if pod.metadata.namespace == target.namespace
        and pod.metadata.deletion_timestamp is None
        and (pod is named or (belongs_to and group(pod) == belongs_to))
    ]
    if not siblings:
        return None
    best = max(siblings, key=lambda pod: (health(pod) is Health.UP, pod.metadata.creation_timestamp or ""))
    names = {container.name for container in best.spec.containers or ()}
    container = target.container if target.container in names else default_container(best)
    return Target(*best.key, container, best.metadata.uid)
