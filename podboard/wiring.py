"""The only place that names concrete ways into a pod."""

from __future__ import annotations

import asyncio
import importlib
import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from podboard.kube.access import Access
    from podboard.kube.client import ApiClient
    from podboard.model.size import Size
    from podboard.model.target import Target
    from podboard.session.cluster import Cluster
    from podboard.session.terminal import Channel


class KubeconfigRung:
    """WebSocket exec as the person's kubeconfig says."""

    name = "ws:kubeconfig"

    def __init__(self, client: ApiClient) -> None:
        self._client = client

    @property
    def endpoint(self) -> str:
        """The API server's address."""
        return self._client.access.server

    async def open(self, target: Target, size: Size) -> Channel:
        """Open a shell in the target."""
        from podboard.kube.exec import open_exec
        from podboard.wire.shell import SHELL_COMMAND

        return await open_exec(self._client, target, SHELL_COMMAND, tty=True, size=size)


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
    from podboard.session.cluster import Cluster

    watched = None if all_namespaces else namespace or access.namespace
    async with ApiClient(access) as client:
        yield Cluster(client, (KubeconfigRung(client),), watched)


def _find_access(kubeconfig: str | None, context: str | None) -> Access:
    """Read the kubeconfig, and load what the cluster will need; both take too long for the event loop."""
    for module in ("podboard.kube.exec", "podboard.session.cluster", "podboard.session.terminal"):
        importlib.import_module(module)
    from podboard.kube.access import load_access

    return load_access(kubeconfig, context, os.environ, Path.home())
