"""Whose key a host's key is: OpenSSH's known_hosts files, a pinned key, and podboard's own file."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

import asyncssh
from asyncssh.public_key import get_default_certificate_algs, get_default_public_key_algs

from podboard.errors import RecordError
from podboard.model.question import HostKeyQuestion
from podboard.paths import expanded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_SSH_PORT: Final = 22

Matches: TypeAlias = tuple[list[asyncssh.SSHKey], list[asyncssh.SSHKey], list[asyncssh.SSHKey]]
"""Keys that are the host's, authorities that may vouch for it, keys that are revoked."""


def read_known_hosts(files: Iterable[Path]) -> asyncssh.SSHKnownHosts:
    """Read files of OpenSSH's form; what is missing or damaged in them names no host."""
    known = asyncssh.SSHKnownHosts()
    for file in files:
        with contextlib.suppress(OSError):
            # Line by line, as OpenSSH does it: asyncssh would refuse a file for one line it cannot read.
            for line in expanded(file).read_text("utf-8", "replace").splitlines():
                with contextlib.suppress(ValueError):
                    known.load(line)
    return known


def pinned(public_key: str) -> asyncssh.SSHKey:
    """Return the key that a record pins its host to; raises RecordError where it is none."""
    try:
        return asyncssh.import_public_key(public_key)
    except ValueError as error:
        raise RecordError(
            "ssh_connection_details.host_key is no public key",
            "one line like: ssh-ed25519 AAAA..., as ssh-keyscan prints it after the host's name",
        ) from error


def public_line(key: asyncssh.SSHKey) -> str:
    """Return a key as its type and its base64."""
    return " ".join(key.export_public_key().decode("ascii").split()[:2])


def remember(file: Path, accepted: HostKeyQuestion) -> None:
    """Add a key to a known_hosts file, which is its owner's alone.

    Raises:
        OSError: It cannot be written.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    host = accepted.host if accepted.port == _SSH_PORT else f"[{accepted.host}]:{accepted.port}"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b") as stream:
        complete = stream.seek(0, os.SEEK_END) == 0 or _last_byte(stream.fileno()) == b"\n"
        stream.write(f"{'' if complete else chr(10)}{host} {accepted.public_key}\n".encode())


def _last_byte(descriptor: int) -> bytes:
    return os.pread(descriptor, 1, os.fstat(descriptor).st_size - 1)


@dataclass(slots=True)
class HostKeys:
    """What is known of one host's keys, and what it showed; asyncssh calls it to learn the first.

    Attributes:
        known: From files.
        pins: Keys that are the host's whatever files say, unless they are revoked there.
        is_pinned: Only pins count.
        offered: The key that was shown and is not known.
        vouched: Whether it was shown in a certificate by an authority that nobody here knows.
        host: The name under which it is looked for.
        port: 22 where nothing else was said.
        trusted: The keys that are known for it.
        revoked: The keys that are not to be trusted in its name, nor in any.
    """

    known: asyncssh.SSHKnownHosts
    pins: list[asyncssh.SSHKey] = field(default_factory=list)
    is_pinned: bool = False
    offered: asyncssh.SSHKey | None = None
    vouched: bool = False
    host: str = ""
    port: int = _SSH_PORT
    trusted: list[asyncssh.SSHKey] = field(default_factory=list)
    revoked: list[asyncssh.SSHKey] = field(default_factory=list)

    def find(self, host: str, port: int) -> Matches:
        """Return what is known of a host before it is connected to, when its address is not known yet."""
        return self._match(host, "", None if port == _SSH_PORT else port)

    def __call__(self, host: str, addr: str, port: int | None) -> Matches:
        """Return what is known of a host."""
        self.host, self.port = host, port or _SSH_PORT
        self.trusted, authorities, self.revoked = self._match(host, addr, port)
        return self.trusted, authorities, self.revoked

    def question(self) -> HostKeyQuestion | None:
        """Return what to ask of the key that was shown; None where there is nothing to ask."""
        if self.offered is None or self.trusted or self.offered in self.revoked:
            return None
        key_type, _, _ = (line := public_line(self.offered)).partition(" ")
        return HostKeyQuestion(self.host, self.port, key_type, self.offered.get_fingerprint(), line)

    def _match(self, host: str, addr: str, port: int | None) -> Matches:
        trusted, authorities, revoked, *_ = self.known.match(host, addr, port)
        if self.is_pinned:
            return list(self.pins), [], list(revoked)
        return [*self.pins, *trusted], list(authorities), list(revoked)


def wanted_algorithms(host_keys: HostKeys, host: str, port: int) -> list[str]:
    """Return in which forms a host may show its key: first as it is known, then as it can be asked about.

    asyncssh by itself would take the known ones only, and a host whose key has changed its type would look
    like one that is down.
    """
    trusted, authorities, _ = host_keys.find(host, port)
    certificates = get_default_certificate_algs() if authorities else []
    return _names([*certificates, *_algorithms(trusted), *get_default_public_key_algs()])


def plain_algorithms(host_keys: HostKeys) -> list[str]:
    """Return the forms in which a host shows its key and no certificate for it."""
    return _names([*_algorithms(host_keys.trusted), *get_default_public_key_algs()])


def _algorithms(keys: Iterable[asyncssh.SSHKey]) -> list[bytes]:
    return [algorithm for key in keys for algorithm in key.sig_algorithms]


def _names(algorithms: Iterable[bytes]) -> list[str]:
    return [algorithm.decode("ascii") for algorithm in dict.fromkeys(algorithms)]
