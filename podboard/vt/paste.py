"""Pasted text as it goes to the program, and what a person should know of it before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

START: Final = b"\x1b[200~"
END: Final = b"\x1b[201~"

PIECE: Final = 32 * 1024
"""Bytes of a piece at most, as many as a message of input holds."""

# Tab and line ends are text; any other control character would act as a key in disguise,
# and an END inside the text would let the rest of it be typed. Half a surrogate pair is no
# character and cannot be sent.
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LONGEST: Final = 4
"""Bytes of a character at most."""

# The same in UTF-8, counted at a hundred times the speed.
_FIT_BYTES: Final = bytes({*b"\t\n\r", *range(0x20, 0x100)} - {0x7F})
_UNFIT_PAIRS: Final = re.compile(b"\xc2[\x80-\x9f]")


class Glance(NamedTuple):
    """What a person should know of a text before it is pasted.

    Attributes:
        lines: How many lines it has; a line end at its end begins no other.
        size: Its bytes, encoded.
        controls: How many of its characters are left out: control characters.
        breaks: Whether it has a line end.
        ends_line: Whether it ends with a line end, which a shell takes for the enter key.
        has_end: Whether it holds the sequence that ends a marked paste, to have its rest taken for typed.
    """

    lines: int
    size: int
    controls: int
    breaks: bool
    ends_line: bool
    has_end: bool


def glance(text: str) -> Glance:
    """Look at a text; takes some 2 ms for a megabyte."""
    data = text.encode("utf-8", "replace")
    ends = text.count("\n") + text.count("\r") - text.count("\r\n")
    ends_line = text.endswith(("\n", "\r"))
    controls = len(data.translate(None, _FIT_BYTES)) + len(_UNFIT_PAIRS.findall(data))
    has_end = END.decode() in text or "\x9b201~" in text
    return Glance(ends + (not ends_line), len(data), controls, ends > 0, ends_line, has_end)


def encode_paste(text: str, *, bracketed: bool) -> bytes:
    """What to send for pasted ``text``.

    Args:
        bracketed: Whether the program asked for pastes to be marked (mode 2004). A program that
            did gets the lines as they are; one that did not gets each line end as the enter key.
    """
    return b"".join(encode_pieces(text, bracketed=bracketed))


def encode_pieces(text: str, *, bracketed: bool) -> Iterator[bytes]:
    """The same in pieces of ``PIECE`` bytes at most, each made when it is asked for; no character is cut.

    The first and the last are nothing but the marks, where the paste is marked.
    """
    if bracketed:
        yield START
    step = PIECE if text.isascii() else PIECE // _LONGEST
    was_return = False
    for start in range(0, len(text), step):
        piece = _UNFIT.sub("", text[start : start + step])
        if piece and not bracketed:
            ends_with_return = piece.endswith("\r")
            if was_return:
                piece = piece.removeprefix("\n")  # the two are one line end
            was_return = ends_with_return
            piece = piece.replace("\r\n", "\r").replace("\n", "\r")
        if piece:
            yield piece.encode()
    if bracketed:
        yield END


def joined(text: str) -> str:
    """The text as one line: its lines, and what indents them, with a blank between."""
    return " ".join(filter(None, (line.strip() for line in re.split(r"[\r\n]+", text))))
