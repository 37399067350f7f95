"""WebSocket exec as a way into a pod, and the clients that terminals share."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
from typing import TYPE_CHECKING

from podboard.errors import ApiError, NoKubeconfigError, NotApplicableError, NotInClusterError
from podboard.kube.client import ApiClient
from podboard.kube.exec import open_attach, open_exec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from podboard.kube.access import Access
    from podboard.kube.debug import Debugger
    from podboard.kube.exec import ExecSession
    from podboard.kube.login import LendTerminal
    from podboard.model.checkup import Check, Scope
    from podboard.model.request import ExecRequest
    from podboard.model.target import Target


class Clients:
    """One client for each access, made when it is first needed; ``close`` them in the end.

    Args:
        lend_terminal: For credential plugins that talk to the person.
    """

    def __init__(self, lend_terminal: LendTerminal | None = None) -> None:
        self._lend_terminal = lend_terminal
        self._making: dict[str, asyncio.Task[ApiClient]] = {}

    async def get(self, identity: str, load: Callable[[], Access]) -> ApiClient:
        """Return the client of an access; one that could not be made is made anew.

        Args:
            identity: Tells accesses apart.
            load: Reads the access, which may take long; what it raises is raised here.
        """
        making = self._making.get(identity)
        if making is None or (making.done() and making.exception() is not None):
            making = self._making[identity] = asyncio.create_task(self._make(load))
        return await asyncio.shield(making)

    async def close(self) -> None:
        """Close them all."""
        making, self._making = list(self._making.values()), {}
        for client in await asyncio.gather(*making, return_exceptions=True):
            if isinstance(client, ApiClient):
                await client.__aexit__()

    async def _make(self, load: Callable[[], Access]) -> ApiClient:
        return await ApiClient(await asyncio.to_thread(load), self._lend_terminal).__aenter__()


class WebSocketWay:
    """WebSocket exec with one access.

    Args:
        identity: Tells it apart from other accesses.
        clients: Shared by all terminals.
        load: Reads the access; may take long; raises PodboardError.

    Attributes:
        endpoint: The API server's URL, once it is prepared.
        trust: What its certificate is checked against, as a digest; empty where it is not.
    """

    def __init__(self, identity: str, clients: Clients, load: Callable[[], Access]) -> None:
        self.identity = identity
        self.endpoint = ""
        self.trust = ""
        self._clients = clients
        self._load = load

    async def client(self) -> ApiClient:
        """Return the client; raises PodboardError where the access cannot be read."""
        return await self._clients.get(self.identity, self._load)

    async def prepare(self) -> None:
        """Read the access; raises NotApplicableError where there is none to read."""
        try:
            access = (await self.client()).access
        except (NoKubeconfigError, NotInClusterError) as error:
            raise NotApplicableError(error.message) from error
        self.endpoint, self.trust = access.server, _trust(access)

    async def reach(self, say: Callable[[str], None]) -> None:
        """Have the server answer a request that starts nothing."""
        say("asking for its version")
        await (await self.client()).get_bytes("/version")

    async def open(self, request: ExecRequest, say: Callable[[str], None]) -> ExecSession:
        """Start the command, or attach."""
        say("opening")
        client = await self.client()
        try:
            if request.attaches:
                return await open_attach(
                    client, request.target, tty=request.tty, size=request.size, stdin=request.stdin
                )
            return await open_exec(
                client, request.target, request.command,
                tty=request.tty, size=request.size, stdin=request.stdin,
            )  # fmt: skip
        except ApiError as error:
            from podboard.kube.targets import naming_containers

            raise await naming_containers(client, request.target, error) from error

    async def debugger(self, target: Target) -> Debugger:
        """Return what adds debug containers to a pod."""
        module = await asyncio.to_thread(importlib.import_module, "podboard.kube.debug")
        made: Debugger = module.Debugger(await self.client(), target)
        return made

    async def check(self, scope: Scope) -> AsyncIterator[Check]:
        """Tell step by step how far it leads."""
        # Wanted by a self-check only, and longer to load than a frame may take.
        module = await asyncio.to_thread(importlib.import_module, "podboard.kube.checkup")
        async for check in module.check_api(await self.client(), scope):
            yield check


def _trust(access: Access) -> str:
    if access.insecure:
        return ""
    return hashlib.sha256(b"\0".join((access.ca or b"", access.tls_server_name.encode()))).hexdigest()
