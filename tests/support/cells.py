"""What a screen shows, cell by cell, for comparing one with another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from podboard.vt.style import DEFAULT

if TYPE_CHECKING:
    from podboard.vt.screen import Screen
    from podboard.vt.style import Style


class Cell(NamedTuple):
    """A character, however wide it is, and how it looks."""

    text: str
    style: Style
    link: str


def cells_of(screen: Screen) -> list[list[Cell]]:
    """The cells of each row; blanks in a style that nobody sees on a blank are plain."""
    screen.update()
    return [
        [_seen(Cell(text, run.style, run.link)) for run in row for text in run.text] for row in screen.rows
    ]


def differences(seen: Screen, meant: Screen) -> list[str]:
    """Where two screens differ."""
    return [
        f"row {y}, cell {x}: {one} is not {other}"
        for y, (left, right) in enumerate(zip(cells_of(seen), cells_of(meant), strict=True))
        for x, (one, other) in enumerate(zip(left, right, strict=False))
        if one != other or len(left) != len(right)
    ]


def _seen(cell: Cell) -> Cell:
    style = cell.style
    is_marked = style.background is not None or style.inverse or style.strikethrough or style.overline
    return cell if is_marked or style.underline or cell.link or cell.text != " " else Cell(" ", DEFAULT, "")
