"""What a WebSocket has received, taken without a task that waits for it.

aiohttp hands out one message for each ``await``, and an empty queue makes the caller wait: there is no
asking whether something is there. Yet a terminal must know when it has caught up, to paint; twenty
hidden ones must not wake for every message; and a flood comes in messages of a few kilobytes. So
``receive`` is run here by hand: it suspends only while its queue is empty, upon one future, which is done
when to go on.

The event loop would tell of that in its next turn, behind all that is due: a typed character would be shown
a twentieth later. So the future is looked at where the bytes, or the end, come in.
"""

from __future__ import annotations

import asyncio
import contextlib
import types
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator, Sequence

    from podboard.kube.client import Socket

DATA = frozenset((aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT))
"""Messages that carry the channels of exec; a proxy may turn one into the other."""

_ENOUGH = 32 * 1024
"""Bytes taken at once at most, but for the last message: more would hold back the socket's own reading."""

_LAST = frozenset((aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG))


class Inbox:
    """The incoming messages of one WebSocket, which nobody else may receive from.

    Args:
        socket: The connection.
        arrived: Called when ``take`` has become worth while after it returned nothing.
    """

    def __init__(self, socket: Socket, arrived: Callable[[], None]) -> None:
        self._socket = socket
        self._arrived = arrived
        self._messages: list[aiohttp.WSMessage] = []
        self._receiving: Coroutine[Any, Any, None] | None = self._receive()
        self._waits_for: asyncio.Future[Any] | None = None
        connection = socket._conn  # noqa: SLF001 - aiohttp tells of it nowhere else
        if connection is not None and (transport := connection.transport) is not None:
            transport.set_protocol(_Relay(transport.get_protocol(), self._look))

    @property
    def is_empty(self) -> bool:
        """Whether everything that has come was taken, and somebody wanted more."""
        return self._waits_for is not None and not self._waits_for.done()

    def take(self) -> Sequence[aiohttp.WSMessage]:
        """Return what is here, in order: some messages of data, then one other at most; or nothing."""
        if self.is_empty or self._receiving is None:
            return ()
        try:
            self._waits_for = self._receiving.send(None)
        except StopIteration:
            self._receiving = None
        taken, self._messages = self._messages, []
        return taken

    def close(self) -> None:
        """Stop receiving, so that the socket can be closed; nothing may be taken any more."""
        receiving, self._receiving, self._waits_for = self._receiving, None, None
        if receiving is not None:
            with contextlib.suppress(asyncio.CancelledError):
                receiving.throw(asyncio.CancelledError())

    def _look(self) -> None:
        if self._waits_for is not None and self._waits_for.done():
            self._arrived()

    async def _receive(self) -> None:
        """Gather messages until it is enough, again and again; return after the last."""
        receive, size = self._socket.receive, 0
        while True:
            message = await receive()
            self._messages.append(message)
            if message.type in DATA:
                size += len(message.data)
                if size < _ENOUGH:
                    continue
            elif message.type not in _LAST:
                return
            await _pause()
            size = 0


class _Relay(asyncio.Protocol):
    """Stands before a connection's protocol, and tells when it has taken something in, or the end.

    Args:
        protocol: aiohttp's own.
        told: What is called then.
    """

    def __init__(self, protocol: Any, told: Callable[[], None]) -> None:
        self._protocol = protocol
        self._told = told

    def data_received(self, data: bytes) -> None:
        """Hand it on, and tell."""
        self._protocol.data_received(data)
        self._told()

    def eof_received(self) -> bool | None:
        """Hand it on, and tell."""
        closes: bool | None = self._protocol.eof_received()
        self._told()
        return closes

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand it on, and tell."""
        self._protocol.connection_lost(exc)
        self._told()

    def pause_writing(self) -> None:
        """Hand it on."""
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """Hand it on."""
        self._protocol.resume_writing()


@types.coroutine
def _pause() -> Generator[None]:
    """Hand back to whoever runs the coroutine by hand, with nothing to wait for."""
    yield
