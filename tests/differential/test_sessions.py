"""Recorded sessions through podboard's screen and through the witnesses, which must agree all the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from podboard.vt.screen import Screen
from tests.differential import xtermjs
from tests.differential.picture import END, difference, shown
from tests.differential.sessions import SIZES, session
from tests.differential.test_probes import no_tmux, no_xterm
from tests.differential.tmux import Tmux

if TYPE_CHECKING:
    from pathlib import Path

    from tests.differential.picture import Picture

POINTS = 12


def prefixes(name: str) -> list[bytes]:
    """The session up to each of the points at which it is compared; each is before a control sequence."""
    data = session(name)
    cuts = {data.find(b"\x1b[", len(data) * point // POINTS) for point in range(1, POINTS)} - {-1}
    return [data[:cut] for cut in sorted(cuts)] + [data]


def replayed(name: str, chunk: int) -> list[Picture]:
    """What podboard shows at each point, fed on one screen by ``chunk`` bytes."""
    screen = Screen(SIZES[name])
    pictures = []
    fed = 0
    for prefix in prefixes(name):
        for start in range(fed, len(prefix), chunk):
            screen.feed(prefix[start : min(start + chunk, len(prefix))])
        fed = len(prefix)
        pictures.append(shown(screen))
    screen.feed(END)
    assert shown(screen) == pictures[-1]
    return pictures


def differences(name: str, witnessed: list[Picture]) -> dict[int, tuple[str, str]]:
    pairs = enumerate(zip(replayed(name, 16 * 1024), witnessed, strict=True))
    return {point: says for point, (ours, theirs) in pairs if (says := difference(ours, theirs))}


@no_tmux
@pytest.mark.parametrize("name", SIZES)
def test_a_session_looks_as_in_tmux(name: str, tmp_path: Path) -> None:
    outputs = {str(point): prefix for point, prefix in enumerate(prefixes(name))}
    with Tmux(tmp_path, SIZES[name]) as tmux:
        witnessed = list(tmux.show(outputs).values())
    assert differences(name, witnessed) == {}


@no_xterm
@pytest.mark.parametrize("name", SIZES)
def test_a_session_looks_as_in_xterm_js(name: str) -> None:
    outputs = {str(point): prefix for point, prefix in enumerate(prefixes(name))}
    assert differences(name, list(xtermjs.show(SIZES[name], outputs).values())) == {}


@pytest.mark.parametrize("chunk", [1, 7, 1024])
@pytest.mark.parametrize("name", SIZES)
def test_a_session_looks_the_same_however_it_comes(name: str, chunk: int) -> None:
    assert replayed(name, chunk) == replayed(name, 16 * 1024)


@pytest.mark.parametrize("name", SIZES)
def test_a_session_shows_something(name: str) -> None:
    shown_text = [
        "".join(char for line in picture.lines for char, _ in line) for picture in replayed(name, 4096)
    ]
    assert sum(len(text) > 100 for text in shown_text) >= POINTS / 2
    assert len(set(shown_text)) >= POINTS / 2
