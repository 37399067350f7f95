"""The pod list with its head: how many, which ones, in which order, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from podboard.ui.pod_rows import PREFIX
from podboard.ui.widgets.looks import LooksMixin
from podboard.ui.widgets.plain import Divider, PlainVertical
from podboard.ui.widgets.pod_list import PodList
from podboard.ui.widgets.wrapping import sentence_lines

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.geometry import Size


_LONGEST_TROUBLE: Final = 4
"""Lines."""

_LEAST_RECORD: Final = 12
"""Cells below which there is no telling of a record."""


class HeadText(NamedTuple):
    """What the head of the list says.

    Attributes:
        shown: How many pods there are, and how many of them are shown.
        filter: Which ones; None where all are.
        is_typed: Whether the filter is being typed.
        order: The column they are sorted by, where it is not the usual one.
        trouble: What is not as it should be.
        record: The record of the pod under the cursor, in words.
        columns: The heads of the columns.
    """

    shown: str = ""
    filter: str | None = None
    is_typed: bool = False
    order: str = ""
    trouble: str = ""
    record: str = ""
    columns: str = ""


class ListHead(LooksMixin):
    """Two lines above the list, and as many between them as a long trouble takes."""

    ALLOW_SELECT = False
    LOOKS = "list-head"

    def __init__(self) -> None:
        super().__init__()
        self._said = HeadText()

    def say(self, said: HeadText) -> None:
        """Say something else."""
        if said != self._said:
            height = len(self._draw(self.size.width))
            self._said = said
            self.refresh(layout=len(self._draw(self.size.width)) != height)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """As many lines as there is to say."""
        return len(self._draw(width))

    def render_line(self, y: int) -> Strip:
        """Draw a line."""
        width = self.size.width
        lines = self._draw(width)
        # Its size may be that of what it said before.
        return (lines[y] if y < len(lines) else Strip.blank(0)).adjust_cell_length(width, self.rich_style)

    def _draw(self, width: int) -> list[Strip]:
        said, base = self._said, self.rich_style
        dim = self.look("dim")
        columns = Strip([Segment(f"{'':{PREFIX}}{said.columns}", dim)])
        segments = [Segment(f" pods {said.shown} ", base)]
        if said.filter is not None:
            style = self.look("filter")
            segments.append(Segment(f" /{said.filter}{'▏' if said.is_typed else ''} ", style))
        if said.order:
            segments.append(Segment(f" {said.order} ", dim))
        if said.trouble:
            style = self.look("trouble")
            trouble = Segment(f" {said.trouble} ", style)
            if sum(segment.cell_length for segment in (*segments, trouble)) <= width:
                segments.append(trouble)
            else:
                told = sentence_lines([Segment(" ")], said.trouble, style, width - 1, indent=1)
                return [Strip(segments), *told[:_LONGEST_TROUBLE], columns]
        room = width - sum(segment.cell_length for segment in segments) - 2
        if said.record and room >= _LEAST_RECORD:
            cut = said.record if cell_len(said.record) <= room else f"{set_cell_size(said.record, room - 1)}…"
            segments.append(Segment(f" {cut}", dim))
        return [Strip(segments), columns]


class PodBox(PlainVertical):
    """The list and its head."""

    def __init__(self) -> None:
        super().__init__()
        self.head = ListHead()
        self.list = PodList()
        self.divider = Divider()

    def compose(self) -> ComposeResult:
        """A line on the right, the head and the list."""
        yield self.divider
        yield self.head
        yield self.list
