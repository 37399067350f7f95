"""Looks, and the way from one to another."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from podboard.ui.line.pen import PLAIN, Pen, pen, transition, turned

COLORS = ("", "31", "97", "38;5;9", "38;5;231", "38;2;1;2;3")
GROUNDS = ("", "41", "107", "48;5;9", "48;2;3;2;1")
EFFECTS = (1, 2, 3, 5, 6, 7, 8, 9, 51, 52, 53)


@st.composite
def pens(draw: st.DrawFn) -> Pen:
    """Any pen Textual can ask for; a cell has one underline at most."""
    effects = sum(1 << code for code in draw(st.sets(st.sampled_from(EFFECTS))))
    effects |= draw(st.sampled_from((0, 1 << 4, 1 << 21)))
    return pen(draw(st.sampled_from(COLORS)), draw(st.sampled_from(GROUNDS)), effects)


@given(st.lists(pens(), min_size=2, max_size=6))
def test_a_transition_makes_the_new_pen_of_the_old(wanted: list[Pen]) -> None:
    for old, new in pairwise(wanted):
        sequence = transition(old, new)
        if old == new:
            assert sequence == ""
        else:
            assert sequence.startswith("\x1b[")
            assert turned(old, sequence[2:-1]) == new


@given(pens(), pens())
def test_a_transition_is_no_longer_than_beginning_anew(old: Pen, new: Pen) -> None:
    assert len(transition(old, new)) <= len(new.whole)


def test_transitions_are_short() -> None:
    red, bold_red = pen("31"), pen("31", "", 1 << 1)
    assert transition(PLAIN, red) == "\x1b[31m"
    assert transition(red, bold_red) == "\x1b[1m"
    assert transition(bold_red, PLAIN) == "\x1b[m"
    assert transition(pen("38;2;1;2;3", "48;2;1;2;3", 1 << 4), pen("38;2;1;2;3", "48;2;1;2;3")) == "\x1b[24m"


def test_a_link_is_opened_changed_and_closed() -> None:
    here, there = pen(link="http://here"), pen(link="http://there")
    assert transition(PLAIN, here) == "\x1b]8;;http://here\x1b\\"
    assert transition(here, there) == "\x1b]8;;http://there\x1b\\"
    assert transition(there, pen("31")) == "\x1b]8;;\x1b\\\x1b[31m"


def test_sgr_is_read_as_a_terminal_reads_it() -> None:
    assert turned(PLAIN, "1;38;5;9;48;2;1;2;3;4") == pen("38;5;9", "48;2;1;2;3", 1 << 1 | 1 << 4)
    assert turned(pen("31", "41", 1 << 1 | 1 << 2), "22;39;49") == PLAIN
    assert turned(pen("", "", 1 << 4), "21") == pen("", "", 1 << 21)
    assert turned(pen("31", "41", 1 << 7), "") == PLAIN
    assert turned(pen("31"), "999") == pen("31")


def test_blanks_show_what_is_seen_on_blanks() -> None:
    assert not pen("31", "", 1 << 1 | 1 << 2 | 1 << 3).marks_blanks
    for marking in (
        pen("", "41"),
        pen(link="http://x"),
        *(pen("", "", 1 << code) for code in (4, 7, 9, 21, 53)),
    ):
        assert marking.marks_blanks
