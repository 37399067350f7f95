"""The recordings of a real API server in tests/wire."""

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

FOLDER = Path(__file__).parent.parent / "wire"


class Frame(Struct, frozen=True):
    opcode: str
    channel: int | None
    payload: bytes
    close_code: int | None = None
    sent_by_server: bool = False

    @property
    def message(self) -> bytes:
        """The whole WebSocket message, the channel's byte included."""
        return self.payload if self.channel is None else bytes([self.channel]) + self.payload


class Recording(Struct, frozen=True):
    name: str
    request: dict[str, Any]
    response: dict[str, Any]
    frames: tuple[Frame, ...]
    lines: tuple[str, ...]

    @property
    def body(self) -> bytes:
        return self.response.get("body", "").encode()

    def received(self) -> list[bytes]:
        """What the client was sent, message by message."""
        return [f.message for f in self.frames if f.sent_by_server and f.opcode == "binary"]

    def channel(self, number: int) -> bytes:
        return b"".join(f.payload for f in self.frames if f.sent_by_server and f.channel == number)


@cache
def recording(name: str) -> Recording:
    document = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return Recording(
        name,
        document["request"],
        document["response"],
        tuple(_frame(frame) for frame in document.get("frames", ())),
        tuple(line["line"] for line in document.get("lines", ()) if "line" in line),
    )


def _frame(frame: dict[str, Any]) -> Frame:
    if frame.get("payload_omitted"):
        payload = b"x" * frame["size"]
    elif frame.get("encoding") == "base64":
        payload = base64.b64decode(frame["payload"])
    else:
        payload = frame["payload"].encode()
    return Frame(
        frame["opcode"],
        frame.get("channel"),
        payload,
        close_code=frame.get("close_code"),
        sent_by_server=frame["dir"] == "server",
    )
