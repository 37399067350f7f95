"""How a terminal was reached, and what happened to it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from podboard.ui.widgets.looks import LooksMixin
from podboard.ui.widgets.pane_lines import attempt_lines
from podboard.ui.widgets.wrapping import sentence_lines

if TYPE_CHECKING:
    from podboard.session.terminal import Terminal


class Diagnostics(LooksMixin, ScrollView, can_focus=False):
    """The log of one terminal and the timeline of attempts; it follows its end."""

    ALLOW_SELECT = False
    LOOKS = "diagnostics"

    def __init__(self) -> None:
        super().__init__()
        self._terminal: Terminal | None = None
        self._lines: list[Strip] = []

    def show(self, terminal: Terminal | None) -> None:
        """Show what is known of ``terminal``."""
        self._terminal = terminal
        self._lay_out()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._lay_out()

    def _lay_out(self) -> None:
        self._lines = self._write(self._terminal)
        self.virtual_size = Size(self.size.width, len(self._lines))
        self.scroll_end(animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a line."""
        line = y + self.scroll_offset.y
        strip = self._lines[line] if line < len(self._lines) else Strip.blank(0)
        return strip.adjust_cell_length(self.size.width, self.rich_style)

    def _write(self, terminal: Terminal | None) -> list[Strip]:
        title, bad, dim = (self.look(name) for name in ("title", "failed", "dim"))
        base = self.rich_style
        if terminal is None:
            return [Strip([Segment(" no terminal", dim)])]
        width = self.size.width - self.scrollbar_size_vertical
        lines = [Strip([Segment(f" {terminal.target}", title)])]
        for at, level, text in terminal.lines:
            clock = Segment(time.strftime(" %H:%M:%S ", time.localtime(at)), dim)
            style = bad if level >= logging.WARNING else base
            lines += sentence_lines([clock], text, style, width, clock.cell_length)
        # Last, where it is in sight: a small panel has no room for both.
        return lines + attempt_lines(terminal.attempts, width, self.look)
