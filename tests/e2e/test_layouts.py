"""How terminals lay is not lost with a podboard that is killed."""

from __future__ import annotations

import json
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.person import Person, wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

PODBOARD = str(Path(sys.executable).parent / "podboard")
POD = "web-7d9f8c6b5-x2x4q"
OFFER = "open 3 terminals again as you left them?"


def at_the_board(environ: dict[str, str]) -> Person:
    person = Person([PODBOARD, "-n", "shop"], environ)
    person.sees(POD)
    return person


def pods_noted(home: Path) -> list[str]:
    """The pods of the terminals of which podboard has noted that they are open."""
    database = home / ".local" / "share" / "podboard" / "podboard.db"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT state FROM boards").fetchall()
    return [
        pane["pod"]
        for (state,) in rows
        for name, tabs in json.loads(state).items()
        if name.startswith("open ")
        for tab in tabs
        for pane in panes(tab["layout"])
    ]


def panes(node: dict[str, list[dict[str, object]]]) -> list[dict[str, str]]:
    if "pane" in node:
        return [node["pane"]]  # type: ignore[list-item]
    parts = node.get("row") or node["column"]
    return [pane for part in parts for pane in panes(part)]  # type: ignore[arg-type]


def test_after_it_was_killed_the_terminals_are_offered_again(environ: dict[str, str], tmp_path: Path) -> None:
    with at_the_board(environ) as person:
        person.type(f"/{POD}\r\r")
        person.sees("~$")
        person.press("C-]", "|")
        person.sees(f"1 {POD} +1 ●")
        person.press("C-]", "l")
        person.press("Enter")
        person.sees(f"2 {POD} ●")
        wait_for(lambda: pods_noted(tmp_path) == [POD] * 3, "the note")
        person.tell(signal.SIGKILL)
        person.sees("ENDED 137")
    with at_the_board(environ) as person:
        person.sees(OFFER)
        person.press("y")
        person.sees(f"1 {POD} +1 ●", f"2 {POD} ●", "~$")
        person.no_longer_sees(OFFER)
        wait_for(lambda: pods_noted(tmp_path) == [POD] * 3, "the note")
        # Of what is open in a podboard that runs, another one offers nothing.
        with at_the_board(environ) as other:
            assert OFFER not in other.screen()
        for _ in range(3):
            person.press("C-]", "x")
        person.sees("enter open")
        person.press("q")
        person.sees("ENDED 0")
    assert pods_noted(tmp_path) == []
