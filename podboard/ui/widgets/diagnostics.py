"""How a terminal was reached, and what happened to it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from podboard.model.attempt import OUTCOME_SIGNS, Outcome
from podboard.ui.widgets.looks import LooksMixin
from podboard.ui.widgets.wrapping import sentence_lines

if TYPE_CHECKING:
    from podboard.session.terminal import Terminal

_INDENT: Final = 5
"""Cells before what goes on below an attempt."""


class Diagnostics(LooksMixin, ScrollView, can_focus=False):
    """The timeline of attempts and the log of one terminal; it follows its end."""

    ALLOW_SELECT = False
    LOOKS = "diagnostics"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "diagnostics--title",
        "diagnostics--bad",
        "diagnostics--good",
        "diagnostics--dim",
    }

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
        title, bad, good, dim = (self.look(name) for name in ("title", "bad", "good", "dim"))
        base = self.rich_style
        if terminal is None:
            return [Strip([Segment(" no terminal", dim)])]
        width = self.size.width
        lines = [Strip([Segment(f" {terminal.target}", title)])]
        for number, attempt in enumerate(terminal.attempts, 1):
            style = good if attempt.outcome is Outcome.OPENED else bad
            status = f"{attempt.status} " if attempt.status else ""
            told = f"{status}{attempt.sentence}" if attempt.sentence else str(attempt.outcome)
            sign = OUTCOME_SIGNS[attempt.outcome]
            way = Segment(f" {number:>2}  {attempt.method}  {attempt.endpoint}  ", base)
            result = f"{sign} {attempt.duration:.2f} s  {told}"
            lines += sentence_lines([way], result, style, width, _INDENT)
            if attempt.hint:
                lines += sentence_lines([Segment("     → ", dim)], attempt.hint, dim, width, _INDENT + 2)
        for at, level, text in terminal.lines:
            clock = Segment(time.strftime(" %H:%M:%S ", time.localtime(at)), dim)
            style = bad if level >= logging.WARNING else base
            lines += sentence_lines([clock], text, style, width, clock.cell_length)
        return lines
