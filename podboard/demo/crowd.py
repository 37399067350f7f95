"""A crowd of generated pods, up to tens of thousands, that costs next to nothing until somebody looks.

Only what differs from pod to pod is kept; its JSON is filled into a template when it is asked for.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from podboard.demo import builders, pod_status
from podboard.demo.admission import admit_pod
from podboard.demo.controllers import MANAGER, owner_reference
from podboard.demo.gojson import encode
from podboard.demo.images import Exit
from podboard.demo.kinds import DEPLOYMENT, NAMESPACE, POD, REPLICA_SET
from podboard.demo.kubelet import PodId
from podboard.demo.names import suffix, template_hash
from podboard.demo.store import Document, key_of
from podboard.demo.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podboard.demo.agenda import Script
    from podboard.demo.control_plane import ControlPlane
    from podboard.demo.gojson import Object

IMAGE: Final = "crowd/app:1.0.0"
MOST: Final = 50_000

_PODS_PER_APP: Final = 25
_APPS_PER_NAMESPACE: Final = 100
_SLICE: Final = 250
_RESTLESS: Final = 200
"""Pods at most whose containers restart now and then; each of those is kept whole from then on."""

_ROUND: Final = 400.0
"""Seconds until it is one's turn again: whoever works in one of a few is not thrown out all the time."""

_OLDEST: Final = 20 * 86400
_YOUNGEST: Final = 300
_WORDS: Final = ("auth", "billing", "feed", "gateway", "images", "jobs", "ledger", "mail", "orders", "search")

_CREATED: Final = 0.0  # as a moment in the template; no field of a pod holds 1970 otherwise
_PLACEHOLDERS: Final = {
    "name": "placeholder-name",
    "namespace": "placeholder-namespace",
    "app": "placeholder-app",
    "hash": "placeholder-hash",
    "owner": "placeholder-owner",
    "owner_uid": "placeholder-of-owner-uid",
    "node": "placeholder-node",
    "host_ip": "placeholder-host-ip",
    "pod_ip": "placeholder-pod-ip",
}


@dataclass(frozen=True, slots=True)
class _App:
    """What the pods of one generated deployment have in common."""

    namespace: str
    name: str
    template_hash: str
    replica_set: str
    uid: str
    created: float
    labels: Mapping[str, str]


class _Template(NamedTuple):
    """A pod's JSON with gaps, and the nodes that fill one of them."""

    text: bytes
    nodes: tuple[tuple[str, str], ...]


class CrowdPod(Document):
    """A pod of the crowd, in its first version."""

    __slots__ = ("_app", "_name", "_number", "_template")

    def __init__(self, template: _Template, app: _App, name: str, number: int, version: int) -> None:
        super().__init__(key_of(app.namespace, name), version, b"", app.labels, {})
        self._template = template
        self._app = app
        self._name = name
        self._number = number

    @property
    def body(self) -> bytes:
        """Return its JSON."""
        app, number = self._app, self._number
        node, host_ip = self._node
        uid = hashlib.sha256(f"{app.uid}/{number}".encode()).hexdigest()
        return self._template.text % {
            b"name": self._name.encode(),
            b"namespace": app.namespace.encode(),
            b"app": app.name.encode(),
            b"hash": app.template_hash.encode(),
            b"owner": app.replica_set.encode(),
            b"owner_uid": app.uid.encode(),
            b"node": node.encode(),
            b"host_ip": host_ip.encode(),
            b"pod_ip": self._ip.encode(),
            b"uid": f"{uid[:8]}-{uid[8:12]}-{uid[12:16]}-{uid[16:20]}-{uid[20:32]}".encode(),
            b"container_id": uid.encode(),
            b"version": b"%d" % self.version,
            b"created": rfc3339(app.created + number % 60).encode(),
        }

    @property
    def fields(self) -> Mapping[str, str]:
        """Return what it can be selected by."""
        return {
            "metadata.name": self._name,
            "metadata.namespace": self._app.namespace,
            "spec.nodeName": self._node[0],
            "spec.restartPolicy": "Always",
            "spec.schedulerName": "default-scheduler",
            "spec.serviceAccountName": "default",
            "spec.hostNetwork": "false",
            "status.phase": "Running",
            "status.podIP": self._ip,
            "status.podIPs": self._ip,
            "status.nominatedNodeName": "",
        }

    @property
    def _node(self) -> tuple[str, str]:
        return self._template.nodes[self._number % len(self._template.nodes)]

    @property
    def _ip(self) -> str:
        high, low = divmod(self._number, 250)
        return f"10.{64 + high // 250}.{high % 250}.{low + 2}"


