"""The exec protocol of Kubernetes, without a socket: WebSocket messages in, events out, and back.

Every message begins with a byte that names its channel. Read from Kubernetes' source (apimachinery's
``remotecommand`` and ``httpstream/wsstream``) and checked against recordings of a 1.36 server:

=======  =========  ==================================================================
channel  direction  payload
=======  =========  ==================================================================
0        out        stdin
1, 2     in         stdout, stderr; the very first message is empty: "connected", which
                    says nothing about the command
3        in         how the command ended: one Status as JSON, before the close
4        out        the terminal's size as JSON
255      out        v5 only: the channel whose number follows is closed
=======  =========  ==================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from podboard.model.ending import dropped, exited, failed
from podboard.wire.explain import explain
from podboard.wire.status import parse_failure, parse_status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podboard.model.ending import Ending
    from podboard.model.size import Size
    from podboard.wire.status import Status

V5 = "v5.channel.k8s.io"
V4 = "v4.channel.k8s.io"
SUBPROTOCOLS = (V5, V4)
"""What to offer; a server that speaks both takes v5 whatever the order."""

STDIN_CHUNK = 32 * 1024
"""Bytes of stdin in one message. The server writes each into a pipe within its read loop, so small
ones let it see a ping or a resize in between; its own output messages hold no more either."""

_STDIN, _STDOUT, _STDERR, _STATUS, _RESIZE, _CLOSE = 0, 1, 2, 3, 4, 255
_STDIN_PREFIX = bytes([_STDIN])
_STATUS_LIMIT = 64 * 1024


class Connected(NamedTuple):
    """The server's first, empty message: the stream stands; whether the command starts is not known yet."""


class Stdout(NamedTuple):
    """Bytes the command wrote; characters may be cut anywhere."""

    data: bytes


class Stderr(NamedTuple):
    """Bytes the command wrote to stderr; a command with a terminal never does."""

    data: bytes


class Ended(NamedTuple):
    """The last event."""

    ending: Ending


Event = Connected | Stdout | Stderr | Ended


class ExecChannel:
    """One exec session's protocol state.

    Args:
        subprotocol: What the server chose. A server that names none frames its messages like v4 does.
    """

    def __init__(self, subprotocol: str | None) -> None:
        self._closes_stdin = subprotocol == V5
        self._first = True
        self._status = bytearray()
        self._ended: Ended | None = None

    def receive(self, message: bytes) -> Event | None:
        """Take one WebSocket message; None where it says nothing.

        Unknown channels are ignored, as the server ignores ours. After the status nothing counts any more.
        """
        first, self._first = self._first, False
        if len(message) <= 1 or self._ended is not None:
            return Connected() if first and message else None
        channel = message[0]
        if channel == _STDOUT:
            return Stdout(message[1:])
        if channel == _STDERR:
            return Stderr(message[1:])
        if channel == _STATUS:
            return self._receive_status(message[1:])
        return None

    def receive_all(self, messages: Iterable[bytes]) -> list[Event]:
        """Take several messages at once; what they bring to stdout in a row comes as one event.

        The same as ``receive`` for each, but for the joining: a flood comes in small messages, and
        everything that is done with an event costs more than doing it here.
        """
        events: list[Event] = []
        run: list[bytes] = []
        for message in messages:
            if len(message) > 1 and message[0] == _STDOUT and self._ended is None:
                run.append(message[1:])
                continue
            if run:
                events.append(self._joined(run))
                run = []
            event = self.receive(message)
            if event is not None:
                events.append(event)
        if run:
            events.append(self._joined(run))
        return events

    def connection_ended(self, sentence: str = "the connection was cut", hint: str = "") -> Ended:
        """Say how the session ended when no more messages come.

        Args:
            sentence: What happened to the connection, for the case that the server sent no status.
            hint: What to do about it.
        """
        if self._ended is None:
            if self._status:
                self._ended = Ended(_ending(parse_failure(bytes(self._status))))
            else:
                self._ended = Ended(dropped(sentence, hint))
        return self._ended

    def stdin(self, data: bytes) -> Iterator[bytes]:
        """Encode input as messages of at most ``STDIN_CHUNK`` bytes of payload."""
        for start in range(0, len(data), STDIN_CHUNK):
            yield _STDIN_PREFIX + data[start : start + STDIN_CHUNK]

    def resize(self, size: Size) -> bytes:
        """Encode the terminal's size. Until the first one the command sees 0x0."""
        return b'%c{"Width":%d,"Height":%d}' % (_RESIZE, size.columns, size.rows)

    def close_stdin(self) -> bytes | None:
        """Encode the end of input; None with v4, which has no message for it."""
        return bytes([_CLOSE, _STDIN]) if self._closes_stdin else None

    def _joined(self, run: list[bytes]) -> Stdout:
        self._first = False
        return Stdout(b"".join(run) if len(run) > 1 else run[0])

    def _receive_status(self, piece: bytes) -> Ended | None:
        # Nothing says where a status ends but its own braces; plain text ends with the connection.
        self._status += piece[: _STATUS_LIMIT - len(self._status)]
        status = parse_status(bytes(self._status))
        if status is not None:
            self._ended = Ended(_ending(status))
        return self._ended


def _ending(status: Status) -> Ending:
    if status.exit_code is not None:
        return exited(status.exit_code)
    if not status.message:
        return failed("the server ended the command without saying why")
    return failed(*explain(status.message))
