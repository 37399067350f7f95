"""Nothing is left in pods, however podboard comes to its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from podboard.paths import database_file
from tests.e2e.person import Person, wait_for
from tests.support.databases import execute

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

PODBOARD = str(Path(sys.executable).parent / "podboard")
POD = "web-7d9f8c6b5-x2x4q"
# It is looked for on the whole machine, where these tests may run in two processes at a time.
JOB = f"sleep {86421 + os.getpid()}"


def at_the_board(environ: dict[str, str]) -> Person:
    person = Person([PODBOARD, "-n", "shop"], environ)
    person.sees(POD)
    person.type(f"/{POD}")
    person.press("Enter")
    return person


def start_job(person: Person) -> None:
    person.press("Enter")
    person.sees("~$")
    person.type(f"{JOB}\r")
    wait_for(job_runs, "the job")


def job_runs() -> bool:
    looked_for = b"%b\0" % JOB.replace(" ", "\0").encode()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and (entry / "cmdline").read_bytes() == looked_for:
                return True
        except OSError:  # gone meanwhile
            continue
    return False


def job_is_gone() -> bool:
    return not job_runs()


def history(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PODBOARD, "history", "--leftovers", *arguments],
        env=environ, check=False, capture_output=True, text=True, timeout=30,
    )  # fmt: skip


def is_on_the_account(environ: dict[str, str]) -> bool:
    """Whether the database, which is made behind the first frame, has a shell that somebody must hang up."""
    database = database_file({"XDG_DATA_HOME": f"{environ['HOME']}/.local/share"})
    if not database.exists():
        return False
    has_table = execute(database, "SELECT 1 FROM sqlite_schema WHERE name = 'shells'")
    return bool(has_table and execute(database, "SELECT 1 FROM shells"))


def killed(environ: dict[str, str]) -> None:
    """Let podboard be killed while a job runs in a pod."""
    with at_the_board(environ) as person:
        start_job(person)
        wait_for(lambda: is_on_the_account(environ), "the account to have the shell")
        person.tell(signal.SIGKILL)
        person.sees("ENDED 137")
    assert job_runs()


def test_closing_a_terminal_and_quitting_leave_nothing(environ: dict[str, str]) -> None:
    with at_the_board(environ) as person:
        start_job(person)
        person.press("C-]", "x")
        wait_for(job_is_gone, "the end of the job")
        start_job(person)
        person.press("C-]", "l", "q")
        person.sees("Quit?")
        person.press("y")
        person.sees("ENDED 0")
        assert job_is_gone()
    assert history(environ).stderr == "podboard: nothing is left in pods\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_leaves_nothing(environ: dict[str, str], number: signal.Signals) -> None:
    with at_the_board(environ) as person:
        start_job(person)
        person.tell(number)
        person.sees(f"ENDED {128 + number}")
        assert job_is_gone()


def test_what_a_killed_podboard_left_is_hung_up_at_the_next_start(environ: dict[str, str]) -> None:
    killed(environ)
    told = history(environ)
    assert POD in told.stdout
    assert "was killed" in told.stdout
    with at_the_board(environ):
        wait_for(job_is_gone, "the end of the job")
        wait_for(lambda: not history(environ).stdout, "the account")


def test_what_a_killed_podboard_left_is_cleared_by_hand(environ: dict[str, str]) -> None:
    killed(environ)
    unreachable = environ | {"KUBECONFIG": "/nowhere"}
    failed = history(unreachable, "--clear")
    assert failed.returncode == 1
    assert job_runs()
    assert history(environ, "-o", "name").returncode == 2
    cleared = history(environ, "--clear")
    assert (cleared.returncode, cleared.stderr) == (0, f"podboard: shop/{POD} · web: hung up\n")
    assert job_is_gone()
    assert history(environ, "--clear").stderr == "podboard: nothing is left in pods\n"


def test_what_cannot_be_reached_any_more_is_forgotten(environ: dict[str, str]) -> None:
    killed(environ)
    assert history(environ, "--forget").stderr == "podboard: 1 forgotten\n"
    assert history(environ).stdout == ""
    assert job_runs()
