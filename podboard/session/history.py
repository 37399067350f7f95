"""The history of terminals: what becomes of each, written while nobody waits for it."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from podboard.errors import DatabaseError
from podboard.model.attempt import Outcome
from podboard.model.connection import Connection
from podboard.model.ending import CLOSED_BY_US
from podboard.model.times import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from podboard.model.attempt import Attempt
    from podboard.model.ending import Ending
    from podboard.model.record import Record
    from podboard.model.target import Target

log = logging.getLogger(__name__)


class Book(Protocol):
    """Where the history is written; both raise DatabaseError."""

    async def begin_connection(self, connection: Connection) -> int:
        """Note that a terminal was opened; returns its number."""
        ...

    async def end_connection(self, number: int, connection: Connection) -> None:
        """Note how a terminal has done."""
        ...


class Noted(Protocol):
    """What the history asks a terminal."""

    target: Target
    ending: Ending | None
    received: int
    sent: int
    recorded: list[str]

    @property
    def attempts(self) -> Sequence[Attempt]:
        """What became of each way in."""
        ...

    @property
    def record(self) -> Record | None:
        """The record by which it was opened, if it was by one."""
        ...


class _Row:
    """A row as it is to be: a shell from its first attempt to its end."""

    def __init__(self, context: str, terminal: Noted) -> None:
        self.number: int | None = None
        self._terminal = terminal
        self._received, self._sent = terminal.received, terminal.sent
        self._recorded = len(terminal.recorded)
        target = terminal.target
        self.connection = Connection(
            context=context,
            namespace=target.namespace,
            pod_name=target.pod,
            container=target.container,
            started_at=now(),
        )

    def is_of(self, terminal: Noted) -> bool:
        """Whether it is this terminal's."""
        return self._terminal is terminal

    def has_more_recordings(self) -> bool:
        """Take in where it is recorded; returns whether that is somewhere new."""
        recordings = tuple(self._terminal.recorded[self._recorded :])
        is_new = recordings != self.connection.recordings
        self.connection = replace(self.connection, recordings=recordings)
        return is_new

    def end(self) -> None:
        self.has_more_recordings()
        terminal = self._terminal
        attempts = tuple(terminal.attempts)
        ending = terminal.ending or CLOSED_BY_US
        record = terminal.record
        self.connection = replace(
            self.connection,
            # A debug container was not there yet when its terminal was begun.
            container=terminal.target.container,
            ended_at=now(),
            record_id=record.id if record is not None else None,
            record_name=record.name if record is not None else None,
            method=next((one.method for one in attempts if one.outcome is Outcome.OPENED), None),
            attempts=attempts,
            bytes_received=terminal.received - self._received,
            bytes_sent=terminal.sent - self._sent,
            exit_code=ending.exit_code,
            ending=ending.sentence,
        )


class History:
    """Keeps in mind what is to be written, until there is a book, and writes it in order.

    Args:
        due: Called when there is something to write.
    """

    def __init__(self, due: Callable[[], None]) -> None:
        self._due = due
        self._open: list[_Row] = []
        self._unwritten: list[_Row] = []
        self._is_kept = True

    @contextmanager
    def noting(self, context: str, terminal: Noted) -> Iterator[None]:
        """Note a terminal's shell, which lives as long as the block.

        Args:
            context: The kubeconfig's.
        """
        if not self._is_kept:
            yield
            return
        row = _Row(context, terminal)
        self._open.append(row)
        self._note(row)
        try:
            yield
        finally:
            self._end(row)

    def note_recordings(self, terminal: Noted) -> None:
        """Note where a terminal is recorded, while it lasts: podboard may be killed."""
        for row in self._open:
            if row.is_of(terminal) and row.has_more_recordings():
                self._note(row)

    def end_all(self) -> None:
        """Note the end of all shells: podboard itself ends."""
        for row in self._open.copy():
            self._end(row)

    def forget(self) -> None:
        """Note nothing, from now on: there is no book."""
        self._is_kept = False
        self._unwritten.clear()

    async def write(self, book: Book) -> None:
        """Write what is noted so far; what cannot be written is a line of the log."""
        while self._unwritten:
            row = self._unwritten.pop(0)
            try:
                if row.number is None:
                    row.number = await book.begin_connection(row.connection)
                else:
                    await book.end_connection(row.number, row.connection)
            except DatabaseError as error:
                log.warning("the history lacks a terminal: %s", error.message)

    def _end(self, row: _Row) -> None:
        if row in self._open:
            self._open.remove(row)
            row.end()
            self._note(row)

    def _note(self, row: _Row) -> None:
        if self._is_kept and row not in self._unwritten:
            self._unwritten.append(row)
            self._due()
