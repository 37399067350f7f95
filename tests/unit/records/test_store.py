"""The store, on real databases."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace

from podboard.errors import DatabaseError, RecordError, SealError
from podboard.model.attempt import Attempt, Outcome
from podboard.model.connection import Connection
from podboard.model.record import Record
from podboard.model.secret import Secret
from podboard.model.shell import Shell
from podboard.records.store import Store, open_store
from tests.support.records import MARK, SECRETIVE, opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "podboard.db"


@pytest_asyncio.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    async with open_store(path) as opened_store:
        yield opened_store


def record(name: str, **more: str) -> Record:
    return Record(name=name, pod_name=f"{name}-*", **more)  # type: ignore[arg-type]


async def names(store: Store) -> list[str]:
    return [found.name for found in await store.records()]


# -- records --------------------------------------------------------------------------------


async def test_what_is_added_is_found(store: Store) -> None:
    [stored] = await store.add([SECRETIVE])
    assert len(stored.id) == 32
    assert stored.created_at == stored.updated_at != ""
    found = await store.record("web")
    assert opened(found) == opened(SECRETIVE)
    assert (found.id, found.created_at) == (stored.id, stored.created_at)
    assert await store.names() == {"web"}


async def test_another_process_finds_it_too(store: Store, path: Path) -> None:
    await store.add([SECRETIVE])
    async with open_store(path) as other:
        assert opened(await other.record("web")) == opened(SECRETIVE)


async def test_records_come_by_name(store: Store) -> None:
    await store.add([record("b"), record("a"), record("c")])
    assert await names(store) == ["a", "b", "c"]


async def test_files_hold_no_secret_and_are_the_persons_alone(store: Store, path: Path) -> None:
    await store.add([SECRETIVE])
    await store.change([replace(await store.record("web"), token=Secret.of(f"{MARK}-2"))])
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == [f"podboard.db{end}" for end in ("", "-shm", "-wal", ".key")]
    for file in files:
        assert file.stat().st_mode & 0o777 == 0o600
        assert MARK.encode() not in file.read_bytes()


async def test_all_are_added_or_none(store: Store) -> None:
    await store.add([record("a"), record("b")])
    with pytest.raises(RecordError) as refused:
        await store.add([record("c"), record("b"), record("a"), record("c")])
    assert refused.value.problems == tuple(f'there is a record "{name}" already' for name in ("b", "a", "c"))
    assert await names(store) == ["a", "b"]


async def test_what_is_no_record_is_refused_by_name(store: Store) -> None:
    bad = [replace(record(f"r{number}"), namespace="Not A Name") for number in range(7)]
    with pytest.raises(RecordError) as refused:
        await store.add([record("good"), *bad])
    assert len(refused.value.problems) == 7
    assert refused.value.message.count("namespace must be") == 5
    assert refused.value.message.endswith("; and 2 more")
    assert await store.names() == set()


async def test_a_change_changes_and_keeps_the_rest(store: Store) -> None:
    [before] = await store.add([SECRETIVE])
    [after] = await store.change([replace(before, namespace="data", name="other")])
    assert opened(after) == {**opened(SECRETIVE), "namespace": "data", "name": "other"}
    assert opened(await store.record("other")) == opened(after)
    assert (after.id, after.created_at) == (before.id, before.created_at)
    assert after.updated_at > before.updated_at


async def test_a_change_loses_to_one_made_meanwhile(store: Store) -> None:
    mine = yours = (await store.add([record("a"), record("b")]))[0]
    other = await store.record("b")
    await store.change([replace(yours, note="yours")])
    with pytest.raises(RecordError, match='"a" was changed or removed meanwhile'):
        await store.change([replace(other, note="mine"), replace(mine, note="mine")])
    assert [found.note for found in await store.records()] == ["yours", ""]


async def test_a_change_takes_no_name_of_another(store: Store) -> None:
    a, _ = await store.add([record("a"), record("b")])
    with pytest.raises(RecordError, match='there is a record "b" already'):
        await store.change([replace(a, name="b")])
    await store.change([replace(a, note="its own name is free")])


async def test_what_was_odd_may_stay_odd(store: Store, path: Path) -> None:
    [before] = await store.add([record("a")])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE records SET pod_name = 'An Odd Name'")
    before = await store.record("a")
    after = replace(before, note="x")
    with pytest.raises(RecordError, match="pod_name must be"):
        await store.change([after])
    with pytest.raises(RecordError, match="namespace must be"):
        await store.change([replace(after, namespace="Odd, Too")], before=[before])
    await store.change([after], before=[before])
    assert (await store.record("a")).note == "x"


async def test_all_are_removed_or_none(store: Store) -> None:
    await store.add([record("a"), record("b")])
    with pytest.raises(RecordError, match='there is no record "x", "y"'):
        await store.remove(["a", "x", "y"])
    assert await names(store) == ["a", "b"]
    await store.remove(["a", "a"])
    assert await names(store) == ["b"]


async def test_the_resolver_knows_the_records(store: Store) -> None:
    assert not await store.resolver()
    await store.add([record("a"), record("b", namespace="shop")])
    found = (await store.resolver()).find("b-1", "shop")
    assert found is not None
    assert found.record.name == "b"


async def test_a_name_is_told_without_what_a_terminal_would_do(store: Store) -> None:
    with pytest.raises(RecordError) as missing:
        await store.record("\x1b[31m")
    assert missing.value.message.isprintable()


# -- keys -----------------------------------------------------------------------------------


async def test_a_new_key_seals_all_and_the_old_one_is_kept(store: Store, path: Path) -> None:
    await store.add([SECRETIVE, record("plain")])
    before = path.with_name("podboard.db.key").read_text("utf-8")
    assert await store.rotate_key() == 1
    after = path.with_name("podboard.db.key").read_text("utf-8")
    old, new = _key_names(path)
    assert old in before
    assert new not in before
    assert old in after
    assert new in after
    with closing(sqlite3.connect(path)) as connection:
        [row] = connection.execute("SELECT * FROM records WHERE name = 'web'").fetchall()
    assert old not in str(row)
    assert str(row).count(new) == 5
    assert opened(await store.record("web")) == opened(SECRETIVE)


def _key_names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name FROM sealing_keys ORDER BY created_at").fetchall()
    return [name for (name,) in rows]


async def test_without_its_key_a_record_shows_all_but_its_secrets(store: Store, path: Path) -> None:
    await store.add([SECRETIVE])
    path.with_name("podboard.db.key").unlink()
    async with open_store(path) as other:
        found = await other.record("web")
        assert found.namespace == "shop"
        assert found.token is not None
        with pytest.raises(SealError, match="is not in the key file"):
            found.token.reveal()


async def test_two_processes_make_one_key(path: Path) -> None:
    async with open_store(path) as one, open_store(path) as two:
        await asyncio.gather(
            one.add([replace(SECRETIVE, name="one")]), two.add([replace(SECRETIVE, name="two")])
        )
        assert len(_key_names(path)) == 1
        for name in ("one", "two"):
            assert opened(await one.record(name))["token"] == opened(SECRETIVE)["token"]


# -- many at once ---------------------------------------------------------------------------


async def test_many_tasks_share_a_store(store: Store) -> None:
    await asyncio.gather(*(store.add([record(f"r{number:02}")]) for number in range(40)))
    assert await names(store) == [f"r{number:02}" for number in range(40)]


@pytest.mark.parametrize("turns", range(0, 40, 3))
async def test_a_write_that_is_cancelled_is_whole_or_undone(store: Store, turns: int) -> None:
    adding = asyncio.create_task(store.add([replace(SECRETIVE, name=f"r{number}") for number in range(50)]))
    while not store._lock.locked():  # noqa: ASYNC110 - looked at in each turn of the loop: it may be short
        await asyncio.sleep(0)
    for _ in range(turns):
        await asyncio.sleep(0)
    adding.cancel()
    with suppress(asyncio.CancelledError):
        await adding
    assert len(await store.names()) in {0, 50}
    await store.add([record("after")])


async def test_a_busy_database_says_so(store: Store, path: Path) -> None:
    await store._connection.execute("PRAGMA busy_timeout=1")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match="is being written by another process"):
            await store.add([record("a")])
        other.execute("ROLLBACK")
    await store.add([record("a")])


# -- the history and the board --------------------------------------------------------------

ATTEMPT = Attempt("ws:record", "https://10.0.0.1", 1.5, 0.25, Outcome.FAILED, 403, "no", "ask")
CONNECTION = Connection(
    context="prod",
    namespace="shop",
    pod_name="web-1",
    container="app",
    started_at="2026-01-01T00:00:00.000000Z",
    record_name="web",
    method="ssh",
    attempts=(ATTEMPT,),
)


async def test_a_terminal_is_told_of_from_its_beginning(store: Store) -> None:
    number = await store.begin_connection(CONNECTION)
    assert await store.connections() == [CONNECTION]
    ended = replace(
        CONNECTION, ended_at="2026-01-01T00:01:00.000000Z", exit_code=3, ending="exited", bytes_sent=7
    )
    await store.end_connection(number, ended)
    assert await store.connections() == [ended]


async def test_where_a_terminal_is_recorded_is_added_to(store: Store) -> None:
    number = await store.begin_connection(CONNECTION)
    await store.begin_connection(replace(CONNECTION, recordings=("/other.cast",)))
    both = replace(CONNECTION, recordings=("/1.cast", "/2 'quoted'.cast"))
    await store.end_connection(number, replace(CONNECTION, recordings=both.recordings[:1]))
    await store.end_connection(number, both)
    assert [connection.recordings for connection in await store.connections()] == [
        ("/other.cast",),
        both.recordings,
    ]


async def test_a_record_that_was_removed_meanwhile_is_told_by_its_name(store: Store) -> None:
    [web] = await store.add([Record(name="web", pod_name="web-*")])
    used = replace(CONNECTION, record_id=web.id, record_name="web")
    number = await store.begin_connection(used)
    assert await store.connections() == [used]
    await store.remove(["web"])
    await store.end_connection(number, replace(used, ending="closed"))
    assert await store.connections() == [replace(used, record_id=None, ending="closed")]


async def test_the_last_terminals_come_first(store: Store) -> None:
    for day in (2, 1, 3):
        name = "web" if day != 1 else "other"
        await store.begin_connection(
            replace(CONNECTION, started_at=f"2026-01-0{day}T00:00:00.000000Z", record_name=name)
        )
    days = [connection.started_at[9] for connection in await store.connections()]
    assert days == ["3", "2", "1"]
    assert len(await store.connections(limit=2)) == 2
    assert [connection.started_at[9] for connection in await store.connections(record="web")] == ["3", "2"]


async def test_history_outlives_its_record(store: Store) -> None:
    [used] = await store.add([record("web")])
    await store.begin_connection(replace(CONNECTION, record_id=used.id))
    await store.remove(["web"])
    [connection] = await store.connections()
    assert (connection.record_id, connection.record_name) == (None, "web")


async def test_the_board_is_remembered_by_context(store: Store) -> None:
    assert await store.board("prod") == {}
    await store.change_board("prod", {"tabs": [1], "sort": "AGE", "wide": True})
    await store.change_board("prod", {"tabs": [1, 2]}, {"wide", "never there"})
    await store.change_board("dev", {})
    assert await store.board("prod") == {"tabs": [1, 2], "sort": "AGE"}


# -- shells ---------------------------------------------------------------------------------


def shell(number: int, **more: str) -> Shell:
    return Shell(
        marker=f"{number:032x}",
        context="prod",
        namespace="shop",
        pod_name="web-1",
        container="",
        started_at=f"2026-01-02T10:00:0{number}.000000Z",
        owner="laptop 7 boot/1",
        **more,
    )


async def test_shells_are_kept_until_they_are_gone(store: Store) -> None:
    assert await store.shells() == []
    for number in (2, 1, 3):
        await store.put_shell(shell(number))
    given_up = replace(shell(2), owner="", trouble="connection refused")
    await store.put_shell(given_up)
    assert await store.shells() == [shell(1), given_up, shell(3)]
    await store.forget_shells(shell(1).marker, shell(3).marker, shell(4).marker)
    assert await store.shells() == [given_up]
