"""Layouts that are kept: by name, and the last one with what its terminals had shown."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.errors import DatabaseError
from podboard.model.pod_columns import container_names, default_container
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.model.text import one_line
from podboard.session.keeping import MOST_OF_ONE, Keeping
from podboard.session.own_process import is_gone, own_name
from podboard.session.successor import successor_of
from podboard.ui.arrangement import TITLE_LINES
from podboard.ui.layout import Layout, LayoutError
from podboard.vt.styled import styled_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    from textual.timer import Timer

    from podboard.model.record import Json
    from podboard.session.cluster import Cluster
    from podboard.session.terminal import Terminal
    from podboard.ui.screens.board import Board
    from podboard.ui.widgets.terminal_area import TerminalArea
    from podboard.ui.widgets.terminal_pane import TerminalPane

    _Lying: TypeAlias = tuple[Layout[TerminalPane], TerminalPane]
    """How the terminals of a tab lie, and the one that has the focus there."""

log = logging.getLogger(__name__)

_LAST: Final = "last"
_OPEN: Final = "open "
_NAMED: Final = "layout "
"""What the names begin with under which the board remembers layouts: of a podboard that runs, and by name."""

SETTLE: Final = 1.0
"""Seconds for which changes of how terminals lie gather before they are noted."""

_LONGEST_NAME: Final = 40
_MOST: Final = 100
"""Terminals of a layout that is read."""

_FEED: Final = 256 * 1024
"""Bytes that are shown again before keys and other terminals have their turn."""


class Pane(NamedTuple):
    """What is kept of a terminal.

    Attributes:
        owner: What its pod belonged to, as ``pod_columns.group`` has it.
        shown: The name by which ``Keeping`` has what it had shown; empty for none.
    """

    namespace: str
    pod: str
    container: str
    owner: str = ""
    shown: str = ""


class Tab(NamedTuple):
    """What is kept of a tab.

    Attributes:
        layout: Of the places of its panes.
        active: The place of the one with the focus.
    """

    layout: Layout[int]
    panes: list[Pane]
    active: int


class LayoutDesk:
    """Keeps layouts, and opens them again.

    Args:
        area: Where the terminals are.

    Attributes:
        offer: What the person is asked about the last layout; empty where that is not the question.
    """

    def __init__(self, board: Board, area: TerminalArea) -> None:
        self.offer = ""
        self._board = board
        self._area = area
        self._cluster: Cluster | None = None
        self._keeping: Keeping | None = None
        self._last: list[Tab] = []
        self._offered: list[str] = []
        self._since = 0.0
        self._noted: list[Json] = []
        self._settling: Timer | None = None

    # -- the last one -------------------------------------------------------------------------

    def begin(self, cluster: Cluster, state: Mapping[str, Json]) -> None:
        """Ask whether to go on as the person left this cluster, if there was anything to go on with."""
        self._cluster = cluster
        if cluster.kept_folder is None:
            return
        self._keeping = Keeping(cluster.kept_folder, cluster.context)
        killed = [name for name in state if name.startswith(_OPEN) and is_gone(name.removeprefix(_OPEN))]
        self._offered = [*killed, _LAST] if _LAST in state else killed
        if not cluster.restores:
            self._forget()
            return
        self._board.run_worker(asyncio.to_thread(self._keeping.sweep), exit_on_error=False)
        self._last = [tab for name in killed for tab in _read(state[name])]
        if isinstance(kept := state.get(_LAST), dict):
            since = kept.get("at")
            self._since = float(since) if isinstance(since, int | float) else 0.0
            self._last += _read(kept.get("tabs"))
        if count := sum(len(tab.panes) for tab in self._last):
            terminals = "1 terminal" if count == 1 else f"{count} terminals"
            self.offer = f"open {terminals} again as you left them?"
            self._board.keyboard.show()

    async def action_restore(self) -> None:
        """Open the terminals again that were open when the board was left."""
        tabs, since, keeping = self._last, self._since, self._keeping
        self._last, self.offer = [], ""
        if keeping is None:
            return
        shown = [pane.shown for tab in tabs for pane in tab.panes]
        texts = await asyncio.to_thread(keeping.read, shown)
        await self._open(tabs, dict(zip(shown, texts, strict=True)), since)
        self.note()
        self._forget()

    def action_forget(self) -> None:
        """Begin anew, and forget what the terminals had shown."""
        self._last, self.offer = [], ""
        self._forget()

    def _forget(self) -> None:
        self._forget_offered()
        if self._keeping is not None:
            self._board.run_worker(asyncio.to_thread(self._keeping.forget), exit_on_error=False)

    def _forget_offered(self) -> None:
        for name in self._offered:
            self._board.desk.forget(name)
        self._offered = []

    @property
    def _keeps(self) -> bool:
        """Whether how the terminals lie is to be offered at another start."""
        restores = self._cluster is not None and self._cluster.restores
        return restores and self._keeping is not None and not self._board.desk.trouble

    def stir(self) -> None:
        """Note how the terminals lie, once they do no more than that: podboard may be killed."""
        # The database may still be on its way to be opened.
        if self._settling is None and self._keeping is not None:
            self._settling = self._board.set_timer(SETTLE, self.note)

    def note(self) -> None:
        """Note how the terminals lie now, if that has changed."""
        self._settling = None
        if not self._keeps:
            return
        tabs = self._tabs(self._running(), {})
        if tabs != self._noted:
            self._noted = tabs
            if tabs:
                self._board.desk.remember(**{_OPEN + own_name(): tabs})
            else:
                self._board.desk.forget(_OPEN + own_name())

    async def keep_last(self) -> None:
        """Keep the terminals that are open, and what they have shown, for the next start."""
        layouts, keeping = self._running(), self._keeping
        if not layouts or not self._keeps or keeping is None:
            return
        terminals = [pane.terminal for layout, _ in layouts for pane in layout.leaves]
        texts = []
        for terminal in terminals:
            texts.append(styled_text(terminal.screen, MOST_OF_ONE))
            await asyncio.sleep(0)
        try:
            names = await asyncio.to_thread(keeping.keep, texts)
        except OSError as error:
            log.warning("what terminals have shown is not kept: %s", error.strerror)
            names = [""] * len(terminals)
        tabs = self._tabs(layouts, dict(zip(terminals, names, strict=True)))
        self._forget_offered()
        last: Json = {"at": time.time(), "tabs": tabs}
        self._board.desk.remember(**{_LAST: last})
        self._board.desk.forget(_OPEN + own_name())
        # What the shells do from now on is to be hung up.
        self._keeping = None

    def _running(self) -> list[_Lying]:
        return self._layouts(lambda pane: not pane.is_ended)

    # -- by name ------------------------------------------------------------------------------

    def action_save_layout(self) -> None:
        """Keep the tabs as they are now, by a name."""
        if not self._layouts():
            self._board.tell("no terminal is open")
        elif trouble := self._board.desk.trouble:
            self._board.tell(one_line(f"layouts are kept in the database: {trouble}"))
        else:
            self._board.keyboard.ask("save the layout as ", self._save)

    def _save(self, typed: str) -> None:
        if name := _name(typed):
            self._board.desk.remember(**{f"{_NAMED}{name}": self._tabs(self._layouts(), {})})
            self._board.tell(f'saved as "{name}"')

    async def action_open_layout(self) -> None:
        """Choose a layout, and open terminals in it; rename or remove one."""
        from podboard.ui.screens.layouts import Layouts

        try:
            state = await self._board.desk.board_state()
        except DatabaseError as error:
            self._board.tell(one_line(f"no layouts: {error.message}"))
            return
        kept = {
            name.removeprefix(_NAMED): tabs
            for name, tabs in sorted(state.items())
            if name.startswith(_NAMED) and _read(tabs)
        }
        if not kept:
            self._board.tell("no layout was saved on this cluster")
            return

        def chosen(place: int | None) -> None:
            if place is not None:
                tabs = _read(list(kept.values())[place])
                self._board.keyboard.wait_for("open_layout", self._open(tabs, {}))

        self._board.app.push_screen(
            Layouts(list(kept), partial(self._ask_for_name, kept), partial(self._remove, kept)), chosen
        )

    def _ask_for_name(self, kept: Mapping[str, Json], name: str) -> None:
        """Let the person call a layout otherwise."""

        def typed(text: str) -> None:
            new = _name(text)
            if new in kept and new != name:
                self._board.tell(f'there is a layout "{new}" already')
            elif new and new != name:
                self._board.desk.remember(**{f"{_NAMED}{new}": kept[name]})
                self._board.desk.forget(f"{_NAMED}{name}")
                self._board.tell(one_line(f'"{name}" is called "{new}" now'))

        self._board.keyboard.ask("call the layout ", typed, one_line(name))
        self._board.keyboard.show()

    def _remove(self, kept: dict[str, Json], name: str) -> None:
        del kept[name]
        self._board.desk.forget(f"{_NAMED}{name}")
        self._board.tell(one_line(f'"{name}" is removed'))

    def _layouts(self, is_wanted: Callable[[TerminalPane], bool] = lambda _: True) -> list[_Lying]:
        """How the terminals lie that can be opened again, each tab with the one that has the focus."""

        def can_be_kept(pane: TerminalPane) -> bool:
            # A process that was attached to is not a shell's to open.
            return pane.terminal.attachment is None and is_wanted(pane)

        return [
            (layout, group.active)
            for group in self._area.groups
            if (layout := group.layout.only(can_be_kept)) is not None
        ]

    def _tabs(self, layouts: Sequence[_Lying], shown: Mapping[Terminal, str]) -> list[Json]:
        return [
            _tab(layout.map(lambda pane: pane.terminal), active.terminal, shown) for layout, active in layouts
        ]

    # -- opening ------------------------------------------------------------------------------

    async def _open(self, tabs: Sequence[Tab], shown: Mapping[str, bytes], since: float = 0.0) -> None:
        """Open tabs behind those there are, and show the first of them."""
        first = None
        for tab in tabs:
            terminals = self._terminals(tab)
            if terminals is None:
                return
            for pane, terminal in zip(tab.panes, terminals, strict=True):
                await _show_again(terminal, shown.get(pane.shown, b""), since)
            await self._area.add_together(tab.layout.map(terminals.__getitem__))
            group = self._area.groups[-1]
            group.active = group.layout.leaves[tab.layout.leaves.index(tab.active)]
            first = first or group
        if first is not None:
            self._board.show(first.active)

    def _terminals(self, tab: Tab) -> list[Terminal] | None:
        """Make the terminals of a tab, each of the size it will have."""
        width, height = room = self._board.room_for_terminals()
        areas = tab.layout.places(*room).areas if tab.layout.fits(*room) else {}
        terminals = []
        for place, pane in enumerate(tab.panes):
            area = areas.get(place)
            columns, rows = (area.width, area.height) if area is not None else (width, height)
            size = Size(columns, max(rows - TITLE_LINES, 1))
            terminal = self._board.make_terminal(self._target(pane), size)
            if terminal is None:
                return None
            terminal.belongs_to = terminal.belongs_to or pane.owner
            terminals.append(terminal)
        return terminals

    def _target(self, pane: Pane) -> Target:
        """The pod of a pane, or the one that took its place."""
        pods = self._cluster.roster.pods if self._cluster is not None else {}
        named = Target(pane.namespace, pane.pod, pane.container)
        pod = pods.get((pane.namespace, pane.pod))
        if pod is None:
            return successor_of(named, pane.owner, pods) or named
        container = pane.container if pane.container in container_names(pod) else default_container(pod)
        return Target(pane.namespace, pane.pod, container, pod.metadata.uid)


async def _show_again(terminal: Terminal, text: bytes, since: float) -> None:
    """Show what another terminal had shown, and that it was another."""
    if not text:
        return
    for start in range(0, len(text), _FEED):
        terminal.show_again(text[start : start + _FEED])
        await asyncio.sleep(0)
    at = time.localtime(since)
    is_today = at[:3] == time.localtime()[:3]
    when = time.strftime("%H:%M:%S" if is_today else "%Y-%m-%d %H:%M", at)
    terminal.mark(f"kept from {when}", "new shell")


def _tab(layout: Layout[Terminal], active: Terminal, shown: Mapping[Terminal, str]) -> Json:
    def written(terminal: Terminal) -> Json:
        target = terminal.target
        pane = Pane(
            target.namespace, target.pod, target.container, terminal.belongs_to, shown.get(terminal, "")
        )
        return {name: value for name, value in pane._asdict().items() if value}

    leaves = layout.leaves
    return {
        "layout": layout.to_json(written),
        "active": leaves.index(active) if active in leaves else 0,
    }


def _name(typed: str) -> str:
    return one_line(typed.strip())[:_LONGEST_NAME]


def _read(kept: Json) -> list[Tab]:
    """The tabs that were kept; none where that is nothing podboard has written."""
    try:
        return [_read_tab(tab) for tab in kept] if isinstance(kept, list) else []
    except (LayoutError, TypeError) as error:
        log.warning("a layout that was kept is none: %s", error)
        return []


def _read_tab(kept: Json) -> Tab:
    panes: list[Pane] = []

    def read(leaf: Json) -> int:
        if not isinstance(leaf, dict) or not all(isinstance(value, str) for value in leaf.values()):
            msg = "a terminal without names"
            raise LayoutError(msg)
        panes.append(Pane(**leaf))  # type: ignore[arg-type]
        return len(panes) - 1

    if not isinstance(kept, dict):
        msg = "no tab"
        raise LayoutError(msg)
    layout = Layout.from_json(kept.get("layout"), read)
    active = kept.get("active")
    if len(panes) > _MOST:
        msg = "too many terminals"
        raise LayoutError(msg)
    return Tab(layout, panes, active if isinstance(active, int) and 0 <= active < len(panes) else 0)
