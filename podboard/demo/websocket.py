"""The server's side of RFC 6455: the handshake's answer, messages from bytes, frames to bytes.

No socket, no loop. Compression and other extensions are never agreed to, as the API server does.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from enum import IntEnum
from typing import Final, NamedTuple

MESSAGE_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of one message, at most; the API server's WebSocket library has the same limit."""

_ACCEPT_KEY: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
_HEAD: Final = 2  # bytes that every frame begins with
_CONTROL_LIMIT: Final = 125
_SHORT, _LONG = 126, 127
_FIN, _RESERVED, _OPCODE, _MASKED, _LENGTH = 0x80, 0x70, 0x0F, 0x80, 0x7F


class Opcode(IntEnum):
    """What a frame is."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


class Message(NamedTuple):
    """A whole message, or a control frame."""

    opcode: Opcode
    payload: bytes


class ProtocolError(Exception):
    """The client's bytes are no WebSocket frames, or too large a message."""


def accept(key: str) -> str:
    """Return the ``Sec-WebSocket-Accept`` that belongs to a ``Sec-WebSocket-Key``."""
    return base64.b64encode(hashlib.sha1(key.encode() + _ACCEPT_KEY, usedforsecurity=False).digest()).decode()


def frame(opcode: Opcode, *parts: bytes) -> bytes:
    """Write one unfragmented frame from the server, whose payload is the parts put together."""
    size = sum(map(len, parts))
    if size < _SHORT:
        head = struct.pack("!BB", _FIN | opcode, size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", _FIN | opcode, _SHORT, size)
    else:
        head = struct.pack("!BBQ", _FIN | opcode, _LONG, size)
    return b"".join((head, *parts))


def close_frame(code: int) -> bytes:
    """Write the frame that ends the conversation, without a reason in words."""
    return frame(Opcode.CLOSE, struct.pack("!H", code))


class MessageReader:
    """Turns a client's bytes into messages, however they are split."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._parts: list[bytes] = []
        self._opcode = Opcode.CONTINUATION  # of the message whose fragments are being gathered

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes; return the messages they complete.

        Raises:
            ProtocolError: The bytes break the protocol. Nothing more can be read.
        """
        self._buffer += data
        messages = []
        while (found := self._next_frame()) is not None:
            opcode, final, payload = found
            if opcode >= Opcode.CLOSE:
                messages.append(Message(opcode, payload))
            elif (message := self._gather(opcode, payload, final=final)) is not None:
                messages.append(message)
        return messages

    def _gather(self, opcode: Opcode, payload: bytes, *, final: bool) -> Message | None:
        if (opcode is Opcode.CONTINUATION) != bool(self._parts):
            raise ProtocolError("a fragment out of its order")
        if opcode is not Opcode.CONTINUATION:
            self._opcode = opcode
        if final and not self._parts:
            return Message(opcode, payload)
        self._parts.append(payload)
        if sum(map(len, self._parts)) > MESSAGE_LIMIT:
            raise ProtocolError("the message is too large")
        if not final:
            return None
        message = Message(self._opcode, b"".join(self._parts))
        self._parts = []
        return message

    def _next_frame(self) -> tuple[Opcode, bool, bytes] | None:
        buffer = self._buffer
        if len(buffer) < _HEAD:
            return None
        first, second = buffer[0], buffer[1]
        size, start = second & _LENGTH, _HEAD
        if not second & _MASKED:
            raise ProtocolError("a client's frame must be masked")
        if first & _RESERVED:
            raise ProtocolError("a reserved bit is set")
        try:
            opcode = Opcode(first & _OPCODE)
        except ValueError:
            raise ProtocolError("an unknown opcode") from None
        if opcode >= Opcode.CLOSE and (size > _CONTROL_LIMIT or not first & _FIN):
            raise ProtocolError("a control frame is fragmented or too large")
        if size >= _SHORT:
            width = 2 if size == _SHORT else 8
            start += width
            size = int.from_bytes(buffer[_HEAD:start], "big")
        if size > MESSAGE_LIMIT:
            raise ProtocolError("the message is too large")
        end = start + 4 + size
        if len(buffer) < end:
            return None
        payload = _unmask(bytes(buffer[start + 4 : end]), bytes(buffer[start : start + 4]))
        del buffer[:end]
        return opcode, bool(first & _FIN), payload


def _unmask(payload: bytes, mask: bytes) -> bytes:
    """Undo the client's masking: as one large number, for a loop over bytes is 100 times slower."""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(size, "little")
