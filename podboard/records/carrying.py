"""Rows of older tables, carried over into ``records``: their secrets sealed, read back and compared."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from podboard.errors import DatabaseError, RecordError
from podboard.model.record import SshConnectionDetails
from podboard.model.secret import Secret
from podboard.model.text import one_line
from podboard.model.times import now
from podboard.records.rows import COLUMNS, INSERT, SELECT, record_of, row_of
from podboard.records.store import KeyRing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    import aiosqlite

    from podboard.model.record import Json, Record

Progress: TypeAlias = "Callable[[str, int, int], None]"
"""Is told of a step: what it does, how much of it is done, and of how much."""

_BATCH: Final = 250
_LONGEST_NAME: Final = 253


class Source(Struct, frozen=True):
    """A table that records are carried over from.

    Attributes:
        table: Its name; it has a column ``id``.
        record_of: Makes a record of a row; raises RecordError with the reason why it cannot.
        stays: The table stays, and what was carried is noted in ``adopted``.
    """

    table: str
    record_of: Callable[[Mapping[str, Json]], Record]
    stays: bool


class Skipped(NamedTuple):
    """A row that no record was made of: its table and id, and why, as a sentence without its full stop."""

    row: str
    reason: str


class _Row(NamedTuple):
    id: str
    values: dict[str, Json]
    record: Record


@dataclass
class Tally:
    """What was carried over: rows, secrets, and the rows that were not."""

    read: int = 0
    written: int = 0
    sealed: int = 0
    skipped: list[Skipped] = field(default_factory=list)


class Carrier:
    """Carries rows over, in a transaction that its caller has begun.

    Args:
        connection: With ``tolerant_text`` for its text.
        path: The database.
        dry: Only count.
    """

    def __init__(
        self, connection: aiosqlite.Connection, path: Path, progress: Progress, *, dry: bool
    ) -> None:
        self.connection = connection
        self.tally = Tally()
        self._progress = progress
        self.dry = dry
        self._names: dict[str, int] = {}
        self._keys = KeyRing(connection, path)
        self._keys_to_verify = KeyRing(connection, path)

    async def carry(self, source: Source, step: str) -> None:
        """Carry over the rows of a table that were not yet."""
        has_records = await has_table(self.connection, "records")
        if has_records:
            async with self.connection.execute("SELECT name FROM records") as cursor:
                self._names = dict.fromkeys([name for (name,) in await cursor.fetchall()], 1)
        await self._check_columns(source)
        done, total = 0, await self._number_of_rows(source, adopted=has_records)
        async for columns, rows in self._rows(source, adopted=has_records):
            taken = await asyncio.to_thread(self._records_of, source, columns, rows)
            if not self.dry and taken:
                await self._write(source, taken)
            self.tally.written += len(taken)
            done += len(rows)
            self._progress(step, done, total)
        self.tally.read += done

    async def _check_columns(self, source: Source) -> None:
        async with self.connection.execute(
            "SELECT name FROM pragma_table_info(?) WHERE pk = 1", (source.table,)
        ) as cursor:
            if await cursor.fetchone() != ("id",):
                raise DatabaseError(
                    f"the rows of its table {source.table} have no id", "it is no table that podboard knows"
                )

    async def _number_of_rows(self, source: Source, *, adopted: bool) -> int:
        where, arguments = _not_adopted(source, adopted=adopted)
        async with self.connection.execute(
            f"SELECT count(*) FROM {source.table} {where}", arguments
        ) as cursor:
            [(number,)] = await cursor.fetchall()
        return int(number)

    async def _rows(
        self, source: Source, *, adopted: bool
    ) -> AsyncIterator[tuple[list[str], list[tuple[Any, ...]]]]:
        where, arguments = _not_adopted(source, adopted=adopted)
        async with self.connection.execute(
            f"SELECT * FROM {source.table} {where} ORDER BY id", arguments
        ) as cursor:
            columns = [column for column, *_ in cursor.description]
            while rows := list(await cursor.fetchmany(_BATCH)):
                yield columns, [tuple(row) for row in rows]

    def _records_of(self, source: Source, columns: list[str], rows: list[tuple[Any, ...]]) -> list[_Row]:
        taken = []
        for row in rows:
            values = json_row(columns, row)
            number = str(values["id"])
            try:
                record = source.record_of(values)
            except RecordError as error:
                self.tally.skipped.append(Skipped(f"{source.table} {one_line(number)}", error.message))
                continue
            self.tally.sealed += _number_of_secrets(record)
            time = now()
            record = replace(
                record,
                id=uuid4().hex,
                name=self._free_name(record.name),
                created_at=record.created_at or time,
                updated_at=record.updated_at or time,
            )
            taken.append(_Row(number, values, record))
        return taken

    def _free_name(self, name: str) -> str:
        free, number = name, self._names.get(name, 0)
        while free in self._names:
            number += 1
            ending = f"-{number}"
            free = name[: _LONGEST_NAME - len(ending)] + ending
        self._names[name] = max(number, 1)
        self._names.setdefault(free, 1)
        return free

    async def _write(self, source: Source, rows: Sequence[_Row]) -> None:
        key, sealer = await self._keys.current(), self._keys.sealer
        records = [row.record for row in rows]
        sealed = await asyncio.to_thread(lambda: [row_of(record, sealer, key) for record in records])
        await self.connection.executemany(INSERT, sealed)
        if source.stays:
            time = now()
            notes = await asyncio.to_thread(
                lambda: [
                    (source.table, row.id, row.record.id, sealer.digest(key, canonical(row.values)), time)
                    for row in rows
                ]
            )
            await self.connection.executemany("INSERT INTO adopted VALUES (?, ?, ?, ?, ?)", notes)
        await self._verify(records)

    async def _verify(self, records: Sequence[Record]) -> None:
        """Read back what was written, with keys from where they are kept, and compare."""
        await self._keys_to_verify.load()
        sealer = self._keys_to_verify.sealer
        async with self.connection.execute(
            f"{SELECT} WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([record.id for record in records]),),
        ) as cursor:
            rows = list(await cursor.fetchall())
        written = {record.id: record for record in records}
        if len(rows) != len(records) or not await asyncio.to_thread(
            lambda: all(_plain(record_of(row, sealer)) == _plain(written[row[0]]) for row in rows)
        ):
            raise DatabaseError(
                "records read back otherwise than they were written", "nothing was changed; please report it"
            )


def canonical(values: Mapping[str, Json]) -> str:
    """Return a row as one text, the same as long as the row is; a column added to it, empty, is no change."""
    return json.dumps(
        {name: value for name, value in values.items() if value not in (None, "")}, sort_keys=True
    )


def json_row(columns: Sequence[str], row: Sequence[Any]) -> dict[str, Json]:
    """Return a row by column, as JSON: bytes that are no text in base64."""
    return {column: _json_value(value) for column, value in zip(columns, row, strict=True)}


def tolerant_text(text: bytes) -> str:
    """Return text from SQLite, which does not check what it is given; what is none stays to be recognised."""
    return text.decode("utf-8", "surrogateescape")


async def has_table(connection: aiosqlite.Connection, name: str) -> bool:
    """Whether a database has a table."""
    async with connection.execute(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", (name,)
    ) as cursor:
        return await cursor.fetchone() is not None


def _not_adopted(source: Source, *, adopted: bool) -> tuple[str, tuple[str, ...]]:
    if not (source.stays and adopted):
        return "", ()
    ids = "SELECT legacy_id FROM adopted WHERE legacy_table = ?"
    return f"WHERE ifnull(CAST(id AS TEXT) NOT IN ({ids}), 1)", (source.table,)


def _json_value(value: Any) -> Json:
    if not isinstance(value, bytes):
        plain: Json = value
        return plain
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _number_of_secrets(record: Record) -> int:
    return len(record.secrets) + sum(isinstance(value, Secret) for value in record.other.values())


def _plain(record: Record) -> dict[str, Any]:
    """Return all of a record, its secrets opened, to compare."""
    return {name: _opened(getattr(record, name)) for name in COLUMNS}


def _opened(value: Any) -> Any:
    if value is None or isinstance(value, str):  # most are, and to tell a mapping takes long
        return value
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, SshConnectionDetails):
        value = value.fields
    return {name: _opened(at) for name, at in value.items()} if isinstance(value, Mapping) else value
