"""A terminal in a container that remembers what it was told, whichever way leads there."""

import asyncio

from podboard.kube.exec import ExecSession
from podboard.ssh.session import SshSession
from podboard.wire.exec_channel import Ended, Stderr, Stdout


class Terminal:
    """A session with what it has said so far."""

    def __init__(self, session: ExecSession | SshSession) -> None:
        self.session = session
        self.out = bytearray()
        self.err = bytearray()
        self.end: Ended | None = None

    async def until(self, text: str) -> None:
        """Read on until a text has come."""
        async with asyncio.timeout(15):
            while text.encode() not in self.out:
                await self._read()
                assert self.end is None, (self.out, self.end)

    async def to_the_end(self) -> Ended:
        """Read all there is."""
        async with asyncio.timeout(30):
            while self.end is None:
                await self._read()
        return self.end

    async def _read(self) -> None:
        event = await self.session.receive()
        match event:
            case Stdout(data):
                self.out += data
            case Stderr(data):
                self.err += data
            case Ended():
                self.end = event

    async def type(self, line: str) -> None:
        """Type a line."""
        await self.session.write(line.encode() + b"\r")
