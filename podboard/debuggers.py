"""Debug containers of one pod: named, found and awaited, whichever way the pod is looked at.

Source: Kubernetes' API of ephemeral containers, recordings of a 1.36 server, and what kubectl debug does.
"""

from __future__ import annotations

import asyncio
import secrets
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

import msgspec

from podboard.errors import FailureKind, PodboardError
from podboard.model.pod import ContainerStatus  # noqa: TC001 - msgspec reads the annotations
from podboard.model.target import DEBUGGER
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from podboard.model.target import Target

PATIENCE: Final = 120.0
"""Seconds for an image to be pulled and a container to start."""

_LETTERS: Final = "bcdfghjklmnpqrstvwxz2456789"
"""What random names are made of in Kubernetes: no word comes out."""

_IN_VAIN: Final = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "ErrImageNeverPull",
        "InvalidImageName",
        "ImageInspectError",
        "RegistryUnavailable",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
    }
)
"""Why a container waits that will not start by waiting."""

_STAYS: Final = "it stays in the pod as it is; another one can be added, with another image"


class _Metadata(msgspec.Struct, frozen=True, rename="camel"):
    uid: str = ""
    deletion_timestamp: str | None = None


class _Container(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    target_container_name: str = ""


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    ephemeral_containers: tuple[_Container, ...] | None = None


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    ephemeral_container_statuses: tuple[ContainerStatus, ...] | None = None


class DebuggedPod(msgspec.Struct, frozen=True):
    """What of a pod's document is about its debug containers."""

    metadata: _Metadata = _Metadata()
    spec: _Spec = _Spec()
    status: _Status = _Status()


def debugged_pod(document: bytes) -> DebuggedPod | None:
    """Decode a pod as JSON; None where it is none."""
    try:
        return msgspec.json.decode(document, type=DebuggedPod)
    except (msgspec.DecodeError, RecursionError):
        return None


def new_name() -> str:
    """Return a name that no other debug container has."""
    return DEBUGGER + "".join(secrets.choice(_LETTERS) for _ in range(5))


def no_debug_containers() -> PodboardError:
    """Return the error for a cluster that knows none."""
    return PodboardError("this cluster has no debug containers", "Kubernetes has had them since 1.25")


class PodDebugger(ABC):
    """Knows the debug containers of one pod. What it asks of others may raise PodboardError.

    Args:
        target: The container whose processes they are to see.
        looks: Seconds between looks at the pod; the last again and again.
    """

    def __init__(self, target: Target, looks: Sequence[float]) -> None:
        self._target = target
        self._looks = looks

    @abstractmethod
    async def _pod(self) -> DebuggedPod:
        """Look at the pod."""

    async def running(self) -> list[str]:
        """Return podboard's debug containers that run in the pod and see the processes of the target."""
        pod = await self._pod()
        running = {status.name for status in _statuses(pod) if status.state.running is not None}
        return [
            container.name
            for container in pod.spec.ephemeral_containers or ()
            if container.name in running
            and container.name.startswith(DEBUGGER)
            and container.target_container_name == self._target.container
        ]

    async def wait(self, name: str, say: Callable[[str], None]) -> None:
        """Wait until a debug container runs.

        Args:
            say: Told what is awaited.

        Raises:
            PodboardError: It will not run, or not within ``PATIENCE``.
        """
        reason = ""
        looks = iter(self._looks)
        try:
            async with asyncio.timeout(PATIENCE):
                while not (is_running := self._stands(name, pod := await self._pod())):
                    reason = _reason(name, pod)
                    say(f"{name} was added, and starts: {reason}" if reason else f"{name} was added")
                    await asyncio.sleep(next(looks, self._looks[-1]))
        except TimeoutError:
            is_running = False
        if not is_running:
            why = f": {reason}" if reason else ""
            raise PodboardError(f"{name} does not run after {PATIENCE:.0f} s{why}", _STAYS)

    def _stands(self, name: str, pod: DebuggedPod) -> bool:
        """Whether it runs; raises PodboardError where it never will."""
        where = self._target.pod
        if self._target.uid and pod.metadata.uid != self._target.uid:
            raise _gone(f"pod {where} is gone: another one has its name")
        if pod.metadata.deletion_timestamp is not None:
            raise _gone(f"pod {where} is being deleted")
        state = next((status.state for status in _statuses(pod) if status.name == name), None)
        if state is None:
            return False
        if state.waiting is not None and state.waiting.reason in _IN_VAIN:
            told = one_line(f"{state.waiting.reason}: {state.waiting.message}".removesuffix(": "))
            raise PodboardError(f"{name} cannot start: {told}", _STAYS)
        if state.terminated is not None:
            code = state.terminated.exit_code
            raise PodboardError(
                f"{name} has ended with exit code {code}: its image runs no shell by itself", _STAYS
            )
        return state.running is not None


def _statuses(pod: DebuggedPod) -> tuple[ContainerStatus, ...]:
    return pod.status.ephemeral_container_statuses or ()


def _reason(name: str, pod: DebuggedPod) -> str:
    """Return why it does not run yet, as the node has it."""
    state = next((status.state for status in _statuses(pod) if status.name == name), None)
    waiting = state.waiting if state is not None else None
    return one_line(waiting.reason, 80) if waiting is not None else ""


def _gone(sentence: str) -> PodboardError:
    error = PodboardError(sentence, "look in the pod list for the one that took its place")
    error.kind = FailureKind.POD
    return error
