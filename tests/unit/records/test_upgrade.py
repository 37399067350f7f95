"""Old databases brought forward: all of them, all of it, and nothing else."""

import asyncio
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podboard.datafiles import data_file
from podboard.errors import DamagedDatabaseError, DatabaseError
from podboard.model.record import Record
from podboard.model.secret import Secret
from podboard.records.database import VERSION
from podboard.records.store import open_store
from podboard.records.upgrade import upgrade
from tests.support.databases import (
    OLD,
    contents,
    execute,
    is_whole,
    make,
    make_application,
    objects,
)

LEGACY = "coding_kubernetespod"
COLUMNS = (
    "project_id, conversation_id, pod_name, namespace, image, status, resource_limits, service_details, "
    "ssh_connection_details, cluster_host, kubeconfig, token, created_at, updated_at, started_at, stopped_at"
)
ANOTHER = f"INSERT INTO {LEGACY} SELECT 99, {COLUMNS} FROM {LEGACY} LIMIT 1"
NAMELESS = ANOTHER.replace("pod_name", "''")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "podboard.db"


async def records_of(path: Path) -> dict[str, Record]:
    async with open_store(path) as store:
        return {record.name: record for record in await store.records()}


def opened(value: Any) -> Any:
    return value.reveal() if isinstance(value, Secret) else value


def details(record: Record) -> dict[str, Any]:
    assert record.ssh_connection_details is not None
    return {name: opened(value) for name, value in record.ssh_connection_details.fields.items()}


def everything_in(folder: Path) -> bytes:
    """All bytes of all files but the backups."""
    return b"".join(file.read_bytes() for file in folder.iterdir() if ".backup-" not in file.name)


