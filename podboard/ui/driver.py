"""How podboard reads the person's keys and shows the cursor."""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    import asyncio

    from textual.message import Message

    from podboard.vt.screen import Cursor

_SHAPE_NUMBERS = {"default": 0, "block": 1, "underline": 3, "bar": 5}
"""What DECSCUSR calls the blinking form of each shape; the steady form is one more."""

_READ_SIZE = 64 * 1024


class PodboardDriver(LinuxDriver):
    """Textual's driver for a terminal, with two things changed.

    Keys are read on the event loop: a thread and two hops between loops cost as much time as the
    pod's answer does. And the hardware cursor is the cursor of the terminal in focus, so that it
    has the shape the program or the person chose, and input methods know where it is.
    """

    _cursor = ""

    # -- input ------------------------------------------------------------------------------

    def start_application_mode(self) -> None:
        """Take the terminal, and read it on the loop."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._parser = XTermParser(self._debug)
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._tick: asyncio.TimerHandle | None = None
        self._loop.add_reader(self.fileno, self._read)

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
            self._app.exit(return_code=129)
            return
        for message in self._parser.feed(self._decode(data)):
            self.process_message(message)
        if self._tick is not None:
            self._tick.cancel()
        # An escape that nothing follows is the escape key.
        self._tick = self._loop.call_later(constants.ESCAPE_DELAY, self._finish_escape)

    def _finish_escape(self) -> None:
        for message in self._parser.tick():
            self.process_message(message)

    def send_message(self, message: Message) -> None:
        """Hand a message to the app; always on its loop here, but for a signal's resize."""
        self._app.post_message(message)

    # -- output -----------------------------------------------------------------------------

    @property
    def backlog(self) -> int:
        """How many writes the person's terminal has not taken yet."""
        return self._writer_thread._queue.qsize() if self._writer_thread is not None else 0  # noqa: SLF001

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

    def move_cursor(self, column: int, row: int) -> None:
        """Move the cursor without a repaint; both 0 first."""
        self.write(f"\x1b[{row + 1};{column + 1}H")

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        if self._cursor:
            self._cursor = ""
            self.write("\x1b[0 q")
        super().stop_application_mode()
