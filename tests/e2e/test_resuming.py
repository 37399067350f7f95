"""The same shell after a drop, as a person has it, and nothing left of it in the end."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from podboard.demo.process import DemoProcess
from tests.e2e.person import Person, environment, wait_for
from tests.support.tools import needs

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

PODBOARD = str(Path(sys.executable).parent / "podboard")
JOB = "sleep 86441"


@pytest.fixture
def environ(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """A person's environment with a cluster."""
    needs("tmux", "dtach")
    process = DemoProcess.start(faults=getattr(request, "param", ()))
    try:
        yield environment(tmp_path, KUBECONFIG=str(process.kubeconfig()))
    finally:
        process.stop()


def at_the_board(environ: dict[str, str], namespace: str = "infra", pod: str = "toolbox") -> Person:
    person = Person([PODBOARD, "-n", namespace], environ)
    person.sees(pod)
    person.type(f"/{pod}")
    person.press("Enter")
    person.sees("pods 1 of")
    person.press("Enter")
    person.sees(f"{pod}:~$")
    return person


def job_runs() -> bool:
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and (entry / "cmdline").read_bytes() == b"sleep\x0086441\0":
                return True
        except OSError:  # gone meanwhile
            continue
    return False


def number(person: Person, mark: str) -> str:
    """The shell's own number, as it says it."""
    person.type(f"echo {mark}=$$.\r")
    found = re.search(
        rf"{mark}=(\d+)\.", person.until(lambda screen: bool(re.search(rf"{mark}=\d+\.", screen)), mark)
    )
    assert found is not None
    return found[1]


@pytest.mark.parametrize("environ", [("cut=40000",)], indirect=True)
def test_a_connection_that_is_cut_takes_up_the_same_shell(environ: dict[str, str]) -> None:
    with at_the_board(environ) as person:
        before = number(person, "first")
        # More than a connection may carry.
        person.type("seq 1001 5000; echo do''ne\r")
        assert "5000" in person.sees("done", "the same shell · dropped")
        assert number(person, "second") == before
        person.press("C-]", "l", "q")
        person.sees("Quit?")
        person.press("y")
        person.sees("ENDED 0")


def test_what_a_killed_podboard_left_in_tmux_is_cleared(environ: dict[str, str]) -> None:
    with at_the_board(environ) as person:
        person.type(f"{JOB}\r")
        wait_for(job_runs, "the job")
        person.tell(signal.SIGKILL)
        person.sees("ENDED 137")
    assert job_runs()
    cleared = subprocess.run(
        [PODBOARD, "history", "--leftovers", "--clear"],
        env=environ, check=False, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert (cleared.returncode, cleared.stderr) == (0, "podboard: infra/toolbox · toolbox: hung up\n")
    assert not job_runs()


def decide(environ: dict[str, str], text: str) -> None:
    config = Path(environ["HOME"], ".config/podboard/config.toml")
    config.parent.mkdir(parents=True)
    config.write_text(text, "utf-8")


@pytest.mark.parametrize("environ", [("cut=40000",)], indirect=True)
def test_a_program_of_the_persons_own_holds_the_shell_where_the_image_has_none(
    environ: dict[str, str],
) -> None:
    program = Path(shutil.copy(shutil.which("dtach") or "", environ["HOME"]))
    decide(environ, f'[helper]\npath = "{program}"\ncontexts = ["*"]\n')
    with at_the_board(environ, "data", "redis-0") as person:
        before = number(person, "first")
        # More than a connection may carry; what comes after its end is missing.
        person.type("seq 1001 9000\r")
        person.sees("the same shell · dropped")
        assert number(person, "second") == before


def test_a_person_does_without_for_one_terminal(environ: dict[str, str]) -> None:
    with at_the_board(environ) as person:
        person.type(f"{JOB}\r")
        wait_for(job_runs, "the job")
        person.press("C-]", "h")
        person.sees("Open a new shell that tmux does not hold? This one ends, and all that runs in it.")
        person.press("y")
        person.sees("─ new shell ─", "● open")
        wait_for(lambda: not job_runs(), "the job's end")
        person.type("ps -o comm= -p $PPID | sed 's/^/parent: /'\r")
        assert "parent: podboard-bash" not in person.sees("parent: ")


def test_a_program_that_is_not_for_this_context_is_not_looked_at(environ: dict[str, str]) -> None:
    decide(environ, '[helper]\npath = "/nowhere/dtach"\ncontexts = ["prod-*"]\n')
    with at_the_board(environ, "data", "redis-0") as person:
        assert "plain shell" not in person.sees("redis-0:~$")


def test_a_program_that_is_not_there_is_told_of(environ: dict[str, str]) -> None:
    decide(environ, '[helper]\npath = "/nowhere/dtach"\n')
    with at_the_board(environ, "data", "redis-0") as person:
        person.sees("a plain shell: the helper /nowhere/dtach cannot be read: No such file or directory")


def test_config_toml_can_do_without(environ: dict[str, str]) -> None:
    decide(environ, "[terminals]\nresume = false\n")
    with at_the_board(environ) as person:
        person.type("ps -o comm= -p $PPID | sed 's/^/parent: /'\r")
        assert "parent: podboard-bash" not in person.sees("parent: ")
