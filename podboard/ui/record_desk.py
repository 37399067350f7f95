"""The database as the board has it: which pods have a record, the history, what the board remembers.

It is opened behind the first frame, and whatever is wrong with it, the board goes on without.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from podboard.errors import DatabaseError, OldDatabaseError, PodboardError, RecordError
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from podboard.model.checkup import Checkup, Scope
    from podboard.model.pod import Pod, PodKey
    from podboard.model.record import Json, Record
    from podboard.model.target import Target
    from podboard.records.resolve import Resolution, Resolver
    from podboard.records.store import Store
    from podboard.records.upgrade import Summary
    from podboard.session.history import History, Noted
    from podboard.session.ladder import Ladder
    from podboard.session.leaving import Leaver
    from podboard.ui.screens.board import Board

    Upgrade = Callable[..., Awaitable[Summary]]
    """Brings the database forward, as ``podboard.records.upgrade.upgrade`` does but for the path."""

    CheckUp = Callable[[Scope], AsyncGenerator[Checkup, None]]
    """Looks at ways, one after the other."""

    OpenRecords = Callable[[], AbstractAsyncContextManager[Store]]
    """Opens the database; raises DatabaseError."""

log = logging.getLogger(__name__)

RECALL: Final = 0.5
"""Seconds the first list of pods may wait for the database, which says what the board was like."""

LEAVE: Final = 2.0
"""Seconds for the last words of the history."""

_MANY: Final = 20_000
"""Pods of which it is kept in mind which record they have."""


class RecordDesk:
    """What the board asks of the database.

    Attributes:
        trouble: Why there is no database; empty where there is one.
    """

    def __init__(self, board: Board) -> None:
        self.trouble = "no database was named"
        self._board = board
        self._open_records: OpenRecords | None = None
        self._upgrade: Upgrade | None = None
        self._is_old = False
        self._store: Store | None = None
        self._history: History | None = None
        self._leaver: Leaver | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._resolver: Resolver | None = None
        self._found: dict[PodKey, Resolution | None] = {}
        self._context = ""
        self._changed: dict[str, Json] = {}
        self._forgotten: set[str] = set()
        self._board_is_read = asyncio.Lock()
        self._leaving = False
        self._settled = asyncio.Event()
        self._stirred = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    # -- the database -----------------------------------------------------------------------

    def start(self, open_records: OpenRecords, upgrade: Upgrade | None) -> None:
        """Open the database, and keep it open until ``leave``.

        Args:
            upgrade: Brings it forward, if it is an old one and the person wishes so.
        """
        self._open_records, self._upgrade = open_records, upgrade
        self._leaving = self._is_old = False
        self._history = None
        self.trouble = "the database is being opened"
        self._settled.clear()
        self._keeping = asyncio.create_task(self._keep(open_records))

    async def leave(self) -> None:
        """Write the last words of the history, and let go of the database."""
        self._leaving = True
        if self._sweeping is not None:
            self._sweeping.cancel()
        if self._history is not None:
            self._history.end_all()
        self._stirred.set()
        if self._keeping is not None:
            _, late = await asyncio.wait((self._keeping,), timeout=LEAVE)
            for task in late:
                task.cancel()
                await asyncio.wait((task,))

    async def _keep(self, open_records: OpenRecords) -> None:
        try:
            async with open_records() as store:
                await self._serve(store)
        except OldDatabaseError as error:
            self._is_old = self._upgrade is not None
            self._lack(error.message)
        except PodboardError as error:
            self._lack(error.message)
        except Exception:
            log.exception("the database failed")
            self._lack("podboard itself failed here; the log file says more")
        finally:
            self._store = self._resolver = None

    async def _serve(self, store: Store) -> None:
        self._store, self.trouble = store, ""
        await self.reread()
        self._settled.set()
        while not self._leaving:
            await self._stirred.wait()
            self._stirred.clear()
            await self._write(store)
        # What was said while that was written.
        await self._write(store)

    def _lack(self, trouble: str) -> None:
        log.warning("no records: %s", trouble)
        self.trouble = trouble
        self.history.forget()
        self._settled.set()
        if not self._leaving:
            self._board.refresh_list()
            self._tell_trouble()

    def _tell_trouble(self) -> None:
        way_on = " until r upgrades the database" if self._is_old else ""
        self._board.tell(one_line(f"no records{way_on}: {self.trouble}"))

    async def _write(self, store: Store) -> None:
        await self.history.write(store)
        if self._leaver is not None:
            await self._leaver.write(store)
        if (self._changed or self._forgotten) and self._context:
            async with self._board_is_read:
                await self._write_board(store)

    async def _write_board(self, store: Store) -> None:
        changed, forgotten, self._changed, self._forgotten = self._changed, self._forgotten, {}, set()
        try:
            await store.change_board(self._context, changed, forgotten)
        except DatabaseError as error:
            log.warning("what the board is like is not kept: %s", error.message)

    # -- the history ------------------------------------------------------------------------

    @property
    def history(self) -> History:
        """The history of terminals."""
        if self._history is None:
            from podboard.session.history import History

            self._history = History(self._stirred.set)
            if self._open_records is None:
                self._history.forget()
        return self._history

    def noting(self, terminal: Noted) -> AbstractContextManager[None]:
        """Note a terminal's shell, which lives as long as the block."""
        return self.history.noting(self._context, terminal)

    # -- what is left in pods ---------------------------------------------------------------

    def look_after(self, ladder: Ladder) -> None:
        """Keep account of what is started by a ladder, and hang up what a podboard before left there."""
        self._leaver = ladder.leaver
        ladder.leaver.context, ladder.leaver.due = self._context, self._stirred.set
        self._sweeping = asyncio.create_task(self._sweep(ladder))

    async def _sweep(self, ladder: Ladder) -> None:
        from podboard.session.sweeping import leftovers, sweep

        await self._settled.wait()
        if self._store is None:
            return
        try:
            shells = leftovers(await self._store.shells())
        except DatabaseError as error:
            log.warning("what may be left in pods is not known: %s", error.message)
        else:
            await sweep(ladder, [shell for shell in shells if shell.context == self._context])

    # -- what the board is like -------------------------------------------------------------

    async def recall(self, context: str) -> Mapping[str, Json]:
        """Return what the board was like when it was last on this cluster, as far as it was told."""
        self._context = context
        self._found.clear()
        if self._keeping is None:
            return {}
        try:
            async with asyncio.timeout(RECALL):
                await self._settled.wait()
                return await self._store.board(context) if self._store is not None else {}
        except TimeoutError:
            log.warning("the database takes its time: the board begins as if it was new")
        except DatabaseError as error:
            log.warning("what the board was like is not known: %s", error.message)
        return {}

    async def board_state(self) -> Mapping[str, Json]:
        """Return what the board is like by now, as far as the database knows; raises DatabaseError."""
        # Not while it is written: what has changed is nowhere then.
        async with self._board_is_read:
            kept = await self._store.board(self._context) if self._store is not None else {}
            kept |= self._changed
            return {name: value for name, value in kept.items() if name not in self._forgotten}

    def remember(self, **changed: Json) -> None:
        """Keep what the person changed about the board."""
        self._changed |= changed
        self._forgotten -= changed.keys()
        self._stirred.set()

    def forget(self, name: str) -> None:
        """Keep no longer what was kept by a name."""
        self._changed.pop(name, None)
        self._forgotten.add(name)
        self._stirred.set()

    # -- records ----------------------------------------------------------------------------

    async def reread(self) -> None:
        """Take in which records there are now."""
        if self._store is not None:
            resolver = await self._store.resolver()
            self._resolver = resolver or None
            self._found.clear()
            self._board.refresh_list()

    @property
    def has_records(self) -> bool:
        """Whether there are any."""
        return self._resolver is not None

    def record_of(self, key: PodKey) -> Resolution | None:
        """The record of a pod."""
        if self._resolver is None:
            return None
        if key not in self._found:
            if len(self._found) >= _MANY:
                self._found.clear()
            namespace, name = key
            self._found[key] = self._resolver.find(name, namespace, context=self._context or None)
        return self._found[key]

    def record_for(self, target: Target) -> Resolution | None:
        """The record that a terminal goes by."""
        if self._resolver is None:
            return None
        return self._resolver.find(target.pod, target.namespace, target.container, self._context or None)

    async def find(self, target: Target, context: str | None) -> Record | None:
        """Return the record of a pod, for the ways into it; raises DatabaseError.

        Args:
            context: The kubeconfig's; None where it is not known.
        """
        if self._keeping is None:
            return None
        await self._settled.wait()
        if self._store is None or self._resolver is None:
            return None
        found = self._resolver.find(target.pod, target.namespace, target.container, context)
        try:
            return await self._store.record(found.record.name) if found is not None else None
        except RecordError:  # it was removed meanwhile
            return None

    def checkup_of(self, record: Record) -> tuple[Scope, CheckUp] | None:
        """Return what to look at of a record, and what looks; None where there is no ladder yet."""
        from podboard.model.checkup import Scope
        from podboard.session.doctor import check_up
        from podboard.session.targets import target_of

        ladder = self._board.ladder
        if ladder is None:
            return None
        return Scope(target_of(record), exec_by="x"), partial(
            check_up, ladder, record=record, record_alone=True
        )

    async def show(self, pod: Pod | None) -> None:
        """Show the records, or why there are none.

        Args:
            pod: The one under the cursor.
        """
        app = self._board.app
        if self._store is not None:
            from podboard.ui.screens.records import Records

            try:
                records = await self._store.records()
            except DatabaseError as error:
                self._board.tell(one_line(f"no records: {error.message}"))
                return
            app.push_screen(Records(self, self._store, records, pod, self._context), self._board.open_record)
        elif self._is_old and self._upgrade is not None:
            from podboard.ui.screens.upgrade import UpgradeDialog

            app.push_screen(UpgradeDialog(self.trouble, self._upgrade), self._upgraded)
        else:
            self._tell_trouble()

    def _upgraded(self, done: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
        if done and self._open_records is not None:
            self.start(self._open_records, self._upgrade)
