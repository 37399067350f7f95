"""What a terminal keeps: its rows, lines and text."""

import pytest

from podboard.vt.history import History, Place
from tests.unit.vt.helpers import give, screen


def history(output: str, columns: int = 20, rows: int = 5) -> History:
    return History(screen(output, columns, rows))


def test_rows_are_counted_from_the_oldest() -> None:
    shown = screen("".join(f"line {number}\r\n" for number in range(10)))
    read = History(shown)
    assert (read.rows, read.top, read.columns) == (11, 6, 20)
    assert "".join(read.characters(0)).rstrip() == "line 0"
    shown.scroll(-4)
    assert read.top == 2


def test_text_is_of_lines_as_they_were_written() -> None:
    read = history("a line that is longer than a row\r\n\r\nshort  \r\n")
    assert read.whole() == "a line that is longer than a row\n\nshort"
    assert read.whole(unwrap=False) == "a line that is longe\nr than a row\n\nshort"


@pytest.mark.parametrize(
    ("first", "last", "is_block", "text"),
    [
        (Place(0, 2), Place(0, 3), False, "cd"),
        (Place(0, 8), Place(1, 1), False, "ij\n01"),
        (Place(1, 1), Place(0, 8), False, "ij\n01"),
        (Place(0, 2), Place(2, 3), True, "cd\n23\nCD"),
        (Place(2, 3), Place(0, 2), True, "cd\n23\nCD"),
        (Place(0, 0), Place(2, 19), False, "abcdefghij\n0123456789\nABCDEFGHIJ"),
    ],
)
def test_text_of_a_part(*, first: Place, last: Place, is_block: bool, text: str) -> None:
    assert history("abcdefghij\r\n0123456789\r\nABCDEFGHIJ").text(first, last, is_block=is_block) == text


def test_characters_are_one_a_column() -> None:
    read = history("a\u6f22e\u0301\U0001f469\u200d\U0001f4bb.", 8)
    assert read.characters(0) == ["a", "\u6f22", "", "e\u0301", "\U0001f469\u200d\U0001f4bb", "", ".", " "]


def test_where_a_wide_character_had_no_room_is_nothing() -> None:
    read = history("abcd\u6f22x", 5)
    assert read.characters(0) == ["a", "b", "c", "d", ""]
    assert read.characters(1)[:3] == ["\u6f22", "", "x"]
    assert read.line(0) == read.line(1) == range(2)
    assert read.places(range(2))[:6] == [
        *(Place(0, column) for column in range(4)),
        Place(1, 0),
        Place(1, 2),
    ]


def test_lines_know_their_rows() -> None:
    read = history("x" * 50 + "\r\nshort\r\n")
    assert [read.is_continued(row) for row in range(5)] == [True, True, False, False, False]
    assert read.line(1) == range(3)
    assert read.line(3) == range(3, 4)


def test_prompts_are_marked_by_the_shell() -> None:
    read = history("\x1b]133;A\x1b\\$ \x1b]133;B\x1b\\ls\r\n\x1b]133;C\x1b\\out\r\n\x1b]133;A\x1b\\$ ")
    assert [row for row in range(read.rows) if read.is_prompt(row)] == [0, 2]


def test_links_are_found_at_their_places() -> None:
    read = history("\x1b]8;;https://example.test/\x1b\\here\x1b]8;;\x1b\\ no")
    assert read.links(0) == ["https://example.test/"] * 4 + [""] * 16


def test_a_link_that_is_unfit_is_none() -> None:
    assert not any(history("\x1b]8;;https://ex\u00e4mple.test/\x1b\\here\x1b]8;;\x1b\\").links(0))


def test_a_link_that_looks_like_another_is_none_here_either() -> None:
    link = "\x1b]8;;https://evil.test/\x1b\\{}\x1b]8;;\x1b\\"
    assert not any(history(link.format("good.test/\u6f22")).links(0))
    assert any(history(link.format("here \u6f22")).links(0))


def test_a_bookmark_goes_with_its_row() -> None:
    shown = screen("x" * 30 + "\r\nhere\r\n", 10)
    bookmark = History(shown).bookmark(3)
    assert bookmark.row == 3
    shown.resize(shown.size._replace(columns=30))
    assert bookmark.row == 1


def test_a_bookmark_notices_that_old_rows_are_given_up() -> None:
    shown = screen("", 80, 5, scrollback=100)
    for number in range(20_000):
        shown.feed(f"line {number}\r\n".encode())
    read = History(shown)
    row = read.rows - 3
    bookmark, text = read.bookmark(row), "".join(read.characters(row))
    for _ in range(100):
        give(shown, "more\r\n" * 100)
        if bookmark.row != row:
            break
    assert bookmark.row is not None
    assert bookmark.row < row
    assert "".join(read.characters(bookmark.row)) == text


def test_what_is_remembered_for_nobody_is_forgotten() -> None:
    shown = screen("line\r\n" * 10)
    read = History(shown)
    kept, given_up = read.bookmark(2), read.bookmark(3)
    del given_up
    assert len(shown.unused) == 1
    give(shown, "more\r\n")
    assert not shown.unused
    assert read.bookmark(1).row == 1
    assert len(shown.unused) == 1
    assert read.bookmark(4).row == 4
    assert len(shown.unused) == 1
    assert kept.row == 2


def test_text_longer_than_reckoned_is_read_whole() -> None:
    cluster = "e" + "\u0301" * 30
    read = history(cluster * 20)
    assert read.text(Place(0, 0), Place(0, 19)) == cluster * 20


def test_the_cursor_is_where_the_program_has_it() -> None:
    read = history("".join(f"line {number}\r\n" for number in range(10)) + "$ ls")
    assert read.cursor == Place(10, 4)
    assert history("abc\x1b[?25l\x1b[H").cursor == Place(0, 0)
    assert history("x" * 20).cursor == Place(0, 19)


def test_the_shell_says_where_a_prompt_is() -> None:
    shown = screen("\x1b]133;A\x1b\\$ \x1b]133;B\x1b\\ls")
    read = History(shown)
    assert read.is_at_prompt
    shown.feed(b"\r\n\x1b]133;C\x1b\\out\r\n")
    assert not read.is_at_prompt
