"""What aiohttp does for the client: answers that go on and on, and whatever goes through a proxy.

Imported only where there is one of the two: it takes longer to load than a command in a pod takes.
"""

from __future__ import annotations

import contextlib
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
from yarl import URL

from podboard.kube.connections import make_connector, proxy_argument
from podboard.kube.proxy import proxy_address
from podboard.kube.troubles import (
    CutOff,
    NoAnswer,
    NoConnection,
    NoName,
    NoProxy,
    NoTls,
    ProxyRefuses,
    Untrusted,
)
from podboard.kube.websocket import WebSocket
from podboard.wire.exec_channel import SUBPROTOCOLS
from podboard.wire.http1 import SWITCHING, Answer, HttpError
from podboard.wire.websocket import is_accepted, new_key, upgrade_headers

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Iterator

    from podboard.kube.lines import Asking, Limits

_OK = 200


class ByAiohttp:
    """Requests to one server, as ``lines.Lines`` makes them, and streams.

    Args:
        server: Its URL.
        proxy: That of the proxy; empty for none.
        context: For TLS where a request brings no other.
        limits: Of each request.
    """

    def __init__(self, server: str, proxy: str, context: ssl.SSLContext, limits: Limits) -> None:
        self._server = server
        self._proxy = proxy
        self._limits = limits
        self._session = aiohttp.ClientSession(
            connector=make_connector(proxy, context),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent",),
            proxy=proxy_argument(proxy),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect, sock_read=limits.silence),
        )

    async def close(self) -> None:
        """Let go of all connections."""
        await self._session.close()

    async def ask(self, asking: Asking) -> Answer:
        """Send a request and return the answer; raises as ``lines.Lines.ask``."""
        with self._troubles_told():
            async with await self._begin(asking) as response:
                return await self._answer(response)

    async def upgrade(self, asking: Asking) -> WebSocket | Answer:
        """Ask for a WebSocket; return the answer where that is another. Raises as ``ask``."""
        key = new_key()
        headers = [*asking.headers, *upgrade_headers(key, SUBPROTOCOLS)]
        with self._troubles_told():
            response = await self._begin(asking._replace(headers=headers))
            if response.status == SWITCHING and is_accepted(key, response.headers):
                return _taken_over(response)
            async with response:
                return await self._answer(response)

    @asynccontextmanager
    async def stream(self, asking: Asking, silence: float) -> AsyncIterator[aiohttp.StreamReader | Answer]:
        """Open an answer that goes on, or return a refusal; it is cut when the block is left.

        Args:
            asking: The request.
            silence: Seconds without a byte after which the answer counts as dead.

        Raises:
            Trouble: As ``ask``, also from within the block.
        """
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect, sock_read=silence)
        with self._troubles_told():
            response = await self._begin(asking, timeout=timeout)
            try:
                yield response.content if response.status == _OK else await self._answer(response)
            finally:
                response.close()

    async def _begin(self, asking: Asking, **settings: Any) -> aiohttp.ClientResponse:
        return await self._session.request(
            asking.method,
            URL(self._server + asking.target, encoded=True),
            headers=asking.headers,
            data=asking.body,
            ssl=asking.context,
            server_hostname=asking.server_name,
            allow_redirects=False,
            **settings,
        )

    async def _answer(self, response: aiohttp.ClientResponse) -> Answer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        if response.status == SWITCHING:
            return Answer(response.status, headers)
        is_refusal = response.status >= 300  # noqa: PLR2004 - HTTP's own
        limit = self._limits.refusal if is_refusal else self._limits.body
        pieces, size = [], 0
        # The status of a refusal says enough.
        with contextlib.suppress(*((aiohttp.ClientError, OSError) if is_refusal else ())):
            async for piece in response.content.iter_any():
                pieces.append(piece)
                size += len(piece)
                if size > limit:
                    return Answer(response.status, headers, is_whole=False)
            return Answer(response.status, headers, b"".join(pieces))
        return Answer(response.status, headers)

    @contextmanager
    def _troubles_told(self) -> Iterator[None]:
        try:
            yield
        except (aiohttp.ClientError, OSError) as error:
            raise self._trouble(error) from error

    def _trouble(self, error: Exception) -> Exception:
        """Turn aiohttp's error into what it means."""
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            of_proxy = bool(self._proxy) and (error.host, error.port) == proxy_address(self._proxy)
            return Untrusted(error.certificate_error, of_proxy=of_proxy)
        for kind, meant in _MEANT:
            if isinstance(error, kind):
                return meant(error)
        return error if isinstance(error, OSError) else HttpError(str(error))


# In this order: they are kinds of one another.
_MEANT: tuple[tuple[type[Exception], Callable[[Any], Exception]], ...] = (
    (aiohttp.ClientConnectorSSLError, lambda error: NoTls(error.os_error)),
    (aiohttp.ClientHttpProxyError, lambda error: ProxyRefuses(error.status)),
    (aiohttp.ClientProxyConnectionError, lambda error: NoProxy(error.os_error)),
    # Behind an HTTP proxy, the only name that is looked up here is the proxy's.
    (aiohttp.ClientConnectorDNSError, lambda error: NoName(error.host)),
    (aiohttp.ClientConnectorError, lambda error: NoConnection(error.os_error)),
    (TimeoutError, lambda error: error),
    (aiohttp.ServerDisconnectedError, lambda _: NoAnswer()),
    (aiohttp.ClientPayloadError, lambda _: CutOff()),
)


class _Tail:
    """What had come in behind the answer's head."""

    def __init__(self) -> None:
        self.data = b""

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Keep it, as aiohttp hands it to whoever reads on."""
        self.data += data
        return False, b""

    def feed_eof(self) -> None:
        """It says nothing here."""


def _taken_over(response: aiohttp.ClientResponse) -> WebSocket:
    """Take an upgraded connection from aiohttp, which keeps nothing of it but that it is there."""
    connection = response.connection
    handler = connection.protocol if connection is not None else None
    if handler is None or handler.transport is None:  # it was cut within this turn of the loop
        raise aiohttp.ServerDisconnectedError
    tail = _Tail()
    handler.set_parser(tail, None)

    def lost(error: Exception | None) -> None:
        handler.connection_lost(error)
        response.close()

    chosen = response.headers.get("Sec-WebSocket-Protocol", "")
    websocket = WebSocket(handler.transport, chosen if chosen in SUBPROTOCOLS else None, lost)
    websocket.feed(tail.data)
    return websocket
