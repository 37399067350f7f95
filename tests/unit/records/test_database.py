"""The database file: whose it is, what it is, and what is said when it cannot be used."""

import sqlite3
import stat
from contextlib import suppress
from pathlib import Path

import aiosqlite
import pytest

from podboard.errors import DamagedDatabaseError, DatabaseError, OldDatabaseError
from podboard.records.database import (
    APPLICATION_ID,
    VERSION,
    Kind,
    open_any,
    open_current,
    problems,
    recognise,
    told,
    writing,
)
from tests.support.databases import OLD, contents, execute, make


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "podboard.db"


async def pragma(connection: aiosqlite.Connection, name: str) -> object:
    async with connection.execute(f"PRAGMA {name}") as cursor:
        row = await cursor.fetchone()
    return row[0] if row else None


async def test_the_folders_on_the_way_to_it_are_made(path: Path) -> None:
    deep = path.parent / "share" / "podboard" / path.name
    async with open_current(deep) as connection:
        await connection.execute("INSERT INTO boards VALUES ('', '{}', '')")
    assert stat.S_IMODE(deep.parent.stat().st_mode) == 0o700


async def test_a_database_is_made_for_its_owner_alone(path: Path) -> None:
    async with open_current(path) as connection:
        await connection.execute("INSERT INTO boards VALUES ('', '{}', '')")
        files = {file.name for file in path.parent.iterdir()}
        assert files == {"podboard.db", "podboard.db-wal", "podboard.db-shm"}
        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert await pragma(connection, "journal_mode") == "wal"
        assert await pragma(connection, "foreign_keys") == 1
        assert await pragma(connection, "secure_delete") == 1
        assert await pragma(connection, "application_id") == APPLICATION_ID
        assert await pragma(connection, "user_version") == VERSION
        assert await problems(connection) == []


async def test_it_is_made_once(path: Path) -> None:
    async with open_current(path) as one, open_current(path) as other:
        await one.execute("INSERT INTO boards VALUES ('', '{}', '')")
        async with other.execute("SELECT count(*) FROM boards") as cursor:
            assert list(await cursor.fetchall()) == [(1,)]


@pytest.mark.parametrize("fixture", OLD)
async def test_an_old_database_is_told_and_left_as_it_is(tmp_path: Path, fixture: str) -> None:
    path = make(tmp_path / "podboard.db", fixture)
    before = path.read_bytes()
    with pytest.raises(OldDatabaseError) as refused:
        async with open_current(path):
            pass
    found = "of version 1" if fixture == "version-1" else "of the program before podboard"
    assert refused.value.message == f"{path} is {found}"
    assert refused.value.hint == "bring it forward with: podboard schema upgrade"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("statements", "kind", "version"),
    [
        ([], Kind.EMPTY, 0),
        (["PRAGMA user_version = 1", "CREATE TABLE pods (id)"], Kind.PODBOARD, 1),
        (["PRAGMA user_version = 2", "CREATE TABLE pods (id)"], Kind.FOREIGN, 0),
        (["PRAGMA user_version = 1"], Kind.FOREIGN, 0),
        ([f"PRAGMA application_id = {APPLICATION_ID}", "PRAGMA user_version = 7"], Kind.PODBOARD, 7),
        (["CREATE TABLE coding_kubernetespod (id)"], Kind.LEGACY, 0),
        (["CREATE VIEW coding_kubernetespod AS SELECT 1"], Kind.EMPTY, 0),
        (["CREATE TABLE notes (id)"], Kind.FOREIGN, 0),
    ],
)
async def test_what_a_database_is(tmp_path: Path, statements: list[str], kind: Kind, version: int) -> None:
    path = tmp_path / "any.db"
    path.touch()
    for statement in statements:
        execute(path, statement)
    async with open_any(path) as connection:
        assert await recognise(connection) == (kind, version)


async def test_a_transaction_is_whole_or_nothing(path: Path) -> None:
    async with open_current(path) as connection:
        with suppress(ZeroDivisionError):
            async with writing(connection):
                await connection.execute("INSERT INTO boards VALUES ('', '{}', '')")
                raise ZeroDivisionError
        assert not connection.in_transaction
        async with writing(connection):
            await connection.execute("INSERT INTO boards VALUES ('kept', '{}', '')")
    assert [row[0] for row in contents(path)["boards"]] == [b"kept"]


async def test_it_is_not_made_where_it_only_is_looked_at(path: Path) -> None:
    with pytest.raises(DatabaseError, match="does not exist") as refused:
        async with open_any(path):
            pass
    assert refused.value.hint == "name another file with --database"
    assert not path.parent.exists()


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="is no file"):
        async with open_current(tmp_path):
            pass


async def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError, match="cannot be opened: "):
        async with open_current(tmp_path / "file" / "podboard.db"):
            pass


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "podboard.db"
    path.write_text("no database " * 500)
    with pytest.raises(DamagedDatabaseError, match="is no database"):
        async with open_current(path):
            pass
    assert path.read_text() == "no database " * 500


async def test_a_database_that_another_writes(path: Path) -> None:
    async with open_current(path) as one, open_any(path, busy_seconds=0.01) as other, writing(one):
        with pytest.raises(DatabaseError, match="is being written by another process"), told(path):
            await other.execute("BEGIN IMMEDIATE")


async def test_a_name_with_control_characters_does_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2Jb"
    with pytest.raises(DatabaseError) as refused:
        async with open_any(path):
            pass
    assert "\x1b" not in refused.value.message


async def test_a_page_that_is_damaged_is_found(path: Path) -> None:
    async with open_current(path) as connection:
        for number in range(200):
            await connection.execute("INSERT INTO boards VALUES (?, '{}', ?)", (str(number), "x" * 100))
    data = bytearray(path.read_bytes())
    data[-4096:] = b"\xff" * 4096
    path.write_bytes(data)
    async with open_any(path) as connection:
        assert await problems(connection)


@pytest.mark.parametrize(
    ("code", "name", "said"),
    [
        (sqlite3.SQLITE_FULL, "SQLITE_FULL", "cannot grow: the disk is full"),
        (sqlite3.SQLITE_IOERR_WRITE, "SQLITE_IOERR_WRITE", "the disk may be full or failing"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "SQLITE_READONLY_DBMOVED", "or its folder cannot be written"),
        (sqlite3.SQLITE_ERROR, "SQLITE_ERROR", "podboard.db: in SQLite's words"),
    ],
)
def test_what_sqlite_says_is_told_in_a_sentence(path: Path, code: int, name: str, said: str) -> None:
    error = sqlite3.OperationalError("in SQLite's words")
    error.sqlite_errorcode, error.sqlite_errorname = code, name
    with pytest.raises(DatabaseError, match=said), told(path):
        raise error
