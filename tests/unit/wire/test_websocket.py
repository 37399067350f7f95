"""Frames to bytes, and messages from bytes that come in any pieces."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.demo.websocket import Message as Heard
from podboard.demo.websocket import MessageReader as Server
from podboard.demo.websocket import Opcode, accept
from podboard.demo.websocket import frame as served
from podboard.wire.websocket import (
    BINARY,
    MESSAGE_LIMIT,
    PING,
    Broken,
    Closed,
    Message,
    MessageReader,
    Ping,
    Pong,
    frame,
    is_accepted,
    new_key,
    upgrade_headers,
)

SIZES = (0, 1, 2, 125, 126, 127, 16_383, 16_384, 65_535, 65_536, 400_000)


def read(reader: MessageReader, data: bytes, pieces: Sequence[int] = ()) -> list[Message]:
    """Give a reader bytes in pieces of these sizes, and then in as large ones as it takes."""
    found: list[Message] = []
    sizes = iter(pieces)
    while data:
        room = reader.room()
        assert room.nbytes > 0
        count = min(next(sizes, len(data)), room.nbytes, len(data))
        room[:count] = data[:count]
        found += reader.take(count)
        data = data[count:]
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("opcode", [Opcode.BINARY, Opcode.TEXT])
def test_a_message(size: int, opcode: Opcode) -> None:
    payload = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert read(MessageReader(), served(opcode, payload)) == [payload]


@given(
    sizes=st.lists(st.sampled_from(SIZES[:-1]), max_size=8),
    pieces=st.lists(st.integers(1, 40_000), max_size=30),
)
def test_messages_in_any_pieces(sizes: list[int], pieces: list[int]) -> None:
    said: list[Message] = [bytes([number]) * size for number, size in enumerate(sizes)]
    stream = b"".join(served(Opcode.BINARY, bytes([number]) * size) for number, size in enumerate(sizes))
    assert read(MessageReader(), stream, pieces) == said


def test_byte_by_byte() -> None:
    stream = served(Opcode.BINARY, b"x" * 300) + served(Opcode.PING, b"?") + served(Opcode.BINARY, b"y")
    assert read(MessageReader(), stream, [1] * len(stream)) == [b"x" * 300, Ping(b"?"), b"y"]


def test_what_a_flood_needs_is_held_and_no_more() -> None:
    reader = MessageReader()
    stream = served(Opcode.BINARY, b"x" * 32_768) * 64
    assert read(reader, stream) == [b"x" * 32_768] * 64
    assert 256 * 1024 <= reader.room().nbytes <= 512 * 1024


def test_fragments_become_one_message_with_others_between_them() -> None:
    stream = b"\x02\x02ab" + b"\x89\x01?" + b"\x00\x01c" + b"\x80\x01d" + b"\x82\x01e"
    assert read(MessageReader(), stream) == [Ping(b"?"), b"abcd", b"e"]


@pytest.mark.parametrize(
    ("bytes_", "message"),
    [
        (b"\x89\x00", Ping(b"")),
        (b"\x8a\x0212", Pong(b"12")),
        (b"\x88\x00", Closed(1005, "")),
        (b"\x88\x02\x03\xe8", Closed(1000, "")),
        (b"\x88\x05\x03\xe9bye", Closed(1001, "bye")),
        (b"\x88\x03\x03\xe9\xff", Closed(1001, "\ufffd")),
    ],
)
def test_control_messages(bytes_: bytes, message: Message) -> None:
    assert read(MessageReader(), bytes_) == [message]


@pytest.mark.parametrize(
    "bytes_",
    [
        b"\x82\x81",  # masked
        b"\xc2\x01a",  # compressed
        b"\x83\x01a",  # a kind that there is not
        b"\x8b\x01a",
        b"\x09\x01a",  # a ping in pieces
        b"\x89\x7e\x00\x7e" + bytes(126),  # and a large one
        b"\x80\x01a",  # the end of nothing
        b"\x02\x01a\x82\x01b",  # a message within another
        b"\x82\x7f" + (MESSAGE_LIMIT + 1).to_bytes(8, "big"),
    ],
)
def test_what_breaks_the_protocol_is_told_once(bytes_: bytes) -> None:
    reader = MessageReader()
    hello, told = read(reader, b"\x82\x05hello" + bytes_)
    assert hello == b"hello"
    assert isinstance(told, Broken)
    assert read(reader, b"\x82\x05hello") == []


def test_a_message_in_too_many_fragments_breaks_the_protocol() -> None:
    reader = MessageReader()
    piece = b"\x00\x7f" + (1 << 20).to_bytes(8, "big") + bytes(1 << 20)
    found = read(reader, b"\x02\x00" + piece * (MESSAGE_LIMIT >> 20))
    assert found == []
    [told] = read(reader, b"\x00\x01a")
    assert isinstance(told, Broken)


@pytest.mark.parametrize("size", SIZES)
def test_a_server_understands_what_is_written(size: int) -> None:
    payload = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert Server().feed(b"".join(frame(BINARY, payload))) == [Heard(Opcode.BINARY, payload)]


def test_each_frame_has_a_mask_of_its_own() -> None:
    assert len({frame(PING, b"hello") for _ in range(20)}) == 20


def test_an_upgrade_is_accepted_by_its_key() -> None:
    key = new_key()
    assert key != new_key()
    assert dict(upgrade_headers(key, ("one", "two")))["Sec-WebSocket-Protocol"] == "one,two"
    agreed = {"upgrade": "WebSocket", "connection": "Upgrade", "sec-websocket-accept": accept(key)}
    assert is_accepted(key, agreed)
    assert is_accepted(key, {**agreed, "connection": "keep-alive, upgrade"})
    for name in agreed:
        assert not is_accepted(key, {**agreed, name: "other"})
        assert not is_accepted(key, {other: agreed[other] for other in agreed if other != name})
