"""Sealed texts: opened by the key alone, where they were put, and as they were."""

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.errors import SealError
from podboard.records.sealing import KEY_BYTES, PREFIX, Sealer, key_name

KEYS = {key_name(value): value for value in (b"a" * KEY_BYTES, b"b" * KEY_BYTES)}
FIRST, SECOND = KEYS


@pytest.fixture(name="sealer", scope="module")
def _sealer() -> Sealer:
    return Sealer(KEYS.__getitem__)


@given(text=st.text(st.characters(codec="utf-8")), record=st.text(max_size=9), field=st.text(max_size=9))
def test_what_is_sealed_opens(text: str, record: str, field: str) -> None:
    sealer = Sealer(KEYS.__getitem__)
    assert sealer.open(sealer.seal(FIRST, text, record, field), record, field) == text


def test_a_seal_says_nothing_but_its_keys_name_and_the_length(sealer: Sealer) -> None:
    seals = {sealer.seal(FIRST, "SECRET", "r", "token") for _ in range(100)}
    assert len(seals) == 100
    for sealed in seals:
        assert sealed.startswith(f"{PREFIX}{FIRST}:")
        data = base64.b64decode(sealed.rpartition(":")[2])
        assert len(data) == 12 + len("SECRET") + 16
        assert b"SECRET" not in data
    # No nonce was taken twice.
    assert len({base64.b64decode(sealed.rpartition(":")[2])[:12] for sealed in seals}) == 100


def test_each_key_opens_its_own(sealer: Sealer) -> None:
    sealed = sealer.seal(SECOND, "SECRET", "r", "token")
    assert sealer.open(sealed, "r", "token") == "SECRET"
    with pytest.raises(SealError):
        sealer.open(sealed.replace(SECOND, FIRST), "r", "token")


@pytest.mark.parametrize(("record", "field"), [("other", "token"), ("r", "kubeconfig"), ("r/token", "")])
def test_moved_elsewhere_it_does_not_open(sealer: Sealer, record: str, field: str) -> None:
    with pytest.raises(SealError, match="was damaged or moved there") as refused:
        sealer.open(sealer.seal(FIRST, "SECRET", "r", "token"), record, field)
    assert "SECRET" not in str(refused.value)
    assert refused.value.__cause__ is None


@given(position=st.integers(0, 33), bit=st.integers(0, 7))
def test_any_bit_that_is_turned_is_found(position: int, bit: int) -> None:
    sealer = Sealer(KEYS.__getitem__)
    head, _, text = sealer.seal(FIRST, "SECRET", "r", "token").rpartition(":")
    data = bytearray(base64.b64decode(text))
    data[position] ^= 1 << bit
    with pytest.raises(SealError):
        sealer.open(f"{head}:{base64.b64encode(data).decode()}", "r", "token")


@pytest.mark.parametrize("text", ["", "AA==", "no base64", "ä", "A" * 15])
def test_what_is_no_seal_does_not_open(sealer: Sealer, text: str) -> None:
    with pytest.raises(SealError):
        sealer.open(f"{PREFIX}{FIRST}:{text}", "r", "token")


def test_a_key_is_asked_for_once() -> None:
    asked = []

    def find(name: str) -> bytes:
        asked.append(name)
        return KEYS[name]

    sealer = Sealer(find)
    for _ in range(3):
        sealer.open(sealer.seal(FIRST, "text", "r", "token"), "r", "token")
    assert asked == [FIRST]


def test_the_name_of_a_key_is_short_and_its_own() -> None:
    names = {key_name(os.urandom(KEY_BYTES)) for _ in range(50)}
    assert len(names) == 50
    assert all(len(name) == 16 and int(name, 16) >= 0 for name in names)


@given(text=st.text(st.characters(codec="utf-8")), other=st.text(st.characters(codec="utf-8")))
def test_a_digest_tells_a_change_and_needs_the_key(text: str, other: str) -> None:
    sealer = Sealer(KEYS.__getitem__)
    digest = sealer.digest(FIRST, text)
    assert sealer.is_unchanged(digest, text)
    assert sealer.is_unchanged(digest, other) == (text == other)
    assert digest.partition(":")[2] != sealer.digest(SECOND, text).partition(":")[2]


def test_a_digest_without_its_key_tells_nothing() -> None:
    def find(name: str) -> bytes:
        raise SealError(name)

    with pytest.raises(SealError):
        Sealer(find).is_unchanged(f"{FIRST}:00", "text")
