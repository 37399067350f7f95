"""Writes to the person's terminal without ever waiting for it on the event loop."""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import Final

AT_ONCE: Final = 4096
"""Bytes up to which text is written where it comes from; a larger frame is the thread's."""


class Output:
    """A queue to a file descriptor, with a thread for what the descriptor cannot take at once.

    Handing text to a thread and waking it costs a tenth of a millisecond and more, which is most of
    what it costs to show a typed character. So what is small, and not behind anything else, is
    written where it comes from.

    Args:
        descriptor: A terminal, in blocking mode: others share it.

    Attributes:
        backlog: How many writes the terminal has not taken yet.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._without_waiting = _open_again(descriptor)
        self._waiting: deque[bytes] = deque()
        # A condition's own lock is taken with two calls more.
        self._lock = threading.Lock()
        self._change = threading.Condition(self._lock)
        self._busy = False
        self._closing = False
        self.backlog = 0
        self._thread = threading.Thread(target=self._drain, name="podboard-output", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Write ``text`` after all that was written before. Text a terminal cannot show is replaced."""
        data = text.encode("utf-8", "replace")
        with self._lock:
            if not (self._busy or self._waiting or len(data) > AT_ONCE):
                data = data[self._write_at_once(data) :]
            if data:
                self._waiting.append(data)
                self.backlog += 1
                self._change.notify_all()

    def close(self) -> None:
        """Write what is left, and end the thread."""
        with self._change:
            self._closing = True
            self._change.notify_all()
        self._thread.join()
        if self._without_waiting is not None:
            os.close(self._without_waiting)
            self._without_waiting = None

    def _write_at_once(self, data: bytes) -> int:
        """Write as much as the terminal takes now; returns how much that was."""
        if self._without_waiting is None:
            return 0
        try:
            return os.write(self._without_waiting, data)
        except BlockingIOError:
            return 0
        except OSError:
            # The terminal is gone; whoever reads from it will notice and end the app.
            return len(data)

    def _drain(self) -> None:
        while True:
            with self._change:
                self._busy = False
                self.backlog = len(self._waiting)
                self._change.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    return
                data = b"".join(self._waiting)
                self._waiting.clear()
                self._busy = True
                self.backlog = 1
            while data:
                try:
                    data = data[os.write(self._descriptor, data) :]
                except OSError:
                    return


def _open_again(descriptor: int) -> int | None:
    """Open the terminal once more, so as not to wait for it; None where it has no name here.

    Whether a write waits belongs to the opening, and the one that was inherited is shared with the
    person's shell. That a terminal says to be writable does not help: it does so while there is room
    for a single byte.
    """
    try:
        return os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
