"""A blocking client that hides nothing: bytes as they come, and how a connection ended.

It shares no code with podboard, neither with its client nor with its embedded cluster. It is meant for a
thread of its own, beside the loop that serves.
"""

import os
import re
import socket
import ssl
import struct
from dataclasses import dataclass, field
from typing import Any, Self

OPCODES = {"text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}
NAMES = {number: name for name, number in OPCODES.items()}
CLOSE_NOTIFY = "TLS close_notify"
NO_CLOSE_NOTIFY = "TCP end without TLS close_notify"
CERTIFICATE = "client certificate of a cluster admin"


@dataclass
class Answer:
    status: int
    reason: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Message:
    opcode: str
    payload: bytes
    close_code: int | None = None

    @property
    def channel(self) -> int | None:
        return self.payload[0] if self.opcode in ("text", "binary") else None


class ClosedError(Exception):
    """The connection ended; the message says how."""


@dataclass
class Login:
    """Where the cluster is and who asks: a token, a certificate's file, or nobody."""

    host: str
    port: int
    authority: str
    token: str = ""
    certificate: str = ""


class RawClient:
    def __init__(self, login: Login) -> None:
        self.login = login
        context = ssl.create_default_context(cadata=login.authority)
        if login.certificate:
            context.load_cert_chain(login.certificate)
        plain = socket.create_connection((login.host, login.port), timeout=10)
        self.socket = context.wrap_socket(plain, server_hostname=login.host, suppress_ragged_eofs=False)
        self.buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    # -- HTTP

    def send(self, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> None:
        lines = [f"{method} {target} HTTP/1.1"]
        for name, value in headers.items():
            if name == "Host":
                lines.append(f"Host: {self.login.host}:{self.login.port}")
            elif name == "Authorization":
                lines.append(f"Authorization: Bearer {self.login.token}")
            else:
                lines.append(f"{name}: {value}")
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    def head(self) -> Answer:
        text = self._until(b"\r\n\r\n").decode("latin-1")
        first, *lines = text.rstrip("\r\n").split("\r\n")
        found = re.fullmatch(r"HTTP/1\.1 (\d{3}) (.*)", first)
        assert found, first
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            assert name.lower() not in headers, name
            headers[name.lower()] = value.strip()
        return Answer(int(found[1]), found[2], headers)

    def answer(self) -> Answer:
        answer = self.head()
        if answer.headers.get("transfer-encoding") == "chunked":
            answer.body = b"".join(iter(self.chunk, b""))
        elif "content-length" in answer.headers:
            answer.body = self._exactly(int(answer.headers["content-length"]))
        return answer

    def chunk(self) -> bytes:
        """One chunk of a body; empty for the last."""
        size = int(self._until(b"\r\n"), 16)
        data = self._exactly(size)
        assert self._exactly(2) == b"\r\n"
        return data

    # -- WebSocket

    def upgrade(self, target: str, headers: dict[str, str]) -> Answer:
        self.send("GET", target, {**headers, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="})
        answer = self.head()
        if answer.status == 101:
            assert answer.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455, 1.3
        elif "content-length" in answer.headers:
            answer.body = self._exactly(int(answer.headers["content-length"]))
        return answer

    def write(self, opcode: str, payload: bytes) -> None:
        mask = os.urandom(4)
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", 0x80 | OPCODES[opcode], 0x80 | size)
        elif size < 65536:
            head = struct.pack("!BBH", 0x80 | OPCODES[opcode], 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | OPCODES[opcode], 0x80 | 127, size)
        key = (mask * (size // 4 + 1))[:size]
        masked = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
        self.socket.sendall(head + mask + masked.to_bytes(size, "big"))

    def read(self) -> Message:
        """One frame; raises ClosedError at the end of the connection."""
        first, second = self._exactly(2)
        assert first & 0xF0 == 0x80, "fragments and extensions are never seen"
        assert not second & 0x80, "a server's frames are not masked"
        size = second
        if size >= 126:
            size = int.from_bytes(self._exactly(2 if size == 126 else 8), "big")
        message = Message(NAMES[first & 0x0F], self._exactly(size))
        if message.opcode == "close":
            message.close_code = int.from_bytes(message.payload[:2], "big")
            message.payload = message.payload[2:]
        return message

    # -- bytes

    def end(self) -> str:
        """How the connection ends; nothing may come before."""
        try:
            data = self._exactly(1)
        except ClosedError as closed:
            return str(closed)
        raise AssertionError(f"something came instead of the end: {data!r}")

    def _exactly(self, size: int) -> bytes:
        while len(self.buffer) < size:
            self._more()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(mark)
        return head + mark

    def _more(self) -> None:
        try:
            data = self.socket.recv(1 << 16)
        except (ssl.SSLEOFError, ConnectionResetError):
            raise ClosedError(NO_CLOSE_NOTIFY) from None
        if not data:
            raise ClosedError(CLOSE_NOTIFY)
        self.buffer += data


@dataclass
class Conversation:
    """What a WebSocket has said so far, by channel."""

    client: RawClient
    channels: dict[int, bytes] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)

    def read(self) -> Message:
        message = self.client.read()
        self.messages.append(message)
        if message.channel is not None:
            self.channels[message.channel] = self.channels.get(message.channel, b"") + message.payload[1:]
        return message

    def until(self, channel: int, condition: Any) -> None:
        while not condition(self.channels.get(channel, b"")):
            self.read()
