"""A row of the terminal core's cells, turned into runs of text with C-speed operations.

The core hands a row out as 64-bit cells (``podboard.vt.library.CELL_LAYOUT``). Shifting the
whole row right by two bits, as one number, puts every field on a byte boundary::

    byte   0 1 2     3 4        5                      (of each eight)
           codepoint style id   wide:2 protected:1 hyperlink:1 ...

so that slices with a step of eight read a field of all cells at once.
"""

from __future__ import annotations

import re
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.vt.style import DEFAULT, Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CLUSTER: Final = 1
_PALETTE_BACKGROUND: Final = 2
_RGB_BACKGROUND: Final = 3
_WIDTH: Final = 0b11
_WIDE_TAIL: Final = 2
_LINKED: Final = 0b1000

_TAG = bytes(byte & 0b11 for byte in range(256))
_SHAPE = bytes(byte & 0b1011 for byte in range(256))
_HIGH_CODEPOINT = bytes(byte & 0x1F for byte in range(256))
_PRINTABLE = bytes(0x20 if byte < 0x20 or 0x7F <= byte < 0xA0 else byte for byte in range(256))  # noqa: PLR2004
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_SAME = re.compile(r"(.)\1*", re.DOTALL)

# Tag, code points beyond Latin-1, style id, width, hyperlink.
_NOT_PLAIN: Final = 0b11 | 0xFFFF << 10 | 0xFFFF << 26 | 0b1011 << 42

# Where marks that are no style ids begin.
_FIRST_FREE_MARK: Final = 0x10000


class Run(NamedTuple):
    """Neighbouring cells that look alike.

    Attributes:
        text: What stands there; never a control character.
        width: How many cells it takes.
        link: Where it leads (OSC 8), or empty.
    """

    text: str
    width: int
    style: Style = DEFAULT
    link: str = ""


def plain_text(raw: bytes) -> str | None:
    """The text of a row that has nothing but Latin-1 in the default style; None for any other row.

    Args:
        raw: Eight bytes a cell.
    """
    cells = int.from_bytes(raw, "little")
    if cells & _more_than_plain(len(raw) // 8):
        return None
    codepoints = (cells >> 2).to_bytes(len(raw), "little")[0::8]
    return codepoints.translate(_PRINTABLE).decode("latin-1")


@lru_cache(maxsize=64)
def _more_than_plain(count: int) -> int:
    """The bits of so many cells of which plain text sets none."""
    return int.from_bytes(_NOT_PLAIN.to_bytes(8, "little") * count, "little")


class Cells:
    """One row of cells, read but for what only the core can tell.

    Attributes:
        styles: The first column of each style id other than 0, in order of appearance.
        clusters: Columns whose character has combining parts.
        links: Columns that are part of a hyperlink.
    """

    __slots__ = ("_backgrounds", "_chars", "_shapes", "_spans", "clusters", "links", "styles")

    def __init__(self, raw: bytes) -> None:
        """Read ``raw``, eight bytes a cell."""
        count = len(raw) // 8
        fields = (int.from_bytes(raw, "little") >> 2).to_bytes(len(raw), "little")
        shapes = fields[5::8].translate(_SHAPE)
        tags = raw[0::8].translate(_TAG)
        self._chars = _characters(fields, count)
        self._shapes = b""
        self._backgrounds: dict[int, Style] = {}
        self.clusters: tuple[int, ...] = ()
        self.links: tuple[int, ...] = ()
        marks = _style_marks(fields, count)
        if tags.count(0) != count:
            self.clusters = tuple(x for x, tag in enumerate(tags) if tag == _CLUSTER)
            marks = self._mark_backgrounds(marks or "\0" * count, fields, tags)
        if shapes.count(0) != count:
            self._shapes = shapes
            self.links = tuple(x for x, shape in enumerate(shapes) if shape & _LINKED)
        self.styles: dict[int, int] = {}
        self._spans: list[tuple[int, int, int]] = []
        if marks:
            for same in _SAME.finditer(marks):
                start, end = same.span()
                mark = ord(marks[start])
                self._spans.append((start, end, mark))
                if 0 < mark < _FIRST_FREE_MARK:
                    self.styles.setdefault(mark, start)
        else:
            self._spans.append((0, count, 0))

    def _mark_backgrounds(self, marks: str, fields: bytes, tags: bytes) -> str:
        """Give cells that are nothing but a background colour marks of their own, and blanks to show."""
        marked, chars = list(marks), list(self._chars)
        known: dict[Style, int] = {}
        for x, tag in enumerate(tags):
            if tag < _PALETTE_BACKGROUND:
                continue
            red, green, blue = fields[x * 8 : x * 8 + 3]
            style = Style(background=(red, green, blue) if tag == _RGB_BACKGROUND else red)
            marked[x] = chr(known.setdefault(style, _FIRST_FREE_MARK + len(known)))
            chars[x] = " "
        self._backgrounds = {mark: style for style, mark in known.items()}
        self._chars = "".join(chars)
        return "".join(marked)

    def runs(
        self,
        styles: Mapping[int, Style] = {},
        clusters: Mapping[int, str] = {},
        links: Mapping[int, str] = {},
    ) -> tuple[Run, ...]:
        """Compose the row.

        Args:
            styles: What each id in ``self.styles`` stands for.
            clusters: The whole character at each column in ``self.clusters``.
            links: The address at each column in ``self.links``.
        """
        looks = {0: DEFAULT, **self._backgrounds, **styles}
        if not (clusters or self._shapes):
            chars = self._chars
            return tuple(
                [Run(chars[start:end], end - start, looks[mark]) for start, end, mark in self._spans]
            )
        pieces = self.characters(clusters)
        return tuple(
            Run("".join(pieces[first:last]), last - first, looks[mark], link)
            for start, end, mark in self._spans
            for first, last, link in _linked(start, end, links)
        )

    def characters(self, clusters: Mapping[int, str] = {}) -> list[str]:
        """What stands in each column, nothing in the second one of a wide character.

        Args:
            clusters: The whole character at each column in ``self.clusters``.
        """
        pieces = list(self._chars)
        for x, text in clusters.items():
            pieces[x] = _CONTROL.sub("", text) or " "
        for x, shape in enumerate(self._shapes):
            if shape & _WIDTH == _WIDE_TAIL:
                pieces[x] = ""
        return pieces


def _linked(start: int, end: int, links: Mapping[int, str]) -> Iterator[tuple[int, int, str]]:
    """Cut the columns from ``start`` to ``end`` where the hyperlink changes."""
    first = start
    for x in range(start + 1, end + 1):
        if x == end or links.get(x, "") != links.get(first, ""):
            yield first, x, links.get(first, "")
            first = x


def _characters(fields: bytes, count: int) -> str:
    """One character a cell; blanks, wide tails and controls are spaces."""
    low, middle, high = fields[0::8], fields[1::8], fields[2::8].translate(_HIGH_CODEPOINT)
    if middle.count(0) == count and high.count(0) == count:
        return low.translate(_PRINTABLE).decode("latin-1")
    wide = bytearray(4 * count)
    wide[0::4] = low
    wide[1::4] = middle
    wide[2::4] = high
    return _CONTROL.sub(" ", wide.decode("utf-32-le", "replace"))


def _style_marks(fields: bytes, count: int) -> str:
    """One character a cell whose number is the cell's style id; empty where all are 0."""
    low, high = fields[3::8], fields[4::8]
    if high.count(0) == count:
        return "" if low.count(0) == count else low.decode("latin-1")
    both = bytearray(2 * count)
    both[0::2] = low
    both[1::2] = high
    return "".join(map(chr, array("H", bytes(both))))