def backups(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.backup-*"))


# -- every old database ---------------------------------------------------------------------


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
@pytest.mark.parametrize("fixture", [*OLD, "version-2"])
async def test_the_tables_are_those_of_a_fresh_database(path: Path, fixture: str, journal: str) -> None:
    make(path, fixture, journal=journal)
    before = objects(path)
    await upgrade(path)
    fresh = path.with_name("fresh.db")
    async with open_store(fresh):
        pass
    legacy = {entry for entry in before if "pods" not in entry[1]}
    assert objects(path) == objects(fresh) | legacy
    for pragma in ("application_id", "user_version"):
        assert execute(path, f"PRAGMA {pragma}") == execute(fresh, f"PRAGMA {pragma}")
    assert is_whole(path)
    assert data_file("schema.sql").read_text().count("CREATE TABLE") == len(contents(fresh))


async def test_version_2_keeps_all_it_has(path: Path) -> None:
    make(path, "version-2")
    before = contents(path)
    summary = await upgrade(path)
    assert (summary.found, summary.read, summary.changes) == (2, 0, True)
    assert summary.backup is not None
    assert not summary.backup_is_readable
    assert contents(path) == before | {"shells": [], "recordings": []}


async def test_version_1_is_carried_over(path: Path) -> None:
    make(path, "version-1")
    summary = await upgrade(path)
    assert (summary.found, summary.read, summary.written, summary.sealed) == (1, 3, 3, 5)
    assert summary.skipped == ()
    records = await records_of(path)
    assert set(records) == {"shop web", "by path", "ключ 🔑 'quoted'"}
    web = records["shop web"]
    assert (web.namespace, web.pod_name, web.cluster_host) == ("shop", "web-7d9c", "https://10.0.0.1:6443")
    assert opened(web.token) == "SECRET-token-1"
    assert web.kubeconfig is None
    assert web.ssh_connection_details is None
    by_path = records["by path"]
    assert by_path.kubeconfig == "/etc/kube/config"
    assert by_path.cluster_host is None
    assert details(by_path) == {
        "host": "bastion.example",
        "username": "ops",
        "password": "SECRET-password-2",
        "odd": ["SECRET-odd-2"],
    }
    third = records["ключ 🔑 'quoted'"]
    assert third.cluster_host == "https://10.0.0.1:6443"
    assert opened(third.other["cluster_host"]) == "https://ops:SECRET-login-3@10.0.0.1:6443"
    assert "SECRET-kubeconfig-3" in opened(third.kubeconfig)


async def test_the_application_is_carried_over_and_its_table_left_as_it_was(path: Path) -> None:
    make(path, "application")
    before = contents(path)
    summary = await upgrade(path)
    assert (summary.found, summary.read, summary.written, summary.sealed) == (0, 3, 2, 3)
    assert summary.skipped == ((f"{LEGACY} 3", "it has no pod_name"),)
    after = contents(path)
    assert {name: after[name] for name in before} == before
    records = await records_of(path)
    assert set(records) == {"project-12-web", "project-12-web-2"}
    first = records["project-12-web"]
    assert (first.created_at, first.updated_at) == (
        "2024-01-02T03:04:05.123456Z",
        "2024-02-03T04:05:06.000000Z",
    )
    assert details(first)["key_passphrase"] == "SECRET-phrase-1"
    assert details(first)["host"] == "bastion.example"
    assert {name: value for name, value in first.other.items() if not isinstance(value, Secret)} == {
        "id": 1,
        "project_id": "12",
        "conversation_id": "34",
        "status": "running",
        "resource_limits": {"cpu": "500m", "memory": "1Gi"},
        "started_at": "2024-01-02 03:05:00",
    }
    assert "SECRET-service-1" in opened(first.other["service_details"])["url"]
    [(readable,)] = execute(path, "SELECT other FROM records WHERE name = 'project-12-web'")
    assert "SECRET" not in readable


async def test_the_application_with_its_later_columns_is_carried_over(path: Path) -> None:
    make(path, "application-migrated")
    summary = await upgrade(path)
    assert (summary.read, summary.written) == (3, 2)
    assert summary.skipped == ((f"{LEGACY} 9", "pod_name holds a character that no text has"),)
    records = await records_of(path)
    assert opened(records["project-12-web"].token) == "SECRET-token-7"
    assert "SECRET-kubeconfig-7" in opened(records["project-12-web"].kubeconfig)
    assert records["project-12-db"].kubeconfig == "~/.kube/config"
    assert records["project-12-db"].cluster_host == "https://10.0.0.1:6443"


@pytest.mark.parametrize("fixture", OLD)
async def test_a_second_time_there_is_nothing_to_do(path: Path, fixture: str) -> None:
    make(path, fixture)
    await upgrade(path)
    before = contents(path), backups(path)
    again = await upgrade(path)
    assert (again.written, again.backup, again.changes) == (0, None, False)
    assert "nothing to do" in again.lines()[0]
    assert (contents(path), backups(path)) == before


async def test_two_at_once_carry_each_row_once(path: Path) -> None:
    make(path, "application-migrated")
    summaries = await asyncio.gather(*(upgrade(path) for _ in range(3)))
    assert sorted(summary.written for summary in summaries) == [0, 0, 2]
    assert len(backups(path)) == 1
    assert len(await records_of(path)) == 2


async def test_rows_that_came_later_are_carried_over_later(path: Path) -> None:
    make_application(path, [{"pod_name": "web"}])
    await upgrade(path)
    async with open_store(path) as store:
        await store.remove(["web"])
    execute(path, ANOTHER)
    assert (await upgrade(path)).written == 1
    # The first is not carried again though its record was removed.
    assert set(await records_of(path)) == {"web"}


async def test_names_are_made_unique(path: Path) -> None:
    long = "w" * 300
    make_application(
        path, [{"pod_name": name} for name in ("web", "web-2", "web", "web", long, long, "-x", "\x1b[2J")]
    )
    await upgrade(path)
    records = await records_of(path)
    assert {"web", "web-2", "web-3", "web-4", "x", "\\x1b[2J"} < set(records)
    assert sorted(record.pod_name for record in records.values()).count("web") == 3
    assert all(len(name) <= 253 for name in records)
    assert records["\\x1b[2J"].pod_name == "\x1b[2J"


async def test_names_stay_clear_of_those_there_are(path: Path) -> None:
    make_application(path, [{"pod_name": "web"}])
    await upgrade(path)
    execute(path, ANOTHER)
    await upgrade(path)
    assert set(await records_of(path)) == {"web", "web-2"}


async def test_columns_that_nobody_knows_are_kept_sealed(path: Path) -> None:
    make_application(path, [{"pod_name": "web"}])
    execute(path, f"ALTER TABLE {LEGACY} ADD COLUMN vault text")
    execute(path, f"ALTER TABLE {LEGACY} ADD COLUMN picture blob")
    execute(path, f"UPDATE {LEGACY} SET vault = 'SECRET', picture = x'ff00'")
    await upgrade(path)
    other = (await records_of(path))["web"].other
    assert opened(other["vault"]) == "SECRET"
    assert opened(other["picture"]) == {"base64": "/wA="}
    [(text,)] = execute(path, "SELECT other FROM records")
    assert json.loads(text)["vault"].startswith("sealed:1:")


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("pod_name", "CAST(x'ff' AS TEXT)", "pod_name holds a character that no text has"),
        ("pod_name", "x'ff'", "pod_name is no text"),
        ("token", "'a' || char(0)", "token holds a character that no text has"),
        ("pod_name", "' '", "it has no pod_name"),
    ],
)
async def test_what_cannot_be_kept_is_skipped_with_its_reason(
    path: Path, column: str, value: str, reason: str
) -> None:
    make_application(path, [{"pod_name": "web"}, {"pod_name": "db"}])
    execute(path, f"UPDATE {LEGACY} SET {column} = {value} WHERE id = 10")
    summary = await upgrade(path)
    assert summary.skipped == ((f"{LEGACY} 10", reason),)
    assert f"  skipped: {LEGACY} 10: {reason}" in summary.lines()
    assert set(await records_of(path)) == {"db"}


