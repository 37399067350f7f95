"""What the ways into pods need, where there is no app: records, answers, and the plain terminal."""

from __future__ import annotations

import asyncio
import logging
import os
import termios
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final, Self

from podboard.commands.board_records import open_records
from podboard.commands.database_flag import has_database
from podboard.errors import DatabaseError, LoginError, RecordError
from podboard.model.question import PassphraseQuestion, PasswordQuestion, ServerQuestion
from podboard.session.relay import wait_readable
from podboard.wiring import Services

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from podboard.model.question import HostKeyQuestion, SecretQuestion
    from podboard.model.record import Record
    from podboard.model.target import Target
    from podboard.records.store import Store
    from podboard.session.history import History, Noted
    from podboard.session.leaving import Leaver

log = logging.getLogger(__name__)

TRUST: Final = "yes"
"""What has to be typed before a key is believed to be a host's."""

_AGAIN: Final = {
    PassphraseQuestion: "that did not open the key",
    PasswordQuestion: "that was refused",
    ServerQuestion: "that was refused",
}

_INPUT: Final = 0

WORTH_A_ROW: Final = 1.0
"""Seconds after which a session is written down while it lasts: podboard may be killed. What ends before is
written once."""

LAST_WAIT: Final = 2.0
"""Seconds that the history waits for other processes, when all else is over."""

_LINE: Final = 4096
"""Bytes of a line that a terminal gives at most."""


class InTerminal:
    """A person at the plain terminal; use it as an async context manager.

    Args:
        database: Where records and the history are; no records are found where there is no such file.
        terminal: The name of the person's terminal; empty where nobody can be asked.

    Attributes:
        turn: Held by whoever uses the terminal.
    """

    def __init__(self, database: Path, terminal: str) -> None:
        self._database = database
        self._terminal = terminal
        self._is_lent = False
        self.turn = asyncio.Lock()
        self._open = AsyncExitStack()
        self._store: Store | None = None
        self._books: tuple[History, Leaver] | None = None
        self._is_over = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_over.set()
        try:
            if self._writing is not None:
                await self._writing
            if self._books is not None:
                await self._write(*self._books)
        finally:
            await self._open.aclose()

    @property
    def services(self) -> Services:
        """All of it."""
        if not self._terminal:
            return Services(self._find_record)
        # A plugin reads standard input.
        return Services(self._find_record, self, self._lend if os.isatty(_INPUT) else None)

    def give_away(self) -> None:
        """Ask nothing from now on: the terminal is a command's."""
        self._is_lent = True
        if self._books is not None:
            self._writing = asyncio.create_task(self._write_while_it_lasts(*self._books))

    def noting(self, context: str, session: Noted, leaver: Leaver) -> AbstractContextManager[None]:
        """Note a session that lives as long as the block; it is in the history when all is over, or it lasts.

        Args:
            context: The kubeconfig's.
            leaver: What it has not seen to end by then is written down, too.
        """
        from podboard.session.history import History

        leaver.context = context
        self._books = History(lambda: None), leaver
        return self._books[0].noting(context, session)

    async def answer(self, question: SecretQuestion) -> Sequence[str] | None:
        """Ask the person for secrets; see ``podboard.model.question.Ask``."""
        told = [question.host]
        if isinstance(question, ServerQuestion):
            # Its words say nothing in podboard's name.
            told += filter(None, ("it says:", question.title, *question.instructions.splitlines()))
        if question.again:
            told.append(_AGAIN[type(question)])
        answers: list[str] = []
        async with self._asking() as person:
            person.say("\n".join(told) + "\n")
            for prompt in question.prompts:
                answered = await person.ask(f"{prompt.text}: ", echo=prompt.echo)
                if answered is None:
                    return None
                answers.append(answered)
        return answers

    async def trusts(self, question: HostKeyQuestion) -> bool:
        """Ask the person whether a key is a host's; see ``podboard.model.question.Ask``."""
        async with self._asking() as person:
            person.say(
                f"unknown host: {question.host}, port {question.port}\n"
                f"It shows a key of type {question.key_type} with the fingerprint\n"
                f"{question.fingerprint}\n"
                "Compare it with what the host's administrator says. A wrong one is somebody in between.\n"
            )
            answered = await person.ask(f"Type {TRUST} to trust it from now on: ", echo=True)
        return answered is not None and answered.strip().lower() == TRUST

    async def _find_record(self, target: Target, context: str | None) -> Record | None:
        if not has_database(self._database):
            return None
        if self._store is None:
            self._store = await self._open.enter_async_context(open_records(self._database))
        found = (await self._store.resolver()).find(target.pod, target.namespace, target.container, context)
        try:
            return await self._store.record(found.record.name) if found is not None else None
        except RecordError:  # it was removed meanwhile
            return None

    async def _write_while_it_lasts(self, history: History, leaver: Leaver) -> None:
        try:
            async with asyncio.timeout(WORTH_A_ROW):
                await self._is_over.wait()
        except TimeoutError:
            await self._write(history, leaver)

    async def _write(self, history: History, leaver: Leaver) -> None:
        """Write down what was noted; where there is no database, one is made."""
        try:
            if self._store is None:
                if has_database(self._database):
                    return  # it cannot be used, as was said when records were looked for
                self._store = await self._open.enter_async_context(open_records(self._database))
            await self._store.wait_at_most(LAST_WAIT)
            await history.write(self._store)
            await leaver.write(self._store)
        except DatabaseError as error:
            log.warning("there is no history: %s", error.message)

    @asynccontextmanager
    async def _lend(self) -> AsyncIterator[None]:
        """Leave the terminal to others while the block lasts."""
        self._check_is_ours()
        async with self.turn:
            yield

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[_Person]:
        self._check_is_ours()
        async with self.turn:
            person = _Person(self._terminal)
            try:
                yield person
            finally:
                person.close()

    def _check_is_ours(self) -> None:
        if self._is_lent:
            raise LoginError("nobody can be asked: the command in the container has the terminal")


class _Person:
    """Reads and writes lines on a terminal, opened for this alone: standard input is the command's."""

    def __init__(self, terminal: str) -> None:
        self._descriptor = os.open(terminal, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
        self._before = termios.tcgetattr(self._descriptor)

    def say(self, text: str) -> None:
        os.write(self._descriptor, text.encode("utf-8", "replace"))

    async def ask(self, prompt: str, *, echo: bool) -> str | None:
        """Return a line; None where the person ends the input instead."""
        modes = termios.tcgetattr(self._descriptor)
        modes[3] = modes[3] & ~termios.ECHO | termios.ECHONL | (termios.ECHO if echo else 0)
        # What was typed before the question is not its answer.
        termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, modes)
        self.say(prompt)
        await wait_readable(self._descriptor)
        line = os.read(self._descriptor, _LINE)
        return line.decode("utf-8", "replace").rstrip("\n") if line else None

    def close(self) -> None:
        """Give the terminal back as it was."""
        with suppress(termios.error):  # it is gone
            termios.tcsetattr(self._descriptor, termios.TCSANOW, self._before)
        os.close(self._descriptor)
