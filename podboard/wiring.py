"""The only place that names concrete ways into a pod."""

from __future__ import annotations

import asyncio
import importlib
import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from podboard.kube.access import Access
    from podboard.kube.client import ApiClient
    from podboard.model.request import ExecRequest
    from podboard.model.target import Target
    from podboard.session.climber import Channel
    from podboard.session.cluster import Cluster


class KubeconfigRung:
    """WebSocket exec as the person's kubeconfig says."""

    name = "ws:kubeconfig"

    def __init__(self, client: ApiClient) -> None:
        self._client = client

    async def way(self, target: Target) -> KubeconfigRung:  # noqa: ARG002 - the same for all pods
        """The one there is."""
        return self

    @property
    def identity(self) -> str:
        """The context."""
        return self._client.access.context

    @property
    def endpoint(self) -> str:
        """The API server's address."""
        return self._client.access.server

    trust = "kubeconfig"

    async def prepare(self) -> None:
        """Nothing is left to prepare."""

    async def reach(self, say: Callable[[str], None]) -> None:  # noqa: ARG002 - it takes no time worth a word
        """Ask for the server's version."""
        await self._client.get_bytes("/version")

    async def open(self, request: ExecRequest, say: Callable[[str], None]) -> Channel:  # noqa: ARG002 - as above
        """Start the command."""
        from podboard.kube.exec import open_exec

        return await open_exec(
            self._client, request.target, request.command,
            tty=request.tty, size=request.size, stdin=request.stdin,
        )  # fmt: skip


@asynccontextmanager
async def open_cluster(
    kubeconfig: str | None, context: str | None, namespace: str | None, *, all_namespaces: bool
) -> AsyncIterator[Cluster]:
    """Reach the cluster that the flags and the environment name, as kubectl would.

    Args:
        kubeconfig: A file; None for ``KUBECONFIG`` or ``~/.kube/config``.
        context: None for the current one.
        namespace: None for the context's own.
        all_namespaces: Wins over ``namespace``.

    Raises:
        NoKubeconfigError: There is none where it was looked for.
        KubeconfigError: It cannot be used.
    """
    access = await asyncio.to_thread(_find_access, kubeconfig, context)
    from podboard.kube.client import ApiClient
    from podboard.session.climber import Ladder
    from podboard.session.cluster import Cluster

    watched = None if all_namespaces else namespace or access.namespace
    async with ApiClient(access) as client:
        yield Cluster(client, Ladder((KubeconfigRung(client),)), watched)


def _find_access(kubeconfig: str | None, context: str | None) -> Access:
    """Read the kubeconfig, and load what the cluster will need; both take too long for the event loop."""
    for module in ("podboard.kube.exec", "podboard.session.cluster", "podboard.session.terminal"):
        importlib.import_module(module)
    from podboard.kube.access import load_access

    return load_access(kubeconfig, context, os.environ, Path.home())
