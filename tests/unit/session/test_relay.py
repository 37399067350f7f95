"""Streams between a channel and plain descriptors."""

import asyncio
import os
import select
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from podboard.model.ending import dropped, exited
from podboard.model.size import Size
from podboard.session.relay import BATCH, READ, Relay
from podboard.wire.exec_channel import Ended, Event, Stderr, Stdout
from tests.support.waiting import until
from tests.unit.session.fakes import FakeChannel

PIECE = 32 * 1024
SIZE = Size(80, 24)


class Pipe(NamedTuple):
    read: int
    write: int


@contextmanager
def open_pipe() -> Iterator[Pipe]:
    pipe = Pipe(*os.pipe())
    with os.fdopen(pipe.read, "rb", closefd=True), os.fdopen(pipe.write, "wb", closefd=True):
        yield pipe


@pytest.fixture
def out() -> Iterator[Pipe]:
    with open_pipe() as pipe:
        yield pipe


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@asynccontextmanager
async def relaying(
    channel: FakeChannel, *, stdout: int, stderr: int | None = None, stdin: int | None = None
) -> AsyncIterator[tuple[Relay, asyncio.Task[Any]]]:
    relay = Relay(
        channel, stdin=stdin, stdout=stdout, stderr=stdout if stderr is None else stderr, size=lambda: SIZE
    )
    task = asyncio.create_task(relay.run())
    yield relay, task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def is_writable(descriptor: int) -> bool:
    return bool(select.select([], [descriptor], [], 0)[1])


async def read(pipe: int, size: int) -> bytes:
    """Read so many bytes."""
    data = b""
    while len(data) < size:
        data += await asyncio.to_thread(os.read, pipe, size - len(data))
    return data


# -- out ------------------------------------------------------------------------------------


async def test_output_in_its_order_and_then_the_end(channel: FakeChannel, out: Pipe) -> None:
    async with relaying(channel, stdout=out.write) as (_, task):
        channel.say(Stdout(b"1 "), Stderr(b"2 "), Stderr(b"3 "))
        channel.say(Stdout(b"4"), Ended(exited(7)))
        assert await task == exited(7)
        assert os.read(out.read, 100) == b"1 2 3 4"


async def test_errors_go_where_they_should(channel: FakeChannel, out: Pipe) -> None:
    with open_pipe() as err:
        async with relaying(channel, stdout=out.write, stderr=err.write) as (_, task):
            channel.say(Stderr(b"err"), Stdout(b"out"), Ended(exited(0)))
            await task
            assert (os.read(out.read, 100), os.read(err.read, 100)) == (b"out", b"err")


async def test_how_it_ended_is_passed_on(channel: FakeChannel, out: Pipe) -> None:
    ending = dropped("the connection was cut", "try again")
    async with relaying(channel, stdout=out.write) as (_, task):
        channel.say(Ended(ending))
        assert await task is ending


class Eager(FakeChannel):
    """Says that something has come while it is asked, as a channel does that has just understood its end."""

    def receive_nowait(self) -> Event | None:
        if self.waiting:
            self._arrived()
        return super().receive_nowait()


async def test_a_channel_that_speaks_up_while_it_is_asked(out: Pipe) -> None:
    channel = Eager()
    pieces = [bytes([number]) * PIECE for number in range(100)]
    async with relaying(channel, stdout=out.write) as (_, task):
        channel.say(*map(Stdout, pieces), Ended(exited(0)))
        assert await read(out.read, 100 * PIECE) == b"".join(pieces)
        assert await task == exited(0)


@pytest.mark.parametrize("kind", ["pipe", "socket"])
async def test_what_nobody_reads_is_not_taken(kind: str, channel: FakeChannel) -> None:
    if kind == "pipe":
        reading, writing = os.pipe()
    else:
        here, there = socket.socketpair()
        reading, writing = here.detach(), there.detach()
    pieces = [bytes([number % 256]) * PIECE for number in range(400)]
    channel.say(*map(Stdout, pieces), Ended(exited(0)))
    async with relaying(channel, stdout=writing) as (_, task):
        await until(lambda: channel.taken and not is_writable(writing))
        # Another stream's news, and it still is not taken.
        channel.say(Stderr(b"late"))
        for _ in range(100):
            await asyncio.sleep(0)
        assert channel.taken * PIECE <= (1 << 20) + 2 * BATCH
        assert not task.done()
        assert await read(reading, 400 * PIECE) == b"".join(pieces)
        assert await task == exited(0)
    os.close(reading)
    os.close(writing)


async def test_a_stuck_reader_keeps_nobody_from_leaving(channel: FakeChannel) -> None:
    reading, writing = os.pipe()
    channel.say(*[Stdout(bytes(PIECE))] * 400)
    async with relaying(channel, stdout=writing) as (_, task):
        await until(lambda: channel.taken and not is_writable(writing))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    os.close(reading)  # the thread, which still writes, ends with this
    os.close(writing)


