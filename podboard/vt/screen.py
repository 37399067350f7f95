"""A terminal's screen: bytes in, rows of runs, a cursor and the terminal's replies out.

This is the only door to the terminal core (libghostty-vt through ``pyghostty``'s library).
A screen belongs to the thread of the event loop; feeding releases the GIL, so nothing else
may touch it meanwhile, which slices of 16 KiB and one thread make sure of. Other threads read
one only while the loop waits for them.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from podboard.vt.cells import Cells, Run, plain_text
from podboard.vt.guard import Guard
from podboard.vt.library import check, ffi, lib
from podboard.vt.links import honest
from podboard.vt.recent import Recent
from podboard.vt.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from podboard.model.size import Size
    from podboard.vt.style import Color

BYTES_PER_CELL: Final = 10
"""What a cell of scrollback takes in the core, in bytes, with some room (8 for the cell itself)."""

SPARE_BYTES: Final = 1 << 20
"""Room for scrollback beyond its cells, in bytes: the core gives lines up by pages of up to half of it."""

CELL_PIXELS: Final = (8, 16)
"""The pixels a cell is said to have where a program asks for them: width and height."""

FOREGROUND: Final = (0xD0, 0xD0, 0xD0)
BACKGROUND: Final = (0x10, 0x10, 0x10)
"""What OSC 10 and 11 answer; on the screen the person's own default colours are used."""

_WRAPPING: Final = 7
_GRAPHEME_CLUSTERING: Final = 2027
_ALTERNATE_SCROLL: Final = 1007
_BRACKETED_PASTE: Final = 2004
_FOCUS_REPORTS: Final = 1004
_HOLLOW_BLOCK: Final = 3
# Room for the text of a cell or the address it leads to; a longer address is none.
_TEXT_BYTES: Final = 2048
_STYLE_BYTES: Final = ffi.sizeof("GhosttyStyle")

_SHAPES: Final = ("bar", "block", "underline", "default")


class Cursor(NamedTuple):
    """Where the cursor is and how it looks.

    Attributes:
        column: From the left edge, 0 first.
        row: From the top of what is shown, 0 first.
        visible: False where the program hid it or the view is scrolled away from it.
        shape: ``bar``, ``block``, ``underline``, or ``default`` where the program chose none.
    """

    column: int = 0
    row: int = 0
    visible: bool = False
    shape: str = "default"
    blinking: bool = False


Row = tuple[Run, ...]


