"""The pod list with its head: how many, which ones, in which order, and the filter while it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.containers import Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from podboard.ui.pod_rows import PREFIX
from podboard.ui.widgets.pod_list import PodList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Key
    from textual.widgets import Input


class ListHead(Widget):
    """Two lines: what is shown and how it is with the watch, and the heads of the columns."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"list-head--columns", "list-head--trouble", "list-head--filter"}

    def __init__(self) -> None:
        super().__init__()
        self._shown = ""
        self._filter = ""
        self._order = ""
        self._trouble = ""
        self._columns = ""

    def say(self, shown: str, *, filter_text: str, order: str, trouble: str, columns: str) -> None:
        """Say how many pods are shown, by which filter, in which order, and what is wrong."""
        said = (shown, filter_text, order, trouble, columns)
        if said != (self._shown, self._filter, self._order, self._trouble, self._columns):
            self._shown, self._filter, self._order, self._trouble, self._columns = said
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one of the two lines."""
        base, width = self.rich_style, self.size.width
        if y:
            style = self.get_component_rich_style("list-head--columns")
            return Strip([Segment(f"{'':{PREFIX}}{self._columns}", style)]).adjust_cell_length(width, base)
        segments = [Segment(f" pods {self._shown} ", base)]
        if self._filter:
            style = self.get_component_rich_style("list-head--filter")
            segments.append(Segment(f" /{self._filter} ", style))
        if self._order:
            segments.append(Segment(f" {self._order} ", self.get_component_rich_style("list-head--columns")))
        if self._trouble:
            style = self.get_component_rich_style("list-head--trouble")
            segments.append(Segment(f" {self._trouble} ", style))
        return Strip(segments).adjust_cell_length(width, base)


class PodBox(Vertical):
    """The list and its head."""

    class FilterChanged(Message):
        """The filter reads differently now."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__()
        self.head = ListHead()
        self.list = PodList()
        self._input: Input | None = None

    def compose(self) -> ComposeResult:
        """The head and the list."""
        yield self.head
        yield self.list

    async def edit_filter(self, text: str) -> None:
        """Let the person type a filter; enter keeps it, escape takes it away."""
        from textual.widgets import Input

        if self._input is None:
            self._input = Input(text, placeholder="name, namespace or status; ! turns it round", compact=True)
            await self.mount(self._input, before=self.head)
        self._input.focus()

    async def _close_input(self) -> None:
        if self._input is not None:
            used, self._input = self._input, None
            self.list.focus()
            await used.remove()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        event.stop()
        self.post_message(self.FilterChanged(event.value))

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter and go back to the list."""
        event.stop()
        await self._close_input()

    async def on_key(self, event: Key) -> None:
        """Leave the filter: up and down go to the list, escape takes it away as well."""
        if self._input is None or not self._input.has_focus:
            return
        if event.key in ("up", "down", "escape", "tab"):
            event.stop()
            event.prevent_default()
            if event.key == "escape":
                self.post_message(self.FilterChanged(""))
            await self._close_input()
