"""Secrets as they lie in the database: AES-256-GCM, bound to the record and the field they belong to.

A sealed value is text: ``sealed:1:<key's name>:<base64 of nonce, ciphertext and tag>``. What it is bound to
is authenticated with it: moved to another record or field it does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from typing import TYPE_CHECKING, Final

from podboard.errors import SealError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX: Final = "sealed:1:"
KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def key_name(key: bytes) -> str:
    """Return the name of a key, 16 hexadecimal digits that say nothing about it."""
    return hashlib.sha256(b"podboard sealing key" + key).hexdigest()[:16]


class Sealer:
    """Seals and opens.

    Args:
        find: Finds a key by its name, 32 bytes; may take long; raises SealError where it is not to be had.
    """

    def __init__(self, find: Callable[[str], bytes]) -> None:
        self._find = find
        self._ciphers: dict[str, AESGCM] = {}
        self._digest_keys: dict[str, bytes] = {}

    def seal(self, key: str, text: str, record: str, field: str) -> str:
        """Seal a text to a field of a record; raises SealError if the key is not to be had.

        Args:
            key: The name of the key to seal with.
            text: Any text.
            record: The record's id.
            field: The field's name, dotted below a JSON column.
        """
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher(key).encrypt(nonce, text.encode(), _bound(record, field))
        return f"{PREFIX}{key}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, record: str, field: str) -> str:
        """Open what ``seal`` made; raises SealError if the key is not here, or it was tampered with."""
        from cryptography.exceptions import InvalidTag

        name, _, text = sealed.removeprefix(PREFIX).partition(":")
        cipher = self._cipher(name)
        try:
            data = base64.b64decode(text, validate=True)
            opened = cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], _bound(record, field))
        except (binascii.Error, ValueError, InvalidTag):
            raise SealError(
                f"the sealed {field} of record {record} does not open: it was damaged or moved there",
                "set it anew with: podboard records set",
            ) from None
        return opened.decode()

    def digest(self, key: str, text: str) -> str:
        """Return what tells whether a text was changed, and nothing else to whoever has not the key.

        ``<key's name>:<hexadecimal digits>``. Raises SealError if the key is not to be had.
        """
        if (digest_key := self._digest_keys.get(key)) is None:
            digest_key = self._digest_keys[key] = hmac.digest(self._find(key), b"podboard digest", "sha256")
        return f"{key}:{hmac.digest(digest_key, text.encode(), 'sha256').hex()}"

    def is_unchanged(self, digest: str, text: str) -> bool:
        """Whether a digest is of this text; raises SealError if its key is not to be had."""
        return hmac.compare_digest(digest, self.digest(digest.partition(":")[0], text))

    def _cipher(self, key: str) -> AESGCM:
        if (cipher := self._ciphers.get(key)) is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            cipher = self._ciphers[key] = AESGCM(self._find(key))
        return cipher


def _bound(record: str, field: str) -> bytes:
    return f"podboard/{record}/{field}".encode()
