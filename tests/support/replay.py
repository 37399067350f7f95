"""A server that says, byte for byte, what a real API server was recorded to say.

It knows no Kubernetes: a request is answered by the script that the test put for its path, so what it
plays is beyond doubt, cut connections and half frames included.
"""

import asyncio
import base64
import hashlib
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import Struct

from podboard.kube.access import Access
from tests.support.certificates import Pair, authority, server_context, signed
from tests.support.recordings import Frame, Recording

_OPCODES = {"binary": 2, "text": 1, "close": 8, "ping": 9, "pong": 10}
_NAMES = {number: name for name, number in _OPCODES.items()}


class Request(Struct, frozen=True):
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Script = Callable[[Request, Reader, Writer], Awaitable[None]]


@dataclass
class ReplayServer:
    """Answers each request by the first script whose path it has; keeps all requests."""

    folder: Path
    pair: Pair = field(default_factory=signed)
    context: ssl.SSLContext | None = None
    scripts: dict[str, list[Script]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    heard: list[Frame] = field(default_factory=list)
    connections: int = 0

    async def __aenter__(self) -> Self:
        self._writers: set[Writer] = set()
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self.context or server_context(self.pair, self.folder)
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def access(self, **changes: object) -> Access:
        settings: dict[str, object] = {
            "server": f"https://127.0.0.1:{self.port}",
            "user": "tester",
            "cluster": "replay",
            "ca": authority().certificate,
            "token": "secret-token",
            **changes,
        }
        return Access(**settings)  # type: ignore[arg-type] - a test's own keywords

    def on(self, path: str, *scripts: Script) -> None:
        """Answer requests for a path: each script once, the last one ever again."""
        self.scripts[path] = list(scripts)

    def play(self, recorded: Recording) -> None:
        """Answer the recording's own path as it was answered."""
        self.on(recorded.request["path_and_query"].partition("?")[0], self.script(recorded))

    def script(self, recorded: Recording) -> Script:
        async def script(request: Request, reader: Reader, writer: Writer) -> None:
            if recorded.response["status"] == 101:
                await self._play_frames(recorded, request, reader, writer)
            else:
                writer.write(answer(recorded.response["status"], recorded.body, recorded.response["headers"]))

        return script

    async def _serve(self, reader: Reader, writer: Writer) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while (request := await _read_request(reader)) is not None:
                self.requests.append(request)
                scripts = self.scripts.get(request.path)
                if scripts is None:
                    writer.write(answer(404, b"404 page not found\n", {"content-type": "text/plain"}))
                else:
                    await (scripts.pop(0) if len(scripts) > 1 else scripts[0])(request, reader, writer)
                if writer.is_closing() or "upgrade" in request.headers:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the client went away, which is its right
        finally:
            writer.close()

    async def _play_frames(
        self, recorded: Recording, request: Request, reader: Reader, writer: Writer
    ) -> None:
        protocol = recorded.response["headers"].get("sec-websocket-protocol", "")
        writer.write(upgrade(request, protocol))
        for frame in recorded.frames:
            if not frame.sent_by_server:
                await self.hear(reader, frame.opcode, frame.channel)
            elif frame.opcode != "eof":
                writer.write(encode(frame.opcode, _content(frame)))
            elif frame.payload == b"TLS close_notify":
                writer.close()
            else:
                writer.transport.abort()
        await writer.drain()

    async def hear(self, reader: Reader, opcode: str, channel: int | None = None) -> Frame:
        """Wait for a client's frame of a kind; others before it are kept too."""
        while True:
            frame = await read_frame(reader)
            self.heard.append(frame)
            if frame.opcode == opcode and (channel is None or frame.channel == channel):
                return frame


async def until_closed(reader: Reader, writer: Writer, heard: list[Frame] | None = None) -> None:
    """Read on to the client's closing frame and answer it, as a live server does."""
    while (frame := await read_frame(reader)).opcode != "close":
        if heard is not None:
            heard.append(frame)
    writer.write(encode("close", b"\x03\xe8"))


def answer(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items() if name in ("content-type", "connection")]
    return "\r\n".join([*lines, "", ""]).encode() + body


def upgrade(request: Request, protocol: str) -> bytes:
    key = request.headers["sec-websocket-key"].encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key).digest()).decode()  # noqa: S324 - RFC 6455 says so
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"
    ).encode()


def encode(opcode: str, content: bytes) -> bytes:
    """Encode a server's frame."""
    first = 0x80 | _OPCODES[opcode]
    if len(content) < 126:
        return bytes([first, len(content)]) + content
    if len(content) < 65536:
        return struct.pack("!BBH", first, 126, len(content)) + content
    return struct.pack("!BBQ", first, 127, len(content)) + content


async def read_frame(reader: Reader) -> Frame:
    """Read a client's frame."""
    first, second = await reader.readexactly(2)
    size = second & 0x7F
    if size == 126:
        (size,) = struct.unpack("!H", await reader.readexactly(2))
    elif size == 127:
        (size,) = struct.unpack("!Q", await reader.readexactly(8))
    mask = await reader.readexactly(4)
    masked = await reader.readexactly(size)
    repeated = (mask * (size // 4 + 1))[:size]
    content = (int.from_bytes(masked, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")
    opcode = _NAMES[first & 0xF]
    if opcode == "close":
        return Frame(opcode, None, content[2:], close_code=int.from_bytes(content[:2], "big"))
    if opcode == "binary":
        return Frame(opcode, content[0], content[1:])
    return Frame(opcode, None, content)


async def _read_request(reader: Reader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.split(": ", 1) for line in lines if line)
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, target, headers, body)


def _content(frame: Frame) -> bytes:
    if frame.opcode == "close" and frame.close_code is not None:
        return struct.pack("!H", frame.close_code) + frame.payload
    return frame.message
