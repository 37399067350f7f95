"""What it takes to search all that many terminals keep.

The board reads while the pattern is typed, so that a person waits for the search alone; for reading, too,
where what is looked for was typed faster than that, or all terminals write meanwhile.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Final, TypeVar

from podboard.model.size import Size
from podboard.ui.scroll_desk import MOST
from podboard.vt.history import History
from podboard.vt.screen import Screen
from podboard.vt.search import Pattern, Tally

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

PATTERNS: Final = ("timeout", "Connection", r"web-\w+ error", "nowhere in it")

_WORDS: Final = (
    "GET",
    "/cart/12",
    "200",
    "error",
    "connection",
    "reset",
    "pod",
    "web-7d9f",
    "timeout",
    "10.0.0.7",
)


def fill(lines: int) -> Screen:
    """A screen of 120 columns that keeps that many lines."""
    choose = random.Random(lines)  # noqa: S311 - the same lines in every run
    screen = Screen(Size(120, 40), lines)
    for _ in range(lines):
        screen.feed((" ".join(choose.choices(_WORDS, k=choose.randint(3, 16))) + "\r\n").encode())
    return screen


def measure(terminals: int, lines: int) -> dict[str, tuple[float, float]]:
    """Return each pattern's seconds of the processor without and with reading, the least of three runs."""
    screens = [fill(lines) for _ in range(terminals)]
    reading, texts = _least(lambda: [list(History(screen).pieces()) for screen in screens])
    took = {}
    for text in PATTERNS:
        searching, _ = _least(lambda text=text: _count(text, texts))
        took[text] = searching, reading + searching
    return took


def _count(text: str, texts: list[list[str]]) -> int:
    """What the board does: count all, and keep the last."""
    tally = Tally(Pattern(text), MOST)
    for kept in reversed(texts):
        for _ in tally.look_through(kept):
            pass
    return sum(tally.counts)


def _least(work: Callable[[], Result]) -> tuple[float, Result]:
    """The seconds of the processor of the quickest of three runs, and what came of it."""
    runs = []
    for _ in range(3):
        started = time.process_time()
        result = work()
        runs.append(time.process_time() - started)
    return min(runs), result
