"""Finding a pattern in what a terminal keeps, in lines as they were written, however they were broken."""

from __future__ import annotations

import re
import warnings
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final

from podboard.vt.history import Place

if TYPE_CHECKING:
    from podboard.vt.history import History

_ESCAPED: Final = re.compile(r"\\.", re.DOTALL)


class PatternError(ValueError):
    """A pattern that is none; says why."""


Hit = tuple[int, int]
"""Where a pattern was found: offsets in the text, the end not included."""

# What may match the end of a line, or nothing at all.
_LOOSE: Final = re.compile(r"\\[^wd.]|[\[(*?{|^$]|^$")


class Pattern:
    """A regular expression; capital letters in it are those alone, small ones are either.

    Raises:
        PatternError: It is no valid one.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        # What is escaped is a class of characters, not a letter.
        self._any_case = not any(map(str.isupper, _ESCAPED.sub("", text)))
        try:
            with warnings.catch_warnings():
                # What may mean something else one day means what it does today.
                warnings.simplefilter("ignore")
                self._expression = re.compile(text, re.MULTILINE)
                self._folding = re.compile(text, re.MULTILINE | re.IGNORECASE)
        except (re.error, OverflowError, RecursionError) as error:
            raise PatternError(str(error)) from error

    def find(self, text: str) -> list[Hit]:
        """All hits, from the first; none goes over the end of a line, and none is empty."""
        expression = self._expression
        if self._any_case:
            # A quarter of the time that the expression would take to tell that letters are the same.
            small = text.lower()
            if len(small) == len(text):
                text = small
            else:
                expression = self._folding
        if not _LOOSE.search(self.text):
            # Ten thousands of hits are found in the time that the questions below would take for a few.
            return [found.span() for found in expression.finditer(text)]
        hits: list[Hit] = []
        at = 0
        while at <= len(text) and (found := expression.search(text, at)):
            start, end = found.span()
            over = text.find("\n", start, end)
            if over < 0:
                if end > start:
                    hits.append((start, end))
                at = max(end, start + 1)
            else:
                # It took lines for blanks: ask this one alone.
                hits += [one.span() for one in expression.finditer(text, at, over) if one[0]]
                at = over + 1
        return hits


class Lines:
    """Everything that a terminal keeps, line by line, and the row each line begins in.

    Attributes:
        text: The lines.
        shift: By how many rows all of it has moved since it was read, for one to say who knows.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._columns = history.columns
        self.text = history.whole()
        self.shift = 0
        self._places: dict[int, list[Place]] = {}
        lines = self.text.split("\n")
        self._starts = [0]
        for line in lines[:-1]:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._rows = self._first_rows(lines)

    def _first_rows(self, lines: list[str]) -> list[int]:
        rows = self._history.whole(unwrap=False).count("\n") + 1
        if rows == len(lines):
            return list(range(rows))
        columns, is_continued = self._columns, self._history.is_continued
        firsts, row = [], 0
        for line in lines:
            firsts.append(row)
            # Asking costs more than all the rest; a line that has room left needs no second row.
            if len(line) >= columns or not line.isascii():
                while row + 1 < rows and is_continued(row):
                    row += 1
            row += 1
        return firsts

    def line(self, offset: int) -> str:
        """The line that an offset in the text is in."""
        return self._line(bisect_right(self._starts, offset) - 1)

    def _line(self, line: int) -> str:
        end = self._starts[line + 1] - 1 if line + 1 < len(self._starts) else len(self.text)
        return self.text[self._starts[line] : end]

    def place(self, offset: int) -> Place:
        """Where the character at an offset in the text stands; the row is negative where it is gone."""
        line = bisect_right(self._starts, offset) - 1
        first, within = self._rows[line] + self.shift, offset - self._starts[line]
        if self._line(line).isascii():
            return Place(first + within // self._columns, within % self._columns)
        places = self._places_of(line)
        row, column = places[min(within, len(places) - 1)]
        return Place(first + row, column)

    def offset(self, place: Place) -> int:
        """The offset in the text of the character at a place, of the line's end where it is behind that."""
        row = place.row - self.shift
        line = max(bisect_right(self._rows, row) - 1, 0)
        start, text = self._starts[line], self._line(line)
        there = Place(row - self._rows[line], place.column)
        if text.isascii():
            within = there.row * self._columns + there.column
        else:
            within = bisect_left(self._places_of(line), there)
        return start + min(max(within, 0), len(text))

    def _places_of(self, line: int) -> list[Place]:
        """Where the characters of a line stand, from its first row."""
        places = self._places.get(line)
        if places is None:
            first = self._rows[line] + self.shift
            rows = self._history.line(first) if first >= 0 else range(0)
            places = [Place(row - first, column) for row, column in self._history.places(rows)]
            self._places[line] = places = places or [Place(0, 0)]
        return places
