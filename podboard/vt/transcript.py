"""All that a terminal keeps, line by line: read piece by piece, and once where it cannot change any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.vt.history import History, Place

if TYPE_CHECKING:
    from podboard.vt.history import Bookmark
    from podboard.vt.screen import Screen

PIECE: Final = 250_000
"""Cells that are read in one go, in two milliseconds, and more where one line has more."""


class _Piece(NamedTuple):
    """Lines above the screen: until it is resized they stay as they are, or go.

    Attributes:
        first: Their first row.
        end: The row behind them.
        rows: How many rows they take.
        text: The lines, behind the end of the line before them.
    """

    first: Bookmark
    end: Bookmark
    rows: int
    text: str


class Transcript:
    """What one terminal keeps.

    It is read from the end on back, for what is given up meanwhile is old. Between two pieces the screen may
    be fed and resized; while one is read, in whatever thread, nothing else may touch it.
    """

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        # From the oldest; those before the index were read earlier and may be gone.
        self._known: list[_Piece] = []
        self._index = 0
        self._end: Bookmark
        self._read_screen()

    @property
    def pieces(self) -> list[str]:
        """What was read, from the oldest; each but the first begins with the end of the line before it."""
        return [*(piece.text for piece in self._known[self._index :]), self._shown]

    def begin(self) -> bool:
        """See what is there now; whether something of it is still to be read."""
        if self._age != self._screen.age:
            if self._layout != self._layout_now():
                self._known = []
            self._read_screen()
        return bool(self._unread())

    def read_on(self) -> bool:
        """Read a piece more; whether something is still to be read."""
        if self._layout != self._layout_now():
            return self.begin()
        if unread := self._unread():
            history = History(self._screen)
            first = _line_start(history, max(unread.stop - PIECE // history.columns, unread.start))
            text = _text(history, range(first, unread.stop))
            piece = _Piece(history.bookmark(first), self._end, unread.stop - first, text)
            self._known.insert(self._index, piece)
            self._end = piece.first
        return bool(self._unread())

    def _read_screen(self) -> None:
        """Read what is shown, which may change, to go on from there."""
        screen, history = self._screen, History(self._screen)
        first = _line_start(history, history.rows - screen.size.rows)
        self._age, self._layout = screen.age, self._layout_now()
        self._shown = _text(history, range(first, history.rows))
        self._end = history.bookmark(first)
        self._index = len(self._known)

    def _layout_now(self) -> tuple[int, bool]:
        """What decides which rows are above the screen for good."""
        return self._screen.resizes, self._screen.alternate

    def _unread(self) -> range:
        """The rows to be read next, between what has been read and what is known from earlier."""
        # Where the row is gone, so is all above it.
        while end := self._end.row:
            if not self._index:
                return range(end)
            above = self._known[self._index - 1]
            known_to = above.end.row
            if known_to is not None and known_to < end:
                return range(known_to, end)
            self._index -= 1
            if known_to == end and above.first.row == end - above.rows:
                self._end = above.first
            else:
                del self._known[self._index]
        return range(0)


def _line_start(history: History, row: int) -> int:
    while row > 0 and history.is_continued(row - 1):
        row -= 1
    return row


def _text(history: History, rows: range) -> str:
    """The lines in these rows, behind the end of the line before them."""
    text = history.text(Place(rows.start, 0), Place(rows.stop - 1, history.columns - 1))
    return f"\n{text}" if rows.start else text
