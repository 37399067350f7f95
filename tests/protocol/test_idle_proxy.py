"""An idle shell behind a proxy that cuts what is idle, as load balancers do after a minute."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from podboard.demo.cluster import DemoCluster
from podboard.demo.images import Image
from podboard.kube.client import ApiClient
from podboard.kube.exec import ExecSession
from podboard.kube.resolve import load_access
from podboard.model.ending import EndingKind
from podboard.model.overrides import Overrides
from podboard.model.size import Size
from podboard.wire.exec_channel import Ended
from podboard.wire.shell import shell_command
from tests.support.waiting import until

IDLE = 1.5
"""Seconds that the proxy has patience."""

PING_EVERY = 0.1
SELDOM = 3600.0


class Proxy:
    """Carries connections, and cuts those on which nothing comes from either side for a while."""

    def __init__(self, host: str, port: int) -> None:
        self.cuts = 0
        self._there = host, port

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._there)
        loop = asyncio.get_running_loop()
        heard = loop.time()

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            nonlocal heard
            while data := await source.read(65536):
                heard = loop.time()
                sink.write(data)

        copies = [asyncio.create_task(copy(*way)) for way in ((reader, back), (there, writer))]
        ended: set[asyncio.Task[None]] = set()
        while not ended and (patience := heard + IDLE - loop.time()) > 0:
            ended, _ = await asyncio.wait(copies, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        self.cuts += not ended
        for task in copies:
            task.cancel()
        await asyncio.gather(*copies, return_exceptions=True)
        for one in (writer, back):
            one.transport.abort()


@asynccontextmanager
async def behind_proxy() -> AsyncIterator[tuple[Proxy, ApiClient]]:
    async with DemoCluster(story=None, images={"podboard/full": Image()}) as demo:
        demo.add_namespace("shop")
        demo.add_node("node-1", "192.0.2.2", "10.88.0.0/24")
        container = {"name": "app", "image": "podboard/full"}
        demo.create_pod({"metadata": {"name": "web"}, "spec": {"containers": [container]}}, "shop")
        demo.plane.agenda.advance(60)  # it runs by now
        address = urlsplit(demo.server)
        proxy = Proxy(str(address.hostname), address.port or 0)
        server = await asyncio.start_server(proxy.carry, "127.0.0.1", 0)
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        access = load_access(Overrides(kubeconfig=str(demo.kubeconfig), server=url), {}, Path("/nowhere"))
        async with server, ApiClient(access) as client:
            yield proxy, client


async def idle_shell(client: ApiClient, ping_every: float) -> ExecSession:
    """A shell that waits at its prompt."""
    query = [("command", word) for word in shell_command("marker")]
    query += [(flag, "true") for flag in ("stdin", "stdout", "tty")]
    socket = await client.websocket("/api/v1/namespaces/shop/pods/web/exec", query)
    session = ExecSession(socket, ping_every=ping_every)
    await session.resize(Size(80, 24))
    await hears(session, b"$ ")
    return session


async def hears(session: ExecSession, text: bytes) -> None:
    said = b""
    while text not in said:
        event = await session.receive()
        assert not isinstance(event, Ended), event
        said += event.data


async def test_pings_keep_an_idle_shell() -> None:
    async with behind_proxy() as (_, client):
        session = await idle_shell(client, PING_EVERY)
        hearing = asyncio.create_task(hears(session, b"still"))
        loop = asyncio.get_running_loop()
        began = loop.time()
        await until(lambda: loop.time() - began > 2 * IDLE)
        await session.write(b"echo st''ill\r")
        await hearing
        await session.close()


async def test_without_pings_it_would_be_cut() -> None:
    async with behind_proxy() as (proxy, client):
        session = await idle_shell(client, SELDOM)
        async with asyncio.timeout(20):
            while not isinstance(event := await session.receive(), Ended):
                pass
        assert event.ending.kind is EndingKind.DROPPED
        assert proxy.cuts
        await session.close()