# -- any contents ---------------------------------------------------------------------------

EMPTY: tuple[Any, ...] = (None, "", {}, [])
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=8)
ROW = st.fixed_dictionaries(
    {
        "pod_name": TEXT.filter(str.strip),
        "namespace": TEXT,
        "kubeconfig": TEXT | st.integers(1, 300).map(lambda size: "clusters: []\n" * size * 250) | st.none(),
        "token": TEXT | st.none(),
        "cluster_host": TEXT | st.sampled_from(["https://u:p@h", "http://h:1/?t=s", "//", "h:1"]) | st.none(),
        "ssh_connection_details": st.none()
        | st.dictionaries(st.sampled_from(["host", "user", "port", "password"]) | TEXT, JSON).map(json.dumps)
        | JSON.map(json.dumps),
        "service_details": JSON.map(json.dumps),
        "resource_limits": JSON.map(json.dumps),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(ROW, max_size=4))
def test_nothing_is_lost_whatever_a_row_holds(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    path = make_application(tmp_path_factory.mktemp("any") / "podboard.db", rows)
    summary = asyncio.run(upgrade(path, drop_legacy=True))
    assert (summary.written, summary.skipped, summary.legacy_dropped) == (len(rows), (), True)
    kept = {opened(record.other["id"]): record for record in asyncio.run(records_of(path)).values()}
    for number, row in enumerate(rows, start=10):  # as the fixture's rows had the numbers before
        record = kept[number]
        assert record.pod_name == row["pod_name"].strip()
        assert (record.namespace or "") == row["namespace"].strip()
        assert (opened(record.token) or "") == (row["token"] or "").strip()
        assert (opened(record.kubeconfig) or "") == (row["kubeconfig"] or "").strip()
        hosts = {record.cluster_host, opened(record.other.get("cluster_host"))}
        assert ((row["cluster_host"] or "").strip() or None) in hosts
        assert opened(record.other.get("service_details")) in _same(row["service_details"])
        came = json.loads(row["ssh_connection_details"] or "null")
        if isinstance(came, dict):
            kept_details = details(record) if record.ssh_connection_details else {}
            assert sorted(map(repr, kept_details.values())) == sorted(
                repr(value) for value in came.values() if value not in EMPTY
            )
        else:
            assert opened(record.other.get("ssh_connection_details")) in _same(row["ssh_connection_details"])


def _same(text: str | None) -> list[Any]:
    """What may stand for JSON, nothing at all for what is empty."""
    value = json.loads(text or "null")
    return [None] if value in EMPTY else [value]


# -- the application's table, removed -------------------------------------------------------


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
async def test_the_table_goes_with_all_its_secrets(path: Path, journal: str) -> None:
    make(path, "application-migrated", journal=journal)
    execute(path, f"DELETE FROM {LEGACY} WHERE id = 9")  # its token stays in the file for now
    assert b"SECRET" in everything_in(path.parent)
    assert (await upgrade(path)).legacy_there
    assert b"SECRET" in everything_in(path.parent)
    summary = await upgrade(path, drop_legacy=True)
    assert (summary.legacy_dropped, summary.not_compacted) == (True, None)
    assert f"The table {LEGACY} is removed." in summary.lines()
    assert LEGACY not in contents(path)
    assert b"SECRET" not in everything_in(path.parent)
    assert len(await records_of(path)) == 2
    assert is_whole(path)


async def test_the_table_may_go_at_once(path: Path) -> None:
    make(path, "application")
    execute(path, f"DELETE FROM {LEGACY} WHERE pod_name = ''")
    summary = await upgrade(path, drop_legacy=True)
    assert (summary.written, summary.legacy_dropped) == (2, True)
    assert b"SECRET" not in everything_in(path.parent)
    assert "django_migrations" in contents(path)


async def test_secrets_of_version_1_go_from_the_file(path: Path) -> None:
    make(path, "version-1", journal="WAL")
    execute(path, "DELETE FROM pods WHERE id = 3")
    await upgrade(path)
    assert b"SECRET" not in everything_in(path.parent)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (ANOTHER, None),
        (
            f"UPDATE {LEGACY} SET token = 'other' WHERE id = 8",
            "rows were changed since they were carried over: 8",
        ),
        (
            f"UPDATE {LEGACY} SET pod_name = '' WHERE id = 8",
            "rows were changed since they were carried over: 8",
        ),
        (
            NAMELESS,
            f"it holds what was skipped: {LEGACY} 99",
        ),
        (
            f"CREATE TABLE ports (pod_id bigint REFERENCES {LEGACY} (id))",
            "other parts of the database refer to it: table ports",
        ),
        (
            f"CREATE VIEW names AS SELECT pod_name FROM {LEGACY}",
            "other parts of the database refer to it: view names",
        ),
        (f"ALTER TABLE {LEGACY} ADD COLUMN later text NOT NULL DEFAULT ''", None),
        (f"DELETE FROM {LEGACY} WHERE id = 8", None),
    ],
)
async def test_the_table_stays_while_anything_in_it_is_needed(
    path: Path, statement: str, reason: str | None
) -> None:
    make(path, "application-migrated")
    execute(path, f"DELETE FROM {LEGACY} WHERE id = 9")
    await upgrade(path)
    execute(path, statement)
    plan = await upgrade(path, drop_legacy=True, dry_run=True)
    summary = await upgrade(path, drop_legacy=True)
    assert summary.reasons_to_keep == plan.reasons_to_keep == ((reason,) if reason else ())
    assert summary.legacy_dropped == plan.legacy_dropped == (reason is None)
    assert (LEGACY in contents(path)) == (reason is not None)
    if reason:
        assert f"  {reason}" in summary.lines()


