"""``podboard``: the board on the cluster of the kubeconfig."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from podboard.commands.board_records import demo_records, open_records, upgrade_records
from podboard.commands.demo import PLACE, demo_cluster
from podboard.errors import PodboardError, UsageError
from podboard.logs import start_logging
from podboard.model.text import one_line
from podboard.paths import log_file
from podboard.wiring import Services, open_cluster

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from podboard.model.overrides import Overrides
    from podboard.model.question import HostKeyQuestion, SecretQuestion
    from podboard.model.record import Record
    from podboard.model.target import Target
    from podboard.session.cluster import Cluster
    from podboard.ui.app import Connect, PodboardApp

_ESCAPE_MS = "25"
"""Milliseconds after which an escape that nothing follows is the key; a slow line may need more."""


def run(*, overrides: Overrides, all_namespaces: bool, database: Path) -> int:
    """Show the board until the person leaves it.

    Args:
        overrides: What the flags say.
        all_namespaces: Wins over their namespace.
        database: Where records are.

    Returns:
        The exit code.

    Raises:
        UsageError: There is no terminal, or the log file cannot be written.
    """
    on_screen = OnScreen()

    def connect(
        file: str = overrides.kubeconfig, *, can_do_without: bool = False
    ) -> AbstractAsyncContextManager[Cluster]:
        return open_cluster(
            replace(overrides, kubeconfig=file),
            on_screen.services,
            all_namespaces=all_namespaces,
            can_do_without=can_do_without,
        )

    return show(
        connect,
        overrides.context or "kubeconfig",
        on_screen,
        choose=connect,
        without=partial(connect, can_do_without=True),
        demo=partial(demo_cluster, on_screen.services),
        records=partial(open_records, database),
        upgrade=partial(upgrade_records, database),
        demo_records=partial(demo_records, PLACE),
        recall_namespace=not (all_namespaces or overrides.namespace),
    )


class OnScreen:
    """What the ways into pods need of the app, which is made after them.

    Attributes:
        app: Set before anything is asked of it.
    """

    app: PodboardApp

    def __init__(self) -> None:
        self._lent = asyncio.Lock()

    @property
    def services(self) -> Services:
        """All of it."""
        return Services(self._find_record, self, self._lend)

    async def answer(self, question: SecretQuestion) -> Sequence[str] | None:
        """Ask the person for secrets; see ``podboard.model.question.Ask``."""
        return await self.app.asking.answer(question)

    async def trusts(self, question: HostKeyQuestion) -> bool:
        """Ask the person whether a key is a host's; see ``podboard.model.question.Ask``."""
        return await self.app.asking.trusts(question)

    async def _find_record(self, target: Target, context: str | None) -> Record | None:
        return await self.app.board.desk.find(target, context)

    @asynccontextmanager
    async def _lend(self) -> AsyncIterator[None]:
        """Leave the terminal to one after the other, while the block lasts."""
        failure: BaseException | None = None
        async with self._lent:
            with self.app.suspend():
                try:
                    yield
                except BaseException as error:  # noqa: BLE001 - Textual takes the terminal back from none
                    failure = error
        if failure is not None:
            raise failure


def show(connect: Connect, place: str, on_screen: OnScreen, **more: Any) -> int:
    """Show a ``PodboardApp`` made of these arguments until the person leaves it.

    Returns:
        The exit code.

    Raises:
        UsageError: There is no terminal, or the log file cannot be written.
        PodboardError: podboard itself failed.
    """
    check_terminal()
    path = log_file(os.environ)
    start_logging(path)
    os.environ.setdefault("ESCDELAY", _ESCAPE_MS)
    gc.disable()  # until the first frame: what is loaded for it stays, there is no garbage among it
    from podboard.ui.app import PodboardApp

    app = PodboardApp(connect, place, **more)
    on_screen.app = app
    app.run()
    if app.failure is not None:
        raise PodboardError(
            f"podboard itself failed: {one_line(repr(app.failure))}", f"{path} says more; please report it"
        )
    return app.return_code or 0


def check_terminal() -> None:
    """Raise UsageError where keys cannot be read or the screen not drawn, as in a pipe."""
    # Textual draws on standard error, so that standard output may go elsewhere.
    for stream, name in ((sys.__stdin__, "input"), (sys.__stderr__, "error")):
        if stream is None or not stream.isatty():
            raise UsageError(
                f"standard {name} is no terminal, and podboard needs one",
                "start it at one; podboard exec and podboard demo --serve-only do without",
            )
