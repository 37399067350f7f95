"""How long a person waits for a search in all that many terminals keep.

The board reads while the pattern is typed, so that a person waits for the search alone; for reading what came
meanwhile, too, where terminals write, and for reading all where the pattern was typed faster than that.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from podboard.model.size import Size
from podboard.session.reading import read_together
from podboard.ui.scroll_desk import MOST
from podboard.vt.screen import Screen
from podboard.vt.search import Pattern, Tally
from podboard.vt.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

PATTERNS: Final = ("timeout", "Connection", r"web-\w+ error", "nowhere in it")

RUNS: Final = 5

WRITTEN: Final = 20
"""Lines that each terminal writes while a person types."""

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


class Waits(NamedTuple):
    """Seconds that a search takes.

    Attributes:
        known: Where all has been read.
        written: Where it has, and each terminal wrote since.
        unread: Where nothing has.
    """

    known: float
    written: float
    unread: float


def measure(terminals: int, lines: int) -> Waits:
    """Return the longest waits of all patterns, each the shortest of several runs."""
    screens = [fill(lines) for _ in range(terminals)]
    unread, texts = _least(lambda: _read([Transcript(screen) for screen in screens]))
    transcripts = [Transcript(screen) for screen in screens]
    _read(transcripts)

    def read_again() -> float:
        for screen in screens:
            screen.feed(b"web-7d9f says one thing more\r\n" * WRITTEN)
        started = time.perf_counter()
        _read(transcripts)
        return time.perf_counter() - started

    written = min(read_again() for _ in range(RUNS))
    searching = max(_least(lambda text=text: _count(text, texts))[0] for text in PATTERNS)
    return Waits(searching, written + searching, unread + searching)


def _read(transcripts: list[Transcript]) -> list[list[str]]:
    for _ in read_together(transcripts):
        pass
    return [transcript.pieces for transcript in transcripts]


def _count(text: str, texts: list[list[str]]) -> int:
    """What the board does: count all, and keep the last."""
    tally = Tally(Pattern(text), MOST)
    for kept in reversed(texts):
        for _ in tally.look_through(kept):
            pass
    return sum(tally.counts)


def _least(work: Callable[[], Result]) -> tuple[float, Result]:
    """The seconds of the quickest of several runs, and what came of it."""
    runs = []
    for _ in range(RUNS):
        started = time.perf_counter()
        result = work()
        runs.append(time.perf_counter() - started)
    return min(runs), result
