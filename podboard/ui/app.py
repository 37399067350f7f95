"""The application: one board, the cluster behind it, and the keys before anything else."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import events
from textual.app import App

from podboard.datafiles import data_file
from podboard.errors import NoKubeconfigError, PodboardError
from podboard.ui.asking import Asking
from podboard.ui.driver import PodboardDriver
from podboard.ui.screens.board import Board

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractAsyncContextManager

    from rich.console import RenderableType

    from podboard.session.cluster import Cluster
    from podboard.ui.record_desk import OpenRecords, Upgrade

    Connect = Callable[[], AbstractAsyncContextManager[Cluster]]
    """Reaches a cluster; leaving it lets go of everything."""

log = logging.getLogger(__name__)

LATER: Final = (
    "podboard.session.terminal",
    "podboard.session.pod_view",
    "podboard.session.history",
    "podboard.ui.widgets.terminal_pane",
    "podboard.ui.widgets.diagnostics",
    "podboard.ui.screens.confirm",
    "podboard.ui.screens.picker",
    "podboard.ui.screens.records",
    "podboard.ui.screens.record_form",
    "podboard.ui.paste_desk",
    "podboard.ui.screens.paste_preview",
    "podboard.ui.scroll_desk",
    "podboard.ui.list_desk",
    "podboard.ui.terminal_desk",
    "podboard.ui.split_desk",
    "podboard.ui.layout_desk",
    "podboard.ui.broadcast_desk",
)
"""What the first frame does not need and the first key may: loaded in a thread once it stands."""


class PodboardApp(App[None], inherit_bindings=False):
    """podboard on the screen.

    Args:
        connect: Reaches the cluster; called once the first frame stands.
        place: What is being connected to.
        warning: What the person should never forget while looking at this cluster.
        choose: Reaches the cluster of a kubeconfig the person names, if there is none where it should be.
        without: Reaches the pods of records in the same case.
        demo: Reaches an embedded cluster, offered in the same case.
        records: Opens the database, once the first frame stands.
        upgrade: Brings it forward, if it is an old one.
        demo_records: Opens the database that goes with ``demo``.
        recall_namespace: Whether the board begins with the namespace it was left with on this cluster.
    """

    CSS_PATH = str(data_file("podboard.tcss"))
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    TITLE = "podboard"

    def __init__(
        self,
        connect: Connect,
        place: str,
        *,
        warning: str = "",
        choose: Callable[[str], AbstractAsyncContextManager[Cluster]] | None = None,
        without: Connect | None = None,
        demo: Connect | None = None,
        records: OpenRecords | None = None,
        upgrade: Upgrade | None = None,
        demo_records: OpenRecords | None = None,
        recall_namespace: bool = True,
    ) -> None:
        # The person's own terminal chooses the colours, as it does for kubectl.
        super().__init__(driver_class=PodboardDriver, ansi_color=True)
        # Set before there is a style sheet, which an assignment would have parsed twice.
        self.set_reactive(App.theme, "ansi-dark")
        self._connect = connect
        self._choose = choose
        self._without = without
        self._demo = demo
        self._records = records
        self._upgrade = upgrade
        self._demo_records = demo_records
        self._recall_namespace = recall_namespace
        self.asking = Asking(self)
        self.board = Board(place, warning)
        self.failure: Exception | None = None
        self._leaving: asyncio.Task[None] | None = None

    def on_mount(self) -> None:
        """Show the board; all else comes after its first frame."""
        self.push_screen(self.board)
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        # Left out of collections, what the first frame took makes none of them long.
        gc.freeze()
        gc.enable()
        if self._records is not None:
            self.board.desk.start(self._records, self._upgrade)
        self.run_worker(self._serve(self._connect), exit_on_error=False)

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave, and first hang up the shells that are open; who says it again leaves at once."""
        if self._leaving is not None:
            self._leaving.cancel()
        elif self.board.is_left:
            super().exit(result, return_code, message)
        else:
            self._leaving = asyncio.create_task(self._leave(return_code))

    async def _leave(self, return_code: int) -> None:
        try:
            await self.board.leave()
        finally:
            super().exit(return_code=return_code)

    async def on_unmount(self) -> None:
        """Write the last words of the history, and that nothing is open any more if that is so."""
        if self.board.cluster is not None:
            self.board.layout_desk.note()
        await self.board.desk.leave()

    async def _serve_demo(self, demo: Connect) -> None:
        """Show the demo's cluster, of which nothing must be left in the person's database."""
        await self.board.desk.leave()
        if self._demo_records is not None:
            self.board.desk.start(self._demo_records, None)
        await self._serve(demo)

    async def _serve(self, connect: Connect, *, first: str = "") -> None:
        """Reach a cluster and show it.

        Args:
            first: What the board is to do as soon as terminals can be opened.
        """
        loading = asyncio.create_task(asyncio.to_thread(_load))
        try:
            async with connect() as cluster:
                await loading
                # What is loaded by now stays; leaving it out of collections keeps those short.
                gc.freeze()
                view = await self.board.welcome(cluster, recall_namespace=self._recall_namespace)
                if first:
                    self.board.keyboard.perform(first)
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(cluster.run())
                    tasks.create_task(self.board.serve(cluster, view))
        except* NoKubeconfigError as group:
            await loading
            self._offer(group)
        except* PodboardError as group:
            error = next(_leaves(group))
            self.board.fail(f"{error} - {error.hint}" if error.hint else str(error))
        except* Exception:
            log.exception("the board failed")
            self.board.fail("podboard itself failed here; the log file says more")

    def _offer(self, group: BaseExceptionGroup[NoKubeconfigError]) -> None:
        """Say where a kubeconfig was looked for, and offer what can be done without."""
        from podboard.ui.screens.first_run import FirstRun, Offer

        error = next(_leaves(group))
        looked = error.looked if isinstance(error, NoKubeconfigError) else ()

        def answered(answer: Offer | str | None) -> None:
            if answer is Offer.DEMO and self._demo is not None:
                self.run_worker(self._serve_demo(self._demo), exit_on_error=False)
            elif answer is Offer.RECORDS and self._without is not None:
                self.run_worker(self._serve(self._without, first="records"), exit_on_error=False)
            elif isinstance(answer, str) and self._choose is not None:
                self.run_worker(self._serve(partial(self._choose, answer)), exit_on_error=False)
            else:
                self.exit(return_code=error.exit_code)

        self.push_screen(FirstRun(looked), answered)

    def take_text(self, text: str) -> bool:
        """Take text the person typed, if a terminal has the focus; see ``driver.Typist``."""
        return self.screen is self.board and self.board.keyboard.take_text(text)

    def take_key(self, event: events.Key) -> bool:
        """Take a key the person typed, if the board is there; see ``driver.Typist``."""
        return self._take(event)

    def take_paste(self, event: events.Paste) -> bool:
        """Take what the person pasted, if the board is there; see ``driver.Typist``."""
        return self._take(event)

    def _take(self, event: events.Key | events.Paste) -> bool:
        if self.board.is_running:
            self.board.keyboard.take(event)
        return self.board.is_running

    def _handle_exception(self, error: Exception) -> None:
        """Leave with a sentence instead of a traceback, which goes to the log.

        What raised is a widget's message handler, and Textual stops that widget for good: to go on would
        be to show a board that is dead in part.
        """
        log.error("podboard failed", exc_info=error)
        self.failure = self.failure or error
        self.exit(return_code=1)

    async def on_event(self, event: events.Event) -> None:
        """Give keys to the board first, whichever way they come."""
        if isinstance(event, events.Key) and not event.is_forwarded and self.take_key(event):
            return
        await super().on_event(event)


def _leaves(group: BaseExceptionGroup[PodboardError]) -> Iterator[PodboardError]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def _load() -> None:
    for module in LATER:
        importlib.import_module(module)
