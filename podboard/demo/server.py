"""The API server: who asks, whether he may, and who answers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Final

import msgspec

from podboard.demo.discovery import VERSION, discovery
from podboard.demo.faults import ALL, EXEC, LIST, WATCH
from podboard.demo.gojson import encode
from podboard.demo.http_server import HOST, TEXT, HttpServer
from podboard.demo.kinds import POD, find_kind
from podboard.demo.pod_requests import PodRequests
from podboard.demo.rbac import MASTERS, Attributes, forbidden
from podboard.demo.resources import Resources
from podboard.demo.reviews import Reviews
from podboard.demo.status import (
    PlainTextError,
    StatusError,
    bad_request,
    method_not_allowed,
    no_such_path,
    unauthorized,
)
from podboard.demo.targets import read_target
from podboard.errors import UsageError

if TYPE_CHECKING:
    import ssl

    from podboard.demo.control_plane import ControlPlane
    from podboard.demo.faults import Faults
    from podboard.demo.http_request import Request
    from podboard.demo.http_server import Exchange
    from podboard.demo.rbac import Accounts, User
    from podboard.demo.targets import Target

log = logging.getLogger(__name__)

FAULTS_PATH: Final = "/podboard/faults"
"""Where an administrator reads the faults (GET) and sets them (PUT, a JSON list), whatever is in force."""

_OWN_HOSTS: Final = frozenset({HOST, "localhost"})
_HEALTH_PATHS: Final = ("/healthz", "/livez", "/readyz")
_AWAY_SECONDS: Final = 0.5
_LAST_WORDS_SECONDS: Final = 0.2


class ApiServer:
    """Serves a control plane over HTTPS.

    Attributes:
        pods: The requests that pods' nodes serve.
    """

    def __init__(self, plane: ControlPlane, accounts: Accounts, faults: Faults, tls: ssl.SSLContext) -> None:
        self._plane = plane
        self._accounts = accounts
        self._faults = faults
        self._http = HttpServer(self._handle, tls)
        self._resources = Resources(plane, faults)
        self._reviews = Reviews(accounts, plane.agenda.now)
        self.pods = PodRequests(plane, faults)
        self._restarts: asyncio.Task[None] | None = None
        faults.listen(self._faults_changed)

    @property
    def address(self) -> str:
        """Return host and port."""
        return f"{HOST}:{self._http.port}"

    @property
    def listening(self) -> bool:
        """Return whether connections are accepted."""
        return self._http.listening

    async def start(self) -> None:
        """Begin to listen, if the faults let it."""
        await self._http.listen()
        self._faults_changed()

    async def restart(self, away: float = _AWAY_SECONDS) -> None:
        """End every connection as a stopping API server does, and come back on the same port.

        Args:
            away: Seconds without anybody listening.
        """
        self._http.refuse()
        self._resources.stopping.set_result(None)
        await asyncio.sleep(_LAST_WORDS_SECONDS if self._resources.watches else 0.0)
        self._http.cut_all()
        self._resources.stopping = asyncio.get_running_loop().create_future()
        await asyncio.sleep(away)
        if self._faults.find("refuse") is None:
            await self._http.listen()

    async def close(self) -> None:
        """End everything."""
        if self._restarts is not None:
            self._restarts.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._restarts
        await self._http.close()

    def _faults_changed(self) -> None:
        for watch in list(self._resources.watches):
            self._resources.drop_as_told(watch)
        if self._restarts is not None:
            self._restarts.cancel()
            self._restarts = None
        if self._faults.find("refuse") is not None:
            self._http.refuse()
            self._http.cut_all()
        else:
            self._restarts = asyncio.get_running_loop().create_task(self._listen_and_restart())

    async def _listen_and_restart(self) -> None:
        """Listen again, and restart as often as the faults say."""
        await self._http.listen()
        seconds = self._faults.find("restart")
        while seconds is not None:
            await asyncio.sleep(seconds)
            await self.restart()
            if not seconds:
                return

    async def _handle(self, exchange: Exchange) -> None:
        try:
            await self._answer(exchange)
        except StatusError as failure:
            if not exchange.answered:
                await exchange.answer(failure.code, failure.body())
        except PlainTextError as failure:
            if not exchange.answered:
                await exchange.answer(failure.code, failure.text.encode(), TEXT)
        except Exception:
            log.exception("%s %s failed", exchange.request.method, exchange.request.path)
            if exchange.answered:
                exchange.cut()
            else:
                trouble = StatusError(500, "Internal error occurred: see the log", "InternalError")
                await exchange.answer(trouble.code, trouble.body())

    async def _answer(self, exchange: Exchange) -> None:
        request = exchange.request
        _check_caller(request)
        target = read_target(request)
        if request.path != FAULTS_PATH:
            await self._go_wrong(_place(target))
        user = self._accounts.authenticate(
            request.headers.get("authorization", ""), exchange.peer_certificate()
        )
        if (name := request.headers.get("impersonate-user")) is not None:
            asked = request.headers.get("impersonate-group", "").split(",")
            groups = tuple(group for part in asked if (group := part.strip()))
            user = self._accounts.impersonate(user, name, groups)
        if target is None:
            await self._answer_path(exchange, user)
            return
        self._authorize(user, target.attributes)
        await self._answer_resource(exchange, user, target)

    async def _go_wrong(self, place: str) -> None:
        if (seconds := self._faults.find("delay", place)) is not None:
            await asyncio.sleep(seconds)
        if self._faults.find("hang", place) is not None:
            await asyncio.get_running_loop().create_future()
        if self._faults.find("401", place) is not None:
            raise unauthorized()
        if self._faults.find("403", place) is not None:
            raise StatusError(403, "forbidden: a fault of the demo", "Forbidden", details={})
        if self._faults.find("500", place) is not None:
            raise StatusError(500, "Internal error occurred: a fault of the demo", "InternalError")

    def _authorize(self, user: User, asked: Attributes) -> None:
        if not self._accounts.decide(user, asked).allowed:
            raise forbidden(user, asked)

    async def _answer_path(self, exchange: Exchange, user: User) -> None:
        request = exchange.request
        path = request.path.rstrip("/") or "/"
        if path == FAULTS_PATH:
            await self._answer_faults(exchange, user)
            return
        self._authorize(user, Attributes(request.method.lower(), path=path))
        if request.method != "GET":
            raise method_not_allowed()
        if path == "/version":
            await exchange.answer(200, VERSION.encode())
        elif path in _HEALTH_PATHS:
            await exchange.answer(200, b"ok", TEXT)
        elif (found := discovery(path, request.headers.get("accept", ""), self.address)) is not None:
            document, media_type = found
            await exchange.answer(200, encode(document) + b"\n", media_type)
        else:
            raise no_such_path()

    async def _answer_resource(self, exchange: Exchange, user: User, target: Target) -> None:
        if target.group in ("authentication.k8s.io", "authorization.k8s.io") and target.verb == "create":
            request = exchange.request
            reviewed = self._reviews.answer(target.plural, user, request)
            if reviewed is not None:
                await exchange.answer(201, encode(reviewed) + b"\n")
                return
        kind = find_kind(target.group, target.version, target.plural)
        if kind is None:
            raise no_such_path()
        if kind is POD and target.subresource in ("exec", "attach") and target.verb in ("get", "create"):
            create = Attributes("create", "", "pods", target.subresource, target.namespace, target.name)
            if not self._accounts.decide(user, create).allowed:
                raise forbidden(user, create, silent=True)
            if target.subresource == "exec":
                await self.pods.exec(exchange, target)
            else:
                await self.pods.attach(exchange, target)
        elif kind is POD and target.subresource == "log" and target.verb == "get":
            await self.pods.log(exchange, target)
        else:
            await self._resources.serve(exchange, kind, target)

    async def _answer_faults(self, exchange: Exchange, user: User) -> None:
        request = exchange.request
        if MASTERS not in user.groups:
            raise forbidden(user, Attributes(request.method.lower(), path=FAULTS_PATH))
        if request.method == "PUT":
            try:
                self._faults.set(*msgspec.json.decode(request.body, type=list[str]))
            except (msgspec.DecodeError, UsageError) as error:
                raise bad_request(str(error)) from None
        elif request.method != "GET":
            raise method_not_allowed()
        await exchange.answer(200, encode([str(fault) for fault in self._faults]) + b"\n")


def _check_caller(request: Request) -> None:
    """Refuse what a web page could make a browser send.

    Raises:
        StatusError: The request comes from a page, or was led here by a name that is not this server's.
    """
    host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    if "origin" in request.headers or host not in _OWN_HOSTS:
        raise StatusError(403, "forbidden: the demo cluster is not for browsers", "Forbidden", details={})


def _place(target: Target | None) -> str:
    if target is not None and target.subresource in ("exec", "attach"):
        return EXEC
    if target is not None and target.verb in (LIST, WATCH):
        return target.verb
    return ALL
