"""Finding a pattern in what a terminal keeps, in lines as they were written, however they were broken."""

from __future__ import annotations

import re
import time
import warnings
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

import regex

from podboard.vt.history import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podboard.vt.history import History

SLICE: Final = 16 * 1024
"""Characters of lines that are searched in one go, and more where one line has more."""

PATIENCE: Final = 0.05
"""Seconds of the processor for a slice: a pattern that needs more would need hours for the next."""

_ESCAPED: Final = re.compile(r"\\.", re.DOTALL)
_SPECIAL: Final = re.compile(r"[.^$*+?{}\[\]\\|()]")


class PatternError(ValueError):
    """A pattern that is none; says why."""


class SlowPatternError(Exception):
    """A pattern that takes too long to look for, as repeated repetitions may."""


Hit = tuple[int, int]
"""Where a pattern was found: offsets in the text, the end not included."""

# Of what may match the end of a line, or nothing at all; whether it does is seen by its hits.
_LOOSE: Final = re.compile(r"\\[^wd.]|[\[(*?{|^$]|^$")


class Pattern:
    """A regular expression; capital letters in it are those alone, small ones are either.

    The package ``regex`` looks for it: the standard library's ``re`` cannot be stopped.

    Attributes:
        any_case: Whether it is to be looked for in small letters.
        is_plain: Whether it is nothing but what it says.
        is_loose: Whether it may match the end of a line, or nothing at all.
        expression: What looks for it.
        folding: The same for texts that have another length in small letters.

    Raises:
        PatternError: It is no valid one.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        # What is escaped is a class of characters, not a letter.
        self.any_case = not any(map(str.isupper, _ESCAPED.sub("", text)))
        self.is_plain = bool(text) and not _SPECIAL.search(text)
        self.is_loose = bool(_LOOSE.search(text))
        try:
            with warnings.catch_warnings():
                # What may mean something else one day means what it does today.
                warnings.simplefilter("ignore")
                self.expression = regex.compile(text, regex.MULTILINE)
                self.folding = regex.compile(text, regex.MULTILINE | regex.IGNORECASE)
        except (regex.error, OverflowError, RecursionError) as error:
            raise PatternError(str(error)) from error

    def find(self, text: str) -> list[Hit]:
        """All hits, from the first; none goes over the end of a line, and none is empty.

        Raises:
            SlowPatternError: It takes too long.
        """
        search = Search(self, text)
        return [hit for cut in search.slices for hit in search.hits(cut)]


class Search:
    """A pattern looked for in a text, slice by slice, so that something else can be done in between.

    Attributes:
        slices: Where each begins and ends, at the ends of lines.
    """

    def __init__(self, pattern: Pattern, text: str) -> None:
        self._part = pattern.text if pattern.is_plain else None
        self._expression = pattern.expression
        self._is_loose = pattern.is_loose
        self._leaves_lines = False
        if pattern.any_case:
            # A quarter of the time that the expression would take to tell that letters are the same.
            small = text.lower()
            if len(small) == len(text):
                text = small
            else:
                self._expression, self._part = pattern.folding, None
        self._text = text
        self.slices = list(_slices(text))

    def hits(self, cut: tuple[int, int]) -> list[Hit]:
        """The hits in one of the slices, from the first.

        Raises:
            SlowPatternError: It takes too long.
        """
        if self._part is not None:
            return _plain_hits(self._part, self._text, *cut)
        until = time.process_time() + PATIENCE
        try:
            if not self._leaves_lines:
                # Ten thousands of hits are found in the time that a question after each would take for a few.
                found = self._expression.finditer(self._text, *cut, timeout=PATIENCE)
                hits = [one.span() for one in found]
                self._leaves_lines = self._is_loose and not self._are_in_lines(hits)
            if self._leaves_lines:
                hits = _line_hits(self._expression, self._text, *cut, until)
        except TimeoutError as error:
            raise SlowPatternError from error
        return hits

    def count(self, cut: tuple[int, int]) -> int:
        """How many hits are in one of the slices; raises as ``hits`` does."""
        if self._part is not None:
            # A quarter of the time that it takes to say where they are; below it is two thirds.
            return self._text.count(self._part, *cut)
        if self._leaves_lines or self._expression.groups:
            return len(self.hits(cut))
        try:
            found: list[str] = self._expression.findall(self._text, *cut, timeout=PATIENCE)
        except TimeoutError as error:
            raise SlowPatternError from error
        if self._is_loose and ("" in found or "\n" in "".join(found)):
            self._leaves_lines = True
            return len(self.hits(cut))
        return len(found)

    def _are_in_lines(self, hits: list[Hit]) -> bool:
        text = self._text
        return all(first < last and "\n" not in text[first:last] for first, last in hits)


class Found(NamedTuple):
    """A hit in one of many texts.

    Attributes:
        text: The text's number, in the order they were looked through.
        number: The hit's number in it.
        line: The line it is in.
    """

    text: int
    number: int
    line: str


class Tally:
    """How often a pattern is in texts, and the hits that were met first, from the end of each text.

    Attributes:
        counts: How many hits there are in each text, in the order they were looked through.
        found: The hits, the last of the first text first.
    """

    def __init__(self, pattern: Pattern, most: int) -> None:
        self._pattern = pattern
        self._most = most
        self.counts: list[int] = []
        self.found: list[Found] = []

    def look_through(self, pieces: Sequence[str]) -> Iterator[None]:
        """Take in a text, slice by slice.

        Args:
            pieces: The text, divided at ends of lines.

        Raises:
            SlowPatternError: It takes too long.
        """
        lines: list[str] = []
        count = 0
        for piece in reversed(pieces):
            search = Search(self._pattern, piece)
            for cut in reversed(search.slices):
                if (room := self._most - len(self.found) - len(lines)) > 0:
                    hits = search.hits(cut)
                    lines += (_line_of(piece, *hit) for hit in hits[: -room - 1 : -1])
                    count += len(hits)
                else:
                    # To say how many there are takes a part of the time.
                    count += search.count(cut)
                yield
        text = len(self.counts)
        self.found += (Found(text, count - back, line) for back, line in enumerate(lines, 1))
        self.counts.append(count)


def _line_of(text: str, start: int, end: int) -> str:
    after = text.find("\n", end)
    return text[text.rfind("\n", 0, start) + 1 : after if after >= 0 else len(text)]


def _slices(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start <= len(text):
        end = text.find("\n", start + SLICE)
        end = end if end >= 0 else len(text)
        yield start, end
        start = end + 1


def whole_word(word: str) -> Pattern:
    """The pattern of a word that is no part of another."""
    return Pattern(rf"\b{regex.escape(word)}\b")


def _plain_hits(part: str, text: str, start: int, end: int) -> list[Hit]:
    size = len(part)
    gaps = text[start:end].split(part)
    # Twice as fast as to ask for one after another.
    ends = accumulate((len(gap) + size for gap in gaps[:-1]), initial=start)
    next(ends)
    return [(last - size, last) for last in ends]


def _line_hits(expression: regex.Pattern[str], text: str, start: int, end: int, until: float) -> list[Hit]:
    """The hits of a pattern that also matches ends of lines, or nothing at all; raises TimeoutError."""
    hits: list[Hit] = []
    at = start
    while at <= end and (found := expression.search(text, at, end, timeout=_left(until))):
        first, last = found.span()
        over = text.find("\n", first, last)
        if over < 0:
            if last > first:
                hits.append((first, last))
            at = max(last, first + 1)
        else:
            # It took lines for blanks: ask this one alone.
            line = expression.finditer(text, at, over, timeout=_left(until))
            hits += [one.span() for one in line if one[0]]
            at = over + 1
    return hits


def _left(until: float) -> float:
    if (left := until - time.process_time()) <= 0:
        raise TimeoutError
    return left


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
            places = self._places_of(line)
            # The right half of a wide character belongs to its left.
            within = bisect_left(places, places[max(bisect_right(places, there) - 1, 0)])
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
