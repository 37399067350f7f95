"""What holds of a screen whatever a program printed, and output made to break it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from tests.differential.probes import PROBES
from tests.differential.sessions import SIZES, session

if TYPE_CHECKING:
    import random

    from podboard.vt.screen import Screen

_REPLY: Final = re.compile(
    rb"(?:"
    rb"\x1b\[[?>]?[\d;]*[cnRtu]"  # attributes, status, cursor, sizes, keyboard
    rb"|\x1b\[\??[\d;]*\$y"  # modes
    rb"|\x1b\](?:4;\d+|1[0-2]);rgb:[\da-f/]+(?:\x07|\x1b\\)"  # colours
    rb"|\x1b\]21(?:;(?:foreground|background|cursor|\d+)=(?:rgb:[\da-f/]+)?)+(?:\x07|\x1b\\)"
    rb"|\x1bP>\|libghostty\x1b\\|\x1bP!\|00000000\x1b\\"  # its name
    rb"|\x1bP1\$r[\d;:]*(?:m|r|s| q)\x1b\\|\x1bP0\$r\x1b\\"  # settings
    rb")*"
)


def sound(screen: Screen) -> None:
    """Check that nothing of a screen can reach the person's terminal, clipboard or keys."""
    screen.update()
    columns, rows = screen.size
    assert len(screen.rows) == rows
    for row in screen.rows:
        assert sum(run.width for run in row) == columns
        assert not any(unicodedata.category(char) == "Cc" for run in row for char in run.text)
        assert all(run.link.isascii() and run.link.isprintable() for run in row)
    assert screen.title.isprintable()
    cursor = screen.cursor
    assert not cursor.visible or (0 <= cursor.column < columns and 0 <= cursor.row < rows)
    replies = screen.take_replies()
    assert _REPLY.fullmatch(replies), replies[:200]


_RECORDED: Final = [*PROBES.values(), *map(session, SIZES)]
_FINALS: Final = b"@ABCDEFGHIJKLMPSTXZ`abcdefghijklmnopqrstuvwxyz{|}~"
_INTRODUCERS: Final = (b"\x1b]", b"\x1bP", b"\x1b_", b"\x1b^", b"\x1bX", b"\x1b[", b"\x1b")
_STRINGS: Final = (
    b"0;", b"2;", b"4;1;?", b"7;", b"8;;https://", b"8;id=a;", b"10;?", b"21;foreground=?", b"22;", b"52;c;",
    b"66;s=2;", b"99;i=1:", b"104", b"133;A", b"1337;File=", b"5522;type=read:id=", b"$q", b"+q",
    b"Ga=T,m=1;",
)  # fmt: skip
_NUMBERS: Final = ("", "0", "1", "2", "5", "38", "40", "48", "99", "2027", "65535", "999999999")
_TEXTS: Final = (
    "a", "日", "👩‍👩‍👧", "e\u0301", "\u0301", "🇩🇪", "\u202e", "\ufe0f", "ก็", "\r\n", "\t", "\U000e0061"
)  # fmt: skip
_ENDS: Final = (b"\x07", b"\x1b\\", b"\x18", b"\x1a", b"", b"\x9c")


def output(chance: random.Random, size: int) -> bytes:
    """About ``size`` bytes: pieces of recordings, mutated, among sequences made up and bytes at random."""
    pieces = []
    length = 0
    while length < size:
        piece = chance.choice(_MAKERS)(chance)
        pieces.append(piece)
        length += len(piece)
    return b"".join(pieces)


def _recorded(chance: random.Random) -> bytes:
    data = chance.choice(_RECORDED)
    start = chance.randrange(len(data))
    piece = bytearray(data[start : start + chance.randrange(1, 2000)])
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(piece))
        match chance.randrange(4):
            case 0:
                piece[at] = chance.randrange(256)
            case 1:
                del piece[at : at + chance.randrange(1, 9)]
            case 2:
                piece[at:at] = chance.randbytes(chance.randrange(9))
            case _:
                piece[at:at] = piece[at : at + chance.randrange(1, 40)] * chance.randrange(1, 20)
        if not piece:
            break
    return bytes(piece)


def _control(chance: random.Random) -> bytes:
    numbers = chance.choices(
        ("", "0", "1", "2", "5", "38", "48", "99", "2027", "65535", "999999999"), k=chance.randrange(6)
    )
    private = chance.choice((b"", b"", b"?", b">", b"<", b"=", b"!"))
    between = chance.choice((b"", b"", b"", b" ", b"$", b"'", b'"', b"*", b"#"))
    final = bytes([chance.choice(_FINALS)])
    return b"\x1b[" + private + chance.choice(";;;:").join(numbers).encode() + between + final


def _string(chance: random.Random) -> bytes:
    filling = chance.choice((b"A", b"rm -rf /\r", b"\n", b"\xe6\x97\xa5", b"\x9b", b"\x00", b";", b"=?"))
    return (
        chance.choice(_INTRODUCERS)
        + chance.choice(_STRINGS)
        + filling * chance.choice((0, 1, 3, 50, 3000))
        + chance.choice(_ENDS)
    )


def _text(chance: random.Random) -> bytes:
    text = chance.choice(
        ("a", "日", "👩‍👩‍👧", "e\u0301", "\u0301", "🇩🇪", "\u202e", "\ufe0f", "ก็", "\r\n", "\t", "\U000e0061")
    )
    return (text * chance.choice((1, 2, 30, 500))).encode()


def _noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(1, 300))


_MAKERS: Final = (_recorded, _recorded, _recorded, _control, _control, _string, _text, _noise)