async def test_a_rotated_key_still_tells_what_was_changed(path: Path) -> None:
    make_application(path, [{"pod_name": "web", "token": "SECRET"}])
    await upgrade(path)
    async with open_store(path) as store:
        await store.rotate_key()
    assert (await upgrade(path, drop_legacy=True)).legacy_dropped


async def test_the_table_stays_without_the_key(path: Path) -> None:
    make_application(path, [{"pod_name": "web", "token": "SECRET"}])
    await upgrade(path)
    path.with_name("podboard.db.key").unlink()
    with pytest.raises(DatabaseError, match="is not in the key file"):
        await upgrade(path, drop_legacy=True)
    assert LEGACY in contents(path)


# -- backups --------------------------------------------------------------------------------


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
@pytest.mark.parametrize("fixture", OLD)
async def test_the_backup_is_what_was_there_and_private(path: Path, fixture: str, journal: str) -> None:
    make(path, fixture, journal=journal)
    path.chmod(0o644)
    before = contents(path)
    summary = await upgrade(path)
    assert summary.backup is not None
    assert backups(path) == [summary.backup]
    assert contents(summary.backup) == before
    assert stat.S_IMODE(summary.backup.stat().st_mode) == 0o600
    assert ("version-1" if fixture == "version-1" else "legacy") in summary.backup.name
    assert summary.backup_is_readable
    assert summary.tightened
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    said = "\n".join(summary.lines())
    for told in (str(summary.backup), "in plain text", "Others on this machine could read", f"{path}.key"):
        assert told in said
    assert "SECRET" not in said + repr(summary)


