"""Containers' own processes, and those who are attached to them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from podboard.demo.logs import LogQuery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from podboard.demo.logs import Log
    from podboard.demo.processes import Listener, Process


class OwnProcess:
    """A container's own process, which several may be attached to at once, or nobody.

    Args:
        log: Takes each line that it says.
    """

    def __init__(self, log: Callable[[str], None]) -> None:
        self._log = log
        self._line = b""
        self._process: Process
        self._attached: list[Attachment] = []

    def begin(self, process: Process, ended: Callable[[int], None]) -> None:
        """Take the process that was started, of which this is the listener.

        Args:
            ended: Called with its exit code when all that it said was heard.
        """
        self._process = process

        def finished(end: asyncio.Future[int]) -> None:
            if self._line:
                self._log(self._line.decode(errors="replace"))
            for attachment in list(self._attached):
                attachment.finish()
            ended(end.result())

        process.finished.add_done_callback(finished)

    def attach(self, listener: Listener, size: tuple[int, int], *, stdin: bool) -> Attachment:
        """Let somebody hear it from now on.

        Args:
            listener: Who hears it.
            size: Of their terminal; nothing where it is not known.
            stdin: Whether they give it input.
        """
        attachment = Attachment(self, self._process, listener, stdin=stdin)
        self._attached.append(attachment)
        if all(size):
            attachment.resize(*size)
        return attachment

    def leave(self, attachment: Attachment) -> None:
        """Let somebody hear it no more; it goes on."""
        if attachment in self._attached:
            self._attached.remove(attachment)
            self.set_pace()

    def set_pace(self) -> None:
        """Let it wait for the slowest of those who hear it."""
        if any(attachment.is_behind for attachment in self._attached):
            self._process.pause()
        else:
            self._process.resume()

    def said(self, data: bytes, *, as_error: bool) -> None:
        """Hand on what it says, and log it line by line."""
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            self._log(line.removesuffix(b"\r").decode(errors="replace"))
        for attachment in list(self._attached):
            attachment.listener.said(data, as_error=as_error)

    def stdin_drained(self) -> None:
        """Let everybody write on."""
        for attachment in list(self._attached):
            attachment.listener.stdin_drained()


class Attachment:
    """Somebody who is attached to a container's own process.

    Attributes:
        finished: Becomes 0 when the process has ended: nobody is told its exit code this way.
        is_behind: Whether they do not read at the moment.
    """

    def __init__(self, own: OwnProcess, process: Process, listener: Listener, *, stdin: bool) -> None:
        self._own = own
        self._process = process
        self._stdin = stdin
        self.listener = listener
        self.is_behind = False
        self.finished: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def stdin_full(self) -> bool:
        """Return whether input is waiting for the process to take it."""
        return self._process.stdin_full

    def write(self, data: bytes) -> None:
        """Give the process input."""
        if self._stdin:
            self._process.write(data)

    def end_stdin(self) -> None:
        """Leave its input open: others may come."""

    def resize(self, columns: int, rows: int) -> None:
        """Give its terminal another size."""
        self._process.resize(columns, rows)

    def pause(self) -> None:
        """Hear nothing for now."""
        self.is_behind = True
        self._own.set_pace()

    def resume(self) -> None:
        """Hear it again."""
        self.is_behind = False
        self._own.set_pace()

    def detach(self) -> None:
        """Hear it no more."""
        self._own.leave(self)

    def finish(self) -> None:
        """Note that the process has ended."""
        if not self.finished.done():
            self.finished.set_result(0)


class LogAttachment:
    """Somebody who is attached to a process that is only played: they hear what it logs from now on.

    Attributes:
        finished: Becomes 0 when it has ended.
        stdin_full: Never: it takes no input.
    """

    def __init__(self, log: Log, listener: Listener) -> None:
        self._listener = listener
        self._may_read = asyncio.Event()
        self._may_read.set()
        self.stdin_full = False
        self.finished: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        # As it is now, and not when the task has its turn.
        pieces = log.read(LogQuery(follow=True), log.size)
        self._task = asyncio.get_running_loop().create_task(self._follow(pieces))

    async def _follow(self, pieces: AsyncIterator[bytes]) -> None:
        async for piece in pieces:
            await self._may_read.wait()
            self._listener.said(piece, as_error=False)
        self.finished.set_result(0)

    def write(self, data: bytes) -> None:
        """Take no input."""

    def end_stdin(self) -> None:
        """Take no input."""

    def resize(self, columns: int, rows: int) -> None:
        """Have no terminal."""

    def pause(self) -> None:
        """Hear nothing for now."""
        self._may_read.clear()

    def resume(self) -> None:
        """Hear it again."""
        self._may_read.set()

    def detach(self) -> None:
        """Hear it no more."""
        self._task.cancel()
