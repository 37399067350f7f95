"""What may stand where an API server is expected, or in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.replay import Reader, Writer


@asynccontextmanager
async def plain(reply, requests: list[str] | None = None) -> AsyncIterator[int]:  # noqa: ANN001 - a callable
    """Serve one reply to each connection, without TLS."""

    async def serve(reader: Reader, writer: Writer) -> None:
        data = await reader.read(65536)
        if requests is not None:
            requests.append(data.decode("latin-1"))
        if said := reply(data):
            writer.write(said)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def connect_proxy(target: int, asked: list[str]) -> AsyncIterator[int]:
    """Tunnel everything to one port, whatever is asked for."""
    pipes: set[asyncio.Task[None]] = set()

    async def pipe(reader: Reader, writer: Writer) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
        finally:
            writer.close()

    async def serve(reader: Reader, writer: Writer) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        there = await asyncio.open_connection("127.0.0.1", target)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        for one, other in ((reader, there[1]), (there[0], writer)):
            pipes.add(asyncio.create_task(pipe(one, other)))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for task in pipes:
            task.cancel()
        await asyncio.gather(*pipes, return_exceptions=True)
