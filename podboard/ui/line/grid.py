"""A screen of cells as Textual and the panes mean it: their text goes in, rows to be compared come out.

A row is two strings of one character a cell, so that rows are compared, searched and cut at C's speed:
``chars`` has what stands in each cell, ``looks`` a character for each pen. A character that takes more than
one code point has a stand-in from the last of Unicode's private planes, and the right half of a wide one is
``TAIL``. Blanks that look as if erased have the look ``ERASED``, whatever pen they were written with.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import split_graphemes
from textual.strip import Strip

from podboard.ui.line.pen import PLAIN, pen, turned
from podboard.vt.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.color import ColorSystem
    from rich.style import Style

    from podboard.model.size import Size
    from podboard.ui.line.pen import Pen
    from podboard.ui.look import Drawn

TAIL: Final = "\0"
ERASED: Final = "\0"
# No character that means something to a pattern, and none of the stand-ins.
_FIRST_LOOK: Final = 0x1000
_FIRST_STAND_IN: Final = 0x100000
_ENOUGH: Final = 0xC000
_WIDE: Final = 2

_INK: Final = re.compile("[^ ]")
SAME: Final = re.compile(r"(.)\1*", re.DOTALL)

_TOKEN: Final = re.compile(
    r"\x1b\[(?P<pen>[0-9;]*)m"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<place>[0-9;]*)H"
    r"|\x1b\]8;[^;\x07\x1b]*;(?P<link>[^\x07\x1b]*)(?:\x1b\\|\x07)"
    r"|(?P<newline>\n)"
    r"|\x1b\[\?2026(?P<hold>[hl])"
    r"|(?P<other>\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\`-~]|\x07)"
    r"|.",
    re.DOTALL,
)
"""What Textual writes; a control character that is none of it moves nothing and is left out."""


class Row(NamedTuple):
    """The cells of one row: what stands in them, and how they look."""

    chars: str
    looks: str


def blank(columns: int) -> Row:
    """A row as the terminal leaves it when it erases it."""
    return Row(" " * columns, ERASED * columns)


class Alphabet:
    """What the characters of ``looks`` and the stand-ins in ``chars`` mean.

    Args:
        colors: False to leave every colour out.

    Attributes:
        pens: The pen each character of ``looks`` stands for.
        is_full: Whether there is little room for more.
    """

    def __init__(self, *, colors: bool = True) -> None:
        self._colors = colors
        self.pens = {ERASED: PLAIN}
        self.is_full = False
        self._looks = {PLAIN: ERASED}
        self._clusters: list[str] = []
        self._stand_ins: dict[str, str] = {}
        # By identity, since a style's own hash takes long; it is held so that its number stays its own.
        self._of_styles: Recent[int, tuple[Style, str]] = Recent(4096)

    def look(self, wanted: Pen) -> str:
        """The character that stands for a pen."""
        look = self._looks.get(wanted)
        if look is None:
            shown = wanted if self._colors else pen(effects=wanted.effects, link=wanted.link)
            if shown not in self._looks:
                self._looks[shown] = look = chr(_FIRST_LOOK + len(self.pens))
                self.pens[look] = shown
                self.is_full = self.is_full or len(self.pens) > _ENOUGH
            look = self._looks[wanted] = self._looks[shown]
        return look

    def look_of_style(self, style: Style, system: ColorSystem) -> str:
        """The character that stands for what Textual would make of ``style``."""
        known = self._of_styles.get(id(style))
        if known is None:
            shown = turned(PLAIN, Strip.render_ansi(style, system) or "0")
            shown = pen(*shown[:3], style.link or "")
            known = self._of_styles.put(id(style), (style, self.look(shown)))
        return known[1]

    def spell(self, text: str) -> str:
        """One character a cell."""
        if text.isascii():
            return text
        cells = []
        for start, end, width in split_graphemes(text)[0]:
            if not width:
                continue
            char = text[start]
            cells.append(
                char if end - start == 1 and ord(char) < _FIRST_STAND_IN else self.stand_in(text[start:end])
            )
            if width == _WIDE:
                cells.append(TAIL)
        return "".join(cells)

    def stand_in(self, cluster: str) -> str:
        """A character for one that takes several code points."""
        known = self._stand_ins.get(cluster)
        if known is None:
            known = self._stand_ins[cluster] = chr(_FIRST_STAND_IN + len(self._clusters))
            self._clusters.append(cluster)
            self.is_full = self.is_full or len(self._clusters) > _ENOUGH
        return known

    def cluster(self, char: str) -> str:
        """What a character of ``chars`` stands for, if it is a stand-in; otherwise itself."""
        return self._clusters[ord(char) - _FIRST_STAND_IN] if ord(char) >= _FIRST_STAND_IN else char

    def wear(self, chars: str, look: str) -> str:
        """The looks of ``chars`` when written with the pen of ``look``."""
        if look == ERASED or " " not in chars or self.pens[look].marks_blanks:
            return look * len(chars)
        return _INK.sub(look, chars).replace(" ", ERASED)


class _Cells:
    """Collects neighbouring cells."""

    __slots__ = ("_alphabet", "_chars", "_looks", "look", "pen")

    def __init__(self, alphabet: Alphabet) -> None:
        self._alphabet = alphabet
        self._chars: list[str] = []
        self._looks: list[str] = []
        self.pen = PLAIN
        self.look = ERASED

    def take(self, pen: Pen) -> None:
        """Write with another pen."""
        self.pen, self.look = pen, self._alphabet.look(pen)

    def add(self, text: str) -> None:
        """Write text."""
        chars = self._alphabet.spell(text)
        self._chars.append(chars)
        self._looks.append(self._alphabet.wear(chars, self.look))

    def taken(self) -> Row:
        """Take out what was collected."""
        if not self._chars:
            return Row("", "")
        row = Row("".join(self._chars), "".join(self._looks))
        self._chars, self._looks = [], []
        return row


class Grid:
    """What should stand on the person's screen.

    Attributes:
        size: Columns and rows.
        rows: From the top.
        column: Where the cursor should be, 0 first.
        row: Likewise.
        is_cursor_visible: Whether it should be seen.
        is_held: Whether the writer is in the middle of a frame (synchronised output).
    """

    def __init__(self, size: Size, *, colors: bool = True) -> None:
        self.size = size
        self.rows = [blank(size.columns)] * size.rows
        self.column = self.row = 0
        self.is_cursor_visible = True
        self.is_held = False
        self._colors = colors
        self._renew()

    def _renew(self) -> None:
        self.alphabet = Alphabet(colors=self._colors)
        self._pen = PLAIN

    def resize(self, size: Size) -> None:
        """Change the size: rows are cut, or filled with blanks."""
        spare = blank(size.columns)
        kept = [_spliced(spare, 0, *row) for row in self.rows[: size.rows]]
        self.rows = kept + [spare] * (size.rows - len(kept))
        self.size = size

    def make_room(self) -> bool:
        """Begin a new alphabet where the old one is nearly used up; whether all rows are spelt anew."""
        old = self.alphabet
        if not old.is_full:
            return False
        self._renew()
        self.rows = [self._respelt(row, old) for row in self.rows]
        return True

    def _respelt(self, row: Row, old: Alphabet) -> Row:
        chars = "".join(
            self.alphabet.stand_in(cluster) if (cluster := old.cluster(char)) != char else char
            for char in row.chars
        )
        return Row(chars, "".join(self.alphabet.look(old.pens[look]) for look in row.looks))

    # -- what is written --------------------------------------------------------------------

    def draw(self, row: int, column: int, drawn: Drawn, system: ColorSystem) -> None:
        """Put a row of a pane where it belongs."""
        cells = drawn.cells
        if cells is None or cells[0] is not self.alphabet:
            cells = drawn.cells = self.alphabet, *self._read(drawn, system)
        self._put(row, column, cells[1], cells[2])

    def _read(self, drawn: Drawn, system: ColorSystem) -> Row:
        alphabet = self.alphabet
        chars, looks = [], []
        for text, style in drawn.pieces:
            cells = alphabet.spell(text)
            chars.append(cells)
            looks.append(alphabet.wear(cells, alphabet.look_of_style(style, system) if style else ERASED))
        return Row("".join(chars), "".join(looks))

    def feed(self, text: str) -> Iterator[str]:
        """Take what Textual writes; yields the sequences in it that do not draw, each when it comes."""
        cells = _Cells(self.alphabet)
        cells.take(self._pen)
        for token in _TOKEN.finditer(text):
            match token.lastgroup:
                case "text":
                    cells.add(token[0])
                case "pen":
                    cells.take(turned(cells.pen, token["pen"]))
                case "link":
                    cells.take(pen(*cells.pen[:3], token["link"]))
                case kind:
                    self._place(cells)
                    if kind == "other":
                        yield token[0]
                    else:
                        self._obey(token)
        self._place(cells)
        self._pen = cells.pen

    def _obey(self, token: re.Match[str]) -> None:
        match token.lastgroup:
            case "place":
                row, _, column = token["place"].partition(";")
                self.row, self.column = int(row or 1) - 1, int(column or 1) - 1
            case "newline":
                self.row, self.column = self.row + 1, 0
            case "hold":
                self.is_held = token["hold"] == "h"

    def _place(self, cells: _Cells) -> None:
        """Put cells where the cursor is, and move it behind them."""
        chars, looks = cells.taken()
        if chars:
            self._put(self.row, self.column, chars, looks)
            self.column += len(chars)

    def _put(self, row: int, column: int, chars: str, looks: str) -> None:
        if not 0 <= row < self.size.rows:
            return
        self.rows[row] = (
            Row(chars, looks)
            if not column and len(chars) == self.size.columns
            else _spliced(self.rows[row], column, chars, looks)
        )


def _spliced(row: Row, column: int, chars: str, looks: str) -> Row:
    """``row`` with other cells from ``column`` on; half a wide character is a blank."""
    columns = len(row.chars)
    end = min(column + len(chars), columns)
    if column >= end:
        return row
    if column + len(chars) > columns and chars[end - column] == TAIL:
        chars = f"{chars[: end - column - 1]} "
    left, right = (row.chars[:column], row.looks[:column]), (row.chars[end:], row.looks[end:])
    if row.chars[column] == TAIL:
        left = f"{left[0][:-1]} ", f"{left[1][:-1]}{ERASED}"
    if right[0][:1] == TAIL:
        right = f" {right[0][1:]}", f"{ERASED}{right[1][1:]}"
    return Row(left[0] + chars[: end - column] + right[0], left[1] + looks[: end - column] + right[1])
