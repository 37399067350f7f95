"""Copies of a database beside it: made while it is locked, verified, and put back."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Final

import aiosqlite
from msgspec import Struct

from podboard.errors import DamagedDatabaseError, DatabaseError, OldDatabaseError, SealError
from podboard.model.text import one_line
from podboard.records.carrying import has_table
from podboard.records.database import (
    RESTORE,
    Kind,
    check_version,
    open_any,
    problems,
    recognise,
    told,
)
from podboard.records.files import BESIDE, make_private, sync
from podboard.records.keys import Keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from podboard.records.carrying import Progress
    from podboard.records.keys import Place

_PAGES: Final = 2048
"""Pages that are copied between two calls of a progress."""

_UNFINISHED: Final = ".unfinished"

_BUSY_SECONDS: Final = 5.0
"""How long to wait for others to close a database that is to be restored."""


class Restored(Struct, frozen=True):
    """A database that was put back.

    Attributes:
        kept: Where what was there before is kept; None if nothing was.
        version: Of what was put back; 0 for the application before.
        sealed: Whether it has secrets that are sealed.
        missing: What is not there of the keys that open them, a sentence each without its full stop.
    """

    path: Path
    backup: Path
    kept: Path | None
    version: int
    sealed: bool
    missing: tuple[str, ...]

    def lines(self) -> list[str]:
        """Tell what was done, in plain words."""
        path, backup = one_line(str(self.path)), one_line(str(self.backup))
        found = f"of version {self.version}" if self.version else "of the application before podboard"
        lines = [f"{path} is what {backup} holds: a database {found}."]
        if self.kept is not None:
            lines.append(f"What was there before is kept in {one_line(str(self.kept))}.")
        if self.sealed and not self.missing:
            lines.append("The keys that its secrets are sealed with are all there.")
        lines += [f"Not all of its secrets can be opened: {missing}." for missing in self.missing]
        return lines


async def make_backup(source: aiosqlite.Connection, path: Path, what: str, progress: Progress) -> Path:
    """Copy a database into a file beside it, which its owner alone can read, and verify the copy.

    Args:
        source: A connection that reads it, while nobody can write.
        path: The database.
        what: It is, for the name of the copy.

    Raises:
        DamagedDatabaseError: The database is damaged.
        DatabaseError: There is no room, or the folder cannot be written.
    """
    time = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    backup = path.with_name(f"{path.name}.backup-{what}-{time}")
    given_up = Event()
    making = asyncio.create_task(_make_backup(source, path, backup, progress, given_up))
    try:
        await asyncio.shield(making)
    except asyncio.CancelledError:
        # Threads go on with what they are at: what they write into must not be closed or removed before.
        given_up.set()
        await asyncio.gather(making, return_exceptions=True)
        backup.unlink(missing_ok=True)
        raise
    return backup


async def _make_backup(
    source: aiosqlite.Connection, path: Path, backup: Path, progress: Progress, given_up: Event
) -> None:
    def tell(done: int, total: int) -> None:
        progress("copy the database into a backup", done, total)

    with told(backup):
        async with _unfinished(backup) as file:
            await _copy(source, file, tell, given_up)
            await _verify(source, file, path)
            await asyncio.to_thread(_finish, file, backup)


async def restore(path: Path, backup: Path, progress: Progress) -> Restored:
    """Let a database be what a backup holds; what was there before is kept as a backup, too.

    Raises:
        DamagedDatabaseError: The backup is no database, or damaged.
        DatabaseError: It is not podboard's, or the database is in use or cannot be written.
    """
    if await asyncio.to_thread(_is_same, path, backup):
        raise DatabaseError(
            f"{one_line(str(path))} cannot be restored from itself", "name one of its backups"
        )
    async with open_any(backup) as source:
        version = await _check(source, backup)
        keys = await _sealing_keys(source)
        try:
            kept = await _put_back(source, path, progress)
        except DamagedDatabaseError:
            kept = await _put_in_place_of(source, path, progress)
    missing = await asyncio.to_thread(_missing, Keys(path), keys)
    return Restored(path, backup, kept, version, bool(keys), missing)


def _is_same(path: Path, backup: Path) -> bool:
    with told(path):
        is_there = path.exists()
    with told(backup):
        return is_there and backup.exists() and path.samefile(backup)


@asynccontextmanager
async def _unfinished(backup: Path) -> AsyncIterator[Path]:
    """Make a private file to copy into, which is gone if the block fails; also what others left."""
    file = backup.with_name(f"{backup.name}{_UNFINISHED}")
    try:
        await asyncio.to_thread(_sweep, backup)
        await asyncio.to_thread(make_private, file)
        yield file
    except BaseException:
        for ending in BESIDE:
            file.with_name(file.name + ending).unlink(missing_ok=True)
        raise


def _sweep(backup: Path) -> None:
    """Remove the copies of this database that were not finished; whoever copies has locked it."""
    database, _, _ = backup.name.rpartition(".backup-")
    for file in backup.parent.iterdir():
        if file.name.startswith(f"{database}.backup-") and _UNFINISHED in file.name:
            file.unlink(missing_ok=True)


async def _copy(
    source: aiosqlite.Connection,
    file: Path,
    progress: Callable[[int, int], None],
    given_up: Event | None = None,
) -> None:
    async with aiosqlite.connect(file, isolation_level=None) as copy:
        await copy.execute("PRAGMA journal_mode=OFF")
        await copy.execute("PRAGMA synchronous=OFF")
        await _copy_pages(source, copy, progress, given_up)


async def _copy_pages(
    source: aiosqlite.Connection,
    target: aiosqlite.Connection,
    progress: Callable[[int, int], None],
    given_up: Event | None = None,
) -> None:
    loop = asyncio.get_running_loop()

    def copied(_status: int, remaining: int, total: int) -> None:
        if given_up is not None and given_up.is_set():
            raise InterruptedError
        loop.call_soon_threadsafe(progress, total - remaining, total)

    await source.backup(target, pages=_PAGES, progress=copied)


async def _verify(source: aiosqlite.Connection, file: Path, path: Path) -> None:
    """Check a copy, and with it what it is a copy of."""
    with told(path):
        async with aiosqlite.connect(file, isolation_level=None) as copy:
            # One file, whatever the database's journal.
            await copy.execute("PRAGMA journal_mode=DELETE")
            if damage := await problems(copy):
                raise DamagedDatabaseError(
                    f"{one_line(str(path))} is damaged: {one_line(damage[0])}", RESTORE
                )
            if await _sizes(copy) != await _sizes(source):
                raise DatabaseError(f"the backup of {one_line(str(path))} is not what it is", "try again")


async def _sizes(connection: aiosqlite.Connection) -> dict[str, int]:
    """Return the number of rows of each table."""
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    async with connection.execute(query) as cursor:
        tables = [name for (name,) in await cursor.fetchall()]
    sizes = {}
    for table in tables:
        quoted = table.replace('"', '""')
        async with connection.execute(f'SELECT count(*) FROM "{quoted}"') as cursor:
            [(sizes[table],)] = await cursor.fetchall()
    return sizes


def _finish(file: Path, backup: Path) -> None:
    sync(file)
    file.rename(backup)
    sync(backup.parent)


async def _check(source: aiosqlite.Connection, backup: Path) -> int:
    """Return the version of a backup; raises DatabaseError if it is of no use."""
    kind, version = await recognise(source)
    if kind is Kind.EMPTY:
        raise DatabaseError(f"{one_line(str(backup))} is empty", "name another backup")
    with suppress(OldDatabaseError):
        check_version(backup, kind, version)
    if damage := await problems(source):
        raise DamagedDatabaseError(
            f"{one_line(str(backup))} is damaged: {one_line(damage[0])}", "name another backup"
        )
    return version


async def _put_back(source: aiosqlite.Connection, path: Path, progress: Progress) -> Path | None:
    """Let a database be another in one transaction; returns where it is kept as it was."""
    async with open_any(path, create=True, busy_seconds=_BUSY_SECONDS) as connection:
        await _lock_out_others(connection, path)
        kept = None
        kind, version = await recognise(connection)
        if kind is Kind.FOREIGN:
            check_version(path, kind, version)
        if kind is not Kind.EMPTY:
            kept = await make_backup(connection, path, name_of(kind, version), progress)
        await _copy_pages(source, connection, partial(progress, "put the backup back"))
    return kept


async def _lock_out_others(connection: aiosqlite.Connection, path: Path) -> None:
    """Lock a database until it is closed, and leave nothing of it in a file beside it.

    Others that have it open would go on with what they know of it.
    """
    try:
        await connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        await connection.execute("PRAGMA journal_mode=DELETE")
        await connection.execute("BEGIN EXCLUSIVE")
        await connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        raise DatabaseError(
            f"{one_line(str(path))} is in use by another process", "close podboard, and try again"
        ) from error


async def _put_in_place_of(source: aiosqlite.Connection, path: Path, progress: Progress) -> Path:
    """Let another database take the place of a damaged one; returns where that is kept, as it is."""
    time = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    kept = path.with_name(f"{path.name}.backup-damaged-{time}")
    with told(path):
        async with _unfinished(kept) as file:
            await _copy(source, file, partial(progress, "put the backup back"))
            await _verify(source, file, path)
            await asyncio.to_thread(_take_place, file, path, kept)
    return kept


def _take_place(file: Path, path: Path, kept: Path) -> None:
    for ending in ("", "-wal", "-journal"):
        damaged, copy = path.with_name(path.name + ending), kept.with_name(kept.name + ending)
        if damaged.exists():
            make_private(copy)
            shutil.copyfile(damaged, copy)
            sync(copy)
    # First, so that nothing of the damaged one is ever taken for a part of the other.
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    sync(file)
    file.replace(path)
    sync(path.parent)


def name_of(kind: Kind, version: int) -> str:
    """Return what a database is, for the name of its backup."""
    return "legacy" if kind is Kind.LEGACY else f"version-{version}"


async def _sealing_keys(source: aiosqlite.Connection) -> list[tuple[str, Place]]:
    if not await has_table(source, "sealing_keys"):
        return []
    async with source.execute("SELECT name, place FROM sealing_keys ORDER BY created_at") as cursor:
        return [(name, place) for name, place in await cursor.fetchall()]


def _missing(keys: Keys, named: list[tuple[str, Place]]) -> tuple[str, ...]:
    missing = []
    for name, place in named:
        try:
            keys.find(name, place)
        except SealError as error:
            missing.append(error.message)
    return tuple(missing)
