"""Rows of the terminal core as Textual draws them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color
from rich.console import Console

from podboard.model.size import Size
from podboard.ui.look import Look, rich_style
from podboard.vt.cells import Run
from podboard.vt.screen import Screen
from podboard.vt.style import DEFAULT, Style

WIDTH = 24
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def drawn(data: bytes, *, color: bool = True) -> str:
    """The first row of a screen fed with ``data``, as it goes to the person's terminal."""
    screen = Screen(Size(WIDTH, 3))
    screen.feed(data)
    screen.update()
    strip = Look(color=color).draw(screen.rows[0]).strip
    assert strip.cell_length == WIDTH
    console = Console(color_system="truecolor", force_terminal=True, legacy_windows=False)
    return strip.render(console).rstrip()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (b"plain", "plain"),
        (b"\x1b[31mred", "\x1b[31mred\x1b[0m"),
        (b"\x1b[97mwhite", "\x1b[97mwhite\x1b[0m"),
        (b"\x1b[38;5;208morange", "\x1b[38;5;208morange\x1b[0m"),
        (b"\x1b[38;2;1;2;3mtrue", "\x1b[38;2;1;2;3mtrue\x1b[0m"),
        (b"\x1b[44mblue", "\x1b[44mblue\x1b[0m"),
        (b"\x1b[48;2;9;8;7mback", "\x1b[48;2;9;8;7mback\x1b[0m"),
        (b"\x1b[1mbold", "\x1b[1mbold\x1b[0m"),
        (b"\x1b[2mdim", "\x1b[2mdim\x1b[0m"),
        (b"\x1b[3mitalic", "\x1b[3mitalic\x1b[0m"),
        (b"\x1b[4munder", "\x1b[4munder\x1b[0m"),
        (b"\x1b[21mdouble", "\x1b[21mdouble\x1b[0m"),
        (b"\x1b[4:3mcurly", "\x1b[4mcurly\x1b[0m"),
        (b"\x1b[5mblink", "\x1b[5mblink\x1b[0m"),
        (b"\x1b[7minverse", "\x1b[7minverse\x1b[0m"),
        (b"\x1b[8mhidden", "\x1b[8mhidden\x1b[0m"),
        (b"\x1b[9mstruck", "\x1b[9mstruck\x1b[0m"),
        (b"\x1b[53mover", "\x1b[53mover\x1b[0m"),
        (b"\x1b[1;31;44mboth\x1b[0m none", "\x1b[1;31;44mboth\x1b[0m none"),
    ],
)
def test_what_a_program_asks_for_is_what_is_drawn(said: bytes, shown: str) -> None:
    assert drawn(said) == shown


def test_without_colour_the_rest_stays() -> None:
    said = b"\x1b[1;31;44mbold\x1b[0m \x1b[38;2;1;2;3mtrue\x1b[0m \x1b[48;5;9mpalette"
    assert drawn(said, color=False).startswith("\x1b[1mbold\x1b[0m true palette")


def test_a_coloured_blank_is_a_blank_without_colour() -> None:
    assert drawn(b"\x1b[41m\x1b[2K", color=False).strip() == ""
    assert "\x1b[41m" in drawn(b"\x1b[41m\x1b[2K")


def test_a_link_is_passed_on() -> None:
    shown = drawn(b"\x1b]8;;https://example.test/a?b=1\x1b\\here\x1b]8;;\x1b\\ there")
    assert "https://example.test/a?b=1" in shown
    assert shown.count("\x1b]8;") == 2
    assert rich_style(DEFAULT, "https://example.test").link == "https://example.test"  # type: ignore[union-attr]


def test_palette_numbers_stay_numbers() -> None:
    style = rich_style(Style(foreground=4, background=250))
    assert style is not None
    assert (style.color, style.bgcolor) == (Color.from_ansi(4), Color.from_ansi(250))


def test_plain_text_has_no_style_at_all() -> None:
    assert rich_style(DEFAULT) is None


@pytest.mark.parametrize(
    ("text", "width"),
    [("漢", 2), ("é", 1), ("👩‍👩‍👧‍👦", 2), ("❤️", 2), ("❤", 2), ("漢", 1), ("🇫🇷", 4), ("a\u200bb", 3)],
)
def test_a_text_is_as_wide_as_the_core_has_it(text: str, width: int) -> None:
    strip = Look().draw((Run(text, width), Run("|", 1))).strip
    assert strip.cell_length == width + 1
    assert cell_len(strip.text) == width + 1
    assert strip.text.endswith("|")


@given(st.text(max_size=30))
def test_a_row_is_as_wide_as_the_screen_whatever_is_on_it(text: str) -> None:
    screen = Screen(Size(WIDTH, 3))
    screen.feed(text.encode("utf-8", "replace"))
    screen.update()
    look = Look()
    for row in screen.rows:
        strip = look.draw(row).strip
        assert strip.cell_length == cell_len(strip.text) == WIDTH
        assert CONTROL.search(strip.text) is None


def test_a_row_that_is_known_is_not_drawn_again() -> None:
    look = Look()
    row = (Run("a", 1),)
    assert look.draw(row) is look.draw(row)
    other = (Run("b", 1),)
    assert look.draw(other).strip.text == "b"
    for number in range(2000):
        assert look.draw((Run(str(number), len(str(number))),)).strip.text == str(number)
    assert look.draw(row).strip.text == "a"