class Screen:
    """One terminal.

    Args:
        size: Columns and rows; at least 1 each.
        scrollback: How many lines above the screen are kept at least, reckoned for ordinary text at the
            widest the screen has been; lines of hundreds of colours or hyperlinks take the room of several.

    Attributes:
        rows: What each row showed at the last ``update``.
        cursor: Where the cursor was at the last ``update``.
        age: How often it was fed or resized: what was read of it holds while this is the same.
        resizes: How often it was resized: rows above the screen stay as they are while this is the same.
        unused: Rows that the core remembers for nobody any more, until the next output or bookmark.
    """

    def __init__(self, size: Size, scrollback: int = 10_000) -> None:
        self.size = size
        self.rows: list[Row] = [()] * size.rows
        self.cursor = Cursor()
        self.age = 0
        self.resizes = 0
        self.unused: list[Any] = []
        weakref.finalize(self, _forget, self.unused)
        self._kitty_keyboard = self.age, False
        self._notes = _Notes(size)
        self._guard = Guard(size.columns)
        self._scrollback = scrollback
        self._widest = size.columns
        self._styles: Recent[bytes, Style] = Recent(4096)
        self._terminal, self._state, self._row_iterator, self._row_cells = _new(self, size)
        # The core calls back with this handle, so it must live as long as the terminal.
        self._handle = ffi.new_handle(self._notes)
        self._configure()
        self._make_room()
        self._out_row = ffi.new("uint16_t*")
        self._out_cells = ffi.new("GhosttyCellsView*")
        self._out_cursor = ffi.new(
            "GhosttyRenderStateCursor*", {"size": ffi.sizeof("GhosttyRenderStateCursor")}
        )
        self._text_room = ffi.new("uint8_t[]", _TEXT_BYTES)
        self._out_text = ffi.new("GhosttyBuffer*", {"ptr": self._text_room, "cap": _TEXT_BYTES})
        self._out_length = ffi.new("size_t*")
        self._out_reference = ffi.new("GhosttyGridRef*", {"size": ffi.sizeof("GhosttyGridRef")})
        self._out_iterator = ffi.new("GhosttyRenderStateRowIterator*", self._row_iterator)
        self._out_row_cells = ffi.new("GhosttyRenderStateRowCells*", self._row_cells)

    # -- bytes ------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Let the terminal take the program's output; sequences and characters may be split anywhere."""
        if b"\x7f" in data:
            # A terminal ignores DEL; the core would print it.
            data = data.replace(b"\x7f", b"")
        data = self._guard.admit(data)
        self.age += 1
        self.forget()
        lib.ghostty_terminal_vt_write(self._terminal, data, len(data))

    def forget(self) -> None:
        """Have the core no longer remember what is unused."""
        _forget(self.unused)

    def take_replies(self) -> bytes:
        """What the terminal answered to the program's questions since the last call."""
        replies = self._notes.replies
        if not replies:
            return b""
        taken = b"".join(replies)
        replies.clear()
        return taken

    @property
    def title(self) -> str:
        """The window title the program set; never a control character."""
        text = self._get(lib.GHOSTTY_TERMINAL_DATA_TITLE, "GhosttyString*")
        title = ffi.buffer(text.ptr, text.len)[:].decode("utf-8", "replace") if text.len else ""
        if not title.isprintable():
            title = "".join(char if char.isprintable() else " " for char in title)
        return title.strip()

    @property
    def bells(self) -> int:
        """How often the bell rang."""
        return self._notes.bells

    @property
    def held(self) -> bool:
        """Whether the program asked not to be painted for now (synchronised output, mode 2026)."""
        return self._notes.held

    def resize(self, size: Size) -> None:
        """Change the size; the lines of the primary screen flow into the new width."""
        if size == self.size:
            return
        self.age += 1
        self.resizes += 1
        # Without wrapping the core does not let lines flow, and what it does then can end the process.
        wraps = self._mode(_WRAPPING)
        self._set_mode(_WRAPPING, on=True)
        check(lib.ghostty_terminal_resize(self._terminal, *size, *CELL_PIXELS), "resize")
        self._set_mode(_WRAPPING, on=wraps)
        self.size = self._notes.size = size
        self._guard.columns = size.columns
        self.rows = [()] * size.rows
        if size.columns > self._widest:
            self._widest = size.columns
            self._limit_scrollback()
        self._make_room()

    # -- what is shown ----------------------------------------------------------------------

    def update(self) -> list[int]:
        """Bring ``rows`` and ``cursor`` up to date.

        Returns:
            The rows that may look different from what they were at the last call, from the top.
        """
        state, iterator = self._state, self._row_iterator
        check(lib.ghostty_render_state_update(state, self._terminal), "update")
        lib.ghostty_render_state_get(state, lib.GHOSTTY_RENDER_STATE_DATA_ROW_ITERATOR, self._out_iterator)
        changed = []
        rows, out_row = self.rows, self._out_row
        while lib.ghostty_render_state_row_iterator_next_dirty(iterator, out_row):
            y = out_row[0]
            row = self._read_row(y)
            if rows[y] is not row:
                rows[y] = row
                changed.append(y)
        lib.ghostty_render_state_clean(state)
        self.cursor = self._read_cursor()
        return changed

    def _read_row(self, y: int) -> Row:
        out = self._out_cells
        lib.ghostty_render_state_row_get(self._row_iterator, lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS_RAW, out)
        raw = ffi.buffer(out.ptr, out.len * 8)[:]
        cells = self._cells.get(raw)
        if cells is None:
            text = plain_text(raw)
            known = Cells(raw) if text is None else (Run(text, len(text)),)
            cells = self._cells.put(raw, known)
        if isinstance(cells, tuple):
            return cells
        if not (cells.styles or cells.clusters or cells.links):
            return self._rows.get(raw) or self._rows.put(raw, cells.runs())
        lib.ghostty_render_state_row_get(
            self._row_iterator, lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS, self._out_row_cells
        )
        looks = self._read_styles(cells.styles.values())
        if not (cells.clusters or cells.links):
            key = raw + looks
            return self._rows.get(key) or self._rows.put(key, cells.runs(self._meanings(cells, looks)))
        clusters = {x: self._read_cluster(x) for x in cells.clusters}
        links = self._read_links(cells.links, y)
        key = raw + looks + repr((clusters, links)).encode()
        return self._rows.get(key) or self._rows.put(
            key, honest(cells.runs(self._meanings(cells, looks), clusters, links))
        )

    def _read_styles(self, columns: Iterable[int]) -> bytes:
        """The styles of the cells in these columns of the current row, as the core's bytes."""
        cells, what = self._row_cells, lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_STYLE
        select, get = lib.ghostty_render_state_row_cells_select, lib.ghostty_render_state_row_cells_get
        count = 0
        for column, out in zip(columns, self._out_styles, strict=False):
            select(cells, column)
            get(cells, what, out)
            count += 1
        looks: bytes = ffi.buffer(self._out_styles[0], count * _STYLE_BYTES)[:]
        return looks

    def _meanings(self, cells: Cells, looks: bytes) -> dict[int, Style]:
        """What the style ids of ``cells`` stand for, whose styles were read into ``looks``."""
        meanings = {}
        for index, style in enumerate(cells.styles):
            look = looks[index * _STYLE_BYTES : (index + 1) * _STYLE_BYTES]
            known = self._styles.get(look)
            if known is None:
                known = self._styles.put(look, _style(self._out_styles[index]))
            meanings[style] = known
        return meanings

    def _read_cluster(self, x: int) -> str:
        lib.ghostty_render_state_row_cells_select(self._row_cells, x)
        what, out = lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_UTF8, self._out_text
        # The core keeps 64 combining parts at most, so the room is ample.
        check(lib.ghostty_render_state_row_cells_get(self._row_cells, what, out), "read a cluster")
        text: str = ffi.buffer(out.ptr, out.len)[:].decode("utf-8", "replace")
        return text

    def _read_links(self, columns: tuple[int, ...], y: int) -> dict[int, str]:
        """The address at each of these columns of a row, empty where it is unfit to be passed on."""
        if not columns:
            return {}
        room, length, reference = self._text_room, self._out_length, self._out_reference
        point = ffi.new("GhosttyPoint*", {"tag": lib.GHOSTTY_POINT_TAG_VIEWPORT, "y": y})
        check(lib.ghostty_terminal_grid_ref(self._terminal, point[0], reference), "find a row")
        links = {}
        for x in columns:
            # References to the cells of one row differ in their column alone.
            reference.x = x
            failed = lib.ghostty_grid_ref_hyperlink_uri(reference, room, _TEXT_BYTES, length)
            links[x] = "" if failed else _address(ffi.buffer(room, length[0])[:])
        return links

    def _read_cursor(self) -> Cursor:
        out = self._out_cursor
        lib.ghostty_render_state_get(self._state, lib.GHOSTTY_RENDER_STATE_DATA_CURSOR, out)
        return Cursor(
            out.viewport_x - out.wide_tail,
            out.viewport_y,
            out.visible and out.viewport_has_value,
            _SHAPES[out.visual_style],
            out.blinking,
        )

    # -- scrollback -------------------------------------------------------------------------

    @property
    def scrolled(self) -> int:
        """How many lines the view is above the end; 0 where it follows the output."""
        bar = self._get(lib.GHOSTTY_TERMINAL_DATA_SCROLLBAR, "GhosttyTerminalScrollbar*")
        return int(bar.total - bar.len - bar.offset)

    @property
    def scrollback(self) -> int:
        """How many lines there are above the screen."""
        return int(self._get(lib.GHOSTTY_TERMINAL_DATA_SCROLLBACK_ROWS, "size_t*"))

    def scroll(self, lines: int) -> None:
        """Move the view ``lines`` down, up where negative; it stops at either end."""
        self._scroll(lib.GHOSTTY_SCROLL_VIEWPORT_DELTA, lines)

    def scroll_to_top(self) -> None:
        """Move the view to the oldest line."""
        self._scroll(lib.GHOSTTY_SCROLL_VIEWPORT_TOP)

    def scroll_to_end(self) -> None:
        """Move the view back to where it follows the output."""
        self._scroll(lib.GHOSTTY_SCROLL_VIEWPORT_BOTTOM)

    def _scroll(self, tag: int, delta: int = 0) -> None:
        where = ffi.new("GhosttyTerminalScrollViewport*", {"tag": tag, "delta": delta})
        lib.ghostty_terminal_scroll_viewport(self._terminal, where[0])

    # -- what the program asked for ---------------------------------------------------------

    @property
    def alternate(self) -> bool:
        """Whether a full-screen program has the alternate screen."""
        return bool(self._get(lib.GHOSTTY_TERMINAL_DATA_ACTIVE_SCREEN, "int*"))

    @property
    def mouse_tracking(self) -> bool:
        """Whether the program wants to hear of the mouse."""
        return bool(self._get(lib.GHOSTTY_TERMINAL_DATA_MOUSE_TRACKING, "bool*"))

    @property
    def kitty_keyboard(self) -> bool:
        """Whether the program asked for the kitty keyboard protocol; known until the next output."""
        age, asked = self._kitty_keyboard
        if age != self.age:
            asked = bool(self._get(lib.GHOSTTY_TERMINAL_DATA_KITTY_KEYBOARD_FLAGS, "uint8_t*"))
            self._kitty_keyboard = self.age, asked
        return asked

    @property
    def alternate_scroll(self) -> bool:
        """Whether the wheel shall send arrow keys on the alternate screen."""
        return self._mode(_ALTERNATE_SCROLL)

    @property
    def bracketed_paste(self) -> bool:
        """Whether the program wants to know pasted text from typed."""
        return self._mode(_BRACKETED_PASTE)

    @property
    def focus_reports(self) -> bool:
        """Whether the program wants to hear of focus."""
        return self._mode(_FOCUS_REPORTS)

    @property
    def native(self) -> Any:
        """The core's terminal, for the encoders of keys and mouse, which read its modes."""
        return self._terminal

    def _mode(self, number: int) -> bool:
        out = ffi.new("GhosttyTerminalModeConfig*", {"mode": number})
        check(lib.ghostty_terminal_get(self._terminal, lib.GHOSTTY_TERMINAL_DATA_MODE, out), "get mode")
        return bool(out.value)

    def _set_mode(self, number: int, *, on: bool) -> None:
        self._set(lib.GHOSTTY_TERMINAL_OPT_MODE, ffi.new("GhosttyTerminalModeConfig*", (number, on)))

    def _get(self, what: int, kind: str) -> Any:
        out = ffi.new(kind)
        check(lib.ghostty_terminal_get(self._terminal, what, out), f"get {what}")
        return out[0]

    # -- set up -----------------------------------------------------------------------------

    def _configure(self) -> None:
        self._set(lib.GHOSTTY_TERMINAL_OPT_USERDATA, self._handle)
        self._set(lib.GHOSTTY_TERMINAL_OPT_WRITE_PTY, _on_reply)
        self._set(lib.GHOSTTY_TERMINAL_OPT_BELL, _on_bell)
        self._set(lib.GHOSTTY_TERMINAL_OPT_RENDER_HOLD, _on_hold)
        self._set(lib.GHOSTTY_TERMINAL_OPT_SIZE, _on_size_asked)
        self._set(lib.GHOSTTY_TERMINAL_OPT_COLOR_SCHEME, _on_scheme_asked)
        self._set(lib.GHOSTTY_TERMINAL_OPT_COLOR_FOREGROUND, ffi.new("GhosttyColorRgb*", FOREGROUND))
        self._set(lib.GHOSTTY_TERMINAL_OPT_COLOR_BACKGROUND, ffi.new("GhosttyColorRgb*", BACKGROUND))
        # A shape no program can ask for tells "none chosen" from a chosen block.
        self._set(lib.GHOSTTY_TERMINAL_OPT_DEFAULT_CURSOR_STYLE, ffi.new("int*", _HOLLOW_BLOCK))
        clustering = ffi.new("GhosttyTerminalModeConfig*", (_GRAPHEME_CLUSTERING, True))
        self._set(lib.GHOSTTY_TERMINAL_OPT_MODE_DEFAULT, clustering)
        # Images are not drawn, so none are kept, not even while they come in; a title read back could
        # type commands.
        self._set(lib.GHOSTTY_TERMINAL_OPT_KITTY_IMAGE_STORAGE_LIMIT, ffi.new("uint64_t*", 0))
        self._set(lib.GHOSTTY_TERMINAL_OPT_APC_MAX_BYTES, ffi.new("size_t*", 0))
        self._set(lib.GHOSTTY_TERMINAL_OPT_TITLE_REPORT, ffi.new("bool*"))
        self._limit_scrollback()

    def _make_room(self) -> None:
        """Room for one style a column, as many as a row can have, and caches for two screens of rows."""
        # What can be told by a row's bytes: all of a plain one, of others their cells.
        self._cells: Recent[bytes, Cells | Row] = Recent(self.size.rows * 2)
        self._rows: Recent[bytes, Row] = Recent(self.size.rows * 2)
        self._styles_room = ffi.new("GhosttyStyle[]", self.size.columns)
        self._out_styles = [self._styles_room + x for x in range(self.size.columns)]
        for out in self._out_styles:
            out.size = _STYLE_BYTES

    def _limit_scrollback(self) -> None:
        # By the widest it has been, so that a narrow moment costs no lines; in bytes, since a limit in
        # lines makes plain text three times as slow.
        limit = self._scrollback and self._scrollback * self._widest * BYTES_PER_CELL + SPARE_BYTES
        self._set(lib.GHOSTTY_TERMINAL_OPT_SCROLLBACK_MAX_BYTES, ffi.new("size_t*", limit))

    def _set(self, option: int, value: Any) -> None:
        check(lib.ghostty_terminal_set(self._terminal, option, value), f"set {option}")


