"""A terminal on the screen: its title, the rows of its core, and what is to be said about it."""

from __future__ import annotations

import asyncio
import time
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Final

from rich.style import Style
from textual.errors import NoWidget
from textual.geometry import Offset, Region
from textual.message import Message
from textual.strip import Strip

from podboard.model.badge import OVER, TerminalState
from podboard.model.size import Size
from podboard.model.text import one_line
from podboard.ui.arrangement import TITLE_LINES
from podboard.ui.driver import PodboardDriver
from podboard.ui.look import Drawn, Look
from podboard.ui.marking import cut
from podboard.ui.painter import Painter, paint_now
from podboard.ui.paste_desk import progress
from podboard.ui.scroll_mode import ScrollMode
from podboard.ui.widgets.looks import LooksMixin
from podboard.ui.widgets.pane_lines import notice_lines, open_for, title_line
from podboard.vt.keys import KeyEncoder
from podboard.vt.mouse import MouseAction, MouseButton, MouseEncoder
from podboard.vt.screen import Cursor
from podboard.vt.selection import Selection

if TYPE_CHECKING:
    from textual import events

    from podboard.session.terminal import Terminal
    from podboard.ui.scroll_mode import Mark
    from podboard.vt.history import Place

WHEEL_LINES: Final = 3

CLIMB_EVERY: Final = 0.2
"""Seconds between two looks at how far a terminal has come that is being opened, or a paste."""

_GIVE_UP: Final = ("escape", "ctrl+c")
"""Keys that give up a paste; the second one is for the program, too."""

_LONGEST_HOLD: Final = 1.0
"""Seconds a program may keep its screen from being painted (mode 2026) before it is painted anyway."""

_BUTTONS: Final = {1: MouseButton.LEFT, 2: MouseButton.MIDDLE, 3: MouseButton.RIGHT}
_ARROWS: Final = {MouseButton.WHEEL_UP: "up", MouseButton.WHEEL_DOWN: "down"}


