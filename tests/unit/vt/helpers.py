"""What the tests of the terminal core share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podboard.model.size import Size
from podboard.vt.screen import Screen

if TYPE_CHECKING:
    from podboard.vt.screen import Row


def screen(output: bytes | str = b"", columns: int = 20, rows: int = 5, scrollback: int = 10_000) -> Screen:
    """A screen that was given a program's output and brought up to date."""
    made = Screen(Size(columns, rows), scrollback)
    give(made, output)
    return made


def give(given: Screen, output: bytes | str) -> list[int]:
    """Feed output, bring the screen up to date, and return the rows that changed."""
    given.feed(output.encode() if isinstance(output, str) else output)
    return given.update()


def line(row: Row) -> str:
    """A row's text, without the blanks at its end."""
    return "".join(run.text for run in row).rstrip()


def lines(shown: Screen) -> list[str]:
    """All rows' texts."""
    return [line(row) for row in shown.rows]


def reply(question: bytes | str) -> bytes:
    """What a fresh screen of 20 columns and 5 rows answers."""
    return screen(question).take_replies()
