"""``podboard schema`` as a person and as a script use it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.databases import contents, execute, make, make_application
from tests.support.ptys import open_pty, read_all

LEGACY = "coding_kubernetespod"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "podboard.db"


def podboard(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "podboard", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


def on_a_terminal(*arguments: str, typed: bytes) -> tuple[int, str]:
    """Let a person type on a terminal; returns the exit code and what they saw."""
    with open_pty(raw=False) as pty:
        process = subprocess.Popen(
            [sys.executable, "-m", "podboard", *arguments],
            stdin=pty.program,
            stdout=pty.program,
            stderr=pty.program,
        )
        os.write(pty.person, typed)
        code = process.wait(60)
        return code, read_all(pty.person, 0.1).decode()


def test_from_the_old_version_to_the_new_and_back(path: Path) -> None:
    make(path, "version-1")
    before = contents(path)
    status = podboard("schema", "status", "--database", str(path))
    assert (status.returncode, status.stderr) == (0, "")
    assert "Found:     of version 1\n" in status.stdout
    assert "3 rows read, 3 records would be written" in status.stdout
    upgrade = podboard("schema", "upgrade", PODBOARD_DATABASE=str(path))
    assert (upgrade.returncode, upgrade.stderr) == (0, "")
    assert upgrade.stdout.startswith(f"{path} is of version 3 now; it was of version 1.\n")
    [backup] = path.parent.glob("*.backup-*")
    restore = podboard("--database", str(path), "schema", "restore", str(backup))
    assert (restore.returncode, restore.stderr) == (0, "")
    assert f"is what {backup} holds: a database of version 1." in restore.stdout
    assert contents(path) == before


def test_the_flag_wins_over_the_environment(path: Path) -> None:
    make(path, "version-1")
    told = podboard("schema", "--database", str(path), "status", "-o", "json", PODBOARD_DATABASE="/nowhere")
    assert json.loads(told.stdout)["database"] == str(path)


def test_status_as_json(path: Path) -> None:
    make(path, "application")
    document = json.loads(podboard("schema", "status", "-o", "json", "--database", str(path)).stdout)
    assert document == {
        "database": str(path),
        "found": 0,
        "known": 3,
        "integrity": "ok",
        "upgrade": {
            "needed": True,
            "steps": [
                "build the tables of podboard",
                "carry over the pods of the application before, their secrets sealed",
            ],
            "rows": 3,
            "records": 2,
            "secrets": 3,
            "skipped": [{"row": f"{LEGACY} 3", "reason": "it has no pod_name"}],
            "legacyTable": True,
        },
    }


def test_status_where_nothing_is(path: Path) -> None:
    told = podboard("schema", "status", "--database", str(path))
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(f"There is no database {path} yet")
    assert not path.exists()


@pytest.mark.parametrize("action", [["status"], ["upgrade"], ["restore", "/nowhere"]])
def test_a_failure_is_a_sentence(path: Path, action: list[str]) -> None:
    path.write_text("no database " * 500)
    told = podboard("schema", *action, "--database", str(path))
    assert (told.returncode, told.stdout) == (6, "")
    first, second = told.stderr.splitlines()
    assert first == (
        "podboard: /nowhere does not exist" if action[0] == "restore" else f"podboard: {path} is no database"
    )
    assert second.startswith("podboard: ")


def test_a_damaged_database_is_told_by_the_exit_code(path: Path) -> None:
    make_application(path, [{"pod_name": f"web-{number}", "token": "t" * 500} for number in range(100)])
    data = bytearray(path.read_bytes())
    data[4096 * 4 : 4096 * 5] = b"\xff" * 4096
    path.write_bytes(data)
    told = podboard("schema", "status", "--database", str(path))
    assert told.returncode == 6
    assert "Integrity: damaged" in told.stdout
    upgrade = podboard("schema", "upgrade", "--database", str(path))
    assert upgrade.returncode == 6
    assert f"podboard: {path} is damaged" in upgrade.stderr
    assert "podboard: restore a backup with: podboard schema restore" in upgrade.stderr
    assert path.read_bytes() == bytes(data)


def test_the_table_is_not_removed_unasked(path: Path) -> None:
    make_application(path, [{"pod_name": "web"}])
    told = podboard("schema", "upgrade", "--drop-legacy", "--database", str(path))
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == (f"podboard: nobody can be asked whether to remove {LEGACY}\npodboard: say --yes\n")
    assert set(contents(path)) == {LEGACY, "sqlite_sequence"}


def test_a_person_types_the_name_of_the_table_that_is_to_go(path: Path) -> None:
    make_application(path, [{"pod_name": "web"}])
    arguments = ("schema", "upgrade", "--drop-legacy", "--database", str(path))
    code, seen = on_a_terminal(*arguments, typed=b"yes\n")
    assert code == 2
    assert f"The table {LEGACY} will be removed for good." in seen
    assert "that is not its name" in seen
    assert set(contents(path)) == {LEGACY, "sqlite_sequence"}
    code, seen = on_a_terminal(*arguments, typed=f"{LEGACY}\n".encode())
    assert code == 0
    assert f"The table {LEGACY} is removed." in seen
    assert LEGACY not in contents(path)


def test_a_table_that_must_stay_is_told_by_the_exit_code(path: Path) -> None:
    make_application(path, [{"pod_name": "web"}, {"pod_name": ""}])
    told = podboard("schema", "upgrade", "--drop-legacy", "--yes", "--database", str(path))
    assert told.returncode == 6
    assert "It is not removed:\n" in told.stdout
    assert LEGACY in contents(path)


def test_progress_is_for_terminals(path: Path) -> None:
    make_application(path, [{"pod_name": f"web-{number}"} for number in range(600)])
    code, seen = on_a_terminal("schema", "upgrade", "--database", str(path), typed=b"")
    assert code == 0
    assert "\rcarry over the pods of the application before, their secrets sealed: 100 %" in seen
    # Wiped before the summary.
    assert seen.replace("\r\n", "\n").rpartition("\r")[2].startswith(f"{path} is of version 3 now")
    assert execute(path, "SELECT count(*) FROM records") == [(600,)]


def test_a_dry_run_asks_nobody(path: Path) -> None:
    make_application(path, [{"pod_name": "web"}])
    told = podboard("schema", "upgrade", "--drop-legacy", "--dry-run", "--database", str(path))
    assert told.returncode == 0
    assert f"The table {LEGACY} would be removed." in told.stdout
    assert set(contents(path)) == {LEGACY, "sqlite_sequence"}
