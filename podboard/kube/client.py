"""HTTP with one API server: requests, streams and WebSockets over one pool of connections."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from podboard import __version__
from podboard.errors import ApiError, PodboardError
from podboard.kube.connections import make_connector, proxy_argument
from podboard.kube.failures import no_api_server, not_accepted, refusal, unreachable
from podboard.kube.login import make_login, may_ask
from podboard.kube.tls import make_ssl_context
from podboard.wire.exec_channel import SUBPROTOCOLS

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from podboard.kube.access import Access, ClientCertificate
    from podboard.kube.credentials import Credentials
    from podboard.kube.login import LendTerminal

log = logging.getLogger(__name__)

Query = list[tuple[str, str]]
Socket = aiohttp.ClientWebSocketResponse[Any]
Answer = TypeVar("Answer")
Who = dict[str, Any]
"""What aiohttp is told for each request of who is asking whom."""

_CONNECT = 10.0
"""Seconds for a connection with its TLS handshake."""

_ANSWER = 30.0
"""Seconds without a byte after which an answer counts as not coming."""

_BODY_LIMIT = 256 * 1024 * 1024
"""Bytes of an answer; a page of 500 pods has a few million, tens of them at the worst."""

_REFUSAL_LIMIT = 64 * 1024
_MESSAGE_LIMIT = 16 * 1024 * 1024
"""Bytes of one WebSocket message; a Kubernetes server sends 32 KiB at most."""

_WARM_EVERY = 30.0
"""Seconds between requests on the idle connection, so that neither the server nor a proxy drops it."""

_WARM_AFTER = 1.0
"""Seconds to leave to whoever has just taken the idle connection before the next one is opened."""

_UNAUTHORIZED = 401

_JSON, _STRATEGIC = "application/json", "application/strategic-merge-patch+json"

_WARM_PATH = "/version"
"""Small, and allowed to everybody."""


class ApiClient:
    """A client of one API server; use it as an async context manager.

    A watch or a terminal occupies its connection, and a new one costs a TCP and a TLS handshake: several
    round trips of the time from the key to the prompt. So as soon as one is occupied, another is opened
    and kept idle.

    Args:
        access: Which server, and as whom.
        lend_terminal: For credential plugins that talk to the person; None where no terminal can be lent.

    Attributes:
        may_ask: Whether the person may be asked for credentials, and takes the time that a person takes.
    """

    def __init__(self, access: Access, lend_terminal: LendTerminal | None = None) -> None:
        self.access = access
        self.may_ask = lend_terminal is not None and may_ask(access)
        self._login = make_login(access, lend_terminal)
        self._context: ssl.SSLContext
        self._context_of: ClientCertificate | None = access.client_certificate
        self._session: aiohttp.ClientSession
        self._warmer: asyncio.Task[None] | None = None
        self._occupied = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Prepare TLS; nothing is connected yet. Raises KubeconfigError for unusable certificates."""
        self._context = await asyncio.to_thread(make_ssl_context, self.access, self._context_of)
        self._session = aiohttp.ClientSession(
            connector=make_connector(self.access.proxy, self._context),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"podboard/{__version__}", "Accept": "application/json"},
            middlewares=(self._read_refused_upgrade,),
            proxy=proxy_argument(self.access.proxy),
            timeout=aiohttp.ClientTimeout(
                total=self.access.request_timeout or None, sock_connect=_CONNECT, sock_read=_ANSWER
            ),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            if self._warmer is not None:
                self._warmer.cancel()
                await asyncio.gather(self._warmer, return_exceptions=True)
            await self._login.close()
        finally:
            await self._session.close()

    async def credentials(self) -> Credentials:
        """Return what requests are sent with now; raises LoginError or KubeconfigError as ``get_bytes``."""
        return await self._login.credentials()

    async def get_bytes(self, path: str, query: Sequence[tuple[str, str]] = ()) -> bytes:
        """Return the body of an answer.

        Raises:
            ApiError: The server refuses.
            UnreachableError: There is no answer.
            LoginError: There are no credentials to be had.
            KubeconfigError: The credentials cannot be read.
        """
        return await self._request("GET", path, query)

    async def get_json(self, path: str) -> Any:
        """Return a JSON answer, decoded; raises as ``get_bytes``."""
        return self._decode(await self._request("GET", path, ()))

    async def post_json(self, path: str, document: object) -> Any:
        """Send a JSON document and return the JSON answer; raises as ``get_bytes``."""
        return self._decode(await self._request("POST", path, (), document))

    async def patch_json(self, path: str, patch: object) -> Any:
        """Send a strategic merge patch and return the JSON answer; raises as ``get_bytes``."""
        return self._decode(await self._request("PATCH", path, (), patch, _STRATEGIC))

    @asynccontextmanager
    async def stream(
        self, path: str, query: Sequence[tuple[str, str]], silence: float
    ) -> AsyncIterator[aiohttp.StreamReader]:
        """Open an answer that goes on; it is cut when the block is left.

        Args:
            path: Below the server's URL.
            query: Names and values, in order.
            silence: Seconds without a byte after which the answer counts as dead.

        Raises:
            PodboardError: As ``get_bytes``, also from within the block.
        """
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT, sock_read=silence)

        async def ask(who: Who) -> aiohttp.ClientResponse:
            async with asyncio.timeout(self.access.request_timeout or _ANSWER):
                response = await self._session.get(
                    self._url(path, query), allow_redirects=False, timeout=timeout, **who
                )
            if response.status != 200:  # noqa: PLR2004 - HTTP's own number
                async with response:
                    raise await self._refused(response)
            return response

        response = await self._logged_in(ask)
        try:
            with self._failures_told():
                self._keep_one_warm()
                yield response.content
        finally:
            response.close()

    async def websocket(self, path: str, query: Sequence[tuple[str, str]]) -> Socket:
        """Upgrade to an exec WebSocket that leaves pings, pongs and the closing handshake to its user.

        Raises:
            PodboardError: As ``get_bytes``. A refusal's own words are in the ApiError.
        """

        async def ask(who: Who) -> Socket:
            async with asyncio.timeout(self.access.request_timeout or None):
                return await self._session.ws_connect(
                    # An https URL, since aiohttp overlooks proxies for wss.
                    self._url(path, query),
                    protocols=SUBPROTOCOLS,
                    autoclose=False,
                    autoping=False,
                    decode_text=False,
                    max_msg_size=_MESSAGE_LIMIT,
                    **who,
                )

        upgraded = await self._logged_in(ask)
        self._keep_one_warm()
        return upgraded

    async def _request(
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]],
        document: object = None,
        content_type: str = _JSON,
    ) -> bytes:
        body: Who = {} if document is None else {"data": json.dumps(document).encode()}
        what = [] if document is None else [(aiohttp.hdrs.CONTENT_TYPE, content_type)]

        async def ask(who: Who) -> bytes:
            asking = {**who, **body, "headers": [*who["headers"], *what]}
            async with self._session.request(
                method, self._url(path, query), allow_redirects=False, **asking
            ) as response:
                if response.status not in (200, 201):
                    raise await self._refused(response)
                return await self._body(response, _BODY_LIMIT)

        return await self._logged_in(ask)

    async def _logged_in(self, ask: Callable[[Who], Awaitable[Answer]]) -> Answer:
        """Ask, and where the credentials are not accepted (401) once more with others, if there are any."""
        credentials = await self._login.credentials()
        try:
            return await self._told_of_failures(ask, credentials)
        except ApiError as error:
            if error.status != _UNAUTHORIZED:
                raise
            renewed = await self._login.renew(credentials)
            if renewed is None:
                raise not_accepted(error, credentials) from error
        try:
            return await self._told_of_failures(ask, renewed)
        except ApiError as error:
            if error.status != _UNAUTHORIZED:
                raise
            raise not_accepted(error, renewed) from error

    async def _told_of_failures(
        self, ask: Callable[[Who], Awaitable[Answer]], credentials: Credentials
    ) -> Answer:
        who = {
            "headers": self.access.headers(credentials.token),
            "ssl": await self._context_with(credentials.certificate),
            "server_hostname": self.access.tls_server_name or None,
        }
        with self._failures_told():
            return await ask(who)

    async def _context_with(self, certificate: ClientCertificate | None) -> ssl.SSLContext:
        """Return the context that shows a certificate; connections made with another are not used again."""
        if certificate != self._context_of:
            self._context = await asyncio.to_thread(make_ssl_context, self.access, certificate)
            self._context_of = certificate
        return self._context

    def _url(self, path: str, query: Sequence[tuple[str, str]]) -> URL:
        # Everything but letters is escaped: Go takes a bare ";" for an error, yarl for harmless.
        # An argument that is no UTF-8 goes as the bytes it is, as with kubectl.
        escaped = urlencode(query, quote_via=quote, safe="", errors="surrogateescape")
        text = f"?{escaped}" if query else ""
        return URL(f"{self.access.server}{path}{text}", encoded=True)

    def _decode(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise no_api_server(self.access, 200) from None

    async def _body(self, response: aiohttp.ClientResponse, limit: int) -> bytes:
        pieces, size = [], 0
        async for piece in response.content.iter_any():
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                raise no_api_server(self.access, response.status)
        return b"".join(pieces)

    async def _refused(self, response: aiohttp.ClientResponse) -> ApiError:
        body = b""
        with contextlib.suppress(PodboardError, aiohttp.ClientError, OSError):  # the status says enough
            body = await self._body(response, _REFUSAL_LIMIT)
        return refusal(self.access, response.status, body, response.headers.get(aiohttp.hdrs.DATE, ""))

    async def _read_refused_upgrade(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Raise for a refused upgrade while its body can still be read: ``ws_connect`` throws it away."""
        response = await handler(request)
        if aiohttp.hdrs.UPGRADE in request.headers and response.status != 101:  # noqa: PLR2004 - HTTP's own
            async with response:
                raise await self._refused(response)
        return response

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable(self.access, error) from error

    def _keep_one_warm(self) -> None:
        self._occupied.set()
        if self._warmer is None:
            self._warmer = asyncio.create_task(self._warm())

    async def _warm(self) -> None:
        """Keep one idle connection: renew it before it ages, and soon after somebody took it."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_WARM_EVERY):
                    await self._occupied.wait()
            await asyncio.sleep(_WARM_AFTER)
            self._occupied.clear()
            try:
                await self.get_bytes(_WARM_PATH)
            except PodboardError as error:
                log.debug("no warm connection: %s", error.message)
