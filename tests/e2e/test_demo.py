"""``podboard demo`` as a person meets it."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pytest

from tests.e2e.person import Person, environment, processes_in, wait_for
from tests.support.tools import needs

PODBOARD = str(Path(sys.executable).parent / "podboard")
LEADER = "C-]"


@pytest.fixture(autouse=True)
def _tmux() -> None:
    needs("tmux")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def at_the_demo(home: Path, *arguments: str, columns: int = 120, rows: int = 40, **more: str) -> Person:
    person = Person([PODBOARD, "demo", *arguments], environment(home, **more), columns, rows)
    person.sees("podboard", "postgres-0")
    return person


def open_pod(person: Person, name: str) -> None:
    person.press("/")
    person.type(name)
    person.press("Enter", "Enter")
    person.sees("ws:kubeconfig", "open", "~$")


def quit_board(person: Person) -> None:
    person.press(LEADER, "l", "q")
    person.sees("Quit?")
    person.press("y")
    person.sees("ENDED 0")


def test_a_walk_through_the_demo_leaves_nothing_behind(home: Path) -> None:
    needs("vim", "less", "htop")
    with at_the_demo(home) as person:
        screen = person.sees("NAMESPACE", "READY", "STATUS", "RESTARTS", "AGE", "CrashLoopBackOff", "Pending")
        assert "these shells run on this machine" in screen
        open_pod(person, "web-7d9f8c6b5-x2x4q")

        person.type("echo sum-$((40 + 2)) $TERM $COLORTERM\r")
        person.sees("sum-42 xterm-256color truecolor")
        person.type("vim story.txt\r")
        person.sees("story.txt")
        person.type("iOnce upon a time")
        person.sees("-- INSERT --")
        person.press("Escape")
        person.type(":w\r")
        person.sees("written")
        person.type(":q\r")
        person.no_longer_sees("written")
        person.type("clear; cat story.txt\r")
        person.sees("Once upon a time")
        person.type("htop\r")
        person.sees("Load average", "PID")
        person.type("q")
        person.no_longer_sees("Load average")
        person.type("seq 1000 | less\r")
        person.sees("\n")
        person.type("G")
        person.sees("1000", "(END)")
        person.type("q")
        person.no_longer_sees("(END)")
        person.type("exit 3\r")
        person.sees("closed 3", "exit code 3")

        person.press(LEADER, "l", "Escape")
        person.sees("postgres-0")
        open_pod(person, "redis-0")
        person.sees("2 redis-0")
        person.press(LEADER, "p")
        person.sees("enter opens it again")
        person.press(LEADER, "x")
        person.no_longer_sees("closed 3")
        quit_board(person)
        _, _, cursor_is_shown = person.cursor()
        assert cursor_is_shown
        wait_for(lambda: not processes_in(home), "the end of all processes")
    left = [path for path in home.rglob("*") if path.is_file()]
    assert [path.name for path in left] == ["podboard.log"]
    assert left[0].stat().st_mode & 0o777 == 0o600


def test_keys_belong_to_the_pod(home: Path) -> None:
    with at_the_demo(home) as person:
        open_pod(person, "web-7d9f8c6b5-x2x4q")
        person.type("stty raw -echo; echo ready; cat -v\r")
        person.until(lambda screen: "ready" in screen.split("cat -v")[-1], "cat")
        person.press(
            "C-a", "C-q", "C-s", "C-p", "C-c", "F1", "F5", "Up", "M-f", "M-.", "BTab", "Tab", "q", "?"
        )
        person.sees("^A^Q^S^P^C^[OP^[[15~^[[A^[f^[.^[[Z", "q?")
        person.press(LEADER, LEADER)
        person.sees("^]")
        quit_board(person)


def test_keys_typed_ahead_arrive_in_order(home: Path) -> None:
    with at_the_demo(home) as person:
        person.type("/web-7d9f8c6b5-x2x4q\r\recho typed-$((1 + 1))-ahead\r")
        person.sees("typed-2-ahead")
        quit_board(person)


def test_the_size_reaches_the_pod(home: Path) -> None:
    with at_the_demo(home, columns=80, rows=24) as person:
        open_pod(person, "web-7d9f8c6b5-x2x4q")
        person.type("stty size\r")
        person.sees("21 80")
        person.resize(100, 30)
        person.sees("pods 1 of")
        person.type("clear; stty size\r")
        person.sees("27 70")
        person.press(LEADER, "z")
        person.no_longer_sees("podboard-demo")
        person.type("clear; stty size\r")
        person.sees("29 100")
        person.press(LEADER, "z")
        person.sees("podboard-demo")
        quit_board(person)


def test_without_colour_there_is_none(home: Path) -> None:
    with at_the_demo(home, NO_COLOR="1") as person:
        open_pod(person, "web-7d9f8c6b5-x2x4q")
        person.type("printf '\\033[31mred\\033[44mblue\\033[0m-\\033[1mbold\\033[0m\\n'\r")
        person.sees("redblue-bold")
        coloured = person.screen(colours=True)
        codes = {code for told in re.findall(r"\x1b\[([\d;:]*)m", coloured) for code in told.split(";")}
        of_colours = {
            str(code) for code in (*range(30, 39), *range(40, 49), *range(90, 98), *range(100, 108))
        }
        assert codes & of_colours == set()
        assert "1" in codes
        quit_board(person)


def test_a_flood_ends_where_it_should(home: Path) -> None:
    with at_the_demo(home) as person:
        open_pod(person, "web-7d9f8c6b5-x2x4q")
        person.type("seq 2000000; echo THE''END\r")
        person.sees("2000000", "THEEND")
        person.press(LEADER, "s", "g")
        person.sees("SCROLL", "↑")
        person.press("q")
        person.sees("THEEND")
        quit_board(person)


def test_a_terminal_that_goes_away_takes_podboard_and_the_demo_with_it(home: Path) -> None:
    person = at_the_demo(home)
    with person:
        open_pod(person, "web-7d9f8c6b5-x2x4q")
    wait_for(lambda: not processes_in(home), "the end of all processes")
    assert not [path for path in home.iterdir() if path.name.startswith("podboard-demo")]


def test_told_to_end_it_gives_the_terminal_back(home: Path) -> None:
    with at_the_demo(home) as person:
        open_pod(person, "web-7d9f8c6b5-x2x4q")
        person.tell(signal.SIGTERM)
        person.sees("ENDED 143")
        _, _, cursor_is_shown = person.cursor()
        assert cursor_is_shown
        wait_for(lambda: not processes_in(home), "the end of all processes")


def test_stopped_and_continued_it_goes_on(home: Path) -> None:
    with at_the_demo(home) as person:
        open_pod(person, "web-7d9f8c6b5-x2x4q")
        person.tell(signal.SIGTSTP)
        person.no_longer_sees("ws:kubeconfig")
        person.tell(signal.SIGCONT)
        person.sees("ws:kubeconfig")
        person.until(lambda _: person.cursor()[2], "the cursor")
        person.type("echo back-$((1 + 1))\r")
        person.sees("back-2")
        person.press(LEADER, "z")
        person.no_longer_sees("podboard-demo")
        person.press(LEADER)
        person.sees("ctrl+]", "l list")
        person.press("l")
        quit_board(person)


def test_a_fault_is_said_and_the_board_goes_on(home: Path) -> None:
    with at_the_demo(home, "--fault", "403@exec") as person:
        person.press("/")
        person.type("web-7d9f8c6b5-x2x4q")
        person.press("Enter", "Enter")
        person.sees("failed", "forbidden", "enter opens it again")
        person.press(LEADER, "d")
        person.sees("403", "Error setting up Kubernetes WebSocket connection")
        person.press(LEADER, "l", "q")
        person.sees("ENDED 0")


def test_a_fault_that_is_none_is_refused(home: Path) -> None:
    with Person([PODBOARD, "demo", "--fault", "fire"], environment(home)) as person:
        person.sees("podboard:", "fire", "ENDED 2")


def test_without_a_cluster_the_demo_is_offered(home: Path) -> None:
    with Person([PODBOARD], environment(home)) as person:
        person.sees("No cluster yet.", "KUBECONFIG (not set)", "~/.kube/config (not there)")
        person.press("d")
        person.sees("podboard-demo", "postgres-0")
        person.press("q")
        person.sees("ENDED 0")
        wait_for(lambda: not processes_in(home), "the end of all processes")
