"""All that a terminal has shown and still keeps: the lines above the screen, and the screen.

Rows count from the oldest line, 0 first. They count anew when old lines are given up, and flow anew
when the width changes; a ``Bookmark`` goes with its row.
"""

from __future__ import annotations

import weakref
from array import array
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from podboard.vt.cells import Cells, Run
from podboard.vt.library import CELL_LAYOUT, check, ffi, lib
from podboard.vt.links import honest

if TYPE_CHECKING:
    from podboard.vt.screen import Screen

_CLUSTER_PARTS: Final = 128
_LONGEST_ADDRESS: Final = 2048
_WIDTH_BIT: Final = CELL_LAYOUT["wide"][0]
_WIDTH: Final = 0b11
_WIDE: Final = 1
_WIDE_TAIL: Final = 2
_WIDE_HEAD: Final = 3


class Place(NamedTuple):
    """A cell: its row from the oldest line and its column, 0 first."""

    row: int
    column: int


class History:
    """Reads what a screen keeps.

    What it returns holds until the screen is next fed or resized.
    """

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._terminal = screen.native
        self._point = ffi.new("GhosttyPoint*", {"tag": lib.GHOSTTY_POINT_TAG_SCREEN})
        self._reference = ffi.new("GhosttyGridRef*", {"size": ffi.sizeof("GhosttyGridRef")})
        self._room = ffi.new("uint8_t[]", 1)
        self._length = ffi.new("size_t*")
        self._row = ffi.new("GhosttyRow*")
        self._cell = ffi.new("GhosttyCell*")

    @property
    def columns(self) -> int:
        """How wide a row is."""
        return self._screen.size.columns

    @property
    def rows(self) -> int:
        """How many rows there are: those above the screen and its own."""
        return int(self._get(lib.GHOSTTY_TERMINAL_DATA_TOTAL_ROWS, "size_t*"))

    @property
    def top(self) -> int:
        """The first row that is shown."""
        return int(self._get(lib.GHOSTTY_TERMINAL_DATA_SCROLLBAR, "GhosttyTerminalScrollbar*").offset)

    @property
    def cursor(self) -> Place:
        """Where the program's cursor is, seen or not."""
        row, column = (
            int(self._get(what, "uint16_t*"))
            for what in (lib.GHOSTTY_TERMINAL_DATA_CURSOR_Y, lib.GHOSTTY_TERMINAL_DATA_CURSOR_X)
        )
        return Place(self.rows - self._screen.size.rows + row, column)

    @property
    def is_at_prompt(self) -> bool:
        """Whether the shell said that the cursor is in a prompt, or in what is typed behind it (OSC 133)."""
        return bool(self._get(lib.GHOSTTY_TERMINAL_DATA_CURSOR_AT_PROMPT, "bool*"))

    # -- text -------------------------------------------------------------------------------

    def text(self, first: Place, last: Place, *, is_block: bool = False, unwrap: bool = True) -> str:
        """What stands from one place to another, both included, in either order.

        Args:
            is_block: Whether the two are corners of a rectangle.
            unwrap: Whether rows that the terminal broke are one line, as they were written.
        """
        first, last = sorted((first, last))
        if is_block:
            # Row by row: the core moves a corner into the next row where a column was left free.
            left, right = sorted((first.column, last.column))
            rows = range(first.row, last.row + 1)
            return "\n".join(self.text(Place(row, left), Place(row, right)) for row in rows).rstrip("\n")
        if last.column and self._width(last) == _WIDE_HEAD:
            # Left free for a wide character, which stands in the next row and is not meant.
            last = Place(last.row, last.column - 1)
            if last < first:
                return ""
        selection = ffi.new("GhosttySelection*", {"size": ffi.sizeof("GhosttySelection")})
        selection.start = self._refer(first)[0]
        selection.end = self._refer(last)[0]
        options = ffi.new(
            "GhosttyTerminalSelectionFormatOptions*",
            {
                "size": ffi.sizeof("GhosttyTerminalSelectionFormatOptions"),
                "unwrap": unwrap,
                # Blanks at the end of a block, or of a line, are nothing that was meant.
                "trim": True,
                "selection": selection,
            },
        )
        # Enough for most: few rows are full, and few characters take more than a byte.
        guess = (abs(last.row - first.row) + 1) * (self.columns + 1)
        if len(self._room) < guess:
            self._room = ffi.new("uint8_t[]", guess)
        while self._format(options[0]):
            self._room = ffi.new("uint8_t[]", self._length[0])
        found: str = ffi.buffer(self._room, self._length[0])[:].decode("utf-8", "replace")
        return found

    def _format(self, options: Any) -> bool:
        """Write text into the room; whether it is too small."""
        failed = lib.ghostty_terminal_selection_format_buf(
            self._terminal, options, self._room, len(self._room), self._length
        )
        if failed and self._length[0] <= len(self._room):
            check(failed, "read text")
        return bool(failed)

    def whole(self, *, unwrap: bool = True) -> str:
        """Everything, row by row or line by line."""
        return self.text(Place(0, 0), Place(self.rows - 1, self.columns - 1), unwrap=unwrap)

    def characters(self, row: int) -> list[str]:
        """What stands in each column of a row, nothing in the second one of a wide character."""
        reference = self._refer(Place(row, 0))
        raw, cell = array("Q"), self._cell
        for column in range(self.columns):
            # References to the cells of one row differ in their column alone.
            reference.x = column
            check(lib.ghostty_grid_ref_cell(reference, cell), "read a cell")
            raw.append(cell[0])
        cells = Cells(raw.tobytes())
        characters = cells.characters({column: self._cluster(reference, column) for column in cells.clusters})
        if raw[-1] >> _WIDTH_BIT & _WIDTH == _WIDE_HEAD:
            # Left free for a wide character, which had no room and stands in the next row.
            characters[-1] = ""
        return characters

    def columns_of(self, place: Place) -> tuple[int, int]:
        """The columns of the character that a place is part of, the end not included."""
        width = self._width(place)
        return place.column - (width == _WIDE_TAIL), place.column + 1 + (width == _WIDE)

    def _width(self, place: Place) -> int:
        check(lib.ghostty_grid_ref_cell(self._refer(place), self._cell), "read a cell")
        return int(self._cell[0]) >> _WIDTH_BIT & _WIDTH

    def _cluster(self, reference: Any, column: int) -> str:
        room = ffi.new("uint32_t[]", _CLUSTER_PARTS)
        reference.x = column
        check(lib.ghostty_grid_ref_graphemes(reference, room, _CLUSTER_PARTS, self._length), "read a cluster")
        return "".join(map(chr, room[0 : self._length[0]]))

    # -- what the terminal knows of a row -----------------------------------------------------

    def is_continued(self, row: int) -> bool:
        """Whether a row goes on in the next because the line was too long."""
        return bool(self._of_row(row, lib.GHOSTTY_ROW_DATA_WRAP, "bool*"))

    def is_prompt(self, row: int) -> bool:
        """Whether the shell said that a prompt begins here (OSC 133)."""
        mark: int = self._of_row(row, lib.GHOSTTY_ROW_DATA_SEMANTIC_PROMPT, "int*")
        return bool(mark == lib.GHOSTTY_ROW_SEMANTIC_PROMPT)

    def links(self, row: int) -> list[str]:
        """Where the hyperlink in each column of a row leads (OSC 8).

        Empty where there is none, an unfit one, or one that looks like another: as it is shown.
        """
        characters = self.characters(row)
        reference, room = self._refer(Place(row, 0)), ffi.new("uint8_t[]", _LONGEST_ADDRESS)
        addresses = [self._address(reference, column, room) for column in range(self.columns)]
        runs = []
        for address, cells in groupby(zip(characters, addresses, strict=True), itemgetter(1)):
            texts = [text for text, _ in cells]
            runs.append(Run("".join(texts), len(texts), link=address))
        return [run.link for run in honest(tuple(runs)) for _ in range(run.width)]

    def _address(self, reference: Any, column: int, room: Any) -> str:
        reference.x = column
        if lib.ghostty_grid_ref_hyperlink_uri(reference, room, len(room), self._length):
            return ""
        text: str = ffi.buffer(room, self._length[0])[:].decode("latin-1")
        return text if text.isascii() and text.isprintable() else ""

    def line(self, row: int) -> range:
        """The rows of the line that a row is part of."""
        first, last, end = row, row, self.rows - 1
        while first > 0 and self.is_continued(first - 1):
            first -= 1
        while last < end and self.is_continued(last):
            last += 1
        return range(first, last + 1)

    def places(self, line: range) -> list[Place]:
        """The place of each character of a line, given by its rows; as many as its text has, and blanks."""
        return [
            Place(row, column)
            for row in line
            for column, text in enumerate(self.characters(row))
            for _ in text
        ]

    def bookmark(self, row: int) -> Bookmark:
        """Remember a row, whatever number it has later."""
        return Bookmark(self._screen, self._refer_to(Place(row, 0)))

    def _of_row(self, row: int, what: int, kind: str) -> Any:
        check(lib.ghostty_grid_ref_row(self._refer(Place(row, 0)), self._row), "read a row")
        out = ffi.new(kind)
        check(lib.ghostty_row_get(self._row[0], what, out), f"get {what} of a row")
        return out[0]

    def _refer_to(self, place: Place) -> Any:
        point = self._point
        point.y, point.x = place
        return point

    def _refer(self, place: Place) -> Any:
        point, reference = self._refer_to(place), self._reference
        check(lib.ghostty_terminal_grid_ref(self._terminal, point[0], reference), f"find {place}")
        return reference

    def _get(self, what: int, kind: str) -> Any:
        out = ffi.new(kind)
        check(lib.ghostty_terminal_get(self._terminal, what, out), f"get {what}")
        return out[0]


class Bookmark:
    """A row that is remembered."""

    def __init__(self, screen: Screen, point: Any) -> None:
        screen.forget()
        out = ffi.new("GhosttyTrackedGridRef*")
        check(lib.ghostty_terminal_grid_ref_track(screen.native, point[0], out), "remember a row")
        self._tracked = out[0]
        # Garbage is collected in any thread, and the terminal may be in use in another.
        weakref.finalize(self, screen.unused.append, self._tracked)

    @property
    def row(self) -> int | None:
        """The number it has now; None where it is gone."""
        out = ffi.new("GhosttyPointCoordinate*")
        failed = lib.ghostty_tracked_grid_ref_point(self._tracked, lib.GHOSTTY_POINT_TAG_SCREEN, out)
        return None if failed else int(out.y)
