"""Moments as they are written and read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.model.clock import clock, read_clock


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("90", 90), ("1:30", 90), ("1:02:03.5", 3723.5), (" 100:00 ", 6000), ("0:0:0.25", 0.25)],
)
def test_what_is_read(text: str, seconds: float) -> None:
    assert read_clock(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", ":", "1:", ":1", "-1", "1e3", "inf", "1:2:3:4", "1,5", "\N{ARABIC-INDIC DIGIT ONE}", "9" * 10],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="a time is written like"):
        read_clock(text)


@given(st.integers(0, 10**8))
def test_what_is_written_is_read(seconds: int) -> None:
    assert read_clock(clock(seconds)) == seconds
