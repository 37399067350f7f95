"""Recording and playing as a person does it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.person import Person, environment, wait_for
from tests.support.tools import needs

PODBOARD = str(Path(sys.executable).parent / "podboard")
LEADER = "C-]"


@pytest.fixture(autouse=True)
def _tmux() -> None:
    needs("tmux")


def at_the_demo(home: Path, **more: str) -> Person:
    person = Person([PODBOARD, "demo"], environment(home, **more))
    person.sees("podboard", "postgres-0")
    person.press("/")
    person.type("redis-0")
    person.press("Enter", "Enter")
    person.sees("ws:kubeconfig", "open", "~$")
    return person


def recordings(home: Path) -> list[Path]:
    return sorted((home / ".local/share/podboard/recordings").glob("*.cast"))


def events(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()[1:]]


def test_what_was_recorded_is_played_again(tmp_path: Path) -> None:
    with at_the_demo(tmp_path) as person:
        person.press(LEADER, "R")
        person.sees("REC", "recording to ")
        person.type("echo seen-$((40 + 2))\r")
        person.sees("seen-42")
        # So that what is searched for is not the end.
        person.type("echo later-$((1 + 1))\r")
        person.sees("later-2")
        person.press(LEADER, "l", "q")
        person.sees("Quit?")
        person.press("y")
        person.sees("ENDED 0")
    [path] = recordings(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert {code for _, code, _ in events(path)} == {"o"}
    with Person([PODBOARD, "replay", str(path), "--search", "seen-42"], environment(tmp_path)) as person:
        person.sees("replay", "data/redis-0", "seen-42", "⏸")
        person.press("Home")
        person.no_longer_sees("seen-42")
        person.press("End")
        person.sees("seen-42", "◼")
        person.resize(80, 20)
        person.sees("space play")
        person.press("q")
        person.sees("ENDED 0")


def test_a_context_is_recorded_by_configuration_and_a_kill_leaves_what_there_was(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[record]\ncontexts = ["*demo*"]\n')
    with at_the_demo(tmp_path, PODBOARD_CONFIG=str(config)) as person:
        person.sees(" REC ")
        person.type("echo seen-$((40 + 2))\r")
        person.sees("seen-42")
        wait_for(lambda: any("seen-42" in data for _, _, data in events(recordings(tmp_path)[0])), "the file")
        person.tell(signal.SIGKILL)
        person.sees("ENDED 137")
    [path] = recordings(tmp_path)
    told = subprocess.run(
        [PODBOARD, "replay", str(path)],
        env=environment(tmp_path) | {"PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert told.returncode == 2
    assert "is no terminal" in told.stderr
