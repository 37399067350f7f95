"""All that a terminal keeps, as bytes that make another terminal show the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from podboard.vt.library import check, ffi, lib

if TYPE_CHECKING:
    from podboard.vt.screen import Screen

_AS_SEQUENCES: Final = 1
# The core says its palette first, which would become the other terminal's.
_PALETTE: Final = re.compile(rb"(?:\x1b\]4;[^\x1b]*\x1b\\)*")


def styled_text(screen: Screen, most: int) -> bytes:
    """The lines above the screen and on it: text, colours and other looks, and nothing else.

    Lines that the terminal broke are one, as they were written.

    Args:
        most: Bytes beyond which the oldest lines are left out.
    """
    terminal = screen.native
    rows = ffi.new("size_t*")
    check(lib.ghostty_terminal_get(terminal, lib.GHOSTTY_TERMINAL_DATA_TOTAL_ROWS, rows), "count rows")
    selection = ffi.new("GhosttySelection*", {"size": ffi.sizeof("GhosttySelection")})
    selection.start = _cell(terminal, 0, 0)
    selection.end = _cell(terminal, rows[0] - 1, screen.size.columns - 1)
    options = ffi.new(
        "GhosttyTerminalSelectionFormatOptions*",
        {
            "size": ffi.sizeof("GhosttyTerminalSelectionFormatOptions"),
            "emit": _AS_SEQUENCES,
            "unwrap": True,
            "trim": True,
            "selection": selection,
        },
    )
    length = ffi.new("size_t*")
    room = ffi.new("uint8_t[]", 1)
    failed = 1
    while failed:
        failed = lib.ghostty_terminal_selection_format_buf(terminal, options[0], room, len(room), length)
        if failed and length[0] <= len(room):
            check(failed, "read what is kept")
        if failed:
            room = ffi.new("uint8_t[]", length[0])
    found: bytes = ffi.buffer(room, length[0])[:]
    found = _PALETTE.sub(b"", found, count=1)
    if len(found) > most:
        # From the beginning of a line; its first colours may be missing.
        found = found[-most:].partition(b"\n")[2]
    return found


def _cell(terminal: object, row: int, column: int) -> object:
    point = ffi.new("GhosttyPoint*", {"tag": lib.GHOSTTY_POINT_TAG_SCREEN})
    point.y, point.x = row, column
    reference = ffi.new("GhosttyGridRef*", {"size": ffi.sizeof("GhosttyGridRef")})
    check(lib.ghostty_terminal_grid_ref(terminal, point[0], reference), "find a cell")
    return reference[0]
