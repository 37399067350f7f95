from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.demo.http_request import (
    BODY_LIMIT,
    HEAD_LIMIT,
    MalformedRequestError,
    Request,
    read_request,
)
from podboard.demo.status import StatusError

TWO = (
    b"POST /api/v1/pods?watch=1&name=a%20b&name=c&empty= HTTP/1.1\r\n"
    b"Host: localhost:1\r\nContent-Length: 5\r\n"
    b"X-Twice: one\r\nx-twice:  two \r\n\r\nhello"
    b"GET /a%2Fb/c HTTP/1.1\r\nConnection: close\r\n\r\n"
)
CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\n\r\nrest"


def read_all(pieces: list[bytes]) -> list[Request]:
    buffer, requests = bytearray(), []
    for piece in pieces:
        buffer += piece
        while (found := read_request(buffer)) is not None:
            requests.append(found[0])
            del buffer[: found[1]]
    return requests


@given(st.lists(st.integers(0, len(TWO)), max_size=8))
def test_requests_are_read_however_they_are_split(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(TWO)]
    first, second = read_all([TWO[start:end] for start, end in pairwise(edges)])
    assert (first.method, first.path, first.body, first.keep_alive) == (
        "POST",
        "/api/v1/pods",
        b"hello",
        True,
    )
    assert first.query == {"watch": ["1"], "name": ["a b", "c"], "empty": [""]}
    assert first.headers["x-twice"] == "one, two"
    assert (second.segments, second.keep_alive) == (["a/b", "c"], False)


@given(st.integers(1, len(CHUNKED) - 5))
def test_a_body_in_chunks(cut: int) -> None:
    (request,) = read_all([CHUNKED[:cut], CHUNKED[cut:-4]])
    assert request.body == b"hello"
    found = read_request(CHUNKED)
    assert found is not None
    assert CHUNKED[found[1] :] == b"rest"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"get / HTTP/1.1\r\n\r\n", 400),
        (b"GET  / HTTP/1.1\r\n\r\n", 400),
        (b"GET /\x01 HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nspace : x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n folded: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na: b\x00c\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 80, 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n", 413),
        (b"GET / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (BODY_LIMIT + 1), 413),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * HEAD_LIMIT, 431),
    ],
)
def test_what_is_no_request(text: bytes, code: int) -> None:
    with pytest.raises(MalformedRequestError) as caught:
        read_request(text)
    assert caught.value.code == code


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_none(data: bytes) -> None:
    try:
        found = read_request(data)
    except MalformedRequestError:
        return
    assert found is None or isinstance(found[0], Request)


def request(query: dict[str, list[str]], **headers: str) -> Request:
    return Request("GET", "/", query, headers, b"", keep_alive=True)


def test_parameters() -> None:
    asked = request({"yes": ["true"], "one": ["1"], "no": ["false"], "n": ["42"], "x": ["maybe"]})
    assert [asked.flag(name) for name in ("yes", "one", "no", "missing")] == [True, True, False, False]
    assert (asked.number("n"), asked.number("missing"), asked.parameter("missing")) == (42, None, "")
    for read in (lambda: asked.flag("x"), lambda: asked.number("x")):
        with pytest.raises(StatusError) as caught:
            read()
        assert caught.value.code == 400


def test_who_changes_something() -> None:
    assert request({}, **{"user-agent": "kubectl/v1.37.1 (linux)"}).manager == "kubectl"
    assert request({"fieldManager": ["me"]}, **{"user-agent": "kubectl"}).manager == "me"
    assert request({}).manager == "unknown"


def test_a_body_that_is_no_json_is_refused() -> None:
    with pytest.raises(StatusError) as caught:
        request({}, **{"content-type": "application/yaml"}).json()
    assert caught.value.code == 415
    with pytest.raises(StatusError) as caught:
        request({}).json()
    assert caught.value.code == 400
