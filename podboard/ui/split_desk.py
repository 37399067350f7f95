"""What a person does with terminals beside each other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from podboard.model.size import Size
from podboard.ui.arrangement import TITLE_LINES
from podboard.ui.keymap import NO_POD, RESIZE_KEYS
from podboard.ui.layout import (
    LEAST_HEIGHT,
    LEAST_WIDTH,
    Direction,
    first_at_left,
    first_on_top,
    side_by_side,
    stacked,
    tiled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from podboard.session.terminal import Terminal
    from podboard.ui.layout import Area, Layout
    from podboard.ui.screens.board import Board
    from podboard.ui.widgets.terminal_area import Group, TerminalArea
    from podboard.ui.widgets.terminal_pane import TerminalPane

ALONE: Final = "there is no other terminal in this tab: | or - opens one"
NO_ROOM: Final = f"no room: a terminal needs {LEAST_WIDTH} columns and {LEAST_HEIGHT} lines"

_FAR: Final = 5
"""Cells a border is moved by H, J, K and L."""

_RESIZE_DIRECTIONS: Final = (Direction.LEFT, Direction.DOWN, Direction.UP, Direction.RIGHT)
_WIDE: Final = 3
"""Times its height a terminal is wide that is rather split side by side."""


class SplitDesk:
    """Does what the keys for it say.

    Args:
        area: Where the terminals are.
    """

    def __init__(self, board: Board, area: TerminalArea) -> None:
        self._board = board
        self._area = area

    # -- opening ----------------------------------------------------------------------------

    async def action_split_right(self) -> None:
        """Open another terminal in the pod of the active one, to its right."""
        await self._split(Direction.RIGHT)

    async def action_split_below(self) -> None:
        """Open another terminal in the pod of the active one, below it."""
        await self._split(Direction.DOWN)

    async def _split(self, direction: Direction) -> None:
        pane = self._area.active
        if pane is None:
            self._board.tell("no terminal is open: enter opens one in this pod")
            return
        plan: Layout[TerminalPane | None] = self._area.group_of(pane).layout.map(lambda leaf: leaf)
        plan.split(pane, direction, None)
        size = self._size(plan)
        if size is None:
            self._board.tell(NO_ROOM)
        elif terminal := self._board.make_terminal(pane.terminal.target, size):
            self._board.unzoom()
            async with self._area.drawing_later(terminal):
                self._board.show(await self._area.split(pane, direction, terminal))

    def _size(self, plan: Layout[TerminalPane | None]) -> Size | None:
        """The size of the terminal that is still to come; None where not all have room."""
        room = self._room
        return _size_in(plan.places(*room).areas[None]) if plan.fits(*room) else None

    async def action_open_tiled(self) -> None:
        """Open terminals in the marked pods, in one tab."""
        targets, room = self._board.chosen, self._room
        plan = tiled(range(len(targets)), *room) if targets else None
        if plan is None or not plan.fits(*room):
            self._board.tell(NO_ROOM if plan else NO_POD)
            return
        areas = plan.places(*room).areas
        terminals: list[Terminal] = [
            terminal
            for place, target in enumerate(targets)
            if (terminal := self._board.make_terminal(target, _size_in(areas[place])))
        ]
        if terminals:
            self._board.unmark()
            async with self._area.drawing_later(terminals[0]):
                self._board.show(await self._area.add_together(plan.map(terminals.__getitem__)))

    # -- going about --------------------------------------------------------------------------

    def go(self, key: str) -> None:
        """Go to the terminal that lies where an arrow points."""
        group, room = self._area.group, self._room
        if group is None:
            return
        self._board.unzoom()
        found = None
        if group.layout.fits(*room):
            found = group.layout.neighbour(group.active, Direction(key), *room)
        if found is not None:
            self._board.show(found)
        else:
            self._board.tell(ALONE)

    def action_next_pane(self) -> None:
        """Go to the next terminal of the tab."""
        if (found := self._beside(1)) is not None:
            self._board.unzoom()
            self._board.show(found[1])

    def _beside(self, by: int) -> tuple[Group, TerminalPane] | None:
        """The tab, and the terminal in it that comes so many places behind the active one."""
        group = self._area.group
        leaves = group.layout.leaves if group is not None else []
        if group is None or len(leaves) < 2:  # noqa: PLR2004 - a pair
            self._board.tell(ALONE)
            return None
        return group, leaves[(leaves.index(group.active) + by) % len(leaves)]

    # -- how they lie -------------------------------------------------------------------------

    def resize(self, key: str) -> None:
        """Move a border of the active terminal."""
        group, room = self._area.group, self._room
        place = RESIZE_KEYS.split(",").index(key)
        cells = _FAR if place < len(_RESIZE_DIRECTIONS) else 1
        direction = _RESIZE_DIRECTIONS[place % len(_RESIZE_DIRECTIONS)]
        if group is not None and group.layout.fits(*room):
            self._board.unzoom()
            if group.layout.resize(group.active, direction, cells, *room):
                self._area.rearrange()

    def action_swap_back(self) -> None:
        """Let the active terminal change places with the one before."""
        self._swap(-1)

    def action_swap_on(self) -> None:
        """Let the active terminal change places with the next one."""
        self._swap(1)

    def _swap(self, by: int) -> None:
        if (found := self._beside(by)) is not None:
            group, other = found
            self._board.unzoom()
            group.layout.swap(group.active, other)
            self._area.rearrange()

    def action_break_out(self) -> None:
        """Give the active terminal a tab of its own."""
        if (found := self._beside(1)) is not None:
            group, _ = found
            pane = group.active
            self._board.unzoom()
            self._area.take_out(pane)
            self._area.put_behind(pane, group)
            self._board.show(pane)

    def action_join(self) -> None:
        """Choose a terminal of another tab, and put it beside the active one."""
        from podboard.ui.screens.picker import Picker

        group = self._area.group
        others = [pane for pane in self._area.panes if group is None or pane not in group.layout.leaves]
        if group is None or not others:
            self._board.tell("there is no terminal in another tab")
            return

        def chosen(place: int | None) -> None:
            if place is not None and others[place] in self._area.panes:
                self._join(group, others[place])

        names = [f"{self._number(pane)} {pane.terminal.target}" for pane in others]
        self._board.app.push_screen(Picker("put beside this one", names), chosen)

    def _number(self, pane: TerminalPane) -> int:
        return self._area.groups.index(self._area.group_of(pane)) + 1

    def _join(self, group: Group, pane: TerminalPane) -> None:
        room = self._room
        plan: Layout[TerminalPane | None] = group.layout.map(lambda leaf: leaf)
        if not plan.fits(*room):
            self._board.tell(NO_ROOM)
            return
        here = plan.places(*room).areas[group.active]
        direction = Direction.RIGHT if here.width > here.height * _WIDE else Direction.DOWN
        plan.split(group.active, direction, None)
        if not plan.fits(*room):
            self._board.tell(NO_ROOM)
            return
        self._board.unzoom()
        self._area.take_out(pane)
        group.layout.split(group.active, direction, pane)
        self._board.show(pane)

    def action_tile(self) -> None:
        """Share the tab out as a grid."""
        width, height = self._room
        self._arrange([partial(tiled, width=width, height=height)])

    def action_rearrange(self) -> None:
        """Share the tab out in the next way."""
        width, height = self._room
        ways: list[Callable[[Sequence[TerminalPane]], Layout[TerminalPane]]] = [
            side_by_side,
            stacked,
            first_on_top,
            first_at_left,
            partial(tiled, width=width, height=height),
        ]
        if (group := self._area.group) is not None:
            self._arrange(ways[group.arrangements % len(ways) :] + ways[: group.arrangements % len(ways)])

    @property
    def _room(self) -> Size:
        return self._board.room_for_terminals()

    def _arrange(self, ways: Sequence[Callable[[Sequence[TerminalPane]], Layout[TerminalPane]]]) -> None:
        """Share the tab out in the first of many ways for which there is room."""
        if (found := self._beside(1)) is None:
            return
        group, _ = found
        for tried, way in enumerate(ways, 1):
            layout = way(group.layout.leaves)
            if layout.fits(*self._room):
                group.layout = layout
                group.arrangements += tried
                self._board.unzoom()
                self._area.rearrange()
                return
        self._board.tell(NO_ROOM)


def _size_in(area: Area) -> Size:
    return Size(area.width, max(area.height - TITLE_LINES, 1))
