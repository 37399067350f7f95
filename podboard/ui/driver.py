"""How podboard reads the person's keys, and writes to the person's terminal."""

from __future__ import annotations

import os
import signal
from codecs import getincrementaldecoder
from contextvars import copy_context
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from textual import constants
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Paste

from podboard.ui.key_parser import KeyParser
from podboard.ui.output import Output

if TYPE_CHECKING:
    import asyncio

    from textual.app import App
    from textual.message import Message

    from podboard.vt.screen import Cursor

_SHAPE_NUMBERS = {"default": 0, "block": 1, "underline": 3, "bar": 5}
"""What DECSCUSR calls the blinking form of each shape; the steady form is one more."""

_READ_SIZE = 64 * 1024

_HUNG_UP: Final = 128 + signal.SIGHUP
_ENDING: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
"""What others end podboard with; to die of it would leave the person's terminal as podboard needs it."""


@runtime_checkable
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
    """Textual's driver for a terminal, with four things changed.

    Keys are read on the event loop, and plain text goes straight to a terminal in focus: a thread, a
    parser and two queues take as long as the pod's answer does. What is small is written at once. And
    the hardware cursor is the cursor of the terminal in focus, so that it has the shape the program or
    the person chose, and input methods know where it is. Last, a signal that would kill lets the app
    leave and give the terminal back.
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
        self._typist: Typist | None = app if isinstance(app, Typist) else None
        self._parser = KeyParser(debug)
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._escape_timer: asyncio.TimerHandle | None = None
        self._output: Output | None = None
        self._cursor = ""
        self._has_terminal = False
        # The app's: a driver that is resumed after a stop starts from a signal handler, which has none.
        self._context = copy_context()

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
        if self._cursor:
            self.write(self._cursor)

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
        text = self._decode(data)
        if not text:
            return  # no more than the beginning of a character; to the parser it would be the end of all
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
        """Write to the person's terminal, but not once it was given back: widgets end after that."""
        if self._output is not None and self._has_terminal:
            self._output.write(data)

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
        super().stop_application_mode()
        self._has_terminal = False

    def close(self) -> None:
        """Write what is left."""
        super().close()
        if self._output is not None:
            self._output.close()
