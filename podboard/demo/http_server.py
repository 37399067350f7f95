"""An HTTP/1.1 server on asyncio's transports, as small as the embedded cluster can do with.

One task serves one request; a connection serves its requests one after the other, until one of them
takes the connection over (exec).
"""

from __future__ import annotations

import asyncio
import http
import logging
import socket
import time
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, cast

from podboard.demo.http_request import BODY_LIMIT, HEAD_LIMIT, JSON, MalformedRequestError, read_request
from podboard.demo.times import http_date

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

    from podboard.demo.http_request import Request

log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
TEXT: Final = "text/plain; charset=utf-8"

_BUFFERED_BY_GO: Final = 2048
"""Go's server counts a body of up to so many bytes (``Content-Length``); a longer one is chunked."""

_UNREAD_LIMIT: Final = HEAD_LIMIT + BODY_LIMIT
_BACKLOG: Final = 1024
_HANDSHAKE_SECONDS: Final = 10.0
_GOODBYE_SECONDS: Final = 2.0
"""How long a TLS connection waits for the other side's goodbye before it is cut."""

_REBIND_SECONDS: Final = 5.0

Handler: TypeAlias = "Callable[[Exchange], Awaitable[None]]"


class Receiver(Protocol):
    """Who gets a connection's bytes after taking it over."""

    def received(self, data: bytes) -> None:
        """Take bytes from the client."""

    def writable(self, *, now: bool) -> None:
        """Hear that the socket keeps up with what is written (``now``) or does not."""

    def lost(self) -> None:
        """Hear that the connection is gone."""


class Exchange:
    """One request and the means to answer it."""

    def __init__(self, request: Request, connection: _Connection) -> None:
        self.request = request
        self._connection = connection
        self._chunked = False
        self.keep_alive = request.keep_alive
        self.answered = False

    @property
    def transport(self) -> asyncio.Transport:
        """Return the connection's transport, for who takes it over."""
        return self._connection.transport

    def peer_certificate(self) -> bytes | None:
        """Return the verified client certificate (DER), None where the client showed none."""
        tls = self.transport.get_extra_info("ssl_object")
        return None if tls is None else tls.getpeercert(binary_form=True)

    async def answer(self, status: int, body: bytes = b"", media_type: str = JSON) -> None:
        """Answer with a whole body."""
        if status == http.HTTPStatus.NO_CONTENT:
            self._head(status)
        elif len(body) > _BUFFERED_BY_GO:
            self.begin(status, media_type)
            await self.write(body)
            self.end()
        else:
            self._head(status, f"Content-Type: {media_type}", f"Content-Length: {len(body)}")
            self.transport.write(body)
            await self._connection.flushed()

    def begin(self, status: int, media_type: str) -> None:
        """Begin an answer whose body comes piece by piece."""
        self._chunked = True
        self._head(status, f"Content-Type: {media_type}", "Transfer-Encoding: chunked")

    async def write(self, piece: bytes) -> None:
        """Send a piece of the body; returns when the client is not too far behind."""
        if piece:
            self.transport.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        await self._connection.flushed()

    def end(self) -> None:
        """End the body in order."""
        self.transport.write(b"0\r\n\r\n")
        self._chunked = False

    def answer_and_close(self, head: bytes) -> None:
        """Send a head that was written elsewhere, and nothing more on this connection."""
        self.answered = True
        self.keep_alive = False
        self.transport.write(head)

    def take_over(self, head: bytes, receiver: Receiver) -> None:
        """Send a head that was written elsewhere; from then on the connection is the receiver's."""
        self.answer_and_close(head)
        self._connection.hand_over(receiver)

    def cut(self) -> None:
        """End the connection at once, without a goodbye, whatever was promised."""
        self.keep_alive = False
        self.transport.abort()

    def finish(self) -> bool:
        """Return whether the connection can serve another request now."""
        return self.answered and self.keep_alive and not self._chunked

    def _head(self, status: int, *headers: str) -> None:
        self.answered = True
        lines = [
            f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}",
            "Cache-Control: no-cache, private",
            *headers,
            f"Date: {http_date(time.time())}",
        ]
        if not self.keep_alive:
            lines.append("Connection: close")
        self.transport.write("\r\n".join([*lines, "", ""]).encode("latin-1"))


