"""The database file: opened with care, recognised, written in one transaction at a time."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import asynccontextmanager, contextmanager, suppress
from enum import Enum
from typing import TYPE_CHECKING, Final

import aiosqlite

from podboard.datafiles import data_file
from podboard.errors import DamagedDatabaseError, DatabaseError, OldDatabaseError
from podboard.model.text import one_line
from podboard.records.files import make_private

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

VERSION: Final = 3
"""The version that ``schema.sql`` builds and this podboard knows."""

APPLICATION_ID: Final = int.from_bytes(b"podb")

LEGACY_TABLE: Final = "coding_kubernetespod"
"""The table of the Django application that kept pod records before podboard."""

BUSY_SECONDS: Final = 30.0
"""How long to wait for another process that writes: SQLite has no queue, and beside one that writes without
a pause it is chance that lets another in."""

RESTORE: Final = "restore a backup with: podboard schema restore"
"""What to do with a damaged database."""

_OLDEST_SQLITE = (3, 38)  # STRICT tables, and JSON functions built in


class Kind(Enum):
    """What a file is, as a database of podboard."""

    EMPTY = "empty"
    PODBOARD = "podboard"
    LEGACY = "legacy"
    FOREIGN = "foreign"


@asynccontextmanager
async def open_current(path: Path) -> AsyncIterator[aiosqlite.Connection]:
    """Open the database for reading and writing; where there is none, it is made.

    Raises:
        OldDatabaseError: It is of an earlier version.
        DatabaseError: It is newer, no database of podboard, damaged or cannot be read or written.
    """
    async with open_any(path, create=True) as connection:
        async with writing(connection):
            kind, version = await recognise(connection)
            if kind is Kind.EMPTY:
                await build(connection)
        if kind is not Kind.EMPTY:
            check_version(path, kind, version)
        await connection.execute("PRAGMA journal_mode=WAL")
        await connection.execute("PRAGMA synchronous=NORMAL")
        yield connection


@asynccontextmanager
async def open_any(
    path: Path, *, create: bool = False, busy_seconds: float = BUSY_SECONDS
) -> AsyncIterator[aiosqlite.Connection]:
    """Open a database whatever its version.

    Raises:
        DatabaseError: It cannot be read or written, or is none; also for what fails inside the block.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise DatabaseError(
            f"Python's SQLite is {sqlite3.sqlite_version}, too old for podboard's tables",
            f"use a Python with SQLite {'.'.join(map(str, _OLDEST_SQLITE))} or newer",
        )
    with told(path):
        await asyncio.to_thread(_prepare, path, create=create)
        connection = await aiosqlite.connect(path, isolation_level=None, timeout=busy_seconds)
        try:
            await connection.execute("PRAGMA foreign_keys=ON")
            await connection.execute("PRAGMA secure_delete=ON")
            yield connection
        finally:
            # The thread behind it would keep the process alive.
            await connection.close()


@asynccontextmanager
async def writing(connection: aiosqlite.Connection) -> AsyncIterator[None]:
    """Write in one transaction, which is undone if the block fails."""
    try:
        await connection.execute("BEGIN IMMEDIATE")
        yield
        await connection.execute("COMMIT")
    except BaseException:
        # One call, and nothing asked before: who was cancelled may have a statement still on its way.
        await connection.rollback()
        raise


async def recognise(connection: aiosqlite.Connection) -> tuple[Kind, int]:
    """Return what a database is, and its version as a database of podboard, 0 for none."""
    application = await _number(connection, "PRAGMA application_id")
    version = await _number(connection, "PRAGMA user_version")
    async with connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'") as cursor:
        tables = {name for (name,) in await cursor.fetchall()}
    if application == APPLICATION_ID:
        return Kind.PODBOARD, version
    if version == 1 and "pods" in tables:  # before there was an application id
        return Kind.PODBOARD, version
    if LEGACY_TABLE in tables:
        return Kind.LEGACY, 0
    return (Kind.FOREIGN if tables or version else Kind.EMPTY), 0


