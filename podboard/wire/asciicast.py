"""asciicast, asciinema's format of recordings: version 3 is written, versions 2 and 3 are read.

Lines of JSON: a header, then events ``[time, code, data]``. Times are seconds; in version 3 since the event
before, in version 2 since the beginning. Source: https://docs.asciinema.org/manual/asciicast/v3/ and ``v2``.
"""

from __future__ import annotations

import codecs
import math
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from podboard.errors import RecordingError
from podboard.model.size import Size
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

TERMINAL_TYPE: Final = "xterm-256color"

LONGEST_LINE: Final = 16 << 20
"""Bytes of the longest line that is read."""

LONGEST: Final = 10 * 365 * 86400.0
"""Seconds of the longest recording that is read."""

LARGEST: Final = Size(2000, 1000)
"""The largest screen that is read."""

_MICRO: Final = 1_000_000
_SIZE: Final = re.compile(r"([0-9]{1,4})x([0-9]{1,4})")
_V2: Final = 2
_V3: Final = 3


class Code(StrEnum):
    """What an event is."""

    OUTPUT = "o"
    INPUT = "i"
    RESIZE = "r"
    MARKER = "m"
    EXIT = "x"


class Event(NamedTuple):
    """Something that happened.

    Attributes:
        at: Seconds since the beginning.
        code: As ``Code`` has them, or another that a later writer may know.
    """

    at: float
    code: str
    data: str


class Encoder:
    """Writes the lines of one recording.

    Args:
        size: Of the screen at the beginning.
        timestamp: The beginning in seconds since 1970.
        started: The same on the clock that the times of events are of, in seconds.
        title: What was recorded.
    """

    def __init__(self, size: Size, timestamp: float, started: float, title: str) -> None:
        self._header = {
            "version": _V3,
            "term": {"cols": size.columns, "rows": size.rows, "type": TERMINAL_TYPE},
            "timestamp": int(timestamp),
            "title": title,
        }
        self._started = started
        # Microseconds written so far: rounding must not add up.
        self._written = 0
        self._texts = {code: _decoder() for code in (Code.OUTPUT, Code.INPUT)}

    def header(self) -> bytes:
        """Return the first line."""
        return msgspec.json.encode(self._header) + b"\n"

    def event(self, at: float, code: Code, data: bytes) -> bytes:
        """Return the line of an event; none for the first bytes of a character, and with an exit their line.

        Args:
            at: On the clock of ``started``; never before the last one.
            data: Output and input as they came, split anywhere; other data is text in UTF-8.
        """
        decoder = self._texts.get(code)
        if decoder is None:
            rest = self.rest(at) if code is Code.EXIT else b""
            return rest + self._line(at, code, data.decode())
        text = decoder.decode(data)
        return self._line(at, code, text) if text else b""

    def rest(self, at: float) -> bytes:
        """Return the lines of what came of characters that never became whole."""
        return b"".join(
            self._line(at, code, text)
            for code, decoder in self._texts.items()
            if (text := decoder.decode(b"", final=True))
        )

    def _line(self, at: float, code: Code, text: str) -> bytes:
        now = max(round((at - self._started) * _MICRO), self._written)
        interval, self._written = now - self._written, now
        return msgspec.json.encode((interval / _MICRO, code, text)) + b"\n"


def _decoder() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8")("replace")


class Cast(NamedTuple):
    """A recording.

    Attributes:
        size: Of the screen at the beginning.
        timestamp: The beginning in seconds since 1970; None where it is not known.
        idle_limit: Seconds after which a pause need not be longer; None where it may.
        is_cut_off: It ends in the middle of a line: what wrote it did not come to its end.
    """

    size: Size
    title: str
    timestamp: float | None
    idle_limit: float | None
    events: list[Event]
    is_cut_off: bool

    @property
    def duration(self) -> float:
        """Seconds from the beginning to the last event."""
        return self.events[-1].at if self.events else 0.0


class _Version(msgspec.Struct):
    version: int


class _More(msgspec.Struct):
    title: str | None = None
    timestamp: float | None = None
    idle_time_limit: float | None = None


