"""The line at the top: where one is, how the pods are, and the tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from podboard.ui.widgets.looks import STATE_LOOKS, LooksMixin

if TYPE_CHECKING:
    from rich.style import Style
    from textual.events import Click
    from textual.geometry import Size

    from podboard.model.badge import Badge

_LONGEST_LABEL = 24
_LEAST_PLACE = 20


class Tab(NamedTuple):
    """What a tab says of its terminals.

    Attributes:
        label: Of the one that has the focus there.
        badge: The worst.
        marked: Whether something happened there that nobody has seen: a bell, or output.
        more: How many there are beside the first.
    """

    label: str
    badge: Badge
    marked: bool = False
    more: int = 0


class TopLine(LooksMixin):
    """The context and namespace, counts where there is room for them, and tabs at the right end."""

    ALLOW_SELECT = False
    LOOKS = "top-line"

    class TabClicked(Message):
        """A tab was clicked; ``index`` counts from 0."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self) -> None:
        super().__init__()
        self._place = ""
        self._counts = ""
        self._warning = ""
        self._tabs: tuple[Tab, ...] = ()
        self._active = -1
        self._spans: list[tuple[int, int, int]] = []

    def set_place(self, place: str, counts: str, warning: str) -> None:
        """Say where one is.

        Args:
            place: The context and the namespace.
            counts: How many pods there are and how they are.
            warning: What one should never forget here; shown even where the counts have no room.
        """
        if (place, counts, warning) != (self._place, self._counts, self._warning):
            self._place, self._counts, self._warning = place, counts, warning
            self.refresh()

    def set_tabs(self, tabs: tuple[Tab, ...], active: int) -> None:
        """Show ``tabs``, the one at ``active`` set off; -1 for none."""
        if (tabs, active) != (self._tabs, self._active):
            self._tabs, self._active = tabs, active
            self.refresh()

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        """One line."""
        return 1

    def render_line(self, _y: int) -> Strip:
        """Draw the line, and note where the tabs lie."""
        width, base = self.size.width, self.rich_style
        name = Segment(" podboard ", self.look("name"))
        tabs = self._fit_tabs(width - min(width // 2, name.cell_length + _LEAST_PLACE))
        tabs_width = sum(_length(segments) for _, segments in tabs)
        left = [name, Segment(f" {self._place} ", base)]
        if self._warning:
            left.append(Segment(f" {self._warning} ", self.look("warning")))
        counts = Segment(f" {self._counts} ", base)
        if sum(segment.cell_length for segment in (*left, counts)) + tabs_width <= width:
            left.insert(2, counts)
        strip = _fitted(left, max(width - tabs_width, 0), base)
        right, at = [], strip.cell_length
        self._spans = []
        for index, segments in tabs:
            right += segments
            end = at + _length(segments)
            self._spans.append((at, end, index))
            at = end
        return Strip.join([strip, Strip(right)]).adjust_cell_length(width, base)

    def _fit_tabs(self, room: int) -> list[tuple[int, list[Segment]]]:
        """The tabs that fit around the active one, each with its index."""
        if not self._tabs:
            return []
        tabs = [self._draw_tab(index, tab) for index, tab in enumerate(self._tabs)]
        first = last = max(self._active, 0)
        used = _length(tabs[first]) + 2  # and a sign at either end
        while True:
            if last + 1 < len(tabs) and used + _length(tabs[last + 1]) <= room:
                last += 1
                used += _length(tabs[last])
            elif first > 0 and used + _length(tabs[first - 1]) <= room:
                first -= 1
                used += _length(tabs[first])
            else:
                break
        shown = list(enumerate(tabs))[first : last + 1]
        if first > 0:
            shown.insert(0, (first - 1, [Segment("<", self.look("tab"))]))
        if last + 1 < len(tabs):
            shown.append((last + 1, [Segment(">", self.look("tab"))]))
        return shown

    def _draw_tab(self, index: int, tab: Tab) -> list[Segment]:
        label, badge = tab.label, tab.badge
        if cell_len(label) > _LONGEST_LABEL:
            label = set_cell_size(label, _LONGEST_LABEL - 1).rstrip() + "…"
        if tab.more:
            label = f"{label} +{tab.more}"
        code = f" {badge.exit_code}" if badge.exit_code is not None else ""
        is_active = index == self._active
        plain = self.look("tab-active" if is_active else "tab")
        return [
            Segment(f" {index + 1} {label} ", plain),
            Segment(f"{badge.sign}{code}", plain if is_active else self.look(STATE_LOOKS[badge.state])),
            Segment(f"{'!' if tab.marked else ''} ", plain),
        ]

    def on_click(self, event: Click) -> None:
        """Tell which tab was clicked."""
        for start, end, index in self._spans:
            if start <= event.x < end:
                self.post_message(self.TabClicked(index))


def _fitted(segments: list[Segment], room: int, base: Style) -> Strip:
    """The segments in as many cells; where they are too many, it is seen that something is left out."""
    strip = Strip(segments)
    if strip.cell_length > room:
        strip = Strip([*strip.crop(0, max(room - 2, 0)), Segment("… ", base)])
    return strip.adjust_cell_length(room, base)


def _length(segments: list[Segment]) -> int:
    return sum(segment.cell_length for segment in segments)
