"""Pod records on the board: the sign, the list, the form, the history, and a database that is none."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Static

from podboard.commands.board_records import demo_records, open_records, upgrade_records
from podboard.errors import DatabaseError
from podboard.model.ending import exited
from podboard.model.pod import OwnerReference, Pod
from podboard.model.record import Record, SshConnectionDetails
from podboard.model.secret import Secret
from podboard.records.store import Store, open_store
from podboard.ui.keymap import FORM, RECORDS
from podboard.wire.exec_channel import Ended
from tests.support.pods import pod
from tests.support.records import fill
from tests.ui.person import BACKSPACE, DOWN, ESCAPE, LEADER, Person, at_the_board
from tests.ui.still import Shells, StillCluster

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

SIZES = [(80, 24), (120, 40), (200, 50)]
STORE = "\x13"
TOKEN = "eyJ.a-secret.x"


def owned(name: str, kind: str, owner: str, **labels: str) -> Pod:
    """A pod of a Deployment or the like."""
    plain = pod(name)
    return Pod(
        type(plain.metadata)(
            name=name,
            namespace="shop",
            uid=f"uid-{name}",
            creation_timestamp=plain.metadata.creation_timestamp,
            labels=labels,
            owner_references=(OwnerReference(kind, owner, controller=True),),
        ),
        plain.spec,
        plain.status,
    )


WEB = owned("web-7d9f-x2x4q", "ReplicaSet", "web-7d9f", **{"pod-template-hash": "7d9f"})
PODS = (pod("api-1"), WEB, owned("web-7d9f-zzzzz", "ReplicaSet", "web-7d9f"))


def with_records(cluster: StillCluster, database: Path, **more: Any) -> dict[str, Any]:
    """The arguments of the board on a cluster, with a database."""
    return {"connect": cluster.connect, "records": partial(open_records, database), **more}


async def stored(database: Path) -> list[Record]:
    async with open_store(database) as store:
        return await store.records()


def some_records(count: int) -> list[Record]:
    return [Record(name=f"record-{number:03}", pod_name=f"pod-{number}") for number in range(count)]


async def signs(person: Person, *pods: str) -> None:
    """Wait until all of the pods have the sign."""
    await person.until(lambda: all("◆" in person.line(name) for name in pods), f"the signs of {pods}")


# -- from a pod to a record -----------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_three_keys_from_a_pod_to_a_stored_record(columns: int, rows: int, database: Path) -> None:
    async with at_the_board(
        **with_records(StillCluster(*PODS), database), columns=columns, rows=rows
    ) as person:
        await person.sees("web-7d9f-x2x4q")
        await person.until(lambda: not person.board.desk.trouble)
        assert "◆" not in person.screen()
        person.type("j")
        # In one piece: what is typed ahead waits for the screen it is for.
        person.type(f"ra{STORE}")
        await person.sees("pod records   1", "web is stored")
        await person.until(lambda: "◆ web" in person.line("web-*"))
        person.type(ESCAPE)
        await person.no_longer_sees("pod records")
        await person.sees("◆ record web")
        await signs(person, "web-7d9f-x2x4q", "web-7d9f-zzzzz")
        assert "◆" not in person.line("api-1")
    [record] = await stored(database)
    assert (record.name, record.pod_name, record.namespace) == ("web", "web-*", "shop")
    assert (record.container, record.context) == (None, "kind-dev")


async def test_the_record_of_the_pod_under_the_cursor_is_set_off(database: Path) -> None:
    await fill(
        database, *some_records(300), Record(name="web", pod_name="web-*"), Record(name="zzz", pod_name="z")
    )
    async with at_the_board(**with_records(StillCluster(*PODS), database), columns=80, rows=24) as person:
        await person.sees("◆")
        await person.until(lambda: "R" in person.line("NAME").split())
        person.type("Gr")
        await person.sees("pod records   302", "web-* fits, and no other record does")
        await person.until(lambda: "◆ web" in person.line("web-*"))
        # It is in sight, with the cursor on it.
        person.type("e")
        await person.sees("record web", "ctrl+s store")


async def test_the_sign_follows_records_and_pods(database: Path) -> None:
    await fill(database, Record(name="web", pod_name="web-*", namespace="shop", context="kind-dev"))
    await fill(database, Record(name="else", pod_name="api-1", context="other"))
    cluster = StillCluster(pod("api-1"), pod("web-1"), pod("web-1", "data"))
    async with at_the_board(**with_records(cluster, database)) as person:
        await person.until(lambda: sum("◆" in line for line in person.lines() if "web-1" in line) == 1)
        assert "◆" not in person.line("api-1")
        cluster.put(pod("web-2"))
        await signs(person, "web-2")
        person.type("r")
        await person.sees("pod records   2")
        person.type("Gx")
        await person.sees("Remove the record web?")
        person.type("web\r")
        await person.sees("web is removed")
        person.type(ESCAPE)
        await person.no_longer_sees("pod records")
        assert "◆" not in person.screen()


async def test_hostile_records_are_text(database: Path) -> None:
    await fill(database, Record(name="[red]web[/]", pod_name="web-*", note="a\x1b]0;title\x07[b]x[/b]\nb"))
    async with at_the_board(**with_records(StillCluster(WEB), database)) as person:
        await person.sees("◆ record [red]web[/]")
        person.type("r")
        await person.sees("[red]web[/]", "the record of web-7d9f-x2x4q")
        person.type("e")
        await person.sees("record [red]web[/]", "a\\x1b]0;title\\x07[b]x[/b] b")
        person.type(f"{ESCAPE}x")
        await person.sees("Remove the record [red]web[/]?")
        assert person.outer.title == ""


# -- the list -------------------------------------------------------------------------------


async def test_what_the_list_says(database: Path) -> None:
    details = SshConnectionDetails.of({"host": "bastion", "password": "pw"})
    await fill(
        database,
        Record(
            name="all",
            pod_name="all-*",
            kubeconfig="~/.kube/other",
            token=Secret.of(TOKEN),
            ssh_connection_details=details,
        ),
        Record(name="none", pod_name="none-0", namespace="data", context="kind-dev", note="look twice"),
    )
    async with at_the_board(**with_records(StillCluster(*PODS), database), columns=80, rows=24) as person:
        await person.sees("api-1")
        await person.until(lambda: not person.board.desk.trouble)
        person.type("r")
        await person.sees("pod records   2", "NAME", "POD_NAME", "NAMESPACE", "CONTEXT", "HAS", "UPDATED")
        *said, updated = person.line("all-*").split()
        assert said == ["all", "all-*", "any", "any", "kubeconfig", "token", "ssh"]
        assert re.fullmatch(r"\d+s", updated)
        assert person.line("none-0").split()[:5] == ["none", "none-0", "data", "kind-dev", "-"]
        person.type("j")
        await person.sees("look twice")
        assert TOKEN not in person.screen()


async def test_filtering_and_going_about(database: Path) -> None:
    await fill(database, *some_records(100), Record(name="web", pod_name="web-*", note="ask Ann"))
    async with at_the_board(**with_records(StillCluster(*PODS), database), columns=80, rows=24) as person:
        await person.sees("api-1")
        await person.until(lambda: not person.board.desk.trouble)
        person.type("r")
        await person.sees("pod records   101", "record-000")
        person.type("G")
        await person.sees("web-*")
        assert "record-000" not in person.screen()
        person.type("g\x1b[6~jk")
        await person.no_longer_sees("web-*")
        person.type("/ANN")
        await person.sees("pod records   1 of 101", "ask Ann")
        person.type("\r")
        person.type("e")
        await person.sees("record web", "ctrl+s store")
        person.type(f"{ESCAPE}")
        await person.sees("pod records   1 of 101")
        person.type("/x")
        await person.sees("0 of 101", "no record fits")
        person.type(f"xe\r{ESCAPE}")
        await person.sees("pod records   101")
        person.type("?")
        await person.sees("In the pod list")
        person.type(ESCAPE)
        await person.no_longer_sees("In the pod list")
        person.type(ESCAPE)
        await person.sees("api-1")


async def test_removing_takes_the_name_typed(database: Path) -> None:
    await fill(database, Record(name="web", pod_name="web-*"))
    async with at_the_board(**with_records(StillCluster(*PODS), database)) as person:
        await person.sees("◆")
        person.type("r")
        await person.sees("pod records   1")
        person.type("x\r")
        await person.sees("that is not web")
        person.type("wbe\r")
        person.type(f"{ESCAPE}")
        await person.no_longer_sees("Remove the record")
        assert len(await stored(database)) == 1
        person.type("xweb\r")
        await person.sees("web is removed", "no records yet: a adds one")
        person.type("xe")
        person.type(ESCAPE)
        await person.sees("api-1")
    assert await stored(database) == []


async def test_the_mouse(database: Path) -> None:
    await fill(database, *some_records(3))
    async with at_the_board(**with_records(StillCluster(*PODS), database)) as person:
        await person.sees("api-1")
        await person.until(lambda: not person.board.desk.trouble)
        person.type("r")
        await person.sees("record-002")
        where = person.point_at("record-002")
        person.press_mouse(*where)
        person.press_mouse(*where)
        await person.sees("record record-002", "ctrl+s store")


async def test_many_records_are_shown_without_a_pause(database: Path) -> None:
    await fill(database, *some_records(10_000))
    async with at_the_board(**with_records(StillCluster(*PODS), database)) as person:
        await person.sees("api-1")
        await person.until(lambda: not person.board.desk.trouble)
        person.type("r")
        await person.sees("pod records   10000")
        person.type("/record-9999\r")
        await person.sees("1 of 10000")


# -- the form -------------------------------------------------------------------------------


async def test_secrets_are_kept_unless_they_are_typed_over(database: Path) -> None:
    details = SshConnectionDetails.of({"host": "bastion", "password": "hunter2", "project": "p"})
    record = Record(name="web", pod_name="web-*", token=Secret.of(TOKEN), ssh_connection_details=details)
    await fill(database, record)
    async with at_the_board(**with_records(StillCluster(*PODS), database), rows=50) as person:
        await person.sees("◆")
        person.type("Gre")
        await person.sees("record web", "kept as it is: ssh_connection_details.project")
        for name in ("token", "password"):
            await person.until(lambda name=name: "(sealed)" in person.line(name), f"{name}, which is sealed")
        assert "(sealed)" not in person.line("key_string")
        # To the note, and nothing else.
        person.type("\t" * 12 + "ask Ann")
        await person.sees("ask Ann")
        person.type(STORE)
        await person.sees("web is stored")
        person.type("e")
        await person.sees("record web")
        person.type("\t" * 8 + "a-new-one")
        await person.sees("•" * 9)
        assert "a-new-one" not in person.screen()
        person.type("\t" * 15)
        await person.sees("sealed: type over it")
        person.type(BACKSPACE)
        await person.sees("taken away when stored")
        person.type(STORE)
        await person.no_longer_sees("ctrl+s store")
        await person.sees("web is stored")
    async with open_store(database) as store:
        [changed] = await store.records()
        assert changed.note == "ask Ann"
        assert changed.token is not None
        assert changed.token.reveal() == "a-new-one"
        assert changed.ssh_connection_details is not None
        assert set(changed.ssh_connection_details.fields) == {"host", "project"}
        project = changed.ssh_connection_details.secret("project")
        assert project is not None
        assert project.reveal() == "p"


async def test_problems_are_told_while_typing_and_keep_it_from_being_stored(database: Path) -> None:
    async with at_the_board(**with_records(StillCluster(*PODS), database), columns=80, rows=24) as person:
        await person.sees("api-1")
        await person.until(lambda: not person.board.desk.trouble)
        person.type("ra")
        await person.sees("new record", "what you call this record")
        person.type(f"{DOWN * 6}10.0.0.1")
        await person.sees("!cluster_host", "must be an http or https URL")
        person.type(f"\x1b[H{STORE}")
        await person.sees("! cluster_host must be")
        assert await stored(database) == []
        person.type(f"https://{STORE}")
        await person.sees("api-1 is stored")
    assert (await stored(database))[0].cluster_host == "https://10.0.0.1"


async def test_a_file_is_read_when_the_record_is_stored(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    async with at_the_board(**with_records(StillCluster(*PODS), database)) as person:
        await person.sees("api-1")
        await person.until(lambda: not person.board.desk.trouble)
        person.type(f"ra{DOWN * 7}@{file}")
        await person.sees("@FILE reads it in and seals it")
        person.type(STORE)
        await person.sees("cannot be read: No such file or directory")
        file.write_text("apiVersion: v1\nkind: Config\n")
        person.type(STORE)
        await person.sees("api-1 is stored", "kubeconfig")
    async with open_store(database) as store:
        kubeconfig = (await store.record("api-1")).kubeconfig
        assert isinstance(kubeconfig, Secret)
        assert kubeconfig.reveal() == "apiVersion: v1\nkind: Config\n"


async def test_what_the_database_refuses_is_told(database: Path) -> None:
    await fill(database, Record(name="taken", pod_name="x"))
    async with at_the_board(**with_records(StillCluster(*PODS), database)) as person:
        await person.sees("api-1")
        await person.until(lambda: not person.board.desk.trouble)
        person.type("ra\x15taken")
        await person.sees("taken")
        person.type(STORE)
        await person.sees('there is a record "taken" already; choose another name')
        # Somebody else changes it meanwhile.
        person.type(f"{ESCAPE}y")
        await person.no_longer_sees("new record")
        person.type("e")
        await person.sees("record taken")
        async with open_store(database) as store:
            [other] = await store.records()
            await store.change([other])
        person.type(f"-2{STORE}")
        await person.sees("was changed or removed meanwhile; read it again")


async def test_leaving_asks_where_something_was_typed(database: Path) -> None:
    await fill(database, Record(name="web", pod_name="web-*"))
    async with at_the_board(**with_records(StillCluster(*PODS), database)) as person:
        await person.sees("◆")
        person.type("Gre")
        await person.sees("ctrl+s")
        person.type(ESCAPE)
        await person.sees("pod records")
        person.type("e")
        await person.sees("ctrl+s")
        person.type(f"-2{ESCAPE}")
        await person.sees("Leave without storing what was typed?")
        person.type("n")
        await person.no_longer_sees("Leave without storing")
        await person.sees("web-2")
        person.type(f"{ESCAPE}y")
        await person.sees("pod records   1")
        # Nothing typed is nothing to store.
        person.type(f"e{STORE}")
        await person.until(lambda: "ctrl+s" not in person.screen())
    [record] = await stored(database)
    assert (record.name, record.updated_at) == ("web", record.created_at)


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_the_form_scrolls_to_the_field_in_focus(columns: int, rows: int, database: Path) -> None:
    async with at_the_board(
        **with_records(StillCluster(*PODS), database), columns=columns, rows=rows
    ) as person:
        await person.sees("api-1")
        await person.until(lambda: not person.board.desk.trouble)
        person.type("ra")
        await person.sees("new record", "api-1")
        person.type("\x1b[Z")
        await person.sees("key_passphrase", "ssh_connection_details" if rows > 24 else "password")
        person.type("hunter2")
        await person.sees("•" * 7)
        person.type("\t")
        await person.sees("what you call this record")


async def test_the_help_explains_the_keys_of_records(database: Path) -> None:
    async with at_the_board(**with_records(StillCluster(*PODS), database)) as person:
        await person.sees("api-1")
        await person.until(lambda: not person.board.desk.trouble)
        person.type("r?")
        await person.sees("In the pod list")
        told = "\n".join(str(static.content) for static in person.app.screen.query(Static))
        for entry in (*RECORDS, *FORM):
            assert f"  {entry.shown:<8}{entry.help}" in told


# -- a database that is none ----------------------------------------------------------------


async def test_without_a_database_the_board_says_so_when_asked() -> None:
    async with at_the_board(StillCluster(*PODS).connect) as person:
        await person.sees("api-1")
        person.type("r")
        await person.sees("no records: no database was named")
        person.type("j")
        await person.sees("enter open")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"no database at all, but text that is long enough to be seen as none", "is no database"),
        (None, "is no file"),
    ],
)
async def test_a_file_that_is_no_database(content: bytes | None, told: str, tmp_path: Path) -> None:
    database = tmp_path / "podboard.db"
    database.mkdir() if content is None else database.write_bytes(content)
    async with at_the_board(**with_records(StillCluster(*PODS), database)) as person:
        await person.sees("api-1", "no records:", told)
        person.type("j")
        await person.no_longer_sees("no records:")
        person.type("r")
        await person.sees("no records:", told)
        person.type("\r")
        await person.sees("web-7d9f-x2x4q")


async def test_a_newer_database_is_left_alone(database: Path) -> None:
    await fill(database)
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    async with at_the_board(
        **with_records(StillCluster(*PODS), database, upgrade=partial(upgrade_records, database))
    ) as person:
        await person.sees("api-1", "no records:", "of version 99")
        person.type("r")
        await person.sees("of version 99")
        assert person.app.screen is person.board


def content(file: Path) -> bytes:
    return file.read_bytes()


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def old_database(path: Path, rows: int = 3) -> None:
    """A database of version 1, with secrets in plain text."""
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """
            CREATE TABLE pods (
                id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, namespace TEXT NOT NULL,
                pod_name TEXT NOT NULL, cluster_host TEXT NOT NULL DEFAULT '',
                kubeconfig TEXT NOT NULL DEFAULT '', token TEXT NOT NULL DEFAULT '',
                ssh_connection_details TEXT NOT NULL DEFAULT '{}'
                    CHECK (json_valid(ssh_connection_details))
            ) STRICT;
            PRAGMA user_version = 1;
            """
        )
        connection.executemany(
            "INSERT INTO pods (name, namespace, pod_name, token) VALUES (?, 'shop', ?, ?)",
            [(f"web-{number}", f"web-{number}", TOKEN) for number in range(rows)],
        )
    connection.close()


async def test_an_old_database_is_upgraded_when_asked_and_not_before(database: Path) -> None:
    old_database(database)
    before = content(database)
    cluster = StillCluster(pod("api-1"), pod("web-1"))
    async with at_the_board(
        **with_records(cluster, database, upgrade=partial(upgrade_records, database)), columns=80, rows=24
    ) as person:
        await person.sees("web-1", "no records until r upgrades the database:")
        before_keys = person.board.cursor_pod
        person.type("j")
        await person.until(lambda: person.board.cursor_pod is not before_keys)
        person.type("k")
        await person.until(lambda: person.board.cursor_pod is before_keys)
        assert "◆" not in person.screen()
        person.type("r")
        await person.sees("An older database", "3 records would be written", "u  upgrade, after a backup")
        person.type(ESCAPE)
        await person.no_longer_sees("An older database")
        assert content(database) == before
        person.type("r")
        await person.sees("u  upgrade")
        person.type("u")
        await person.sees("3 records written", "enter  go on", "Backup:")
        person.type("\r")
        await person.no_longer_sees("An older database")
        await person.sees("◆")
        person.type("jr")
        await person.sees("pod records   3", "the record of web-1")
    backups = [name for name in names_in(database.parent) if "backup" in name]
    assert len(backups) == 1
    for name in names_in(database.parent):
        assert (TOKEN.encode() in content(database.with_name(name))) is (name in backups), name


async def test_an_upgrade_that_fails_is_told(database: Path) -> None:
    old_database(database)

    async def fails(**how: Any) -> Any:
        if how.get("dry_run"):
            return await upgrade_records(database, dry_run=True)
        raise DatabaseError("the disk is full", "make room; nothing was changed")

    async with at_the_board(**with_records(StillCluster(*PODS), database, upgrade=fails)) as person:
        await person.sees("no records until r upgrades")
        person.type("r")
        await person.sees("u  upgrade")
        person.type("u")
        await person.sees("the disk is full", "make room; nothing was changed", "esc  back")
        person.type("u\r")
        person.type(ESCAPE)
        await person.no_longer_sees("the disk is full")
        person.type("r")
        await person.sees("An older database")


# -- the history ----------------------------------------------------------------------------


async def test_every_terminal_is_in_the_history(database: Path) -> None:
    shells = Shells(pod("api-1"), pod("web-1"))
    async with at_the_board(**with_records(shells.cluster, database)) as person:
        await person.sees("api-1")
        person.type("*\r")
        await person.sees("● open")
        shells.say(0, "hello")
        await person.sees("hello")
        person.type("ls\r")
        await person.until(lambda: shells[0].input == b"ls\r")
        shells[0].say(Ended(exited(7)))
        await person.sees("exit code 7")
        person.type(f"{LEADER}q")
        person.type(f"{LEADER}l")
        await person.sees("q quit")
        person.type("q")
        await person.sees("1 terminal is open")
        person.type("y")
        await person.leaves()
    async with open_store(database) as store:
        told = {row.pod_name: row for row in await store.connections()}
    ended, left = told["api-1"], told["web-1"]
    assert (ended.context, ended.namespace, ended.container) == ("kind-dev", "shop", "app")
    assert (ended.method, ended.exit_code, ended.bytes_received, ended.bytes_sent) == (
        "ws:kubeconfig",
        7,
        5,
        3,
    )
    assert [attempt.method for attempt in ended.attempts if not attempt.reason] == ["ws:kubeconfig"]
    assert (left.exit_code, left.ending) == (None, "closed")
    assert left.ended_at is not None


async def test_terminals_opened_before_the_database_are_in_the_history(database: Path) -> None:
    shells = Shells(pod("api-1"))
    gate = asyncio.Event()

    @asynccontextmanager
    async def late() -> AsyncIterator[Store]:
        await gate.wait()
        async with open_store(database) as store:
            yield store

    async with at_the_board(shells.cluster.connect, records=late) as person:
        await person.sees("api-1")
        person.type("\r")
        await person.sees("● open")
        person.type(f"{LEADER}l")
        await person.sees("q quit")
        person.type("r")
        await person.sees("no records: the database is being opened")
        gate.set()
        await person.until(lambda: not person.board.desk.trouble)
        await person.until(lambda: database.exists() and rows(database) == 1)


def rows(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM connections")
    connection.close()
    return int(count)


# -- what the board remembers ---------------------------------------------------------------


async def test_the_board_is_as_it_was_left(database: Path) -> None:
    cluster = StillCluster(*PODS, namespace="shop", namespaces=("data", "shop"))
    async with at_the_board(**with_records(cluster, database)) as person:
        await person.sees("api-1", "kind-dev · shop")
        assert cluster.watched == []
        person.type("Aoow")
        await person.sees("all namespaces", "by STATUS")
        person.type("O")
        await person.sees("by STATUS ▲")
        # Left in haste.
        person.type("q")
        await person.leaves()
    again = StillCluster(*PODS, namespace="shop")
    async with at_the_board(**with_records(again, database)) as person:
        await person.sees("all namespaces", "by STATUS ▲", "NODE")
        assert again.watched == [None]


async def test_flags_say_otherwise(database: Path) -> None:
    async with open_store(database) as store:
        await store.change_board("kind-dev", {"namespace": "data", "sort": "AGE"})
    cluster = StillCluster(*PODS, namespace="shop")
    async with at_the_board(**with_records(cluster, database, recall_namespace=False)) as person:
        await person.sees("kind-dev · shop", "by AGE")
        assert cluster.watched == []
        person.type("O")
        await person.sees("by AGE ▲")
    async with open_store(database) as store:
        assert await store.board("kind-dev") == {"namespace": "data", "sort": "AGE", "reverse": True}


@pytest.mark.parametrize("namespace", ["../../nodes", "", 7, ["shop"], {"a": 1}])
async def test_what_a_database_makes_up_is_not_believed(namespace: Any, database: Path) -> None:
    async with open_store(database) as store:
        await store.change_board(
            "kind-dev", {"namespace": namespace, "sort": ["x"], "reverse": 1, "wide": "y"}
        )
    cluster = StillCluster(*PODS, namespace="shop")
    async with at_the_board(**with_records(cluster, database)) as person:
        await person.sees("kind-dev · shop", "api-1")
        assert cluster.watched == []
        assert "by " not in person.line("pods ")


async def test_the_demo_has_a_database_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    cluster = StillCluster(pod("web-1"), pod("postgres-0", "data"), pod("api-1"))
    records: Callable[[], AbstractAsyncContextManager[Store]] = partial(demo_records, "kind-dev")
    async with at_the_board(cluster.connect, records=records) as person:
        await signs(person, "web-1", "postgres-0")
        assert len(names_in(tmp_path)) == 1
        person.type("q")
        await person.leaves()
    assert names_in(tmp_path) == []
