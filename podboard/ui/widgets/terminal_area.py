"""The part of the screen that shows the terminals of one tab of many."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final, cast

from msgspec import Struct
from rich.segment import Segment
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region
from textual.layout import Layout as WidgetLayout
from textual.layout import WidgetPlacement
from textual.message import Message
from textual.strip import Strip

from podboard.model.badge import TerminalState
from podboard.model.text import one_line
from podboard.ui.layout import Area, Layout, Places
from podboard.ui.widgets.looks import LooksMixin
from podboard.ui.widgets.plain import PlainVertical
from podboard.ui.widgets.top_line import Tab

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from contextlib import AbstractContextManager

    from textual import events
    from textual.geometry import Size
    from textual.widget import Widget

    from podboard.model.badge import Badge
    from podboard.session.terminal import Terminal
    from podboard.ui.layout import Border, Direction
    from podboard.ui.widgets.diagnostics import Diagnostics
    from podboard.ui.widgets.terminal_pane import TerminalPane

log = logging.getLogger(__name__)

_AT_ONCE: Final = 0.025
"""Seconds that nobody notices."""

_WORST_FIRST: Final = (
    TerminalState.FAILED,
    TerminalState.RECONNECTING,
    TerminalState.CLOSED,
    TerminalState.CONNECTING,
    TerminalState.OPEN,
)


class Group(Struct, eq=False):
    """The terminals of one tab.

    Attributes:
        layout: How they share it.
        active: The one that has the focus while the tab has it.
        arrangements: How often they were arranged anew by the key that goes through the ways to do it.
    """

    layout: Layout[TerminalPane]
    active: TerminalPane
    arrangements: int = 0

    def places(self, width: int, height: int, *, alone: bool) -> Places[TerminalPane]:
        """Where the terminals are; where there is no room for all, the active one has it all."""
        if alone or not self.layout.fits(width, height):
            return Places({self.active: Area(0, 0, width, height)}, [])
        return self.layout.places(width, height)


class _Tiles(WidgetLayout):
    """Puts the panes of the active tab where their layout says."""

    name = "tiles"

    def __init__(self, area: TerminalArea) -> None:
        self._area = area

    def arrange(
        self,
        parent: Widget,  # noqa: ARG002 - as Textual has it
        children: list[Widget],  # noqa: ARG002 - as Textual has it
        size: Size,
        greedy: bool = True,  # noqa: ARG002, FBT001, FBT002 - as Textual has it
    ) -> list[WidgetPlacement]:
        """Place them, and no others."""
        return [
            WidgetPlacement(Region(*place), NULL_OFFSET, NULL_SPACING, pane)
            for pane, place in self._area.share_out(size).areas.items()
        ]


class TerminalArea(LooksMixin, PlainVertical):
    """Holds the terminals in the order of their tabs, and shows those of the active tab.

    What is between terminals side by side is its own, and so is the mouse there and on the titles.

    Args:
        noting: Notes a terminal's shell, which lives as long as the block.

    Attributes:
        groups: One a tab.
    """

    ALLOW_SELECT = False
    LOOKS = "terminal-area"

    class Changed(Message):
        """A terminal came, went, or became the active one."""

    class Arranged(Message):
        """Terminals lie in another way."""

    def __init__(self, noting: Callable[[Terminal], AbstractContextManager[None]]) -> None:
        super().__init__()
        self._noting = noting
        self.groups: list[Group] = []
        self._group: Group | None = None
        self._is_alone = False
        self._room = (0, 0)
        self._places: Places[TerminalPane] = Places({}, [])
        self._dragged: Border | None = None
        self._tasks: dict[Terminal, asyncio.Task[None]] = {}
        self._diagnostics: Diagnostics | None = None
        self._tiles = _Tiles(self)

    @property
    def layout(self) -> WidgetLayout:
        """Where the terminals are is for their own layout to say."""
        return self._tiles

    @property
    def panes(self) -> list[TerminalPane]:
        """All terminals, in the order of their tabs."""
        return [pane for group in self.groups for pane in group.layout.leaves]

    def pane_of(self, focused: Widget | None) -> TerminalPane | None:
        """The terminal that a widget is; None where it is none."""
        return cast("TerminalPane", focused) if focused is not None and focused.parent is self else None

    @property
    def active(self) -> TerminalPane | None:
        """The one of the active tab that has the focus when the tab has it; None where there is none."""
        return self._group.active if self._group is not None else None

    @property
    def group(self) -> Group | None:
        """The active tab."""
        return self._group

    # -- coming and going -------------------------------------------------------------------

    async def add(self, terminals: Sequence[Terminal]) -> TerminalPane:
        """Open new terminals, each in a tab of its own behind the others; returns the first's pane."""
        panes = await self._open(terminals)
        self.groups += [Group(Layout(pane), pane) for pane in panes]
        await self.mount_all(panes)
        return panes[0]

    async def add_together(self, layout: Layout[Terminal]) -> TerminalPane:
        """Open new terminals in one tab behind the others; returns the first's pane."""
        terminals = layout.leaves
        panes = await self._open(terminals)
        group = Group(layout.map(dict(zip(terminals, panes, strict=True)).__getitem__), panes[0])
        self.groups.append(group)
        await self.mount_all(panes)
        return panes[0]

    async def split(self, pane: TerminalPane, direction: Direction, terminal: Terminal) -> TerminalPane:
        """Open a new terminal beside another, in the same tab; returns its pane."""
        new = (await self._open([terminal]))[0]
        new.display = True
        self.group_of(pane).layout.split(pane, direction, new)
        await self.mount(new)
        return new

    @asynccontextmanager
    async def drawing_later(self, terminal: Terminal) -> AsyncIterator[None]:
        """Show what is done in the block when a terminal's server has answered, if it does at once.

        A shell starts when its terminal's size is known, which goes out behind that answer; and to lay the
        screen out takes as long as the shell needs to say something.
        """
        with self.app.batch_update():
            yield
            with suppress(TimeoutError):
                async with asyncio.timeout(_AT_ONCE):
                    await terminal.settled.wait()
        self.screen.check_idle()
        if self.active is not None:
            self.call_after_refresh(self.active.aim_cursor)

    async def _open(self, terminals: Sequence[Terminal]) -> list[TerminalPane]:
        # Loaded only now: the first frame of the board must not wait for the terminal core.
        from podboard.ui.widgets.terminal_pane import TerminalPane

        for terminal in terminals:
            self._serve(terminal)
        # Let the requests go out first, a turn for the climb and one for its first way: the servers answer
        # while the panes are made.
        for _ in range(2):
            await asyncio.sleep(0)
        panes = [TerminalPane(terminal) for terminal in terminals]
        for pane in panes:
            # Else the screen would be laid out twice: now, and when the tab is shown.
            pane.display = False
        return panes

    def reopen(self, pane: TerminalPane) -> None:
        """Open a shell again in a terminal whose shell has ended, or was dropped."""
        terminal, task = pane.terminal, self._tasks[pane.terminal]
        returns = terminal.will_return and not task.done()
        if pane.is_ended and not returns:
            terminal.begin_again()
            self._serve(terminal, behind=task)
        else:
            terminal.hurry()

    async def replace(self, pane: TerminalPane, *, resumes: bool) -> None:
        """Leave the shell of a terminal, and open another, which is to outlive a drop or need not."""
        task = self._tasks[pane.terminal]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        pane.terminal.begin_anew(resumes=resumes)
        self._serve(pane.terminal)

    def _serve(self, terminal: Terminal, behind: asyncio.Task[None] | None = None) -> None:
        self._tasks[terminal] = asyncio.create_task(_run(terminal, self._noting, behind))

    async def close(self, pane: TerminalPane) -> None:
        """Let go of a terminal; its neighbour is shown in its place."""
        self._tasks.pop(pane.terminal).cancel()
        self.take_out(pane)
        await pane.remove()
        self.post_message(self.Changed())

    def take_out(self, pane: TerminalPane) -> None:
        """Take a terminal out of its tab, and the tab away with the last one."""
        group = self.group_of(pane)
        leaves = group.layout.leaves
        if len(leaves) > 1:
            group.layout.remove(pane)
            if group.active is pane:
                index = leaves.index(pane)
                group.active = (leaves[:index] + leaves[index + 1 :])[max(index - 1, 0)]
        else:
            index = self.groups.index(group)
            self.groups.remove(group)
            if self._group is group:
                self._group = self.groups[min(index, len(self.groups) - 1)] if self.groups else None
        self.rearrange()

    def put_behind(self, pane: TerminalPane, before: Group) -> None:
        """Give a terminal that was taken out a tab of its own, behind another."""
        index = self.groups.index(before) + 1 if before in self.groups else len(self.groups)
        self.groups.insert(index, Group(Layout(pane), pane))
        self.rearrange()

    async def end(self) -> None:
        """Let go of all shells; the panes stay as they are."""
        tasks = self._tasks.values()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def on_unmount(self) -> None:
        """Leave nothing running."""
        await self.end()

    # -- the tabs ---------------------------------------------------------------------------

    def activate(self, pane: TerminalPane) -> None:
        """Show the tab of ``pane``, and give it the focus there."""
        group = self.group_of(pane)
        if group is not self._group or group.active is not pane:
            self._group, group.active = group, pane
            if pane not in self._places.areas:
                # What comes before it is laid out is drawn with it.
                pane.terminal.shown = True
                self.rearrange()
        self.update_diagnostics()
        self.post_message(self.Changed())

    def step(self, by: int) -> None:
        """Show the tab ``by`` further on, round the end."""
        if self._group is not None:
            index = self.groups.index(self._group) + by
            self.activate(self.groups[index % len(self.groups)].active)

    def group_of(self, pane: TerminalPane) -> Group:
        """The tab a terminal is in."""
        return next(group for group in self.groups if pane in group.layout.leaves)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow the mouse, which may give the focus to another terminal of the tab."""
        leaves = self._group.layout.leaves if self._group is not None else []
        pane = next((pane for pane in leaves if pane is event.widget), None)
        if pane is not None and pane is not self.active:
            self.activate(pane)

    def tabs(self) -> tuple[Tab, ...]:
        """What the tabs say."""
        return tuple(map(_tab, self.groups))

    @property
    def active_index(self) -> int:
        """The place of the active tab, -1 where there is none."""
        return self.groups.index(self._group) if self._group is not None else -1

    # -- the terminals of a tab ---------------------------------------------------------------

    def show_alone(self, *, alone: bool) -> None:
        """Show the active terminal without the others of its tab, or with them again."""
        if alone is not self._is_alone:
            self._is_alone = alone
            self.rearrange()

    def rearrange(self) -> None:
        """Put the terminals where their layout says now."""
        for group in self.groups:
            for pane in group.layout.leaves:
                # What is not displayed takes no focus when another terminal goes.
                pane.display = group is self._group
        self._clear_arrangement_cache()
        self.refresh(layout=True)
        self.post_message(self.Arranged())

    def share_out(self, size: Size) -> Places[TerminalPane]:
        """Where the terminals are, if they have so much room."""
        self._room = size.width, size.height
        group, before = self._group, self._places.areas
        self._places = group.places(*self._room, alone=self._is_alone) if group else Places({}, [])
        hidden = len(group.layout.leaves) - len(self._places.areas) if group else 0
        for pane in self._places.areas:
            if pane.hidden_beside != hidden:
                pane.hidden_beside = hidden
                pane.call_later(pane.refresh_lines)
        # Textual tells widgets that they are shown only if nobody asked for a place before it did.
        for pane in before.keys() ^ self._places.areas.keys():
            pane.call_later(pane.vanish if pane in before else pane.appear)
        return self._places

    def diagnostics_height(self) -> int:
        """The lines that the panel takes."""
        return self._diagnostics.outer_size.height if self._diagnostics is not None else 0

    def render_lines(self, crop: Region) -> list[Strip]:
        """What is between terminals side by side."""
        columns = [border.area for border in self._places.borders if border.split.in_row]
        if not columns:
            return super().render_lines(crop)
        sign, lines = Segment("│", self.look("border")), []
        for row in range(crop.y, crop.bottom):
            segments, at = [], 0
            for column in sorted(area.column for area in columns if area.holds(area.column, row)):
                segments += [Segment(" " * (column - at)), sign]
                at = column + 1
            lines.append(Strip([*segments, Segment(" " * (self.size.width - at))]).crop(crop.x, crop.right))
        return lines

    def _border_at(self, event: events.MouseEvent) -> Border | None:
        return self._places.border_at(*(event.screen_offset - self.region.offset))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of a border."""
        if event.button == 1 and (border := self._border_at(event)) is not None:
            event.stop()
            self._dragged = border
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the border that is held."""
        if self._dragged is None:
            return
        event.stop()
        split, before = self._dragged.split, self._dragged.before
        for border in self._places.borders:
            if self._group is not None and border.split is split and border.before == before:
                to = (event.screen_offset - self.region.offset)[0 if split.in_row else 1]
                self._group.layout.move_border(border, to, *self._room)
                self.rearrange()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go of the border."""
        if self._dragged is not None:
            event.stop()
            self._dragged = None
            self.release_mouse()

    # -- diagnostics ------------------------------------------------------------------------

    @property
    def has_diagnostics(self) -> bool:
        """Whether the panel is there."""
        return self._diagnostics is not None

    async def toggle_diagnostics(self) -> None:
        """Show the panel below the terminal, or take it away."""
        if self._diagnostics is None:
            from podboard.ui.widgets.diagnostics import Diagnostics

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


async def _run(
    terminal: Terminal,
    noting: Callable[[Terminal], AbstractContextManager[None]],
    behind: asyncio.Task[None] | None,
) -> None:
    if behind is not None:
        # Its shell has ended, but its last words may not be written yet.
        await asyncio.wait((behind,))
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


def _tab(group: Group) -> Tab:
    panes = group.layout.leaves
    return Tab(
        _label(group.active.terminal, hears=any(pane.heard for pane in panes)),
        min((pane.terminal.badge for pane in panes), key=_badness),
        any(pane.is_marked for pane in panes),
        len(panes) - 1,
    )


def _badness(badge: Badge) -> int:
    return _WORST_FIRST.index(badge.state)


def _label(terminal: Terminal, *, hears: bool) -> str:
    name = f"{'═ ' if hears else ''}{one_line(terminal.target.pod)}"
    return f"{name}: {terminal.screen.title}" if terminal.screen.title else name