async def gather(plane: ControlPlane, count: int, nodes: tuple[tuple[str, str], ...]) -> None:
    """Let a crowd come, a few at a time, so that whoever is there already goes on being served.

    Args:
        nodes: The names and addresses of the nodes they are on.
    """
    template = _make_template(nodes)
    collection = plane.store[POD]
    restless: list[PodId] = []
    number = 0
    for index in range(-(-count // _PODS_PER_APP)):
        size = min(_PODS_PER_APP, count - number)
        app = _set_up_app(plane, index, size)
        random = Random(app.name)  # noqa: S311 (names, not secrets)
        for name in sorted({f"{app.replica_set}-{suffix(random)}" for _ in range(size)}):
            pod = CrowdPod(template, app, name, number, plane.store.next_version())
            collection.put_document(pod)
            if len(restless) < _RESTLESS and number % 7 == 0:
                restless.append(PodId(app.namespace, name, pod.read()["metadata"]["uid"]))
            number += 1
        if index * _PODS_PER_APP % _SLICE == 0:
            await asyncio.sleep(0)
    plane.agenda.play(_restart_some(plane, restless))


def _restart_some(plane: ControlPlane, restless: list[PodId]) -> Script:
    """Restart one container after the other, for ever."""
    while restless:
        for which in restless:
            yield _ROUND / len(restless)
            plane.agenda.play(plane.kubelet.bounce(which, "app", Exit(1)), which.uid)


def _set_up_app(plane: ControlPlane, index: int, replicas: int) -> _App:
    """Make a deployment, its replica set, and its namespace if it is the first there."""
    where = f"crowd-{index // _APPS_PER_NAMESPACE:02d}"
    now = plane.agenda.now()
    created = now - _YOUNGEST - (index * 977) % _OLDEST
    if index % _APPS_PER_NAMESPACE == 0:
        plane.store[NAMESPACE].put(builders.namespace(where, now - _OLDEST))
    name = f"{_WORDS[index % len(_WORDS)]}-{index:04d}"
    made_hash = template_hash(name)
    labels = {"app": name, builders.HASH_LABEL: made_hash}
    spec = {"containers": [{"name": "app", "image": IMAGE}]}
    deployment = builders.workload(
        DEPLOYMENT,
        name,
        where,
        {"metadata": {"labels": {"app": name}}, "spec": spec},
        replicas=replicas,
        created=created,
    )
    counted = {"replicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas}
    deployment["status"] = {**counted, "updatedReplicas": replicas, "observedGeneration": 1}
    plane.store[DEPLOYMENT].put(deployment)
    owner = builders.workload(
        REPLICA_SET,
        f"{name}-{made_hash}",
        where,
        {"metadata": {"labels": labels}, "spec": spec},
        replicas=replicas,
        created=created,
        owner=owner_reference(DEPLOYMENT, deployment),
    )
    owner["status"] = {**counted, "fullyLabeledReplicas": replicas, "observedGeneration": 1}
    plane.store[REPLICA_SET].put(owner)
    metadata = owner["metadata"]
    return _App(where, name, made_hash, metadata["name"], metadata["uid"], created, labels)


def _make_template(nodes: tuple[tuple[str, str], ...]) -> _Template:
    """Make a running pod with words in it that stand for what differs, and turn those into gaps."""
    told = _PLACEHOLDERS
    manifest: Object = {
        "metadata": {
            "name": told["name"],
            "generateName": f"{told['owner']}-",
            "labels": {"app": told["app"], builders.HASH_LABEL: told["hash"]},
            "ownerReferences": [
                {
                    "apiVersion": "apps/v1",
                    "kind": "ReplicaSet",
                    "name": told["owner"],
                    "uid": told["owner_uid"],
                    "controller": True,
                    "blockOwnerDeletion": True,
                }
            ],
        },
        "spec": {"containers": [_container()]},
    }
    pod = admit_pod(manifest, told["namespace"], MANAGER, _CREATED, Random(0))  # noqa: S311 (names, not secrets)
    pod["metadata"]["resourceVersion"] = "placeholder-version"
    pod_status.scheduled(pod, told["node"], _CREATED)
    pod_status.accepted(pod, told["host_ip"], _CREATED)
    pod_status.sandbox_made(pod, _CREATED)
    pod_status.has_ip(pod, told["pod_ip"])
    pod_status.started(pod, "app", _CREATED, ready=True)
    pod_status.resynced(pod, _CREATED)
    container_id = pod_status.container_status(pod, "app")["containerID"].rpartition("/")[2]
    gaps = {
        **told,
        "version": "placeholder-version",
        "uid": pod["metadata"]["uid"],
        "container_id": container_id,
        "created": rfc3339(_CREATED),
    }
    text = encode(pod).replace(b"%", b"%%")
    for name in sorted(gaps, key=lambda name: len(gaps[name]), reverse=True):
        text = text.replace(gaps[name].encode(), b"%%(%b)b" % name.encode())
    return _Template(text, nodes)


def _container() -> dict[str, Any]:
    return {
        "name": "app",
        "image": IMAGE,
        "ports": [{"containerPort": 8080}],
        "env": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "REGION", "value": "eu-north-1"}],
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}},
    }
