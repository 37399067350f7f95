"""Measures what screens cost in memory; run in a process of its own, since nothing else may grow meanwhile.

``python -m tests.unit.vt.memory NAME`` prints one measure as JSON, sizes in megabytes.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import TYPE_CHECKING

from podboard.model.size import Size
from podboard.vt.screen import Screen
from tests.unit.vt.helpers import line

if TYPE_CHECKING:
    from collections.abc import Callable

SLICE = 16 * 1024
LINES = 10_000
COLUMNS = 120

UNFINISHED = {
    "title": b"\x1b]0;",
    "clipboard": b"\x1b]52;c;",
    "clipboard by type": b"\x1b]5522;type=write;",
    "notification": b"\x1b]99;i=1:d=0;",
    "large text": b"\x1b]66;s=2;",
    "hyperlink": b"\x1b]8;;",
    "unknown OSC": b"\x1b]31337;",
    "DCS": b"\x1bP",
    "termcap query": b"\x1bP+q",
    "image": b"\x1b_Gi=1,a=T,m=1;",
    "APC": b"\x1b_",
    "PM": b"\x1b^",
    "SOS": b"\x1bX",
    "CSI": b"\x1b[",
}


def resident() -> float:
    """Megabytes of this process that are in memory."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no more than needed is loaded
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def feed(screen: Screen, data: bytes) -> None:
    """Feed as a pane does, in slices."""
    for start in range(0, len(data), SLICE):
        screen.feed(data[start : start + SLICE])


def numbered(count: int) -> bytes:
    """Lines that fill the width, each beginning with its number."""
    return "".join(f"{number:06d} {'x' * (COLUMNS - 7)}\r\n" for number in range(count)).encode()


def scrollback(count: int = LINES) -> dict[str, float | str]:
    """A pane's lines, all of them full."""
    data = numbered(count)
    Screen(Size(COLUMNS, 40)).update()
    before = resident()
    screen = Screen(Size(COLUMNS, 40))
    feed(screen, data)
    screen.update()
    grown = resident() - before
    screen.scroll_to_top()
    screen.update()
    return {"grown": grown, "kept": screen.scrollback, "oldest": line(screen.rows[0])[:6]}


def flood() -> dict[str, float | str]:
    """The same after three times as many lines as are kept."""
    return scrollback(3 * LINES)


def freed() -> dict[str, float]:
    """What is left of 200 screens that had 1,000 lines each, one after the other."""
    data = numbered(1000)

    def one() -> None:
        screen = Screen(Size(COLUMNS, 40))
        feed(screen, data)
        screen.update()

    for _ in range(20):
        one()
    before = resident()
    one_alive = Screen(Size(COLUMNS, 40))
    feed(one_alive, data)
    each = resident() - before
    del one_alive
    for _ in range(200):
        one()
    return {"grown": resident() - before, "each": each}


def unfinished() -> dict[str, float]:
    """The most a screen takes during ten megabytes of a sequence that does not end, for each kind of it."""
    grown = {}
    alive = []  # what an earlier one gave back would hide what a later one takes
    for name, introducer in UNFINISHED.items():
        screen = Screen(Size(COLUMNS, 40))
        alive.append(screen)
        before = most = resident()
        screen.feed(introducer)
        filling = b"1;" if introducer == b"\x1b[" else b"AA"
        for _ in range(10):
            feed(screen, filling * 500_000)
            most = max(most, resident())
        grown[name] = most - before
    return grown


MEASURES: dict[str, Callable[[], object]] = {
    measure.__name__: measure for measure in (scrollback, flood, freed, unfinished)
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(MEASURES[sys.argv[1]]()))
