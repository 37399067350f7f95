"""Pictures of a terminal's screen, as SVG: a line of the screen is a line of the file."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podboard.vt.cells import Run
    from podboard.vt.screen import Cursor, Row, Screen
    from podboard.vt.style import Color

CELL = (10, 20)
"""A cell in the picture's units: width and height."""

_BASELINE = 15

_COLORS = {
    "black": "#2a2e37",
    "red": "#e06c75",
    "green": "#98c379",
    "yellow": "#e5c07b",
    "blue": "#61afef",
    "magenta": "#c678dd",
    "cyan": "#56b6c2",
    "white": "#abb2bf",
    "bright-black": "#6b7380",
    "bright-red": "#ff7b86",
    "bright-green": "#b5e890",
    "bright-yellow": "#ffd68a",
    "bright-blue": "#7cc4ff",
    "bright-magenta": "#e08cff",
    "bright-cyan": "#6fe0ec",
    "bright-white": "#ffffff",
    "ink": "#d7dae0",
    "paper": "#16181d",
}
"""The sixteen colours in the order of their numbers, and the terminal's own two."""

_LOOKS = {
    "bold": "font-weight: bold",
    "faint": "fill-opacity: 0.6",
    "italic": "font-style: italic",
    "underline": "text-decoration: underline",
    "cursor": f"fill: none; stroke: {_COLORS['ink']}",
    **{name: f"fill: {color}" for name, color in _COLORS.items()},
}


def draw(screen: Screen) -> str:
    """Draw what a screen shows, with its cursor as a frame."""
    screen.update()
    width, height = screen.size.columns * CELL[0], screen.size.rows * CELL[1]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" xml:space="preserve">',
        "<style>",
        'text { font: 16.6px "DejaVu Sans Mono", monospace }',
        *(f".{name} {{ {look} }}" for name, look in _LOOKS.items()),
        "</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
        *(_line(row, y) for y, row in enumerate(screen.rows)),
    ]
    if screen.cursor.visible:
        lines.append(_cursor(screen.cursor))
    return "\n".join([*lines, "</svg>", ""])


def _line(row: Row, y: int) -> str:
    grounds, texts = [], []
    column = 0
    for run in row:
        x = column * CELL[0]
        column += run.width
        ink, ground = _colors(run)
        if ground != "paper":
            size = f'width="{run.width * CELL[0]}" height="{CELL[1]}"'
            grounds.append(f'<rect{_dress(ground)} x="{x}" y="{y * CELL[1]}" {size}/>')
        shown = run.text if run.style.underline else run.text.rstrip()
        if shown:
            texts.append(f'<tspan{_dress(ink, *_looks(run))} x="{x}">{escape(shown, quote=False)}</tspan>')
    text = f'<text y="{y * CELL[1] + _BASELINE}">{"".join(texts)}</text>' if texts else ""
    return "".join([*grounds, text])


def _colors(run: Run) -> tuple[str, str]:
    ink, ground = _color(run.style.foreground, "ink"), _color(run.style.background, "paper")
    return (ground, ink) if run.style.inverse else (ink, ground)


def _color(color: Color, default: str) -> str:
    match color:
        case None:
            return default
        case int():
            return list(_COLORS)[:16][color]
        case red, green, blue:
            return f"#{red:02x}{green:02x}{blue:02x}"


def _looks(run: Run) -> list[str]:
    style = run.style
    looks = {"bold": style.bold, "faint": style.faint, "italic": style.italic, "underline": style.underline}
    return [name for name, has in looks.items() if has]


def _dress(color: str, *looks: str) -> str:
    """A colour and looks as an element's attributes: those that have names are classes."""
    fill = f' fill="{color}"' if color.startswith("#") else ""
    classes = " ".join(looks if fill else (*looks, color))
    return (f' class="{classes}"' if classes else "") + fill


def _cursor(cursor: Cursor) -> str:
    x, y = cursor.column * CELL[0], cursor.row * CELL[1]
    return f'<rect class="cursor" x="{x}" y="{y}" width="{CELL[0]}" height="{CELL[1]}"/>'
