"""Records, the history and what the board remembers, kept in the database."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import uuid4

import aiosqlite
import msgspec
from msgspec.structs import replace

from podboard.errors import RecordError, SealError
from podboard.model.attempt import Attempt
from podboard.model.connection import Connection
from podboard.model.record import RecordKey, is_text
from podboard.model.shell import Shell
from podboard.model.text import one_line
from podboard.model.times import now
from podboard.records.database import build, open_current, told, writing
from podboard.records.keys import Keys
from podboard.records.resolve import Resolver
from podboard.records.rows import INSERT, SELECT, UPDATE, record_of, row_of
from podboard.records.sealing import Sealer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence

    from podboard.model.record import Json, Record
    from podboard.records.keys import Place

_MOST_SAID: Final = 5
"""How many problems a message tells of."""

_RECORDINGS: Final = "recordings"
_CONNECTION: Final = tuple(name for name in Connection.__struct_fields__ if name != _RECORDINGS)
_SHELL: Final = Shell.__struct_fields__

# The record may have been removed while the terminal was open.
_VALUES: Final = tuple(
    "(SELECT id FROM records WHERE id = ?)" if name == "record_id" else "?" for name in _CONNECTION
)

# Names begin with the time: they come in the order of the recordings.
_PATHS: Final = (
    "(SELECT json_group_array(path) FROM "
    "(SELECT path FROM recordings WHERE connection_id = connections.id ORDER BY path))"
)


@asynccontextmanager
async def open_store(path: Path, *, keyring: bool = True) -> AsyncIterator[Store]:
    """Open the database, which is made where there is none.

    Args:
        keyring: Whether the operating system's keyring may keep a new key; else a file beside it does.

    Raises:
        OldDatabaseError: It is of an earlier version.
        DatabaseError: It cannot be used.
    """
    async with open_current(path) as connection:
        yield Store(path, connection, keyring=keyring)


@asynccontextmanager
async def empty_store() -> AsyncIterator[Store]:
    """Open a store with nothing in it, which is nowhere but in memory."""
    async with aiosqlite.connect(":memory:", isolation_level=None) as connection:
        await build(connection)
        yield Store(Path(":memory:"), connection, keyring=False)


class Store:
    """What is kept, for one process. Many tasks may use it; each write is one transaction.

    Every call raises DatabaseError for what goes wrong with the file.
    """

    def __init__(self, path: Path, connection: aiosqlite.Connection, *, keyring: bool = True) -> None:
        self.path = path
        self._connection = connection
        self._lock = asyncio.Lock()
        self._keys = KeyRing(connection, path, keyring=keyring)

    async def wait_at_most(self, seconds: float) -> None:
        """Wait no longer for other processes that write, from now on."""
        async with self._reading():
            await self._connection.execute(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")

    # -- records ----------------------------------------------------------------------------

    async def records(self) -> list[Record]:
        """Return all records, by name. Their secrets stay sealed until they are asked for."""
        async with self._reading():
            return await self._select("ORDER BY name")

    async def record(self, name: str) -> Record:
        """Return a record; raises RecordError if there is none of that name."""
        async with self._reading():
            found = await self._select("WHERE name = ?", name) if is_text(name) else []
        if not found:
            raise _no_record(name)
        return found[0]

    async def names(self) -> set[str]:
        """Return the names of all records."""
        async with self._reading(), self._connection.execute("SELECT name FROM records") as cursor:
            return {name for (name,) in await cursor.fetchall()}

    async def resolver(self) -> Resolver:
        """Return what finds the record of a pod, as records are now."""
        async with (
            self._reading(),
            self._connection.execute(f"SELECT {', '.join(RecordKey._fields)} FROM records") as cursor,
        ):
            rows = await cursor.fetchall()
        # In a thread: thousands take longer than a frame.
        return await asyncio.to_thread(lambda: Resolver(map(RecordKey._make, rows)))

    async def add(self, records: Sequence[Record]) -> list[Record]:
        """Store new records, all or none; returns them as they were stored.

        Raises:
            RecordError: One of them cannot be stored, or its name is taken; names each and why.
        """
        made, _ = await self.put(records, ())
        return made

    async def change(self, records: Sequence[Record], *, before: Sequence[Record] = ()) -> list[Record]:
        """Store other values for records that were read before, all or none; returns them as stored.

        Args:
            before: The same records as they were read, if what was wrong with them then may stay so: what was
                carried over from older data may be odd.

        Raises:
            RecordError: One cannot be stored so, its name is taken, or it was changed or removed meanwhile.
        """
        _, changed = await self.put((), records, before=before)
        return changed

    async def put(
        self, new: Sequence[Record], known: Sequence[Record], *, before: Sequence[Record] = ()
    ) -> tuple[list[Record], list[Record]]:
        """Store new records as ``add`` does, and values of known ones as ``change`` does, all or none."""
        await asyncio.to_thread(check, (*new, *known), before)
        time = now()
        made = [replace(record, id=uuid4().hex, created_at=time, updated_at=time) for record in new]
        changed = [replace(record, updated_at=time) for record in known]
        async with self._writing():
            await self._check_names_are_free((*made, *changed))
            await self._insert(made)
            await self._update(known, changed)
        return made, changed

    async def remove(self, names: Sequence[str]) -> None:
        """Remove records, all or none; raises RecordError if there is none of a name; names each."""
        async with self._writing():
            missing = []
            for name in dict.fromkeys(names):
                query = "DELETE FROM records WHERE name = ?"
                if not is_text(name) or (await self._connection.execute(query, (name,))).rowcount == 0:
                    missing.append(name)
            if missing:
                raise _no_record(*missing)

    async def rotate_key(self) -> int:
        """Seal all secrets with a new key; returns how many records had any."""
        async with self._writing():
            await self._keys.rotate()
            records = [record for record in await self._select("") if _is_sealed(record)]
            await self._update(records, records)
        return len(records)

    # -- the history ------------------------------------------------------------------------

    async def begin_connection(self, connection: Connection) -> int:
        """Note that a terminal was opened; returns its number, for ``end_connection``."""
        columns = ", ".join(_CONNECTION)
        async with self._writing():
            cursor = await self._connection.execute(
                f"INSERT INTO connections ({columns}) VALUES ({', '.join(_VALUES)})",
                _connection_row(connection),
            )
            number = cast("int", cursor.lastrowid)
            await self._put_recordings(number, connection)
        return number

    async def end_connection(self, number: int, connection: Connection) -> None:
        """Note how a terminal has done; it may be noted more than once."""
        columns = ", ".join(map("{} = {}".format, _CONNECTION, _VALUES))
        async with self._writing():
            await self._connection.execute(
                f"UPDATE connections SET {columns} WHERE id = ?", (*_connection_row(connection), number)
            )
            await self._put_recordings(number, connection)

    async def _put_recordings(self, number: int, connection: Connection) -> None:
        await self._connection.executemany(
            "INSERT OR IGNORE INTO recordings (connection_id, path) VALUES (?, ?)",
            [(number, path) for path in connection.recordings],
        )

    async def connections(self, *, limit: int = 100, record: str | None = None) -> list[Connection]:
        """Return the last terminals, the newest first.

        Args:
            limit: How many at most.
            record: Only those that used the record of this name.
        """
        if record is not None and not is_text(record):
            return []
        where = "" if record is None else "WHERE record_name = ?"
        arguments = (limit,) if record is None else (record, limit)
        async with (
            self._reading(),
            self._connection.execute(
                f"SELECT {', '.join(_CONNECTION)}, {_PATHS} FROM connections {where} "
                "ORDER BY started_at DESC, id DESC LIMIT ?",
                arguments,
            ) as cursor,
        ):
            return [_connection_of(row) for row in await cursor.fetchall()]

    # -- shells -----------------------------------------------------------------------------

    async def put_shell(self, shell: Shell) -> None:
        """Write down a shell, or what is new about it."""
        columns, places = ", ".join(_SHELL), ", ".join("?" * len(_SHELL))
        async with self._writing():
            await self._connection.execute(
                f"INSERT OR REPLACE INTO shells ({columns}) VALUES ({places})",
                [getattr(shell, column) for column in _SHELL],
            )

    async def forget_shells(self, *markers: str) -> None:
        """Forget shells that are gone."""
        async with self._writing():
            await self._connection.executemany(
                "DELETE FROM shells WHERE marker = ?", [(marker,) for marker in markers]
            )

    async def shells(self) -> list[Shell]:
        """Return the shells of which nobody has seen the end, the oldest first."""
        query = f"SELECT {', '.join(_SHELL)} FROM shells ORDER BY started_at, marker"
        async with self._reading(), self._connection.execute(query) as cursor:
            return [Shell(**dict(zip(_SHELL, row, strict=True))) for row in await cursor.fetchall()]

    # -- the board --------------------------------------------------------------------------

    async def board(self, context: str) -> dict[str, Json]:
        """Return what the board was like when it was left; empty if it never was."""
        async with self._reading():
            return await self._board(context)

    async def change_board(
        self, context: str, changed: Mapping[str, Json], forgotten: Collection[str] = ()
    ) -> None:
        """Keep what the board is like now; another podboard may change other things of it.

        Args:
            forgotten: What is kept no longer.
        """
        async with self._writing():
            kept = {**await self._board(context), **changed}
            state = {name: value for name, value in kept.items() if name not in forgotten}
            await self._connection.execute(
                "INSERT INTO boards (context, state, updated_at) VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at",
                (context, json.dumps(state), now()),
            )

    async def _board(self, context: str) -> dict[str, Json]:
        query = "SELECT state FROM boards WHERE context = ?"
        async with self._connection.execute(query, (context,)) as cursor:
            row = await cursor.fetchone()
        return json.loads(row[0]) if row else {}

    # -- inside -----------------------------------------------------------------------------

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[None]:
        # Not while something is half written on the same connection.
        async with self._lock:
            with told(self.path):
                yield

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[None]:
        async with self._lock:
            with told(self.path):
                async with writing(self._connection):
                    yield

    async def _select(self, clause: str, *arguments: str) -> list[Record]:
        await self._keys.load()
        async with self._connection.execute(f"{SELECT} {clause}", arguments) as cursor:
            rows = await cursor.fetchall()
        sealer = self._keys.sealer
        return await asyncio.to_thread(lambda: [record_of(row, sealer) for row in rows])

    async def _insert(self, records: Sequence[Record]) -> None:
        rows = await self._rows(records)
        await self._connection.executemany(INSERT, rows)

    async def _update(self, before: Sequence[Record], after: Sequence[Record]) -> None:
        rows = await self._rows(after)
        for old, row in zip(before, rows, strict=True):
            cursor = await self._connection.execute(UPDATE, (*row[1:], old.id, old.updated_at))
            if cursor.rowcount == 0:
                raise RecordError(
                    f'the record "{one_line(old.name)}" was changed or removed meanwhile', "read it again"
                )

    async def _rows(self, records: Sequence[Record]) -> list[list[str | int | None]]:
        key = await self._keys.current() if any(_is_sealed(record) for record in records) else ""
        sealer = self._keys.sealer
        return await asyncio.to_thread(lambda: [row_of(record, sealer, key) for record in records])

    async def _check_names_are_free(self, records: Iterable[Record]) -> None:
        async with self._connection.execute("SELECT name, id FROM records") as cursor:
            taken: dict[str, str] = {name: identity async for name, identity in cursor}
        problems = [
            f'there is a record "{one_line(record.name)}" already'
            for record in records
            if taken.setdefault(record.name, record.id) != record.id
        ]
        if problems:
            raise RecordError(_several(problems), "choose another name", tuple(problems))


class KeyRing:
    """The keys that the database names, found when they are needed.

    Args:
        connection: Inside a transaction where a key may have to be made.
        keyring: As ``open_store`` has it.
    """

    def __init__(self, connection: aiosqlite.Connection, path: Path, *, keyring: bool = True) -> None:
        self._connection = connection
        self._keys = Keys(path, keyring=keyring)
        self._places: dict[str, Place] = {}
        self._current = ""
        self.sealer = Sealer(self._find)

    async def load(self) -> None:
        """Read which keys there are; another process may have rotated them."""
        async with self._connection.execute(
            "SELECT name, place, retired_at IS NULL FROM sealing_keys ORDER BY created_at"
        ) as cursor:
            rows = list(await cursor.fetchall())
        self._places = {name: place for name, place, _ in rows}
        self._current = next((name for name, _, used in reversed(rows) if used), "")

    async def current(self) -> str:
        """Return the name of the key that seals, which is made if there is none yet."""
        await self.load()
        return self._current or await self._make()

    async def rotate(self) -> str:
        """Retire all keys and make a new one; returns its name."""
        await self._connection.execute(
            "UPDATE sealing_keys SET retired_at = ? WHERE retired_at IS NULL", (now(),)
        )
        await self.load()
        return await self._make()

    async def _make(self) -> str:
        key = await asyncio.to_thread(self._keys.create)
        await self._connection.execute(
            "INSERT INTO sealing_keys (name, place, created_at) VALUES (?, ?, ?)",
            (key.name, key.place, now()),
        )
        self._places[key.name] = key.place
        self._current = key.name
        return key.name

    def _find(self, name: str) -> bytes:
        if name not in self._places:
            raise SealError(f"a secret is sealed with a key {one_line(name)} that the database does not know")
        return self._keys.find(name, self._places[name]).value


def check(records: Sequence[Record], before: Sequence[Record] = ()) -> None:
    """Refuse records that cannot be stored; raises RecordError, which names each and why.

    Args:
        before: As ``Store.change`` has it.
    """
    known = {record.id: set(record.problems()) for record in before}
    refused = [
        f'"{one_line(record.name)}": {problem}'
        for record in records
        for problem in record.problems()
        if problem not in known.get(record.id, ())
    ]
    if refused:
        raise RecordError(_several(refused), "nothing was stored", tuple(refused))


def _several(problems: Sequence[str]) -> str:
    more = f"; and {len(problems) - _MOST_SAID} more" if len(problems) > _MOST_SAID else ""
    return "; ".join(problems[:_MOST_SAID]) + more


def _is_sealed(record: Record) -> bool:
    return bool(record.secrets or record.other)


def _no_record(*names: str) -> RecordError:
    listed = ", ".join(f'"{one_line(name)}"' for name in names)
    return RecordError(f"there is no record {listed}", "see podboard records list")


def _connection_row(connection: Connection) -> list[Any]:
    values = {column: getattr(connection, column) for column in _CONNECTION}
    values["attempts"] = msgspec.json.encode(connection.attempts).decode()
    return list(values.values())


def _connection_of(row: Iterable[Any]) -> Connection:
    values = dict(zip((*_CONNECTION, _RECORDINGS), row, strict=True))
    values[_RECORDINGS] = tuple(json.loads(values[_RECORDINGS]))
    values["attempts"] = msgspec.json.decode(values["attempts"], type=tuple[Attempt, ...])
    return Connection(**values)
