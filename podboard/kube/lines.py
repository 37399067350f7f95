"""Direct connections to an API server: each takes one request after another, and may become a WebSocket.

What a command in a pod needs is a request or two and an upgrade. An HTTP library is loaded for what is more
than that: answers that go on and on, and proxies.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
from typing import TYPE_CHECKING, Final, NamedTuple, cast
from urllib.parse import urlsplit

from podboard.kube.troubles import CutOff, NoAnswer, NoConnection, NoName, NoTls, Trouble, Untrusted
from podboard.kube.websocket import WebSocket
from podboard.wire.exec_channel import SUBPROTOCOLS
from podboard.wire.http1 import SWITCHING, AnswerReader, HttpError, request
from podboard.wire.websocket import is_accepted, new_key, upgrade_headers

if TYPE_CHECKING:
    from podboard.wire.http1 import Answer

_IDLE: Final = 75.0
"""Seconds an idle connection is kept: below the API server's own 90."""

_SECOND_ADDRESS: Final = 0.25
"""Seconds until the next address of a name is tried beside the last one (RFC 8305)."""

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class Asking(NamedTuple):
    """A request, and as whom.

    Attributes:
        method: Like ``GET``.
        target: Path and query below the server's URL, escaped.
        headers: Names and values.
        context: For TLS.
        server_name: The name to expect in the certificate; None for the URL's.
        body: None for none.
    """

    method: str
    target: str
    headers: list[tuple[str, str]]
    context: ssl.SSLContext
    server_name: str | None
    body: bytes | None = None


class Limits(NamedTuple):
    """What is waited for, and how much is taken.

    Attributes:
        connect: Seconds for a connection with its TLS handshake.
        silence: Seconds without a byte after which an answer counts as not coming.
        body: Bytes of an answer.
        refusal: Bytes of a refusal.
    """

    connect: float
    silence: float
    body: int
    refusal: int


class Lines:
    """The connections to one server.

    Args:
        server: Its URL.
        limits: Of each request.
    """

    def __init__(self, server: str, limits: Limits) -> None:
        url = urlsplit(server)
        self._is_tls = url.scheme == "https"
        self._host, self._port = url.hostname or "", url.port or _DEFAULT_PORTS[url.scheme]
        self._netloc = url.netloc.rpartition("@")[2]
        self._path = url.path.rstrip("/")
        self._limits = limits
        self._idle: list[_Line] = []

    async def ask(self, asking: Asking) -> Answer:
        """Send a request and return the answer.

        Raises:
            Trouble: There is none.
            OSError: The connection is cut.
            TimeoutError: The server does not answer.
            HttpError: What answers is no HTTP server.
        """
        line, answer = await self._asked(asking)
        if answer.stays:
            self._idle.append(line)
        else:
            line.close()
        return answer

    async def upgrade(self, asking: Asking) -> WebSocket | Answer:
        """Ask for a WebSocket; return the answer where that is another. Raises as ``ask``."""
        key = new_key()
        headers = [*asking.headers, *upgrade_headers(key, SUBPROTOCOLS)]
        line, answer = await self._asked(asking._replace(headers=headers))
        if answer.status != SWITCHING or not is_accepted(key, answer.headers):
            line.close()
            return answer
        chosen = answer.headers.get("sec-websocket-protocol", "")
        websocket = WebSocket(line.transport, chosen if chosen in SUBPROTOCOLS else None)
        websocket.feed(line.rest)
        if line.gone.is_set():
            websocket.connection_lost(None)
        return websocket

    async def close(self) -> None:
        """Let go of all that are idle."""
        idle, self._idle = self._idle, []
        for line in idle:
            line.close()
        await asyncio.gather(*(line.gone.wait() for line in idle))

    async def _asked(self, asking: Asking) -> tuple[_Line, Answer]:
        message = request(
            asking.method, self._path + asking.target, self._netloc, asking.headers, asking.body
        )
        while (line := self._take_idle(asking.context)) is not None:
            try:
                return line, await self._answer(line, message)
            except TimeoutError:
                raise
            except (NoAnswer, OSError):
                # The server may drop what is idle at any time; only what it cannot have heard is said again.
                if line.is_heard or asking.method != "GET":
                    raise
        line = await self._open(asking)
        return line, await self._answer(line, message)

    async def _answer(self, line: _Line, message: bytes) -> Answer:
        try:
            return await line.ask(message, self._limits)
        except BaseException:
            line.close()
            raise

    def _take_idle(self, context: ssl.SSLContext) -> _Line | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            line = self._idle.pop()
            if line.context is context and now - line.since < _IDLE and not line.transport.is_closing():
                return line
            line.close()
        return None

    async def _open(self, asking: Asking) -> _Line:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._limits.connect):
                transport, line = await loop.create_connection(
                    lambda: _Line(asking.context),
                    self._host,
                    self._port,
                    ssl=asking.context if self._is_tls else None,
                    server_hostname=(asking.server_name or self._host).rstrip(".") if self._is_tls else None,
                    happy_eyeballs_delay=_SECOND_ADDRESS,
                )
        except TimeoutError:
            raise
        except ssl.SSLCertVerificationError as error:
            raise Untrusted(error) from error
        except ssl.SSLError as error:
            raise NoTls(error) from error
        except (socket.gaierror, UnicodeError) as error:
            raise NoName(self._host) from error
        except OSError as error:
            raise NoConnection(_first_of(error)) from error
        watch_over(transport.get_extra_info("socket"))
        return line


class _Line(asyncio.Protocol):
    """One connection."""

    transport: asyncio.Transport

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.is_heard = False
        self.since = 0.0
        self.rest = b""
        self.gone = asyncio.Event()
        self._error: Exception | None = None
        self._reader: AnswerReader | None = None
        self._news = asyncio.Event()

    async def ask(self, message: bytes, limits: Limits) -> Answer:
        reader = self._reader = AnswerReader(limits.body, limits.refusal)
        self.is_heard = False
        self.transport.write(message)
        try:
            while reader.answer is None:
                self._raise_error()
                self._news.clear()
                async with asyncio.timeout(limits.silence):
                    await self._news.wait()
        except (Trouble, OSError):
            if reader.status and reader.status >= 300:  # noqa: PLR2004 - HTTP's own; the status says enough
                return reader.without_body()
            raise
        self.rest, self._reader = reader.rest(), None
        self.since = asyncio.get_running_loop().time()
        return reader.answer

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error
        if self.gone.is_set():
            raise CutOff if self._reader is not None and self._reader.status else NoAnswer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.is_heard = True
        if self._reader is None:  # nobody has asked
            self.transport.abort()
            return
        try:
            self._reader.feed(data)
        except HttpError as error:
            self._error = error
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        if self._reader is not None:
            self._reader.end()
        self._error = self._error or exc
        self._news.set()

    def close(self) -> None:
        """Let go at once: nothing is under way, and a server that is gone would be waited for."""
        self.transport.abort()


def watch_over(made: socket.socket) -> None:
    """Let a socket notice a dead peer within a minute.

    A watch sends nothing, so without the kernel's probes it would wait for hours on a network that is gone.
    """
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    seconds = {"TCP_KEEPIDLE": 30, "TCP_KEEPALIVE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
    for name, value in seconds.items():
        if hasattr(socket, name):  # Linux and macOS call the first one differently
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _first_of(error: OSError) -> OSError:
    """Return an error, or the first of several, which asyncio puts into words of its own."""
    number = re.search(r"\[Errno (\d+)\]", str(error)) if error.errno is None else None
    return OSError(int(number[1]), os.strerror(int(number[1]))) if number else error
