"""One WebSocket on an upgraded connection: what came waits until it is taken, and no more is asked for then.

Bytes are understood where they come in, within the event loop's own reading: who waits for a message is told
at once and not in the loop's next turn, behind all else that is due; and whether something is there can be
asked, so that a terminal knows when it has caught up, and a hidden one need not wake for every message.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.wire.websocket import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    Broken,
    Closed,
    MessageReader,
    Ping,
    Pong,
    close_payload,
    frame,
    masked_by_number,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_HELD: Final = 512 * 1024
"""Bytes that wait to be taken; with more, the socket is not read any more, and the server waits."""

_ENOUGH: Final = 32 * 1024
"""Bytes taken at once at most, but for the last message: more would hold back the socket's own reading."""

_CLOSING: Final = 1.0
"""Seconds for the closing handshake: a server that is gone does not keep a person from leaving."""

_LARGE: Final = 4 * 1024
"""Bytes of a payload whose masking is worth an import."""

_NORMAL, _PROTOCOL_ERROR = 1000, 1002


class Lost(NamedTuple):
    """The connection is gone without a word."""


End = Closed | Broken | Lost
"""Why no more messages come."""


class WebSocket(asyncio.BufferedProtocol):
    """The protocol of an upgraded connection, from the first byte behind the answer's head.

    Args:
        transport: The connection's; it is this protocol's from now on.
        subprotocol: What the server chose; None where it named none.
        lost: Called as ``connection_lost`` is; None where nobody wants to know.

    Attributes:
        subprotocol: The same.
        end: Why no more messages come; None while they may. There may be some yet to be taken.
        is_heard: Set whenever bytes come in; whoever looks takes it back.
        is_paused: Whether the socket is not read, since too much waits to be taken.
        is_behind: Whether what was sent has piled up; ``caught_up`` waits until it has not.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        subprotocol: str | None,
        lost: Callable[[Exception | None], None] | None = None,
    ) -> None:
        self.subprotocol = subprotocol
        self.end: End | None = None
        self.is_heard = False
        self.is_paused = False
        self.is_behind = False
        self._transport = transport
        self._tell_lost = lost
        self._reader = MessageReader()
        self._messages: deque[bytes] = deque()
        self._size = 0
        self._is_awaited = True
        self._is_closing = False
        self._arrived: Callable[[], None] | None = None
        self._answered: Callable[[bytes], None] | None = None
        self._moved = asyncio.Event()
        """Set where someone who waits for ``is_behind`` or ``end`` has to look again."""
        transport.set_protocol(self)

    def attend(self, arrived: Callable[[], None], answered: Callable[[bytes], None]) -> None:
        """Say who is told what.

        Args:
            arrived: Called when ``take`` has become worth while after it returned nothing, or ``end`` is set.
            answered: Called with the payload of each pong.
        """
        self._arrived, self._answered = arrived, answered

    # -- in ---------------------------------------------------------------------------------

    def take(self) -> Sequence[bytes]:
        """Return messages that are here, in order; none where there are none."""
        waiting = self._messages
        if not waiting:
            self._is_awaited = True
            return ()
        if self._size <= _ENOUGH:
            taken = list(waiting)
            waiting.clear()
            self._size = 0
        else:
            taken, size = [], 0
            while waiting and size < _ENOUGH:
                taken.append(waiting.popleft())
                size += len(taken[-1])
            self._size -= size
        if self.is_paused and self._size < _HELD // 2:
            self._resume()
        return taken

    def feed(self, data: bytes) -> None:
        """Take bytes that had come in before the connection was this protocol's."""
        while data:
            room = self.get_buffer(0)
            count = min(len(room), len(data))
            room[:count] = data[:count]
            self.buffer_updated(count)
            data = data[count:]

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - as any BufferedProtocol
        """Say where the next bytes are to be written."""
        return self._reader.room()

    def buffer_updated(self, nbytes: int) -> None:
        """Take bytes in that were written there."""
        self.is_heard = True
        for message in self._reader.take(nbytes):
            if self.end is not None:
                return
            if not isinstance(message, bytes):
                self._heed(message)
            elif not self._is_closing:
                self._messages.append(message)
                self._size += len(message)
        if self._size > _HELD and not self.is_paused:
            self.is_paused = True
            self._transport.pause_reading()
        if self._messages:
            self._tell()

    def _heed(self, message: Ping | Pong | Closed | Broken) -> None:
        match message:
            case Ping(payload):
                self._send(PONG, payload)
            case Pong(payload):
                if self._answered is not None:
                    self._answered(payload)
            case Closed():
                self._send(CLOSE, close_payload(_NORMAL))
                self._end(message)
            case Broken():
                self._send(CLOSE, close_payload(_PROTOCOL_ERROR))
                self._end(message)

    def _end(self, end: End) -> None:
        if self.end is None:
            self.end = end
            self._is_awaited = True
            self._tell()
        self._moved.set()

    def _tell(self) -> None:
        if self._is_awaited and self._arrived is not None:
            self._is_awaited = False
            self._arrived()

    def _resume(self) -> None:
        self.is_paused = False
        self._transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note that no more comes."""
        self.is_behind = False
        self._end(Lost())
        if self._tell_lost is not None:
            self._tell_lost(exc)

    # -- out --------------------------------------------------------------------------------

    def send(self, message: bytes) -> None:
        """Send a message of data; on a connection that is gone it is dropped."""
        self._send(BINARY, message)

    def ping(self, payload: bytes = b"") -> None:
        """Send a ping; on a connection that is gone it is dropped."""
        self._send(PING, payload)

    async def caught_up(self) -> None:
        """Wait until what was sent has not piled up; on a connection that is gone that is at once."""
        while self.is_behind:
            self._moved.clear()
            await self._moved.wait()

    def pause_writing(self) -> None:
        """Take note that what is sent piles up."""
        self.is_behind = True

    def resume_writing(self) -> None:
        """Take note that it does not any more."""
        self.is_behind = False
        self._moved.set()

    async def close(self) -> None:
        """Say goodbye, wait a moment for the answer, and let go; nobody is told anything more."""
        self._is_closing = True
        self._arrived = self._answered = None
        self._messages.clear()
        self._size = 0
        if self.is_paused:
            self._resume()
        if self.end is None:
            self._send(CLOSE, close_payload(_NORMAL))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING):
                while self.end is None:
                    self._moved.clear()
                    await self._moved.wait()
        self._transport.close()

    def _send(self, opcode: int, payload: bytes) -> None:
        if not self._transport.is_closing():
            masked = masked_by_number if len(payload) < _LARGE else _masked_in_c
            self._transport.writelines(frame(opcode, payload, masked))


def _masked_in_c(mask: bytes, payload: bytes) -> bytearray:
    """Mask a payload with what aiohttp has for its own, a tenth of the time that Python takes."""
    from aiohttp._websocket.helpers import websocket_mask

    masked = bytearray(payload)
    websocket_mask(mask, masked)
    return masked
