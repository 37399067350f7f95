"""A TLS server that notes who asked it what, and proxies that note whom they connected."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct

from tests.support.certificates import authority, server_context, signed

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Serve = Callable[[Reader, Writer], Awaitable[None]]


UNAUTHORIZED = (
    b'{"kind":"Status","apiVersion":"v1","status":"Failure",'
    b'"message":"Unauthorized","reason":"Unauthorized","code":401}'
)


class Seen(Struct, frozen=True):
    """One request, as far as it tells who asked.

    Attributes:
        says_who: The Authorization and Impersonate headers, names in small letters, in order.
        sni: The name of the server that the TLS handshake asked for.
        client: The common name in the client's certificate.
    """

    path: str
    says_who: tuple[tuple[str, str], ...]
    sni: str
    client: str


@dataclass
class Recorder:
    """Answers every request with 200, or with 401 where it does not like the Authorization.

    Attributes:
        accepts: The only Authorization that will do; None for any.
        date: The Date header; empty for none.
    """

    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    accepts: str | None = None
    date: str = ""
    _names: dict[ssl.SSLObject | ssl.SSLSocket, str] = field(default_factory=dict)

    async def serve(self, reader: Reader, writer: Writer) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                request, *lines = head.rstrip().split("\r\n")
                headers = [(n.lower(), v) for n, v in (line.split(": ", 1) for line in lines)]
                self.seen.append(self._noted(request.split(" ")[1].partition("?")[0], headers, writer))
                writer.write(self._answer(dict(headers).get("authorization")))
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    def _noted(self, path: str, headers: list[tuple[str, str]], writer: Writer) -> Seen:
        who = tuple(
            (name, value)
            for name, value in headers
            if name == "authorization" or name.startswith("impersonate-")
        )
        tls = writer.get_extra_info("ssl_object")
        certificate = (tls.getpeercert() or {}) if tls else {}
        subject = dict(pair for names in certificate.get("subject", ()) for pair in names)
        return Seen(path, tuple(sorted(who)), self._names.get(tls, ""), subject.get("commonName", ""))

    def _answer(self, authorization: str | None) -> bytes:
        good = self.accepts is None or authorization == self.accepts
        status, body = ("200 OK", b'{"kind":"APIVersions"}') if good else ("401 Unauthorized", UNAUTHORIZED)
        date = f"Date: {self.date}\r\n" if self.date else ""
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{date}Content-Length: {len(body)}"
        return f"{head}\r\n\r\n".encode() + body

    def context(self, folder: Path) -> ssl.SSLContext:
        """TLS that asks for a certificate, and has one of its own for each name it is asked for."""
        context = server_context(signed(), folder)
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=authority().certificate.decode())

        def choose(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
            if name is not None:
                named = server_context(signed(name, host=name), folder)
                named.verify_mode = ssl.CERT_OPTIONAL
                named.load_verify_locations(cadata=authority().certificate.decode())
                connection.context = named
                self._names[connection] = name

        context.sni_callback = choose
        return context


@asynccontextmanager
async def recorder(folder: Path, *, tls: bool = True) -> AsyncIterator[Recorder]:
    made = Recorder()
    async with _served(made.serve, made.context(folder) if tls else None) as made.port:
        yield made


@dataclass
class Proxy:
    """Connects everybody to one port, whatever they ask for.

    Attributes:
        target: The port.
        asked: The host and port of each request.
        credentials: What must be shown, as ``user:password``; empty for nothing.
        refuses: The status, or the SOCKS reply, with which it refuses; 0 to connect.
    """

    target: int
    credentials: str = ""
    refuses: int = 0
    port: int = 0
    asked: list[str] = field(default_factory=list)

    async def speak_http(self, reader: Reader, writer: Writer) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, wanted, _ = head.split("\r\n")[0].split(" ")
        shown = base64.b64encode(self.credentials.encode()).decode()
        if self.credentials and f"proxy-authorization: basic {shown}".lower() not in head.lower():
            writer.write(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
            return
        if self.refuses:
            writer.write(f"HTTP/1.1 {self.refuses} No\r\nContent-Length: 0\r\n\r\n".encode())
            return
        self.asked.append(wanted)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self._connect(reader, writer)
        else:
            path = "/" + wanted.split("/", 3)[3]
            await self._connect(reader, writer, head.replace(wanted, path, 1).encode())

    async def speak_socks(self, reader: Reader, writer: Writer) -> None:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        if self.credentials:
            if 2 not in methods:
                writer.write(b"\x05\xff")
                return
            writer.write(b"\x05\x02")
            _, size = await reader.readexactly(2)
            user = await reader.readexactly(size)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            good = user + b":" + password == self.credentials.encode()
            writer.write(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return
        else:
            writer.write(b"\x05\x00")
        kind = (await reader.readexactly(4))[3]
        if kind == 1:
            host = ".".join(str(byte) for byte in await reader.readexactly(4))
        else:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        self.asked.append(f"{host}:{int.from_bytes(await reader.readexactly(2), 'big')}")
        writer.write(bytes([5, self.refuses, 0, 1]) + bytes(6))
        if not self.refuses:
            await self._connect(reader, writer)

    async def _connect(self, reader: Reader, writer: Writer, first: bytes = b"") -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        back.write(first)
        try:
            await asyncio.gather(_pipe(reader, back), _pipe(there, writer))
        finally:
            back.close()


async def _pipe(source: Reader, sink: Writer) -> None:
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        return
    finally:
        sink.close()


@asynccontextmanager
async def proxy(
    target: int, scheme: str = "http", *, folder: Path | None = None, credentials: str = "", refuses: int = 0
) -> AsyncIterator[Proxy]:
    """Run a proxy; with https, ``folder`` is for its certificate."""
    made = Proxy(target, credentials, refuses)
    context = server_context(signed("proxy"), folder) if folder is not None else None
    speak = made.speak_socks if scheme == "socks5" else made.speak_http
    async with _served(speak, context) as made.port:
        yield made


@asynccontextmanager
async def _served(serve: Serve, context: ssl.SSLContext | None) -> AsyncIterator[int]:
    tasks: set[asyncio.Task[None]] = set()

    async def serve_one(reader: Reader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        except asyncio.CancelledError:
            return  # the test is over
        finally:
            writer.close()

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
