"""A command in a container over a WebSocket: ``wire.exec_channel`` with a socket under it."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from random import randint
from typing import TYPE_CHECKING

from podboard.errors import ApiError, Denied, PodboardError
from podboard.kube.reviews import missing_right, missing_verbs
from podboard.model.ending import CLOSED_BY_US, dropped
from podboard.model.names import checked_container, checked_namespace, checked_pod
from podboard.model.role import ATTACH, EXEC
from podboard.model.size import Size
from podboard.model.text import one_line
from podboard.wire.exec_channel import Connected, Ended, ExecChannel, Stderr, Stdout
from podboard.wire.flow import Flow
from podboard.wire.liveness import PING_EVERY, SILENCE_LIMIT, Liveness, Verdict
from podboard.wire.websocket import Broken, Closed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from podboard.kube.client import ApiClient, Query
    from podboard.kube.websocket import End, WebSocket
    from podboard.model.ending import Ending
    from podboard.model.role import Right
    from podboard.model.target import Target
    from podboard.wire.exec_channel import Event

Output = Stdout | Stderr | Ended

_FORBIDDEN = 403

_LITTLE = 1024
"""Bytes of input that are typed, not pasted."""

DATA_EVERY = 600.0
"""Seconds after which a terminal is told its size again. The node ends a connection on which no data came for
4 hours (``streamingConnectionIdleTimeout``), and pings are none; the same size once more is, and tells no
program anything."""

_SLOTS = 10
"""Moments between two pings at which connections are pinged, each at one of them: of a hundred quiet ones ten
wake the process together, and not one after another."""


async def open_exec(
    client: ApiClient,
    target: Target,
    command: Sequence[str],
    *,
    tty: bool,
    size: Size | None = None,
    stdin: bool = True,
) -> ExecSession:
    """Start a command in a container.

    That it is open does not mean that the command runs: whether it could be started at all is told by the
    session's first events.

    Args:
        client: Of the cluster.
        target: The container.
        command: Program and arguments; no shell takes them apart.
        tty: Whether the command gets a terminal; its stderr then comes as stdout.
        size: The terminal's, sent before any input.
        stdin: Whether the command has an input at all.

    Raises:
        ApiError: The server refuses; for a missing right, the message names it.
        UnreachableError: There is no answer.
        UsageError: The target's names are no names.
        KubeconfigError: The credentials cannot be read.
    """
    path, query = _request(target, EXEC, command, tty=tty, stdin=stdin)
    session = ExecSession(await _connect(client, target, EXEC, path, query))
    if tty and size is not None:
        await session.resize(size)
    return session


async def open_attach(
    client: ApiClient, target: Target, *, tty: bool, size: Size | None = None, stdin: bool = True
) -> ExecSession:
    """Attach to a container's own process, which goes on when the session is closed.

    Its exit code is not told: when it has ended, the session ends as that of a command that exits with 0.

    Args:
        client: Of the cluster.
        target: The container.
        tty: Whether the process has a terminal; its stderr then comes as stdout.
        size: What that terminal is to have.
        stdin: Whether input is to be given: the container must have been made to take it.

    Raises:
        PodboardError: As for ``open_exec``.
    """
    path, query = _request(target, ATTACH, (), tty=tty, stdin=stdin)
    session = ExecSession(await _connect(client, target, ATTACH, path, query))
    if tty and size is not None:
        # Another size first: a program that is told the size it has does not draw its screen again.
        await session.resize(Size(size.columns + 1, size.rows))
        await session.resize(size)
    return session


class ExecSession:
    """One running command; made by ``open_exec``, and ``close`` it in the end.

    Nothing is read ahead of ``receive`` but what the WebSocket holds: 512 KiB and one read of the
    socket. Then the socket is not read any more, and the server and the command wait: a slow reader
    costs no more memory than that.

    Args:
        socket: The upgraded connection.
        ping_every: Seconds between pings.
        silence_limit: Seconds without a byte after which the connection counts as dead.
    """

    def __init__(
        self, socket: WebSocket, ping_every: float = PING_EVERY, silence_limit: float = SILENCE_LIMIT
    ) -> None:
        self._socket = socket
        self._channel = ExecChannel(socket.subprotocol)
        self._loop = asyncio.get_running_loop()
        self._output: deque[Stdout | Stderr] = deque()
        self._ended: Ended | None = None
        self._size: Size | None = None
        self._reader: asyncio.Future[None] | None = None
        self._arrived: Callable[[], None] | None = None
        self._writing = asyncio.Lock()
        self._flow = Flow()
        self._caught_up = asyncio.Event()
        self._alive = asyncio.create_task(self._keep_alive(ping_every, silence_limit))
        socket.attend(self._wake_reader, self._take_pong)

    async def receive(self) -> Output:
        """Wait for the command's next output or its end; after the end, the end again.

        Only one task at a time may wait. Cancelling it loses nothing.
        """
        while (event := self.receive_nowait()) is None:
            self._reader = self._loop.create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return event

    def attend(self, arrived: Callable[[], None]) -> None:
        """Call ``arrived`` whenever something has come after ``receive_nowait`` had nothing.

        For a consumer that reads in callbacks instead of waiting in ``receive``: it is told one turn of
        the event loop earlier.
        """
        self._arrived = arrived

    def receive_nowait(self) -> Output | None:
        """Return output that is already here, None where there is none.

        With it a consumer drains what has queued up without a switch of tasks in between, and knows
        when it has caught up. Small messages of a flood come joined, up to about 32 KiB.
        """
        while not self._output and self._ended is None:
            messages = self._socket.take()
            if messages:
                self._take(self._channel.receive_all(messages))
            elif (end := self._socket.end) is not None:
                self._end(self._channel.connection_ended(*_why_ended(end)))
            else:
                return None
        return self._output.popleft() if self._output else self._ended

    async def write(self, data: bytes) -> None:
        """Send input, in order, waiting while the connection is behind. After the end it is dropped.

        A paste goes out in small messages, so that pings and resizes get in between.
        """
        async with self._writing:
            for message in self._channel.stdin(data):
                self._socket.send(message)
                await self._socket.caught_up()

    async def paste(self, piece: bytes) -> None:
        """Send a piece of a paste, and wait while the server has more than it can give the command."""
        await self.write(piece)
        self._socket.ping(self._flow.sent(len(piece)))
        while self._flow.is_full and self._ended is None:
            self._caught_up.clear()
            await self._caught_up.wait()

    def write_nowait(self, data: bytes) -> bool:
        """Send a little input at once; False where other input goes before it, or it is not little."""
        if self._writing.locked() or len(data) > _LITTLE or self._socket.is_behind:
            return False
        for message in self._channel.stdin(data):
            self._socket.send(message)
        return True

    async def end_input(self) -> None:
        """Tell the command that no more input comes, where the protocol has a word for it (v5)."""
        async with self._writing:
            message = self._channel.close_stdin()
            if message is not None:
                self._socket.send(message)

    async def resize(self, size: Size) -> None:
        """Tell the command's terminal its size."""
        self._size = size
        self._socket.send(self._channel.resize(size))

    async def close(self) -> None:
        """End the session from our side and let go of everything; harmless when done twice.

        The command is not told: a shell stays in the container until its own terminal is hung up.
        """
        self._output.clear()
        self._end(Ended(CLOSED_BY_US))
        self._alive.cancel()
        await asyncio.gather(self._alive, return_exceptions=True)
        await self._socket.close()

    def _take(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Ended):
                self._end(event)
            elif not isinstance(event, Connected):
                self._output.append(event)

    def _take_pong(self, payload: bytes) -> None:
        self._flow.answered(payload)
        self._caught_up.set()

    def _end(self, ended: Ended) -> None:
        """Note the first end there is, and stop waiting for anything else."""
        if self._ended is None:
            self._ended = ended
            self._caught_up.set()
            self._wake_reader()

    def _wake_reader(self) -> None:
        if self._arrived is not None:
            self._arrived()
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def _keep_alive(self, every: float, limit: float) -> None:
        liveness = Liveness(self._loop.time(), limit)
        said = self._loop.time()
        slot = every / _SLOTS
        due = (self._loop.time() // slot + randint(1, _SLOTS)) * slot  # noqa: S311 - nobody must not guess it
        while self._ended is None:
            await asyncio.sleep(due - self._loop.time())
            due = max(due + every, self._loop.time())
            heard, self._socket.is_heard = self._socket.is_heard, False
            verdict = liveness.tick(
                self._loop.time(), heard=heard, reading=not self._socket.is_paused, held=self._flow.is_held
            )
            if verdict is Verdict.GIVE_UP:
                self._end(Ended(_silent(limit)))
            elif verdict is Verdict.PING and not self._socket.is_behind:
                self._socket.ping()
            if self._size is not None and self._loop.time() - said >= DATA_EVERY:
                said = self._loop.time()
                await self.resize(self._size)


async def _connect(client: ApiClient, target: Target, right: Right, path: str, query: Query) -> WebSocket:
    try:
        return await client.websocket(path, query)
    except ApiError as error:
        if error.status != _FORBIDDEN:
            raise
        raise await _told(client, target, right, error) from error


def _request(
    target: Target, right: Right, command: Sequence[str], *, tty: bool, stdin: bool
) -> tuple[str, Query]:
    pod = f"/api/v1/namespaces/{checked_namespace(target.namespace)}/pods/{checked_pod(target.pod)}"
    query = [("command", part) for part in command]
    if target.container:
        query.append(("container", checked_container(target.container)))
    # With a terminal there is no stderr of its own.
    flags = {"stdin": stdin, "stdout": True, "stderr": not tty, "tty": tty}
    query += [(name, "true") for name, wanted in flags.items() if wanted]
    return f"{pod}/{right.part}", query


async def _told(client: ApiClient, target: Target, right: Right, error: ApiError) -> ApiError:
    """Name the rights that are missing: the server names one of the two at most."""
    try:
        missing = await missing_verbs(client, target, right)
    except PodboardError:
        return error
    if not missing:
        return error
    found = re.search(r'User "([^"]*)"', error.message)
    user = found[1] if found else client.access.user
    told = missing_right(user, missing, target.namespace, right)
    denied = Denied(user, target.namespace, right.part)
    return ApiError(told.sentence, told.hint, status=error.status, reason=error.reason, denied=denied)


def _silent(limit: float) -> Ending:
    return dropped(
        f"dropped: no byte for {limit:.0f} s (idle proxy?)",
        "the network is gone, or a proxy cut the idle connection",
    )


def _why_ended(end: End) -> tuple[str, str]:
    match end:
        case Closed(code, reason):
            words = f": {one_line(reason)}" if reason else ""
            return f"the server closed the connection ({code}){words}", ""
        case Broken(reason):
            return f"the server broke the WebSocket protocol: {reason}", "a proxy in between?"
    return "the connection was cut", "the API server or the node's kubelet restarted, or a proxy gave up"
