"""Pods with a past: what has become of them by the time the cluster is started."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from podboard.demo import pod_status
from podboard.demo.admission import admit_pod
from podboard.demo.controllers import MANAGER
from podboard.demo.images import Exit
from podboard.demo.kinds import POD
from podboard.demo.kubelet import BACK_OFF_LIMIT

if TYPE_CHECKING:
    from podboard.demo.control_plane import ControlPlane
    from podboard.demo.gojson import Object

_FIRST_STEPS: Final = 3.0
"""Seconds from a pod's creation to the start of its containers."""

_RESTART_STEPS: Final = 1.0


_FAILED: Final = Exit(1)


@dataclass(frozen=True, slots=True)
class Past:
    """What a pod has been through.

    Attributes:
        age: Seconds since its creation.
        restarts: How often its first container was restarted.
        ended: Seconds since that container ended last.
        ending: How it ended, each time.
        down: Whether it has not been started again since.
    """

    age: float
    restarts: int = 0
    ended: float = 0.0
    ending: Exit = _FAILED
    down: bool = False


def place_pod(plane: ControlPlane, manifest: Object, node: str, past: Past) -> None:
    """Put a pod in that has been alive for a while; from now on it lives as any other.

    Args:
        node: Empty for one that is only now looked at for the first time.
    """
    now = plane.agenda.now()
    created = now - past.age
    namespace = manifest["metadata"]["namespace"]
    random = Random(f"{namespace}/{manifest['metadata']['name']}")  # noqa: S311 (names, not secrets)
    pod = admit_pod(manifest, namespace, MANAGER, created, random)
    if not node:
        plane.kubelet.lead(plane.store[POD].put(pod).read())
        return
    host_ip, pod_ip = plane.kubelet.addresses(node)
    pod_status.scheduled(pod, node, created)
    pod_status.accepted(pod, host_ip, created)
    pod_status.sandbox_made(pod, created)
    pod_status.has_ip(pod, pod_ip)
    start = created + _FIRST_STEPS
    for container in pod["spec"].get("initContainers", []):
        pod_status.started(pod, container["name"], created, ready=True)
        if not pod_status.is_sidecar(container):
            pod_status.ended(pod, container["name"], Exit(0), start)
    for container in pod["spec"]["containers"]:
        pod_status.started(pod, container["name"], start, ready=True)
    if past.ended:
        _end(plane, pod, pod["spec"]["containers"][0]["name"], past, now)
    pod_status.resynced(pod, now - (past.ended or past.age - _FIRST_STEPS))
    plane.kubelet.take_up(plane.store[POD].put(pod).read())


def _end(plane: ControlPlane, pod: Object, name: str, past: Past, now: float) -> None:
    """Let a container have ended, and perhaps have been started again."""
    ended = now - past.ended
    pod_status.ended(pod, name, past.ending, ended)
    if not past.down:
        pod_status.started(pod, name, ended + _RESTART_STEPS, ready=True)
    elif past.restarts:
        pod_status.backing_off(pod, name, BACK_OFF_LIMIT, ended)
        plane.kubelet.tell_of_back_off(pod, name)
    pod_status.container_status(pod, name)["restartCount"] = past.restarts
