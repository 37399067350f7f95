"""Writes to the person's terminal without ever waiting for it on the event loop."""

from __future__ import annotations

import os
import select
import threading
from collections import deque
from typing import Final

AT_ONCE: Final = 4096
"""Bytes that a terminal said to be writable takes without making the writer wait."""


class Output:
    """A queue to a file descriptor, with a thread for what the descriptor cannot take at once.

    Handing text to a thread and waking it costs a tenth of a millisecond and more, which is most of
    what it costs to show a typed character. So what is small, and not behind anything else, is
    written where it comes from.

    Args:
        descriptor: A terminal, in blocking mode: others share it.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)
        self._waiting: deque[bytes] = deque()
        self._change = threading.Condition()
        self._busy = False
        self._closing = False
        self._thread = threading.Thread(target=self._drain, name="podboard-output", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Write ``text`` after all that was written before. Text a terminal cannot show is replaced."""
        data = text.encode("utf-8", "replace")
        with self._change:
            if self._busy or self._waiting or len(data) > AT_ONCE or not self._is_writable():
                self._waiting.append(data)
                self._change.notify_all()
                return
            try:
                written = os.write(self._descriptor, data)
            except OSError:
                # The terminal is gone; whoever reads from it will notice and end the app.
                return
            if written < len(data):
                self._waiting.append(data[written:])
                self._change.notify_all()

    @property
    def backlog(self) -> int:
        """How many writes the terminal has not taken yet."""
        return len(self._waiting) + self._busy

    def close(self) -> None:
        """Write what is left, and end the thread."""
        with self._change:
            self._closing = True
            self._change.notify_all()
        self._thread.join()

    def _is_writable(self) -> bool:
        return any(event & select.POLLOUT for _, event in self._poll.poll(0))

    def _drain(self) -> None:
        while True:
            with self._change:
                self._busy = False
                self._change.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    return
                data = b"".join(self._waiting)
                self._waiting.clear()
                self._busy = True
            while data:
                try:
                    data = data[os.write(self._descriptor, data) :]
                except OSError:
                    return
