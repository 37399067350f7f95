"""Sentences that may be longer than a line."""

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style

from podboard.ui.widgets.wrapping import LEAST, sentence_lines

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
