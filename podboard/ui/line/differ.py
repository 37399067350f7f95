"""From what stands on the person's screen to what should stand there, in few bytes.

Nothing relies on what terminals do after the last column, on the width they give to a character that not
all of them agree about, or on what they erase with: only default blanks are erased.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import compress
from operator import ne
from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.ui.line.grid import ERASED, SAME, TAIL, Alphabet, blank
from podboard.ui.line.pen import PLAIN, transition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.ui.line.grid import Grid, Row
    from podboard.ui.line.pen import Pen

_WORTH_SKIPPING: Final = 5
"""Cells that are right from which on it is shorter to move over them than to write them again."""

_MOSTLY: Final = 1.6
"""A part of a row of which more than one cell in so many differs is written as a whole."""

_WORTH_ERASING: Final = 10
_WORTH_CLEARING: Final = 3
"""Blanks from which on it is shorter to erase them: with a move behind them, and to the end of the row."""

_WORTH_SCROLLING: Final = 16
"""Bytes that moving a part of the screen has to save, less what it costs itself."""

_TO_A_ROW: Final = 5
"""Bytes that it takes to go to another row."""

_NEAR: Final = 3

HELD_FROM: Final = 400
"""Bytes from which on the terminal is asked to show a frame whole, and not its cursor on the way."""

# Not LF, which the driver of a terminal may turn into CR LF.
_INDEX: Final = "\x1bD"
_REVERSE_INDEX: Final = "\x1bM"

_HIDE: Final = "\x1b[?25l"
_SHOW: Final = "\x1b[?25h"

_LONG_BLANKS: Final = re.compile(f"( {{{_WORTH_ERASING},}})")
_SURE: Final = "[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u2500-\u25fc\u2800-\u28ff]"
_EMOJI: Final = "\U0001f000-\U0010ffff"  # stand-ins for several code points are among them
_PIECES: Final = re.compile(
    f"(?P<sure>{_SURE}+)|(?P<emoji>[{_EMOJI}]{TAIL})|(?:[^{TAIL}{_EMOJI}]{TAIL})+|[^{TAIL}]", re.DOTALL
)
"""Text cut behind what not all terminals give the same width: the cursor's column is told anew there."""


class Abilities(NamedTuple):
    """What the person's terminal understands beyond what every one does (CUP, EL, DECSTBM, IND, RI, SGR).

    Attributes:
        erases: Erasing some cells in the middle of a row (ECH).
        goes: Going to a column or a row alone (CHA, VPA).
        colors: Colours.
    """

    erases: bool = True
    goes: bool = True
    colors: bool = True


_LESS: Final = {
    "vt100": Abilities(erases=False, goes=False, colors=False),
    "vt102": Abilities(erases=False, goes=False, colors=False),
    "ansi": Abilities(erases=False, goes=False),
    "vt220": Abilities(goes=False, colors=False),
    "vt320": Abilities(goes=False, colors=False),
    "vt420": Abilities(goes=False, colors=False),
    "vt520": Abilities(goes=False, colors=False),
}
"""The terminals in terminfo that lack something, of those that can show podboard at all."""


def abilities_of(term: str) -> Abilities:
    """What a terminal that TERM calls ``term`` understands: all, if nothing else is known."""
    return _LESS.get(term.partition("-")[0], Abilities(colors=not term.endswith("-m")))


class Move(NamedTuple):
    """Rows of the screen to be moved.

    Attributes:
        top: The first row concerned.
        bottom: The one behind the last.
        lines: How far they move up; down where negative.
    """

    top: int
    bottom: int
    lines: int


