"""A backup taken back: whole, with what was there before kept."""

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from podboard.errors import DamagedDatabaseError, DatabaseError
from podboard.model.record import Record
from podboard.model.secret import Secret
from podboard.records.backup import restore
from podboard.records.database import APPLICATION_ID, VERSION
from podboard.records.store import open_store
from podboard.records.upgrade import no_progress, upgrade
from tests.support.databases import OLD, contents, execute, is_whole, make


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "podboard.db"


async def upgraded(path: Path, fixture: str) -> Path:
    """Upgrade a fixture's database; returns the backup."""
    summary = await upgrade(make(path, fixture))
    assert summary.backup is not None
    return summary.backup


async def add(path: Path, name: str) -> None:
    async with open_store(path) as store:
        await store.add([Record(name=name, pod_name="web", token=Secret.of("SECRET"))])


@pytest.mark.parametrize("fixture", OLD)
async def test_an_upgrade_is_taken_back(path: Path, fixture: str) -> None:
    backup = await upgraded(path, fixture)
    await add(path, "later")
    after = contents(path)
    restored = await restore(path, backup, no_progress)
    assert contents(path) == contents(backup)
    assert is_whole(path)
    assert restored.version == (1 if fixture == "version-1" else 0)
    assert restored.kept is not None
    assert contents(restored.kept) == after
    for file in (path, restored.kept):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert f"What was there before is kept in {restored.kept}." in restored.lines()
    # And forward again.
    assert (await upgrade(path)).written > 0


async def test_there_and_back_again(path: Path) -> None:
    await upgraded(path, "version-1")
    await add(path, "later")
    first = await restore(path, next(path.parent.glob("*.backup-version-1-*")), no_progress)
    assert first.kept is not None
    second = await restore(path, first.kept, no_progress)
    assert (second.version, second.sealed, second.missing) == (VERSION, True, ())
    assert "The keys that its secrets are sealed with are all there." in second.lines()
    async with open_store(path) as store:
        token = (await store.record("later")).token
        assert token is not None
        assert token.reveal() == "SECRET"


async def test_a_database_of_a_newer_podboard_is_taken_back(path: Path) -> None:
    backup = await upgraded(path, "version-1")
    execute(path, "PRAGMA user_version = 4")
    restored = await restore(path, backup, no_progress)
    assert restored.kept is not None
    assert "backup-version-4-" in restored.kept.name
    assert contents(path) == contents(backup)


async def test_where_nothing_is(path: Path) -> None:
    backup = await upgraded(path, "version-1")
    path.unlink()
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    assert (await restore(path, backup, no_progress)).kept is None
    assert contents(path) == contents(backup)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_another_page_size(path: Path) -> None:
    backup = await upgraded(path, "version-1")
    await add(path, "later")
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("PRAGMA page_size=1024")
        connection.execute("VACUUM")
    await restore(path, backup, no_progress)
    assert contents(path) == contents(backup)


@pytest.mark.parametrize("damage", ["header", "middle", "end", "all"])
async def test_a_damaged_database_gives_way_and_is_kept_as_it_is(path: Path, damage: str) -> None:
    backup = await upgraded(path, "version-1")
    async with open_store(path) as store:
        await store.add([Record(name=f"web-{number}", pod_name="web") for number in range(100)])
    data = bytearray(path.read_bytes())
    match damage:
        case "header":
            data[:16] = b"no header at all"
        case "middle":
            data[4096:8192] = b"\xff" * 4096
        case "end":
            del data[len(data) // 2 :]
        case "all":
            data = bytearray(b"\x00\xff" * 3000)
    path.write_bytes(data)
    restored = await restore(path, backup, no_progress)
    assert contents(path) == contents(backup)
    assert is_whole(path)
    assert restored.kept is not None
    assert "backup-damaged-" in restored.kept.name
    assert restored.kept.read_bytes()[100:] == data[100:]  # SQLite may write into the header
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in (path, restored.kept))


async def test_nothing_that_lies_beside_a_damaged_database_gets_into_the_other(path: Path) -> None:
    backup = await upgraded(path, "version-1")
    wal = path.with_name(f"{path.name}-wal")
    async with open_store(path) as store:
        await store.add([Record(name=f"web-{number}", pod_name="web") for number in range(100)])
        beside = wal.read_bytes()
    wal.write_bytes(beside)
    path.write_bytes(b"\x00\xff" * 3000)
    await restore(path, backup, no_progress)
    assert contents(path) == contents(backup)
    assert is_whole(path)


async def test_not_while_another_process_has_it_open(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = await upgraded(path, "version-1")
    monkeypatch.setattr("podboard.records.backup._BUSY_SECONDS", 0.01)
    async with open_store(path) as store:
        await store.resolver()
        before = contents(path)
        with pytest.raises(DatabaseError, match="is in use by another process") as refused:
            await restore(path, backup, no_progress)
        assert refused.value.hint == "close podboard, and try again"
        assert contents(path) == before
    await restore(path, backup, no_progress)
    assert contents(path) == contents(backup)


def _damaged(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4096:8192] = b"\xff" * 4096
    file.write_bytes(data)


def _of_version_9(file: Path) -> None:
    execute(file, f"PRAGMA application_id = {APPLICATION_ID}")
    execute(file, "PRAGMA user_version = 9")


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        (_damaged, DamagedDatabaseError, "is damaged"),
        (lambda file: file.write_bytes(b"x" * 5000), DamagedDatabaseError, "is no database"),
        (lambda file: file.write_bytes(b""), DatabaseError, "is empty"),
        (lambda file: file.unlink(), DatabaseError, "does not exist"),
        (lambda file: execute(file, "PRAGMA user_version = 9"), DatabaseError, "but not podboard's"),
        (_of_version_9, DatabaseError, "is of version 9"),
    ],
)
async def test_a_backup_that_is_none_changes_nothing(
    path: Path, spoil: Callable[[Path], object], error: type[DatabaseError], said: str
) -> None:
    backup = await upgraded(path, "version-1")
    spoil(backup)
    before = contents(path)
    with pytest.raises(error, match=said):
        await restore(path, backup, no_progress)
    assert contents(path) == before
    assert not list(path.parent.glob("*.backup-version-2-*"))


async def test_not_over_a_database_of_others(path: Path) -> None:
    backup = await upgraded(path, "version-1")
    other = path.with_name("notes.db")
    execute(other, "CREATE TABLE notes (text)")
    with pytest.raises(DatabaseError, match="not podboard's"):
        await restore(other, backup, no_progress)
    assert set(contents(other)) == {"notes"}


async def test_not_from_itself(path: Path) -> None:
    await upgraded(path, "version-1")
    with pytest.raises(DatabaseError, match="cannot be restored from itself"):
        await restore(path, path, no_progress)


async def test_a_key_that_is_missing_is_told(path: Path) -> None:
    await upgraded(path, "version-1")
    kept = (await restore(path, next(path.parent.glob("*.backup-version-1-*")), no_progress)).kept
    assert kept is not None
    key_file = path.with_name("podboard.db.key")
    key_file.unlink()
    restored = await restore(path, kept, no_progress)
    assert len(restored.missing) == 1
    assert f"is not in the key file {key_file}" in restored.lines()[-1]
