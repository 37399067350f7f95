"""kubectl on a host as a way into a pod."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from podboard.ssh.address import address_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from podboard.model.checkup import Check, Scope
    from podboard.model.record import SshConnectionDetails
    from podboard.model.request import ExecRequest
    from podboard.model.target import Target
    from podboard.ssh.debug import Debugger
    from podboard.ssh.hosts import Hosts
    from podboard.ssh.session import SshSession


class SshWay:
    """SSH to a host, and kubectl there.

    Args:
        open_hosts: Returns the hosts. What they stand on takes long to load, so they are not opened before
            this way is tried.
        details: The host.

    Attributes:
        identity: The host, as ``ops@bastion:22``.
        endpoint: The same.
        trust: What the host's key is checked against, as a digest.
    """

    def __init__(self, open_hosts: Callable[[], Awaitable[Hosts]], details: SshConnectionDetails) -> None:
        self.identity = self.endpoint = str(address_of(details))
        known = f"{details.text('host_key')}\0{details.text('known_hosts')}"
        self.trust = hashlib.sha256(known.encode()).hexdigest()
        self._open_hosts = open_hosts
        self._details = details

    async def prepare(self) -> None:
        """Load what SSH needs."""
        await self._open_hosts()

    async def reach(self, say: Callable[[str], None]) -> None:
        """Connect and log in."""
        hosts = await self._open_hosts()
        await hosts.reach(self._details, say)

    async def open(self, request: ExecRequest, say: Callable[[str], None]) -> SshSession:
        """Start kubectl there."""
        say("starting kubectl there")
        hosts = await self._open_hosts()
        return await hosts.open_exec(
            self._details, request.target, request.command,
            tty=request.tty, size=request.size, stdin=request.stdin, attaches=request.attaches,
        )  # fmt: skip

    async def debugger(self, target: Target) -> Debugger:
        """Return what adds debug containers to a pod, once the host is reached: it may have questions."""
        hosts = await self._open_hosts()
        from podboard.ssh.debug import Debugger

        await hosts.reach(self._details)
        return Debugger(hosts, self._details, target)

    async def check(self, scope: Scope) -> AsyncIterator[Check]:
        """Tell step by step how far it leads."""
        hosts = await self._open_hosts()
        from podboard.ssh.checkup import check_host

        async for check in check_host(hosts, self._details, scope):
            yield check
