"""Random output through a screen for ``--fuzz-seconds``; each case is the same in every run."""

from __future__ import annotations

import gzip
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

from podboard.model.size import Size
from podboard.vt.screen import Screen
from tests.differential.hostile import output, sound

if TYPE_CHECKING:
    import pytest


def run(case: int) -> None:
    """Feed one case in pieces, among changes of size and scrolling."""
    chance = random.Random(case)  # noqa: S311 - the same at each run
    screen = Screen(Size(chance.randint(1, 200), chance.randint(1, 60)), chance.choice((0, 100, 10_000)))
    data = output(chance, 64 * 1024)
    at = 0
    while at < len(data):
        piece = chance.choice((1, 10, 100, 4000, 16 * 1024))
        screen.feed(data[at : at + piece])
        at += piece
        match chance.randrange(40):
            case 0:
                screen.resize(Size(chance.randint(1, 200), chance.randint(1, 60)))
            case 1:
                screen.scroll(chance.randint(-200, 200))
            case 2 | 3 | 4:
                sound(screen)
    sound(screen)
    # Whatever state it was left in, a reset brings back a screen that works.
    screen.feed(b"\x18\x1b\\\x1bcx")
    screen.update()
    assert "".join(run.text for row in screen.rows for run in row).rstrip() == "x"


def test_what_once_ended_the_process_at_a_change_of_size_does_not() -> None:
    """Found at random and cut down: links and clusters over several of the core's pages, and no wrapping."""
    screen = Screen(Size(99, 44), 100)
    screen.feed(gzip.decompress(Path(__file__).with_name("resized.gz").read_bytes()))
    screen.resize(Size(150, 6))
    sound(screen)
    # The program's wish holds after it as before.
    screen.feed(b"\x18\x1b[2J\x1b[3;1H" + b"a" * 200)
    screen.update()
    assert not "".join(run.text for run in screen.rows[3]).strip()


def test_random_output_leaves_a_sound_screen(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    seconds: float = request.config.getoption("--fuzz-seconds")
    end = time.monotonic() + seconds
    case = 0
    while time.monotonic() < end:
        # The core is a library: it could end the process before a failure is told.
        (tmp_path / "case").write_text(str(case))
        try:
            run(case)
        except Exception as error:
            raise AssertionError(f"case {case}") from error
        case += 1
    assert case > seconds, f"only {case} cases in {seconds} seconds"
