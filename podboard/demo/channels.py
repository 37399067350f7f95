"""The exec protocols' own language, from the server's side: channels, framing, the last word on channel 3.

Written from what a Kubernetes 1.36 API server was seen to send; it shares nothing with the client's
``podboard.wire``, so that a misreading there cannot agree with one here.
"""

from __future__ import annotations

import base64
import binascii
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from podboard.demo.gojson import encode
from podboard.demo.websocket import Opcode, frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.demo.gojson import Object
    from podboard.demo.websocket import Message


class Channel(IntEnum):
    """The first byte of a message."""

    STDIN = 0
    STDOUT = 1
    STDERR = 2
    STATUS = 3
    RESIZE = 4
    CLOSE = 255


V5: Final = "v5.channel.k8s.io"
V4: Final = "v4.channel.k8s.io"
_PREFERENCE: Final = (
    V5,
    V4,
    "v4.base64.channel.k8s.io",
    "channel.k8s.io",
    "base64.channel.k8s.io",
)
_ASCII_ZERO: Final = ord("0")


def choose(offered: Sequence[str]) -> str | None:
    """Choose a subprotocol: the server's preference counts, not the order of the offer.

    Returns:
        Empty if none was offered (the oldest protocol of all); None if none of the offer is known.
    """
    if not offered:
        return ""
    return next((known for known in _PREFERENCE if known in offered), None)


class Framing:
    """How one subprotocol puts channels into WebSocket messages."""

    def __init__(self, protocol: str) -> None:
        self.protocol = protocol
        self.can_close_stdin = protocol == V5
        self._base64 = "base64" in protocol
        self._json_status = protocol.startswith("v")

    def outgoing(self, channel: Channel, data: bytes) -> bytes:
        """Write one frame."""
        if self._base64:
            return frame(Opcode.TEXT, bytes((_ASCII_ZERO + channel,)), base64.b64encode(data))
        return frame(Opcode.BINARY, bytes((channel,)), data)

    def incoming(self, message: Message) -> tuple[Channel, bytes] | None:
        """Read one message; None if it is empty or on a channel that means nothing."""
        if not message.payload:
            return None
        number, data = message.payload[0], message.payload[1:]
        if self._base64:
            number -= _ASCII_ZERO
            try:
                data = base64.b64decode(data, validate=True)
            except binascii.Error:
                return None
        try:
            return Channel(number), data
        except ValueError:
            return None

    def exited(self, code: int, command: Sequence[str]) -> bytes:
        """Write channel 3's word on a command that ran; empty if this protocol says nothing of success."""
        if code == 0:
            return encode({"metadata": {}, "status": "Success"}) if self._json_status else b""
        if self.protocol == V5:
            why = f"command terminated with exit code {code}"
        else:
            why = f"error executing command [{' '.join(command)}], exit code {code}"
        message = f"command terminated with non-zero exit code: {why}"
        causes = [{"reason": "ExitCode", "message": str(code)}]
        return self._failure(message, "NonZeroExitCode", {"causes": causes})

    def not_started(self, why: str) -> bytes:
        """Write channel 3's word on a command that could not be started."""
        cause = f"error executing command in container: {why}"
        if self.protocol == V5:
            cause = f"Internal error occurred: {cause}"
        message = f"Internal error occurred: {cause}"
        return self._failure(message, "InternalError", {"causes": [{"message": cause}]}, 500)

    def _failure(self, message: str, reason: str, details: Object, code: int = 0) -> bytes:
        if not self._json_status:
            return message.encode()
        status: Object = {
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            "details": details,
        }
        if code:
            status["code"] = code
        return encode(status)
