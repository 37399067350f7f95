"""The part of the screen that shows one terminal of many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from podboard.model.size import Size
from podboard.ui.widgets.diagnostics import Diagnostics
from podboard.ui.widgets.plain import PlainVertical
from podboard.ui.widgets.top_line import Tab

if TYPE_CHECKING:
    from podboard.session.terminal import Terminal
    from podboard.ui.widgets.terminal_frame import TerminalFrame


class TerminalArea(PlainVertical):
    """Holds the terminals in the order of their tabs, and shows the active one.

    Attributes:
        frames: One a terminal.
        active: The one that is shown; None where there is none.
    """

    class Changed(Message):
        """A terminal came, went, or became the active one."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[TerminalFrame] = []
        self.active: TerminalFrame | None = None
        self._diagnostics: Diagnostics | None = None

    def room(self) -> Size:
        """The size a new terminal will have, in cells, less the line above it."""
        width, height = self.content_size
        return Size(max(width, 2), max(height - 1, 2))

    async def add(self, terminal: Terminal) -> TerminalFrame:
        """Show a new terminal in a tab of its own, behind the others."""
        # Loaded only now: the first frame of the board must not wait for the terminal core.
        from podboard.ui.widgets.terminal_frame import TerminalFrame

        frame = TerminalFrame(terminal)
        # The server starts the shell while the frame is put on the screen.
        frame.open()
        frame.display = False
        self.frames.append(frame)
        await self.mount(frame, before=self._diagnostics)
        return frame

    def activate(self, frame: TerminalFrame) -> None:
        """Show ``frame`` and no other."""
        if self.active is not frame:
            if self.active is not None:
                self.active.display = False
            self.active = frame
            frame.display = True
        self.update_diagnostics()
        self.post_message(self.Changed())

    def step(self, by: int) -> None:
        """Show the terminal ``by`` tabs further on, round the end."""
        if self.active is not None:
            index = self.frames.index(self.active) + by
            self.activate(self.frames[index % len(self.frames)])

    async def close(self, frame: TerminalFrame) -> None:
        """Let go of a terminal; its neighbour is shown in its place."""
        index = self.frames.index(frame)
        self.frames.remove(frame)
        if self.active is frame:
            self.active = None
            if self.frames:
                self.activate(self.frames[min(index, len(self.frames) - 1)])
        await frame.remove()
        self.post_message(self.Changed())

    def tabs(self) -> tuple[Tab, ...]:
        """What the tabs say."""
        return tuple(Tab(_label(frame.terminal), frame.terminal.badge, frame.rang) for frame in self.frames)

    @property
    def active_index(self) -> int:
        """The place of the active terminal, -1 where there is none."""
        return self.frames.index(self.active) if self.active is not None else -1

    # -- diagnostics ------------------------------------------------------------------------

    async def toggle_diagnostics(self) -> None:
        """Show the panel below the terminal, or take it away."""
        if self._diagnostics is None:
            self._diagnostics = Diagnostics()
            await self.mount(self._diagnostics)
            self.update_diagnostics()
        else:
            panel, self._diagnostics = self._diagnostics, None
            await panel.remove()

    def update_diagnostics(self) -> None:
        """Bring the panel up to date, if it is there."""
        if self._diagnostics is not None:
            self._diagnostics.show(self.active.terminal if self.active is not None else None)


def _label(terminal: Terminal) -> str:
    name = terminal.target.pod
    return f"{name}: {terminal.screen.title}" if terminal.screen.title else name
