"""Sentences that may be longer than a line."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from podboard.ui.widgets.wrapping import LEAST, sentence_lines, told

RED = Style(color="red")
LEAD = [Segment(" ✗ ", RED)]


def lines(text: str, width: int, indent: int = 3) -> list[str]:
    return [strip.text for strip in sentence_lines(LEAD, text, RED, width, indent)]


def test_a_sentence_that_fits_is_one_line() -> None:
    assert lines("the token expired", 20) == [" ✗ the token expired"]
    assert lines("", 20) == [" ✗ "]


def test_one_that_does_not_goes_on_below_itself() -> None:
    sentence = '"ops" may not create pods/exec in shop-a-b'
    assert lines(sentence, 24) == [' ✗ "ops" may not create', "   pods/exec in shop-a-b"]
    assert lines(sentence, 24, 5)[1:] == ["     pods/exec in", "     shop-a-b"]


def test_a_word_longer_than_a_line_is_broken() -> None:
    assert lines("https://" + "a" * 30, 24) == [" ✗ https://aaaaaaaaaaaaa", "   aaaaaaaaaaaaaaaaa"]


def test_a_lead_longer_than_a_line_costs_no_word() -> None:
    strips = sentence_lines([Segment("x" * 40)], "and so on", RED, 24, 2)
    assert "".join(strip.text for strip in strips).replace("x", "").replace(" ", "") == "andsoon"


@given(st.text(st.characters(categories=["L", "N", "P"]) | st.just(" "), max_size=80), st.integers(0, 60))
def test_every_word_is_there_in_order_and_no_line_is_too_long(text: str, width: int) -> None:
    told = lines(text, width)
    assert all(len(line) <= max(width, LEAST) for line in told)
    assert "".join(told).replace(" ", "").removeprefix("✗") == text.replace(" ", "")


# -- what is told ---------------------------------------------------------------------------

PATH = "/home/ops/.local/share/podboard/recordings/kind-dev/web-7d9f8b6c5-x2x4q-2026-11-23.cast"


def test_what_fits_is_told_as_it_is() -> None:
    assert told("saved to /tmp/a", 20, 3) == ["saved to /tmp/a"]


def test_a_path_gives_way_in_its_middle() -> None:
    assert told(f"{PATH} was not saved: No space left on device", 79, 3) == [
        "/home/ops/.lo…b6c5-x2x4q-2026-11-23.cast was not saved: No space left on device"
    ]
    assert told(f"the disk is full: {PATH}", 60, 3) == [
        "the disk is full: /home/ops/.loc…8b6c5-x2x4q-2026-11-23.cast"
    ]


def test_the_longest_path_gives_way_first() -> None:
    assert told(f"{PATH} is not /home/ops/.local/share/podboard", 79, 3) == [
        "/home/ops/.lo…b6c5-x2x4q-2026-11-23.cast is not /home/ops/.local/share/podboard"
    ]


def test_where_that_is_not_enough_it_takes_lines() -> None:
    assert told(f"{PATH} is of another podboard, which is newer than this one", 70, 3) == [
        PATH[:70],
        f"{PATH[70:]} is of another podboard, which is newer than this one",
    ]


def test_where_they_are_not_enough_the_middle_is_left_out() -> None:
    assert told(f"it failed: {'again and ' * 40}for good", 20, 3) == [
        "it failed: again and",
        "again and again and…",
        "again and for good",
    ]


@given(
    st.text(st.characters(categories=["L", "N", "P"]) | st.just(" "), min_size=1),
    st.integers(20, 90),
    st.integers(1, 3),
)
def test_both_ends_are_told_in_no_more_than_there_is_room_for(text: str, width: int, most: int) -> None:
    text = " ".join(f"begins {text * 5} ends".split())
    lines = told(text, width, most)
    assert len(lines) <= most
    assert all(cell_len(line) <= width for line in lines)
    assert lines[0].startswith("begins")
    assert lines[-1].endswith("ends")
    if cell_len(text) <= width * (most - 1):
        assert "".join(lines).replace(" ", "") == text.replace(" ", "") or "/" in text
