"""From what stands on a screen to what should: replayed into a terminal, cell by cell and byte by byte."""

import random
import re

import pytest
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from podboard.model.size import Size
from podboard.ui.line.differ import Abilities, Move, abilities_of, find_move
from podboard.ui.line.grid import Row, blank
from podboard.ui.line.shadow import Shadow
from podboard.ui.look import Drawn
from podboard.vt.screen import Screen
from tests.support.cells import differences

SIZE = Size(40, 10)
CONSOLE = Console(force_terminal=True, color_system="truecolor")
ENTER = "\x1b[?1049h\x1b[?7l"

STYLES = [
    Style.parse(words)
    for words in (
        "bold",
        "red",
        "color(99)",
        "on rgb(1,2,3)",
        "reverse",
        "underline",
        "underline2",
        "italic green",
        "dim",
        "bold dim",
        "strike",
        "overline",
        "on color(9)",
        "conceal",
        "blink",
        "link http://a/b red",
        "link http://c",
    )
]
WORDS = (
    "a",
    "foo",
    "bar baz",
    "漢字",
    "é",
    "●",
    "✗",
    "     ",
    " " * 14,
    "x" * 10,
    "─" * 20,
    "👍",
    "↺ ok",
    "➜",
)


class Line:
    """A shadow, the terminal at the other end, and a second one that gets all that was meant.

    Attributes:
        written: What was written last.
        texts: The rows of a random session.
    """

    def __init__(self, size: Size = SIZE, abilities: Abilities = Abilities()) -> None:  # noqa: B008 - a value
        self.size = size
        self.shadow = Shadow(size, abilities)
        self.seen, self.meant = Screen(size), Screen(size)
        self.written = ""
        self.texts: list[str] = []
        self.write(ENTER)

    def write(self, text: str) -> str:
        """Let Textual write; returns what the terminal was sent."""
        self.meant.feed(text.replace("\n", "\r\n").encode())
        self.written = self.shadow.write(text) + self.shadow.change()
        self.seen.feed(self.written.encode())
        return self.written

    def check(self) -> None:
        """The terminal shows what was meant, and the cursor is where it should be."""
        assert differences(self.seen, self.meant) == []
        cursor, meant = self.seen.cursor, self.meant.cursor
        assert cursor.visible == meant.visible
        if meant.visible:
            assert (cursor.column, cursor.row) == (meant.column, meant.row)


def at(row: int, column: int, text: str = "") -> str:
    """Text in its place, both counted from 0."""
    return f"\x1b[{row + 1};{column + 1}H{text}"


def screenful(*rows: str) -> str:
    """A whole screen of rows, and the cursor behind the last."""
    lines = [at(y, 0, row.ljust(SIZE.columns)) for y, row in enumerate(rows)]
    return "".join(lines) + at(len(rows) - 1, len(rows[-1]))


def numbers(first: int) -> list[str]:
    """A screen of different rows."""
    return [f"line {number} of many" for number in range(first, first + SIZE.rows)]


# -- the fewest bytes -----------------------------------------------------------------------


@pytest.fixture
def line() -> Line:
    return Line()


def test_a_typed_character_is_a_byte(line: Line) -> None:
    line.write(at(3, 0, "$ ") + at(3, 2))
    assert line.write(at(3, 0, "$ a") + at(3, 3)) == "a"
    assert line.write(at(3, 0, "$ ab") + at(3, 4)) == "b"
    line.check()


def test_what_is_there_is_not_written_again(line: Line) -> None:
    frame = screenful(*numbers(0))
    line.write(frame)
    assert line.write(frame) == ""
    assert line.write("\x1b[?2026h" + frame) == ""
    assert line.write("\x1b[?2026l") == ""


def test_a_frame_is_written_when_it_is_whole(line: Line) -> None:
    assert line.write("\x1b[?2026h" + at(0, 0, "half")) == ""
    assert "half done" in line.write(at(0, 4, " done") + "\x1b[?2026l")
    line.check()


def test_a_scrolled_line_is_moved_and_not_written(line: Line) -> None:
    line.write(screenful(*numbers(0)))
    assert line.write(screenful(*numbers(1))) == "\x1bD\rline 10 of many"
    line.check()


def test_rows_move_down_and_between_others(line: Line) -> None:
    line.write(screenful("head", *numbers(0)[1:9], "foot"))
    line.write(screenful("head", "new", *numbers(0)[1:8], "foot"))
    assert len(line.written) < 24
    line.check()


def test_the_end_of_a_row_is_erased(line: Line) -> None:
    line.write(at(0, 0, "a long sentence that ends here") + at(9, 0))
    assert line.write(at(0, 6, " " * 34) + at(9, 0)) == "\x1b[1;8H\x1b[K\x1b[10H"
    line.check()


def test_the_middle_of_a_row_is_erased(line: Line) -> None:
    line.write(at(0, 0, "one" + "x" * 20 + "two") + at(0, 0))
    assert line.write(at(0, 3, " " * 20) + at(0, 0)) == "one\x1b[20X\r"
    line.check()


