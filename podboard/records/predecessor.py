"""The table of the application before podboard, removed when nothing in it is needed any more."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

from podboard.model.text import one_line
from podboard.records.carrying import canonical, has_table, json_row
from podboard.records.database import LEGACY_TABLE
from podboard.records.store import KeyRing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import aiosqlite

    from podboard.records.carrying import Skipped

_BATCH: Final = 500
_NAMED: Final = 10
"""How many rows or tables a sentence names."""


async def reasons_to_keep(
    connection: aiosqlite.Connection, path: Path, skipped: Sequence[Skipped]
) -> list[str]:
    """Return why the table must stay, each as a sentence without its full stop.

    Args:
        connection: Inside a transaction that has carried over all rows but those that were skipped.

    Raises:
        SealError: The key is not to be had that tells whether rows are what they were.
    """
    reasons = []
    if skipped:
        reasons.append(f"it holds what was skipped: {_some([row for row, _ in skipped])}")
    if changed := await _changed_rows(connection, path):
        reasons.append(f"rows were changed since they were carried over: {_some(changed)}")
    if users := await _users(connection):
        reasons.append(f"other parts of the database refer to it: {_some(users)}")
    return reasons


async def drop_table(connection: aiosqlite.Connection) -> None:
    """Remove the table, inside a transaction."""
    await connection.execute(f"DROP TABLE {LEGACY_TABLE}")


async def _changed_rows(connection: aiosqlite.Connection, path: Path) -> list[str]:
    if not await has_table(connection, "adopted"):
        return []
    keys = KeyRing(connection, path)
    await keys.load()

    def changed(columns: list[str], rows: Sequence[Sequence[Any]]) -> list[str]:
        pairs = [(digest, json_row(columns, row)) for digest, *row in rows]
        return [
            one_line(str(values["id"]))
            for digest, values in pairs
            if not keys.sealer.is_unchanged(digest, canonical(values))
        ]

    found = []
    async with connection.execute(
        f"SELECT digest, legacy.* FROM {LEGACY_TABLE} AS legacy "
        "JOIN adopted ON legacy_table = ? AND legacy_id = CAST(legacy.id AS TEXT) ORDER BY legacy.id",
        (LEGACY_TABLE,),
    ) as cursor:
        columns = [column for column, *_ in cursor.description][1:]
        while rows := list(await cursor.fetchmany(_BATCH)):
            found += await asyncio.to_thread(changed, columns, [tuple(row) for row in rows])
    return found


async def _users(connection: aiosqlite.Connection) -> list[str]:
    """Return the tables, views and triggers that speak of the table, other than its own."""
    async with connection.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name <> ? AND sql IS NOT NULL", (LEGACY_TABLE,)
    ) as cursor:
        parts = await cursor.fetchall()
    word = re.compile(rf"\b{LEGACY_TABLE}\b", re.IGNORECASE)
    return [f"{kind} {one_line(name)}" for kind, name, sql in parts if word.search(sql)]


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
