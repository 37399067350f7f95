"""Brings a database forward to the version that this podboard knows, in one transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from podboard.errors import DamagedDatabaseError, DatabaseError
from podboard.model.text import one_line
from podboard.records.backup import make_backup, name_of
from podboard.records.carrying import Carrier, has_table, tolerant_text
from podboard.records.database import (
    LEGACY_TABLE,
    RESTORE,
    VERSION,
    Kind,
    check_version,
    open_any,
    problems,
    recognise,
    writing,
)
from podboard.records.files import tighten
from podboard.records.keys import Keys
from podboard.records.migrations import steps_for
from podboard.records.predecessor import drop_table, reasons_to_keep

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    import aiosqlite

    from podboard.records.carrying import Progress, Skipped

_BUSY_SECONDS: Final = 60.0
"""How long to wait for another upgrade."""

_SEALED_SINCE: Final = 2
"""The first version whose secrets are sealed."""

_NAMED: Final = 20
"""How many of the skipped rows are named."""


def no_progress(_step: str, _done: int, _total: int) -> None:
    """Tell nobody."""


class Summary(Struct, frozen=True, kw_only=True):
    """What an upgrade did, or would do.

    Attributes:
        found: The version that was found; 0 is the application before podboard.
        dry_run: Nothing was done.
        steps: What was done, in words; empty where nothing was to do.
        read: Rows of older tables.
        written: Records made of them.
        sealed: Secrets in these.
        skipped: The rows of which no record was made.
        backup: The copy that was made before; None if none was.
        backup_is_readable: Secrets in the copy are not sealed.
        tightened: Others could read the database, and cannot any more.
        key_file: Where the key is that opens the secrets; None if the keyring keeps it, or there is none.
        legacy_there: The application's table was there, with its secrets.
        legacy_dropped: It was removed.
        reasons_to_keep: Why it was not removed though that was asked for.
        not_compacted: Why what was removed may still lie in the file; None if it does not.
    """

    path: Path
    found: int
    dry_run: bool
    steps: tuple[str, ...] = ()
    read: int = 0
    written: int = 0
    sealed: int = 0
    skipped: tuple[Skipped, ...] = ()
    backup: Path | None = None
    backup_is_readable: bool = False
    tightened: bool = False
    key_file: Path | None = None
    legacy_there: bool = False
    legacy_dropped: bool = False
    reasons_to_keep: tuple[str, ...] = ()
    not_compacted: str | None = None

    @property
    def changes(self) -> bool:
        """Whether anything was, or would be, changed."""
        return self.found < VERSION or self.written > 0 or self.legacy_dropped

    def lines(self) -> list[str]:
        """Tell it in plain words."""
        return [
            line for part in (self._result(), self._rows(), self._files(), self._legacy()) for line in part
        ]

    def _result(self) -> Iterator[str]:
        path = one_line(str(self.path))
        found = words(self.found)
        if not self.changes:
            yield f"{path} is {words(VERSION)}, the one this podboard knows: nothing to do."
        elif self.found == VERSION:
            yield f"{path} is {found}."
        elif self.dry_run:
            yield f"{path} is {found}; an upgrade would make it {words(VERSION)}:"
            yield from (f"  {step}" for step in self.steps)
        else:
            yield f"{path} is {words(VERSION)} now; it was {found}."

    def _rows(self) -> Iterator[str]:
        would = "would be " if self.dry_run else ""
        if self.read:
            skipped = _count(len(self.skipped), "row")
            yield (
                f"{_count(self.read, 'row')} read, {_count(self.written, 'record')} {would}written, "
                f"{_count(self.sealed, 'secret')} {would}sealed, {skipped} {would}skipped."
            )
        yield from (f"  skipped: {row}: {reason}" for row, reason in self.skipped[:_NAMED])
        if (more := len(self.skipped) - _NAMED) > 0:
            yield f"  and {more} more"

    def _files(self) -> Iterator[str]:
        if self.backup is not None:
            yield f"Backup: {one_line(str(self.backup))}, which you alone can read."
            if self.backup_is_readable:
                yield "It holds secrets in plain text, as the database did: remove it when you can."
        elif self.changes and not self.dry_run:
            yield "There is no backup."
        if self.tightened:
            yield "Others on this machine could read the database; now you alone can."
        if self.key_file is not None and self.sealed and not self.dry_run:
            yield f"What opens the secrets is in {one_line(str(self.key_file))}: keep it with the database."
        if self.not_compacted is not None:
            yield f"What was removed may still lie in the file: {self.not_compacted}. Upgrade again later."

    def _legacy(self) -> Iterator[str]:
        if self.legacy_dropped:
            done = "would be removed" if self.dry_run else "is removed"
            yield f"The table {LEGACY_TABLE} {done}."
        elif self.legacy_there:
            yield f"The table {LEGACY_TABLE} stays as it is, and holds its secrets readable."
            if self.reasons_to_keep:
                yield "It is not removed:"
                yield from (f"  {reason}" for reason in self.reasons_to_keep)
            else:
                yield "Remove it with: podboard schema upgrade --drop-legacy"


def words(version: int) -> str:
    """Return a version in words that follow "it is"."""
    return f"of version {version}" if version else "of the application before podboard"


async def upgrade(
    path: Path,
    *,
    backup: bool = True,
    drop_legacy: bool = False,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> Summary:
    """Bring a database forward. Interrupted at any moment it is the old one or the new one.

    Args:
        backup: Copy it first.
        drop_legacy: Remove the application's table when all of it was carried over.
        dry_run: Change nothing, and tell what would be.
        progress: Is told what is done, how much of it, and of how much.

    Raises:
        DatabaseError: It cannot be upgraded, and is what it was.
    """
    async with open_any(path, busy_seconds=_BUSY_SECONDS) as connection:
        connection.text_factory = tolerant_text
        await connection.execute("PRAGMA temp_store=MEMORY")
        work = _Upgrade(connection, path, progress)
        if dry_run:
            async with _reading(connection):
                return await work.survey(drop_legacy=drop_legacy)
        await work.version()  # so that what is not to be touched is not locked
        try:
            async with writing(connection):
                summary = await work.take_steps(backup=backup, drop_legacy=drop_legacy)
        except sqlite3.OperationalError:
            await _undo(connection)
            raise
        return replace(summary, not_compacted=await work.compact())


class _Upgrade:
    def __init__(self, connection: aiosqlite.Connection, path: Path, progress: Progress) -> None:
        self._connection = connection
        self._path = path
        self._progress = progress

    async def version(self) -> int:
        """Return the version of the database; raises DatabaseError if it is none that can be upgraded."""
        kind, version = await recognise(self._connection)
        if kind is Kind.EMPTY:
            raise DatabaseError(
                f"{one_line(str(self._path))} is empty", "podboard makes it when it has something to keep"
            )
        if kind is Kind.FOREIGN or version > VERSION:
            check_version(self._path, kind, version)
        return version

    async def survey(self, *, drop_legacy: bool) -> Summary:
        """Return what would be done; changes nothing."""
        version = await self.version()
        carrier = Carrier(self._connection, self._path, no_progress, dry=True)
        return await self._run(carrier, version, drop_legacy=drop_legacy)

    async def take_steps(self, *, backup: bool, drop_legacy: bool) -> Summary:
        """Do it, in the transaction that is open; returns what was done."""
        version = await self.version()
        if version == VERSION:
            plan = await self.survey(drop_legacy=drop_legacy)
            if not plan.changes:
                return replace(plan, dry_run=False)
        readable = version < _SEALED_SINCE or await has_table(self._connection, LEGACY_TABLE)
        tightened = await asyncio.to_thread(tighten, self._path)
        copy = await self._back_up(version) if backup else None
        try:
            if copy is None:
                await self._check_integrity()
            carrier = Carrier(self._connection, self._path, self._progress, dry=False)
            summary = await self._run(carrier, version, drop_legacy=drop_legacy)
            if copy is None and version == 1:
                self._check_nothing_is_lost(summary)
            if summary.legacy_dropped:
                await drop_table(self._connection)
        except BaseException:
            if copy is not None:
                copy.unlink()
            raise
        return replace(
            summary,
            backup=copy,
            backup_is_readable=copy is not None and readable,
            tightened=tightened,
            key_file=await self._key_file(),
        )

    async def _run(self, carrier: Carrier, version: int, *, drop_legacy: bool) -> Summary:
        steps = await steps_for(self._connection, version)
        for step in steps:
            await step.run(carrier, step)
        tally = carrier.tally
        legacy = await has_table(self._connection, LEGACY_TABLE)
        drops = legacy and drop_legacy
        reasons = await reasons_to_keep(self._connection, self._path, tally.skipped) if drops else []
        return Summary(
            path=self._path,
            found=version,
            dry_run=carrier.dry,
            steps=tuple(step.name for step in steps),
            read=tally.read,
            written=tally.written,
            sealed=tally.sealed,
            skipped=tuple(tally.skipped),
            legacy_there=legacy,
            legacy_dropped=drops and not reasons,
            reasons_to_keep=tuple(reasons),
        )

    async def compact(self) -> str | None:
        """Have nothing that was removed left in the file; returns why that is not so, or None.

        While the application's table is there it makes no difference.
        """
        if await has_table(self._connection, LEGACY_TABLE):
            return None
        try:
            async with self._connection.execute("PRAGMA freelist_count") as cursor:
                if await cursor.fetchone() == (0,):
                    return None
            self._progress("give back the room of what was removed", 0, 1)
            await self._connection.execute("VACUUM")
            async with self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                [(busy, _, _)] = await cursor.fetchall()
        except sqlite3.OperationalError as error:
            await _undo(self._connection)
            return one_line(str(error))
        return "another process reads the database" if busy else None

    async def _back_up(self, version: int) -> Path:
        kind = Kind.PODBOARD if version else Kind.LEGACY
        # This connection has the lock; SQLite copies from one that does not write.
        async with open_any(self._path) as reader:
            return await make_backup(reader, self._path, name_of(kind, version), self._progress)

    async def _check_integrity(self) -> None:
        if damage := await problems(self._connection):
            raise DamagedDatabaseError(
                f"{one_line(str(self._path))} is damaged: {one_line(damage[0])}", RESTORE
            )

    def _check_nothing_is_lost(self, summary: Summary) -> None:
        """The table of version 1 goes, and what was skipped with it."""
        if summary.skipped:
            row, reason = summary.skipped[0]
            raise DatabaseError(
                f"{_count(len(summary.skipped), 'row')} would be lost, such as {row}: {reason}",
                "upgrade with a backup; nothing was changed",
            )

    async def _key_file(self) -> Path | None:
        query = "SELECT place FROM sealing_keys WHERE retired_at IS NULL ORDER BY created_at DESC LIMIT 1"
        async with self._connection.execute(query) as cursor:
            return Keys(self._path).file if await cursor.fetchone() == ("file",) else None


async def _undo(connection: aiosqlite.Connection) -> None:
    """Have undone what there was no room for: SQLite leaves that to who reads next."""
    await recognise(connection)


@asynccontextmanager
async def _reading(connection: aiosqlite.Connection) -> AsyncIterator[None]:
    await connection.execute("BEGIN")
    try:
        yield
    finally:
        await connection.execute("ROLLBACK")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
