"""What brings a database forward, in named steps: from earlier versions, and from the application before.

Rows of older tables become records as this podboard writes them, whatever version they are of; so the tables
are built as ``schema.sql`` says, once.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from podboard.errors import DatabaseError
from podboard.model.text import one_line
from podboard.records.carrying import Source, has_table
from podboard.records.database import LEGACY_TABLE, build
from podboard.records.legacy import record_from_legacy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import aiosqlite

    from podboard.model.record import Json, Record
    from podboard.records.carrying import Carrier


class Step(Struct, frozen=True):
    """A step forward.

    Attributes:
        name: What it does, in words.
        versions: It is for databases that were found to be of these; 0 is the application before.
        run: Takes it, in the transaction of the carrier; a dry one counts only.
        table: It is for databases that have this table; None for all.
    """

    name: str
    versions: frozenset[int]
    run: Callable[[Carrier, Step], Awaitable[None]]
    table: str | None = None


async def steps_for(connection: aiosqlite.Connection, version: int) -> list[Step]:
    """Return the steps for a database that was found to be of a version, in their order."""
    return [
        step
        for step in STEPS
        if version in step.versions and (step.table is None or await has_table(connection, step.table))
    ]


async def _build(carrier: Carrier, step: Step) -> None:
    if carrier.dry:
        return
    try:
        await build(carrier.connection)
    except sqlite3.OperationalError as error:
        if "already exists" not in str(error):
            raise
        raise DatabaseError(
            f"to {step.name} is not possible: {one_line(str(error))}", "nothing was changed"
        ) from error


async def _add_tables(carrier: Carrier, _step: Step) -> None:
    if not carrier.dry:
        await build(carrier.connection, "shells", "recordings")


async def _carry_version_1(carrier: Carrier, step: Step) -> None:
    await carrier.carry(Source("pods", _record_of_version_1, stays=False), step.name)


async def _drop_version_1(carrier: Carrier, _step: Step) -> None:
    if not carrier.dry:
        await carrier.connection.execute("DROP TABLE pods")


async def _adopt(carrier: Carrier, step: Step) -> None:
    await carrier.carry(Source(LEGACY_TABLE, record_from_legacy, stays=True), step.name)


def _record_of_version_1(values: Mapping[str, Json]) -> Record:
    fields = {column: value for column, value in values.items() if column not in {"id", "name"}}
    record = record_from_legacy(fields)
    return replace(record, name=one_line(str(values["name"])) or record.name)


STEPS: Final = (
    Step("build the tables of podboard", frozenset({0, 1}), _build),
    Step("carry over the pods of version 1, their secrets sealed", frozenset({1}), _carry_version_1),
    Step("remove the table of version 1", frozenset({1}), _drop_version_1),
    Step("add the tables of shells that may be left, and of recordings", frozenset({2}), _add_tables),
    Step(
        "carry over the pods of the application before, their secrets sealed",
        frozenset({0, 1, 2, 3}),
        _adopt,
        table=LEGACY_TABLE,
    ),
)