async def test_no_backup_if_none_is_wanted(path: Path) -> None:
    make(path, "application-migrated")
    summary = await upgrade(path, backup=False)
    assert summary.backup is None
    assert backups(path) == []
    assert "There is no backup." in summary.lines()


async def test_without_a_backup_nothing_of_version_1_is_lost(path: Path) -> None:
    make(path, "version-1")
    execute(path, "UPDATE pods SET pod_name = '' WHERE id = 2")
    before = contents(path)
    with pytest.raises(DatabaseError, match="1 row would be lost, such as pods 2: it has no pod_name"):
        await upgrade(path, backup=False)
    assert contents(path) == before
    summary = await upgrade(path)
    assert (summary.written, summary.skipped) == (2, (("pods 2", "it has no pod_name"),))


async def test_an_unfinished_backup_of_one_that_was_killed_goes(path: Path) -> None:
    make(path, "version-1")
    left = path.with_name("podboard.db.backup-legacy-20240101T000000.000000Z.unfinished")
    left.write_text("SECRET")
    of_another = path.with_name("other.db.backup-legacy-20240101T000000.000000Z.unfinished")
    of_another.write_text("")
    await upgrade(path)
    assert not left.exists()
    assert of_another.exists()


# -- what is refused, and left as it is -----------------------------------------------------


def _newer(path: Path) -> None:
    make(path, "version-1")
    asyncio.run(upgrade(path, backup=False))
    execute(path, f"PRAGMA user_version = {VERSION + 1}")


def _foreign(path: Path) -> None:
    execute(path, "CREATE TABLE notes (text)")


def _no_database(path: Path) -> None:
    path.write_text("this is no database, but long enough to be taken for one " * 100)


def _empty(path: Path) -> None:
    path.touch()


def _clash(path: Path) -> None:
    make(path, "application")
    execute(path, "CREATE TABLE connections (id)")


def _without_id(path: Path) -> None:
    execute(path, f"CREATE TABLE {LEGACY} (pod_name)")


def _damaged(path: Path) -> None:
    make_application(path, [{"pod_name": f"web-{number}", "token": "t" * 500} for number in range(100)])
    data = bytearray(path.read_bytes())
    data[4096 * 4 : 4096 * 5] = b"\xff" * 4096
    path.write_bytes(data)


