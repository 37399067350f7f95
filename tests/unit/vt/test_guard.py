"""What the core would take wrongly is mended before it; all else reaches it as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.vt.guard import LIMIT, Guard
from tests.unit.vt.helpers import give, lines, screen

PIECE = b"A" * 4096
TOO_MUCH = [PIECE] * (LIMIT // len(PIECE) + 2)


def limited(pieces: list[bytes]) -> list[bytes]:
    guard = Guard(80)
    return [guard.admit(piece) for piece in pieces]


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
    pieces = [b"\x1b]2;title", b" in parts", b"\x07", *TOO_MUCH, b"\x1b[1m", *TOO_MUCH]
    assert limited(pieces) == pieces


def test_other_strings_are_left_to_the_core() -> None:
    pieces = [b"\x1bP", *TOO_MUCH, b"\x1b\\", b"\x1b_", *TOO_MUCH]
    assert limited(pieces) == pieces


@given(st.lists(st.sampled_from([b"\x1b", b"]", b"52;", b"\x07", b"\x18", b"\\", b"[1m", b"text", b"\n"])))
def test_whatever_stays_below_the_limit_is_left_alone(pieces: list[bytes]) -> None:
    guard = Guard(80)
    admitted = b"".join(map(guard.admit, pieces))
    assert admitted + guard.admit(b"!") == b"".join(pieces) + b"!"


MENDED = {
    b"\x1b[100b": b"\x1b[80b",
    b"\x1b[65535b": b"\x1b[80b",
    b"\x1b[0000000000000065535b": b"\x1b[80b",
    b"\x1b[00000003b": b"\x1b[3b",
    b"\x1b[" + b"9" * 200 + b"b": b"\x1b[80b",
    b"\x1b[b": b"\x1b[1b",
    b"\x1b[65\n5\x0035b": b"\n\x00",
    b"\x1b[m\x1b[3b": b"\x1b[m",
    b"\x1b[2b\x1b[3b": b"\x1b[2b",
    b"\n\x1b[3b": b"\n",
    b"\x1b7\x1b[3b": b"\x1b7",
    b"\x1b(0\x1b[3b": b"\x1b(0",
    b"\x1b]2;t\x1b\\\x1b[3b": b"\x1b]2;t\x1b\\",
    b"\x1b]2;t\x07\x1b[3b": b"\x1b]2;t\x07",
    b"\x1b[mm\x1b[3b": b"\x1b[mm\x1b[3b",
    b"\x1b7b\x1b[3b": b"\x1b7b\x1b[3b",
    b"\x1b[?40h": b"\x1b[?0h",
    b"\x1b[?1;040;25h": b"\x1b[?1;0;25h",
    b"\x1b[?4\x070h": b"\x07\x1b[?0h",
    b"\x1b[g": b"\x1b[0g",
    b"\x1b[g\x1b[g": b"\x1b[0g\x1b[0g",
    b"\x1b[\n\rg": b"\n\r\x1b[0g",
    b"\x1b[3g": b"\x1b[3g",
    b"\x1b]2;t\x1b[g": b"\x1b]2;t\x1b[0g",
    b"\x1b[99b": b"\x1b[80b",
    b"\x1b[80b": b"\x1b[80b",
    b"\x1b[?40l": b"\x1b[?40l",
    b"\x1b[?1049h": b"\x1b[?1049h",
    b"\x1b[?240;1404h": b"\x1b[?240;1404h",
    b"\x1b[38;5;100m": b"\x1b[38;5;100m",
    b"[100b ?40h": b"[100b ?40h",
}


@pytest.mark.parametrize("sequence", MENDED, ids=ascii)
def test_what_the_core_takes_wrongly_is_mended_however_it_comes(sequence: bytes) -> None:
    for at in range(len(sequence)):
        admitted = limited([b"a" + sequence[:at], sequence[at:] + b"z"])
        assert b"".join(admitted) == b"a" + MENDED[sequence] + b"z", f"split at {at}"
    by_bytes = [b"a", *(sequence[at : at + 1] for at in range(len(sequence)))]
    assert b"".join(limited(by_bytes)) == b"a" + MENDED[sequence]


def test_what_has_begun_is_held_back_but_not_for_ever() -> None:
    assert limited([b"a\x1b", b"[3", b"1mb"]) == [b"a", b"", b"\x1b[31mb"]
    assert limited([b"a\x1b[" + b"0" * 300, b"65535b", b"b"]) == [b"a\x1b[0?", b"65535b", b"b"]
    shown = screen(b"a\x1b[" + b"0" * 300)
    give(shown, b"65535bb")
    assert lines(shown)[0] == "ab"


def test_the_screen_shows_what_comes_after_it() -> None:
    shown = screen(b"before ")
    for piece in [b"\x1b]52;c;", *TOO_MUCH, b"\x07after"]:
        give(shown, piece)
    assert lines(shown)[0] == "before after"
    assert shown.bells == 0


def test_the_screen_is_as_wide_as_the_pane_whatever_is_asked() -> None:
    shown = screen(b"\x1b[?40h\x1b[?3h")
    assert {sum(run.width for run in row) for row in shown.rows} == {20}
