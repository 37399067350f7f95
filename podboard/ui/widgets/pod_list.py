"""The list of pods: drawn line by line from the view, so that its length costs nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from podboard.ui.pod_rows import BADGE_HEADS, HEALTH_SIGNS, Layout, cells, lay_out
from podboard.ui.widgets.looks import STATE_LOOKS, LooksMixin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.style import Style
    from textual.events import Click

    from podboard.model.badge import Badge
    from podboard.model.pod import PodKey
    from podboard.session.pod_view import PodView

_DOUBLE: Final = 2


class PodList(LooksMixin, ScrollView, can_focus=True):
    """Shows a ``PodView``, with a cursor and marks.

    Attributes:
        cursor: The pod the cursor is on.
        marked: The pods marked for what comes next.
        columns: How they are laid out at the present width.
    """

    ALLOW_SELECT = False
    LOOKS = "pod-list"

    class Moved(Message):
        """The cursor is on another pod, the marks changed, or the columns are laid out anew."""

    class Chosen(Message):
        """A pod was double-clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.cursor: PodKey | None = None
        self.marked: set[PodKey] = set()
        self.columns = Layout(())
        self._view: PodView | None = None
        self._index = 0
        self._badges: Mapping[PodKey, Sequence[Badge]] = {}
        self._with_namespace = False
        self._wide = False
        self._has_record: Callable[[PodKey], bool] | None = None
        self._drawn: list[Strip] = []
        self._fitted_size = Size(0, 0)

    # -- what is shown ----------------------------------------------------------------------

    def show(
        self,
        view: PodView,
        badges: Mapping[PodKey, Sequence[Badge]],
        *,
        with_namespace: bool,
        wide: bool,
        has_record: Callable[[PodKey], bool] | None,
    ) -> None:
        """Show the view as it is now; the cursor stays on its pod, and the pod on its line of the screen.

        Args:
            has_record: Whether there is a record of a pod; None where there are no records at all.
        """
        self._badges, self._with_namespace, self._wide = badges, with_namespace, wide
        self._has_record = has_record
        line = self._cursor_line
        self._view = view
        self.marked &= view.pods.keys()
        self._find_cursor(view.keys)
        self._fit()
        moved = self._cursor_line - line
        if moved and self.scroll_offset.y:
            self._scroll_to_line(self.scroll_offset.y + moved)
        self.redraw()

    def redraw(self) -> None:
        """Repaint the lines that look different from what is on the screen."""
        before, self._drawn = self._drawn, self._draw()
        if len(self._drawn) != len(before):
            self.refresh()
        else:
            changed = [y for y, strip in enumerate(self._drawn) if strip != before[y]]
            if changed:
                self.refresh(*[Region(0, y, self.size.width, 1) for y in changed])

    def _find_cursor(self, keys: Sequence[PodKey]) -> None:
        if not keys:
            self.cursor, self._index = None, 0
        elif not (self._index < len(keys) and keys[self._index] == self.cursor):
            if self.cursor in keys:
                self._index = keys.index(self.cursor)
            else:
                # The pod is gone or filtered away: the one in its place has the cursor now.
                self._index = min(self._index, len(keys) - 1)
                self.cursor = keys[self._index]
                self.post_message(self.Moved())

    def _fit(self) -> None:
        if self._view is None:
            return
        self._fitted_size = self.size
        # One column, since nothing scrolls sideways: a width would have all laid out anew with each change.
        self.virtual_size = Size(1, self._view.line_count)
        if not self.size.width:
            return  # not shown; what it will be laid out for is not known
        columns = lay_out(
            self._view,
            self.size.width,
            namespace=self._with_namespace,
            wide=self._wide,
            records=self._has_record is not None,
        )
        if columns != self.columns:
            self.columns = columns
            self.post_message(self.Moved())

    def on_focus(self) -> None:
        """Set the cursor off."""
        self.redraw()

    def on_blur(self) -> None:
        """Let the cursor step back."""
        self.redraw()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._scroll_to_cursor()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw what scrolls in."""
        super().watch_scroll_y(old_value, new_value)
        self._drawn = []

    def notify_style_update(self) -> None:
        """Take in how things are to look now."""
        super().notify_style_update()
        self._drawn = []

    def render_lines(self, crop: Region) -> list[Strip]:
        """Hand the compositor the lines it wants, as they are."""
        if self._fitted_size != self.size:
            self._fit()
            self._drawn = []
        if not self._drawn:
            self._drawn = self._draw()
        strips = self._drawn[crop.y : crop.bottom]
        if crop.x or crop.right != self.size.width:
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def _draw(self) -> list[Strip]:
        return [self._draw_line(y) for y in range(self.size.height)]

    def _draw_line(self, y: int) -> Strip:
        width = self.size.width
        line = y + self.scroll_offset.y
        view = self._view
        base = self.look("")
        if view is None or line >= view.line_count:
            return Strip.blank(width, base)
        index, is_reason = view.index_at(line)
        key = view.keys[index]
        if is_reason:
            text = f"    {view.reason(key, time.time())}"
            strip = Strip([Segment(text, self.look("reason"))])
            return strip.adjust_cell_length(width, base)
        return self._draw_pod(key, width, base)

    def _draw_pod(self, key: PodKey, width: int, base: Style) -> Strip:
        assert self._view is not None  # noqa: S101 - the caller looked
        pod = self._view.pods[key]
        has_record = self._has_record is not None and self._has_record(key)
        row = cells(pod, self._badges.get(key, ()), self.columns, time.time(), has_record=has_record)
        look = self.look
        if key == self.cursor:
            plain = look("cursor" if self.has_focus else "cursor-elsewhere")
            styles = dict.fromkeys(("MARK", "HEALTH", *(head for head, _ in row.texts)), plain)
        else:
            health = look(row.health)
            badge = look(STATE_LOOKS[row.terminal]) if row.terminal is not None else base
            styles = {
                "MARK": look("mark"),
                "HEALTH": health,
                "NAME": base,
                "STATUS": health,
                "R": look("record"),
                **dict.fromkeys(BADGE_HEADS, badge),
            }
        segments = [
            Segment("▌" if key in self.marked else " ", styles["MARK"]),
            Segment(f"{HEALTH_SIGNS[row.health]} ", styles["HEALTH"]),
        ]
        segments += [Segment(text, styles.get(head) or look("dim")) for head, text in row.texts]
        return Strip(segments).adjust_cell_length(width, styles["NAME"])

    # -- the cursor and the marks -----------------------------------------------------------

    @property
    def _cursor_line(self) -> int:
        return self._view.line_of(self._index) if self._view is not None and self._view.keys else 0

    def _go(self, index: int) -> None:
        if self._view is None or not self._view.keys:
            return
        self._index = max(0, min(index, len(self._view.keys) - 1))
        self.cursor = self._view.keys[self._index]
        self._scroll_to_cursor()
        self.redraw()
        self.post_message(self.Moved())

    def _scroll_to_cursor(self) -> None:
        line, top, height = self._cursor_line, self.scroll_offset.y, self.size.height
        if line < top:
            self._scroll_to_line(line)
        elif height and line >= top + height:
            self._scroll_to_line(line - height + 1)

    def _scroll_to_line(self, line: int) -> None:
        # By force: otherwise nothing would scroll before the scroll bar is there, a layout after the pods.
        self.scroll_to(y=line, animate=False, immediate=True, force=True)

    def go_down(self) -> None:
        """Go to the next pod."""
        self._go(self._index + 1)

    def go_up(self) -> None:
        """Go to the previous pod."""
        self._go(self._index - 1)

    def go_first(self) -> None:
        """Go to the first pod."""
        self._go(0)

    def go_last(self) -> None:
        """Go to the last pod."""
        self._go(len(self._view.keys) - 1 if self._view is not None else 0)

    def page_down(self) -> None:
        """Go a page down."""
        self._go(self._index + max(self.size.height - 1, 1))

    def page_up(self) -> None:
        """Go a page up."""
        self._go(self._index - max(self.size.height - 1, 1))

    def mark(self) -> None:
        """Mark or unmark the pod under the cursor, and go to the next."""
        if self.cursor is not None:
            self.marked ^= {self.cursor}
            self._go(self._index + 1)

    def mark_all(self) -> None:
        """Mark all pods shown; unmark all where they are."""
        if self._view is not None:
            shown = set(self._view.keys)
            self.marked = set() if self.marked >= shown else self.marked | shown
            self.redraw()
            self.post_message(self.Moved())

    def unmark(self) -> None:
        """Take all marks away."""
        if self.marked:
            self.marked.clear()
            self.redraw()
            self.post_message(self.Moved())

    def on_click(self, event: Click) -> None:
        """Go to the pod clicked on; open it on a double click."""
        line = event.y + self.scroll_offset.y
        if self._view is not None and line < self._view.line_count:
            self._go(self._view.index_at(line)[0])
            if event.chain == _DOUBLE:
                self.post_message(self.Chosen())
