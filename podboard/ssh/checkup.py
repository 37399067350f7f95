"""A host looked at step by step: whose key it has, whether it lets us in, what kubectl there can do."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final

from podboard.errors import (
    KubectlError,
    SshLoginError,
    SshUnreachableError,
)
from podboard.model.checkup import NO_OP, Check, Result, Step
from podboard.model.ending import EndingKind
from podboard.model.names import checked_namespace
from podboard.model.text import one_line
from podboard.probes import connect, in_turn, is_address, look_up
from podboard.ssh.address import address_of
from podboard.ssh.failures import unreachable
from podboard.ssh.kubectl import ANSWER, Kubectl
from podboard.wire.exec_channel import Ended

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import asyncssh

    from podboard.model.checkup import Fact, Scope
    from podboard.model.record import SshConnectionDetails
    from podboard.ssh.connect import Link
    from podboard.ssh.hosts import Hosts
    from podboard.ssh.settings import Settings

    Facts = dict[str, Fact]

GREETING: Final = 8.0
"""Seconds until the host has shown its key, where no person is asked on the way."""

LOGIN: Final = 15.0
"""Seconds for the login, likewise."""

_TOLD: Final = ("host", "port", "username", "jump_host", "key_file", "kubectl", "kubeconfig", "context")


async def check_host(hosts: Hosts, details: SshConnectionDetails, scope: Scope) -> AsyncIterator[Check]:
    """Look at the way through a host.

    Every step is bounded in time, but for those that ask the person. Nothing is started in the pod unless
    ``scope`` says so.

    Args:
        hosts: Connects to it.
        details: The host.
        scope: What to look at.
    """
    look = _Look(hosts, details, scope)
    steps = [
        (Step.CONFIGURATION, look.configuration),
        (Step.DNS, look.dns),
        (Step.TCP, look.tcp),
        (Step.HOST_KEY, look.host_key),
        (Step.LOGIN, look.login),
        (Step.KUBECTL, look.kubectl),
        (Step.AUTHORISATION, look.authorisation),
        (Step.EXEC, look.exec),
    ]
    try:
        async for check in in_turn(steps):
            yield check
    finally:
        await look.close()


class _Look:
    """What is known of a host so far."""

    def __init__(self, hosts: Hosts, details: SshConnectionDetails, scope: Scope) -> None:
        self._hosts = hosts
        self._details = details
        self._host = str(address_of(details))
        self._kubectl = Kubectl(hosts, details)
        self._target = scope.target
        self._no_exec = scope.no_exec
        self._first: Settings
        self._reaching: asyncio.Task[Link] | None = None

    async def close(self) -> None:
        """Give up what has not come to its end."""
        if self._reaching is not None:
            self._reaching.cancel()
            await asyncio.gather(self._reaching, return_exceptions=True)

    async def configuration(self) -> Check:
        """Tell what was read."""
        self._first = await self._hosts.first_hop(self._details)
        facts: Facts = {name: text for name in _TOLD if (text := one_line(self._details.text(name)))}
        secrets = ("password", "key_string")
        facts |= {f"has_{name}": self._details.secret(name) is not None for name in secrets}
        words = f"through {self._first.address}" if str(self._first.address) != self._host else ""
        return Check(Step.CONFIGURATION, Result.OK, f"{self._host} {words}".strip(), facts=facts)

    async def dns(self) -> Check:
        """Look up the name of the first host on the way."""
        host, port = self._first.endpoint
        if self._first.proxy_command:
            return Check(Step.DNS, Result.NOT_APPLICABLE, "a ProxyCommand of ssh_config connects")
        if is_address(host):
            return Check(Step.DNS, Result.NOT_APPLICABLE, f"{host} is an address")
        try:
            addresses = tuple(await look_up(host, port))
        except TimeoutError as error:
            raise SshUnreachableError(
                f"the name {one_line(host, 100)} is not resolved in time", "check the network or the VPN"
            ) from error
        except OSError as error:
            raise unreachable(self._first, error) from error
        name = one_line(host, 100)
        facts: Facts = {"name": name, "addresses": addresses}
        return Check(Step.DNS, Result.OK, f"{name} is {', '.join(addresses)}", facts=facts)

    async def tcp(self) -> Check:
        """Connect to it."""
        if self._first.proxy_command:
            return Check(Step.TCP, Result.NOT_APPLICABLE, "a ProxyCommand of ssh_config connects")
        host, port = self._first.endpoint
        try:
            _, writer = await connect(host, port)
        except OSError as error:  # a TimeoutError is one
            raise unreachable(self._first, error) from error
        peer = str(writer.get_extra_info("peername")[0])
        writer.transport.abort()
        return Check(Step.TCP, Result.OK, f"connected to {peer} port {port}", facts={"peer": peer})

    async def host_key(self) -> Check:
        """Have the host show its key; the login begins as soon as it is known."""
        shown: asyncio.Future[asyncssh.SSHKey | None] = asyncio.get_running_loop().create_future()

        def know(key: asyncssh.SSHKey | None) -> None:
            if not shown.done():
                shown.set_result(key)

        self._reaching = asyncio.create_task(self._hosts.reach(self._details, known=know))
        done, _ = await asyncio.wait(
            (self._reaching, shown), timeout=None if self._hosts.may_ask else GREETING,
            return_when=asyncio.FIRST_COMPLETED,
        )  # fmt: skip
        if not done:
            raise unreachable(self._first, TimeoutError())
        if shown.done():
            key = shown.result()
        elif isinstance(self._reaching.exception(), SshLoginError):
            # A key of ours that cannot be used: the host was not even asked.
            return Check(Step.HOST_KEY, Result.SKIPPED, "the host was not asked")
        else:
            key = self._reaching.result().connection.get_server_host_key()
        if key is None:
            return Check(Step.HOST_KEY, Result.OK, "the host is known without a key")
        facts: Facts = {
            "key_type": key.get_algorithm(),
            "fingerprint": key.get_fingerprint(),
            "known_by": "the record" if self._details.text("host_key") else "known_hosts",
        }
        sentence = f"{facts['key_type']} {facts['fingerprint']}, known by {facts['known_by']}"
        return Check(Step.HOST_KEY, Result.OK, sentence, facts=facts)

    async def login(self) -> Check:
        """Wait for the login's end."""
        assert self._reaching is not None  # noqa: S101 - the step before began it
        try:
            async with asyncio.timeout(None if self._hosts.may_ask else LOGIN):
                link = await asyncio.shield(self._reaching)
        except TimeoutError:
            raise SshLoginError(
                f"the login on {self._host} took longer than {LOGIN:g} s", "ssh -v shows what it waits for"
            ) from None
        methods = tuple(link.connection.get_server_auth_methods())
        user = one_line(str(link.connection.get_extra_info("username")), 100)
        facts: Facts = {"user": user, "method": methods[0], "methods": methods}
        return Check(Step.LOGIN, Result.OK, f'logged in as "{user}" by {methods[0]}', facts=facts)

    async def kubectl(self) -> Check:
        """Look for kubectl there."""
        said = await self._kubectl.run("version", "--client", "--output=json")
        facts: Facts = {"path": said.path}
        try:
            facts["version"] = one_line(json.loads(said.output)["clientVersion"]["gitVersion"], 40)
        except (ValueError, TypeError, KeyError, RecursionError):
            raise KubectlError(
                f"{said.path} on {self._host} is no kubectl that tells its version", "run it there by hand"
            ) from None
        return Check(Step.KUBECTL, Result.OK, f"{said.path} {facts['version']}", facts=facts)

    async def authorisation(self) -> Check:
        """Have kubectl ask its API server what it may do."""
        namespace = checked_namespace(self._target.namespace)
        facts: Facts = {"namespace": namespace}
        if not await self._kubectl.may(self._target, "create", "exec"):
            raise KubectlError(
                f"kubectl on {self._host} may not create pods/exec in {namespace}",
                "a Role must allow get and create on pods/exec to the user of the kubeconfig there",
            )
        facts["create pods/exec"] = True
        return Check(Step.AUTHORISATION, Result.OK, f"may create pods/exec in {namespace}", facts=facts)

    async def exec(self) -> Check:
        """Run a command that does nothing, if that is wished."""
        if self._no_exec:
            return Check(Step.EXEC, Result.SKIPPED, self._no_exec)
        command = " ".join(NO_OP)
        session = await self._hosts.open_exec(self._details, self._target, NO_OP, tty=False, stdin=False)
        try:
            async with asyncio.timeout(ANSWER):
                while not isinstance(event := await session.receive(), Ended):
                    pass
        except TimeoutError:
            raise self._kubectl.slow() from None
        finally:
            await session.close()
        if session.failure is not None:
            raise session.failure
        if event.ending.kind is not EndingKind.EXITED:
            raise KubectlError(event.ending.sentence, event.ending.hint)
        said = "ran" if event.ending.exit_code == 0 else f"did not run: {event.ending.sentence}"
        return Check(Step.EXEC, Result.OK, f"`{command}` {said}")
