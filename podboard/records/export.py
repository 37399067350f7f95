"""Records that leave for another machine with their secrets: sealed under a passphrase.

The file says how: scrypt makes a key of the passphrase, AES-256-GCM seals with it, and the parameters are
authenticated along with what is sealed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from typing import TYPE_CHECKING, Any, Final

from podboard.errors import RecordError, SealError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.model.record import Json
    from podboard.model.secret import Secret

_MARK: Final = "podboard_records"
_HEADER: Final[dict[str, Json]] = {
    _MARK: "sealed",
    "version": 1,
    "cipher": "AES-256-GCM",
    "kdf": "scrypt",
    "n": 1 << 17,
    "r": 8,
    "p": 1,
}
"""128 MiB of memory and half a second for each guess."""

_MOST_MEMORY: Final = 1 << 30
_MOST_LANES: Final = 4
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32


def is_sealed(document: Json) -> bool:
    """Whether this is what ``seal`` makes, of whatever version."""
    return isinstance(document, dict) and _MARK in document


def seal(documents: Sequence[Json], passphrase: Secret[str]) -> dict[str, Json]:
    """Return documents of records as one that shows nothing of them but its length."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    header = {**_HEADER, "salt": _text(salt), "nonce": _text(nonce)}
    key = _key(passphrase, salt, _HEADER)
    sealed = AESGCM(key).encrypt(nonce, json.dumps(documents).encode(), _bound(header))
    return {**header, "sealed": _text(sealed)}


def unseal(document: Json, passphrase: Secret[str]) -> list[Json]:
    """Return the documents that ``seal`` was given.

    Raises:
        RecordError: It is not what ``seal`` makes, or asks for more work than is sane.
        SealError: The passphrase is another one, or the document was changed.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    header, salt, nonce, sealed = _parts(document)
    key = _key(passphrase, salt, header)
    try:
        documents = json.loads(AESGCM(key).decrypt(nonce, sealed, _bound(header)))
    except (InvalidTag, ValueError):
        raise SealError(
            "the sealed records do not open: the passphrase is another one, or the file was changed"
        ) from None
    return list(documents)


def _parts(document: Any) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    """Return the header, the salt, the nonce and what is sealed."""
    header = {name: value for name, value in document.items() if name != "sealed"}
    for name in (_MARK, "version", "cipher", "kdf"):
        if header.get(name) != _HEADER[name]:
            raise RecordError(f"the sealed records are of a kind this podboard does not know: {name}", _NEWER)
    n, r, p = (_count(header, name) for name in ("n", "r", "p"))
    if n & (n - 1) or n == 1 or 128 * n * r > _MOST_MEMORY or p > _MOST_LANES:
        raise RecordError("the sealed records ask for an impossible amount of work: n, r or p")
    try:
        salt, nonce, sealed = (
            base64.b64decode(document[name], validate=True) for name in ("salt", "nonce", "sealed")
        )
    except (LookupError, TypeError, binascii.Error, ValueError):
        raise RecordError("salt, nonce and sealed of the sealed records must be base64") from None
    return header, salt, nonce, sealed


_NEWER = "use a newer podboard"


def _count(header: dict[str, Any], name: str) -> int:
    value = header.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise RecordError(f"{name} of the sealed records must be a whole number above 0")
    return value


def _key(passphrase: Secret[str], salt: bytes, header: dict[str, Any]) -> bytes:
    n, r, p = header["n"], header["r"], header["p"]
    memory = 128 * r * (n + p + 2)
    return hashlib.scrypt(
        passphrase.reveal().encode("utf-8", "surrogateescape"),
        salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=_KEY_BYTES,
    )  # fmt: skip


def _bound(header: dict[str, Any]) -> bytes:
    return json.dumps(header, sort_keys=True).encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
