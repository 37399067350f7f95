"""Debug containers: added to a running pod by its API server, with the tools that its own images lack."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from podboard.debuggers import PodDebugger, debugged_pod, new_name, no_debug_containers
from podboard.errors import ApiError, Denied
from podboard.kube.failures import no_api_server
from podboard.kube.reviews import WHO, WHO_AM_I, missing_verbs
from podboard.kube.targets import naming_containers
from podboard.model.names import checked_container, checked_namespace, checked_pod
from podboard.model.role import DEBUG

if TYPE_CHECKING:
    from podboard.debuggers import DebuggedPod
    from podboard.kube.client import ApiClient
    from podboard.model.target import Target

_LOOKS: Final = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
"""Seconds between looks at the pod."""

_NOT_FOUND, _NOT_ALLOWED = 404, 405


class Debugger(PodDebugger):
    """Adds debug containers to one pod. What its methods ask of the server may raise PodboardError.

    Args:
        client: Of the cluster.
        target: The container whose processes they are to see.

    Attributes:
        patience: Seconds for what is asked before one is added.
    """

    patience = 5.0

    def __init__(self, client: ApiClient, target: Target) -> None:
        super().__init__(target, _LOOKS)
        self._client = client
        namespace, name = checked_namespace(target.namespace), checked_pod(target.pod)
        self._path = f"/api/v1/namespaces/{namespace}/pods/{name}"

    async def denied(self) -> Denied | None:
        """Return who lacks the right to add one; None where nobody does."""
        if not await missing_verbs(self._client, self._target, DEBUG):
            return None
        return Denied(await self._user(), self._target.namespace, DEBUG.part)

    async def add(self, image: str) -> str:
        """Add one; returns its name. It does not run yet.

        Args:
            image: As a pod's spec names it.
        """
        name = new_name()
        container = {"name": name, "image": image, "stdin": True, "tty": True}
        if self._target.container:
            container["targetContainerName"] = checked_container(self._target.container)
        try:
            await self._client.patch_json(
                f"{self._path}/ephemeralcontainers", {"spec": {"ephemeralContainers": [container]}}
            )
        except ApiError as error:
            if error.status == _NOT_ALLOWED or (error.status == _NOT_FOUND and await self._is_there()):
                raise no_debug_containers() from error
            raise await naming_containers(self._client, self._target, error) from error
        return name

    async def _pod(self) -> DebuggedPod:
        pod = debugged_pod(await self._client.get_bytes(self._path))
        if pod is None:
            raise no_api_server(self._client.access, 200)
        return pod

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
