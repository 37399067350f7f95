"""Bytes on the person's own terminal, action by action, beside tmux around kubectl."""

from __future__ import annotations

import random
import secrets
import statistics
import subprocess
from contextlib import contextmanager
from string import ascii_lowercase
from typing import TYPE_CHECKING, Final

from bench.outer import SIZE, Outer
from bench.report import at_most, below
from bench.world import PROMPT
from podboard.model.size import Size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from bench.report import Result
    from bench.world import World

SMALL: Final = Size(80, 24)
LIST_WIDTH: Final = 60
"""Columns that podboard's list takes of the larger screen."""

_TIMES: Final = 9
_IDLE: Final = 20.0

Actions = dict[str, float]


def line(world: World) -> Iterator[Result]:
    """What each action costs a person who is behind a slow line."""
    text = _write_text(world.folder)
    for size in (SIZE, SMALL):
        where = f"{size.columns}x{size.rows}"
        ours = _measure(lambda size=size: world.open_podboard(size), text)  # type: ignore[misc]
        theirs = _measure(lambda size=size: world.open_tmux(size), text)  # type: ignore[misc]
        yield from _compare(where, ours, theirs, 1.5)
    ours = _measure(lambda: _beside_the_list(world), text)
    theirs = _measure(lambda: _beside_a_pane(world), text)
    yield from _compare("with the list", ours, theirs, 1.0)
    ours = _measure(lambda: _among_terminals(world), text)
    theirs = _measure(lambda: _among_panes(world), text)
    yield from _compare("four panes", ours, theirs, 1.0)
    with world.open_podboard() as outer:
        yield below("bytes a second, idle: a terminal", _idle(outer), "B", 0)
    with world.start_board() as outer:
        yield below("bytes a second: the list, in which pods crash and age", _idle(outer), "B", 60)


def _compare(where: str, ours: Actions, theirs: Actions, bound: float) -> Iterator[Result]:
    for action, figure in ours.items():
        yield at_most(f"bytes, {where}: {action} / tmux + kubectl", figure, theirs[action], "B", bound)


def _measure(opened: Callable[[], AbstractContextManager[Outer]], text: Path) -> Actions:
    with opened() as outer:
        outer.write("stty -echoctl; seq 300\r")
        outer.settle(0.4)
        found = {"a typed character": _median(outer, "a")}
        outer.write("\x15")
        outer.settle(0.3)
        found["a scrolled line"] = _median(outer, "\r")
        found["echo x"] = _median(outer, "echo x\r")
        outer.write(f"vim -n -u NONE -N {text}\r")
        outer.settle(0.6)
        found["a page of vim"] = _median(outer, "\x06")
        return found


def _median(outer: Outer, typed: str) -> float:
    """What comes for some typing; the median, since now and then a clock ticks between."""
    counts = []
    for _ in range(_TIMES):
        before = outer.received
        outer.write(typed)
        outer.settle(0.15)
        counts.append(outer.received - before)
    return statistics.median(counts)


def _idle(outer: Outer) -> float:
    outer.settle(1.0)
    before = outer.received
    outer.until_passed(_IDLE)
    return (outer.received - before) / _IDLE


def _write_text(folder: Path) -> Path:
    chance = random.Random("line")  # noqa: S311 - the same words every time
    words = ["".join(chance.choices(ascii_lowercase, k=chance.randint(2, 9))) for _ in range(3000)]
    path = folder / "page.txt"
    path.write_text(
        "".join(" ".join(chance.choices(words, k=chance.randint(0, 12))) + "\n" for _ in range(2000))
    )
    return path


@contextmanager
def _beside_the_list(world: World) -> Iterator[Outer]:
    with world.start_board() as board:
        world.enter(board)
        board.until_shown(PROMPT)
        board.settle(0.3)
        yield board


@contextmanager
def _among_terminals(world: World) -> Iterator[Outer]:
    """A tab of two by two terminals beside the list, the last of them in focus."""
    with _beside_the_list(world) as board:
        for count, keys in enumerate(("\x1d|", "\x1d-", "\x1d\x1b[D\x1d-"), start=2):
            board.write(keys)
            board.until(lambda count=count: board.text().count(PROMPT) == count)
            board.settle(0.3)
        yield board


@contextmanager
def _among_panes(world: World) -> Iterator[Outer]:
    """The same in tmux."""
    kubectl = " ".join(world.kubectl_exec())
    with _beside_a_pane(world, ("-h", kubectl), ("-v", kubectl), ("-v", "-t", "{left-of}", kubectl)) as outer:
        outer.until(lambda: outer.text().count(PROMPT) == 4)
        outer.settle(0.3)
        yield outer


@contextmanager
def _beside_a_pane(world: World, *splits: Sequence[str]) -> Iterator[Outer]:
    """A tmux split as podboard's screen is, with the pods as kubectl lists them on the left.

    Args:
        splits: What splits it further.
    """
    name = f"podboard-bench-{secrets.token_hex(4)}"
    command = ["tmux", "-L", name, "-f", "/dev/null"]
    pods = f"{' '.join(world.kubectl('get', 'pods'))}; exec sleep 1000"
    with Outer([*command, "new-session", pods], world.environ) as outer:
        try:
            outer.until_shown("NAME")
            split = ["split-window", "-h", "-l", str(SIZE.columns - LIST_WIDTH - 1)]
            subprocess.run([*command, *split, " ".join(world.kubectl_exec())], check=True, env=world.environ)
            outer.until_shown(PROMPT)
            for more in splits:
                subprocess.run([*command, "split-window", *more], check=True, env=world.environ)
            outer.settle(0.3)
            yield outer
        finally:
            subprocess.run([*command, "kill-server"], check=True, capture_output=True)
