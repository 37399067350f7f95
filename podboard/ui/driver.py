"""How podboard reads the person's keys, and writes to the person's terminal."""

from __future__ import annotations

import os
import signal
from codecs import utf_8_decode
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol, cast

from rich.color import ColorSystem
from textual import constants
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Paste, Resize

from podboard.model.size import Size
from podboard.ui.key_parser import KeyParser
from podboard.ui.line.shadow import Shadow, wanted_abilities
from podboard.ui.output import Output
from podboard.ui.painter import BACKLOG, FRAME

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence
    from types import FrameType

    from rich.console import Console
    from textual.app import App
    from textual.message import Message

    from podboard.ui.look import Drawn
    from podboard.vt.screen import Cursor

_SHAPE_NUMBERS = {"default": 0, "block": 1, "underline": 3, "bar": 5}
"""What DECSCUSR calls the blinking form of each shape; the steady form is one more."""

_READ_SIZE = 64 * 1024

_HUNG_UP: Final = 128 + signal.SIGHUP
_ENDING: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
"""What others end podboard with; to die of it would leave the person's terminal as podboard needs it."""


class Typist(Protocol):
    """An app that can take what is typed at once, without the way through parser and messages."""

    def take_text(self, text: str) -> bool:
        """Take printable text; False to have it parsed as keys."""
        ...

    def take_key(self, event: Key) -> bool:
        """Take a key; False to have it sent as a message."""
        ...

    def take_paste(self, event: Paste) -> bool:
        """Take a paste, in its place among the keys; False to have it sent as a message."""
        ...


