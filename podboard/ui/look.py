"""Rows of the terminal core as they are drawn."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.color import Color
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.strip import Strip

from podboard.vt.recent import Recent
from podboard.vt.style import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.vt.cells import Run
    from podboard.vt.screen import Row
    from podboard.vt.style import Color as CellColor
    from podboard.vt.style import Style

_DOUBLE = 2


class Drawn:
    """A row as it is drawn.

    Attributes:
        pieces: Neighbouring text and its style, None for the default.
        width: How many cells it takes.
        cells: A place for whoever writes it to the person's terminal to keep it in their own form.
    """

    __slots__ = ("_strip", "cells", "pieces", "width")

    def __init__(self, pieces: Sequence[tuple[str, RichStyle | None]], width: int) -> None:
        self.pieces = pieces
        self.width = width
        self.cells: tuple[object, str, str] | None = None
        self._strip: Strip | None = None

    @property
    def strip(self) -> Strip:
        """What the compositor is given; most rows never meet it."""
        if self._strip is None:
            self._strip = Strip([Segment(text, style) for text, style in self.pieces], self.width)
        return self._strip


class Look:
    """Draws the rows of one terminal, and remembers how the recent ones were drawn.

    Args:
        color: False to leave every colour out (NO_COLOR); other attributes stay.
    """

    def __init__(self, *, color: bool = True) -> None:
        self._color = color
        # By identity, which the screen keeps for rows it has seen lately; the row is held
        # so that its number cannot go to another.
        self._drawn: Recent[int, tuple[Row, Drawn]] = Recent(256)

    def draw(self, row: Row) -> Drawn:
        """Draw ``row``."""
        known = self._drawn.get(id(row)) or self._drawn.put(id(row), (row, self._draw(row)))
        return known[1]

    def _draw(self, row: Row) -> Drawn:
        pieces = []
        width = 0
        for run in row:
            text = run.text if run.text.isascii() else _fitted(run)
            pieces.append((text, rich_style(run.style, run.link, color=self._color)))
            width += run.width
        return Drawn(pieces, width)


def _fitted(run: Run) -> str:
    """The text of ``run``, made as wide for Rich as it is for the core.

    They disagree about few characters, but one of those would shift all that stands right of it.
    """
    return run.text if cell_len(run.text) == run.width else set_cell_size(run.text, run.width)


@lru_cache(maxsize=4096)
def rich_style(style: Style, link: str = "", *, color: bool = True) -> RichStyle | None:
    """Say a cell's style in Rich's words.

    The palette's numbers stay numbers, so that the person's own terminal colours them, as it
    would without podboard. Rich knows one kind of underline more than none and double.
    """
    if not link and style == DEFAULT:
        return None
    return RichStyle(
        color=_rich_color(style.foreground) if color else None,
        bgcolor=_rich_color(style.background) if color else None,
        bold=style.bold or None,
        italic=style.italic or None,
        dim=style.faint or None,
        blink=style.blink or None,
        reverse=style.inverse or None,
        conceal=style.invisible or None,
        strike=style.strikethrough or None,
        overline=style.overline or None,
        underline=style.underline not in (0, _DOUBLE) or None,
        underline2=style.underline == _DOUBLE or None,
        link=link or None,
    )


@lru_cache(maxsize=4096)
def _rich_color(color: CellColor) -> Color | None:
    match color:
        case None:
            return None
        case int():
            return Color.from_ansi(color)
        case red, green, blue:
            return Color.from_rgb(red, green, blue)