class TerminalPane(LooksMixin, can_focus=True):
    """Shows a terminal and sends it what the person does.

    Title, terminal and notice are lines of one widget: three in a fourth would take as long to put on
    the screen as a shell takes to start.

    Attributes:
        is_covered: Whether something lies above it though it has the focus.
        told_opened: When the last shell was opened of which it was told how.
        told_return: The return to the same shell that was told of last.
        scroll: What is looked through or selected; None where the view follows the output.
        told_recording: Why a recording stopped of which that was told.
        heard: By how many what is typed into it is heard; 0 where by itself alone, None without a broadcast.
        hidden_beside: How many terminals of its tab are not shown beside it.
    """

    ALLOW_SELECT = False
    LOOKS = "terminal-pane"
    DEFAULT_CSS = """
    TerminalPane { width: 1fr; height: 1fr; }
    """

    class Changed(Message):
        """The terminal's badge, title, bell, attempts or log changed."""

        def __init__(self, pane: TerminalPane) -> None:
            super().__init__()
            self.pane = pane

        def can_replace(self, message: Message) -> bool:
            """Let one stand for many."""
            return isinstance(message, TerminalPane.Changed) and message.pane is self.pane

    class Selected(Message):
        """Text was selected with the mouse."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self.terminal = terminal
        self._core = terminal.screen
        self._look = Look(color=not self.app.no_color)
        self._title = Strip.blank(0)
        self._open_for = ""
        self._rows: list[Drawn] = []
        self._notice: list[Strip] = []
        self._keys = KeyEncoder(terminal.screen)
        self._mouse = MouseEncoder(terminal.screen)
        # Textual would look it up anew for each paint.
        self._shown_by = self.app
        driver = self.app._driver  # noqa: SLF001 - the app has no public way to its driver
        self._driver = driver if isinstance(driver, PodboardDriver) else None
        self._painter = Painter(self.paint, lambda: self._driver.backlog if self._driver else 0)
        self._held_since = 0.0
        self.is_covered = False
        self._covered_lines = 0
        self.told_opened = 0.0
        self.told_return = ""
        self.told_recording = ""
        self.heard: int | None = None
        self.hidden_beside = 0
        self._is_above_end = False
        self.scroll: ScrollMode | None = None
        self._marks: list[tuple[Mark, ...]] = []
        self._pressed: Offset | None = None
        self._seen_bells = 0
        self._is_following = False
        self._is_following_paste = False
        terminal.attach(self)

    # -- the terminal -----------------------------------------------------------------------

    @property
    def is_ended(self) -> bool:
        """Whether there is no shell, nor one on its way."""
        return self.terminal.badge.state in OVER

    @property
    def is_marked(self) -> bool:
        """Whether something happened since somebody last looked: output, or a bell."""
        terminal = self.terminal
        return not terminal.shown and (terminal.unseen or terminal.screen.bells > self._seen_bells)

    def on_output(self) -> None:
        """Paint soon, if somebody looks."""
        if self.terminal.shown:
            self._painter.request()
            # The next key will ask, and need not wait for it then.
            _ = self._core.kitty_keyboard

    def on_change(self) -> None:
        """Say so in the title, and let the tabs and the list know."""
        self.refresh_lines()
        self._follow_climb()
        self.post_message(self.Changed(self))

    def _follow_climb(self) -> None:
        """Show how long it takes to open, if it takes long."""
        if self.terminal.climbing_for and not self._is_following:
            self._is_following = True
            self.set_timer(CLIMB_EVERY, self._show_climb)

    def _show_climb(self) -> None:
        self._is_following = False
        self.refresh_lines()
        self._follow_climb()

    # -- painting ---------------------------------------------------------------------------

    def paint(self) -> None:
        """Bring what changed in the terminal onto the screen."""
        if not self.terminal.shown or self._on_hold():
            return
        changed = self._update()
        if not self._paint_rows(changed) and changed:
            for _, rows in groupby(enumerate(changed), lambda pair: pair[1] - pair[0]):
                run = [row for _, row in rows]
                self._set_dirty(Region(0, run[0] + TITLE_LINES, self.size.width, len(run)))
            paint_now(self.screen, self)

    def _paint_rows(self, rows: list[int]) -> bool:
        """Write rows straight to the person's terminal, if nothing can lie above this pane.

        The compositor would do the same in five times the time. While a pane has the focus, no dialog
        and no list is above it or those beside it; in all other cases the compositor decides what is seen.
        """
        driver, app = self._driver, self._shown_by
        screen = app.screen
        # Of the board alone.
        focused: TerminalPane | None = getattr(screen, "focused_pane", None)
        if focused is None or driver is None or app._batch_count:  # noqa: SLF001
            return False
        try:
            place = screen.find_widget(self).region
        except NoWidget:
            return False
        left, top = place.x, place.y + TITLE_LINES
        drawn = []
        # The cursor is aimed even where the compositor is to draw the rows.
        for row in rows if not self.is_covered else ():
            line = self._rows[row]
            if line.width != place.width:
                return False
            drawn.append((top + row, line))
        at, cursor = focused.hardware_cursor(place if focused is self else focused.region)
        app.cursor_position = at
        driver.paint(drawn, left, app.console, at, cursor)
        return not self.is_covered

    def hardware_cursor(self, place: Region) -> tuple[Offset, Cursor | None]:
        """Where the person's cursor belongs while the pane has the focus, and how it looks, if it is seen.

        Args:
            place: Where the pane is on the screen.
        """
        if self.scroll is None:
            cursor = self._core.cursor
            is_visible = cursor.visible and not self.is_ended
        else:
            cursor = self._cursor
            is_visible = cursor.visible and (self.is_scrolling or not self.is_ended)
        at = Offset(place.x + cursor.column, place.y + TITLE_LINES + cursor.row)
        is_under = self.is_covered and at.y >= self._shown_by.size.height - self._covered_lines
        return at, cursor if is_visible and not is_under else None

    def _on_hold(self) -> bool:
        if not self._core.held:
            self._held_since = 0.0
            return False
        now = time.monotonic()
        if not self._held_since:
            self._held_since = now
            # Never early, as Textual's timers may be: it would be held still, and nobody would ask again.
            asyncio.get_running_loop().call_later(_LONGEST_HOLD, self._painter.request)
        return now - self._held_since < _LONGEST_HOLD

    def _update(self) -> list[int]:
        """Draw the rows that changed, and return which."""
        core = self._core
        if self.scroll is not None:
            self.scroll.hold()
        changed = core.update()
        if len(self._rows) != core.size.rows:
            self._rows = [self._look.draw(())] * core.size.rows
            changed = list(range(core.size.rows))
        marks = self.scroll.marks() if self.scroll is not None else []
        if marks or self._marks:
            both = enumerate(zip_longest(marks, self._marks[: core.size.rows], fillvalue=()))
            changed = sorted({*changed, *(row for row, (new, old) in both if new != old)})
            self._marks = marks
        draw = self._look.draw
        for row in changed:
            self._rows[row] = draw(core.rows[row])
            if self.scroll is not None and marks[row]:
                self._rows[row] = self._marked(row, self.scroll, marks[row])
        return changed

    def _marked(self, row: int, scroll: ScrollMode, marks: tuple[Mark, ...]) -> Drawn:
        history = scroll.history
        runs, looks = cut(self._core.rows[row], history.characters(history.top + row), marks)
        drawn = self._look.draw(runs)
        pieces = [
            (text, sum(map(self.look, marked), own or Style.null()))
            for (text, own), marked in zip(drawn.pieces, looks, strict=True)
        ]
        return Drawn(pieces, drawn.width)

    @property
    def _cursor(self) -> Cursor:
        """The program's cursor, in the scroll mode the person's."""
        if self.scroll is None or not self.scroll.has_keys:
            return self._core.cursor
        row = self.scroll.cursor.row - self.scroll.history.top
        return Cursor(self.scroll.cursor.column, row, visible=True, shape="block")

    def render_lines(self, crop: Region) -> list[Strip]:
        """Hand the compositor the lines it wants, as they are."""
        width, height = self.size
        if self._title.cell_length != width:
            self._draw_lines()
        shown = self._rows[: max(height - TITLE_LINES - len(self._notice), 0)]
        lines = [self._title, *(row.strip for row in shown)]
        lines += [Strip.blank(width)] * (height - len(lines) - len(self._notice))
        lines += self._notice
        return [
            strip
            if strip.cell_length == crop.width and not crop.x
            else strip.crop_extend(crop.x, crop.right, None)
            for strip in lines[crop.y : crop.bottom]
        ]

    # -- the title and the notice -----------------------------------------------------------

    def refresh_lines(self) -> None:
        """Bring the title and the notice up to date."""
        if not (self.terminal.shown and self.size.width):
            return
        if self._core.bells > self._seen_bells and isinstance(self.screen.focused, TerminalPane):
            self.app.bell()
        self._seen_bells = self._core.bells
        title, notice = self._title, self._notice
        self._draw_lines()
        if notice != self._notice:
            self._fit()
            self.refresh()
            self.aim_cursor()
        elif title != self._title:
            self.refresh(Region(0, 0, self.size.width, TITLE_LINES))

    def refresh_times(self) -> None:
        """Let the times in the title and the notice go on, and how far the view is above the end."""
        is_at_end = self.scroll is None and not self._is_above_end
        tells_age_alone = self.terminal.badge.state is TerminalState.OPEN and is_at_end
        # To draw them anew each second would be most of what a terminal costs in which nothing happens.
        if not tells_age_alone or self._open_for != open_for(self.terminal):
            self.refresh_lines()

    def _draw_lines(self) -> None:
        width = self.size.width
        self._open_for = open_for(self.terminal)
        found = progress(self.terminal.pasting) or (self.scroll.found if self.scroll is not None else "")
        self._title = title_line(
            self.terminal,
            width,
            self.look,
            focused=self.has_focus,
            found=found,
            hidden=self.hidden_beside,
            heard=self.heard,
        )
        self._notice = notice_lines(self.terminal, width, self.look)

    # -- recording --------------------------------------------------------------------------

    def toggle_recording(self) -> str:
        """Record the terminal from now on, or no longer; returns what is to be said of it."""
        terminal = self.terminal
        if (recorder := terminal.recorder) is not None:
            terminal.stop_recording()
            return one_line(f"recorded to {recorder.path}")
        if terminal.badge.state is not TerminalState.OPEN:
            return "there is no shell to record"
        self.follow()
        self._update()
        terminal.start_recording(self._picture())
        if (recorder := terminal.recorder) is not None:
            return one_line(f"recording to {recorder.path}")
        return "nothing is recorded here"

    def _picture(self) -> bytes:
        """What makes an empty screen look as this one does, but for what a program asked of it."""
        cursor = self._core.cursor
        alternate = "\x1b[?1049h" if self._core.alternate else ""
        console = self.app.console
        rows = (f"\x1b[{y};1H{row.strip.render(console)}" for y, row in enumerate(self._rows, 1))
        hidden = "" if cursor.visible else "\x1b[?25l"
        return f"{alternate}{''.join(rows)}\x1b[{cursor.row + 1};{cursor.column + 1}H{hidden}".encode()

    # -- focus and size ---------------------------------------------------------------------

    def aim_cursor(self) -> None:
        """Put the hardware cursor where the program has it."""
        # What was to be done after a refresh may come after the end.
        if self.is_attached:
            self._paint_rows([])

    def watch_has_focus(self, _has_focus: bool) -> None:  # noqa: FBT001 - as Textual has it
        """Mark the title, or no longer."""
        super().watch_has_focus(_has_focus)
        self.refresh_lines()

    def cover(self, lines: int) -> None:
        """Take note that something lies above the last lines of the screen; 0 where nothing does."""
        if lines != self._covered_lines:
            self._covered_lines, self.is_covered = lines, bool(lines)
            if self.has_focus:
                self.aim_cursor()

    def hide_cursor(self) -> None:
        """Show no hardware cursor."""
        if self._driver is not None:
            self._driver.show_cursor(None)

    def on_focus(self) -> None:
        """Show the cursor, and tell a program that wants to know."""
        self.aim_cursor()
        if self._core.focus_reports:
            self.terminal.write(b"\x1b[I")

    def on_blur(self) -> None:
        """Hide the cursor, and tell a program that wants to know."""
        self.hide_cursor()
        if self._core.focus_reports:
            self.terminal.write(b"\x1b[O")

    def appear(self) -> None:
        """Paint what came while nobody looked, and paint on."""
        self.terminal.shown = True
        self.terminal.unseen = False
        self._seen_bells = self._core.bells
        self.on_change()
        self.paint()

    def vanish(self) -> None:
        """Stop painting."""
        self.terminal.shown = False
        self._painter.stop()

    def on_mount(self) -> None:
        """Look at how it is opened from now on."""
        self._follow_climb()

    def on_unmount(self) -> None:
        """Paint no more."""
        self.vanish()

    def on_resize(self) -> None:
        """Give the program the new size."""
        self._fit()
        self.refresh()
        self.call_after_refresh(self.aim_cursor)

    def _fit(self) -> None:
        # What is said while it is opened lies on the screen for a moment, and makes it no smaller.
        notice = len(self._notice) if self.is_ended else 0
        rows = self.size.height - TITLE_LINES - notice
        if self.size.width > 0 and rows > 0:
            self.terminal.resize(Size(self.size.width, rows))
            self._update()

    # -- keys -------------------------------------------------------------------------------

    def send_key(self, key: str, character: str | None) -> None:
        """Send a key to the program."""
        if self._gives_up_paste(key):
            return
        if data := self._encoded(key, character):
            self.follow()
            self.terminal.write(data)

    def _encoded(self, key: str, character: str | None) -> bytes:
        """What a key is to the program; nothing where it may begin what leaves an attached one to itself."""
        attachment = self.terminal.attachment
        typed = [(key, character)] if attachment is None else attachment.type(key, character)
        return b"".join(self._keys.encode(*one) for one in typed)

    def send_text(self, text: str) -> None:
        """Send text as if each of its characters had been typed."""
        if self._core.kitty_keyboard or self.terminal.attachment is not None:
            for character in text:
                self.send_key(character, character)
        else:
            self.follow()
            self.terminal.write(text.encode())

    def paste(self, text: str) -> None:
        """Send pasted text to the program."""
        self.follow()
        self.terminal.paste(text)
        self._follow_paste()

    def _follow_paste(self) -> None:
        """Show how far it has come, if it takes long."""
        if self.terminal.pasting is not None and not self._is_following_paste:
            self._is_following_paste = True
            self.set_timer(CLIMB_EVERY, self._show_paste)

    def _show_paste(self) -> None:
        self._is_following_paste = False
        self.refresh_lines()
        self._follow_paste()

    def _gives_up_paste(self, key: str) -> bool:
        """Give up a paste that takes long, if the key is one for that; whether it is for nothing else."""
        paste = self.terminal.pasting
        if paste is None or paste.is_given_up or not progress(paste) or key not in _GIVE_UP:
            return False
        self.terminal.cancel_paste()
        return key == "escape"

    # -- scrolling --------------------------------------------------------------------------

    def scroll_view(self, lines: int) -> None:
        """Move the view down, up where negative."""
        if self.scroll is not None:
            self.scroll.scroll(lines)
        else:
            self._core.scroll(lines)
        self._scrolled()

    @property
    def is_scrolling(self) -> bool:
        """Whether keys go to the scroll mode."""
        return self.scroll is not None and self.scroll.has_keys

    def begin_scrolling(self) -> ScrollMode:
        """Look through what has been shown, with keys; returns the scroll mode."""
        if self.scroll is None:
            self.scroll = ScrollMode(self._core, has_keys=True)
        self.scroll.has_keys = self.scroll.is_held = True
        return self.scroll

    def move(self, action: str, count: int | None = None) -> None:
        """Do what a key of the table MOVING names, with the number that was typed before it."""
        if self.scroll is not None:
            self.scroll.move(action, count)
            self._scrolled()

    def show_scroll(self) -> None:
        """Show how the scroll mode is now."""
        self._scrolled()

    def follow(self) -> None:
        """Move the view back to the end, where it follows the output."""
        if self._is_above_end or self.scroll is not None:
            self.scroll = None
            self._core.scroll_to_end()
            self._scrolled()

    def _scrolled(self) -> None:
        self._is_above_end = self._core.scrolled > 0
        self.refresh_lines()
        self.paint()

    # -- the mouse --------------------------------------------------------------------------

    def _send_mouse(self, action: MouseAction, button: MouseButton, event: events.MouseEvent) -> None:
        event.stop()
        row = event.y - TITLE_LINES
        data = self._mouse.encode(
            action, button, event.x, row, shift=event.shift, ctrl=event.ctrl, alt=event.meta
        )
        if data:
            self.terminal.write(data)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Tell the program, if it asked; else a selection may begin. Hold the mouse meanwhile."""
        if event.y < TITLE_LINES:
            return  # the title is a border, which the area moves
        self.capture_mouse()
        if event.button == 1 and self._selects(event):
            event.stop()
            self._pressed = Offset(event.x, event.y - TITLE_LINES)
            if self.scroll is None or not self.scroll.has_keys:
                self.scroll = None
            else:
                self.scroll.selection = None
                self.scroll.go(self._place(event))
            self._scrolled()
            return
        self._send_mouse(MouseAction.PRESS, _BUTTONS.get(event.button, MouseButton.LEFT), event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Tell the program, if it asked; copy what was selected."""
        self.release_mouse()
        if self._pressed is not None:
            event.stop()
            self._pressed = None
            if self.scroll is not None and self.scroll.selection is not None:
                self._end_selection(self.scroll)
            return
        self._send_mouse(MouseAction.RELEASE, _BUTTONS.get(event.button, MouseButton.LEFT), event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Tell the program, if it asked; select up to there."""
        if self._pressed is not None:
            event.stop()
            self._drag(event, self._pressed)
            return
        self._send_mouse(MouseAction.MOTION, _BUTTONS.get(event.button, MouseButton.NONE), event)

    def on_click(self, event: events.Click) -> None:
        """Select and copy what was clicked twice, a line with three clicks."""
        if event.chain > 1 and event.button == 1 and self._selects(event):
            mode = self._select()
            select = mode.select_thing if event.chain == 2 else mode.select_line  # noqa: PLR2004 - clicks
            select(self._place(event))
            self._end_selection(mode)

    def _selects(self, event: events.MouseEvent) -> bool:
        """Whether the mouse is the person's: the program did not ask for it, or shift is held."""
        return event.y >= TITLE_LINES and (event.shift or not self._core.mouse_tracking)

    def _place(self, event: events.MouseEvent) -> Place:
        return self._select().place_at(event.x, event.y - TITLE_LINES)

    def _select(self) -> ScrollMode:
        """What selects: the scroll mode, or one without keys."""
        if self.scroll is None:
            self.scroll = ScrollMode(self._core, has_keys=False)
        return self.scroll

    def _drag(self, event: events.MouseEvent, pressed: Offset) -> None:
        mode, place = self._select(), self._place(event)
        if mode.selection is None and (start := mode.place_at(*pressed)) != place:
            mode.is_held = True
            mode.selection = Selection(start, place)
        if mode.selection is not None:
            mode.go(place)
            self._scrolled()

    def _end_selection(self, mode: ScrollMode) -> None:
        # The view follows again, unless the keys are for the scroll mode.
        mode.is_held = mode.has_keys
        self._scrolled()
        self.post_message(self.Selected(mode.selected_text()))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll back."""
        self._wheel(MouseButton.WHEEL_UP, event)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll on."""
        self._wheel(MouseButton.WHEEL_DOWN, event)

    def _wheel(self, button: MouseButton, event: events.MouseEvent) -> None:
        """Give the wheel to the program, as arrow keys where it only knows those, or to the scrollback."""
        screen = self._core
        if screen.mouse_tracking:
            self._send_mouse(MouseAction.PRESS, button, event)
            return
        event.stop()
        if screen.alternate:
            if screen.alternate_scroll:
                self.terminal.write(self._keys.encode(_ARROWS[button], None) * WHEEL_LINES)
        else:
            self.scroll_view(-WHEEL_LINES if button is MouseButton.WHEEL_UP else WHEEL_LINES)
