"""Private keys: those a record names and those ssh_config does, and what opens them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import asyncssh

from podboard.errors import SshLoginError
from podboard.model.question import PassphraseQuestion
from podboard.model.text import one_line
from podboard.paths import expanded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podboard.model.question import Ask
    from podboard.model.record import SshConnectionDetails

KeyPair: TypeAlias = "asyncssh.SSHKey | tuple[asyncssh.SSHKey, bytes]"
"""A private key, and perhaps a certificate for it."""

_TRIES: Final = 3
_OWN: Final = "the record's key"

DEFAULT_FILES: Final = ("id_ed25519_sk", "id_ecdsa_sk", "id_ed25519", "id_ecdsa", "id_rsa")
"""What ssh looks for in ``~/.ssh`` where nothing is configured."""


class KeyRing:
    """Opens private keys, and keeps the opened ones for as long as podboard runs.

    A second connection to a host must not ask again.

    Args:
        ask: Who knows passphrases; None where nobody does.
    """

    def __init__(self, ask: Ask | None) -> None:
        self._ask = ask
        self._opened: dict[bytes, asyncssh.SSHKey] = {}

    async def own(self, details: SshConnectionDetails, host: str) -> list[KeyPair]:
        """Return the key that a record holds or names, opened; none where it has none.

        Raises:
            SshLoginError: It cannot be read or opened.
        """
        passphrase = _revealed(details, "key_passphrase") or None
        if content := _revealed(details, "key_string"):
            return [await self.open(content.encode(), _OWN, host, passphrase)]
        if not (name := details.text("key_file")):
            return []
        try:
            data, certificate = await asyncio.to_thread(_read_pair, Path(name))
        except OSError as error:
            raise SshLoginError(
                f"the key {name} cannot be read: {error.strerror}", "correct key_file in the record"
            ) from error
        key = await self.open(data, name, host, passphrase)
        return [(key, certificate), key] if certificate else [key]

    async def open(self, data: bytes, name: str, host: str, passphrase: str | None = None) -> asyncssh.SSHKey:
        """Return a private key, asking for its passphrase where it takes one.

        Args:
            data: The key as it lies in its file.
            name: What to call it.
            host: What it is for.
            passphrase: What may open it.

        Raises:
            SshLoginError: It is none, or it does not open.
        """
        if data in self._opened:
            return self._opened[data]
        try:
            key = await asyncio.to_thread(import_key, data, None)
            if key is None and passphrase is not None:
                key = await asyncio.to_thread(import_key, data, passphrase)
        except ValueError as error:
            raise SshLoginError(
                f"{name} is no private key that ssh could use: {one_line(str(error))}",
                "correct key_file or key_string in the record",
            ) from error
        self._opened[data] = key or await self._ask_for(data, name, host)
        return self._opened[data]

    async def _ask_for(self, data: bytes, name: str, host: str) -> asyncssh.SSHKey:
        if self._ask is None:
            raise SshLoginError(
                f"{name} is encrypted, nothing here opens it, and nobody can be asked",
                "load it into ssh-agent, or set key_passphrase in the record",
            )
        for turn in range(_TRIES):
            answers = await self._ask.answer(PassphraseQuestion(host, name, again=turn > 0))
            if not answers:
                raise SshLoginError(
                    f"{name} stays closed: no passphrase was given", "open it again to be asked"
                )
            if key := await asyncio.to_thread(import_key, data, answers[0]):
                return key
        raise SshLoginError(f"{name} does not open with what was given", "try again")


def import_key(data: bytes, passphrase: str | None) -> asyncssh.SSHKey | None:
    """Return a private key; None where it takes a passphrase, or another one. Takes its time.

    Raises:
        ValueError: It is no private key.
    """
    try:
        return asyncssh.import_private_key(data, passphrase)
    except asyncssh.KeyEncryptionError:
        return None
    except asyncssh.KeyImportError as error:
        # The library has no other sign for it, and older forms fail like this on a wrong passphrase.
        if "assphrase" in str(error) or passphrase is not None:
            return None
        raise


def encrypted(files: Iterable[Path]) -> list[tuple[Path, bytes]]:
    """Return those of several key files that take a passphrase, with what is in them. Takes its time."""
    found = []
    for file in files:
        try:
            data = file.read_bytes()
            closed = b"PRIVATE KEY" in data and import_key(data, None) is None
        except (OSError, ValueError):
            continue
        if closed:
            found.append((file, data))
    return found


def _revealed(details: SshConnectionDetails, name: str) -> str:
    secret = details.secret(name)
    value = secret.reveal() if secret is not None else None
    return value if isinstance(value, str) else ""


def password(details: SshConnectionDetails) -> str | None:
    """Return the password that a record holds."""
    return _revealed(details, "password") or None


def _read_pair(file: Path) -> tuple[bytes, bytes]:
    """Read a key and, as ssh does, the certificate beside it."""
    file = expanded(file)
    beside = file.with_name(f"{file.name}-cert.pub")
    return file.read_bytes(), beside.read_bytes() if beside.exists() else b""
