import os
import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.demo.websocket import (
    MESSAGE_LIMIT,
    Message,
    MessageReader,
    Opcode,
    ProtocolError,
    accept,
    close_frame,
    frame,
)


def masked(opcode: int, payload: bytes, *, final: bool = True, mask: bytes = b"\x01\x82\x03\x84") -> bytes:
    """A client's frame, masked byte by byte as RFC 6455 says."""
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 65536:
        length = bytes([0x80 | 126]) + struct.pack("!H", size)
    else:
        length = bytes([0x80 | 127]) + struct.pack("!Q", size)
    covered = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return bytes([(0x80 if final else 0) | opcode]) + length + mask + covered


def test_the_key_of_the_standard() -> None:
    assert accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536])
def test_a_frame_says_how_long_it_is(size: int) -> None:
    written = frame(Opcode.BINARY, b"\1", b"x" * (size - 1)) if size else frame(Opcode.BINARY)
    head = {
        0: b"\x82\x00",
        1: b"\x82\x01",
        125: b"\x82\x7d",
        126: b"\x82\x7e\x00\x7e",
        65535: b"\x82\x7e\xff\xff",
    }
    start = head.get(size, b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00")
    assert written.startswith(start)
    assert len(written) == len(start) + size


def test_a_close() -> None:
    assert close_frame(1000) == b"\x88\x02\x03\xe8"


MESSAGES = st.lists(
    st.tuples(st.sampled_from([Opcode.TEXT, Opcode.BINARY]), st.binary(max_size=300), st.integers(1, 4)),
    max_size=6,
)


@given(MESSAGES, st.data())
def test_messages_come_out_however_they_are_cut_and_fragmented(
    messages: list[tuple[Opcode, bytes, int]], data: st.DataObject
) -> None:
    stream, expected = b"", []
    for opcode, payload, parts in messages:
        edges = [
            0,
            *sorted(
                data.draw(st.lists(st.integers(0, len(payload)), min_size=parts - 1, max_size=parts - 1))
            ),
            len(payload),
        ]
        for index in range(parts):
            final = index == parts - 1
            kind = opcode if index == 0 else Opcode.CONTINUATION
            stream += masked(kind, payload[edges[index] : edges[index + 1]], final=final)
            if not final:
                stream += masked(Opcode.PING, b"between")
                expected.append(Message(Opcode.PING, b"between"))
        expected.append(Message(opcode, payload))
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10))), len(stream)]
    reader, seen = MessageReader(), []
    for start, end in pairwise(cuts):
        seen += reader.feed(stream[start:end])
    assert seen == expected


def test_a_large_frame() -> None:
    payload = os.urandom(1 << 20)
    assert MessageReader().feed(masked(Opcode.BINARY, payload)) == [Message(Opcode.BINARY, payload)]


@pytest.mark.parametrize(
    "stream",
    [
        b"\x82\x01x",  # not masked
        b"\xc2\x80\0\0\0\0",  # a reserved bit
        b"\x83\x80\0\0\0\0",  # an opcode nobody knows
        b"\x09\x80\0\0\0\0",  # a fragmented ping
        b"\x89\xfe\x00\x7e",  # a ping too long
        masked(Opcode.CONTINUATION, b"x"),  # of nothing
        masked(Opcode.BINARY, b"x", final=False) + masked(Opcode.BINARY, b"x"),  # a new one within
        b"\x82\xff" + struct.pack("!Q", MESSAGE_LIMIT + 1),
    ],
)
def test_what_breaks_the_protocol(stream: bytes) -> None:
    with pytest.raises(ProtocolError):
        MessageReader().feed(stream)


def test_fragments_are_bounded_together() -> None:
    reader = MessageReader()
    half = masked(Opcode.CONTINUATION, b"\0" * (MESSAGE_LIMIT // 2 + 1), final=False, mask=b"\0\0\0\0")
    reader.feed(bytes([half[0] & 0xF0 | Opcode.BINARY]) + half[1:])
    with pytest.raises(ProtocolError):
        reader.feed(half)


@given(st.binary(max_size=100))
def test_any_bytes_are_messages_or_an_error(data: bytes) -> None:
    try:
        messages = MessageReader().feed(data)
    except ProtocolError:
        return
    assert all(isinstance(message, Message) for message in messages)
