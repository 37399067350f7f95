"""Carries a command's streams to and from plain descriptors: pipes, files, the person's own terminal.

The descriptors are inherited, and so is whether they wait: others share them, so that stays as it is.
Input is read when there is some. Output goes out at once as far as that takes no waiting; the rest is left
to a thread, where a slow reader holds up nobody. While that waits, nothing more is taken from the channel,
which then leaves the server waiting.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import stat
import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from podboard.wire.exec_channel import Ended, Stderr, Stdout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from podboard.model.ending import Ending
    from podboard.model.size import Size
    from podboard.session.attaching import Detaching
    from podboard.session.ladder import Channel

BATCH: Final = 256 * 1024
"""Bytes written at once, but for the last piece: a turn of the thread costs as much as copying that many."""

READ: Final = 64 * 1024
"""Bytes of input read at once: what a pipe holds."""

_PIPE: Final = 1024 * 1024
"""Bytes that anybody may let a pipe hold on Linux."""

_KEPT: Final = 16 * 1024 * 1024
"""Bytes of memory that are not given back to the system at once."""

_AT_ONCE: Final = 512
"""Pieces in one system call; the kernel takes 1024."""

_Batch = list[tuple[int, bytes]]


class Outlet:
    """Writes to descriptors, one batch after another, with a thread for what has to be waited for.

    Args:
        written: Called on the event loop when the thread has written what ``put`` left to it, with what
            went wrong.
        descriptors: All that will be written to.
    """

    def __init__(self, written: Callable[[OSError | None], None], descriptors: Sequence[int]) -> None:
        self._written = written
        self._loop = asyncio.get_running_loop()
        self._without_waiting = {descriptor: _without_waiting(descriptor) for descriptor in descriptors}
        self._batches: SimpleQueue[_Batch | None] = SimpleQueue()
        # A daemon: one whose reader never reads on must not keep the process.
        threading.Thread(target=self._run, name="podboard-outlet", daemon=True).start()

    def put(self, batch: _Batch) -> bool:
        """Write pieces, each to its descriptor, in order; not before the last batch is written.

        Returns:
            Whether that was done at once; otherwise the thread does the rest.

        Raises:
            OSError: A descriptor cannot be written to.
        """
        if _write(batch, self._without_waiting):
            return True
        self._batches.put(batch)
        return False

    def close(self) -> None:
        """End the thread once it has written what it has."""
        self._batches.put(None)
        for descriptor, own in self._without_waiting.items():
            if own not in (None, descriptor):
                os.close(own)

    def _run(self) -> None:
        waiting = {descriptor: descriptor for descriptor in self._without_waiting}
        while (batch := self._batches.get()) is not None:
            error = None
            try:
                while not _write(batch, waiting):  # somebody who shares it has made it so
                    select.select((), (batch[0][0],), ())
            except OSError as failure:
                error = failure
            try:
                self._loop.call_soon_threadsafe(self._written, error)
            except RuntimeError:  # the loop is closed: nobody waits for this any more
                return


def _without_waiting(descriptor: int) -> int | None:
    """Return a descriptor of the same pipe or terminal that does not wait; None where none is to be had.

    Whether a write waits belongs to the opening, and the one that was inherited is shared. What is neither
    pipe nor terminal never waits for a reader, and opened again it would be written from its beginning.
    """
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISSOCK(mode):
        return None
    if stat.S_ISFIFO(mode):
        _widen(descriptor)
    elif not os.isatty(descriptor):
        return descriptor
    try:
        return os.open(
            f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        )
    except OSError:  # no Linux, or somebody else's terminal
        return None


def _widen(pipe: int) -> None:
    """Let a pipe hold several batches where the system can do so: what fits needs no thread."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # the person's pipes hold as much as they may
            if fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) < _PIPE:
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _write(batch: _Batch, by: Mapping[int, int | None]) -> bool:
    """Write from the front of a batch as long as nothing has to be waited for; whether all is written."""
    while batch:
        descriptor = batch[0][0]
        through = by[descriptor]
        if through is None:
            return False
        count = 1
        while count < min(len(batch), _AT_ONCE) and batch[count][0] == descriptor:
            count += 1
        try:
            written = os.writev(through, [data for _, data in batch[:count]])
        except BlockingIOError:
            return False
        done = 0
        while done < count and written >= len(batch[done][1]):
            written -= len(batch[done][1])
            done += 1
        del batch[:done]
        if written:
            batch[0] = (descriptor, batch[0][1][written:])
    return True