async def problems(connection: aiosqlite.Connection) -> list[str]:
    """Return what is damaged, in SQLite's words; the first few."""
    try:
        async with connection.execute("PRAGMA integrity_check(5)") as cursor:
            return [line for (line,) in await cursor.fetchall() if line != "ok"]
    except sqlite3.DatabaseError as error:  # damaged so that checking it has to stop
        if error.sqlite_errorname != "SQLITE_CORRUPT":
            raise
        return [str(error)]


async def build(connection: aiosqlite.Connection, *tables: str) -> None:
    """Build what ``schema.sql`` says, inside the transaction that is open.

    Args:
        tables: Those that are not there yet; none for all there are, with their indexes.
    """
    missing = tuple(f"CREATE TABLE {table} (" for table in tables)
    schema = await asyncio.to_thread(data_file("schema.sql").read_text, "utf-8")
    statement = ""
    # Not with executescript, which commits first.
    for line in schema.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            if not missing or any(words in statement for words in ("PRAGMA ", *missing)):
                await connection.execute(statement)
            statement = ""


def check_version(path: Path, kind: Kind, version: int) -> None:
    """Refuse what this podboard cannot use; raises DatabaseError, OldDatabaseError where an upgrade helps."""
    where = one_line(str(path))
    if kind is Kind.LEGACY or (kind is Kind.PODBOARD and version < VERSION):
        found = f"of version {version}" if version else "of the program before podboard"
        raise OldDatabaseError(f"{where} is {found}", "bring it forward with: podboard schema upgrade")
    if kind is Kind.PODBOARD and version > VERSION:
        raise DatabaseError(
            f"{where} is of version {version}; this podboard knows {VERSION}", "use a newer podboard"
        )
    if kind is Kind.FOREIGN:
        raise DatabaseError(f"{where} is a database, but not podboard's", "name another file with --database")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell what SQLite and the file system say against a file in a sentence."""
    where = one_line(str(path))
    try:
        yield
    except FileNotFoundError as error:
        raise DatabaseError(f"{where} does not exist", "name another file with --database") from error
    except OSError as error:
        raise DatabaseError(f"{where} cannot be opened: {error.strerror or error}", _ACCESS) from error
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        for prefix, sentence, hint in _SQLITE:
            if name.startswith(prefix):
                raise DatabaseError(f"{where} {sentence}", hint) from error
        for prefix, sentence in _DAMAGED:
            if name.startswith(prefix):
                raise DamagedDatabaseError(f"{where} {sentence}", RESTORE) from error
        raise DatabaseError(f"{where}: {one_line(str(error))}") from error


_ACCESS = "check who owns it and its folder"
_SQLITE = (
    ("SQLITE_BUSY", "is being written by another process", "try again when that is done"),
    ("SQLITE_FULL", "cannot grow: the disk is full", "make room; nothing was changed"),
    ("SQLITE_IOERR", "cannot be written or read: the disk may be full or failing", "nothing was changed"),
    ("SQLITE_READONLY", "or its folder cannot be written", _ACCESS),
    ("SQLITE_CANTOPEN", "or its folder cannot be opened", _ACCESS),
    ("SQLITE_PERM", "cannot be opened", _ACCESS),
)
_DAMAGED = (("SQLITE_NOTADB", "is no database"), ("SQLITE_CORRUPT", "is damaged"))


def _prepare(path: Path, *, create: bool) -> None:
    """Make the file the person's alone before SQLite sees it: -wal and -shm follow its mode."""
    if path.exists() and not path.is_file():
        raise DatabaseError(f"{one_line(str(path))} is no file", "name another one")
    if not create:
        path.stat()
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        make_private(path)


async def _number(connection: aiosqlite.Connection, query: str) -> int:
    async with connection.execute(query) as cursor:
        row = await cursor.fetchone()
    return int(row[0]) if row else 0
