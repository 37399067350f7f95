"""The client's side of RFC 6455, without a socket: the handshake's words, bytes in, messages out, and back.

No extension is ever offered, so none may be used: Kubernetes' servers compress nothing either.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MESSAGE_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of one message; a Kubernetes server sends 32 KiB at most."""

BINARY, CLOSE, PING, PONG = 0x2, 0x8, 0x9, 0xA

_CONTINUATION, _TEXT = 0x0, 0x1
_KINDS = frozenset((_CONTINUATION, _TEXT, BINARY, CLOSE, PING, PONG))
_FIN, _OPCODE, _MASKED = 0x80, 0x0F, 0x80
_WHOLE = frozenset((_FIN | BINARY, _FIN | _TEXT))
"""How a message of one frame begins; a proxy may turn one kind into the other."""

_SHORT, _LONG = 126, 127
"""What stands for a length that takes two bytes more, and eight."""

_CONTROL_LIMIT = 125
_HEAD: Final = 2
_LONGEST_HEAD: Final = 10
_NO_CODE: Final = 1005

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455, section 1.3."""

_SMALL: Final = 16 * 1024
"""Bytes of a payload that is better copied behind its head than written in a turn of its own."""

_ROOM, _MOST_ROOM = 16 * 1024, 320 * 1024
"""Bytes taken in at once, at first and where a flood comes: what asyncio's TLS decrypts at once at most, and
two messages of a flood that may have begun before."""


class Ping(NamedTuple):
    """To be answered with a pong of the same payload."""

    payload: bytes


class Pong(NamedTuple):
    """The answer to the last ping with this payload, and to all before it."""

    payload: bytes


class Closed(NamedTuple):
    """The other end says that it ends the conversation."""

    code: int
    reason: str


class Broken(NamedTuple):
    """What came breaks the protocol; nothing after it can be understood."""

    reason: str


Message = bytes | Ping | Pong | Closed | Broken
"""Of data there is the payload; whether it called itself binary or text says nothing here."""


Mask = Callable[[bytes, bytes], bytes | bytearray]
"""Masks a payload with four bytes (RFC 6455, section 5.3)."""


def new_key() -> str:
    """Return a ``Sec-WebSocket-Key``."""
    return base64.b64encode(os.urandom(16)).decode()


def upgrade_headers(key: str, subprotocols: Iterable[str]) -> list[tuple[str, str]]:
    """Return the headers that ask for a WebSocket."""
    return [
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", key),
        ("Sec-WebSocket-Protocol", ",".join(subprotocols)),
    ]


def is_accepted(key: str, headers: Mapping[str, str]) -> bool:
    """Whether an answer of 101 accepts the WebSocket that was asked for with a key.

    Args:
        key: What was sent.
        headers: By their names in small letters.
    """
    digest = hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()
    return (
        headers.get("upgrade", "").lower() == "websocket"
        and "upgrade" in map(str.strip, headers.get("connection", "").lower().split(","))
        and headers.get("sec-websocket-accept", "") == base64.b64encode(digest).decode()
    )


def masked_by_number(mask: bytes, payload: bytes) -> bytes:
    """Mask a payload as one large number: a loop over bytes is a hundred times slower."""
    size = len(payload)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "little")
    return (int.from_bytes(payload, "little") ^ key).to_bytes(size, "little")


def frame(opcode: int, payload: bytes, masked: Mask = masked_by_number) -> tuple[bytes | bytearray, ...]:
    """Write a message of one frame, masked as a client's must be; a large payload is a piece of its own.

    Args:
        opcode: What it is.
        payload: What it holds.
        masked: Masks; large payloads are worth something faster.
    """
    size = len(payload)
    if size < _SHORT:
        head = bytes((_FIN | opcode, _MASKED | size))
    elif size < 1 << 16:
        head = bytes((_FIN | opcode, _MASKED | _SHORT)) + size.to_bytes(2, "big")
    else:
        head = bytes((_FIN | opcode, _MASKED | _LONG)) + size.to_bytes(8, "big")
    mask = os.urandom(4)
    if size < _SMALL:
        return (head + mask + masked(mask, payload),)
    return head + mask, masked(mask, payload)


def close_payload(code: int) -> bytes:
    """Write what a close frame holds, without a reason in words."""
    return code.to_bytes(2, "big")


class MessageReader:
    """Turns a server's bytes into messages, however they are split.

    The bytes are written into ``room``, so that what decrypts them need not hand them over in pieces.
    """

    def __init__(self) -> None:
        self._buffer = bytearray(_ROOM)
        self._view = memoryview(self._buffer)
        self._held = 0
        self._parts: list[bytes] = []
        """Of the message whose fragments are being gathered."""
        self._is_broken = False

    def room(self) -> memoryview:
        """Return where the next bytes are to be written."""
        return self._view[self._held :]

    def take(self, count: int) -> list[Message]:
        """Return the messages that are complete with ``count`` more bytes in ``room``.

        After ``Broken`` there are none.
        """
        buffer, view = self._buffer, self._view
        messages: list[Message] = []
        end, start, wanted = self._held + count, 0, 0
        while end - start >= _HEAD and not self._is_broken:
            first, size = buffer[start], buffer[start + 1]
            begin = start + _HEAD
            if size >= _SHORT:
                begin += 2 if size == _SHORT else 8
                if size > _LONG:
                    messages.append(self._broken("a server's frame is masked"))
                    break
                if begin > end:
                    break
                size = int.from_bytes(view[start + _HEAD : begin], "big")
            stop = begin + size
            if stop > end:
                wanted = stop - start
                if size > MESSAGE_LIMIT:
                    messages.append(self._broken("a message is too large"))
                break
            if first in _WHOLE and not self._parts:
                messages.append(bytes(view[begin:stop]))
            elif (message := self._other(first, bytes(view[begin:stop]))) is not None:
                messages.append(message)
            start = stop
        if start == end < len(buffer):
            self._held = 0
        else:
            self._keep(start, end, wanted)
        return messages

    def _keep(self, start: int, end: int, wanted: int) -> None:
        """Put the beginning of the next frame where ``room`` follows it."""
        buffer, size = self._buffer, len(self._buffer)
        self._held = end - start
        if end == size < _MOST_ROOM or wanted > size:
            self._buffer = bytearray(max(min(2 * size, _MOST_ROOM), wanted + _LONGEST_HEAD))
            self._view = memoryview(self._buffer)
            self._view[: self._held] = memoryview(buffer)[start:end]
        elif start:
            buffer[: self._held] = buffer[start:end]

    def _other(self, first: int, payload: bytes) -> Message | None:
        """Take a frame that is no message of its own, or not one of data."""
        opcode, is_last = first & _OPCODE, bool(first & _FIN)
        fault = self._fault(first, opcode, len(payload))
        if fault:
            return self._broken(fault)
        if opcode >= CLOSE:
            return _control(opcode, payload)
        self._parts.append(payload)
        if not is_last:
            return None
        message, self._parts = b"".join(self._parts), []
        return message

    def _fault(self, first: int, opcode: int, size: int) -> str:
        if first & ~(_FIN | _OPCODE):
            return "a frame uses an extension that nobody offered"
        if opcode not in _KINDS:
            return f"there are no frames of kind {opcode}"
        if opcode >= CLOSE:
            if not first & _FIN or size > _CONTROL_LIMIT:
                return "a control frame is fragmented or too large"
        elif (opcode == _CONTINUATION) != bool(self._parts):
            return "a fragment is out of its order"
        elif size + sum(map(len, self._parts)) > MESSAGE_LIMIT:
            return "a message is too large"
        return ""

    def _broken(self, reason: str) -> Broken:
        self._is_broken = True
        return Broken(reason)


def _control(opcode: int, payload: bytes) -> Message:
    if opcode == PING:
        return Ping(payload)
    if opcode == PONG:
        return Pong(payload)
    code = int.from_bytes(payload[:2], "big") if len(payload) > 1 else _NO_CODE
    return Closed(code, payload[2:].decode(errors="replace"))
