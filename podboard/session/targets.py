"""Which pods a record means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from podboard.model.pod_columns import default_container
from podboard.model.record import RecordKey, is_pattern
from podboard.model.target import Target
from podboard.records.resolve import Resolver

if TYPE_CHECKING:
    from podboard.model.record import Record
    from podboard.session.cluster import Cluster

DEFAULT_NAMESPACE: Final = "default"


def target_of(record: Record) -> Target:
    """Return what a record names by itself: one pod, or, without a pod, a namespace."""
    if record.namespace is None or is_pattern(record.pod_name):
        return Target(record.namespace or DEFAULT_NAMESPACE, "")
    return Target(record.namespace, record.pod_name, record.container or "")


def targets_of(record: Record, cluster: Cluster) -> list[Target]:
    """Return the pods of the list that a record fits; for an exact name, that pod if there is none."""
    key = RecordKey(record.name, record.pod_name, record.namespace, record.container)
    fits = Resolver([key]).find
    pods = [pod for where, pod in cluster.roster.pods.items() if fits(where[1], where[0])]
    if not pods and not is_pattern(record.pod_name):
        namespace = record.namespace or cluster.namespace or DEFAULT_NAMESPACE
        return [Target(namespace, record.pod_name, record.container or "")]
    return [
        Target(*pod.key, record.container or default_container(pod), pod.uid)
        for pod in sorted(pods, key=lambda pod: pod.key)
    ]