class _HeaderV2(_More, kw_only=True):
    width: int
    height: int

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)


class _Term(msgspec.Struct):
    cols: int
    rows: int


class _HeaderV3(_More, kw_only=True):
    term: _Term

    @property
    def size(self) -> Size:
        return Size(self.term.cols, self.term.rows)


_HEADERS: Final[dict[int, type[_HeaderV2 | _HeaderV3]]] = {_V2: _HeaderV2, _V3: _HeaderV3}
_read_event = msgspec.json.Decoder(tuple[float, str, str]).decode


def read_cast(lines: Iterable[bytes], name: str) -> Cast:
    """Read a recording that anybody may have written.

    Args:
        lines: Each with its line's end.
        name: The file's, for errors.

    Raises:
        RecordingError: It is none, or a line of it is not as it should be; names the line.
    """
    where = one_line(name)
    numbered = iter(enumerate(lines, 1))
    _, first = next(numbered, (1, b""))
    version, header = _read_header(first, where)
    events: list[Event] = []
    at, is_cut_off = 0.0, False
    for number, line in numbered:
        if len(line) > LONGEST_LINE:
            raise _bad(where, number, f"it is longer than {LONGEST_LINE >> 20} MiB")
        if line.isspace() or line.startswith(b"#"):
            continue
        try:
            time, code, data = _read_event(line)
            at = max(at, _checked(time) + (0.0 if version == _V2 else at))
            if code == Code.RESIZE:
                read_size(data)
        except (ValueError, RecursionError) as error:
            if not line.endswith(b"\n"):
                is_cut_off = True
                break
            raise _bad(where, number, _in_words(error)) from error
        if not 0 <= at <= LONGEST:
            raise _bad(where, number, "its time is beyond all measure")
        events.append(Event(at, code, data))
    return Cast(header.size, header.title or "", header.timestamp, header.idle_time_limit, events, is_cut_off)


def read_size(text: str) -> Size:
    """Read ``90x30``; raises ValueError where that is no size of a screen."""
    if (found := _SIZE.fullmatch(text)) is None:
        msg = "its size is none like 80x24"
        raise ValueError(msg)
    return _checked_size(Size(int(found[1]), int(found[2])))


def _read_header(line: bytes, where: str) -> tuple[int, _HeaderV2 | _HeaderV3]:
    try:
        version = msgspec.json.decode(line, type=_Version).version
    except (ValueError, RecursionError) as error:
        raise RecordingError(
            f"{where} is no recording: its first line is no header of asciicast",
            "podboard replay plays asciicast versions 2 and 3",
        ) from error
    if version not in _HEADERS:
        raise RecordingError(
            f"{where} is of asciicast version {version}", "podboard replay plays versions 2 and 3"
        )
    try:
        header = msgspec.json.decode(line, type=_HEADERS[version])
        _checked_size(header.size)
        if header.idle_time_limit is not None:
            _checked(header.idle_time_limit)
    except (ValueError, RecursionError) as error:
        raise _bad(where, 1, _in_words(error)) from error
    return version, header


def _checked(seconds: float) -> float:
    if not (math.isfinite(seconds) and seconds >= 0):
        msg = "its time is none"
        raise ValueError(msg)
    return seconds


def _checked_size(size: Size) -> Size:
    if not (1 <= size.columns <= LARGEST.columns and 1 <= size.rows <= LARGEST.rows):
        most = f"{LARGEST.columns}x{LARGEST.rows}"
        msg = f"its screen of {size.columns}x{size.rows} is not between 1x1 and {most}"
        raise ValueError(msg)
    return size


def _in_words(error: Exception) -> str:
    if isinstance(error, msgspec.ValidationError):
        return one_line(str(error))
    is_no_json = isinstance(error, msgspec.DecodeError | UnicodeError | RecursionError)
    return "it is no JSON" if is_no_json else str(error)


def _bad(where: str, line: int, why: str) -> RecordingError:
    return RecordingError(f"line {line} of {where} is bad: {why}")
