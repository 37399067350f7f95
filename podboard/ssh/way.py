"""kubectl on a host as a way into a pod."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from podboard.ssh.checkup import check_host
from podboard.ssh.connect import address_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from podboard.model.checkup import Check, Scope
    from podboard.model.record import SshConnectionDetails
    from podboard.model.request import ExecRequest
    from podboard.ssh.hosts import Hosts
    from podboard.ssh.session import SshSession


class SshWay:
    """SSH to a host, and kubectl there.

    Attributes:
        identity: The host, as ``ops@bastion:22``.
        endpoint: The same.
        trust: What the host's key is checked against, as a digest.
    """

    def __init__(self, hosts: Hosts, details: SshConnectionDetails) -> None:
        self.identity = self.endpoint = str(address_of(details))
        known = f"{details.text('host_key')}\0{details.text('known_hosts')}"
        self.trust = hashlib.sha256(known.encode()).hexdigest()
        self._hosts = hosts
        self._details = details

    async def prepare(self) -> None:
        """Nothing is left to read."""

    async def reach(self, say: Callable[[str], None]) -> None:
        """Connect and log in."""
        await self._hosts.reach(self._details, say)

    async def open(self, request: ExecRequest, say: Callable[[str], None]) -> SshSession:
        """Start kubectl."""
        say("starting kubectl there")
        return await self._hosts.open_exec(
            self._details, request.target, request.command,
            tty=request.tty, size=request.size, stdin=request.stdin,
        )  # fmt: skip

    def check(self, scope: Scope) -> AsyncIterator[Check]:
        """Tell step by step how far it leads."""
        return check_host(self._hosts, self._details, scope)
