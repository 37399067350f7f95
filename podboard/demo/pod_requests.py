"""Exec, attach and logs: the requests that the API server hands on to a pod's node."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from podboard.demo import pod_status, websocket
from podboard.demo.channels import Framing, choose
from podboard.demo.exec import ExecSession
from podboard.demo.faults import EXEC
from podboard.demo.kinds import POD
from podboard.demo.logs import LogQuery
from podboard.demo.own_process import LogAttachment
from podboard.demo.processes import Streams
from podboard.demo.status import (
    PlainTextError,
    StatusError,
    bad_request,
    invalid,
    method_not_allowed,
    not_found,
)
from podboard.demo.times import parse_rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from podboard.demo.control_plane import ControlPlane
    from podboard.demo.exec import Running
    from podboard.demo.faults import Faults
    from podboard.demo.gojson import Object
    from podboard.demo.http_request import Request
    from podboard.demo.http_server import Exchange
    from podboard.demo.targets import Target

_KUBELET_ADDRESS: Final = "127.0.0.1:10250"


class PodRequests:
    """Serves ``pods/exec``, ``pods/attach`` and ``pods/log``.

    Attributes:
        sessions: Execs and attaches that are open.
        kubelet_down: Whether nodes do not answer.
    """

    def __init__(self, plane: ControlPlane, faults: Faults) -> None:
        self._plane = plane
        self._faults = faults
        self.sessions: set[ExecSession] = set()
        self.kubelet_down = False
        self._knows_from = 0.0

    def restart_kubelet(self, away: float) -> None:
        """End every exec without a word; for some seconds the nodes then do not know their pods."""
        self._knows_from = time.monotonic() + away
        for session in list(self.sessions):
            session.leave()

    async def exec(self, exchange: Exchange, target: Target) -> None:
        """Run a command in a container, its streams on a WebSocket.

        Raises:
            StatusError: The API server refuses.
            PlainTextError: The kubelet refuses.
        """
        pod, container, streams = self._enter(exchange.request, target)
        run = pod_status.container_status(pod, container)["containerID"]
        where = self._plane.runtime.container(
            run,
            target.namespace,
            target.name,
            container,
            pod_status.container_spec(pod, container)["image"],
        )
        command = exchange.request.query.get("command", [])

        def begin(session: ExecSession, size: tuple[int, int]) -> Running:
            return where.start(command, streams, session, size)

        await self._serve(exchange, streams, begin, command)

    async def attach(self, exchange: Exchange, target: Target) -> None:
        """Put the streams of a container's own process on a WebSocket.

        Raises:
            StatusError: The API server refuses.
            PlainTextError: The kubelet refuses.
        """
        pod, container, streams = self._enter(exchange.request, target)
        run = pod_status.container_status(pod, container)["containerID"]

        def begin(session: ExecSession, size: tuple[int, int]) -> Running:
            own = self._plane.kubelet.own_process(pod, container)
            if own is None:
                return LogAttachment(self._plane.log_of(pod, container, run), session)
            return own.attach(session, size, stdin=streams.stdin)

        await self._serve(exchange, streams, begin, ())

    def _enter(self, request: Request, target: Target) -> tuple[Object, str, Streams]:
        """Return the pod, the running container and the streams that an exec or attach is for."""
        pod = self._pod(target)
        container = _choose_container(pod, request.parameter("container"))
        if not pod["spec"].get("nodeName"):
            raise bad_request(f"pod {target.name} does not have a host assigned")
        if request.method == "GET" and not _asks_for_websocket(request):
            raise bad_request("Upgrade request required")
        if self.kubelet_down:
            raise _kubelet_refuses("error dialing backend")
        streams = Streams(
            terminal=request.flag("tty"),
            stdin=request.flag("stdin"),
            stdout=request.flag("stdout"),
            stderr=request.flag("stderr") and not request.flag("tty"),
        )
        if not (streams.stdin or streams.stdout or request.flag("stderr")):
            raise PlainTextError(400, "you must specify at least 1 of stdin, stdout, stderr")
        if time.monotonic() < self._knows_from:
            raise PlainTextError(404, "pod does not exist\n")
        status = next((one for one in pod_status.statuses(pod) if one["name"] == container), None)
        if status is None or "running" not in status["state"]:
            raise PlainTextError(500, f'container not found ("{container}")')
        if request.method != "GET":  # SPDY, which kubectl falls back to when WebSocket was refused
            raise method_not_allowed()
        return pod, container, streams

    async def _serve(
        self,
        exchange: Exchange,
        streams: Streams,
        begin: Callable[[ExecSession, tuple[int, int]], Running],
        command: Sequence[str],
    ) -> None:
        protocol = choose(_offered(exchange.request))
        if protocol is None:
            exchange.answer_and_close(b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n")
            return
        framing = Framing(protocol)
        cut = self._faults.find("cut", EXEC)
        session = ExecSession(
            exchange.transport, framing, streams, cut_after=None if cut is None else int(cut)
        )
        self.sessions.add(session)
        try:
            exchange.take_over(_switching(exchange.request, protocol), session)
            await session.run(begin, lambda code: framing.exited(code, command))
        finally:
            self.sessions.discard(session)

    async def log(self, exchange: Exchange, target: Target) -> None:
        """Tell what a container has said.

        Raises:
            StatusError: There is nothing to be told.
        """
        request = exchange.request
        pod = self._pod(target)
        container = _choose_container(pod, request.parameter("container"))
        query = _log_query(request, target.name, self._plane.agenda.now())
        if not pod["spec"].get("nodeName"):
            await exchange.answer(204)
            return
        if self.kubelet_down:
            where = f"{target.namespace}/{target.name}/{container}"
            asked = f"?{query_text}" if (query_text := _query_text(request)) else ""
            url = f"https://{pod['spec']['nodeName']}:10250/containerLogs/{where}{asked}"
            raise _kubelet_refuses(f'Get "{url}"')
        run = self._run_of(pod, container, previous=request.flag("previous"))
        log = self._plane.log_of(pod, container, run)
        exchange.begin(200, "text/plain")
        async for piece in log.read(query):
            await exchange.write(piece)
        exchange.end()

    def _pod(self, target: Target) -> Object:
        document = self._plane.store[POD].get(target.namespace, target.name)
        if document is None:
            raise not_found("pods", target.name)
        return document.read()

    def _run_of(self, pod: Object, container: str, *, previous: bool) -> str:
        """Return the id of the run whose log is asked for."""
        name = pod["metadata"]["name"]
        status = next((one for one in pod_status.statuses(pod) if one["name"] == container), None)
        before = (status or {}).get("lastState", {}).get("terminated")
        if previous:
            if before is None:
                raise bad_request(f'previous terminated container "{container}" in pod "{name}" not found')
            return str(before["containerID"])
        if status is None:
            raise bad_request(f'container "{container}" in pod "{name}" is not available')
        waiting = status["state"].get("waiting")
        if waiting is not None and before is None:
            reason = waiting.get("reason", "ContainerCreating")
            raise bad_request(f'container "{container}" in pod "{name}" is waiting to start: {reason}')
        return str(before["containerID"] if waiting is not None else status["containerID"])


def _choose_container(pod: Object, named: str) -> str:
    containers = [one["name"] for one in pod["spec"]["containers"]]
    init = [one["name"] for one in pod["spec"].get("initContainers", [])]
    debuggers = [one["name"] for one in pod["spec"].get("ephemeralContainers", [])]
    name = pod["metadata"]["name"]
    if not named:
        if len(containers) == 1:
            return str(containers[0])
        message = (
            f"a container name must be specified for pod {name}, choose one of: [{' '.join(containers)}]"
        )
        if init:
            message += f" or one of the init containers: [{' '.join(init)}]"
        if debuggers:
            message += f" or one of the ephemeral containers: [{' '.join(debuggers)}]"
        raise bad_request(message)
    if named not in (*containers, *init, *debuggers):
        raise bad_request(f"container {named} is not valid for pod {name}")
    return named


def _asks_for_websocket(request: Request) -> bool:
    headers = request.headers
    connection = {token.strip().lower() for token in headers.get("connection", "").split(",")}
    return (
        "upgrade" in connection
        and headers.get("upgrade", "").lower() == "websocket"
        and bool(headers.get("sec-websocket-key"))
        and headers.get("sec-websocket-version") == "13"
    )


def _offered(request: Request) -> list[str]:
    text = request.headers.get("sec-websocket-protocol", "")
    return [name for part in text.split(",") if (name := part.strip())]


def _switching(request: Request, protocol: str) -> bytes:
    accept = websocket.accept(request.headers["sec-websocket-key"])
    return (
        "HTTP/1.1 101 Switching Protocols\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\n"
        f"Sec-WebSocket-Protocol: {protocol}\r\n\r\n"
    ).encode()


def _kubelet_refuses(what: str) -> StatusError:
    return StatusError(500, f"{what}: dial tcp {_KUBELET_ADDRESS}: connect: connection refused")


def _query_text(request: Request) -> str:
    return "&".join(f"{name}={value}" for name, values in sorted(request.query.items()) for value in values)


def _log_query(request: Request, pod: str, now: float) -> LogQuery:
    tail, limit = request.number("tailLines"), request.number("limitBytes")
    seconds, moment = request.number("sinceSeconds"), request.parameter("sinceTime")
    if tail is not None and tail < 0:
        raise invalid("PodLogOptions", pod, "tailLines", "must be greater than or equal to 0")
    if limit is not None and limit < 1:
        raise invalid("PodLogOptions", pod, "limitBytes", "must be greater than 0")
    if seconds is not None and (seconds < 1 or moment):
        raise invalid("PodLogOptions", pod, "sinceSeconds", "must be greater than 0, and the only beginning")
    since = None if seconds is None else now - seconds
    if moment:
        try:
            since = parse_rfc3339(moment)
        except ValueError:
            raise bad_request(f"invalid value for sinceTime: {moment!r}") from None
    return LogQuery(request.flag("follow"), request.flag("timestamps"), tail, since, limit)