REFUSED: list[tuple[Callable[[Path], None], type[DatabaseError], str]] = [
    (_newer, DatabaseError, f"is of version {VERSION + 1}; this podboard knows {VERSION}"),
    (_foreign, DatabaseError, "is a database, but not podboard's"),
    (_no_database, DamagedDatabaseError, "is no database"),
    (_empty, DatabaseError, "is empty"),
    (lambda _: None, DatabaseError, "does not exist"),
    (_without_id, DatabaseError, "the rows of its table coding_kubernetespod have no id"),
]
REFUSED_WHEN_DONE = [
    (_clash, DatabaseError, "table connections already exists"),
    (_damaged, DamagedDatabaseError, "is damaged"),
]


@pytest.mark.parametrize(
    ("make_it", "error", "said", "options"),
    [
        *((*refused, {"dry_run": True}) for refused in REFUSED),
        *(
            (*refused, options)
            for refused in REFUSED + REFUSED_WHEN_DONE
            for options in ({}, {"backup": False})
        ),
    ],
)
def test_what_cannot_be_upgraded_is_left_as_it_is(
    path: Path,
    make_it: Callable[[Path], None],
    error: type[DatabaseError],
    said: str,
    options: dict[str, Any],
) -> None:
    make_it(path)
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(error, match=said):
        asyncio.run(upgrade(path, **options))
    assert (path.read_bytes() if path.exists() else None) == before
    assert not list(path.parent.glob("*unfinished*"))


@pytest.mark.parametrize("fixture", OLD)
async def test_a_dry_run_changes_nothing_and_tells_what_would_be(path: Path, fixture: str) -> None:
    make(path, fixture)
    path.chmod(0o644)
    before = path.read_bytes()
    plan = await upgrade(path, dry_run=True)
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    done = await upgrade(path)
    assert (plan.steps, plan.read, plan.written, plan.sealed, plan.skipped) == (
        done.steps,
        done.read,
        done.written,
        done.sealed,
        done.skipped,
    )
    assert "would be" in "\n".join(plan.lines())
    assert "would" not in "\n".join(done.lines())


async def test_a_failure_in_the_middle_leaves_the_old_one(
    path: Path,
) -> None:
    make_application(path, [{"pod_name": f"web-{number}"} for number in range(600)])
    before = contents(path)

    def fail(step: str, done: int, _total: int) -> None:
        if "carry" in step and done >= 500:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await upgrade(path, progress=fail)
    assert contents(path) == before
    assert (await upgrade(path)).written == 600


async def test_what_reads_back_otherwise_is_not_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(path, "application-migrated")
    before = contents(path)
    monkeypatch.setattr("podboard.records.sealing.Sealer.open", lambda *_: '"forged"')
    with pytest.raises(DatabaseError, match="read back otherwise"):
        await upgrade(path)
    assert contents(path) == before


async def test_progress_is_told_to_the_end(path: Path) -> None:
    make_application(path, [{"pod_name": f"web-{number}"} for number in range(600)])
    told: list[tuple[str, int, int]] = []
    await upgrade(path, progress=lambda *step: told.append(step))
    steps = list(dict.fromkeys(step for step, _, _ in told))
    assert steps == [
        "copy the database into a backup",
        "carry over the pods of the application before, their secrets sealed",
    ]
    for step in steps:
        mine = [(done, total) for name, done, total in told if name == step]
        assert mine == sorted(mine)
        assert mine[-1][0] == mine[-1][1]


async def test_many_skipped_rows_are_not_all_named(path: Path) -> None:
    make_application(path, [{"pod_name": ""} for _ in range(30)])
    lines = (await upgrade(path)).lines()
    assert sum(line.startswith("  skipped: ") for line in lines) == 20
    assert "  and 10 more" in lines
