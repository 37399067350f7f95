"""How a cell looks, in the words of SGR and OSC 8, and the shortest way from one look to the next."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

_BOLD, _DIM, _UNDERLINE, _REVERSE, _STRIKE, _UNDERLINE2, _FRAME, _ENCIRCLE, _OVERLINE = (
    1 << code for code in (1, 2, 4, 7, 9, 21, 51, 52, 53)
)
_ON: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 51, 52, 53)
_UNDERLINES: Final = _UNDERLINE | _UNDERLINE2
_OFF: Final = {
    22: _BOLD | _DIM,
    23: 1 << 3,
    24: _UNDERLINES,
    25: 1 << 5 | 1 << 6,
    27: _REVERSE,
    28: 1 << 8,
    29: _STRIKE,
    54: _FRAME | _ENCIRCLE,
    55: _OVERLINE,
}
"""What each code ends."""

_SEEN_ON_BLANKS: Final = _UNDERLINES | _REVERSE | _STRIKE | _FRAME | _ENCIRCLE | _OVERLINE
_COLOR_PARAMETERS: Final = {"5": 3, "2": 5}


class Pen(NamedTuple):
    """What the terminal writes with; see ``pen``.

    Attributes:
        foreground: The parameters of SGR that choose the colour (``31``, ``38;5;9``); empty for the default.
        background: Likewise.
        effects: The bit ``1 << n`` for the effect that SGR ``n`` begins.
        link: Where the text leads (OSC 8), or empty.
        whole: The sequence that chooses colours and effects, whatever came before.
        marks_blanks: Whether a blank written with it differs from one that was erased.
    """

    foreground: str
    background: str
    effects: int
    link: str
    whole: str
    marks_blanks: bool


@lru_cache(maxsize=4096)
def pen(foreground: str = "", background: str = "", effects: int = 0, link: str = "") -> Pen:
    """A pen with these colours and effects."""
    whole = ";".join(filter(None, ("0", _effects_step(0, effects), foreground, background)))[1:]
    marks_blanks = bool(background or effects & _SEEN_ON_BLANKS or link)
    return Pen(foreground, background, effects, link, f"\x1b[{whole}m", marks_blanks)


@lru_cache(maxsize=1024)
def _effects_step(old: int, new: int) -> str:
    """The codes that end and begin effects."""
    codes = []
    for code, ended in _OFF.items():
        if old & ended & ~new:
            codes.append(code)
            old &= ~ended
    codes += [code for code in _ON if new & ~old & 1 << code]
    return ";".join(map(str, codes))


PLAIN: Final = pen()


@lru_cache(maxsize=4096)
def turned(old: Pen, parameters: str) -> Pen:
    """What ``old`` becomes by ``CSI parameters m``; what is unknown changes nothing."""
    foreground, background, effects, link = old[:4]
    codes = parameters.split(";")
    at = 0
    while at < len(codes):
        code = int(codes[at] or 0)
        taken = 1
        if code in (38, 48):
            taken = _COLOR_PARAMETERS.get(codes[at + 1] if at + 1 < len(codes) else "", 1)
            color = ";".join(codes[at : at + taken])
            foreground, background = (color, background) if code == 38 else (foreground, color)  # noqa: PLR2004
        elif code == 0:
            foreground = background = ""
            effects = 0
        elif code in _ON:
            effects = (effects & ~_UNDERLINES if 1 << code & _UNDERLINES else effects) | 1 << code
        elif code in _OFF:
            effects &= ~_OFF[code]
        elif code // 10 in (3, 9):
            foreground = "" if code == 39 else codes[at]  # noqa: PLR2004
        elif code // 10 in (4, 10):
            background = "" if code == 49 else codes[at]  # noqa: PLR2004
        at += taken
    return pen(foreground, background, effects, link)


def transition(old: Pen, new: Pen) -> str:
    """A short sequence that makes ``new`` of ``old``."""
    link = f"\x1b]8;;{new.link}\x1b\\" if new.link != old.link else ""
    changes = []
    if old.effects != new.effects:
        changes.append(_effects_step(old.effects, new.effects))
    if old.foreground != new.foreground:
        changes.append(new.foreground or "39")
    if old.background != new.background:
        changes.append(new.background or "49")
    if not changes:
        return link
    # Where more than one thing changes, to begin anew is no longer but by a byte or two.
    if len(changes) > 1 or len(changes[0]) + 3 >= len(new.whole):
        return link + new.whole
    return f"{link}\x1b[{changes[0]}m"
