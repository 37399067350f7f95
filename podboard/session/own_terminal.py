"""The person's own terminal: its size, and the modes in which every key goes to the pod."""

from __future__ import annotations

import os
import signal
import termios
import tty
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from podboard.model.size import Size

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator, Sequence


def size_of(descriptors: Sequence[int]) -> Size | None:
    """Return the size of the first of these that is a terminal with a size; None where none is."""
    for descriptor in descriptors:
        with suppress(OSError):
            columns, rows = os.get_terminal_size(descriptor)
            if columns and rows:
                return Size(columns, rows)
    return None


def terminal_name(descriptors: Sequence[int]) -> str:
    """Return the name of the first of these that is a terminal; empty where none is."""
    for descriptor in descriptors:
        with suppress(OSError):
            return os.ttyname(descriptor)
    return ""


@contextmanager
def raw_terminal(
    descriptor: int, resized: Callable[[], None], loop: asyncio.AbstractEventLoop
) -> Iterator[None]:
    """Let every key through while the block lasts, and give the terminal back as it was, come what may.

    Stopped from outside, podboard gives it back meanwhile.

    Args:
        descriptor: The terminal.
        resized: Called when its size may have changed.
        loop: Whose signals these are.
    """
    before = termios.tcgetattr(descriptor)

    def take() -> None:
        # Not when all is written, which a terminal that takes nothing would never let happen.
        with suppress(termios.error):
            tty.setraw(descriptor, termios.TCSANOW)

    def give_back() -> None:
        with suppress(termios.error):  # it is gone
            termios.tcsetattr(descriptor, termios.TCSANOW, before)

    def stop() -> None:
        give_back()
        os.kill(os.getpid(), signal.SIGSTOP)
        take()
        resized()

    take()
    loop.add_signal_handler(signal.SIGWINCH, resized)
    loop.add_signal_handler(signal.SIGTSTP, stop)
    try:
        yield
    finally:
        give_back()
        loop.remove_signal_handler(signal.SIGTSTP)
        loop.remove_signal_handler(signal.SIGWINCH)
