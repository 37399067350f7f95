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
    from podboard.kube.login import LendTerminal
    from podboard.model.overrides import Overrides
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
    overrides: Overrides, *, all_namespaces: bool, lend_terminal: LendTerminal | None = None
) -> AsyncIterator[Cluster]:
    """Reach the cluster that the flags and the environment name, as kubectl would.

    Args:
        overrides: What the flags say.
        all_namespaces: Wins over the namespace.
        lend_terminal: For credential plugins that talk to the person; None where no terminal can be lent.

    Raises:
        NoKubeconfigError: There is none where it was looked for.
        KubeconfigError: It cannot be used.
        UsageError: The flags contradict each other.
    """
    access = await asyncio.to_thread(_find_access, overrides)
    from podboard.kube.client import ApiClient
    from podboard.session.climber import Ladder
    from podboard.session.cluster import Cluster

    watched = None if all_namespaces else access.namespace
    async with ApiClient(access, lend_terminal) as client:
        yield Cluster(client, Ladder((KubeconfigRung(client),)), watched)


def _find_access(overrides: Overrides) -> Access:
    """Read the kubeconfig, and load what the cluster will need; both take too long for the event loop."""
    for module in ("podboard.kube.exec", "podboard.session.cluster", "podboard.session.terminal"):
        importlib.import_module(module)
    from podboard.kube.resolve import load_access

    return load_access(overrides, os.environ, Path.home())