def test_a_row_that_differs_at_both_ends_is_not_written_between(line: Line) -> None:
    line.write(at(0, 0, "A" + "m" * 30 + "A") + at(5, 0))
    assert line.write(at(0, 0, "B" + "m" * 30 + "B") + at(5, 0)) == "\x1b[HB\x1b[30CB\x1b[6H"
    line.check()


def test_erased_cells_have_the_default_colour(line: Line) -> None:
    line.write(at(0, 0, "x" * 30))
    line.write(at(1, 0, "\x1b[41mred\x1b[0m") + at(0, 3, " " * 27))
    line.check()


def test_a_cursor_nobody_sees_is_left_where_it_is(line: Line) -> None:
    line.write("\x1b[?25l")
    assert line.write(at(7, 7)) == ""
    assert line.write("\x1b[?25h") == "\x1b[8;8H\x1b[?25h"
    assert line.write("\x1b[?25h") == ""


def test_a_long_change_is_shown_whole(line: Line) -> None:
    assert "?2026" not in line.write(at(0, 0, "short"))
    line = Line(Size(200, 50))
    written = line.write("".join(at(y, 0, "ab" * 100) for y in range(50)))
    assert written.startswith("\x1b[?2026h")
    assert written.endswith("\x1b[?25h\x1b[?2026l")
    line.check()


# -- what is uncertain ----------------------------------------------------------------------


def test_the_column_behind_a_doubtful_width_is_told(line: Line) -> None:
    line.write(at(0, 0, "漢字ab👨‍👩‍👧cd✗ef"))
    assert line.written.count("\x1b[") == len(("漢字", "👨‍👩‍👧", "✗"))
    assert "\x1b[5Gab" in line.written
    line.check()


@pytest.mark.parametrize("text", ["❤️xy", "a❤️❤️z", "👨‍👩‍👧👍", "字❤️"])
def test_nothing_is_left_over_where_a_wide_character_is_a_narrow_one(line: Line, text: str) -> None:
    line.seen.feed(b"\x1b[?2027l")
    line.write(at(2, 30, "bcdefg"))
    line.write(at(2, 30, f"{text}     "))
    line.seen.update()
    row = "".join(run.text for run in line.seen.rows[2])
    assert not set("bcdefg") & set(row)


@pytest.mark.parametrize("before", ["漢字漢字", "a漢字漢b", "abcdefgh"])
@pytest.mark.parametrize("after", ["漢字漢字", "a漢字漢b", "abcdefgh", "a字字漢b", "        "])
def test_wide_characters_replace_each_other(line: Line, before: str, after: str) -> None:
    line.write(at(2, 5, before) + at(2, 13, "|"))
    line.write(at(2, 5, after) + at(2, 13, "|"))
    line.check()


def test_the_last_column_is_written_and_left(line: Line) -> None:
    line.write(at(0, 38, "ab") + at(1, 0, "c") + at(9, 38, "yz"))
    line.check()
    line.write(at(9, 38, "zz") + at(9, 39))
    line.check()


def test_a_row_is_drawn_as_textual_would_write_it(line: Line) -> None:
    drawn = Drawn([("red ", Style.parse("bold red")), ("漢 plain", None)], 12)
    strip = drawn.strip
    assert strip.cell_length == cell_len(strip.text)
    line.shadow.grid.draw(2, 4, drawn, ColorSystem.TRUECOLOR)
    line.seen.feed(line.shadow.change().encode())
    line.meant.feed((at(2, 4) + strip.render(CONSOLE)).encode())
    assert differences(line.seen, line.meant) == []
    assert line.write(at(2, 4) + strip.render(CONSOLE) + at(0, 0)) in ("", "\x1b[H")


# -- the whole screen -----------------------------------------------------------------------


def test_the_whole_screen_is_written_when_nothing_is_known(line: Line) -> None:
    line.write(screenful(*numbers(0)))
    line.seen.feed(b"\x1b[2;5r\x1b[?6h\x1b[41m\x1b[H\x1b[Jgarbage of others\x1b[?6l")
    line.shadow.forget()
    line.write("")
    line.check()


@pytest.mark.parametrize("size", [Size(20, 5), Size(80, 24), SIZE])
def test_another_size_is_followed(line: Line, size: Size) -> None:
    line.write(screenful(*numbers(0)))
    line.shadow.resize(size)
    line.seen, line.meant = Screen(size), Screen(size)
    line.meant.feed(ENTER.encode())
    line.write(
        "\x1b[?7l" + "".join(at(y, 0, f"row {y}".ljust(size.columns)) for y in range(size.rows)) + at(0, 0)
    )
    line.check()


def test_a_screen_that_is_not_ours_is_not_drawn_on(line: Line) -> None:
    left = line.write("\x1b[31m" + at(0, 0, "x") + "\x1b[?1049l\x1b[?25h")
    assert left.endswith("\x1b[r\x1b[?1049l\x1b[?25h")
    assert line.write(at(3, 3, "late") + "\x07") == "\x07"
    assert "late" in line.write("\x1b[?1049h")


