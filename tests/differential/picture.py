"""What a terminal shows, in a form in which two terminals can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.vt.screen import Screen
from podboard.vt.style import DEFAULT, Style

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podboard.model.size import Size

Cell = tuple[str, Style]
Line = tuple[Cell, ...]

END: Final = b"\x18"
"""What every output ends with: a sequence that it leaves open would swallow what a witness is asked then."""

_LONG: Final = 30
_BLANK: Final[Cell] = (" ", DEFAULT)


class Picture(NamedTuple):
    """A screen at one moment.

    Attributes:
        lines: The characters of each row with their looks, one for each code point, so that combining
            characters follow what they stand on and a wide character counts once; blanks of no look at
            the end of a row are left out. Blanks count, so a character of another width moves what is
            drawn to the right of it.
        cursor: Column and row, 0 first; a cursor that waits behind the last column is in the last.
    """

    lines: tuple[Line, ...]
    cursor: tuple[int, int]
    visible: bool
    alternate: bool


def line(cells: Iterable[Cell]) -> Line:
    """A row, without the blanks at its end."""
    row = [(char, style) for text, style in cells for char in text]
    while row and row[-1] == _BLANK:
        row.pop()
    return tuple(row)


def shown(screen: Screen) -> Picture:
    """What podboard shows."""
    screen.update()
    cursor = screen.cursor
    rows = tuple(line((run.text, run.style) for run in row) for row in screen.rows)
    return Picture(rows, (cursor.column, cursor.row), cursor.visible, screen.alternate)


def show(size: Size, output: bytes) -> Picture:
    """What podboard shows of an output on a fresh screen."""
    screen = Screen(size)
    screen.feed(output + END)
    return shown(screen)


def difference(ours: Picture, theirs: Picture) -> tuple[str, str] | None:
    """How two screens differ, in a few words about each; None where they do not."""
    if ours == theirs:
        return None
    mine, others = [], []
    for y, (left, right) in enumerate(zip(ours.lines, theirs.lines, strict=True), 1):
        if left != right:
            mine.append(f"{y}: {_words(left, right)}")
            others.append(f"{y}: {_words(right, left)}")
            break
    for name in ("cursor", "visible", "alternate"):
        left_value, right_value = getattr(ours, name), getattr(theirs, name)
        if left_value != right_value:
            mine.append(f"{name} {left_value}")
            others.append(f"{name} {right_value}")
    return ", ".join(mine), ", ".join(others)


def _words(row: Line, other: Line) -> str:
    """A row beside ``other``: its text, and the first look in it that the other has not."""
    text = ascii("".join(char for char, _ in row))[1:-1]
    if len(text) > _LONG:
        text = f"{text[:_LONG]}..."
    for x, (char, style) in enumerate(row):
        # Where the other row ends, it has blanks of no look.
        there = other[x] if x < len(other) else _BLANK
        if char == there[0] and style != there[1]:
            return f"'{text}', {char!a} {_look(style)}"
    if [char for char, _ in row] == [char for char, _ in other[: len(row)]] and len(row) < len(other):
        return f"'{text}', then plain"
    return f"'{text}'"


def _look(style: Style) -> str:
    changed = [
        name if value is True else f"{name}={value}"
        for name, value, usual in zip(style._fields, style, DEFAULT, strict=True)
        if value != usual
    ]
    return " ".join(changed).replace(", ", ",") or "plain"
