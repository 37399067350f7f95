"""The client's side of HTTP/1.1, without a socket: a request to bytes, bytes to its answer.

For answers that are read whole, and for those that end HTTP on their connection (101). Source: RFC 9112.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

SWITCHING: Final = 101

_HEAD_LIMIT: Final = 64 * 1024
_LINE_LIMIT: Final = 1024
_WITHOUT_BODY: Final = frozenset((SWITCHING, 204, 304))
_SUCCESS: Final = range(200, 300)
_GZIP: Final = zlib.MAX_WBITS | 16

_STATUS_LINE: Final = re.compile(rb"HTTP/1\.([01]) (\d{3})(?: [^\r\n]*)?")
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*", re.DOTALL)
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?")
_UNFIT: Final = re.compile(r"[\r\n\0]")


class HttpError(Exception):
    """What came is no HTTP."""


class Answer(Struct, frozen=True):
    """An answer, whole.

    Attributes:
        status: The HTTP status.
        headers: By their names in small letters; of several with one name the values are joined.
        body: Without any encoding of the transfer.
        is_whole: Whether the body is there; it is not where it was too large.
        stays: Whether the connection can take another request.
    """

    status: int
    headers: dict[str, str]
    body: bytes = b""
    is_whole: bool = True
    stays: bool = False


def request(
    method: str, target: str, host: str, headers: Iterable[tuple[str, str]], body: bytes | None = None
) -> bytes:
    """Write a request.

    Args:
        method: Like ``GET``.
        target: Path and query, escaped.
        host: Name and port, as in the URL.
        headers: Names and values.
        body: Its length is told; None for none.

    Raises:
        HttpError: A line break would make two headers of one.
    """
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    if any(map(_UNFIT.search, lines)):
        raise HttpError("a header cannot hold line breaks")
    return "\r\n".join((*lines, "", "")).encode() + (body or b"")


class AnswerReader:
    """Turns a connection's bytes into one answer, however they are split.

    Args:
        limit: Bytes of the body of a success.
        refusal_limit: Bytes of the body of anything else.

    Attributes:
        answer: The answer; None until it is complete.
        status: As soon as its head is here, else 0.
    """

    def __init__(self, limit: int, refusal_limit: int) -> None:
        self.answer: Answer | None = None
        self.status = 0
        self._limit, self._refusal_limit = limit, refusal_limit
        self._buffer = bytearray()
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._stays = False
        self._wanted = 0
        """Bytes of the body, or of the chunk, yet to come."""
        self._next = self._read_to_the_end

    def feed(self, data: bytes) -> None:
        """Take bytes.

        Raises:
            HttpError: They are no HTTP.
        """
        self._buffer += data
        if not self.status and not self._read_head():
            return
        if self.answer is None:
            self._read_body()

    def end(self) -> None:
        """Take note that the connection has ended: for some answers that is how they do."""
        if self.answer is None and self.status and self._next == self._read_to_the_end:
            self._complete()

    def without_body(self) -> Answer:
        """Return the answer as far as its head says it."""
        return Answer(self.status, self._headers)

    def rest(self) -> bytes:
        """Return what came behind the answer, for whoever speaks another protocol from there on."""
        return bytes(self._buffer)

    def _read_head(self) -> bool:
        """Read head after head until there is one of an answer."""
        while not self.status:
            if self._buffer and not b"HTTP/1.".startswith(bytes(self._buffer[:7])):
                raise HttpError("no HTTP")
            end = self._buffer.find(b"\r\n\r\n")
            if end > _HEAD_LIMIT or (end < 0 and len(self._buffer) > _HEAD_LIMIT):
                raise HttpError("headers without end")
            if end < 0:
                return False
            lines = bytes(self._buffer[:end]).split(b"\r\n")
            del self._buffer[: end + 4]
            first = _STATUS_LINE.fullmatch(lines[0])
            if first is None:
                raise HttpError("no status line")
            status = int(first[2])
            if status == SWITCHING or status >= _SUCCESS.start:
                self._understand(status, is_old=first[1] == b"0", headers=_fields(lines[1:]))
        return True

    def _understand(self, status: int, *, is_old: bool, headers: dict[str, str]) -> None:
        self.status, self._headers = status, headers
        connection = headers.get("connection", "").lower()
        self._stays = "close" not in connection and (not is_old or "keep-alive" in connection)
        coding = headers.get("transfer-encoding", "").lower()
        length = headers.get("content-length")
        if status in _WITHOUT_BODY:
            self._complete()
        elif coding:
            if coding != "chunked":
                raise HttpError("an unknown coding of the transfer")
            self._next = self._read_size
        elif length is not None:
            if not (length.isascii() and length.isdigit()):
                raise HttpError("a length that is no number")
            self._wanted = int(length)
            self._next = self._read_all
        else:
            self._stays = False

    def _read_body(self) -> None:
        while self.answer is None and self._next():
            pass
        limit = self._limit if self.status in _SUCCESS else self._refusal_limit
        if self.answer is None and len(self._body) + self._wanted > limit:
            self._stays = False
            self.answer = Answer(self.status, self._headers, is_whole=False)

    def _read_to_the_end(self) -> bool:
        """Read what only the end of the connection ends."""
        self._take(len(self._buffer))
        return False

    def _read_all(self) -> bool:
        if self._read_wanted():
            self._complete()
        return False

    def _read_wanted(self) -> bool:
        self._wanted -= self._take(min(self._wanted, len(self._buffer)))
        return not self._wanted

    def _read_size(self) -> bool:
        line = self._line()
        if line is None:
            return False
        size = _CHUNK.fullmatch(line)
        if size is None:
            raise HttpError("a chunk without a size")
        self._wanted = int(size[1], 16)
        self._next = self._read_chunk if self._wanted else self._read_trailer
        return True

    def _read_chunk(self) -> bool:
        if not self._read_wanted():
            return False
        self._next = self._read_chunk_end
        return True

    def _read_chunk_end(self) -> bool:
        line = self._line()
        if line is None:
            return False
        if line:
            raise HttpError("a chunk that does not end")
        self._next = self._read_size
        return True

    def _read_trailer(self) -> bool:
        line = self._line()
        if line == b"":
            self._complete()
        return bool(line)

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\r\n", 0, _LINE_LIMIT)
        if end < 0:
            if len(self._buffer) >= _LINE_LIMIT:
                raise HttpError("a line without end")
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def _take(self, count: int) -> int:
        self._body += memoryview(self._buffer)[:count]
        del self._buffer[:count]
        return count

    def _complete(self) -> None:
        body = bytes(self._body)
        is_whole = True
        if self._headers.get("content-encoding", "").lower() == "gzip" and body:
            body, is_whole = self._unpacked(body)
        stays = self._stays and not self._buffer
        self.answer = Answer(self.status, self._headers, body, is_whole, stays)

    def _unpacked(self, body: bytes) -> tuple[bytes, bool]:
        limit = self._limit if self.status in _SUCCESS else self._refusal_limit
        unpacker = zlib.decompressobj(_GZIP)
        try:
            unpacked = unpacker.decompress(body, limit)
        except zlib.error:
            raise HttpError("a body that cannot be unpacked") from None
        return (unpacked, True) if unpacker.eof else (b"", False)


def _fields(lines: Iterable[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None:
            raise HttpError("a header that is none")
        name, value = field[1].decode().lower(), field[2].decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
