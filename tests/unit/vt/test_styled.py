"""What a terminal keeps, as bytes for another."""

import re

from podboard.model.size import Size
from podboard.vt.history import History
from podboard.vt.screen import Screen
from podboard.vt.styled import styled_text

MOST = 1 << 20

SAID = (
    b"\x1b[1;31mred\x1b[0m plain \x1b[38;2;1;2;3;48;5;200mrgb\x1b[0m \xe6\xbc\xa2\xe5\xad\x97\r\n"
    b"\x1b]8;;http://example.org\x07link\x1b]8;;\x07 \x1b[4:3;9mcurly\x1b[0m\r\n"
    b"\x1b]0;a title\x07\x07\x1b[?2004h\x1b[6n" + b"long " * 40 + b"\r\n\x1b[44m  \x1b[0m\r\nweb:~$ "
)


def screen(*said: bytes, columns: int = 80, rows: int = 24) -> Screen:
    made = Screen(Size(columns, rows))
    for data in said:
        made.feed(data)
    made.update()
    return made


def test_another_terminal_shows_the_same() -> None:
    again = screen(styled_text(screen(SAID), MOST))
    assert again.rows[0] == screen(SAID).rows[0]
    assert History(again).whole() == History(screen(SAID)).whole()
    assert again.cursor.column == len("web:~$ ")


def test_lines_that_were_broken_flow_into_another_width() -> None:
    again = screen(styled_text(screen(SAID, columns=30), MOST), columns=120)
    assert History(again).whole() == History(screen(SAID, columns=120)).whole()


def test_nothing_but_text_and_looks_is_kept() -> None:
    kept = styled_text(screen(SAID), MOST)
    rest = re.sub(rb"\x1b\[[0-9;:]*m", b"", kept)
    assert b"\x1b" not in rest
    assert b"\x07" not in rest
    again = screen(kept)
    assert (again.title, again.bells, again.bracketed_paste, again.take_replies()) == ("", 0, False, b"")


def test_what_has_scrolled_away_is_kept_too_the_latest_if_it_is_too_much() -> None:
    lines = screen(*(b"line %d\r\n" % number for number in range(3000)))
    whole = styled_text(lines, MOST)
    assert whole.startswith(b"line 0\r\nline 1\r\n")
    latest = styled_text(lines, 1000)
    assert len(latest) <= 1000
    assert latest.startswith(b"line 2")
    assert whole.endswith(latest)