@dataclass(slots=True)
class _Notes:
    """What the core tells while it is being fed; it may not be asked anything meanwhile."""

    size: Size
    replies: list[bytes] = field(default_factory=list)
    bells: int = 0
    held: bool = False


def _new(owner: Screen, size: Size) -> tuple[Any, Any, Any, Any]:
    """Make the core's objects for ``owner`` and have them freed with it."""
    made = []
    for make, free, *arguments in (
        (lib.ghostty_terminal_new, lib.ghostty_terminal_free, *size),
        (lib.ghostty_render_state_new, lib.ghostty_render_state_free),
        (lib.ghostty_render_state_row_iterator_new, lib.ghostty_render_state_row_iterator_free),
        (lib.ghostty_render_state_row_cells_new, lib.ghostty_render_state_row_cells_free),
    ):
        made.append(_make(make, *arguments))
        weakref.finalize(owner, free, made[-1])
    terminal, state, rows, cells = made
    return terminal, state, rows, cells


def _forget(unused: list[Any]) -> None:
    while unused:
        lib.ghostty_tracked_grid_ref_free(unused.pop())


def _make(make: Callable[..., int], *arguments: int) -> Any:
    out = ffi.new(ffi.typeof(make).args[1])
    check(make(ffi.NULL, out, *arguments), "make")
    return out[0]


