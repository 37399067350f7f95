"""The cluster without its door: objects, time, nodes, controllers, processes."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

from podboard.demo.admission import admit_pod
from podboard.demo.controllers import MANAGER, Controllers
from podboard.demo.debuggers import add_debuggers
from podboard.demo.events import EventRecorder
from podboard.demo.gojson import encode
from podboard.demo.kinds import KINDS, NAMESPACE, POD
from podboard.demo.kubelet import Kubelet
from podboard.demo.status import not_found
from podboard.demo.store import Document, Store

if TYPE_CHECKING:
    from podboard.demo.agenda import Agenda
    from podboard.demo.containers import Runtime
    from podboard.demo.gojson import Object
    from podboard.demo.logs import Log, Logs


class ControlPlane:
    """Holds the cluster together."""

    def __init__(self, agenda: Agenda, runtime: Runtime, logs: Logs) -> None:
        self.agenda = agenda
        self.runtime = runtime
        self.logs = logs
        self._made: Counter[str] = Counter()
        self.store = Store(KINDS)
        self.events = EventRecorder(self.store)
        self.kubelet = Kubelet(self.store, agenda, runtime, logs, self.events, changed=self._pod_changed)
        self.controllers = Controllers(
            self.store, agenda, self.events, self._create_owned, self._delete_owned
        )

    def has_namespace(self, name: str) -> bool:
        """Say whether there is such a namespace."""
        return self.store[NAMESPACE].get("", name) is not None

    def create_pod(
        self, manifest: Object, namespace: str, manager: str, *, dry_run: bool = False
    ) -> Document:
        """Create a pod as somebody asks for it, and begin its life.

        Args:
            manager: By what name the creator is recorded.
            dry_run: Whether to say what it would be, and leave everything as it is.

        Raises:
            StatusError: It cannot be a pod.
        """
        metadata = manifest.get("metadata")
        stem = f"{namespace}/{metadata.get('generateName', '') if isinstance(metadata, dict) else ''}"
        self._made[stem] += 1
        random = Random(f"{stem}/{self._made[stem]}")  # noqa: S311 (names that are the same in every run)
        pod = admit_pod(manifest, namespace, manager, self.agenda.now(), random)
        if dry_run:
            return Document("", 0, encode(pod), {}, {})
        document = self.store[POD].put(pod)
        self.kubelet.lead(pod)
        return document

    def add_debuggers(
        self, namespace: str, name: str, asked: list[Any], manager: str, *, dry_run: bool
    ) -> Document:
        """Give a pod that is there its debug containers, and start the new ones; return its state now.

        Args:
            asked: All that it is to have, those that it has among them.
            manager: By what name the caller is recorded.
            dry_run: Whether to say what would be, and leave everything as it is.

        Raises:
            StatusError: They cannot be these.
        """
        document = self.store[POD].get(namespace, name)
        if document is None:
            raise not_found("pods", name)
        pod = document.read()
        new = add_debuggers(pod, asked, manager, self.agenda.now())
        if dry_run:
            return Document("", document.version, encode(pod), {}, {})
        if not new:
            return document
        changed = self.store[POD].put(pod)
        for container in new:
            self.kubelet.debug(pod, container)
        return changed

    def delete_pod(self, namespace: str, name: str, grace: int | None = None) -> Document:
        """Begin to delete a pod that is there; return its state now.

        Args:
            grace: Seconds its processes have; None for what its spec says.
        """
        collection = self.store[POD]
        document = collection.get(namespace, name)
        if document is None:
            raise KeyError(f"{namespace}/{name}")
        self.kubelet.delete(document, grace)
        return collection.get(namespace, name) or document

    def log_of(self, pod: Object, container: str, run: str) -> Log:
        """Return the log of a run of a container."""
        self.kubelet.look_at(pod, container)
        return self.logs.of(run)

    def _pod_changed(self, pod: Object) -> None:
        self.controllers.pod_changed(pod)

    def _create_owned(self, manifest: Object) -> Object:
        return self.create_pod(manifest, manifest["metadata"]["namespace"], MANAGER).read()

    def _delete_owned(self, pod: Object) -> None:
        self.delete_pod(pod["metadata"]["namespace"], pod["metadata"]["name"])
