"""Upgrades as processes: killed, crowded, without room, without leave."""

import os
import random
import resource
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases import execute, is_whole, make_application, make_large_application

LEGACY = "coding_kubernetespod"
IN_CI = os.environ.get("CI") == "true"


def command(path: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "podboard", "schema", *arguments, "--database", str(path)]


def podboard(path: Path, *arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        command(path, *arguments), capture_output=True, text=True, check=False, timeout=120, **more
    )


def script(text: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def backups(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.backup-*"))


# -- killed ---------------------------------------------------------------------------------


def state_of(path: Path, rows: int) -> str:
    """Whether a database is the ``old`` one or the ``new``; fails where it is neither."""
    assert is_whole(path)
    tables = contents_of_schema(path)
    if "records" not in tables:
        count = f"SELECT count(*), count(DISTINCT token), sum(length(kubeconfig)) FROM {LEGACY}"
        assert execute(path, count) == [(rows, rows, rows * 4096)]
        assert tables == {LEGACY, "sqlite_sequence"}
        return "old"
    assert execute(path, "SELECT count(*), count(kubeconfig), count(token) FROM records") == [(rows,) * 3]
    assert execute(path, "SELECT count(*), count(record_id) FROM adopted") == [(rows, rows)]
    assert LEGACY not in tables
    return "new"


def contents_of_schema(path: Path) -> set[str]:
    return {name for (name,) in execute(path, "SELECT name FROM sqlite_schema WHERE type = 'table'")}


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("rows", "kills"),
    [
        (1000, 12),
        pytest.param(2000, 50, marks=pytest.mark.skipif(not IN_CI, reason="takes a minute; CI does it")),
    ],
)
def test_killed_at_any_moment_it_is_the_old_database_or_the_new(
    tmp_path: Path, rows: int, kills: int
) -> None:
    original = make_large_application(tmp_path / "original.db", rows)
    path = tmp_path / "work" / "podboard.db"

    def begin() -> subprocess.Popen[bytes]:
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir()
        shutil.copy(original, path)
        return subprocess.Popen(
            command(path, "upgrade", "--drop-legacy", "--yes"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    started = time.monotonic()
    assert begin().wait(60) == 0
    duration = time.monotonic() - started
    assert state_of(path, rows) == "new"

    moments = random.Random(1)  # noqa: S311 - no secret
    ends = []
    for number in range(kills):
        process = begin()
        try:
            process.wait(duration * (number + moments.random()) / kills)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
            ends.append(state_of(path, rows))
    assert "old" in ends
    assert len(ends) > kills // 2

    # What was killed is done by the next one, and nothing of what was killed is left.
    assert podboard(path, "upgrade", "--drop-legacy", "--yes").returncode == 0
    assert state_of(path, rows) == "new"
    assert not list(path.parent.glob("*unfinished*"))
    left = [file for file in path.parent.iterdir() if ".backup-" not in file.name]
    assert not any(b"SECRET" in file.read_bytes() for file in left)


def test_interrupted_it_ends_quietly_with_the_old_database(tmp_path: Path) -> None:
    path = make_large_application(tmp_path / "podboard.db", 3000)
    process = subprocess.Popen(
        command(path, "upgrade"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not backups(path) and process.poll() is None:
        pass
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "")
    assert backups(path) == []
    assert state_of(path, 3000) == "old"


# -- crowded --------------------------------------------------------------------------------


def test_processes_that_upgrade_at_once_carry_each_row_once(tmp_path: Path) -> None:
    path = make_large_application(tmp_path / "podboard.db", 500)
    processes = [
        subprocess.Popen(command(path, "upgrade"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    ended = [process.communicate(timeout=60) for process in processes]
    assert [(process.returncode, err) for process, (_, err) in zip(processes, ended, strict=True)] == [
        (0, "")
    ] * 4
    assert sum("500 records written" in out for out, _ in ended) == 1
    assert sum("nothing to do" in out for out, _ in ended) == 3
    assert execute(path, "SELECT count(*), count(DISTINCT name) FROM records") == [(500, 500)]
    assert len(backups(path)) == 1


WRITER = """
    import asyncio, sys, time
    from pathlib import Path
    from podboard.model.connection import Connection
    from podboard.model.record import Record
    from podboard.model.secret import Secret
    from podboard.records.store import open_store

    async def main(path, who, seconds):
        written, end = 0, time.monotonic() + float(seconds)
        while time.monotonic() < end:
            async with open_store(Path(path)) as store:
                for _ in range(20):
                    record = Record(name=f"{who}-{written}", pod_name="web", token=Secret.of("SECRET"))
                    await store.add([record])
                    number = await store.begin_connection(Connection(
                        context="", namespace="shop", pod_name="web", container="", started_at=str(written),
                        record_name=record.name))
                    written += 1
        print(written)

    asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.timeout(150)
def test_two_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    seconds = os.environ.get("PODBOARD_TEST_WRITERS_SECONDS", "3")
    path = tmp_path / "podboard.db"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), str(path), who, seconds],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for who in ("one", "other")
    ]
    ended = [writer.communicate(timeout=float(seconds) + 30) for writer in writers]
    assert [err for _, err in ended] == ["", ""]
    written = [int(out) for out, _ in ended]
    assert min(written) > 0
    for table, column in (("records", "name"), ("connections", "record_name")):
        kept = {name for (name,) in execute(path, f"SELECT {column} FROM {table}")}
        numbers = zip(("one", "other"), written, strict=True)
        assert kept == {f"{who}-{number}" for who, count in numbers for number in range(count)}
    assert is_whole(path)
    # They agreed on one key.
    assert execute(path, "SELECT count(*) FROM sealing_keys") == [(1,)]


# -- without room, without leave ------------------------------------------------------------


def limited(size: int) -> Callable[[], None]:
    """No file may grow beyond so many bytes."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("arguments", [("upgrade",), ("upgrade", "--no-backup")])
def test_where_files_cannot_grow_the_old_database_stays(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    path = make_large_application(tmp_path / "podboard.db", 1000)
    size = path.stat().st_size
    before = path.read_bytes()
    limit = size // 2 if len(arguments) == 1 else size + size // 4
    ended = podboard(path, *arguments, preexec_fn=limited(limit))
    assert ended.returncode == 6
    assert "cannot be written or read: the disk may be full or failing" in ended.stderr
    assert "nothing was changed" in ended.stderr
    assert "SECRET" not in ended.stderr
    assert is_whole(path)
    assert path.read_bytes() == before
    assert backups(path) == []
    assert podboard(path, *arguments).returncode == 0


IN_A_SMALL_DISK = """
    import shutil, subprocess, sys
    from pathlib import Path
    database, disk, size = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(disk)], check=True)
    path = disk / "podboard.db"
    shutil.copy(database, path)
    podboard = [sys.executable, "-m", "podboard", "schema"]
    ended = subprocess.run([*podboard, *sys.argv[4:], "--database", str(path)])
    shutil.copy(path, database)
    print("LEFT", sorted(file.name for file in disk.iterdir()))
    sys.exit(ended.returncode)
"""


def in_a_small_disk(database: Path, size: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Do it with a copy on a disk of so many bytes, which nobody else sees; the copy comes back."""
    disk = database.parent / "disk"
    disk.mkdir()
    return subprocess.run(
        ["unshare", "--mount", sys.executable, "-c", textwrap.dedent(IN_A_SMALL_DISK),
         str(database), str(disk), str(size), *arguments],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def can_mount() -> bool:
    unshare = shutil.which("unshare")
    if unshare is None or os.geteuid() != 0:
        return False
    mounted = subprocess.run(
        [unshare, "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
    )
    return mounted.returncode == 0


@pytest.mark.skipif(not can_mount(), reason="only root may mount a small disk")
@pytest.mark.parametrize(
    ("arguments", "room"), [(("upgrade",), 0.5), (("upgrade",), 1.5), (("upgrade", "--no-backup"), 0.5)]
)
def test_on_a_full_disk_the_old_database_stays(
    tmp_path: Path, arguments: tuple[str, ...], room: float
) -> None:
    path = make_large_application(tmp_path / "podboard.db", 1000)
    before = path.read_bytes()
    ended = in_a_small_disk(path, int(len(before) * (1 + room)), *arguments)
    assert ended.returncode == 6, ended.stderr
    assert "cannot grow: the disk is full" in ended.stderr
    assert "nothing was changed" in ended.stderr
    assert path.read_bytes() == before
    assert ended.stdout in {
        f"LEFT {left}\n" for left in (["podboard.db"], ["podboard.db", "podboard.db.key"])
    }
    assert is_whole(path)


@pytest.mark.skipif(not can_mount(), reason="only root may mount a small disk")
def test_where_there_is_no_room_to_compact_that_is_told_and_done_later(tmp_path: Path) -> None:
    path = make_large_application(tmp_path / "podboard.db", 1000)
    size = path.stat().st_size
    arguments = ("upgrade", "--drop-legacy", "--yes")
    ended = in_a_small_disk(path, int(size * 3.6), *arguments, "--no-backup")
    assert ended.returncode == 0, ended.stderr
    assert "may still lie in the file: database or disk is full. Upgrade again later." in ended.stdout
    assert state_of(path, 1000) == "new"
    assert b"SECRET" not in path.read_bytes()
    before = path.stat().st_size
    assert "nothing to do" in podboard(path, "upgrade").stdout
    assert path.stat().st_size < before - size // 2
    assert state_of(path, 1000) == "new"


AS_NOBODY = """
    import asyncio, os, sys
    from pathlib import Path
    import aiosqlite.core, cryptography.hazmat.primitives.ciphers.aead, keyring.backends.fail
    import podboard.records.status
    from podboard import cli
    cli.main(["schema", "status", "--database", os.devnull])
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    print("NOW", file=sys.stderr)
    sys.exit(cli.main(["schema", *sys.argv[1:]]))
"""


@pytest.mark.parametrize("arguments", [("upgrade",), ("upgrade", "--no-backup")])
def test_in_a_folder_that_cannot_be_written_the_old_database_stays(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = make_application(folder / "podboard.db", [{"pod_name": "web", "token": "SECRET"}])
    path.chmod(0o444)
    folder.chmod(0o555)
    reachable(folder)
    before = path.read_bytes()
    try:
        status = script(AS_NOBODY, "status", "--database", path)
        ended = script(AS_NOBODY, *arguments, "--database", path)
    finally:
        folder.chmod(0o755)
    assert status.returncode == 0, status.stderr
    assert "of the application before podboard" in status.stdout
    assert ended.returncode == 6
    said = ended.stderr.partition("NOW")[2]
    assert "cannot be" in said
    assert "check who owns it and its folder" in said
    assert "Traceback" not in said
    assert path.read_bytes() == before
    assert [file.name for file in folder.iterdir()] == ["podboard.db"]


def reachable(folder: Path) -> None:
    """Let others pass through the folders of this test."""
    for parent in folder.parents:
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & stat.S_IXOTH:
            parent.chmod(parent.stat().st_mode | stat.S_IXOTH)


# -- secrets --------------------------------------------------------------------------------


def test_no_secret_is_left_or_told_anywhere(tmp_path: Path) -> None:
    path = make_large_application(tmp_path / "podboard.db", 300)
    execute(path, "PRAGMA journal_mode=WAL")
    path.chmod(0o644)
    environment = {**os.environ, "PODBOARD_LOG": str(tmp_path / "podboard.log")}
    said = ""
    for arguments in (
        ["status"],
        ["status", "-o", "json"],
        ["upgrade", "--dry-run"],
        ["upgrade"],
        ["upgrade", "--drop-legacy", "--yes"],
        ["status"],
    ):
        ended = podboard(path, *arguments, env=environment)
        assert ended.returncode == 0, ended.stderr
        said += ended.stdout + ended.stderr
    assert "SECRET" not in said
    [first, second] = backups(path)
    for backup in (first, second):
        assert b"SECRET-17-" in backup.read_bytes()
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
        assert f"Backup: {backup}, which you alone can read." in said
    left = [file for file in tmp_path.iterdir() if file not in {first, second}]
    assert path in left
    assert not any(b"SECRET" in file.read_bytes() for file in left)


CRASH = """
    import asyncio, faulthandler, sys
    from pathlib import Path
    from podboard.records import carrying, upgrade

    def fail(*_):
        raise RuntimeError("a mistake of podboard's own")

    setattr(*{"convert": (carrying, "json_row", fail), "write": (carrying, "row_of", fail),
              "verify": (carrying, "record_of", fail)}[sys.argv[1]])
    asyncio.run(upgrade.upgrade(Path(sys.argv[2])), debug=True)
"""


@pytest.mark.parametrize("where", ["convert", "write", "verify"])
def test_a_crash_tells_no_secret(tmp_path: Path, where: str) -> None:
    path = make_large_application(tmp_path / "podboard.db", 10)
    ended = script(CRASH, where, path)
    assert ended.returncode == 1
    assert "RuntimeError: a mistake of podboard's own" in ended.stderr
    assert "SECRET" not in ended.stderr + ended.stdout
    assert state_of(path, 10) == "old"
