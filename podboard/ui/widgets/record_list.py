"""The list of records: drawn line by line, so that its length costs nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from podboard.model.pod_columns import since
from podboard.model.text import one_line
from podboard.ui.pod_rows import RECORD_SIGN
from podboard.ui.record_draft import has
from podboard.ui.widgets.looks import LooksMixin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Click
    from textual.geometry import Region

    from podboard.model.record import Record

_HEADS: Final = ("NAME", "POD_NAME", "NAMESPACE", "CONTEXT", "HAS", "UPDATED")
_FLEXIBLE: Final = 4
"""The first columns give way where there is little room."""

_PREFIX: Final = 3
_GAP: Final = 2
_LEAST: Final = 8
_MOST: Final = 48
_DOUBLE: Final = 2


class RecordList(LooksMixin, ScrollView, can_focus=True):
    """Shows records, with a cursor."""

    ALLOW_SELECT = False
    LOOKS = "record-list"

    class Moved(Message):
        """The cursor is on another record."""

    class Chosen(Message):
        """A record was double-clicked."""

    def __init__(self) -> None:
        super().__init__()
        self._records: Sequence[Record] = ()
        self._signed = ""
        self._index = 0
        self._widths: tuple[int, ...] = ()

    def show(self, records: Sequence[Record], *, at: str, signed: str) -> None:
        """Show records.

        Args:
            at: The name of the one the cursor is on; if it is not among them, the cursor stays in its line.
            signed: The name of the one that is set off.
        """
        self._records, self._signed = records, signed
        found = (index for index, record in enumerate(records) if record.name == at)
        self._index = next(found, max(min(self._index, len(records) - 1), 0))
        self.virtual_size = Size(1, len(records))
        self._widths = ()
        self._moved()

    @property
    def cursor(self) -> Record | None:
        """The record the cursor is on."""
        return self._records[self._index] if self._records else None

    def go(self, by: int) -> None:
        """Move the cursor, as far as there are records."""
        self._index = max(0, min(self._index + by, len(self._records) - 1))
        self._moved()

    @property
    def page(self) -> int:
        """Lines of a page."""
        return max(self.size.height - 1, 1)

    def _moved(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if self._index < top:
            self.scroll_to(y=self._index, animate=False, immediate=True)
        elif height and self._index >= top + height:
            self.scroll_to(y=self._index - height + 1, animate=False, immediate=True)
        self.refresh()
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Share out the new width, and keep the cursor in sight."""
        self._widths = ()
        self._moved()

    def heads(self, width: int) -> str:
        """The line above the list, for a width in cells."""
        widths = self._widths or self._share(width)
        return set_cell_size(" " * _PREFIX + _row(_HEADS, widths), width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines that are wanted."""
        if not self._widths:
            self._widths = self._share(self.size.width)
        top, width = self.scroll_offset.y, self.size.width
        strips = [self._draw(top + y, width) for y in range(crop.y, crop.bottom)]
        return [strip.crop(crop.x, crop.right) for strip in strips]

    def _draw(self, index: int, width: int) -> Strip:
        base = self.look("")
        if index >= len(self._records):
            return Strip.blank(width, base)
        record = self._records[index]
        signed = RECORD_SIGN if record.name == self._signed else ""
        text = _row(_texts(record), self._widths)
        if index == self._index:
            look = self.look("cursor")
            return Strip([Segment(f" {signed:<2}{text}", look)]).adjust_cell_length(width, look)
        sign = Segment(f" {signed:<2}", self.look("sign"))
        return Strip([sign, Segment(text, base)]).adjust_cell_length(width, base)

    def _share(self, width: int) -> tuple[int, ...]:
        """The widths of the columns, in cells."""
        widths = [max(len(head), least) for head, least in zip(_HEADS, (0, 0, 0, 0, 20, 7), strict=True)]
        # As long as they are and not as wide as they are shown: there may be thousands.
        for column, name in enumerate(("name", "pod_name", "namespace", "context")):
            longest = max((len(getattr(record, name) or "") for record in self._records), default=0)
            widths[column] = max(widths[column], min(longest, _MOST))
        over = _PREFIX + sum(widths) + _GAP * (len(widths) - 1) - width
        while over > 0 and (widest := max(widths[:_FLEXIBLE])) > _LEAST:
            widths[widths.index(widest)] -= 1
            over -= 1
        return tuple(widths)

    def on_click(self, event: Click) -> None:
        """Go to the record clicked on; change it on a double click."""
        line = event.y + self.scroll_offset.y
        if line < len(self._records):
            self.go(line - self._index)
            if event.chain == _DOUBLE:
                self.post_message(self.Chosen())


def _texts(record: Record) -> tuple[str, ...]:
    return (
        one_line(record.name),
        one_line(record.pod_name),
        one_line(record.namespace or "any"),
        one_line(record.context or "any"),
        " ".join(has(record)) or "-",
        since(record.updated_at, time.time()),
    )


def _row(texts: Sequence[str], widths: Sequence[int]) -> str:
    return (" " * _GAP).join(
        set_cell_size(text, width) if cell_len(text) <= width else f"{set_cell_size(text, width - 1)}…"
        for text, width in zip(texts, widths, strict=True)
    )
