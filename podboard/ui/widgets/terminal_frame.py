"""A terminal with the line above it that names it, and what is to be said about it below."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from podboard.model.badge import TerminalState
from podboard.model.duration import human_duration
from podboard.ui.keymap import LEADER_SHOWN
from podboard.ui.widgets.plain import PlainVertical
from podboard.ui.widgets.terminal_pane import TerminalPane

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.geometry import Size

    from podboard.session.terminal import Terminal

log = logging.getLogger(__name__)

_STATE_STYLES = {
    TerminalState.OPEN: "frame-title--open",
    TerminalState.CONNECTING: "frame-title--wait",
    TerminalState.RECONNECTING: "frame-title--wait",
    TerminalState.CLOSED: "frame-title--closed",
    TerminalState.FAILED: "frame-title--failed",
}


class FrameTitle(Widget):
    """One line: the pod and container, the program's own title, and the badge on the right."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "frame-title--focused",
        "frame-title--dim",
        *_STATE_STYLES.values(),
    }

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        self._focused = False
        self._since = ""
        self._drawn = Strip.blank(0)

    def bring_up_to_date(self, *, focused: bool) -> None:
        """Repaint if the line reads differently now."""
        badge = self._terminal.badge
        open_for = time.time() - self._terminal.opened
        self._focused = focused
        self._since = f" {human_duration(open_for)}" if badge.state is TerminalState.OPEN else ""
        line = self.render_line(0)
        if line != self._drawn:
            self._drawn = line
            self.refresh()

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        """One line."""
        return 1

    def render_line(self, _y: int) -> Strip:
        """Draw the line."""
        terminal, badge, width = self._terminal, self._terminal.badge, self.size.width
        base = self.rich_style
        dim = self.get_component_rich_style("frame-title--dim")
        name = self.get_component_rich_style("frame-title--focused") if self._focused else base
        state = self.get_component_rich_style(_STATE_STYLES[badge.state])
        right = Strip(
            [
                Segment(f" {_scrolled(terminal)} " if terminal.screen.scrolled else "", name),
                Segment(f" {badge.method} · " if badge.method else " ", dim),
                Segment(f"{badge.sign} {badge.words}", state),
                Segment(f"{self._since} ", dim),
            ]
        )
        left = [Segment(f" {terminal.target} ", name)]
        if terminal.screen.title:
            left.append(Segment(f"· {terminal.screen.title} ", dim))
        room = max(width - right.cell_length, 0)
        line = Strip(left).adjust_cell_length(min(Strip(left).cell_length, room), base)
        rule = Strip([Segment("─" * (room - line.cell_length), dim)])
        return Strip.join([line, rule, right]).adjust_cell_length(width, base)


class Notice(Widget):
    """What is to be said about a terminal that is not open: what happened, and what to do next."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"notice--failed", "notice--hint", "notice--keys"}

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal

    def render_line(self, y: int) -> Strip:
        """Draw the sentence, the hint, and the keys."""
        ending, width, base = self._terminal.ending, self.size.width, self.rich_style
        if ending is None:
            return Strip.blank(width, base)
        failed = self._terminal.badge.state is TerminalState.FAILED
        sentence_style = self.get_component_rich_style("notice--failed") if failed else base
        hint_style, keys_style = map(self.get_component_rich_style, ("notice--hint", "notice--keys"))
        lines = [
            Segment(f" {self._terminal.badge.sign} {ending.sentence}", sentence_style),
            Segment(f" → {ending.hint}", hint_style),
            Segment(f" enter opens it again · {LEADER_SHOWN} x closes it", keys_style),
        ]
        if not ending.hint:
            del lines[1]
        line = Strip([lines[y]]) if y < len(lines) else Strip.blank(width, base)
        return line.adjust_cell_length(width, base)

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        """Two lines, three with a hint."""
        ending = self._terminal.ending
        return 3 if ending is not None and ending.hint else 2


class TerminalFrame(PlainVertical):
    """One terminal on the screen."""

    DEFAULT_CSS = """
    TerminalFrame { width: 1fr; height: 1fr; }
    FrameTitle { height: 1; }
    Notice { height: auto; display: none; }
    """

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self.terminal = terminal
        self.pane = TerminalPane(terminal)
        self._title = FrameTitle(terminal)
        self._notice = Notice(terminal)
        self._seen_bells = 0

    def compose(self) -> ComposeResult:
        """The title, the terminal, and the notice."""
        yield self._title
        yield self.pane
        yield self._notice

    def open(self) -> None:
        """Open a shell, the first time or again; may be called before the frame is on the screen."""
        self.run_worker(self._serve(), name=str(self.terminal.target), exit_on_error=False)

    async def _serve(self) -> None:
        try:
            await self.terminal.run()
        except Exception:
            log.exception("the terminal in %s failed", self.terminal.target)
            self.terminal.fail("podboard itself failed here", "the log file says more; please report it")

    @property
    def is_ended(self) -> bool:
        """Whether there is no shell, nor one on its way."""
        return self.terminal.badge.state in (TerminalState.CLOSED, TerminalState.FAILED)

    @property
    def rang(self) -> bool:
        """Whether something happened since somebody last looked."""
        return not self.terminal.shown and (
            self.terminal.unseen or self.terminal.screen.bells > self._seen_bells
        )

    def refresh_title(self) -> None:
        """Bring the title and the notice up to date."""
        if not self.display:
            return
        self._seen_bells = self.terminal.screen.bells
        self._title.bring_up_to_date(focused=self.pane.has_focus)
        if self._notice.display != self.is_ended:
            self._notice.display = self.is_ended
        self._notice.refresh(layout=self.is_ended)


def _scrolled(terminal: Terminal) -> str:
    return f"↑ {terminal.screen.scrolled} of {terminal.screen.scrollback}"
