"""Where the keys of sealed secrets are kept: the keyring of the operating system, else a file."""

from __future__ import annotations

import base64
import binascii
import json
import os
from typing import TYPE_CHECKING, Any, Final, Literal

from podboard.errors import SealError
from podboard.model.secret import Discreet
from podboard.model.text import one_line
from podboard.records.files import sync
from podboard.records.sealing import KEY_BYTES, key_name

if TYPE_CHECKING:
    from pathlib import Path

Place = Literal["keyring", "file"]

_SERVICE: Final = "podboard"


class Key(Discreet, frozen=True):
    """A key that seals, and where it is kept."""

    name: str
    place: Place
    value: bytes


class Keys:
    """The keys of one database. Every call may take long: a keyring may ask the person to unlock it.

    Args:
        database: The database; its key file lies beside it, ``.key`` added to its name.
        keyring: Whether the operating system's keyring may keep a new one.
    """

    def __init__(self, database: Path, *, keyring: bool = True) -> None:
        self.file = database.with_name(f"{database.name}.key")
        self._may_use_keyring = keyring

    def create(self) -> Key:
        """Make a key and keep it; raises SealError if there is no place to."""
        value = os.urandom(KEY_BYTES)
        name = key_name(value)
        text = base64.b64encode(value).decode()
        if self._may_use_keyring and _put_into_keyring(name, text):
            return Key(name, "keyring", value)
        try:
            self._put_into_file(name, text)
        except OSError as error:
            raise SealError(
                f"the key file {one_line(str(self.file))} cannot be written: {error.strerror}"
            ) from error
        return Key(name, "file", value)

    def find(self, name: str, place: Place) -> Key:
        """Return a key; raises SealError if it is not where it was put."""
        where = (
            f"the key file {one_line(str(self.file))}"
            if place == "file"
            else "the operating system's keyring"
        )
        text = self._read_file().get(name) if place == "file" else _keyring_entry(name)
        if text is None:
            raise SealError(
                f"the key {name} that secrets are sealed with is not in {where}",
                "copy the key file along with a database"
                if place == "file"
                else "unlock the keyring, or run podboard where it is",
            )
        try:
            value = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            value = b""
        if key_name(value) != name:
            raise SealError(f"the key {name} in {where} is damaged")
        return Key(name, place, value)

    def _read_file(self) -> dict[str, str]:
        try:
            keys = json.loads(self.file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise SealError(f"the key file {one_line(str(self.file))} cannot be read") from error
        if not isinstance(keys, dict):
            raise SealError(f"the key file {one_line(str(self.file))} holds no keys")
        return {str(name): str(text) for name, text in keys.items()}

    def _put_into_file(self, name: str, text: str) -> None:
        keys = self._read_file() | {name: text}
        # Whoever makes a key holds the database's lock: what lies there was left by one that was killed.
        beside = self.file.with_name(f"{self.file.name}.new")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump(keys, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.file)
            sync(self.file.parent)  # before anything that was sealed with the key is kept
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


def _keyring() -> Any | None:
    """Return the keyring if there is one that keeps secrets from others.

    keyring itself has stand-ins for none (``fail``, ``null``), and others may be installed that write
    plain text; all of them rate themselves below 1.
    """
    import keyring
    from keyring.errors import KeyringError

    try:
        backend = keyring.get_keyring()
        keeps_secrets = backend.priority >= 1
    except (KeyringError, RuntimeError, ImportError):
        return None
    return backend if keeps_secrets else None


def _put_into_keyring(name: str, text: str) -> bool:
    from keyring.errors import KeyringError

    backend = _keyring()
    if backend is None:
        return False
    try:
        backend.set_password(_SERVICE, name, text)
        return bool(backend.get_password(_SERVICE, name) == text)
    except (KeyringError, OSError, RuntimeError):
        return False


def _keyring_entry(name: str) -> str | None:
    from keyring.errors import KeyringError

    backend = _keyring()
    if backend is None:
        return None
    try:
        entry = backend.get_password(_SERVICE, name)
    except (KeyringError, OSError, RuntimeError) as error:
        raise SealError(
            "the operating system's keyring does not answer", "unlock it, and try again"
        ) from error
    return str(entry) if entry is not None else None
