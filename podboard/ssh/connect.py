"""Reaching a host: its settings, the hosts before it, its key, the login."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import asyncssh
from msgspec import Struct

from podboard.errors import HostKeyError, SshUnreachableError
from podboard.ssh.address import address_of
from podboard.ssh.client import Client
from podboard.ssh.failures import host_key_failure, login_failure
from podboard.ssh.keys import password
from podboard.ssh.known_hosts import HostKeys, pinned, plain_algorithms, read_known_hosts, wanted_algorithms
from podboard.ssh.settings import hops, read_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from podboard.model.question import Ask, HostKeyQuestion
    from podboard.model.record import SshConnectionDetails
    from podboard.ssh.keys import KeyPair, KeyRing
    from podboard.ssh.settings import Settings

    Known = Callable[[asyncssh.SSHKey | None], None]
    """Told a host's key; None where it was met without one."""

_CONNECTING: Final = 20.0
"""Seconds until the host has shown its key."""

_LOGIN: Final = 300.0
"""Seconds for a login: a person may have to find their second factor."""

_ALIVE: Final = 15.0
_ALIVE_MISSED: Final = 4
"""Seconds between signs of life, and how many may be missing."""

_MOST_HOPS: Final = 8
_CLOSING: Final = 1.0

_BY_SHELL: Final = "exec 3>&2 2>/dev/null; "
"""Before a ProxyCommand, which is a shell's as with OpenSSH. asyncssh would take what comes on stderr for the
host's words, and its end for the connection's."""


class Link:
    """A connection to a host, the connections it goes through, and what runs on it.

    Attributes:
        connection: To the host itself.
        sessions: How many run on it now.
        is_full: The host allowed no further one; until one ends.
        is_proven: It had a session.
        is_lost: It is gone, or on its way.
    """

    def __init__(self, connection: asyncssh.SSHClientConnection, through: Link | None) -> None:
        self.connection = connection
        self.sessions = 0
        self.is_full = False
        self.is_proven = False
        self.is_lost = False
        self._through = through

    def note_lost(self) -> None:
        """Never hand it out again."""
        self.is_lost = True

    async def close(self) -> None:
        """Close it and what it goes through; a host that does not answer is not waited for."""
        self.is_lost = True
        self.connection.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING):
                await self.connection.wait_closed()
        self.connection.abort()
        if self._through is not None:
            await self._through.close()


class _Login(Struct, frozen=True):
    """What it takes to get into one host.

    Attributes:
        host_keys: What is known of its keys.
        keys: The record's; where it has none, what ssh would take.
        password: The record's, for its own host only.
        say: Told how far it has come.
        known: Called with the host's key when the login begins.
    """

    settings: Settings
    host_keys: HostKeys
    keys: list[KeyPair]
    password: str | None
    say: Callable[[str], None]
    known: Known | None = None


