"""Commands that do not end are given up; all others reach the core as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.vt.strings import LIMIT, Strings
from tests.unit.vt.helpers import give, lines, screen

PIECE = b"A" * 4096
TOO_MUCH = [PIECE] * (LIMIT // len(PIECE) + 2)


def limited(pieces: list[bytes]) -> list[bytes]:
    strings = Strings()
    return [strings.limit(piece) for piece in pieces]


@pytest.mark.parametrize("end", [b"\x07", b"\x1b\\", b"\x18", b"\x1a", b"\x1b[1m"])
def test_a_command_beyond_the_limit_is_given_up_and_what_follows_is_taken(end: bytes) -> None:
    *given_up, last, following = limited([b"a\x1b]52;c;", *TOO_MUCH, PIECE + end + b"b", b"c"])
    assert sum(map(len, given_up)) <= LIMIT + 20
    assert given_up[-1] == b""
    assert b"\x18" in given_up
    # Of the ends only an escape begins something.
    kept = end if end.startswith(b"\x1b") else b""
    assert (last, following) == (kept + b"b", b"c")


@pytest.mark.parametrize("opening", [[b"\x1b", b"]52;c;"], [b"a\x1b]", b"5"], [b"\x1b]0;t\x07\x1b]52"]])
def test_a_command_is_known_however_it_comes(opening: list[bytes]) -> None:
    assert limited([*opening, *TOO_MUCH])[-1] == b""


def test_a_short_command_and_a_long_text_are_left_alone() -> None:
    pieces = [b"\x1b]2;title", b" in parts", b"\x07", *TOO_MUCH, b"\x1b", *TOO_MUCH, b"\x1b[1m", *TOO_MUCH]
    assert limited(pieces) == pieces


def test_other_strings_are_left_to_the_core() -> None:
    pieces = [b"\x1bP", *TOO_MUCH, b"\x1b\\", b"\x1b_", *TOO_MUCH]
    assert limited(pieces) == pieces


@given(st.lists(st.sampled_from([b"\x1b", b"]", b"52;", b"\x07", b"\x18", b"\\", b"[1m", b"text", b"\n"])))
def test_whatever_stays_below_the_limit_is_left_alone(pieces: list[bytes]) -> None:
    assert limited(pieces) == pieces


def test_the_screen_shows_what_comes_after_it() -> None:
    shown = screen(b"before ")
    for piece in [b"\x1b]52;c;", *TOO_MUCH, b"\x07after"]:
        give(shown, piece)
    assert lines(shown)[0] == "before after"
    assert shown.bells == 0
