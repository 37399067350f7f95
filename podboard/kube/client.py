"""HTTP with one API server: requests, streams and WebSockets."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import logging
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar
from urllib.parse import quote, urlencode

from podboard import __version__
from podboard.errors import ApiError, PodboardError
from podboard.kube.failures import no_api_server, not_accepted, refusal, unreachable
from podboard.kube.lines import Asking, Limits, Lines
from podboard.kube.login import make_login, may_ask
from podboard.kube.tls import make_ssl_context
from podboard.kube.troubles import Trouble
from podboard.wire.http1 import Answer, HttpError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    import aiohttp

    from podboard.kube.access import Access, ClientCertificate
    from podboard.kube.by_aiohttp import ByAiohttp
    from podboard.kube.credentials import Credentials
    from podboard.kube.login import LendTerminal
    from podboard.kube.websocket import WebSocket

log = logging.getLogger(__name__)

Query = list[tuple[str, str]]
Result = TypeVar("Result")

_CONNECT = 10.0
"""Seconds for a connection with its TLS handshake."""

_ANSWER = 30.0
"""Seconds without a byte after which an answer counts as not coming."""

_BODY_LIMIT = 256 * 1024 * 1024
"""Bytes of an answer; a page of 500 pods has a few million, tens of them at the worst."""

_REFUSAL_LIMIT = 64 * 1024

_WARM_EVERY = 30.0
"""Seconds between requests on the idle connection, so that neither the server nor a proxy drops it."""

_WARM_AFTER = 1.0
"""Seconds to leave to whoever has just taken the idle connection before the next one is opened."""

_UNAUTHORIZED = 401

_JSON, _STRATEGIC = "application/json", "application/strategic-merge-patch+json"

_WARM_PATH = "/version"
"""Small, and allowed to everybody."""


_OURS = [
    ("User-Agent", f"podboard/{__version__}"),
    ("Accept", "application/json"),
    ("Accept-Encoding", "gzip"),
]

_NO_REFUSALS = (101, 200, 201)
"""Answers that are none only because of what they hold."""


class Who(NamedTuple):
    """As whom something is asked.

    Attributes:
        headers: What says so.
        context: For TLS, with the certificate that says so.
    """

    headers: list[tuple[str, str]]
    context: ssl.SSLContext


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
        self._limits = Limits(_CONNECT, _ANSWER, _BODY_LIMIT, _REFUSAL_LIMIT)
        self._lines = None if access.proxy else Lines(access.server, self._limits)
        self._by_aiohttp: ByAiohttp | None = None
        self._warmer: asyncio.Task[None] | None = None
        self._occupied = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Prepare TLS; nothing is connected yet. Raises KubeconfigError for unusable certificates."""
        self._context = await asyncio.to_thread(make_ssl_context, self.access, self._context_of)
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            if self._warmer is not None:
                self._warmer.cancel()
                await asyncio.gather(self._warmer, return_exceptions=True)
            await self._login.close()
        finally:
            if self._lines is not None:
                await self._lines.close()
            if self._by_aiohttp is not None:
                await self._by_aiohttp.close()

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
        others = await self._others()
        with self._troubles_told():
            async with contextlib.AsyncExitStack() as open_until:

                async def ask(who: Who) -> aiohttp.StreamReader:
                    async with asyncio.timeout(self.access.request_timeout or _ANSWER):
                        opened = await open_until.enter_async_context(
                            others.stream(self._asking("GET", path, query, who), silence)
                        )
                    if isinstance(opened, Answer):
                        raise self._refused(opened)
                    return opened

                content = await self._logged_in(ask)
                self._keep_one_warm()
                yield content

    async def websocket(self, path: str, query: Sequence[tuple[str, str]]) -> WebSocket:
        """Upgrade to an exec WebSocket.

        Raises:
            PodboardError: As ``get_bytes``. A refusal's own words are in the ApiError.
        """
        door = self._lines or await self._others()

        async def ask(who: Who) -> WebSocket:
            async with asyncio.timeout(self.access.request_timeout or None):
                upgraded = await door.upgrade(self._asking("GET", path, query, who))
            if isinstance(upgraded, Answer):
                raise self._refused(upgraded)
            return upgraded

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
        body = None if document is None else json.dumps(document).encode()
        door = self._lines or await self._others()

        async def ask(who: Who) -> bytes:
            asking = self._asking(method, path, query, who, body=body, content_type=content_type)
            async with asyncio.timeout(self.access.request_timeout or None):
                answer = await door.ask(asking)
            if answer.status not in (200, 201) or not answer.is_whole:
                raise self._refused(answer)
            return answer.body

        return await self._logged_in(ask)

    async def _others(self) -> ByAiohttp:
        """Return what does the requests that are not made directly."""
        if self._by_aiohttp is None:
            # It takes long to load, and longer than a frame.
            await asyncio.to_thread(importlib.import_module, "podboard.kube.by_aiohttp")
        if self._by_aiohttp is None:
            from podboard.kube.by_aiohttp import ByAiohttp

            self._by_aiohttp = ByAiohttp(self.access.server, self.access.proxy, self._context, self._limits)
        return self._by_aiohttp

    async def _logged_in(self, ask: Callable[[Who], Awaitable[Result]]) -> Result:
        """Ask, and where the credentials are not accepted (401) once more with others, if there are any."""
        credentials = await self._login.credentials()
        try:
            return await self._told_of_troubles(ask, credentials)
        except ApiError as error:
            if error.status != _UNAUTHORIZED:
                raise
            renewed = await self._login.renew(credentials)
            if renewed is None:
                raise not_accepted(error, credentials) from error
        try:
            return await self._told_of_troubles(ask, renewed)
        except ApiError as error:
            if error.status != _UNAUTHORIZED:
                raise
            raise not_accepted(error, renewed) from error

    async def _told_of_troubles(
        self, ask: Callable[[Who], Awaitable[Result]], credentials: Credentials
    ) -> Result:
        context = await self._context_with(credentials.certificate)
        with self._troubles_told():
            return await ask(Who(self.access.headers(credentials.token), context))

    async def _context_with(self, certificate: ClientCertificate | None) -> ssl.SSLContext:
        """Return the context that shows a certificate; connections made with another are not used again."""
        if certificate != self._context_of:
            self._context = await asyncio.to_thread(make_ssl_context, self.access, certificate)
            self._context_of = certificate
        return self._context

    def _asking(
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]],
        who: Who,
        *,
        body: bytes | None = None,
        content_type: str = _JSON,
    ) -> Asking:
        # Everything but letters is escaped: Go takes a bare ";" for an error.
        # An argument that is no UTF-8 goes as the bytes it is, as with kubectl.
        escaped = urlencode(query, quote_via=quote, safe="", errors="surrogateescape")
        what = [] if body is None else [("Content-Type", content_type)]
        return Asking(
            method,
            f"{path}?{escaped}" if query else path,
            [*_OURS, *who.headers, *what],
            who.context,
            self.access.tls_server_name or None,
            body,
        )

    def _decode(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise no_api_server(self.access, 200) from None

    def _refused(self, answer: Answer) -> ApiError:
        if answer.status in _NO_REFUSALS:
            return no_api_server(self.access, answer.status)
        return refusal(self.access, answer.status, answer.body, answer.headers.get("date", ""))

    @contextmanager
    def _troubles_told(self) -> Iterator[None]:
        try:
            yield
        except (Trouble, HttpError, OSError) as error:
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
