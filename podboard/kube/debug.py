"""Debug containers: added to a running pod, with the tools that its own images lack.

Source: Kubernetes' API of ephemeral containers, recordings of a 1.36 server, and what kubectl debug does.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import TYPE_CHECKING, Final

import msgspec

from podboard.errors import ApiError, Denied, FailureKind, PodboardError
from podboard.kube.failures import no_api_server
from podboard.kube.reviews import WHO, WHO_AM_I, missing_verbs
from podboard.model.names import checked_container, checked_namespace, checked_pod
from podboard.model.pod import ContainerStatus  # noqa: TC001 - msgspec reads the annotations
from podboard.model.role import DEBUG
from podboard.model.target import DEBUGGER
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from podboard.kube.client import ApiClient
    from podboard.model.target import Target

PATIENCE: Final = 120.0
"""Seconds for an image to be pulled and a container to start."""

_LOOKS: Final = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
"""Seconds between looks at the pod; the last one again and again."""

_LETTERS: Final = "bcdfghjklmnpqrstvwxz2456789"
"""What random names are made of in Kubernetes: no word comes out."""

_NOT_FOUND, _NOT_ALLOWED = 404, 405

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


class _Pod(msgspec.Struct, frozen=True):
    metadata: _Metadata = _Metadata()
    spec: _Spec = _Spec()
    status: _Status = _Status()


class Debugger:
    """Adds debug containers to one pod. What its methods ask of the server may raise PodboardError.

    Args:
        client: Of the cluster.
        target: The container whose processes they are to see.
    """

    def __init__(self, client: ApiClient, target: Target) -> None:
        self._client = client
        self._target = target
        namespace, name = checked_namespace(target.namespace), checked_pod(target.pod)
        self._path = f"/api/v1/namespaces/{namespace}/pods/{name}"

    async def denied(self) -> Denied | None:
        """Return who lacks the right to add one; None where nobody does."""
        if not await missing_verbs(self._client, self._target, DEBUG):
            return None
        return Denied(await self._user(), self._target.namespace, DEBUG.part)

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

    async def add(self, image: str) -> str:
        """Add one; returns its name. It does not run yet.

        Args:
            image: As a pod's spec names it.
        """
        name = DEBUGGER + "".join(secrets.choice(_LETTERS) for _ in range(5))
        container = {"name": name, "image": image, "stdin": True, "tty": True}
        if self._target.container:
            container["targetContainerName"] = checked_container(self._target.container)
        try:
            await self._client.patch_json(
                f"{self._path}/ephemeralcontainers", {"spec": {"ephemeralContainers": [container]}}
            )
        except ApiError as error:
            if error.status == _NOT_ALLOWED or (error.status == _NOT_FOUND and await self._is_there()):
                raise PodboardError(
                    "this cluster has no debug containers", "Kubernetes has had them since 1.25"
                ) from error
            raise
        return name

    async def wait(self, name: str, say: Callable[[str], None]) -> None:
        """Wait until a debug container runs.

        Args:
            say: Told what is awaited.

        Raises:
            PodboardError: It will not run, or not within ``PATIENCE``.
        """
        reason = ""
        looks = iter(_LOOKS)
        try:
            async with asyncio.timeout(PATIENCE):
                while not (is_running := self._stands(name, pod := await self._pod())):
                    reason = _reason(name, pod)
                    say(f"{name} was added, and starts: {reason}" if reason else f"{name} was added")
                    await asyncio.sleep(next(looks, _LOOKS[-1]))
        except TimeoutError:
            is_running = False
        if not is_running:
            why = f": {reason}" if reason else ""
            raise PodboardError(f"{name} does not run after {PATIENCE:.0f} s{why}", _STAYS)

    def _stands(self, name: str, pod: _Pod) -> bool:
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

    async def _pod(self) -> _Pod:
        try:
            return msgspec.json.decode(await self._client.get_bytes(self._path), type=_Pod)
        except (msgspec.DecodeError, RecursionError):
            raise no_api_server(self._client.access, 200) from None

    async def _is_there(self) -> bool:
        try:
            await self._pod()
        except ApiError as error:
            if error.status == _NOT_FOUND:
                return False
            raise
        return True

    async def _user(self) -> str:
        """Return what the server calls who asks, as far as it tells."""
        try:
            review = await self._client.post_json(WHO, WHO_AM_I)
            name = review["status"]["userInfo"]["username"]
        except ApiError as error:
            found = re.search(r'User "([^"]*)"', error.message)
            return found[1] if found else self._client.access.user
        except (LookupError, TypeError):
            return self._client.access.user
        return name if isinstance(name, str) else self._client.access.user


def _statuses(pod: _Pod) -> tuple[ContainerStatus, ...]:
    return pod.status.ephemeral_container_statuses or ()


def _reason(name: str, pod: _Pod) -> str:
    """Return why it does not run yet, as the node has it."""
    state = next((status.state for status in _statuses(pod) if status.name == name), None)
    waiting = state.waiting if state is not None else None
    return one_line(waiting.reason, 80) if waiting is not None else ""


def _gone(sentence: str) -> PodboardError:
    error = PodboardError(sentence, "look in the pod list for the one that took its place")
    error.kind = FailureKind.POD
    return error