class Relay:
    """One command's streams, from its start to its end.

    Args:
        channel: The command.
        stdin: The descriptor its input comes from; None where it has none.
        stdout: The descriptor for its output.
        stderr: The descriptor for its errors.
        size: Returns the size of its terminal; None where it has none or that is not known.
        detaching: Looks in the input for what leaves the command to itself; None where nothing does.

    Attributes:
        received: Bytes that came from the command so far.
        sent: Bytes that went to it.
    """

    def __init__(
        self,
        channel: Channel,
        *,
        stdin: int | None,
        stdout: int,
        stderr: int,
        size: Callable[[], Size | None],
        detaching: Detaching | None = None,
    ) -> None:
        self._channel = channel
        self._stdin = stdin
        self._stdout = stdout
        self._stderr = stderr
        self._size = size
        self._detaching = detaching
        self.received = 0
        self.sent = 0
        self._loop = asyncio.get_running_loop()
        self._outlet = Outlet(self._on_written, (stdout, stderr))
        self._is_busy = False
        self._ending: Ending | None = None
        self._resized = asyncio.Event()
        self._ended: asyncio.Future[Ending] = self._loop.create_future()

    def resized(self) -> None:
        """Tell the command the terminal's size, which is not what it was."""
        self._resized.set()

    async def run(self) -> Ending:
        """Carry everything until the command has ended and what it said is written; return how it ended.

        Raises:
            OSError: What it says cannot be written.
        """
        # glibc gives freed blocks back unless it has seen a larger one come: each batch would be new pages,
        # which cost as much as decrypting it.
        bytes(_KEPT)
        tasks = [asyncio.create_task(self._send_sizes())]
        if self._stdin is not None:
            tasks.append(asyncio.create_task(self._send_input(self._stdin)))
        for task in tasks:
            task.add_done_callback(self._on_sender_done)
        try:
            self._channel.attend(self._read)
            self._read()
            return await self._ended
        finally:
            self._ended.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._outlet.close()

    # -- out --------------------------------------------------------------------------------

    def _read(self) -> None:
        """Hand what is here to the thread, unless that still writes."""
        # A channel may say that something has come while it is asked.
        if self._is_busy or self._ended.done():
            return
        self._is_busy = True
        try:
            while batch := self._take():
                if not self._outlet.put(batch):
                    return
        except OSError as error:
            self._ended.set_exception(error)
            return
        self._is_busy = False
        if self._ending is not None:
            self._ended.set_result(self._ending)

    def _take(self) -> _Batch:
        batch: _Batch = []
        size = 0
        while size < BATCH and self._ending is None:
            match self._channel.receive_nowait():
                case Stdout(data):
                    batch.append((self._stdout, data))
                    size += len(data)
                case Stderr(data):
                    batch.append((self._stderr, data))
                    size += len(data)
                case Ended(ending):
                    self._ending = ending
                case _:
                    break
        self.received += size
        return batch

    def _on_written(self, error: OSError | None) -> None:
        self._is_busy = False
        if error is None:
            self._read()
        elif not self._ended.done():
            self._ended.set_exception(error)

    # -- in ---------------------------------------------------------------------------------

    async def _send_input(self, descriptor: int) -> None:
        while data := await self._input(descriptor):
            if self._detaching is not None:
                data = self._detaching.take(data)
            await self._channel.write(data)
            self.sent += len(data)
            if self._detaching is not None and self._detaching.is_left:
                if not self._ended.done():
                    self._ended.set_result(self._detaching.ending)
                return
        await self._channel.end_input()

    async def _input(self, descriptor: int) -> bytes:
        """Return the next piece of input; empty at its end, also where that came as an error."""
        while True:
            try:
                await wait_readable(descriptor)
                return os.read(descriptor, READ)
            except BlockingIOError:  # somebody else was faster
                continue
            except OSError:  # its terminal is gone
                return b""

    async def _send_sizes(self) -> None:
        while True:
            await self._resized.wait()
            self._resized.clear()
            size = self._size()
            if size is not None:
                await self._channel.resize(size)

    def _on_sender_done(self, task: asyncio.Task[None]) -> None:
        """Let a mistake of podboard's own be seen."""
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._ended.done():
            self._ended.set_exception(error)


async def wait_readable(descriptor: int) -> None:
    """Wait until there is something to read, or its end."""
    loop = asyncio.get_running_loop()
    readable: asyncio.Future[None] = loop.create_future()
    try:
        loop.add_reader(descriptor, _settle, readable)
    except PermissionError:
        # A file, which is never waited for. Others must have their turn nevertheless.
        await asyncio.sleep(0)
        return
    try:
        await readable
    finally:
        loop.remove_reader(descriptor)


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
