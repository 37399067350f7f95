from hypothesis import given
from hypothesis import strategies as st

from podboard.model.text import one_line


def test_white_space_becomes_single_blanks() -> None:
    assert one_line("  a\r\n\tb \x0b c ") == "a b c"


def test_escape_sequences_and_direction_marks_are_spelled_out() -> None:
    assert one_line("a\x1b[31mb\u202ec\x9b\x00") == "a\\x1b[31mb\\u202ec\\x9b\\x00"


def test_letters_of_all_languages_stay() -> None:
    assert one_line("größer 日本 🐳") == "größer 日本 🐳"


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    assert one_line("x" * 11, 10) == "x" * 9 + "…"
    assert one_line("x" * 10, 10) == "x" * 10


@given(st.text(), st.integers(1, 50))
def test_any_text_becomes_printable_and_short(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert line.isprintable()
    assert len(line) <= limit
