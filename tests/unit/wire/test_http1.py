"""Requests as bytes, and answers from bytes that come in any pieces."""

import gzip
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.wire.http1 import Answer, AnswerReader, HttpError, request

LIMIT, REFUSAL = 100_000, 1_000

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nhel\r\n2;name=value\r\nlo\r\n0\r\nTrailer: yes\r\n\r\n"
)
UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\n\r\nhello"
OLD = b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"
INFORMED = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + LENGTH


def read(*pieces: bytes, ends: bool = False) -> AnswerReader:
    reader = AnswerReader(LIMIT, REFUSAL)
    for piece in pieces:
        reader.feed(piece)
    if ends:
        reader.end()
    return reader


def answer(*pieces: bytes, ends: bool = False) -> Answer:
    found = read(*pieces, ends=ends).answer
    assert found is not None
    return found


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    at = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(at)]


STAYS = {LENGTH: True, CHUNKED: True, UNTIL_CLOSED: False, OLD: False, CLOSING: False, INFORMED: True}


@pytest.mark.parametrize("said", STAYS)
@given(places=st.lists(st.integers(0, 10_000), max_size=8))
def test_an_answer_in_any_pieces(said: bytes, places: list[int]) -> None:
    found = answer(*cut(said, places), ends=True)
    assert (found.status, found.body, found.is_whole, found.stays) == (200, b"hello", True, STAYS[said])


@pytest.mark.parametrize("said", [LENGTH, CHUNKED])
def test_it_is_complete_with_its_last_byte(said: bytes) -> None:
    reader = read(said[:-1])
    assert reader.answer is None
    assert reader.status == 200
    reader.feed(said[-1:])
    assert reader.answer is not None


@pytest.mark.parametrize("said", [LENGTH[:-1], CHUNKED[:-1], LENGTH[:20], b""])
def test_what_ends_too_early_is_no_answer(said: bytes) -> None:
    assert read(said, ends=True).answer is None


def test_names_of_headers_are_small_and_what_stands_twice_is_joined() -> None:
    found = answer(b"HTTP/1.1 204 No\r\nX-One: 1\r\nx-one:\t2  \r\nEmpty:\r\n\r\n")
    assert found.headers == {"x-one": "1, 2", "empty": ""}
    assert found.body == b""


def test_what_comes_behind_an_upgrade_is_left_to_others() -> None:
    reader = read(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x82\x01\x01")
    assert reader.answer == Answer(101, {"upgrade": "websocket"})
    reader.feed(b"\x82")
    assert reader.rest() == b"\x82\x01\x01\x82"


def test_more_than_was_asked_for_ends_the_connection() -> None:
    assert not answer(LENGTH + b"HTTP/1.1").stays


def test_a_packed_body_is_unpacked() -> None:
    body = gzip.compress(b"x" * 50_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert answer(head + body).body == b"x" * 50_000


def test_a_packed_body_that_grows_too_large_is_left_out() -> None:
    body = gzip.compress(b"x" * (LIMIT + 1))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    found = answer(head + body)
    assert (found.body, found.is_whole) == (b"", False)


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("head", [b"Content-Length: 99999999", b"Transfer-Encoding: chunked", b"X: y"])
def test_a_body_that_is_too_large_is_not_waited_for(status: int, head: bytes) -> None:
    size = (LIMIT if status == 200 else REFUSAL) + 1
    chunk = b"%x\r\n" % size if b"chunked" in head else b""
    reader = read(b"HTTP/1.1 %d X\r\n%s\r\n\r\n%s" % (status, head, chunk), b"x" * size)
    assert reader.answer is not None
    assert (reader.answer.status, reader.answer.is_whole, reader.answer.stays) == (status, False, False)
    assert reader.answer.body == b""


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH",
        b"S",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nspace : x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 2000,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000,
    ],
)
def test_what_is_no_http(said: bytes) -> None:
    with pytest.raises(HttpError):
        read(said)


def test_a_request() -> None:
    written = request("POST", "/api?a=b", "[::1]:6443", [("Impersonate-User", "Jörg")], b"{}")
    assert written.decode().split("\r\n") == [
        "POST /api?a=b HTTP/1.1",
        "Host: [::1]:6443",
        "Impersonate-User: Jörg",
        "Content-Length: 2",
        "",
        "{}",
    ]


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nX: y", "a\0"])
def test_no_value_makes_two_headers(value: str) -> None:
    with pytest.raises(HttpError):
        request("GET", "/", "host", [("Impersonate-User", value)])