@pytest.mark.parametrize("pieces", [1, 400])
async def test_a_reader_that_has_gone(pieces: int, channel: FakeChannel) -> None:
    reading, writing = os.pipe()
    channel.say(*[Stdout(bytes(PIECE))] * pieces)
    if pieces == 1:
        os.close(reading)
    async with relaying(channel, stdout=writing) as (_, task):
        if pieces > 1:
            await until(lambda: channel.taken and not is_writable(writing))
            os.close(reading)
        with pytest.raises(BrokenPipeError):
            await task
    os.close(writing)


async def test_a_file_is_written_from_where_it_stands(channel: FakeChannel, tmp_path: Path) -> None:
    path = tmp_path / "file"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    os.write(descriptor, b"before ")
    async with relaying(channel, stdout=descriptor) as (_, task):
        channel.say(Stdout(b"after"), Ended(exited(0)))
        await task
    os.close(descriptor)
    assert path.read_bytes() == b"before after"


# -- in -------------------------------------------------------------------------------------


async def test_input_and_its_end(channel: FakeChannel, out: Pipe) -> None:
    with open_pipe() as given:
        async with relaying(channel, stdout=out.write, stdin=given.read) as (_, task):
            os.write(given.write, b"first")
            await until(lambda: channel.input == b"first")
            assert not channel.input_has_ended
            os.write(given.write, b" second")
            os.dup2(os.open(os.devnull, os.O_WRONLY), given.write)
            await until(lambda: channel.input_has_ended)
            assert channel.input == b"first second"
            assert not task.done()


async def test_input_from_a_file(channel: FakeChannel, out: Pipe, tmp_path: Path) -> None:
    path = tmp_path / "file"
    data = os.urandom(5 * READ + 1)
    path.write_bytes(data)
    with path.open("rb") as file:
        async with relaying(channel, stdout=out.write, stdin=file.fileno()):
            await until(lambda: channel.input_has_ended)
    assert channel.input == data


async def test_an_endless_file_leaves_others_their_turn(channel: FakeChannel, out: Pipe) -> None:
    zero = os.open("/dev/zero", os.O_RDONLY)
    async with relaying(channel, stdout=out.write, stdin=zero) as (_, task):
        await until(lambda: len(channel.written) > 10)
        channel.say(Ended(exited(0)))
        assert await task == exited(0)
    os.close(zero)


async def test_input_that_nobody_takes_is_not_read(channel: FakeChannel, out: Pipe) -> None:
    channel.open_for_input.clear()
    with open_pipe() as given:
        os.set_blocking(given.write, False)
        async with relaying(channel, stdout=out.write, stdin=given.read):
            offered = 0
            for _ in range(100):
                while is_writable(given.write):
                    offered += os.write(given.write, bytes(4096))
                await asyncio.sleep(0)
            assert offered <= 2 * READ
            assert channel.input == b""
            channel.open_for_input.set()
            await until(lambda: len(channel.input) == offered)


async def test_who_shares_the_input_may_be_faster(channel: FakeChannel, out: Pipe) -> None:
    with open_pipe() as given:
        os.set_blocking(given.read, False)
        async with relaying(channel, stdout=out.write, stdin=given.read):
            os.write(given.write, b"stolen")
            assert os.read(given.read, 100) == b"stolen"
            await asyncio.sleep(0)
            os.write(given.write, b"ours")
            await until(lambda: channel.input == b"ours")
            assert not channel.input_has_ended


async def test_a_terminal_that_is_gone_is_the_end_of_input(channel: FakeChannel, out: Pipe) -> None:
    person, program = os.openpty()
    async with relaying(channel, stdout=out.write, stdin=program):
        os.close(person)
        await until(lambda: channel.input_has_ended)
    os.close(program)


class Mistaken(FakeChannel):
    """Cannot take input."""

    async def write(self, data: bytes) -> None:
        raise ValueError(data)


async def test_a_mistake_in_sending_is_seen(out: Pipe) -> None:
    with open_pipe() as given:
        os.write(given.write, b"x")
        async with relaying(Mistaken(), stdout=out.write, stdin=given.read) as (_, task):
            with pytest.raises(ValueError, match="x"):
                await task


# -- the size -------------------------------------------------------------------------------


async def test_a_new_size_is_told_even_while_no_input_is_taken(channel: FakeChannel, out: Pipe) -> None:
    channel.open_for_input.clear()
    with open_pipe() as given:
        os.write(given.write, b"x")
        async with relaying(channel, stdout=out.write, stdin=given.read) as (relay, _):
            relay.resized()
            await until(lambda: channel.sizes == [SIZE])
            assert channel.input == b""