def test_what_does_not_draw_is_passed_on(line: Line) -> None:
    for sequence in (
        "\x07",
        "\x1b]52;c;eA==\x07",
        "\x1b[?2004h",
        "\x1b[>25u",
        "\x1b[?2026$p",
        "\x1b[2 q",
        "\x1b]2;t\x1b\\",
    ):
        assert line.write(sequence) == sequence


def test_controls_that_are_no_sequence_are_left_out(line: Line) -> None:
    line.write(at(0, 0, "a\tb\x08c\x9b31md"))
    assert not {"\t", "\x08", "\x9b"} & set(line.written)


def test_colours_without_end_find_room() -> None:
    line = Line(Size(60, 4))
    for first in range(0, 60_000, 240):
        cells = [f"\x1b[38;2;{n >> 16};{n >> 8 & 255};{n & 255}mx" for n in range(first, first + 240)]
        line.write("".join(at(y, 0, "".join(cells[y * 60 : y * 60 + 60])) for y in range(4)) + "\x1b[0m")
    line.check()
    assert len(line.shadow.grid.alphabet.pens) < 50_000


# -- terminals that lack something ----------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "abilities"),
    [
        ("xterm-256color", Abilities()),
        ("tmux-256color", Abilities()),
        ("screen", Abilities()),
        ("linux", Abilities()),
        ("vt100", Abilities(erases=False, goes=False, colors=False)),
        ("vt220", Abilities(erases=True, goes=False, colors=False)),
        ("xterm-m", Abilities(colors=False)),
    ],
)
def test_what_a_terminal_can_is_told_by_its_name(term: str, abilities: Abilities) -> None:
    assert abilities_of(term) == abilities


def test_a_terminal_gets_nothing_it_does_not_know() -> None:
    line = Line(abilities=abilities_of("vt100"))
    chance = random.Random(1)  # noqa: S311 - the same every time
    for _ in range(100):
        written = line.write(_frame(chance, line))
        assert set(re.findall(r"\x1b\[\??[0-9;]*(.)", written)) <= set("mHKrJhl")
        assert not re.search(r"\x1b\[[0-9;]*[34][0-7][;m]", written)


# -- moves ----------------------------------------------------------------------------------


def rows_of(*texts: str) -> list[Row]:
    """Rows as they are compared."""
    empty = blank(20)
    return [Row(text.ljust(20), empty.looks) for text in texts]


def test_a_move_is_found_where_most_rows_stand_elsewhere() -> None:
    shown = rows_of("head", "one 1", "two 2", "three 3", "four 4", "five 5", "foot")
    up = rows_of("head", "two 2", "three 3", "four 4", "five 5", "six 6", "foot")
    down = rows_of("head", "zero 0", "one 1", "two 2", "three 3", "four 4", "foot")
    assert find_move(shown, up, range(1, 6)) == Move(1, 6, 1)
    assert find_move(shown, down, range(1, 6)) == Move(1, 6, -1)
    assert find_move(shown, rows_of(*"abcdefg"), range(7)) is None


def test_nothing_is_moved_where_it_would_save_nothing() -> None:
    assert find_move(rows_of("a", "b"), rows_of("b", "c"), range(2)) is None


# -- long sessions --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_long_random_sessions_end_as_they_were_meant(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same every time
    size = Size(chance.randint(4, 60), chance.randint(3, 20))
    line = Line(size, Abilities(erases=bool(seed % 2), goes=bool(seed % 3)))
    for _ in range(40):
        line.write(_frame(chance, line))
        line.check()


def _frame(chance: random.Random, line: Line) -> str:
    """Something a person could see next: rows that moved, new ones, some cells, the cursor."""
    rows, columns = line.size.rows, line.size.columns
    what = chance.random()
    if what < 0.1:
        return chance.choice(("\x1b[?25h", "\x1b[?25l"))
    cursor = at(chance.randrange(rows), chance.randrange(columns))
    line.texts = texts = line.texts or [_strip(chance, columns).render(CONSOLE) for _ in range(rows)]
    if what < 0.5:
        by = chance.choice((1, 1, 1, 2, 3, -1, -2))
        texts[:] = texts[by:] + texts[:by]
    for _ in range(chance.choice((0, 1, 1, 2, rows))):
        texts[chance.randrange(rows)] = _strip(chance, columns).render(CONSOLE)
    return "".join(at(y, 0, " " * columns) + at(y, 0, text) for y, text in enumerate(texts)) + cursor


def _strip(chance: random.Random, columns: int) -> Strip:
    segments = [
        Segment(chance.choice(WORDS), chance.choice(STYLES) if chance.random() < 0.5 else None)
        for _ in range(chance.randint(0, 6))
    ]
    strip = Strip(segments)
    return strip if strip.cell_length <= columns else strip.crop(0, columns)
