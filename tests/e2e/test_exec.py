"""``podboard exec`` as a person and a person's scripts meet it."""

from __future__ import annotations

import hashlib
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from podboard.demo.process import DemoProcess
from tests.e2e.person import Person, environment, processes_in, wait_for
from tests.support.tools import needs

if TYPE_CHECKING:
    from collections.abc import Iterator

PODBOARD = str(Path(sys.executable).parent / "podboard")
POD = "web-7d9f8c6b5-x2x4q"
EXEC = [PODBOARD, "exec", "-n", "shop"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def environ(home: Path) -> Iterator[dict[str, str]]:
    """A person's environment with a cluster."""
    process = DemoProcess.start()
    try:
        yield environment(home, KUBECONFIG=str(process.kubeconfig()))
    finally:
        process.stop()


def at_a_shell(environ: dict[str, str], *command: str, columns: int = 100, rows: int = 30) -> Person:
    needs("tmux")
    person = Person([*EXEC, *command], environ, columns, rows)
    person.sees("~$")
    return person


def run(environ: dict[str, str], script: str) -> subprocess.CompletedProcess[str]:
    """What a person's script does."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", script],
        env=environ, check=False, capture_output=True, text=True, timeout=50,
    )  # fmt: skip


def test_a_shell_a_full_screen_program_and_another_size(environ: dict[str, str]) -> None:
    needs("vim")
    with at_a_shell(environ, "-it", "deploy/web", "--", "bash") as person:
        person.type("stty size; tty\r")
        person.sees("30 100", "/dev/pts/")
        person.type("sleep 1000\r")
        person.sees("sleep 1000\n")
        person.press("C-c")
        person.sees("^C")
        person.type("vim story.txt\r")
        person.sees("story.txt", "All")
        person.type("iOnce upon a time")
        person.sees("-- INSERT --")
        person.resize(130, 44)
        person.until(lambda screen: "-- INSERT --" in screen.splitlines()[43], "vim in the new size")
        person.press("Escape")
        person.type(":wq\r")
        person.sees("sleep 1000")  # what was there before
        person.type("clear; stty size; cat story.txt\r")
        person.sees("44 130", "Once upon a time")
        person.press("C-d")
        person.sees("ENDED 0")


def test_the_exit_code_and_a_terminal_as_it_was(environ: dict[str, str]) -> None:
    needs("tmux")
    command = shlex.join([*EXEC, "-it", POD, "--", "sh", "-c", "stty size; exit 137"])
    script = f"stty -a > before; {command}; echo CODE $?; stty -a | cmp - before && echo SAME"
    with Person(["sh", "-c", f"cd {shlex.quote(environ['HOME'])}; {script}"], environ, 90, 20) as person:
        person.sees("20 90", "command terminated with exit code 137", "CODE 137", "SAME")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_told_to_end_it_gives_the_terminal_back(
    environ: dict[str, str], number: signal.Signals, code: int
) -> None:
    with at_a_shell(environ, "-it", POD, "--", "bash") as person:
        person.tell(number)
        person.sees(f"ENDED {code}")
        person.type("echoed")
        person.press("Enter")
        # By the terminal, which is not raw, and by the program that reads now.
        person.until(lambda screen: screen.count("echoed") == 2, "the echo")


def test_a_terminal_that_goes_away_takes_it_with_it(environ: dict[str, str], home: Path) -> None:
    with at_a_shell(environ, "-it", POD, "--", "bash"):
        assert any("podboard exec" in process for process in processes_in(home))
    wait_for(lambda: not any("podboard exec" in process for process in processes_in(home)), "its end")


def test_an_interruption_before_it_is_connected(environ: dict[str, str]) -> None:
    needs("tmux")
    subprocess.run(
        [Path(sys.executable).with_name("kubectl"), "replace", "--raw", "/podboard/faults", "-f", "-"],
        env=environ, input='["hang"]', check=True, capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    log = Path(environ["HOME"]) / ".local/state/podboard/podboard.log"
    with Person([*EXEC, "-c", "app", "-it", POD, "--", "bash"], environ, 90, 20) as person:
        wait_for(lambda: log.exists() and "connecting to" in log.read_text(), "the first way")
        person.tell(signal.SIGINT)
        person.sees("ENDED 130")


def test_files_there_and_back(environ: dict[str, str], home: Path) -> None:
    folder = home / "files"
    (folder / "deeper").mkdir(parents=True)
    random = Random(3)  # noqa: S311 - no secret
    for name, size in (("one", 5 << 20), ("deeper/two", 3 << 20), ("empty", 0), ("with space", 1)):
        (folder / name).write_bytes(random.randbytes(size))
    exec_ = shlex.join([*EXEC, "-i", POD, "--"])
    done = run(
        environ,
        f"cd {shlex.quote(str(home))} && mkdir back"
        f" && tar cf - files | {exec_} tar xf -"
        f" && {exec_} tar czf - files | tar xzf - -C back",
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def checksums(of: Path) -> dict[str, str]:
        files = sorted(path for path in of.rglob("*") if path.is_file())
        return {str(path.relative_to(of)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    assert len(checksums(folder)) == 4
    assert checksums(home / "back" / "files") == checksums(folder)


def test_in_scripts(environ: dict[str, str]) -> None:
    exec_ = shlex.join([*EXEC, POD, "--"])
    with_input = shlex.join([*EXEC, "-i", POD, "--"])
    for script, code, out in (
        (f"{exec_} echo hello | tr a-z A-Z", 0, "HELLO\n"),
        (f"{exec_} seq 1000000 | head -2", 128 + signal.SIGPIPE, "1\n2\n"),
        (f"seq 100000 | {with_input} sh -c 'tail -1; exit 7'", 7, "100000\n"),
        (f"for n in 1 2; do {exec_} cat; done <<< unread; echo done", 0, "done\n"),
        (f"x=$({exec_} printf 'a\\0b\\377' | od -An -tx1); echo $x", 0, "61 00 62 ff\n"),
    ):
        done = run(environ, script)
        assert (done.returncode, done.stdout) == (code, out), (script, done.stderr)
    assert os.get_blocking(0)
