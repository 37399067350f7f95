"""Random output through a screen for ``--fuzz-seconds``; each case is the same in every run."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from podboard.model.size import Size
from podboard.vt.screen import Screen
from tests.differential.hostile import output, sound

if TYPE_CHECKING:
    from pathlib import Path

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
