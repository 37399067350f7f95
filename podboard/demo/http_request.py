"""HTTP/1.1 requests, read from bytes: no socket, no loop.

The embedded cluster reads and writes HTTP itself. Its clients use aiohttp, and a server on the same
library would share, and so hide, that library's mistakes; moreover the cluster has to end connections
in ways a well-behaved library does not offer (in the middle of a frame, without a goodbye).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, unquote

from podboard.demo.gojson import decode_object
from podboard.demo.status import bad_request, unsupported_media_type

if TYPE_CHECKING:
    from podboard.demo.gojson import Object

HEAD_LIMIT: Final = 64 * 1024
"""Bytes of request line and headers, at most."""

BODY_LIMIT: Final = 3 * 1024 * 1024
"""Bytes of a request's body, at most: the API server's own limit."""

JSON: Final = "application/json"

_REQUEST_LINE: Final = re.compile(rb"([A-Z]{1,16}) ([!-~]+) HTTP/1\.([01])\Z")
_HEADER: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*\Z")
_TRUE: Final = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE: Final = frozenset({"", "0", "f", "F", "false", "FALSE", "False"})


class MalformedRequestError(Exception):
    """Bytes that are no request this server reads; the connection cannot go on.

    Args:
        code: The HTTP status to answer with.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"malformed request ({code})")
        self.code = code


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        path: The target's path as sent, still percent-encoded.
        query: The target's parameters, decoded, in the order they came.
        headers: Names in lower case; repeated ones joined by a comma.
        keep_alive: Whether the connection may serve another request afterwards.
    """

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    keep_alive: bool

    @property
    def segments(self) -> list[str]:
        """Return the path's parts, decoded."""
        return [unquote(part) for part in self.path.split("/") if part]

    @property
    def manager(self) -> str:
        """Return by what name the caller's changes are recorded."""
        named = self.parameter("fieldManager")
        return named or self.headers.get("user-agent", "unknown").partition("/")[0]

    def json(self) -> Object:
        """Return the body, a JSON object.

        Raises:
            StatusError: It is something else.
        """
        media_type = self.headers.get("content-type", JSON).partition(";")[0].strip()
        if not media_type.endswith("json"):
            raise unsupported_media_type(JSON)
        try:
            return decode_object(self.body)
        except ValueError:
            raise bad_request("the object provided is unrecognized: it is not a JSON object") from None

    def parameter(self, name: str) -> str:
        """Return the first value of a parameter, empty where it is missing."""
        return self.query.get(name, [""])[0]

    def flag(self, name: str) -> bool:
        """Return a boolean parameter.

        Raises:
            StatusError: It is neither true nor false.
        """
        text = self.parameter(name)
        if text not in _TRUE | _FALSE:
            raise bad_request(f"invalid value for {name}: must be true or false")
        return text in _TRUE

    def number(self, name: str) -> int | None:
        """Return a parameter that is a whole number, None where it is missing.

        Raises:
            StatusError: It is not a whole number of at most 18 digits.
        """
        text = self.parameter(name)
        if not text:
            return None
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise bad_request(f"invalid value for {name}: must be a whole number")
        return int(text)


def read_request(buffer: bytes | bytearray) -> tuple[Request, int] | None:
    """Read the request at the buffer's start.

    Returns:
        The request and how many bytes it took; None if the buffer does not hold all of it yet.

    Raises:
        MalformedRequestError: No more bytes could make a request of it.
    """
    end = buffer.find(b"\r\n\r\n", 0, HEAD_LIMIT)
    if end < 0:
        if len(buffer) >= HEAD_LIMIT:
            raise MalformedRequestError(431)
        return None
    lines = bytes(buffer[:end]).split(b"\r\n")
    line = _REQUEST_LINE.match(lines[0])
    if line is None:
        raise MalformedRequestError(400)
    headers = _headers(lines[1:])
    sized = _body(buffer, end + 4, headers)
    if sized is None:
        return None
    body, taken = sized
    path, _, query = line[2].decode().partition("?")
    connection = {token.strip().lower() for token in headers.get("connection", "").split(",")}
    request = Request(
        method=line[1].decode(),
        path=path,
        query=parse_qs(query, keep_blank_values=True),
        headers=headers,
        body=body,
        keep_alive=line[3] == b"1" and "close" not in connection,
    )
    return request, taken


def _headers(lines: list[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        header = _HEADER.match(line)
        if header is None:
            raise MalformedRequestError(400)
        name, value = header[1].decode().lower(), header[2].decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _body(buffer: bytes | bytearray, start: int, headers: dict[str, str]) -> tuple[bytes, int] | None:
    """Return the body and where it ends in the buffer, None if it is not all there."""
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked" or length is not None:
            raise MalformedRequestError(400)
        return _chunked(buffer, start)
    if length is None:
        return b"", start
    if not re.fullmatch(r"[0-9]{1,15}", length):
        raise MalformedRequestError(400)
    size = int(length)
    if size > BODY_LIMIT:
        raise MalformedRequestError(413)
    end = start + size
    return (bytes(buffer[start:end]), end) if len(buffer) >= end else None


def _chunked(buffer: bytes | bytearray, start: int) -> tuple[bytes, int] | None:
    body = bytearray()
    while True:
        line_end = buffer.find(b"\r\n", start, start + 64)
        if line_end < 0:
            if len(buffer) >= start + 64:
                raise MalformedRequestError(400)
            return None
        size_text = bytes(buffer[start:line_end]).partition(b";")[0]
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size_text):
            raise MalformedRequestError(400)
        size = int(size_text, 16)
        if len(body) + size > BODY_LIMIT:
            raise MalformedRequestError(413)
        chunk, end = line_end + 2, line_end + 2 + size
        if len(buffer) < end + 2:
            return None
        if buffer[end : end + 2] != b"\r\n":
            raise MalformedRequestError(400)  # a wrong size, or trailers: no Kubernetes client sends any
        body += buffer[chunk:end]
        start = end + 2
        if size == 0:
            return bytes(body), start