class _Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._buffer = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._receiver: Receiver | None = None
        self._flushed = asyncio.Event()
        self._flushed.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._server.connections.add(self)

    def data_received(self, data: bytes) -> None:
        if self._receiver is not None:
            self._receiver.received(data)
            return
        self._buffer += data
        if self._task is None:
            self._serve_next()
        elif len(self._buffer) > _UNREAD_LIMIT:
            self.transport.pause_reading()

    def pause_writing(self) -> None:
        self._flushed.clear()
        if self._receiver is not None:
            self._receiver.writable(now=False)

    def resume_writing(self) -> None:
        self._flushed.set()
        if self._receiver is not None:
            self._receiver.writable(now=True)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # who went and how makes no difference
        self._server.connections.discard(self)
        self._flushed.set()
        if self._receiver is not None:
            self._receiver.lost()
        elif self._task is not None:
            self._task.cancel()

    async def flushed(self) -> None:
        await self._flushed.wait()

    def hand_over(self, receiver: Receiver) -> None:
        self._receiver = receiver
        early, self._buffer = bytes(self._buffer), bytearray()
        self.transport.resume_reading()
        if self.transport.is_closing():
            receiver.lost()
        elif early:
            receiver.received(early)

    def _serve_next(self) -> None:
        try:
            found = read_request(self._buffer)
        except MalformedRequestError as malformed:
            phrase = http.HTTPStatus(malformed.code).phrase
            head = f"HTTP/1.1 {malformed.code} {phrase}\r\nContent-Type: {TEXT}\r\nConnection: close\r\n\r\n"
            self.transport.write(f"{head}{malformed.code} {phrase}".encode())
            self.transport.close()
            return
        if found is None:
            return
        request, taken = found
        del self._buffer[:taken]
        self._task = asyncio.get_running_loop().create_task(self._serve(Exchange(request, self)))
        self._server.tasks.add(self._task)
        self._task.add_done_callback(self._server.tasks.discard)

    async def _serve(self, exchange: Exchange) -> None:
        goes_on = False
        try:
            await self._server.handler(exchange)
            goes_on = exchange.finish()
        except Exception:
            log.exception("%s %s failed", exchange.request.method, exchange.request.path)
        finally:
            self._task = None
            if not goes_on:
                self.transport.close()
        if goes_on and not self.transport.is_closing():
            self.transport.resume_reading()
            self._serve_next()


class HttpServer:
    """Listens on loopback and hands every request to a handler.

    Attributes:
        port: 0 until it has listened for the first time; the same ever after.
        connections: Those that are open.
        tasks: Those that serve a request.
    """

    def __init__(self, handler: Handler, tls: ssl.SSLContext) -> None:
        self.handler = handler
        self.port = 0
        self.connections: set[_Connection] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self._tls = tls
        self._listener: asyncio.Server | None = None

    @property
    def listening(self) -> bool:
        """Return whether connections are accepted."""
        return self._listener is not None

    async def listen(self) -> None:
        """Begin to accept connections: on a free port the first time, on that same port later.

        Raises:
            OSError: Somebody else took the port meanwhile and keeps it.
        """
        if self._listener is not None:
            return
        listening = await self._bind()
        self.port = listening.getsockname()[1]
        self._listener = await asyncio.get_running_loop().create_server(
            lambda: _Connection(self),
            sock=listening,
            ssl=self._tls,
            backlog=_BACKLOG,
            ssl_handshake_timeout=_HANDSHAKE_SECONDS,
            ssl_shutdown_timeout=_GOODBYE_SECONDS,
        )

    def refuse(self) -> None:
        """Stop to accept connections; those that are open stay."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def cut_all(self) -> None:
        """End every open connection at once, without a goodbye."""
        for connection in list(self.connections):
            connection.transport.abort()

    async def close(self) -> None:
        """End everything and wait until it has ended."""
        self.refuse()
        self.cut_all()
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _bind(self) -> socket.socket:
        deadline = time.monotonic() + _REBIND_SECONDS
        while True:
            # asyncio sends small writes at once only on sockets that say they are TCP's.
            listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listening.bind((HOST, self.port))
            except OSError:
                listening.close()
                if not self.port or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.02)
            else:
                return listening
