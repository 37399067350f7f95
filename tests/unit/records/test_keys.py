"""Keys: in a keyring that keeps secrets, else in a file that nobody else can read."""

import base64
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import pytest
from keyring.errors import KeyringLocked, PasswordSetError

from podboard.errors import SealError
from podboard.records.keys import Key, Keys
from podboard.records.sealing import KEY_BYTES, key_name


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    def __init__(self, *, priority: float = 5, fails: Exception | None = None, forgets: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.rating = priority
        self.fails = fails
        self.forgets = forgets
        self.entries: dict[tuple[str, str], str] = {}

    @property
    def priority(self) -> float:
        return self.rating

    def get_password(self, service: str, username: str) -> str | None:
        if self.fails:
            raise self.fails
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.fails:
            raise self.fails
        if not self.forgets:
            self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "podboard.db"


@pytest.fixture(autouse=True)
def _same_keyring_afterwards() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def use(ring: Ring) -> Ring:
    keyring.set_keyring(ring)
    return ring


def test_a_key_is_kept_in_a_private_file_where_there_is_no_keyring(database: Path) -> None:
    keys = Keys(database)
    key = keys.create()
    assert (key.place, len(key.value), key.name) == ("file", KEY_BYTES, key_name(key.value))
    assert keys.file == database.with_name("podboard.db.key")
    assert stat.S_IMODE(keys.file.stat().st_mode) == 0o600
    assert Keys(database).find(key.name, "file") == key
    assert [file.name for file in database.parent.iterdir()] == [keys.file.name]


def test_keys_join_those_there_are(database: Path) -> None:
    made = [Keys(database).create() for _ in range(3)]
    assert [Keys(database).find(key.name, "file") for key in made] == made
    assert len({key.value for key in made}) == 3


def test_a_file_left_by_one_that_was_killed_is_no_hindrance(database: Path) -> None:
    left = database.with_name("podboard.db.key.new")
    left.write_text("{")
    key = Keys(database).create()
    assert Keys(database).find(key.name, "file") == key
    assert not left.exists()


def test_a_key_is_kept_in_a_keyring(database: Path) -> None:
    ring = use(Ring())
    key = Keys(database).create()
    assert key.place == "keyring"
    assert ring.entries == {("podboard", key.name): base64.b64encode(key.value).decode()}
    assert Keys(database).find(key.name, "keyring") == key
    assert not list(database.parent.iterdir())


@pytest.mark.parametrize(
    "ring",
    [
        Ring(priority=0.5),
        Ring(fails=PasswordSetError("no")),
        Ring(fails=RuntimeError("no")),
        Ring(fails=OSError("no bus")),
        Ring(forgets=True),
    ],
    ids=["plain text", "refuses", "broken", "gone", "forgets"],
)
def test_a_keyring_that_keeps_nothing_is_not_used(database: Path, ring: Ring) -> None:
    use(ring)
    assert Keys(database).create().place == "file"
    assert ring.entries == {}


def test_no_keyring_if_none_may_be_used(database: Path) -> None:
    ring = use(Ring())
    assert Keys(database, keyring=False).create().place == "file"
    assert ring.entries == {}


def test_a_locked_keyring_says_so(database: Path) -> None:
    use(Ring(fails=KeyringLocked("locked")))
    with pytest.raises(SealError, match="keyring does not answer") as refused:
        Keys(database).find("0" * 16, "keyring")
    assert refused.value.hint == "unlock it, and try again"


@pytest.mark.parametrize(
    ("place", "said", "hint"),
    [
        ("file", "is not in the key file", "copy the key file along"),
        ("keyring", "is not in the operating system's keyring", "unlock the keyring"),
    ],
)
def test_a_key_that_is_not_there(database: Path, place: Any, said: str, hint: str) -> None:
    use(Ring())
    with pytest.raises(SealError, match=said) as refused:
        Keys(database).find("0" * 16, place)
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ("[]", "holds no keys"),
        (b"\xff", "cannot be read"),
        (json.dumps({"0" * 16: "no key"}), "is damaged"),
        (json.dumps({"0" * 16: 17}), "is damaged"),
        (json.dumps({"0" * 16: base64.b64encode(b"x" * 32).decode()}), "is damaged"),
    ],
)
def test_a_key_file_that_is_none(database: Path, text: str | bytes, said: str) -> None:
    file = Keys(database).file
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SealError, match=said):
        Keys(database).find("0" * 16, "file")


def test_a_key_file_that_is_damaged_is_not_written_over(database: Path) -> None:
    Keys(database).file.write_text("{")
    with pytest.raises(SealError, match="cannot be read"):
        Keys(database).create()
    assert Keys(database).file.read_text() == "{"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SealError, match="cannot be written: No such file or directory"):
        Keys(tmp_path / "nowhere" / "podboard.db").create()


def test_no_key_is_shown() -> None:
    assert "SECRET" not in repr(Key("name", "file", b"SECRET"))