class Differ:
    """Knows what stands on the screen, and writes what changes it.

    Args:
        abilities: What the terminal understands.
    """

    def __init__(self, abilities: Abilities) -> None:
        self._abilities = abilities
        # Nothing is known of the screen while there are no rows.
        self._shown: list[Row] = []
        self._pieces: list[str] = []
        self._pen = PLAIN
        self._row = 0
        # Unknown behind the last column, and behind characters of doubtful width.
        self._column: int | None = None
        self._region = (0, 0)
        self._is_visible = True
        self._alphabet = Alphabet()
        self._columns = 0
        self._wanted: list[Row] = []

    def forget(self) -> None:
        """Take nothing for granted: what is written next is the whole screen."""
        self._shown = []

    def leave(self) -> str:
        """Leave the screen to others, as they expect it."""
        self.forget()
        return f"{transition(self._pen, PLAIN)}\x1b[r" if self._region != (0, 0) else ""

    def write(self, grid: Grid) -> str:
        """What makes the screen look like ``grid``; empty where it does already."""
        self._alphabet, self._columns = grid.alphabet, grid.size.columns
        if not self._shown:
            self._clear(grid)
        self._wanted = wanted = grid.rows
        changed = [y for y, row in enumerate(wanted) if row is not self._shown[y] and row != self._shown[y]]
        if len(changed) > 1 and (move := find_move(self._shown, wanted, changed)):
            self._move_rows(move)
            changed = [y for y, row in enumerate(wanted) if row != self._shown[y]]
        for y in changed:
            self._write_row(y, self._shown[y], wanted[y])
        self._shown = wanted.copy()
        visible = grid.is_cursor_visible
        if visible:
            self._go(min(grid.row, grid.size.rows - 1), min(grid.column, grid.size.columns - 1))
        written = "".join(self._pieces)
        self._pieces.clear()
        is_long = len(written) >= HELD_FROM
        if self._is_visible and (is_long or not visible):
            written = f"{_HIDE}{written}"
            self._is_visible = False
        if visible and not self._is_visible:
            written = f"{written}{_SHOW}"
        self._is_visible = visible
        return f"\x1b[?2026h{written}\x1b[?2026l" if is_long else written

    def _clear(self, grid: Grid) -> None:
        self._pieces.append(f"{_HIDE}\x1b]8;;\x1b\\\x1b[m\x1b[r\x1b[H\x1b[2J")
        self._is_visible = False
        self._pen = PLAIN
        self._row = self._column = 0
        self._region = (0, grid.size.rows)
        self._shown = [blank(grid.size.columns)] * grid.size.rows

    # -- moving rows ------------------------------------------------------------------------

    def _move_rows(self, move: Move) -> None:
        top, bottom, lines = move
        self._put_down_paint()
        if self._region != (top, bottom):
            self._region = (top, bottom)
            self._pieces.append(f"\x1b[{top + 1};{bottom}r")
            self._row = self._column = 0
        shown = self._shown
        spare = [blank(len(shown[0].chars))] * abs(lines)
        if lines > 0:
            self._go_to_row(bottom - 1)
            self._pieces.append(_INDEX * lines)
            shown[top:bottom] = shown[top + lines : bottom] + spare
        else:
            self._go_to_row(top)
            self._pieces.append(_REVERSE_INDEX * -lines)
            shown[top:bottom] = spare + shown[top : bottom + lines]

    def _put_down_paint(self) -> None:
        """Have erased cells be of the default colour: some terminals use the pen's."""
        if self._pen.marks_blanks:
            self._take(PLAIN)

    # -- one row ----------------------------------------------------------------------------

    def _write_row(self, y: int, old: Row, new: Row) -> None:
        inked = None
        for start, end in _spans(old, new):
            if end - start < _WORTH_CLEARING:
                self._write_cells(y, *_whole(new, start, end), new)
                continue
            if inked is None:
                inked = max(len(new.chars.rstrip(" ")), len(new.looks.rstrip(ERASED)))
            clear_at = max(start, inked)
            clears = end - clear_at >= _WORTH_CLEARING
            if start < clear_at or not clears:
                self._write_cells(y, *_whole(new, start, clear_at if clears else end), new)
            if clears:
                self._go(y, clear_at)
                self._put_down_paint()
                self._pieces.append("\x1b[K")
                return

    def _write_cells(self, y: int, start: int, end: int, row: Row) -> None:
        self._go(y, start)
        chars, pens, pieces = row.chars, self._alphabet.pens, self._pieces
        is_simple = chars.isascii()
        for same in SAME.finditer(row.looks, start, end):
            first, last = same.span()
            text = chars[first:last]
            look = same[1]
            if look != ERASED:
                pen = pens[look]
                if pen is not self._pen:
                    pieces.append(transition(self._pen, pen))
                    self._pen = pen
            elif len(text) < _WORTH_ERASING and not text.isspace():
                self._take(PLAIN)
            elif text != " " or self._pen.marks_blanks:
                self._write_unmarked(first, text)
                continue
            if is_simple and first == self._column:
                pieces.append(text)
                self._column = last if last < self._columns else None
            else:
                self._write_text(first, text)

    def _write_unmarked(self, column: int, text: str) -> None:
        """Write text without any look; long blanks in it are erased."""
        for piece in _LONG_BLANKS.split(text) if self._abilities.erases else (text,):
            if not piece:
                continue
            if not piece.isspace():
                self._take(PLAIN)
                self._write_text(column, piece)
            else:
                self._put_down_paint()
                if len(piece) < _WORTH_ERASING or not self._abilities.erases:
                    self._write_text(column, piece)
                else:
                    self._go(self._row, column)
                    self._pieces.append(f"\x1b[{len(piece)}X")
            column += len(piece)

    def _write_text(self, column: int, text: str) -> None:
        """Write text into the row the cursor is in."""
        if column != self._column:
            self._go(self._row, column)
        if text.isascii():
            self._pieces.append(text)
            self._column = self._behind(column + len(text))
            return
        for piece in _PIECES.finditer(text):
            cells = piece[0]
            self._go(self._row, column)
            if piece["emoji"]:
                # Where a terminal gives it one cell, what stood in the second would stay.
                self._pieces.append("  ")
                self._column = self._behind(column + 2)
                self._go(self._row, column)
            self._pieces.append("".join(map(self._alphabet.cluster, cells.replace(TAIL, ""))))
            column += len(cells)
            self._column = self._behind(column) if piece["sure"] else None

    def _behind(self, column: int) -> int | None:
        return column if column < self._columns else None

    def _take(self, pen: Pen) -> None:
        if pen is not self._pen:
            self._pieces.append(transition(self._pen, pen))
            self._pen = pen

    # -- the cursor -------------------------------------------------------------------------

    def _go_to_row(self, y: int) -> None:
        """Go to a row, whichever column that is in."""
        if y != self._row:
            self._pieces.append(f"\x1b[{y + 1}d" if self._abilities.goes else f"\x1b[{y + 1}H")
            self._row = y
            if not self._abilities.goes:
                self._column = 0

    def _go(self, y: int, x: int) -> None:
        if y == self._row and x == self._column:
            return
        self._pieces.append(self._way_within(y, x) if y == self._row else self._way_to(y, x))
        self._row, self._column = y, x

    def _way_to(self, y: int, x: int) -> str:
        """The shortest way to a cell of another row."""
        if not x and y == self._row + 1 and y != self._region[1]:
            return f"\r{_INDEX}"
        if not x:
            return f"\x1b[{y + 1}H" if y else "\x1b[H"
        if self._abilities.goes and x == self._column:
            return f"\x1b[{y + 1}d"
        return f"\x1b[{y + 1};{x + 1}H"

    def _way_within(self, y: int, x: int) -> str:
        """The shortest way to another cell of the row."""
        if not x:
            return "\r"
        column, goes = self._column, self._abilities.goes
        if column is None or not goes:
            return f"\x1b[{x + 1}G" if goes else f"\x1b[{y + 1};{x + 1}H"
        if column > x:
            return "\b" * (column - x) if column - x <= _NEAR else f"\x1b[{x + 1}G"
        if x - column <= _NEAR and (again := self._again(y, column, x)):
            return again
        ahead = f"\x1b[{x - column}C" if x - column > 1 else "\x1b[C"
        return min(ahead, f"\x1b[{x + 1}G", key=len)

    def _again(self, y: int, column: int, x: int) -> str:
        """What stands between two columns, if the pen can write it again; empty otherwise."""
        chars, looks = (text[column:x] for text in self._wanted[y])
        can = chars.isascii() and TAIL not in chars
        return chars if can and looks == self._alphabet.wear(chars, self._alphabet.look(self._pen)) else ""


