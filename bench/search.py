"""What it takes to search all that many terminals keep: prints the milliseconds of each pattern.

Run as ``python -m bench.search [TERMINALS [LINES]]``: fills screens with lines of a log, some of them longer
than a row, and searches as the board does, none of it read before.
"""

from __future__ import annotations

import random
import sys
import time
from typing import Final

from podboard.model.size import Size
from podboard.vt.history import History
from podboard.vt.screen import Screen
from podboard.vt.search import Pattern

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


def measure(terminals: int, lines: int) -> dict[str, float]:
    """Return seconds of the processor for each pattern, the least of three runs."""
    screens = [fill(lines) for _ in range(terminals)]
    took = {}
    for text in PATTERNS:
        runs = []
        for _ in range(3):
            started = time.process_time()
            pattern = Pattern(text)
            for screen in screens:
                pattern.find(History(screen).whole())
            runs.append(time.process_time() - started)
        took[text] = min(runs)
    return took


if __name__ == "__main__":
    for text, seconds in measure(
        int((sys.argv[1:] or ["20"])[0]), int((sys.argv[2:] or ["10000"])[0])
    ).items():
        print(f"{seconds * 1000:8.1f}  {text}")
