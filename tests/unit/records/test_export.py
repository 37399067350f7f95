"""Records sealed under a passphrase."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from podboard.errors import RecordError, SealError
from podboard.model.secret import Secret
from podboard.records import export
from podboard.records.export import is_sealed, seal, unseal
from tests.support.records import MARK

PASSPHRASE = Secret.of("correct horse")
DOCUMENTS: list[Any] = [{"name": "a", "token": MARK}, {"name": "ü"}]


@pytest.fixture(autouse=True)
def _little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(export._HEADER, "n", 1 << 10)


def test_what_is_sealed_opens_with_the_passphrase() -> None:
    sealed = seal(DOCUMENTS, PASSPHRASE)
    assert is_sealed(sealed)
    assert MARK not in json.dumps(sealed)
    assert unseal(json.loads(json.dumps(sealed)), PASSPHRASE) == DOCUMENTS


def test_it_is_scrypt_and_aes_gcm_as_the_file_says() -> None:
    sealed: dict[str, Any] = seal(DOCUMENTS, PASSPHRASE)
    salt, nonce, data = (base64.b64decode(sealed[name]) for name in ("salt", "nonce", "sealed"))
    key = Scrypt(salt, 32, sealed["n"], sealed["r"], sealed["p"]).derive(b"correct horse")
    header = json.dumps({name: value for name, value in sealed.items() if name != "sealed"}, sort_keys=True)
    assert json.loads(AESGCM(key).decrypt(nonce, data, header.encode())) == DOCUMENTS


def test_no_two_are_alike() -> None:
    first, second = seal(DOCUMENTS, PASSPHRASE), seal(DOCUMENTS, PASSPHRASE)
    assert all(first[name] != second[name] for name in ("salt", "nonce", "sealed"))


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(SealError) as failed:
        unseal(seal(DOCUMENTS, PASSPHRASE), Secret.of("wrong"))
    assert "correct" not in str(failed.value)


@pytest.mark.parametrize("name", ["salt", "nonce", "sealed"])
def test_a_changed_byte_opens_nothing(name: str) -> None:
    sealed: dict[str, Any] = seal(DOCUMENTS, PASSPHRASE)
    data = bytearray(base64.b64decode(sealed[name]))
    data[0] ^= 1
    with pytest.raises(SealError):
        unseal({**sealed, name: base64.b64encode(data).decode()}, PASSPHRASE)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"version": 2}, "kind this podboard does not know: version"),
        ({"cipher": "none"}, "kind this podboard does not know: cipher"),
        ({"n": 1 << 30}, "impossible amount of work"),
        ({"n": 1000}, "impossible amount of work"),
        ({"n": 1}, "impossible amount of work"),
        ({"p": 1000}, "impossible amount of work"),
        ({"r": 1 << 20}, "impossible amount of work"),
        ({"n": "1024"}, "n of the sealed records must be a whole number above 0"),
        ({"r": 0}, "r of the sealed records"),
        ({"p": True}, "p of the sealed records"),
        ({"salt": "ü"}, "must be base64"),
        ({"sealed": 5}, "must be base64"),
        ({"nonce": None}, "must be base64"),
    ],
)
def test_a_header_that_is_none_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(RecordError, match=told):
        unseal({**seal(DOCUMENTS, PASSPHRASE), **changes}, PASSPHRASE)


@pytest.mark.parametrize("name", ["salt", "nonce", "sealed", "n", "r", "p"])
def test_a_part_that_is_missing_is_refused(name: str) -> None:
    sealed = seal(DOCUMENTS, PASSPHRASE)
    del sealed[name]
    with pytest.raises(RecordError):
        unseal(sealed, PASSPHRASE)
