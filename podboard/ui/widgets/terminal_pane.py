"""The terminal itself: rows of the core on the screen, keys and mouse to the pod."""

from __future__ import annotations

import time
from itertools import groupby
from typing import TYPE_CHECKING, Final

from textual.geometry import Offset, Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from podboard.model.size import Size
from podboard.ui.driver import PodboardDriver
from podboard.ui.look import Look
from podboard.ui.painter import Painter, paint_now
from podboard.vt.keys import KeyEncoder
from podboard.vt.mouse import MouseAction, MouseButton, MouseEncoder
from podboard.vt.paste import encode_paste

if TYPE_CHECKING:
    from textual import events

    from podboard.session.terminal import Terminal

WHEEL_LINES: Final = 3

_LONGEST_HOLD: Final = 1.0
"""Seconds a program may keep its screen from being painted (mode 2026) before it is painted anyway."""

_BUTTONS: Final = {1: MouseButton.LEFT, 2: MouseButton.MIDDLE, 3: MouseButton.RIGHT}
_ARROWS: Final = {MouseButton.WHEEL_UP: "up", MouseButton.WHEEL_DOWN: "down"}


class TerminalPane(Widget, can_focus=True):
    """Shows a terminal and sends it what the person does."""

    ALLOW_SELECT = False
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

    class Scrolled(Message):
        """The view into the scrollback moved."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self.terminal = terminal
        self._screen_core = terminal.screen
        self._look = Look(color=not self.app.no_color)
        self._strips: list[Strip] = []
        self._keys = KeyEncoder(terminal.screen)
        self._mouse = MouseEncoder(terminal.screen)
        self._painter = Painter(self.paint, lambda: self._driver.backlog if self._driver else 0)
        self._held_since = 0.0
        self._is_above_end = False
        terminal.attach(self)

    @property
    def _driver(self) -> PodboardDriver | None:
        driver = self.app._driver  # noqa: SLF001 - the app has no public way to its driver
        return driver if isinstance(driver, PodboardDriver) else None

    # -- what the terminal tells ------------------------------------------------------------

    def on_output(self) -> None:
        """Paint soon, if somebody looks."""
        if self.terminal.shown:
            self._painter.request()

    def on_change(self) -> None:
        """Let the frame, the tabs and the list know."""
        self.post_message(self.Changed(self))

    # -- painting ---------------------------------------------------------------------------

    def paint(self) -> None:
        """Bring what changed onto the screen."""
        if not self.terminal.shown or self._on_hold():
            return
        changed = self._update()
        if not self._paint_rows(changed) and changed:
            for _, rows in groupby(enumerate(changed), lambda pair: pair[1] - pair[0]):
                run = [row for _, row in rows]
                self._set_dirty(Region(0, run[0], self.size.width, len(run)))
            paint_now(self.screen, self)

    def _paint_rows(self, rows: list[int]) -> bool:
        """Write rows straight to the person's terminal, if nothing can lie above this pane.

        The compositor would do the same in five times the time. While the pane has the focus, no
        dialog and no list is above it; in all other cases the compositor decides what is seen.
        """
        driver = self._driver
        if driver is None or not (self.has_focus and self.screen.is_current) or self.app._batch_count:  # noqa: SLF001
            return False
        left, top = self.region.offset
        width, console = self.size.width, self.app.console
        pieces = []
        for row in rows:
            strip = self._strips[row]
            if strip.cell_length != width:
                return False
            pieces.append(f"\x1b[{top + row + 1};{left + 1}H{strip.render(console)}")
        cursor = self._screen_core.cursor
        self.app.cursor_position = Offset(left + cursor.column, top + cursor.row)
        pieces.append(f"\x1b[{top + cursor.row + 1};{left + cursor.column + 1}H")
        painted = "".join(pieces)
        if len(rows) > 1:
            # No torn frame where the terminal can hold it back, no dancing cursor where it cannot.
            hidden = "\x1b[?25l" if cursor.visible else ""
            shown = "\x1b[?25h" if cursor.visible else ""
            painted = f"\x1b[?2026h{hidden}{painted}{shown}\x1b[?2026l"
        driver.write(painted)
        driver.show_cursor(cursor if cursor.visible else None)
        return True

    def _on_hold(self) -> bool:
        if not self._screen_core.held:
            self._held_since = 0.0
            return False
        now = time.monotonic()
        self._held_since = self._held_since or now
        if now - self._held_since >= _LONGEST_HOLD:
            return False
        self.set_timer(_LONGEST_HOLD, self._painter.request)
        return True

    def _update(self) -> list[int]:
        """Draw the rows that changed, and return which."""
        screen = self._screen_core
        changed = screen.update()
        if len(self._strips) != screen.size.rows:
            self._strips = [Strip.blank(screen.size.columns)] * screen.size.rows
            changed = list(range(screen.size.rows))
        strip = self._look.strip
        for row in changed:
            self._strips[row] = strip(screen.rows[row])
        return changed

    def render_lines(self, crop: Region) -> list[Strip]:
        """Hand the compositor the rows it wants, as they are; nothing is drawn here."""
        width = crop.width
        strips = self._strips[crop.y : crop.bottom]
        if crop.x or any(strip.cell_length != width for strip in strips):
            strips = [strip.crop_extend(crop.x, crop.right, None) for strip in strips]
        missing = crop.height - len(strips)
        return strips + [Strip.blank(width)] * missing if missing else strips

    # -- the cursor -------------------------------------------------------------------------

    def aim_cursor(self) -> None:
        """Put the hardware cursor where the program has it."""
        self._paint_rows([])

    def on_focus(self) -> None:
        """Show the cursor, and tell a program that wants to know."""
        self.aim_cursor()
        if self._screen_core.focus_reports:
            self.terminal.write(b"\x1b[I")

    def on_blur(self) -> None:
        """Hide the cursor, and tell a program that wants to know."""
        if self._driver is not None:
            self._driver.show_cursor(None)
        if self._screen_core.focus_reports:
            self.terminal.write(b"\x1b[O")

    def on_show(self) -> None:
        """Paint what came while nobody looked."""
        self.terminal.shown = True
        self.terminal.unseen = False
        self.paint()

    def on_hide(self) -> None:
        """Stop painting."""
        self.terminal.shown = False
        self._painter.stop()

    def on_resize(self, event: events.Resize) -> None:
        """Give the program the new size."""
        if event.size.width and event.size.height:
            self.terminal.resize(Size(event.size.width, event.size.height))
            self._update()
            self.refresh()
            self.call_after_refresh(self.aim_cursor)

    # -- keys -------------------------------------------------------------------------------

    def send_key(self, key: str, character: str | None) -> None:
        """Send a key to the program."""
        if data := self._keys.encode(key, character):
            self.follow()
            self.terminal.write(data)

    def send_text(self, text: str) -> None:
        """Send text as if each of its characters had been typed."""
        if self._screen_core.kitty_keyboard:
            for character in text:
                self.send_key(character, character)
        else:
            self.follow()
            self.terminal.write(text.encode())

    def paste(self, text: str) -> None:
        """Send pasted text to the program."""
        self.follow()
        self.terminal.write(encode_paste(text, bracketed=self._screen_core.bracketed_paste))

    def on_paste(self, event: events.Paste) -> None:
        """Send what the person's terminal pasted."""
        event.stop()
        self.paste(event.text)

    # -- scrolling --------------------------------------------------------------------------

    @property
    def scrolled(self) -> int:
        """How many lines the view is above the end."""
        return self._screen_core.scrolled

    def scroll_view(self, lines: int) -> None:
        """Move the view down, up where negative."""
        self._screen_core.scroll(lines)
        self._scrolled()

    def scroll_to_top(self) -> None:
        """Move the view to the oldest line."""
        self._screen_core.scroll_to_top()
        self._scrolled()

    def follow(self) -> None:
        """Move the view back to the end, where it follows the output."""
        if self._is_above_end:
            self._screen_core.scroll_to_end()
            self._scrolled()

    def _scrolled(self) -> None:
        self._is_above_end = self._screen_core.scrolled > 0
        self.post_message(self.Scrolled())
        self.paint()

    # -- the mouse --------------------------------------------------------------------------

    def _send_mouse(self, action: MouseAction, button: MouseButton, event: events.MouseEvent) -> None:
        event.stop()
        data = self._mouse.encode(
            action, button, event.x, event.y, shift=event.shift, ctrl=event.ctrl, alt=event.meta
        )
        if data:
            self.terminal.write(data)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Tell the program, if it asked; hold the mouse until the button is up again."""
        self.capture_mouse()
        self._send_mouse(MouseAction.PRESS, _BUTTONS.get(event.button, MouseButton.LEFT), event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Tell the program, if it asked."""
        self.release_mouse()
        self._send_mouse(MouseAction.RELEASE, _BUTTONS.get(event.button, MouseButton.LEFT), event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Tell the program, if it asked."""
        self._send_mouse(MouseAction.MOTION, _BUTTONS.get(event.button, MouseButton.NONE), event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll back."""
        self._wheel(MouseButton.WHEEL_UP, event)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll on."""
        self._wheel(MouseButton.WHEEL_DOWN, event)

    def _wheel(self, button: MouseButton, event: events.MouseEvent) -> None:
        """Give the wheel to the program, as arrow keys where it only knows those, or to the scrollback."""
        screen = self._screen_core
        if screen.mouse_tracking:
            self._send_mouse(MouseAction.PRESS, button, event)
            return
        event.stop()
        if screen.alternate:
            if screen.alternate_scroll:
                self.terminal.write(self._keys.encode(_ARROWS[button], None) * WHEEL_LINES)
        else:
            self.scroll_view(-WHEEL_LINES if button is MouseButton.WHEEL_UP else WHEEL_LINES)