class PodboardDriver(LinuxDriver):
    """Textual's driver for a terminal, with five things changed.

    Keys are read on the event loop, and plain text goes straight to a terminal in focus: a thread, a
    parser and two queues take as long as the pod's answer does. What is small is written at once. And
    the hardware cursor is the cursor of the terminal in focus, so that it has the shape the program or
    the person chose, and input methods know where it is. A signal that would kill lets the app leave and
    give the terminal back. Last, of what Textual and the panes draw only that is written which differs from
    what stands on the screen (``ui.line``), unless ``PODBOARD_LIGHT=off`` says otherwise.
    """

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # To ask whether it is one would take a millisecond of the first frame.
        self._typist = cast("Typist", app) if hasattr(app, "take_text") else None
        self._parser = KeyParser(debug)
        # The beginning of a character whose rest is still to be read.
        self._begun = b""
        self._escape_timer: asyncio.TimerHandle | None = None
        self._output: Output | None = None
        abilities = wanted_abilities()
        self._shadow = Shadow(Size(*self._get_terminal_size()), abilities) if abilities is not None else None
        self._late: asyncio.TimerHandle | None = None
        self._cursor = ""
        self._has_terminal = False
        # The app's: a driver that is resumed after a stop starts from a signal handler, which has none.
        self._context = copy_context()
        # On the loop: what these write would else come into the middle of a frame.
        self._loop.add_signal_handler(signal.SIGTSTP, self._sigtstp_application)
        self._loop.add_signal_handler(signal.SIGCONT, self._sigcont_application)

    # -- input ------------------------------------------------------------------------------

    def start_application_mode(self) -> None:
        """Take the terminal, and read it on the loop."""
        assert self._file is not None  # noqa: S101 - Textual checks before it chooses a driver
        self._output = Output(self._file.fileno())
        self._has_terminal = True
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._context.run(self._loop.add_reader, self.fileno, self._read)
        for number in _ENDING:
            self._loop.add_signal_handler(number, self._leave, 128 + number)
        self._listen_for_sizes()
        if self._cursor:
            self.write(self._cursor)

    def _listen_for_sizes(self) -> None:
        """Hear that the terminal was resized, even where it is back at its old size by now."""
        tell = signal.getsignal(signal.SIGWINCH)

        def resized(number: int, frame: FrameType | None) -> None:
            size = Size(*self._get_terminal_size())
            self._loop.call_soon_threadsafe(partial(self._note_size, size, is_new=True))
            if callable(tell):
                tell(number, frame)

        signal.signal(signal.SIGWINCH, resized)

    def _note_size(self, size: Size, *, is_new: bool) -> None:
        """Write the whole screen anew where the terminal was resized: nobody knows what became of it.

        Args:
            size: Its size by now.
            is_new: Whether it was another in between in any case.
        """
        if self._shadow is None:
            return
        if size != self._shadow.grid.size:
            # Textual draws it with the new size.
            self._shadow.forget()
        elif is_new:
            self.repaint()

    def _follow_layout(self, shadow: Shadow) -> None:
        """Have the shadow the size Textual draws in by now, which draws all of it then.

        The terminal's own size would not do: Textual hears of it later, and of none that lasts but a moment.
        """
        screens = self._app.screen_stack
        if screens and (size := Size(*screens[-1].outer_size)) != shadow.grid.size and all(size):
            shadow.resize(size)

    def disable_input(self) -> None:
        """Read no more."""
        self._loop.remove_reader(self.fileno)
        super().disable_input()

    def _run_input_thread(self) -> None:
        """Leave at once: the loop reads."""

    def _read(self) -> None:
        try:
            data = os.read(self.fileno, _READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            # The person's terminal is gone; to go on reading it would spin.
            self._loop.remove_reader(self.fileno)
            self._leave(_HUNG_UP)
            return
        data = self._begun + data
        text, read = utf_8_decode(data, "replace")
        self._begun = data[read:]
        if not text:
            return  # to the parser it would be the end of all
        if (
            text.isprintable()
            and self._is_between_sequences
            and self._typist is not None
            and self._typist.take_text(text)
        ):
            return
        for message in self._parser.feed(text):
            self.process_message(message)
        if "\x1b" in text:
            if self._escape_timer is not None:
                self._escape_timer.cancel()
            # An escape that nothing follows is the escape key.
            self._escape_timer = self._loop.call_later(constants.ESCAPE_DELAY, self._finish_escape)

    def _leave(self, code: int) -> None:
        self._app.exit(return_code=code)

    @property
    def _is_between_sequences(self) -> bool:
        """Whether text is text, and no part of an escape sequence or of a paste."""
        return self._escape_timer is None and not self._parser.is_pasting

    def _finish_escape(self) -> None:
        self._escape_timer = None
        for message in self._parser.tick():
            self.process_message(message)

    def send_message(self, message: Message) -> None:
        """Hand a message to the app, on whose loop this runs."""
        if isinstance(message, Resize):
            self._note_size(Size(*message.size), is_new=False)
        if not self._is_taken(message):
            self._app.post_message(message)

    def _is_taken(self, message: Message) -> bool:
        match message:
            case Key():
                return self._typist is not None and self._typist.take_key(message)
            case Paste():
                return self._typist is not None and self._typist.take_paste(message)
        return False

    # -- output -----------------------------------------------------------------------------

    def write(self, data: str) -> None:
        """Take what Textual writes for the person's terminal."""
        if self._shadow is None:
            self._send(data)
        else:
            self._follow_layout(self._shadow)
            self._send(self._shadow.write(data))
            self._send_change()

    def paint(
        self,
        rows: Sequence[tuple[int, Drawn]],
        column: int,
        console: Console,
        cursor_at: tuple[int, int],
        cursor: Cursor | None,
    ) -> None:
        """Paint rows past the compositor.

        Args:
            rows: Which rows of the screen, 0 first, and what shall stand in them.
            column: Where in these rows, 0 first.
            console: The app's.
            cursor_at: The column and the row where the cursor belongs.
            cursor: The cursor, None where it is hidden.
        """
        if self._shadow is not None:
            system: ColorSystem = console._color_system or ColorSystem.TRUECOLOR  # noqa: SLF001 - as Textual
            grid = self._shadow.grid
            for row, drawn in rows:
                grid.draw(row, column, drawn, system)
            grid.column, grid.row = cursor_at
            self.show_cursor(cursor)
            self._send_change()
            return
        pieces = [f"\x1b[{row + 1};{column + 1}H{drawn.strip.render(console)}" for row, drawn in rows]
        pieces.append(f"\x1b[{cursor_at[1] + 1};{cursor_at[0] + 1}H")
        painted = "".join(pieces)
        if len(rows) > 1:
            # No torn frame where the terminal can hold it back, no dancing cursor where it cannot.
            hidden, shown = ("\x1b[?25l", "\x1b[?25h") if cursor is not None else ("", "")
            painted = f"\x1b[?2026h{hidden}{painted}{shown}\x1b[?2026l"
        self._send(painted)
        self.show_cursor(cursor)

    def repaint(self) -> None:
        """Write the whole screen anew, whatever has become of it."""
        if self._shadow is not None:
            self._shadow.forget()
            self._send_change()

    def _send(self, data: str) -> None:
        """Write, but not once the terminal was given back: widgets end after that."""
        if data and self._output is not None and self._has_terminal:
            self._output.write(data)

    def _send_change(self) -> None:
        """Write what makes the screen right, once the terminal has taken what was written before.

        A slow line gets fewer frames, not older ones.
        """
        if self._shadow is None or not self._has_terminal:
            return
        if self.backlog < BACKLOG:
            self._send(self._shadow.change())
        elif self._late is None:
            self._late = self._loop.call_later(FRAME, self._send_late)

    def _send_late(self) -> None:
        self._late = None
        self._send_change()

    @property
    def backlog(self) -> int:
        """How many writes the person's terminal has not taken yet."""
        return self._output.backlog if self._output is not None else 0

    def show_cursor(self, cursor: Cursor | None) -> None:
        """Show the cursor in the shape the program chose, or hide it where there is None.

        Where it stands is ``App.cursor_position``, to which every repaint returns.
        """
        if cursor is None:
            sequence = "\x1b[?25l"
        else:
            shape = _SHAPE_NUMBERS[cursor.shape]
            shape += bool(shape) and not cursor.blinking
            sequence = f"\x1b[{shape} q\x1b[?25h"
        if sequence != self._cursor:
            self._cursor = sequence
            self.write(sequence)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        if self._cursor:
            self.write("\x1b[0 q")
        if self._late is not None:
            self._late.cancel()
            self._late = None
        super().stop_application_mode()
        self._has_terminal = False

    def close(self) -> None:
        """Write what is left."""
        super().close()
        if self._output is not None:
            self._output.close()
