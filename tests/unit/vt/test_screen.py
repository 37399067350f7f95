"""The screen: what a program writes, and what podboard then shows, says and keeps."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
import unicodedata
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyghostty import _ffi as whole
from pyghostty.core import Terminal
from rich.cells import cell_len

from podboard.model.size import Size
from podboard.vt import screen as module
from podboard.vt.cells import Run
from podboard.vt.screen import BACKGROUND, CELL_PIXELS, FOREGROUND, Cursor, Screen
from podboard.vt.style import DEFAULT, Style
from tests.unit.vt.helpers import give, line, lines, reply, screen

ROOT = Path(__file__).parents[3]


def style(sgr: str) -> Style:
    """How a character looks after an SGR sequence with these parameters."""
    return screen(f"\x1b[{sgr}mx").rows[0][0].style


def links(output: bytes | str) -> list[str]:
    """The addresses in the first row, run by run."""
    return [run.link for run in screen(output, columns=40).rows[0]]


def numbered(first: int, last: int) -> str:
    return "".join(f"line {number}\r\n" for number in range(first, last))


def state(shown: Screen) -> tuple[object, ...]:
    """All that can be seen of a screen."""
    shown.update()
    return (
        *shown.rows,
        shown.cursor,
        shown.title,
        shown.bells,
        shown.held,
        shown.alternate,
        shown.scrollback,
        shown.mouse_tracking,
        shown.bracketed_paste,
        shown.kitty_keyboard,
    )


def sound(shown: Screen) -> None:
    """What holds of every screen whatever was fed."""
    shown.update()
    columns, rows = shown.size
    assert len(shown.rows) == rows
    for row in shown.rows:
        assert sum(run.width for run in row) == columns
        assert not any(unicodedata.category(char) == "Cc" for run in row for char in run.text)
        assert all(run.link.isascii() and run.link.isprintable() for run in row if run.link)
    assert shown.title.isprintable()
    if shown.cursor.visible:
        assert 0 <= shown.cursor.column < columns
        assert 0 <= shown.cursor.row < rows
    assert shown.update() == []


# -- bytes in any split -------------------------------------------------------------------------

SEQUENCES = {
    "UTF-8": "aé日👩‍👩‍👧🇩🇪e\u0301ｶﾞ\U0001f3f4x".encode(),
    "broken UTF-8": b"a\xffb\xe6\x97c\xf0\x9f\x91d\xc0\xafe\x9b1mf",
    "controls": b"a\tb\bc\x7fd\x0b\x0ce\r\nf\x07\x0eg\x0fh\x00i\x05",
    "CSI": b"\x1b[3;5Hx\x1b[1;31;48;2;1;2;3my\x1b[0m\x1b[4:3;58:2::9:8:7mz\x1b[2J\x1b[?25l\x1b[>1u\x1b[5 qw",
    "aborted CSI": b"\x1b[3;\x18a\x1b[3\x1ab\x1b[1\x1b[31mc\x1b[9999999999;2Hd",
    "modes": b"\x1b[?1049hx\x1b[?2004;1000;1006h\x1b[?2026hy",
    "OSC": b"\x1b]0;a title\x07b\x1b]2;t\xc3\xaftle \xe4\xb8\x9c\x1b\\c\x1b]8;;https://e.example/\x1b\\d\x1b]8;;\x07e",
    "colour queries": b"\x1b]10;?\x07\x1b]11;?\x1b\\\x1b]4;1;?\x07",
    "DCS": b"a\x1bP$qm\x1b\\b\x1bP+q544e\x1b\\c\x1bP1$r0m\x1b\\d",
    "APC, PM, SOS": b"a\x1b_Gi=1,a=q;AAAA\x1b\\b\x1b^private\x1b\\c\x1bXstring\x1b\\d",
    "reports": b"\x1b[c\x1b[6n\x1b[?2027$p\x1b[18t",
    "reset": b"\x1b[31m\x1b(0qqq\x1b(Bx\x1b7\x1b[3;3H\x1b8y\x1b#8\x1bcz",
    "scrolling": b"\x1b[2;4r" + b"line\r\n" * 8 + b"\x1b[2S\x1b[T\x1bM\x1b[r",
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_output_split_at_any_byte_shows_the_same(name: str) -> None:
    output = SEQUENCES[name]
    unsplit = screen(output)
    expected, replies = state(unsplit), unsplit.take_replies()
    for at in range(1, len(output)):
        split = screen(output[:at])
        split.feed(output[at:])
        assert state(split) == expected, f"split at byte {at}"
        assert split.take_replies() == replies, f"split at byte {at}"


@given(st.lists(st.sampled_from(list(SEQUENCES.values())), min_size=1, max_size=4), st.data())
def test_output_in_any_splits_shows_the_same(parts: list[bytes], data: st.DataObject) -> None:
    output = b"".join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(output)), max_size=20)))
    unsplit, split = screen(output), screen()
    for start, end in zip([0, *cuts], [*cuts, len(output)], strict=True):
        give(split, output[start:end])
    assert state(split) == state(unsplit)
    assert split.take_replies() == unsplit.take_replies()


# -- what stands on the screen ------------------------------------------------------------------


def test_a_new_screen_is_blank_and_has_a_cursor() -> None:
    shown = screen()
    assert shown.rows == [(Run(" " * 20, 20),)] * 5
    assert shown.cursor == Cursor(0, 0, visible=True)
    assert (shown.title, shown.bells, shown.held, shown.scrollback, shown.scrolled) == ("", 0, False, 0, 0)
    assert shown.take_replies() == b""


def test_text_wraps_and_scrolls() -> None:
    assert lines(screen("abcdefgh\r\nij\r\nk", columns=5, rows=3)) == ["fgh", "ij", "k"]


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("a", 1),
        ("é", 1),
        ("日", 2),
        ("한", 2),
        ("ｱ", 1),
        ("e\u0301", 1),
        ("a\u0323\u0301", 1),
        ("❤", 1),
        ("❤\ufe0f", 2),
        ("👍🏽", 2),
        ("👩‍👩‍👧", 2),
        ("🧑‍🚀", 2),
        ("🇩🇪", 2),
        ("1\ufe0f\u20e3", 2),
        ("\u3000", 2),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
    ],
)
def test_a_character_takes_the_columns_that_textual_thinks_it_takes(text: str, width: int) -> None:
    shown = screen(text + "|")
    assert shown.rows[0] == (Run(text + "|" + " " * (19 - width), 20),)
    assert shown.cursor.column == width + 1
    assert cell_len(text) == width


def test_clusters_stay_whole_after_a_reset() -> None:
    # A reset turns modes off; grapheme clustering is a default of the terminal's.
    assert screen("\x1bc👩‍👩‍👧|").cursor.column == 3


@pytest.mark.parametrize("part", ["\u0301", "\U0001d165", "\U000e0100"])
def test_a_character_of_ever_so_many_parts_keeps_what_the_core_keeps(part: str) -> None:
    (run,) = screen("a" + part * 1000).rows[0]
    assert run.text.rstrip() == "a" + part * 64
    assert run.width == 20


def test_a_wide_character_does_not_fit_into_the_last_column() -> None:
    shown = screen("ab日", columns=3, rows=2)
    assert shown.rows == [(Run("ab ", 3),), (Run("日 ", 3),)]


def test_half_of_a_wide_character_written_over_takes_the_other_half_away() -> None:
    assert line(screen("日本\x1b[1;2Hx").rows[0]) == " x本"


def test_del_takes_no_cell() -> None:
    shown = screen(b"a\x7fb\x7f\x7f")
    assert line(shown.rows[0]) == "ab"
    assert shown.cursor.column == 2


@pytest.mark.parametrize(
    "char", ["\u0080", "\u0085", "\u009b", "\u009d", "\u202e", "\u2066", "\u200b", "\ufeff"]
)
def test_what_has_no_width_shows_nothing(char: str) -> None:
    assert line(screen(f"{char}ab").rows[0]) == "ab"
    assert screen(f"a{char}b").cursor.column == 2


def test_an_eight_bit_control_is_no_control_in_utf_8() -> None:
    assert lines(screen(b"\x9b31mx"))[0] == "\ufffd31mx"


@pytest.mark.parametrize(
    ("sgr", "look"),
    [
        ("", DEFAULT),
        ("0", DEFAULT),
        ("1", Style(bold=True)),
        ("2", Style(faint=True)),
        ("3", Style(italic=True)),
        ("4", Style(underline=1)),
        ("5", Style(blink=True)),
        ("7", Style(inverse=True)),
        ("8", Style(invisible=True)),
        ("9", Style(strikethrough=True)),
        ("21", Style(underline=2)),
        ("4:0", DEFAULT),
        ("4:1", Style(underline=1)),
        ("4:2", Style(underline=2)),
        ("4:3", Style(underline=3)),
        ("4:4", Style(underline=4)),
        ("4:5", Style(underline=5)),
        ("53", Style(overline=True)),
        ("30", Style(foreground=0)),
        ("37", Style(foreground=7)),
        ("90", Style(foreground=8)),
        ("97", Style(foreground=15)),
        ("40", Style(background=0)),
        ("107", Style(background=15)),
        ("38;5;200", Style(foreground=200)),
        ("38:5:200", Style(foreground=200)),
        ("48;5;16", Style(background=16)),
        ("38;2;1;2;3", Style(foreground=(1, 2, 3))),
        ("38:2:1:2:3", Style(foreground=(1, 2, 3))),
        ("38:2::1:2:3", Style(foreground=(1, 2, 3))),
        ("38:2:0:1:2:3", Style(foreground=(1, 2, 3))),
        ("48;2;0;0;0", Style(background=(0, 0, 0))),
        ("48:2::255:254:253", Style(background=(255, 254, 253))),
        ("58;5;9", Style(underline_color=9)),
        ("58:2::1:2:3", Style(underline_color=(1, 2, 3))),
        ("38;2;1;2;3;1", Style(foreground=(1, 2, 3), bold=True)),
        ("1;3;4;31;48;5;7", Style(foreground=1, background=7, bold=True, italic=True, underline=1)),
        ("1;99;3", Style(bold=True, italic=True)),
        *((f"{on};{off}", DEFAULT) for on, off in ((1, 22), (2, 22), (3, 23), (4, 24), (21, 24), (5, 25))),
        *((f"{on};{off}", DEFAULT) for on, off in ((7, 27), (8, 28), (9, 29), (31, 39), (41, 49), (53, 55))),
        ("58;5;9;59", DEFAULT),
        ("1;4;31;0", DEFAULT),
    ],
)
def test_the_forms_of_sgr(sgr: str, look: Style) -> None:
    assert style(sgr) == look


def test_cells_of_equal_looks_make_one_run() -> None:
    shown = screen("\x1b[1mbold\x1b[31mred\x1b[0mplain", columns=14)
    assert shown.rows[0] == (
        Run("bold", 4, Style(bold=True)),
        Run("red", 3, Style(foreground=1, bold=True)),
        Run("plain  ", 7),
    )


@pytest.mark.parametrize(("sgr", "colour"), [("44", 4), ("48;5;99", 99), ("48;2;1;2;3", (1, 2, 3))])
@pytest.mark.parametrize("erase", ["\x1b[2J", "\x1b[K", "\x1b[20X"])
def test_erased_cells_take_the_background(sgr: str, colour: Any, erase: str) -> None:
    assert screen(f"text\r\x1b[{sgr}m{erase}").rows[0] == (Run(" " * 20, 20, Style(background=colour)),)


def test_more_looks_in_a_row_than_a_byte_can_count() -> None:
    output = "".join(f"\x1b[38;2;{x // 256};{x % 256};7m{chr(0x41 + x % 26)}" for x in range(500))
    (row,) = screen(output, columns=500, rows=1).rows
    assert [run.style.foreground for run in row] == [(x // 256, x % 256, 7) for x in range(500)]


def test_the_same_text_in_another_colour_is_another_row() -> None:
    shown = screen("\x1b[31mx\r")
    assert give(shown, "\x1b[32mx\r") == [0]
    assert shown.rows[0][0].style.foreground == 2


def test_a_look_the_core_numbers_as_it_numbered_another_before_is_not_taken_for_it() -> None:
    # What no cell uses any more is forgotten, and its number given to the next.
    shown = screen("\x1b[31mx")
    give(shown, "\x1b[m\x1b[2J\x1b[H")
    give(shown, "\x1b[32mx")
    assert shown.rows[0][0].style.foreground == 2


# -- what changed -------------------------------------------------------------------------------


def test_the_first_update_tells_of_every_row() -> None:
    assert Screen(Size(20, 5)).update() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("output", "changed"),
    [
        ("a", [0]),
        ("", []),
        ("\x1b[31m", []),
        ("\x1b[3;3H", []),
        ("\x1b[3;3Hx", [2]),
        ("\x1b[2;1Hx\x1b[4;1Hx", [1, 3]),
        ("\x07", []),
        ("\x1b]0;title\x07", []),
        ("\r\n\n\n", []),
        ("\x1b[2J", []),
        ("\x1b[7mx\x1b[2;2H\x1b[41m\x1b[K", [0, 1]),
    ],
)
def test_an_update_tells_of_the_rows_that_changed_and_of_no_others(output: str, changed: list[int]) -> None:
    shown = screen()
    assert give(shown, output) == changed
    assert shown.update() == []


def test_a_frame_painted_over_with_itself_changes_nothing() -> None:
    frame = "\x1b[H" + "\r\n".join(f"\x1b[3{y}mrow {y}\x1b[m" for y in range(5))
    shown = screen(frame)
    assert give(shown, frame) == []


def test_a_row_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = screen("text")
    read = []
    monkeypatch.setattr(Screen, "_read_row", lambda _screen, y: read.append(y) or ())
    shown.update()
    give(shown, "\x1b[3;3Hx")
    shown.update()
    assert read == [0, 2]  # the one the cursor left, too


def test_a_scroll_changes_the_rows_that_look_different() -> None:
    shown = screen("one\r\ntwo\r\ntwo\r\nfour\r\nfive")
    assert give(shown, "\r\n") == [0, 2, 3, 4]
    assert lines(shown) == ["two", "two", "four", "five", ""]


def test_a_row_that_was_not_told_of_is_as_it_was() -> None:
    generator = random.Random(20)  # noqa: S311 - the same at each run
    shown = screen("", columns=30, rows=8)
    for _ in range(200):
        before = list(shown.rows)
        row, column = generator.randint(1, 8), generator.randint(1, 30)
        changed = give(
            shown, f"\x1b[{row};{column}H\x1b[{generator.choice((0, 1, 31, 44))}m{generator.choice('ab日')}"
        )
        assert {y for y in range(8) if shown.rows[y] != before[y]} <= set(changed) <= {row - 1, row}


def test_two_screens_do_not_disturb_each_other() -> None:
    one, other = screen("\x1b]0;one\x07\x1b[31mone\x07"), screen("other\x1b[6n", columns=30, rows=3)
    give(one, " more")
    assert lines(one)[0] == "one more"
    assert lines(other)[0] == "other"
    assert other.update() == []
    assert (one.title, other.title) == ("one", "")
    assert (one.bells, other.bells) == (1, 0)
    assert (one.take_replies(), other.take_replies()) == (b"", b"\x1b[1;6R")


# -- the cursor ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "cursor"),
    [
        ("ab", Cursor(2, 0, visible=True)),
        ("\x1b[3;7H", Cursor(6, 2, visible=True)),
        ("\x1b[99;99H", Cursor(19, 4, visible=True)),
        ("x" * 20, Cursor(19, 0, visible=True)),
        ("日\x1b[1;2H", Cursor(0, 0, visible=True)),
        ("\x1b[?25l", Cursor(0, 0, visible=False)),
        ("\x1b[?25l\x1b[?25h", Cursor(0, 0, visible=True)),
        ("\x1b[1 q", Cursor(0, 0, visible=True, shape="block", blinking=True)),
        ("\x1b[2 q", Cursor(0, 0, visible=True, shape="block")),
        ("\x1b[3 q", Cursor(0, 0, visible=True, shape="underline", blinking=True)),
        ("\x1b[4 q", Cursor(0, 0, visible=True, shape="underline")),
        ("\x1b[5 q", Cursor(0, 0, visible=True, shape="bar", blinking=True)),
        ("\x1b[6 q", Cursor(0, 0, visible=True, shape="bar")),
        ("\x1b[6 q\x1b[0 q", Cursor(0, 0, visible=True)),
        ("\x1b[4 q\x1b[ q", Cursor(0, 0, visible=True)),
        ("\x1b[2 q\x1bc", Cursor(0, 0, visible=True)),
    ],
)
def test_the_cursor(output: str, cursor: Cursor) -> None:
    assert screen(output).cursor == cursor


def test_the_shapes_of_the_core_are_in_the_order_written() -> None:
    prefix = "GHOSTTY_RENDER_STATE_CURSOR_VISUAL_STYLE_"
    names = ("BAR", "BLOCK", "UNDERLINE", "BLOCK_HOLLOW")
    assert [getattr(whole.lib, prefix + name) for name in names] == [0, 1, 2, module._HOLLOW_BLOCK]
    assert whole.lib.GHOSTTY_TERMINAL_CURSOR_STYLE_BLOCK_HOLLOW == module._HOLLOW_BLOCK
    assert module._SHAPES == ("bar", "block", "underline", "default")


# -- scrollback and the alternate screen --------------------------------------------------------


def test_lines_that_leave_the_screen_can_be_scrolled_back_to() -> None:
    shown = screen(numbered(0, 50))
    assert (shown.scrollback, shown.scrolled) == (46, 0)
    shown.scroll(-10)
    shown.update()
    assert lines(shown) == [f"line {number}" for number in range(36, 41)]
    assert shown.scrolled == 10
    assert not shown.cursor.visible
    shown.scroll(3)
    shown.update()
    assert lines(shown)[0] == "line 39"
    shown.scroll_to_top()
    shown.update()
    assert lines(shown)[0] == "line 0"
    assert shown.scrolled == 46
    shown.scroll_to_end()
    shown.update()
    assert lines(shown) == ["line 46", "line 47", "line 48", "line 49", ""]
    assert shown.scrolled == 0
    assert shown.cursor.visible


@pytest.mark.parametrize(("lines_down", "scrolled"), [(-(10**6), 46), (-(2**62), 46), (10**6, 0), (2**62, 0)])
def test_the_view_stops_at_either_end(lines_down: int, scrolled: int) -> None:
    shown = screen(numbered(0, 50))
    shown.scroll(-5)
    shown.scroll(lines_down)
    assert shown.scrolled == scrolled


def test_a_view_scrolled_back_stays_put_while_output_arrives() -> None:
    shown = screen(numbered(0, 50))
    shown.scroll(-10)
    shown.update()
    before = list(shown.rows)
    assert give(shown, numbered(50, 60)) == []
    assert shown.rows == before
    assert shown.scrolled == 20
    shown.scroll_to_end()
    shown.update()
    assert lines(shown) == ["line 56", "line 57", "line 58", "line 59", ""]


def test_a_view_whose_lines_are_given_up_shows_the_oldest_that_are_left() -> None:
    shown = screen(numbered(0, 5_000), 80, 5, scrollback=100)
    shown.scroll_to_top()
    give(shown, numbered(5_000, 20_000))
    assert shown.scrolled == shown.scrollback
    assert lines(shown)[0] == f"line {20_000 - 4 - shown.scrollback}"


def test_a_view_at_the_end_follows_the_output() -> None:
    shown = screen(numbered(0, 50))
    give(shown, numbered(50, 60))
    assert shown.scrolled == 0
    assert lines(shown)[-2] == "line 59"


@pytest.mark.parametrize("columns", [1, 8, 20, 80, 120, 300])
def test_as_many_lines_are_kept_as_promised_however_long_the_output(columns: int) -> None:
    shown = screen("", columns=columns, rows=24, scrollback=2_000)
    full = ("x" * (columns - 1) + "\r\n").encode() * 500
    for _ in range(30):
        shown.feed(full)
        kept = shown.scrollback
    assert kept >= 2_000


def test_no_scrollback_keeps_no_line() -> None:
    assert screen(numbered(0, 2000), scrollback=0).scrollback == 0


def test_the_alternate_screen_comes_and_goes_without_a_trace() -> None:
    shown = screen(numbered(0, 20) + "prompt")
    before, kept = list(shown.rows), shown.scrollback
    give(shown, "\x1b[?1049h\x1b[2J\x1b[H" + numbered(100, 150))
    assert shown.alternate
    assert lines(shown)[-2] == "line 149"
    assert shown.scrollback == 0
    shown.scroll(-5)
    assert shown.scrolled == 0
    give(shown, "\x1b[?1049l")
    assert not shown.alternate
    assert shown.rows == before
    assert shown.scrollback == kept


# -- sizes --------------------------------------------------------------------------------------


def test_lines_flow_into_a_new_width_and_back() -> None:
    shown = screen("abcdefghijklmno\r\nz", columns=10, rows=3)
    assert lines(shown) == ["abcdefghij", "klmno", "z"]
    shown.resize(Size(20, 3))
    assert shown.update() == [0, 1, 2]
    assert lines(shown) == ["abcdefghijklmno", "z", ""]
    shown.resize(Size(5, 3))
    shown.update()
    assert lines(shown) == ["fghij", "klmno", "z"]
    assert shown.scrollback == 1
    shown.resize(Size(10, 3))
    shown.update()
    assert lines(shown) == ["abcdefghij", "klmno", "z"]
    assert shown.cursor == Cursor(1, 2, visible=True)


def test_wide_and_styled_text_flows_too() -> None:
    shown = screen("\x1b[31m日本語\x1b[32mabcdef", columns=12, rows=2)
    shown.resize(Size(5, 4))
    shown.update()
    assert lines(shown) == ["日本", "語abc", "def", ""]
    assert [run.style.foreground for run in shown.rows[1]] == [1, 2]


def test_the_alternate_screen_is_cut_instead() -> None:
    shown = screen("\x1b[?1049h\x1b[Habcdefghij\r\nnext", columns=10, rows=3)
    shown.resize(Size(5, 3))
    shown.update()
    assert lines(shown) == ["abcde", "next", ""]


def test_the_same_size_again_changes_nothing() -> None:
    shown = screen("text")
    shown.resize(Size(20, 5))
    assert shown.update() == []
    assert lines(shown)[0] == "text"


def test_a_narrow_moment_costs_no_scrollback() -> None:
    shown = screen("".join(f"{number} {'x' * 60}\r\n" for number in range(2500)), 80, 24, scrollback=2_000)
    kept = shown.scrollback
    assert kept >= 2_000
    shown.resize(Size(20, 24))
    give(shown, "\r\n" * 100)
    shown.resize(Size(80, 24))
    assert shown.scrollback >= kept


def test_a_screen_made_wider_keeps_as_many_lines_as_one_that_always_was() -> None:
    shown = screen("", 20, 24, scrollback=2_000)
    shown.resize(Size(200, 24))
    for _ in range(10):
        shown.feed((("x" * 199) + "\r\n").encode() * 500)
    assert shown.scrollback >= 2_000


def test_the_smallest_screen() -> None:
    shown = screen("hello日\x1b[31mé\r\nx", 1, 1)
    assert lines(shown) == ["x"]
    assert shown.cursor == Cursor(0, 0, visible=True)
    sound(shown)


def test_a_large_screen() -> None:
    shown = screen("x" * 500 * 200, 500, 200)
    assert lines(shown) == ["x" * 500] * 200
    assert shown.cursor == Cursor(499, 199, visible=True)
    assert give(shown, "\x1b[200;500H\x1b[1my") == [199]


# -- what the program asked for -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "on", "off"),
    [
        ("alternate", "\x1b[?1049h", "\x1b[?1049l"),
        ("alternate", "\x1b[?47h", "\x1b[?47l"),
        ("mouse_tracking", "\x1b[?9h", "\x1b[?9l"),
        ("mouse_tracking", "\x1b[?1000h", "\x1b[?1000l"),
        ("mouse_tracking", "\x1b[?1003h", "\x1bc"),
        ("kitty_keyboard", "\x1b[>1u", "\x1b[<u"),
        ("kitty_keyboard", "\x1b[=5u", "\x1b[=0u"),
        ("bracketed_paste", "\x1b[?2004h", "\x1b[?2004l"),
        ("focus_reports", "\x1b[?1004h", "\x1b[?1004l"),
        ("alternate_scroll", "\x1b[?1007h", "\x1b[?1007l"),
        ("held", "\x1b[?2026h", "\x1b[?2026l"),
        ("held", "\x1b[?2026h", "\x1bc"),
    ],
)
def test_a_wish_is_known_until_it_is_taken_back(asked: str, on: str, off: str) -> None:
    shown = screen(on)
    assert getattr(shown, asked) is True
    shown.feed(off.encode())
    assert getattr(shown, asked) is False


def test_a_program_that_asked_for_nothing_gets_nothing() -> None:
    shown = screen()
    wishes = ("alternate", "mouse_tracking", "kitty_keyboard", "bracketed_paste", "focus_reports", "held")
    assert [wish for wish in wishes if getattr(shown, wish)] == []


def test_bells_are_counted() -> None:
    shown = screen("a\x07b\x07")
    assert shown.bells == 2
    give(shown, "\x1b]0;the end of a title is no bell\x07")
    assert shown.bells == 2


@pytest.mark.parametrize(
    ("output", "title"),
    [
        ("\x1b]0;both\x07", "both"),
        ("\x1b]2;just the title\x1b\\", "just the title"),
        ("\x1b]2;Gr\u00fc\u00dfe \u65e5\u672c \u4e1c\x07", "Grüße 日本 东"),
        ("\x1b]1;just the icon\x07", ""),
        ("\x1b]2;one\x07\x1b]2;two\x07", "two"),
        ("\x1b]2;one\x07\x1b]2;\x07", ""),
        ("\x1b]2;one\x07\x1bc", ""),
        ("\x1b]2;  room  \x07", "room"),
        ("\x1b]2;a\u202eb\u2028c\u009bd\u00a0e\u200bf\x07", "a b c d e f"),
    ],
)
def test_the_title(output: str, title: str) -> None:
    assert screen(output).title == title


def test_a_reset_takes_the_title_away_later_too() -> None:
    shown = screen("\x1b]2;one\x07")
    give(shown, "\x1bc")
    assert shown.title == ""


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_a_title_has_nothing_that_a_terminal_would_act_upon(title: str) -> None:
    assert screen(f"\x1b]2;{title}\x07").title.isprintable()


# -- replies ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("\x1b[c", "\x1b[?62;22c"),
        ("\x1b[>c", "\x1b[>1;0;0c"),
        ("\x1b[5n", "\x1b[0n"),
        ("\x1b[6n", "\x1b[1;1R"),
        ("\x1b[3;7H\x1b[6n", "\x1b[3;7R"),
        ("\x1b]10;?\x07", "\x1b]10;rgb:d0d0/d0d0/d0d0\x07"),
        ("\x1b]11;?\x1b\\", "\x1b]11;rgb:1010/1010/1010\x1b\\"),
        ("\x1b[14t", "\x1b[4;80;160t"),
        ("\x1b[16t", "\x1b[6;16;8t"),
        ("\x1b[18t", "\x1b[8;5;20t"),
        ("\x1b[?996n", "\x1b[?997;1n"),
        ("\x1b[?2004$p", "\x1b[?2004;2$y"),
        ("\x1b[?2004h\x1b[?2004$p", "\x1b[?2004;1$y"),
        ("\x1b[?2026$p", "\x1b[?2026;2$y"),
        ("\x1b[?2027$p", "\x1b[?2027;1$y"),
        ("\x1b[?9999$p", "\x1b[?9999;0$y"),
        ("\x1b[4$p", "\x1b[4;2$y"),
        ("\x1bP$qm\x1b\\", "\x1bP1$r0m\x1b\\"),
        ("\x1b[?u", "\x1b[?0u"),
        ("\x1b[>5u\x1b[?u", "\x1b[?5u"),
        ("\x1b[5n\x1b[6n", "\x1b[0n\x1b[1;1R"),
    ],
)
def test_a_question_is_answered(question: str, answer: str) -> None:
    assert reply(question) == answer.encode()


def test_replies_are_taken_once() -> None:
    shown = screen("\x1b[5n")
    assert shown.take_replies() == b"\x1b[0n"
    assert shown.take_replies() == b""


def test_a_new_size_is_what_is_answered_then() -> None:
    shown = screen()
    shown.resize(Size(33, 7))
    shown.feed(b"\x1b[18t\x1b[14t")
    width, height = CELL_PIXELS
    assert shown.take_replies() == f"\x1b[8;7;33t\x1b[4;{7 * height};{33 * width}t".encode()


def test_a_program_that_wants_to_hear_of_sizes_hears_of_them() -> None:
    shown = screen("\x1b[?2048h")
    shown.take_replies()
    shown.resize(Size(30, 6))
    assert shown.take_replies() == b"\x1b[48;6;30;96;240t"


def test_the_colours_answered_are_dark_as_the_scheme_answered_is() -> None:
    assert sum(BACKGROUND) < sum(FOREGROUND)
    assert whole.lib.GHOSTTY_COLOR_SCHEME_DARK == 1


# -- what a hostile program cannot do -----------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "\x1b]2;rm -rf /\r\x07\x1b[21t",
        "\x1b]1;icon\x07\x1b[20t",
        "\x1b]52;c;?\x07",
        "\x1b]52;p;?\x1b\\",
        "\x1b]5522;type=read:id=name;dGV4dC9wbGFpbg==\x1b\\",
        "\x05",
        "\x1b_Ga=q,i=1,f=32,s=1,v=1,t=d;AAAAAA==\x1b\\",
        "\x1bP+q544e\x1b\\",
        "\x1b[1;1;1;1;1;1*y",
    ],
    ids=ascii,
)
def test_what_could_type_for_the_program_or_tell_of_this_machine_is_not_answered(question: str) -> None:
    assert reply(question) == b""


def image(medium: str, name: str) -> bytes:
    """An image that the terminal is to fetch itself from a file or from shared memory."""
    return f"\x1b_Ga=T,i=1,f=32,s=1,v=1,t={medium};{base64.b64encode(name.encode()).decode()}\x1b\\".encode()


def test_no_image_is_fetched_from_a_file(tmp_path: Path) -> None:
    # A temporary file is deleted once read, so its life tells whether it was.
    file = tmp_path / "tty-graphics-protocol-image"
    file.write_bytes(bytes(4))
    shown = screen(image("f", str(file)) + image("t", str(file)))
    assert file.exists()
    assert shown.take_replies() == b""

    reader = Terminal(20, 5)
    folder = whole.ffi.new("uint8_t[]", str(tmp_path).encode())
    allowed = whole.ffi.new("GhosttyString*", {"ptr": folder, "len": len(folder)})
    option = whole.lib.GHOSTTY_TERMINAL_OPT_KITTY_IMAGE_MEDIUM_TEMP_FILE
    assert whole.lib.ghostty_terminal_set(reader._t[0], option, allowed) == 0
    reader.feed(image("t", str(file)))
    assert not file.exists(), "a terminal that may read it does not delete it: this test shows nothing"


def test_no_image_is_fetched_from_shared_memory() -> None:
    memory = SharedMemory(create=True, size=4)
    try:
        assert screen(image("s", f"/{memory.name}")).take_replies() == b""
        SharedMemory(memory.name).close()  # still there: the core unlinks what it read
    finally:
        memory.close()
        memory.unlink()


@pytest.mark.parametrize(
    ("uri", "link"),
    [
        (b"https://e.example/a?b=c#d", "https://e.example/a?b=c#d"),
        (b"https://e.example/" + b"a" * 1000, "https://e.example/" + "a" * 1000),
        (b"file:///etc/passwd", "file:///etc/passwd"),
        ("https://e.example/é".encode(), ""),
        (b"https://e.example/\xff", ""),
        (b"https://e.example/\x9c\x9b31m", ""),
        ("https://\u202eelpmaxe.e/".encode(), ""),
        (b"", ""),
    ],
)
def test_an_address_is_passed_on_if_it_is_plain_ascii(uri: bytes, link: str) -> None:
    assert links(b"\x1b]8;;" + uri + b"\x1b\\text\x1b]8;;\x1b\\")[0] == link


@pytest.mark.parametrize("control", [*range(0x20), 0x7F, *range(0x80, 0xA0), 0xAD])
def test_no_control_character_is_passed_on_in_an_address(control: int) -> None:
    assert module._address(b"https://e.example/" + bytes([control]) + b"x") == ""
    shown = screen(b"\x1b]8;;https://e.example/" + bytes([control]) + b"x\x1b\\text\x1b]8;;\x1b\\")
    sound(shown)


@pytest.mark.parametrize("length", [1900, 2030, 2048, 2049, 5000, 100_000])
def test_a_long_address_is_whole_or_none(length: int) -> None:
    uri = "https://e.example/".ljust(length, "a")
    assert links(f"\x1b]8;;{uri}\x1b\\text\x1b]8;;\x1b\\")[0] in (uri, "")


def test_addresses_side_by_side_are_told_apart() -> None:
    output = "".join(f"\x1b]8;;https://e.example/{n}\x07{n}{n}" for n in range(3)) + "\x1b]8;;\x07plain"
    assert screen(output, 12).rows[0] == (
        Run("00", 2, link="https://e.example/0"),
        Run("11", 2, link="https://e.example/1"),
        Run("22", 2, link="https://e.example/2"),
        Run("plain ", 6),
    )


def test_the_same_text_with_another_address_is_another_row() -> None:
    shown = screen("\x1b]8;;https://a.example/\x07x\r")
    assert give(shown, "\x1b]8;;https://b.example/\x07x\r") == [0]
    assert shown.rows[0][0].link == "https://b.example/"


def test_an_address_is_found_in_the_scrollback_too() -> None:
    shown = screen("\x1b]8;;https://e.example/\x07top\x1b]8;;\x07\r\n" + numbered(0, 50))
    shown.scroll_to_top()
    shown.update()
    assert shown.rows[0][0] == Run("top", 3, link="https://e.example/")


def test_random_bytes_leave_a_sound_screen() -> None:
    generator = random.Random(2027)  # noqa: S311 - the same at each run
    shown = screen("", 120, 40)
    for _ in range(128):
        give(shown, generator.randbytes(16 * 1024))
        shown.take_replies()
    sound(shown)
    assert lines(screen("fine")) == ["fine", "", "", "", ""]


PIECES = [
    *SEQUENCES.values(),
    b"\x1b[?1049h",
    b"\x1b[?1049l",
    b"\x1b[2J\x1b[3J",
    b"\x1b[10L\x1b[5M\x1b[5P\x1b[5@",
    b"\x1b[?69h\x1b[3;9s",
    b"\x1b[?7l",
    b"\x1b[4h",
    b"\x1b[3b",
    b"\x1b]8;;https://e.example/\x07",
    b"\x1b[48;5;3m",
    "日本語".encode() * 20,
    "👩‍👩‍👧e\u0301".encode() * 9,
    b"text\r\n" * 30,
]
STEPS = st.one_of(
    st.sampled_from(PIECES),
    st.binary(max_size=40),
    st.tuples(st.just("resize"), st.integers(1, 60), st.integers(1, 20)),
    st.tuples(st.just("scroll"), st.integers(-50, 50)),
)


@given(st.lists(STEPS, max_size=25))
def test_whatever_happens_the_screen_stays_sound(steps: list[Any]) -> None:
    shown = screen()
    for step in steps:
        match step:
            case bytes():
                shown.feed(step)
            case "resize", columns, rows:
                shown.resize(Size(columns, rows))
            case "scroll", down:
                shown.scroll(down)
        sound(shown)


# -- memory -------------------------------------------------------------------------------------


def measured(name: str) -> Any:
    """A measure of tests.unit.vt.memory, taken in a process of its own."""
    command = [sys.executable, "-m", "tests.unit.vt.memory", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


resident_known = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="this system does not tell what a process has in memory"
)


@resident_known
def test_ten_thousand_lines_of_120_columns_are_kept_in_15_megabytes() -> None:
    pane = measured("scrollback")
    assert pane["oldest"] == "000000"
    assert pane["kept"] >= 10_000 - 40
    assert pane["grown"] <= 15


@resident_known
def test_a_flood_takes_no_more_and_keeps_as_many() -> None:
    pane = measured("flood")
    assert pane["kept"] >= 10_000
    assert pane["grown"] <= 15


@resident_known
def test_screens_that_are_gone_give_their_memory_back() -> None:
    measure = measured("freed")
    assert measure["each"] > 0.5, "a screen takes so little that losing 200 would not be seen"
    assert measure["grown"] <= 10 * measure["each"]


@resident_known
def test_a_sequence_that_never_ends_takes_little() -> None:
    grown = measured("unfinished")
    assert {name: size for name, size in grown.items() if size > 2.0} == {}
