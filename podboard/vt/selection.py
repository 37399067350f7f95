"""A part of what a terminal keeps: by character, by line, or as a block."""

from __future__ import annotations

import re
from bisect import bisect_right
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.vt.history import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from podboard.vt.history import History

_WORD: Final = re.compile(r"\w+|[^\w\s]+")
# What is taken for one thing with two clicks: a path, an address, a name with dots.
_THING: Final = re.compile(r"""[^\s"'`()<>\[\]{}|,;]+""")


class Shape(Enum):
    """How a selection goes from one end to the other."""

    CHARACTERS = "characters"
    LINES = "lines"
    BLOCK = "block"


class Selection(NamedTuple):
    """What lies between two places, both included.

    Attributes:
        anchor: Where it began.
        end: Where it has got to; may lie in front of ``anchor``.
    """

    anchor: Place
    end: Place
    shape: Shape = Shape.CHARACTERS

    def corners(self, history: History) -> tuple[Place, Place]:
        """The first and the last place of it."""
        first, last = sorted((self.anchor, self.end))
        match self.shape:
            case Shape.LINES:
                rows = history.line(first.row)[0], history.line(last.row)[-1]
                return Place(rows[0], 0), Place(rows[1], history.columns - 1)
            case Shape.BLOCK:
                left, right = sorted((first.column, last.column))
                return Place(first.row, left), Place(last.row, right)
        return first, last

    def text(self, history: History) -> str:
        """What is selected; rows that the terminal broke are one line, but in a block."""
        is_block = self.shape is Shape.BLOCK
        text = history.text(*self.corners(history), is_block=is_block, unwrap=not is_block)
        return f"{text}\n" if self.shape is Shape.LINES else text

    def moved(self, rows: int) -> Selection:
        """The same, where it is that many rows further down."""
        anchor, end = (Place(max(place.row + rows, 0), place.column) for place in (self.anchor, self.end))
        return Selection(anchor, end, self.shape)


def span(corners: tuple[Place, Place], row: int, columns: int, *, is_block: bool) -> tuple[int, int] | None:
    """The columns of a row that lie between two places, the end not included; None where none do."""
    first, last = corners
    if not first.row <= row <= last.row:
        return None
    start = first.column if is_block or row == first.row else 0
    end = last.column + 1 if is_block or row == last.row else columns
    return start, end


def thing_at(history: History, place: Place) -> Selection:
    """What one means by a place: a path, an address, a name; else the character."""
    text, places = line_text(history, place.row)
    # The right half of a wide character belongs to its left.
    at = max(bisect_right(places, place) - 1, 0)
    for found in _THING.finditer(text):
        if found.start() <= at < found.end():
            return Selection(places[found.start()], places[found.end() - 1])
    return Selection(place, place)


def word_at(history: History, place: Place) -> str:
    """The word at a place, or the next one in its line; empty where none is."""
    text, places = line_text(history, place.row)
    at = max(bisect_right(places, place) - 1, 0)
    return next((found[0] for found in re.finditer(r"\w+", text) if found.end() > at), "")


def line_text(history: History, row: int) -> tuple[str, list[Place]]:
    """The characters of the line that a row is part of, and where each stands."""
    line = history.line(row)
    return "".join("".join(history.characters(row)) for row in line), history.places(line)


def next_word(history: History, place: Place) -> Place:
    """Where the next word begins; the same place where there is none."""
    return _next(history, place, re.Match.start)


def end_of_word(history: History, place: Place) -> Place:
    """Where this word ends, or the next, where it ends here."""
    return _next(history, place, lambda found: found.end() - 1)


def _next(history: History, place: Place, where: Callable[[re.Match[str]], int]) -> Place:
    row, rows = place.row, history.rows
    while row < rows:
        text, places = line_text(history, row)
        for found in _WORD.finditer(text):
            if (there := places[where(found)]) > place:
                return there
        row = history.line(row)[-1] + 1
    return place


def previous_word(history: History, place: Place) -> Place:
    """Where this word begins, or the one before, where it begins here."""
    row = place.row
    while row >= 0:
        text, places = line_text(history, row)
        starts = (places[found.start()] for found in _WORD.finditer(text))
        if before := [start for start in starts if start < place]:
            return before[-1]
        row = history.line(row)[0] - 1
    return place
