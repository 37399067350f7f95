"""One exec or attach over WebSocket: a process in a container, its streams on the socket's channels."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

from podboard.demo.channels import Channel
from podboard.demo.containers import StartError
from podboard.demo.gojson import decode_object
from podboard.demo.websocket import MessageReader, Opcode, ProtocolError, close_frame, frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from podboard.demo.channels import Framing
    from podboard.demo.processes import Streams
    from podboard.demo.websocket import Message

_NORMAL, _BROKEN = 1000, 1002
_SIZE_SECONDS: Final = 0.03
"""How long a terminal's command is held back for its size, which a client sends at once after the upgrade.

A real node takes as long to start a command, and so the size is in force by then.
"""

_GOODBYE_SECONDS: Final = 2.0
_LARGEST_SIZE: Final = 0xFFFF  # a terminal's size is two 16-bit numbers


class Running(Protocol):
    """A process that runs, as far as a session has to do with it."""

    finished: asyncio.Future[int]

    @property
    def stdin_full(self) -> bool:
        """Return whether input is waiting to be taken."""

    def write(self, data: bytes) -> None:
        """Give it input."""

    def end_stdin(self) -> None:
        """Tell it that there is no more input."""

    def resize(self, columns: int, rows: int) -> None:
        """Tell its terminal the size."""

    def pause(self) -> None:
        """Hear nothing of it for now."""

    def resume(self) -> None:
        """Hear it again."""

    def detach(self) -> None:
        """Let it go on with nobody listening."""


class ExecSession:
    """The server's end of one exec, or of one attach.

    It is the socket's receiver and the command's listener, and passes bytes from the one to the other
    within one callback: no task is woken for a message.

    Args:
        cut_after: Bytes of output frames after which the connection is cut in the middle of one; a fault.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        framing: Framing,
        streams: Streams,
        *,
        cut_after: int | None = None,
    ) -> None:
        self._transport = transport
        self._framing = framing
        self._streams = streams
        self._left = cut_after
        self._reader = MessageReader()
        self._process: Running | None = None
        self._unread: deque[Message] = deque()
        self._is_reading = False
        self._early: list[tuple[Channel, bytes]] = []
        self._size = (0, 0)
        self._gone = asyncio.Event()
        self._over = asyncio.Event()  # the client is gone, or the command has finished
        self._sized = asyncio.Event()
        self._behind = False
        self._goodbye_said = False

    async def run(
        self,
        begin: Callable[[ExecSession, tuple[int, int]], Running],
        last_word: Callable[[int], bytes],
    ) -> None:
        """Serve a process from the first frame to the last; returns early when the client goes away.

        Args:
            begin: Starts it, or attaches to it, for this listener and the size of its terminal; may raise
                StartError.
            last_word: Says of its exit code what is to be said on channel 3.
        """
        self._send(self._first_channel(), b"")
        if self._streams.terminal:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SIZE_SECONDS):
                    await self._sized.wait()
        if self._gone.is_set():
            return
        try:
            process = begin(self, self._size)
        except StartError as failure:
            word = self._framing.not_started(str(failure))
        else:
            self._begin(process)
            await self._over.wait()
            if self._gone.is_set():
                return
            word = last_word(process.finished.result())
        if word:
            self._send(Channel.STATUS, word)
        self._say_goodbye(_NORMAL)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._gone.wait()

    def leave(self) -> None:
        """End the connection without a word; the command goes on. So a restarting kubelet does."""
        self._go()
        self._transport.close()

    def received(self, data: bytes) -> None:
        """Take the client's bytes."""
        try:
            messages = self._reader.feed(data)
        except ProtocolError:
            self._end(_BROKEN)
            return
        self._unread += messages
        if not self._is_full:
            self._read_on()

    @property
    def _is_full(self) -> bool:
        """Whether the command takes no more input for now: as a node, it then answers nothing behind that."""
        return self._process is not None and self._process.stdin_full

    def _read_on(self) -> None:
        self._is_reading = True
        while self._unread and not self._gone.is_set() and not self._is_full:
            self._take(self._unread.popleft())
        self._is_reading = False

    def writable(self, *, now: bool) -> None:
        """Let the command wait while the client is behind with reading."""
        self._behind = not now
        if self._process is None:
            return
        if now:
            self._process.resume()
        else:
            self._process.pause()

    def lost(self) -> None:
        """Let the command go on without the client."""
        self._go()

    def said(self, data: bytes, *, as_error: bool) -> None:
        """Send the command's output."""
        if not self._gone.is_set():
            self._send(Channel.STDERR if as_error else Channel.STDOUT, data)

    def stdin_drained(self) -> None:
        """Read on: the command takes input again."""
        if self._is_reading:
            return
        self._read_on()
        if not (self._is_full or self._transport.is_closing()):
            self._transport.resume_reading()

    def _first_channel(self) -> Channel:
        """Return the channel of the empty first frame: the lowest of those that were asked for."""
        if self._streams.stdout:
            return Channel.STDOUT
        return Channel.STDERR if self._streams.stderr else Channel.STATUS

    def _begin(self, process: Running) -> None:
        self._process = process
        process.finished.add_done_callback(lambda _: self._over.set())
        if self._behind:
            process.pause()
        early, self._early = self._early, []
        for channel, data in early:
            self._give(process, channel, data)

    def _take(self, message: Message) -> None:
        if message.opcode is Opcode.PING:
            self._transport.write(frame(Opcode.PONG, message.payload))
        elif message.opcode is Opcode.CLOSE:
            self._end(_NORMAL)
        elif message.opcode is not Opcode.PONG:
            content = self._framing.incoming(message)
            if content is None:
                return
            channel, data = content
            if channel is Channel.RESIZE:
                self._resize(data)
            elif self._process is None:
                self._early.append(content)
            else:
                self._give(self._process, channel, data)

    def _resize(self, data: bytes) -> None:
        """Take a terminal's size: it is in force before the command starts, or at once."""
        self._sized.set()
        size = _size(data)
        if size is None:
            return
        self._size = size
        if self._process is not None:
            self._process.resize(*size)

    def _give(self, process: Running, channel: Channel, data: bytes) -> None:
        if channel is Channel.STDIN and self._streams.stdin:
            process.write(data)
            if process.stdin_full:
                self._transport.pause_reading()
        elif channel is Channel.CLOSE and data[:1] == b"\0" and self._framing.can_close_stdin:
            process.end_stdin()

    def _send(self, channel: Channel, data: bytes) -> None:
        message = self._framing.outgoing(channel, data)
        if self._left is not None:
            self._left -= len(message)
            if self._left < 0:
                self._transport.write(message[: len(message) // 2])
                self._transport.abort()
                return
        self._transport.write(message)

    def _say_goodbye(self, code: int) -> None:
        if not self._goodbye_said:
            self._goodbye_said = True
            self._transport.write(close_frame(code))

    def _end(self, code: int) -> None:
        self._say_goodbye(code)
        self.leave()

    def _go(self) -> None:
        self._gone.set()
        self._over.set()
        if self._process is not None:
            self._process.detach()


def _size(text: bytes) -> tuple[int, int] | None:
    """Read a resize message; None if it is none. The client may send anything."""
    try:
        size = decode_object(text)
    except ValueError:
        return None
    columns, rows = size.get("Width"), size.get("Height")
    if not (isinstance(columns, int) and isinstance(rows, int)):
        return None
    if not (0 <= columns <= _LARGEST_SIZE and 0 <= rows <= _LARGEST_SIZE):
        return None
    return columns, rows
