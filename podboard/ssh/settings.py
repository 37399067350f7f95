"""What a record and the person's ssh_config come down to for one host. The record's own words win."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import asyncssh
from msgspec import Struct

from podboard.errors import SshLoginError
from podboard.model.text import one_line
from podboard.paths import expanded
from podboard.ssh.address import Address
from podboard.ssh.keys import DEFAULT_FILES, encrypted

if TYPE_CHECKING:
    from collections.abc import Sequence

_HOP = re.compile(r"(?:(?P<user>[^@]+)@)?(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^:\[\]]+))(?::(?P<port>\d{1,5}))?")
_GLOBAL_KNOWN_HOSTS: Final = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")
_USER_KNOWN_HOSTS: Final = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")


class Settings(Struct, frozen=True):
    """One host, with everything ssh_config says of it that asyncssh is not left to do.

    Attributes:
        address: As it was named.
        endpoint: Where it really is.
        jump: The hosts to go through, as ``ProxyJump`` has them; empty for none.
        proxy_command: As ``ProxyCommand`` has it, for a shell; empty for none.
        identity_files: Those of ``IdentityFile`` that exist; empty for ssh's usual ones.
        encrypted_keys: Key files that take a passphrase, with what is in them.
        known_hosts: The files that say whose key is whose.
        key_name: The name and the port under which they know it.
        key_algorithms: Whether ``HostKeyAlgorithms`` says in which forms it may show its key.
    """

    address: Address
    endpoint: tuple[str, int]
    jump: str
    proxy_command: str
    identity_files: tuple[str, ...]
    encrypted_keys: tuple[tuple[Path, bytes], ...]
    known_hosts: tuple[Path, ...]
    key_name: tuple[str, int]
    key_algorithms: bool


async def read_settings(address: Address, config: Sequence[str]) -> Settings:
    """Read what ssh_config says of a host.

    asyncssh honours most of it by itself. Not left to it are jump hosts, which it would trust as the
    config file says, checking of host keys included; ProxyCommand, which OpenSSH gives to a shell; and
    IdentityFile, where it gives up at a file that is not there and passes over what is encrypted.

    Args:
        address: The host.
        config: The files of ssh_config, the person's before the machine's.

    Raises:
        SshLoginError: A file says something impossible.
    """
    try:
        options = await asyncssh.SSHClientConnectionOptions.construct(
            config=list(config), client_keys=None, known_hosts=b"", **address.options
        )
    except (ValueError, OSError) as error:
        raise SshLoginError(
            f"ssh_config cannot be used for {address}: {one_line(str(error))}",
            "correct it; ssh -G shows its view",
        ) from error
    return await asyncio.to_thread(_settings, address, options)


def _settings(address: Address, options: asyncssh.SSHClientConnectionOptions) -> Settings:
    files = options.config.get("IdentityFile")
    named = [expanded(str(file)) for file in files] if isinstance(files, list) else []
    candidates = named or [expanded(f"~/.ssh/{name}") for name in DEFAULT_FILES]
    return Settings(
        address=address,
        endpoint=(options.host, options.port),
        jump=options.tunnel if isinstance(options.tunnel, str) else "",
        proxy_command=str(options.config.get("ProxyCommand") or ""),
        identity_files=tuple(str(file) for file in named if file.is_file()),
        encrypted_keys=tuple(encrypted(candidates)),
        known_hosts=_known_hosts(options.config),
        key_name=(options.host_key_alias or options.host, options.port),
        key_algorithms=bool(options.config.get("HostKeyAlgorithms")),
    )


def hops(jump: str) -> list[Address]:
    """Take a list of jump hosts apart: ``[user@]host[:port]``, separated by commas.

    Raises:
        SshLoginError: One of them is none.
    """
    found = [(hop, _HOP.fullmatch(hop.strip().removeprefix("ssh://"))) for hop in jump.split(",")]
    addresses = []
    for hop, match in found:
        if match is None:
            raise SshLoginError(
                f"{one_line(hop, 80)!r} is no jump host",
                "write it as user@host:port, or an alias of ssh_config",
            )
        port = int(match["port"]) if match["port"] else None
        addresses.append(Address(match["v6"] or match["host"], port, match["user"] or ""))
    return addresses


def _known_hosts(config: Any) -> tuple[Path, ...]:
    """The files that count. ``none`` and ``StrictHostKeyChecking no`` turn no checking off here."""
    user = config.get("UserKnownHostsFile", list(_USER_KNOWN_HOSTS))
    every = config.get("GlobalKnownHostsFile", list(_GLOBAL_KNOWN_HOSTS))
    return tuple(Path(file) for file in (*user, *every))
