"""Every probe through podboard's screen and through the witnesses: they agree, or it is known why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.differential import xtermjs
from tests.differential.differences import KNOWN, TEXT, known, rendered
from tests.differential.picture import difference, show
from tests.differential.probes import PROBES, SIZES, STANDARD, probes
from tests.differential.tmux import Tmux, tmux_missing

if TYPE_CHECKING:
    from pathlib import Path

    from podboard.model.size import Size
    from tests.differential.picture import Picture

EVERY_SIZE = [STANDARD, *SIZES]

no_tmux = pytest.mark.skipif(bool(tmux_missing()), reason=tmux_missing())
no_xterm = pytest.mark.skipif(bool(xtermjs.missing()), reason=xtermjs.missing())
sized = pytest.mark.parametrize("size", EVERY_SIZE, ids=lambda size: f"{size.columns}x{size.rows}")


def asked(witness: str, size: Size) -> dict[str, bytes]:
    """What a witness is asked at ``size``: what is known to differ is compared at the standard size only."""
    some = {
        name: probe for name, probe in probes(size).items() if name not in xtermjs.HANGS or witness == "tmux"
    }
    return some if size == STANDARD else {name: some[name] for name in some if name not in known(witness)}


def check(witness: str, size: Size, pictures: dict[str, Picture]) -> None:
    suffix = "" if size == STANDARD else f" at {size.columns}x{size.rows}"
    found = {}
    for name, picture in pictures.items():
        if says := difference(show(size, PROBES[name]), picture):
            found[name + suffix] = says
    listed = {name: says for name, says in known(witness).items() if name.removesuffix(suffix) in pictures}
    if size != STANDARD:
        listed = {name: says for name, says in listed.items() if name.endswith(suffix)}
    new = {name: says for name, says in found.items() if listed.get(name) != says}
    gone = [name for name in listed if name not in found]
    assert (new, gone) == ({}, []), (
        "differences that are not as differences.py lists them, and those that are gone"
    )


@no_tmux
@sized
def test_the_pane_shows_what_tmux_shows(size: Size, tmp_path: Path) -> None:
    with Tmux(tmp_path, size) as tmux:
        check("tmux", size, tmux.show(asked("tmux", size)))


@no_xterm
@sized
def test_the_pane_shows_what_xterm_js_shows(size: Size) -> None:
    check("xterm.js", size, xtermjs.show(size, asked("xterm.js", size)))


def test_there_are_hundreds_of_probes_and_every_difference_is_one_of_them() -> None:
    assert len(PROBES) > 500
    suffixes = tuple(f" at {size.columns}x{size.rows}" for size in SIZES)
    for kind in KNOWN:
        for name in kind.probes:
            base = next((name.removesuffix(suffix) for suffix in suffixes if name.endswith(suffix)), name)
            assert base in PROBES


def test_a_difference_is_listed_once() -> None:
    for witness in ("tmux", "xterm.js"):
        listed = [name for kind in KNOWN if kind.witness == witness for name in kind.probes]
        assert sorted(set(listed)) == sorted(listed)


def test_the_text_shows_the_table() -> None:
    text = TEXT.read_text()
    assert rendered(text) == text, "run python -m tests.differential.differences"


def test_a_difference_would_be_seen() -> None:
    one, other = show(STANDARD, b"\x1b[1mone"), show(STANDARD, b"one\r\n")
    assert difference(one, one) is None
    assert difference(one, other) == (
        "1: 'one', 'o' bold, cursor (3, 0)",
        "1: 'one', 'o' plain, cursor (0, 1)",
    )