class Connector:
    """Makes connections for a person.

    Args:
        config: The files of ssh_config, the person's before the machine's.
        known_hosts: podboard's own file of host keys, beside those of ssh.
        keys: The private keys that are open already.
        ask: None where nobody can be asked.
        accepted: Called with every host key that the person accepts.
    """

    def __init__(
        self,
        config: Sequence[Path],
        known_hosts: Path,
        keys: KeyRing,
        ask: Ask | None,
        accepted: Callable[[HostKeyQuestion], None] | None,
    ) -> None:
        self._config = [str(file) for file in config if file.is_file()]
        self._known_hosts = known_hosts
        self._keys = keys
        self._ask = ask
        self._accepted = accepted
        self._pins: dict[tuple[str, int], asyncssh.SSHKey] = {}

    async def connect(
        self, details: SshConnectionDetails, say: Callable[[str], None], known: Known | None = None
    ) -> Link:
        """Connect to the host of a record and log in.

        Args:
            details: The host.
            say: Told how far it has come, in a few words.
            known: Called with the host's key when it is known to be the host's and the login begins.

        Raises:
            SshError: It did not work.
            RecordError: The record's ``host_key`` is no key.
        """
        address = address_of(details)
        settings = await read_settings(address, self._config)
        keys = await self._keys.own(details, str(address))
        host_keys = await self._host_keys(settings, details)
        if pin := details.text("host_key"):
            host_keys.pins, host_keys.is_pinned = [pinned(pin)], True
        login = _Login(settings, host_keys, keys, password(details), say, known)
        jump = details.text("jump_host") or settings.jump
        return await self._log_in(login, await self._connect_hops(login, jump, details))

    async def first_hop(self, details: SshConnectionDetails) -> Settings:
        """Return the host that is connected to first on the way to the host of a record.

        Raises:
            SshLoginError: ssh_config or a jump host in it is wrong.
        """
        settings = await read_settings(address_of(details), self._config)
        jump = details.text("jump_host") or settings.jump
        for _ in range(_MOST_HOPS):
            before = [await read_settings(named, self._config) for named in (hops(jump) if jump else [])]
            first = next((hop for hop in before if hop.endpoint != settings.endpoint), None)
            if first is None:
                break
            settings, jump = first, first.jump
        return settings

    async def _connect_hops(
        self, login: _Login, jump: str, details: SshConnectionDetails, depth: int = 0
    ) -> Link | None:
        """Connect to the last of the hosts before a host; None where there is none.

        They get the record's key, never its password.
        """
        address, endpoint = login.settings.address, login.settings.endpoint
        if depth > _MOST_HOPS:
            raise SshUnreachableError(
                f"the jump hosts before {address} lead in a circle", "correct ProxyJump in ssh_config"
            )
        link: Link | None = None
        for named in hops(jump) if jump else []:
            async with _closed_on_failure(link):
                settings = await read_settings(named, self._config)
                if settings.endpoint == endpoint:
                    continue  # as ssh does, where "Host *" names a jump host for the jump host, too
                hop = _Login(settings, await self._host_keys(settings, details), login.keys, None, login.say)
                if link is None:
                    link = await self._connect_hops(hop, settings.jump, details, depth + 1)
            link = await self._log_in(hop, link)
        return link

    async def _host_keys(self, settings: Settings, details: SshConnectionDetails) -> HostKeys:
        """Read what is known of a host: in the record's file alone, if it names one, else in all."""
        named = details.text("known_hosts")
        files = [Path(named)] if named else [self._known_hosts, *settings.known_hosts]
        return HostKeys(await asyncio.to_thread(read_known_hosts, files))

    async def _log_in(self, login: _Login, through: Link | None) -> Link:
        """Connect; where the host's key is unknown, ask, and connect again to whoever has that very key."""
        settings, host_keys = login.settings, login.host_keys
        options = self._options(login, through)
        async with _closed_on_failure(through):
            while True:
                client = Client(
                    settings, self._keys, login.password, self._ask, host_keys, own_keys=bool(login.keys)
                )
                login.say(f"connecting to {settings.address}")
                try:
                    return await _connect(login, client, through, options)
                except asyncssh.HostKeyNotVerifiable as error:
                    if host_keys.vouched:
                        # As ssh does: where nobody here knows the authority, the key itself counts.
                        host_keys.vouched = False
                        options["server_host_key_algs"] = plain_algorithms(host_keys)
                        continue
                    host_keys.pins.append(await self._decide(settings, host_keys, error))
                except (asyncssh.Error, OSError, ValueError) as error:
                    raise login_failure(settings, client, error) from error

    def _options(self, login: _Login, through: Link | None) -> dict[str, Any]:
        settings, proxy = login.settings, login.settings.proxy_command
        options: dict[str, Any] = {
            **settings.address.options,
            "config": self._config,
            "tunnel": through.connection if through is not None else None,
            "proxy_command": ["/bin/sh", "-c", _BY_SHELL + proxy] if proxy and through is None else None,
            "keepalive_interval": _ALIVE,
            "keepalive_count_max": _ALIVE_MISSED,
            "connect_timeout": None,
            "login_timeout": 0,
            "agent_forwarding": False,
            "x11_forwarding": False,
        }
        if not settings.key_algorithms:
            options["server_host_key_algs"] = wanted_algorithms(login.host_keys, *settings.key_name)
        if login.keys:
            options |= {"client_keys": login.keys, "agent_path": None, "agent_identities": None}
        else:
            options |= {"client_keys": list(settings.identity_files) or (), "ignore_encrypted": True}
        return options

    async def _decide(
        self, settings: Settings, host_keys: HostKeys, error: asyncssh.HostKeyNotVerifiable
    ) -> asyncssh.SSHKey:
        """Return the key that was shown, if the person says that it is the host's.

        Raises:
            HostKeyError: It is not, or it is not for a person to say.
        """
        question, offered, address = host_keys.question(), host_keys.offered, settings.address
        if question is None or offered is None:
            raise host_key_failure(settings, host_keys, error) from error
        if self._pins.get((question.host, question.port)) == offered:
            return offered
        found = f"{question.key_type} {question.fingerprint}"
        if self._ask is None:
            raise HostKeyError(
                f"the key of {address} is unknown ({found}), and nobody can be asked",
                "compare it with the host's own and put it into the record as host_key, or use ssh once",
            ) from error
        if not await self._ask.trusts(question):
            raise HostKeyError(
                f"the key of {address} was not accepted ({found})",
                "ask the host's administrator for its fingerprint",
            ) from error
        self._pins[question.host, question.port] = offered
        if self._accepted is not None:
            self._accepted(question)
        return offered


async def _connect(login: _Login, client: Client, through: Link | None, options: dict[str, Any]) -> Link:
    loop = asyncio.get_running_loop()

    def begin_login(key: asyncssh.SSHKey | None) -> None:
        limit.reschedule(loop.time() + _LOGIN)
        login.say(f"{login.settings.address} is known, logging in")
        if login.known is not None:
            login.known(key)

    client.begun = begin_login
    async with asyncio.timeout(_CONNECTING) as limit:
        connection = await asyncssh.connect(
            client_factory=lambda: client, known_hosts=login.host_keys, **options
        )
    link = Link(connection, through)
    client.lost = link.note_lost
    return link


@contextlib.asynccontextmanager
async def _closed_on_failure(link: Link | None) -> AsyncIterator[None]:
    try:
        yield
    except BaseException:
        if link is not None:
            await link.close()
        raise
