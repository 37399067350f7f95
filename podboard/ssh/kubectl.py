"""kubectl on a host, run once for an answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from podboard.errors import KubectlError
from podboard.model.names import checked_namespace, checked_pod
from podboard.model.text import one_line
from podboard.ssh.address import address_of
from podboard.ssh.command import find_header, kubectl_line
from podboard.ssh.failures import no_commands, no_kubectl
from podboard.ssh.verdict import failure

if TYPE_CHECKING:
    from podboard.errors import SshError
    from podboard.model.record import SshConnectionDetails
    from podboard.model.target import Target
    from podboard.ssh.hosts import Hosts

ANSWER: Final = 15.0
"""Seconds for kubectl there."""

REQUEST: Final = 10.0
"""Seconds that kubectl gives its API server: who stops waiting for kubectl does not end it."""


class Said(NamedTuple):
    """What kubectl wrote, and with what it exited.

    Attributes:
        path: Where it is.
    """

    path: str
    output: bytes
    errors: bytes
    status: int | None


class Kubectl:
    """kubectl on one host; what its methods are asked may raise SshError.

    Args:
        hosts: Connects to the host.
        details: The host.

    Attributes:
        host: For sentences.
    """

    def __init__(self, hosts: Hosts, details: SshConnectionDetails) -> None:
        self.host = str(address_of(details))
        self._hosts = hosts
        self._details = details

    async def run(self, *arguments: str) -> Said:
        """Run it, without an input."""
        try:
            async with asyncio.timeout(ANSWER):
                done = await self._hosts.run(self._details, kubectl_line(self._details, arguments))
        except TimeoutError:
            raise self.slow() from None
        output, errors = _bytes(done.stdout), _bytes(done.stderr)
        header = find_header(output)
        if header is None:
            said = one_line((output + errors).decode("utf-8", "replace"))
            raise no_commands(self.host, f": {said}" if said else f" (exit code {done.exit_status})")
        if not header.kubectl:
            raise no_kubectl(self.host, self._details.text("kubectl"))
        return Said(one_line(header.kubectl), output[header.end :], errors, done.exit_status)

    async def ask(self, target: Target, *arguments: str) -> bytes:
        """Run it for a target's namespace; return what it wrote, if it succeeded."""
        said = await self._run_for(target, *arguments)
        if said.status != 0:
            raise self._failure(said)
        return said.output

    async def may(self, target: Target, verb: str, part: str) -> bool:
        """Whether its user may do something with a part of a target's pod; without a pod, of all there."""
        pods = f"pods/{checked_pod(target.pod)}" if target.pod else "pods"
        said = await self._run_for(target, "auth", "can-i", verb, pods, f"--subresource={part}")
        answer = said.output.split()[:1]
        if answer not in ([b"yes"], [b"no"]):
            raise self._failure(said)
        return answer == [b"yes"]

    def slow(self) -> KubectlError:
        """Return the error for one that has no answer."""
        return KubectlError(
            f"kubectl on {self.host} has no answer within {ANSWER:g} s",
            "does it reach its API server? Run it there by hand",
        )

    async def _run_for(self, target: Target, *arguments: str) -> Said:
        namespace = checked_namespace(target.namespace)
        return await self.run(*arguments, f"--namespace={namespace}", f"--request-timeout={REQUEST:g}s")

    def _failure(self, said: Said) -> SshError:
        return failure(said.errors.decode("utf-8", "replace"), self.host)


def _bytes(text: Any) -> bytes:
    return text if isinstance(text, bytes) else b""
