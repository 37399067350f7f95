"""Many terminals in one podboard: what they cost while nothing happens, and while all of them talk."""

from __future__ import annotations

import itertools
import os
import shlex
import statistics
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.report import at_most, below, quantile
from bench.streams import write_streams
from bench.typist import type_many
from bench.world import PROMPT, PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.outer import Outer
    from bench.report import Result
    from bench.world import World

_IDLE: Final = 100
_IDLE_FOR: Final = 20.0

_CROWDS: Final = ((20, 1_000_000), (50, 200_000))
"""How many terminals, and the bytes a second that each of them says."""

_TURNS: Final = 20
"""How many times a second a terminal says something."""

SOAK_SECONDS: Final = "BENCH_SOAK_SECONDS"
"""The environment variable that says for how long to soak; a minute is enough to see a leak that matters."""

_SOAKING: Final = 6


@contextmanager
def _board(world: World, terminals: int, command: str = "") -> Iterator[Outer]:
    """Podboard with terminals nobody looks at, in which a command runs, and one in focus."""
    with world.start_board() as outer:
        world.enter(outer)
        outer.until_shown(PROMPT)
        for _ in range(terminals):
            outer.write(f"{command}\r")
            outer.settle(0.1)
            outer.write("\x1dl\r")
            outer.settle(0.1)
            outer.until_shown(PROMPT)
        yield outer


def idle_panes(world: World) -> Iterator[Result]:
    """What terminals take of the processor while nothing happens in them."""
    with _board(world, _IDLE - 1) as outer:
        outer.settle(3.0)
        before = _processor_time(outer.pid)
        outer.until_passed(_IDLE_FOR)
        share = (_processor_time(outer.pid) - before) / _IDLE_FOR * 100
        yield below(f"processor, {_IDLE} open terminals in which nothing happens", share, "%", 1)


def hidden_panes(world: World) -> Iterator[Result]:
    """Typing while terminals nobody looks at run."""
    for hidden, rate in _CROWDS:
        noise = _noise(world, rate)
        alone: list[float] = []
        crowded: list[float] = []
        for _ in range(2):
            with _board(world, 0) as outer:
                alone += type_many(outer)
            with _board(world, hidden, noise) as outer:
                outer.until_shown("●!")  # somebody hidden says something
                crowded += type_many(outer)
        ours, theirs = quantile(crowded, 0.99) * 1e3, quantile(alone, 0.99) * 1e3
        what = f"echo p99 with {hidden} hidden terminals at {rate / 1e6:g} MB/s / with none"
        yield at_most(what, ours, theirs, "ms", 2)


def soak(world: World) -> Iterator[Result]:
    """Whether memory grows while terminals talk, come and go, and are resized and searched."""
    seconds = float(os.environ.get(SOAK_SECONDS, "60"))
    resident = []
    with _board(world, _SOAKING, _noise(world, 500_000)) as outer:
        ends = time.monotonic() + seconds
        for number in itertools.count():
            _live(outer, number)
            resident.append(_resident(outer.pid) / 1e6)
            if time.monotonic() > ends:
                break
    quarter = len(resident) // 4
    early, late = (statistics.median(part) for part in (resident[quarter : 2 * quarter], resident[-quarter:]))
    yield at_most(f"memory after {seconds:g} s of traffic / in the second quarter", late, early, "MB", 1.05)


def _live(outer: Outer, number: int) -> None:
    """Open one more terminal, let it say much, zoom and search it, and close it."""
    outer.write("\x1dl\r")
    outer.until_shown(PROMPT)
    mark = f"END{number}."
    outer.write(f"seq 20000; echo {mark[:2]}''{mark[2:]}\r")
    outer.until_shown(mark)
    for keys in ("\x1dz", "\x1dz", "\x1ds/199\r", "n", "q"):
        outer.write(keys)
        outer.settle(0.1)
    outer.write("exit\r")
    outer.until_shown("enter opens it again")
    outer.write("\x1dx")
    outer.until(lambda: "enter opens it again" not in outer.text())


def _noise(world: World, rate: int) -> str:
    """A command that says so many bytes a second."""
    chunk = write_streams(world.folder, rate // _TURNS)["plain"]
    script = world.folder / f"noise-{rate}.py"
    script.write_text(
        f"import sys, time\ndata = {chunk.read_text()!r}\n"
        f"while True:\n    sys.stdout.write(data)\n    sys.stdout.flush()\n    time.sleep({1 / _TURNS})\n"
    )
    return f"{shlex.quote(PYTHON)} -S {shlex.quote(str(script))}"


def _processor_time(pid: int) -> float:
    """Seconds a process has had of the processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> int:
    """Bytes a process holds now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
