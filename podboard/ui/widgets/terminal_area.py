"""The part of the screen that shows one terminal of many."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from textual.message import Message

from podboard.model.text import one_line
from podboard.ui.widgets.diagnostics import Diagnostics
from podboard.ui.widgets.plain import PlainVertical
from podboard.ui.widgets.top_line import Tab

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from podboard.session.terminal import Terminal
    from podboard.ui.widgets.terminal_pane import TerminalPane

log = logging.getLogger(__name__)


class TerminalArea(PlainVertical):
    """Holds the terminals in the order of their tabs, and shows the active one.

    Args:
        noting: Notes a terminal's shell, which lives as long as the block.

    Attributes:
        panes: One a terminal.
        active: The one that is shown; None where there is none.
    """

    class Changed(Message):
        """A terminal came, went, or became the active one."""

    def __init__(self, noting: Callable[[Terminal], AbstractContextManager[None]]) -> None:
        super().__init__()
        self._noting = noting
        self.panes: list[TerminalPane] = []
        self.active: TerminalPane | None = None
        self._tasks: dict[Terminal, asyncio.Task[None]] = {}
        self._diagnostics: Diagnostics | None = None

    async def add(self, terminals: Sequence[Terminal]) -> TerminalPane:
        """Open new terminals, each in a tab of its own behind the others; returns the first's pane."""
        # Loaded only now: the first frame of the board must not wait for the terminal core.
        from podboard.ui.widgets.terminal_pane import TerminalPane

        for terminal in terminals:
            self._serve(terminal)
        # Let the requests go out: the servers start the shells while the panes are put on the screen.
        await asyncio.sleep(0)
        panes = [TerminalPane(terminal) for terminal in terminals]
        for pane in panes:
            pane.display = False
        self.panes += panes
        await self.mount_all(panes, before=self._diagnostics)
        return panes[0]

    def reopen(self, pane: TerminalPane) -> None:
        """Open a shell again in a terminal whose shell has ended, or was dropped."""
        if pane.is_ended:
            self._serve(pane.terminal)
        else:
            pane.terminal.hurry()

    def _serve(self, terminal: Terminal) -> None:
        self._tasks[terminal] = asyncio.create_task(_run(terminal, self._noting))

    def activate(self, pane: TerminalPane) -> None:
        """Show ``pane`` and no other."""
        if self.active is not pane:
            if self.active is not None:
                self.active.display = False
            self.active = pane
            pane.display = True
        self.update_diagnostics()
        self.post_message(self.Changed())

    def step(self, by: int) -> None:
        """Show the terminal ``by`` tabs further on, round the end."""
        if self.active is not None:
            index = self.panes.index(self.active) + by
            self.activate(self.panes[index % len(self.panes)])

    async def close(self, pane: TerminalPane) -> None:
        """Let go of a terminal; its neighbour is shown in its place."""
        self._tasks.pop(pane.terminal).cancel()
        index = self.panes.index(pane)
        self.panes.remove(pane)
        if self.active is pane:
            self.active = None
            if self.panes:
                self.activate(self.panes[min(index, len(self.panes) - 1)])
        await pane.remove()
        self.post_message(self.Changed())

    async def end(self) -> None:
        """Let go of all shells; the panes stay as they are."""
        tasks = self._tasks.values()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def on_unmount(self) -> None:
        """Leave nothing running."""
        await self.end()

    def tabs(self) -> tuple[Tab, ...]:
        """What the tabs say."""
        return tuple(Tab(_label(pane.terminal), pane.terminal.badge, pane.is_marked) for pane in self.panes)

    @property
    def active_index(self) -> int:
        """The place of the active terminal, -1 where there is none."""
        return self.panes.index(self.active) if self.active is not None else -1

    # -- diagnostics ------------------------------------------------------------------------

    @property
    def has_diagnostics(self) -> bool:
        """Whether the panel is there."""
        return self._diagnostics is not None

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


async def _run(terminal: Terminal, noting: Callable[[Terminal], AbstractContextManager[None]]) -> None:
    is_to_run = True
    try:
        while is_to_run:
            with noting(terminal):
                try:
                    await terminal.run()
                except Exception:
                    log.exception("the terminal in %s failed", terminal.target)
                    terminal.fail("podboard itself failed here", "the log file says more; please report it")
            is_to_run = terminal.will_return
    finally:
        terminal.abandon()


def _label(terminal: Terminal) -> str:
    name = one_line(terminal.target.pod)
    return f"{name}: {terminal.screen.title}" if terminal.screen.title else name
