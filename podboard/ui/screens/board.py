"""The board: the pods on the left, terminals on the right, and what the keys do."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from textual.screen import Screen
from textual.strip import Strip

from podboard.errors import UsageError
from podboard.model.names import checked_namespace
from podboard.model.pod_columns import Health, default_container, group
from podboard.model.size import Size as TerminalSize
from podboard.model.target import Target
from podboard.model.text import one_line
from podboard.ui.arrangement import arrange
from podboard.ui.driver import PodboardDriver
from podboard.ui.keyboard import Keyboard
from podboard.ui.keymap import NO_TERMINAL
from podboard.ui.pod_rows import RECORD_SIGN
from podboard.ui.record_desk import RecordDesk
from podboard.ui.widgets.key_line import MOST, KeyLine
from podboard.ui.widgets.plain import PlainVertical
from podboard.ui.widgets.pod_box import HeadText, PodBox
from podboard.ui.widgets.terminal_area import TerminalArea
from podboard.ui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.geometry import Region
    from textual.widget import Widget

    from podboard.model.badge import Badge
    from podboard.model.broadcast import BroadcastRules
    from podboard.model.pod import Pod, PodKey
    from podboard.model.record import Json, Record
    from podboard.session.broadcast import Typist
    from podboard.session.cluster import Cluster
    from podboard.session.ladder import Ladder
    from podboard.session.pod_view import PodView
    from podboard.session.terminal import Terminal
    from podboard.ui.arrangement import Arrangement
    from podboard.ui.broadcast_desk import BroadcastDesk
    from podboard.ui.debug_desk import DebugDesk
    from podboard.ui.layout_desk import LayoutDesk
    from podboard.ui.list_desk import ListDesk
    from podboard.ui.paste_desk import PasteDesk
    from podboard.ui.scroll_desk import ScrollDesk
    from podboard.ui.split_desk import SplitDesk
    from podboard.ui.terminal_desk import TerminalDesk
    from podboard.ui.widgets.terminal_pane import TerminalPane

log = logging.getLogger(__name__)

REFRESH: Final = 0.08
"""Seconds between two refreshes of the list at least: what changes in between is shown at once."""

AGES_EVERY: Final = 10.0
"""Seconds between two refreshes of the list for its ages alone, which would never leave the line quiet."""

LINES: Final = 2
"""The one at the top and the one at the bottom."""

WORTH_A_WORD: Final = 0.3
"""Seconds after which a person wonders what is awaited."""


FIRST_PODS: Final = 3.0
"""Seconds that what is typed for the pods waits for the first of them."""


class Board(Screen[None], inherit_bindings=False):
    """Shows one cluster's pods and the terminals in them.

    Attributes:
        view: The pods in the order and with the filter they are shown; None until a cluster is reached.
        wide: Whether IP and NODE are shown too.
        focused_pane: The terminal that has the focus.
    """

    AUTO_FOCUS: ClassVar[str | None] = "PodList"

    def __init__(self, place: str, warning: str = "") -> None:
        """Prepare the board.

        Args:
            place: What is being connected to, until the cluster is there.
            warning: What the person should never forget here.
        """
        super().__init__()
        self._top = TopLine()
        self._box = PodBox()
        self.desk = RecordDesk(self)
        self._area = TerminalArea(self.desk.noting)
        self._body = PlainVertical(self._box, self._area, id="body")
        self.key_line = KeyLine()
        self.keyboard = Keyboard(self)
        self._cluster: Cluster | None = None
        self.view: PodView | None = None
        self._place = place
        self._warning = warning
        self._trouble = "connecting…"
        self.wide = False
        self._zoomed = False
        self._arrangement: Arrangement | None = None
        self._terminals_changed = False
        self._list_is_due = False
        self._listed = asyncio.Event()
        self._early_filter = ""
        self._is_leaving = False
        self.focused_pane: TerminalPane | None = None

    def compose(self) -> ComposeResult:
        """One line, the list and the terminals, one line."""
        yield self._top
        yield self._body
        yield self.key_line

    def on_mount(self) -> None:
        """Say what is awaited."""
        self.refresh_list()
        self.keyboard.show()
        self.set_interval(1.0, self._tick)
        self.set_interval(AGES_EVERY, self._box.list.redraw)

    def on_screen_suspend(self) -> None:
        """Hide the cursor of a terminal: what lies above it takes the keys."""
        if self.focused_pane is not None:
            self.focused_pane.hide_cursor()

    def on_screen_resume(self) -> None:
        """Show it again."""
        if self.focused_pane is not None:
            self.call_after_refresh(self.focused_pane.aim_cursor)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Nothing of its own: widgets cover it."""
        return [Strip.blank(crop.width)] * crop.height

    # -- the cluster ------------------------------------------------------------------------

    @property
    def cluster(self) -> Cluster | None:
        """What is shown, once it is reached."""
        return self._cluster

    @property
    def is_leaving(self) -> bool:
        """Whether nothing shall be opened any more."""
        return self._is_leaving

    @property
    def cursor_pod(self) -> Pod | None:
        """The pod under the cursor of the list."""
        key = self._box.list.cursor
        return self.view.pods.get(key) if self.view is not None and key is not None else None

    @property
    def ladder(self) -> Ladder | None:
        """The ways into pods, once there are any."""
        return self._cluster.ladder if self._cluster is not None else None

    async def welcome(self, cluster: Cluster, *, recall_namespace: bool) -> PodView:
        """Be as the person left it when it was last on this cluster; returns what is to be shown.

        Args:
            recall_namespace: Whether it is for the board to say which namespace is watched at first.
        """
        from podboard.session.pod_view import Column, Filter, PodView

        state = await self.desk.recall(cluster.context)
        self._cluster = cluster
        self.desk.look_after(cluster.ladder)
        self._place = cluster.context or "no cluster"
        self.view = view = PodView(cluster.roster)
        view.column = next((column for column in Column if column == state.get("sort")), view.column)
        view.reverse = state.get("reverse") is True
        view.filter = Filter(self._early_filter)
        self.wide = state.get("wide") is True
        if recall_namespace and "namespace" in state:
            _recall_namespace(cluster, state["namespace"])
        self.layout_desk.begin(cluster, state)
        return view

    async def serve(self, cluster: Cluster, view: PodView) -> None:
        """Show ``cluster`` as it changes, until cancelled."""
        while True:
            self._trouble = cluster.trouble
            view.refresh()
            self.refresh_list()
            if view.roster.keys or not cluster.trouble:
                self._listed.set()
            cluster.changed.clear()
            await asyncio.sleep(REFRESH)
            await cluster.changed.wait()

    @property
    def has_listed(self) -> bool:
        """Whether there is a list of pods, or it was waited for long enough."""
        return self._listed.is_set()

    async def listed(self) -> None:
        """Wait for the first pods, but not for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_PODS):
                await self._listed.wait()
        self._listed.set()

    @property
    def is_left(self) -> bool:
        """Whether nothing was opened that would have to be left."""
        return not self.has_terminals and (self.ladder is None or not self.ladder.leaver.under_way)

    async def leave(self) -> None:
        """Hang up all shells, as far as that is done in a moment."""
        self._is_leaving = True
        await self.layout_desk.keep_last()
        await self._area.end()
        if self.ladder is None:
            return
        leaver = self.ladder.leaver
        leaving = asyncio.create_task(leaver.close())
        try:
            done, _ = await asyncio.wait((leaving,), timeout=WORTH_A_WORD)
            if not done:
                shells = "1 shell" if leaver.under_way == 1 else f"{leaver.under_way} shells"
                self.tell(f"hanging up {shells}… ctrl+q does not wait")
            await leaving
        finally:
            leaving.cancel()

    def fail(self, sentence: str) -> None:
        """Say that there is no cluster, and why."""
        self._trouble = one_line(sentence)
        self._listed.set()
        self.refresh_list()

    def _tick(self) -> None:
        """Let the terminal's own times go on."""
        self.broadcast_desk.refresh()
        for pane in self._area.panes:
            if pane.terminal.shown:
                self.terminal_desk.seek_successor(pane)
                pane.refresh_times()

    def refresh_list(self) -> None:
        """Show the pods as they are by now, and how terminals stand in them."""
        self._list_is_due = False
        view, cluster = self.view, self._cluster
        namespace = (cluster.namespace or "all namespaces") if cluster is not None else ""
        place = one_line(f"{self._place} · {namespace}" if namespace else self._place)
        self._top.set_place(place, _counts(view), self._warning)
        if view is not None and cluster is not None:
            self._box.list.show(
                view,
                self._badges(),
                with_namespace=cluster.namespace is None,
                wide=self.wide,
                has_record=self._has_record if self.desk.has_records else None,
            )
        self._refresh_head()

    def _refresh_head(self) -> None:
        view, pods = self.view, self._box.list
        shown = ""
        if view is not None:
            total = len(view.roster.keys)
            shown = str(total) if view.filter.is_empty else f"{len(view.keys)} of {total}"
            if pods.marked:
                shown += f" · {len(pods.marked)} marked"
        sorted_by = ""
        if view is not None and (view.column != "NAME" or view.reverse):
            sorted_by = f"by {view.column} {'▲' if view.reverse else '▼'}"
        typed = self.keyboard.filter
        self._box.head.say(
            HeadText(
                shown,
                typed if typed is not None else self.filter_text or None,
                typed is not None,
                sorted_by,
                self._trouble,
                self._record_words(),
                pods.columns.heads,
            )
        )

    def _record_words(self) -> str:
        """Which record the pod under the cursor has."""
        key = self._box.list.cursor
        found = self.desk.record_of(key) if key is not None else None
        return one_line(f"{RECORD_SIGN} record {found.record.name}") if found is not None else ""

    def _has_record(self, key: PodKey) -> bool:
        return self.desk.record_of(key) is not None

    def _badges(self) -> dict[PodKey, list[Badge]]:
        badges: dict[PodKey, list[Badge]] = defaultdict(list)
        for pane in self._area.panes:
            target = pane.terminal.target
            badges[target.namespace, target.pod].append(pane.terminal.badge)
        return badges

    # -- what the keyboard asks -------------------------------------------------------------

    def watch_focused(self, focused: Widget | None) -> None:
        """Note which terminal has the focus: that is asked for every key and every paint."""
        self.focused_pane = self._area.pane_of(focused)

    @property
    def has_terminals(self) -> bool:
        """Whether any terminal is on the board."""
        return bool(self._area.panes)

    @property
    def filter_text(self) -> str:
        """The filter as it stands."""
        return self.view.filter.text if self.view is not None else self._early_filter

    def set_filter(self, text: str) -> None:
        """Show the pods that ``text`` fits."""
        from podboard.session.pod_view import Filter

        if self.view is not None:
            self.view.filter = Filter(text)
            self.view.refresh()
        else:
            self._early_filter = text
        self.refresh_list()

    def tell(self, message: str) -> None:
        """Say something on the line at the bottom, for a moment or until the next key of the board."""
        # Who hears stays in sight meanwhile. Behind the keys that are shown for where the same key has led.
        told = f"{self.broadcast_desk.banner} · {message}" if self.broadcast_desk.banner else message
        self.call_later(self._tell, told)

    def _tell(self, told: str) -> None:
        pane = self.focused_pane
        types = pane is not None and not pane.is_scrolling and not pane.is_ended
        # Who types into a shell must see what stands there.
        self.key_line.tell(told, 1 if types else MOST)
        self.keyboard.show()

    def on_key_line_hushed(self) -> None:
        """Give a zoomed terminal its last line back."""
        self.keyboard.show()

    def show_menu(self, *, shown: bool) -> None:
        """Show the line at the bottom over a zoomed terminal, or take it away again."""
        self.key_line.display = shown or bool(self._bottom)
        lines = self.key_line.height if self.key_line.display else 0
        for pane in self._area.panes:
            pane.cover(lines if lines > self._bottom else 0)

    @property
    def _bottom(self) -> int:
        """The lines that terminals leave for what is said at the bottom."""
        return int(not self._is_bare or bool(self.broadcast_desk.banner))

    # -- going about ------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Share out the new width."""
        self._arrange()
        self.call_after_refresh(self.keyboard.show)

    def on_descendant_focus(self) -> None:
        """Lay out for what has the focus."""
        if self.focused_pane is None:
            self._zoomed = False
        self._arrange()
        self.keyboard.show()
        if self._area.active is not None:
            self._area.active.refresh_lines()

    def _arrange(self) -> None:
        """Give list and terminals their places.

        Set on the widgets themselves: a class on the screen would have every widget styled anew, which
        is a good part of the time from the key to the prompt.
        """
        arrangement = arrange(
            self.size.width,
            terminals=self.has_terminals,
            in_terminal=self.focused_pane is not None,
            zoomed=self._zoomed,
        )
        if arrangement == self._arrangement:
            return
        self._arrangement = arrangement
        list_width, terminal_at, lines = arrangement
        self._area.show_alone(alone=not lines)
        self._box.display = list_width != 0
        self._box.styles.width = "1fr" if list_width is None else list_width
        self._box.divider.display = list_width is not None
        self._area.display = terminal_at is not None
        self._area.styles.margin = (0, 0, 0, terminal_at or 0)
        self._top.display = lines
        self._lay_bottom()

    def _lay_bottom(self) -> None:
        """Leave the line at the bottom to the keys, but in a zoomed terminal that only one hears."""
        self._body.styles.margin = (0, 0, self._bottom, 0)
        self.keyboard.show()

    def action_list(self) -> None:
        """Go to the pod list."""
        self._zoomed = False
        self.set_focus(self._box.list)
        self._arrange()

    def action_terminal(self) -> None:
        """Go to the active terminal."""
        if self._area.active is not None:
            self._show(self._area.active)
        else:
            self.tell(NO_TERMINAL)

    def _show(self, pane: TerminalPane) -> None:
        self._area.activate(pane)
        self.set_focus(pane, scroll_visible=False)
        # Now and not with the focus event, or the screen would be laid out twice.
        self._arrange()

    def action_next_tab(self) -> None:
        """Go to the next terminal."""
        self._area.step(1)
        self.action_terminal()

    def action_previous_tab(self) -> None:
        """Go to the previous terminal."""
        self._area.step(-1)
        self.action_terminal()

    def go_to_tab(self, index: int) -> None:
        """Go to the terminal whose tab is at ``index``, if there is one."""
        if 0 <= index < len(self._area.groups):
            self._show(self._area.groups[index].active)

    @property
    def _is_area_covered(self) -> bool:
        """Whether the list lies above the terminals."""
        if self._arrangement is None:
            return False
        list_width, terminal_at, _ = self._arrangement
        return list_width is None or list_width > (terminal_at or 0)

    def on_top_line_tab_clicked(self, event: TopLine.TabClicked) -> None:
        """Go to the terminal whose tab was clicked."""
        self.go_to_tab(event.index)

    def action_zoom(self) -> None:
        """Give the whole screen to the terminal, or take it back."""
        if self._area.active is not None:
            self._zoomed = not self._zoomed
            self._show(self._area.active)

    async def action_diagnostics(self) -> None:
        """Show or hide how the terminal was reached, and its log."""
        if self._area.active is None:
            self.tell(NO_TERMINAL)
            return
        if not (self._is_area_covered and self._area.has_diagnostics):
            await self._area.toggle_diagnostics()
        if self._is_area_covered:
            self._show(self._area.active)

    def action_help(self) -> None:
        """Show all keys."""
        from podboard.ui.screens.help import Help

        self.app.push_screen(Help())

    def action_palette(self) -> None:
        """Let the person find what to do by its name."""
        from podboard.ui.palette import choose_action

        choose_action(self)

    def action_repaint(self) -> None:
        """Draw the whole screen anew: something else has written on it."""
        driver = self.app._driver  # noqa: SLF001 - the app has no public way to its driver
        if isinstance(driver, PodboardDriver):
            driver.repaint()
        # Where the driver keeps no shadow of the screen.
        self.app.refresh(layout=True)

    async def action_quit(self) -> None:
        """Leave; ask first while terminals are open."""
        from podboard.ui.screens.confirm import Confirm

        running = sum(not pane.is_ended for pane in self._area.panes)
        if not running or self._is_leaving:
            self.app.exit()
            return
        terminals = "1 terminal is" if running == 1 else f"{running} terminals are"
        self.app.push_screen(
            Confirm(f"{terminals} open. Quit?", "quit"), lambda yes: self.app.exit() if yes else None
        )

    # -- the list ---------------------------------------------------------------------------

    @cached_property
    def list_desk(self) -> ListDesk:
        """What a person does with it."""
        from podboard.ui.list_desk import ListDesk

        return ListDesk(self, self._box.list)

    def on_pod_list_moved(self) -> None:
        """Bring the head up to date."""
        self._refresh_head()

    async def action_records(self) -> None:
        """Show the pod records."""
        await self.desk.show(self.cursor_pod)

    # -- terminals --------------------------------------------------------------------------

    def on_pod_list_chosen(self) -> None:
        """Open the pod that was double-clicked."""
        self.keyboard.perform("open")

    def open_record(self, record: Record | None) -> None:
        """Open terminals in the pods of a record, whether they are in the list or not."""
        if record is not None:
            self.keyboard.wait_for("open", self.terminal_desk.open_record(record))

    def target_of(self, key: PodKey, container: str = "") -> Target:
        """Return a container of a pod, its default one where none is named."""
        pod = self.view.pods[key] if self.view is not None else None
        if pod is None:
            return Target(*key, container)
        return Target(*key, container or default_container(pod), pod.uid)

    def make_terminal(self, target: Target, size: TerminalSize) -> Terminal | None:
        """Make a terminal that can be put on the board; None where none can be opened."""
        from podboard.session.terminal import Terminal

        cluster = self._cluster
        if cluster is None or self._is_leaving:
            return None
        terminal = Terminal(
            target,
            cluster.ladder,
            size,
            turns=cluster.turns,
            recordings=cluster.recordings,
            returns=cluster.returns,
            resumes=cluster.resumes,
            helper=cluster.helper,
            scrollback=cluster.scrollback,
        )
        pod = cluster.roster.pods.get((target.namespace, target.pod))
        terminal.belongs_to = group(pod) if pod is not None else ""
        return terminal

    def room_for_terminals(self) -> TerminalSize:
        """The room a tab will have once it is on the screen, titles and all."""
        place = arrange(self.size.width, terminals=True, in_terminal=True, zoomed=False)
        height = self.size.height - LINES - self._area.diagnostics_height()
        return TerminalSize(max(self.size.width - (place.terminal_at or 0), 1), max(height, 1))

    def on_terminal_pane_changed(self, event: TerminalPane.Changed) -> None:
        """Let tabs, list and title say how terminals stand."""
        self.terminal_desk.tell(event.pane)
        self._refresh_terminals()

    def on_terminal_area_changed(self) -> None:
        """Let tabs, list and title say which terminals there are."""
        self._refresh_terminals()

    def on_terminal_area_arranged(self) -> None:
        """Note how the terminals lie."""
        self.layout_desk.stir()

    def _refresh_terminals(self) -> None:
        """Bring what is said of terminals up to date, once for many changes."""
        if not self._terminals_changed:
            self._terminals_changed = True
            self.call_later(self._refresh_terminals_now)

    def _refresh_terminals_now(self) -> None:
        self._terminals_changed = False
        self._top.set_tabs(self._area.tabs(), self._area.active_index)
        self.broadcast_desk.refresh()
        self._area.update_diagnostics()
        if self._area.active is not None:
            self._area.active.refresh_lines()
        self.keyboard.show()
        self.layout_desk.stir()
        if not self._list_is_due:
            # Behind the terminal's first paint, and once for all that a program may set off till then.
            self._list_is_due = True
            self.set_timer(REFRESH, self.refresh_list)

    def do(self, action: str) -> Awaitable[None] | None:
        """Do what one of the desks does; returns what is to be waited for.

        Args:
            action: The method's name.
        """
        # One after the other: what is loaded first is what a first key may need.
        desks = (getattr(self, f"{subject}_desk") for subject in ("list", "terminal", "split", "layout"))
        act: Callable[[], Awaitable[None] | None]
        act = next(getattr(desk, action) for desk in desks if hasattr(desk, action))
        return act()

    @cached_property
    def terminal_desk(self) -> TerminalDesk:
        """What a person does with them."""
        from podboard.ui.terminal_desk import TerminalDesk

        return TerminalDesk(self, self._area)

    # -- terminals beside each other --------------------------------------------------------

    @property
    def offer(self) -> str:
        """What the person is asked while the list has the focus; empty for nothing."""
        return self.layout_desk.offer if self._cluster is not None else ""

    @cached_property
    def layout_desk(self) -> LayoutDesk:
        """What keeps how they lie."""
        from podboard.ui.layout_desk import LayoutDesk

        return LayoutDesk(self, self._area)

    @cached_property
    def split_desk(self) -> SplitDesk:
        """What a person does with them."""
        from podboard.ui.split_desk import SplitDesk

        return SplitDesk(self, self._area)

    @property
    def chosen(self) -> list[Target]:
        """The marked pods, in the order of the list, or the one under the cursor."""
        pods = self._box.list
        if self.view is None or pods.cursor is None:
            return []
        keys = [key for key in self.view.keys if key in pods.marked] or [pods.cursor]
        return [self.target_of(key) for key in keys]

    def unmark(self) -> None:
        """Take the marks away."""
        self._box.list.unmark()

    def unzoom(self) -> None:
        """Take the whole screen back from a terminal."""
        self._zoomed = False
        self._arrange()

    # -- typing into many terminals -----------------------------------------------------------

    @cached_property
    def broadcast_desk(self) -> BroadcastDesk:
        """Who hears what is typed."""
        from podboard.ui.broadcast_desk import BroadcastDesk

        return BroadcastDesk(self)

    def audience(self, pane: TerminalPane) -> Typist:
        """Who hears what is typed into a terminal."""
        return self.broadcast_desk.audience(pane)

    def action_broadcast(self) -> None:
        """Type into several terminals at once, or no longer."""
        self.broadcast_desk.toggle()

    def action_survey(self) -> None:
        """Run a command in several terminals, and show which answers differ."""
        self.broadcast_desk.survey()

    @property
    def active_pane(self) -> TerminalPane | None:
        """The terminal that has the focus, or had it last."""
        return self._area.active

    @property
    def tab_panes(self) -> list[TerminalPane]:
        """The terminals of the active tab."""
        return self._area.group.layout.leaves if self._area.group is not None else []

    @property
    def marked(self) -> set[PodKey]:
        """The pods that are marked in the list."""
        return self._box.list.marked

    @property
    def context(self) -> str:
        """The kubeconfig's; empty where there is none."""
        return self._cluster.context if self._cluster is not None else ""

    @property
    def broadcast_rules(self) -> BroadcastRules:
        """How a broadcast is armed in this cluster."""
        from podboard.model.broadcast import BroadcastRules

        return self._cluster.broadcast if self._cluster is not None else BroadcastRules()

    @property
    def _is_bare(self) -> bool:
        """Whether a terminal has the whole screen."""
        return self._arrangement is not None and not self._arrangement.lines

    def show_broadcast(self) -> None:
        """Say who hears, even where a terminal has the whole screen."""
        self._lay_bottom()
        self._top.set_tabs(self._area.tabs(), self._area.active_index)

    # -- debug containers -------------------------------------------------------------------

    @cached_property
    def debug_desk(self) -> DebugDesk:
        """What leads into a container beside a shell of its own."""
        from podboard.ui.debug_desk import DebugDesk

        return DebugDesk(self)

    async def action_debug(self) -> None:
        """Offer the terminal in focus a debug container."""
        if self._cluster is not None and not self._is_leaving:
            await self.debug_desk.debug(self._cluster)

    # -- what has scrolled away -------------------------------------------------------------

    @cached_property
    def scroll_desk(self) -> ScrollDesk:
        """What a person does with it."""
        from podboard.ui.scroll_desk import ScrollDesk

        return ScrollDesk(self)

    @cached_property
    def paste_desk(self) -> PasteDesk:
        """What pastes into terminals."""
        from podboard.ui.paste_desk import PasteDesk

        return PasteDesk(self)

    @property
    def previews_pastes(self) -> bool:
        """Whether a person wants to see pastes of several lines before they are pasted."""
        return self._cluster is None or self._cluster.previews_pastes

    @property
    def panes(self) -> list[TerminalPane]:
        """The terminals, in the order of their tabs."""
        return self._area.panes

    def show(self, pane: TerminalPane) -> None:
        """Go to a terminal."""
        self._show(pane)

    def action_search_all(self) -> None:
        """Search in all terminals."""
        if self.has_terminals:
            self.scroll_desk.action_search_all()
        else:
            self.tell(NO_TERMINAL)

    def on_terminal_pane_selected(self, event: TerminalPane.Selected) -> None:
        """Copy what was selected with the mouse."""
        self.scroll_desk.copy(event.text)


def _recall_namespace(cluster: Cluster, namespace: Json) -> None:
    """Watch the namespace a database names, if it is one; None is all."""
    if namespace is None or isinstance(namespace, str):
        with suppress(UsageError):
            cluster.watch(checked_namespace(namespace) if namespace is not None else None)


def _counts(view: PodView | None) -> str:
    if view is None:
        return ""
    counts = view.roster.counts
    total = len(view.roster.keys)
    words = ["1 pod" if total == 1 else f"{total} pods"]
    words += [
        f"{counts[health]} {word}"
        for health, word in ((Health.UP, "up"), (Health.UNWELL, "unwell"), (Health.PENDING, "pending"))
        if counts[health]
    ]
    return "  ".join(words)