def _whole(row: Row, start: int, end: int) -> tuple[int, int]:
    """The columns from ``start`` to ``end``, and the other halves of wide characters at either end."""
    while row.chars[start : start + 1] == TAIL:
        start -= 1
    while row.chars[end : end + 1] == TAIL:
        end += 1
    return start, end


def find_move(shown: Sequence[Row], wanted: Sequence[Row], changed: Sequence[int]) -> Move | None:
    """The rows to be moved before the rest is written, if that is worth its while."""
    where: dict[Row, int | None] = {}
    for y, row in enumerate(shown):
        where[row] = None if row in where else y
    votes: Counter[int] = Counter()
    for y in changed:
        stood_at = where.get(wanted[y])
        if stood_at is not None:
            votes[stood_at - y] += 1
    for lines, _ in votes.most_common(2):
        move = _longest_move(shown, wanted, lines)
        if _gain(shown, wanted, move) > _WORTH_SCROLLING:
            return move
    return None


def _longest_move(shown: Sequence[Row], wanted: Sequence[Row], lines: int) -> Move:
    """The most neighbouring rows that stand so many lines away from where they should."""
    rows = len(wanted)
    best = start = end = max(-lines, 0)
    longest = 0
    for y in range(end, min(rows, rows - lines)):
        if wanted[y] != shown[y + lines]:
            start = y + 1
        elif y + 1 - start > longest:
            best, longest = start, y + 1 - start
    end = best + longest
    return Move(best, end + lines, lines) if lines > 0 else Move(best + lines, end, lines)


def _gain(shown: Sequence[Row], wanted: Sequence[Row], move: Move) -> int:
    """The bytes that need not be written, less those that must be written because of the move; about."""
    top, bottom, lines = move
    spared = sum(_difference(shown[y], wanted[y]) for y in range(top, bottom))
    emptied = range(bottom - lines, bottom) if lines > 0 else range(top, top - lines)
    return spared - sum(_TO_A_ROW + len(wanted[y].chars.rstrip(" ")) for y in emptied)


def _difference(old: Row, new: Row) -> int:
    return 0 if old == new else _TO_A_ROW + sum(map(ne, old.chars, new.chars))


def _spans(old: Row, new: Row) -> list[tuple[int, int]]:
    """The columns that differ, from and to; those near each other in one piece."""
    columns = range(len(new.chars))
    differing = list(compress(columns, map(ne, old.chars, new.chars)))
    if old.looks != new.looks:
        differing = sorted({*differing, *compress(columns, map(ne, old.looks, new.looks))})
    start = last = differing[0]
    if len(differing) * _MOSTLY > differing[-1] - start:
        return [(start, differing[-1] + 1)]
    spans = []
    for x in differing:
        if x - last > 1 and (x - last > _WORTH_SKIPPING or len(set(new.looks[last : x + 1])) > 1):
            spans.append((start, last + 1))
            start = x
        last = x
    spans.append((start, last + 1))
    return spans
