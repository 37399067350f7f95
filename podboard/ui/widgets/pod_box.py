"""The pod list with its head: how many, which ones, in which order, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from podboard.ui.pod_rows import PREFIX
from podboard.ui.widgets.looks import LooksMixin
from podboard.ui.widgets.plain import Divider, PlainVertical
from podboard.ui.widgets.pod_list import PodList

if TYPE_CHECKING:
    from textual.app import ComposeResult


class HeadText(NamedTuple):
    """What the head of the list says.

    Attributes:
        shown: How many pods there are, and how many of them are shown.
        filter: Which ones; None where all are.
        is_typed: Whether the filter is being typed.
        order: The column they are sorted by, where it is not the usual one.
        trouble: What is not as it should be.
        columns: The heads of the columns.
    """

    shown: str = ""
    filter: str | None = None
    is_typed: bool = False
    order: str = ""
    trouble: str = ""
    columns: str = ""


class ListHead(LooksMixin):
    """Two lines above the list."""

    ALLOW_SELECT = False
    LOOKS = "list-head"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"list-head--dim", "list-head--trouble", "list-head--filter"}

    def __init__(self) -> None:
        super().__init__()
        self._said = HeadText()

    def say(self, said: HeadText) -> None:
        """Say something else."""
        if said != self._said:
            self._said = said
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one of the two lines."""
        said, base, width = self._said, self.rich_style, self.size.width
        dim = self.look("dim")
        if y:
            return Strip([Segment(f"{'':{PREFIX}}{said.columns}", dim)]).adjust_cell_length(width, base)
        segments = [Segment(f" pods {said.shown} ", base)]
        if said.filter is not None:
            style = self.look("filter")
            segments.append(Segment(f" /{said.filter}{'▏' if said.is_typed else ''} ", style))
        if said.order:
            segments.append(Segment(f" {said.order} ", dim))
        if said.trouble:
            style = self.look("trouble")
            segments.append(Segment(f" {said.trouble} ", style))
        return Strip(segments).adjust_cell_length(width, base)


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
