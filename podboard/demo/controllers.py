"""What keeps workloads as they are meant to be: makes missing pods, ends surplus ones, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from podboard.demo.builders import only_on
from podboard.demo.events import Happening
from podboard.demo.kinds import DAEMON_SET, DEPLOYMENT, JOB, NODE, POD, REPLICA_SET, STATEFUL_SET
from podboard.demo.pod_status import wanted_node
from podboard.demo.pod_words import pod_words
from podboard.demo.selectors import Requirement, Selector
from podboard.demo.times import parse_rfc3339, rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from podboard.demo.agenda import Agenda, Script
    from podboard.demo.events import EventRecorder
    from podboard.demo.gojson import Object
    from podboard.demo.kinds import Kind
    from podboard.demo.store import Store

_DELAY: Final = 0.05
"""Seconds between a pod's change and the controller's doing something about it."""

MANAGER: Final = "kube-controller-manager"


class Controllers:
    """Looks after everything that owns pods.

    Args:
        create: Makes a pod from a manifest.
        delete: Begins to delete a pod.
    """

    def __init__(
        self,
        store: Store,
        agenda: Agenda,
        events: EventRecorder,
        create: Callable[[Object], Object],
        delete: Callable[[Object], object],
    ) -> None:
        self._store = store
        self._agenda = agenda
        self._events = events
        self._create = create
        self._delete = delete
        self._due: set[tuple[Kind, str, str]] = set()
        self._reconcilers: dict[Kind, Callable[[Object], None]] = {
            REPLICA_SET: self._replica_set,
            STATEFUL_SET: self._stateful_set,
            DAEMON_SET: self._daemon_set,
            JOB: self._job,
        }

    def pod_changed(self, pod: Object) -> None:
        """Look soon after the workload that owns a pod."""
        for owner in pod["metadata"].get("ownerReferences", []):
            kind = next((kind for kind in self._reconcilers if kind.kind == owner["kind"]), None)
            if kind is not None:
                self.look_after(kind, pod["metadata"]["namespace"], owner["name"])

    def look_after(self, kind: Kind, namespace: str, name: str) -> None:
        """Look soon after a workload."""
        if (kind, namespace, name) not in self._due:
            self._due.add((kind, namespace, name))
            self._agenda.play(self._soon(kind, namespace, name))

    def scale(self, deployment: Object, replicas: int) -> Object:
        """Set how many pods a deployment is meant to have; return it as it is now."""
        namespace = deployment["metadata"]["namespace"]
        deployment["spec"]["replicas"] = replicas
        deployment["metadata"]["generation"] += 1
        self._store[DEPLOYMENT].put(deployment)
        for document in list(self._store[REPLICA_SET].documents(namespace)):
            owned = document.read()
            if _is_owner(deployment, owned):
                owned["spec"]["replicas"] = replicas
                owned["metadata"]["generation"] += 1
                self._store[REPLICA_SET].put(owned)
                self.look_after(REPLICA_SET, namespace, owned["metadata"]["name"])
        return deployment

    def remove(self, kind: Kind, namespace: str, name: str) -> None:
        """Delete a workload, and with it its pods."""
        last = self._store[kind].delete(namespace, name)
        if last is not None:
            for pod in self._owned(last.read()):
                self._delete(pod)

    def _soon(self, kind: Kind, namespace: str, name: str) -> Script:
        yield _DELAY
        self._due.discard((kind, namespace, name))
        document = self._store[kind].get(namespace, name)
        if document is not None:
            self._reconcilers[kind](document.read())

    def _replica_set(self, owner: Object) -> None:
        pods = self._living(owner)
        missing = owner["spec"]["replicas"] - len(pods)
        for _ in range(missing):
            self._make(REPLICA_SET, owner, {"generateName": f"{owner['metadata']['name']}-"})
        for pod in sorted(pods, key=lambda one: str(one["metadata"]["creationTimestamp"]))[
            len(pods) + min(missing, 0) :
        ]:
            message = f"Deleted pod: {pod['metadata']['name']}"
            self._say(REPLICA_SET, owner, Happening("SuccessfulDelete", message))
            self._delete(pod)
        ready = _ready(pods)
        counted = _nonzero(
            {
                "replicas": len(pods),
                "fullyLabeledReplicas": len(pods),
                "readyReplicas": ready,
                "availableReplicas": ready,
            }
        )
        self._set_status(REPLICA_SET, owner, {"replicas": 0, **counted, **_generation(owner)})
        for reference in owner["metadata"].get("ownerReferences", []):
            document = self._store[DEPLOYMENT].get(owner["metadata"]["namespace"], reference["name"])
            if document is not None:
                self._deployment(document.read(), len(pods), ready)

    def _deployment(self, deployment: Object, pods: int, ready: int) -> None:
        name, wanted = deployment["metadata"]["name"], deployment["spec"]["replicas"]
        available = ready >= wanted - max(1, wanted // 4) and ready > 0
        conditions = {
            "Available": (
                available,
                "MinimumReplicasAvailable" if available else "MinimumReplicasUnavailable",
            ),
            "Progressing": (True, "NewReplicaSetAvailable"),
        }
        texts = {
            "Available": f"Deployment {'has' if available else 'does not have'} minimum availability.",
            "Progressing": f'ReplicaSet of deployment "{name}" has successfully progressed.',
        }
        before = {one["type"]: one for one in deployment["status"].get("conditions", [])}
        counted = _nonzero(
            {
                "replicas": pods,
                "updatedReplicas": pods,
                "readyReplicas": ready,
                "availableReplicas": ready,
                "unavailableReplicas": max(0, wanted - ready),
            }
        )
        told = []
        for kind, (holds, reason) in conditions.items():
            value, was = "True" if holds else "False", before.get(kind, {})
            same = was.get("status") == value
            now = rfc3339(self._agenda.now())
            told.append(
                {
                    "type": kind,
                    "status": value,
                    "lastUpdateTime": was["lastUpdateTime"] if same else now,
                    "lastTransitionTime": was["lastTransitionTime"] if same else now,
                    "reason": reason,
                    "message": texts[kind],
                }
            )
        self._set_status(DEPLOYMENT, deployment, {**_generation(deployment), **counted, "conditions": told})

    def _stateful_set(self, owner: Object) -> None:
        name = owner["metadata"]["name"]
        pods = self._living(owner)
        there = {pod["metadata"]["name"] for pod in self._owned(owner)}
        for ordinal in range(owner["spec"]["replicas"]):
            if f"{name}-{ordinal}" not in there:
                labels = {
                    "apps.kubernetes.io/pod-index": str(ordinal),
                    "statefulset.kubernetes.io/pod-name": f"{name}-{ordinal}",
                }
                self._make(STATEFUL_SET, owner, {"name": f"{name}-{ordinal}"}, labels)
                break  # one after the other, in order
        ready = _ready(pods)
        counted = {"replicas": len(pods), "availableReplicas": ready}
        others = _nonzero(
            {"readyReplicas": ready, "currentReplicas": len(pods), "updatedReplicas": len(pods)}
        )
        revision = f"{name}-{owner['metadata']['labels'].get('controller-revision-hash', '6f9c7b5d8')}"
        told = {
            **_generation(owner),
            **counted,
            **others,
            "currentRevision": revision,
            "updateRevision": revision,
        }
        self._set_status(STATEFUL_SET, owner, told)

    def _daemon_set(self, owner: Object) -> None:
        pods = self._living(owner)
        served = {wanted_node(pod) for pod in pods}
        nodes = [document.key for document in self._store[NODE].documents()]
        for node in nodes:
            if node not in served:
                self._make(
                    DAEMON_SET,
                    owner,
                    {"generateName": f"{owner['metadata']['name']}-"},
                    spec={"affinity": only_on(node)},
                )
        ready = _ready(pods)
        told = {
            "currentNumberScheduled": len(pods),
            "numberMisscheduled": 0,
            "desiredNumberScheduled": len(nodes),
            "numberReady": ready,
            **_generation(owner),
            **_nonzero(
                {
                    "updatedNumberScheduled": len(pods),
                    "numberAvailable": ready,
                    "numberUnavailable": max(0, len(nodes) - ready),
                }
            ),
        }
        self._set_status(DAEMON_SET, owner, told)

    def _job(self, owner: Object) -> None:
        status, now = owner["status"], rfc3339(self._agenda.now())
        if any(one["type"] == "Complete" for one in status.get("conditions", [])):
            return
        pods = self._owned(owner)
        if not pods:
            self._make(JOB, owner, {"generateName": f"{owner['metadata']['name']}-"})
        succeeded = [pod for pod in pods if pod["status"]["phase"] == "Succeeded"]
        active = len(pods) - len(succeeded) if pods else 1
        started = min(
            (pod["status"]["startTime"] for pod in pods if "startTime" in pod["status"]), default=now
        )
        told: Object = {"startTime": started, **_nonzero({"active": active, "succeeded": len(succeeded)})}
        if succeeded:
            ended = max((_ended(pod) for pod in succeeded), key=parse_rfc3339)
            condition = {
                "type": "Complete",
                "status": "True",
                "lastProbeTime": ended,
                "lastTransitionTime": ended,
                "reason": "CompletionsReached",
                "message": "Reached expected number of succeeded pods",
            }
            told |= {"completionTime": ended, "conditions": [condition]}
            self._say(JOB, owner, Happening("Completed", "Job completed"))
        self._set_status(JOB, owner, told)

    def _make(
        self,
        kind: Kind,
        owner: Object,
        name: Object,
        labels: Object | None = None,
        spec: Object | None = None,
    ) -> None:
        template, metadata = owner["spec"]["template"], owner["metadata"]
        made = self._create(
            {
                "metadata": {
                    **name,
                    "namespace": metadata["namespace"],
                    "labels": {**template["metadata"]["labels"], **(labels or {})},
                    "annotations": template["metadata"].get("annotations", {}),
                    "ownerReferences": [owner_reference(kind, owner)],
                },
                "spec": {**template["spec"], **(spec or {})},
            }
        )
        self._say(kind, owner, Happening("SuccessfulCreate", f"Created pod: {made['metadata']['name']}"))

    def _say(self, kind: Kind, owner: Object, what: Happening) -> None:
        self._events.by_controller(owner, kind.kind, kind.api_version, what, self._agenda.now())

    def _set_status(self, kind: Kind, owner: Object, status: Object) -> None:
        if owner["status"] != status:
            owner["status"] = status
            self._store[kind].put(owner)

    def _owned(self, owner: Object) -> list[Object]:
        labels = owner["spec"]["template"]["metadata"]["labels"]
        selector = Selector(
            tuple(Requirement(name, frozenset({value}), wanted=True) for name, value in labels.items())
        )
        pods = self._store[POD].documents(owner["metadata"]["namespace"], selector)
        return [pod for pod in (document.read() for document in pods) if _is_owner(owner, pod)]

    def _living(self, owner: Object) -> list[Object]:
        return [
            pod
            for pod in self._owned(owner)
            if "deletionTimestamp" not in pod["metadata"]
            and pod["status"]["phase"] not in {"Succeeded", "Failed"}
        ]


def owner_reference(kind: Kind, owner: Object) -> Object:
    """Return how a pod names what it belongs to."""
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _is_owner(owner: Object, item: Object) -> bool:
    return any(one["uid"] == owner["metadata"]["uid"] for one in item["metadata"].get("ownerReferences", []))


def _ready(pods: Iterable[Object]) -> int:
    return sum(words.ready == words.total for words in map(pod_words, pods))


def _nonzero(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def _ended(pod: Object) -> str:
    """Return when the last container of a pod that has succeeded has ended."""
    moments: list[str] = [
        one["state"]["terminated"]["finishedAt"] for one in pod["status"]["containerStatuses"]
    ]
    return max(moments, key=parse_rfc3339)


def _generation(owner: Object) -> Object:
    return {"observedGeneration": owner["metadata"]["generation"]}