def _address(uri: bytes) -> str:
    """A hyperlink's address, empty unless it can go on to the person's terminal in a control sequence."""
    text = uri.decode("latin-1")
    return text if text.isascii() and text.isprintable() else ""


def _style(look: Any) -> Style:
    return Style(
        _color(look.fg_color),
        _color(look.bg_color),
        _color(look.underline_color),
        look.bold,
        look.italic,
        look.faint,
        look.blink,
        look.inverse,
        look.invisible,
        look.strikethrough,
        look.overline,
        look.underline,
    )


def _color(color: Any) -> Color:
    match color.tag:
        case 1:
            return int(color.value.palette)
        case 2:
            rgb = color.value.rgb
            return (rgb.r, rgb.g, rgb.b)
    return None


@ffi.callback("GhosttyTerminalWritePtyFn")  # type: ignore[untyped-decorator]
def _on_reply(_terminal: Any, handle: Any, data: Any, length: int) -> None:
    reply = ffi.buffer(data, length)[:]
    # The clipboard protocol's refusals repeat a name that the program chose; all other replies are the
    # terminal's own words.
    if not reply.startswith(b"\x1b]5522;"):
        _notes(handle).replies.append(reply)


@ffi.callback("GhosttyTerminalBellFn")  # type: ignore[untyped-decorator]
def _on_bell(_terminal: Any, handle: Any) -> None:
    _notes(handle).bells += 1


@ffi.callback("GhosttyTerminalRenderHoldFn")  # type: ignore[untyped-decorator]
def _on_hold(_terminal: Any, handle: Any, held: bool) -> None:  # noqa: FBT001 - the core's signature
    _notes(handle).held = held


@ffi.callback("GhosttyTerminalSizeFn")  # type: ignore[untyped-decorator]
def _on_size_asked(_terminal: Any, handle: Any, out: Any) -> bool:
    out.columns, out.rows = _notes(handle).size
    out.cell_width, out.cell_height = CELL_PIXELS
    return True


@ffi.callback("GhosttyTerminalColorSchemeFn")  # type: ignore[untyped-decorator]
def _on_scheme_asked(_terminal: Any, _handle: Any, out: Any) -> bool:
    out[0] = 1  # dark, as FOREGROUND and BACKGROUND say
    return True


def _notes(handle: Any) -> _Notes:
    notes: _Notes = ffi.from_handle(handle)
    return notes
