"""Pseudo-terminals for tests: one end is the person's terminal, the other is what podboard writes to."""

import os
import select
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple


class Pty(NamedTuple):
    """Both ends, as file descriptors."""

    person: int
    program: int


@contextmanager
def open_pty(*, raw: bool = True) -> Iterator[Pty]:
    """A pseudo-terminal, closed in the end.

    Args:
        raw: Whether what is written arrives as it was written; a cooked one makes CR LF of LF.
    """
    pty = Pty(*os.openpty())
    if raw:
        tty.setraw(pty.program, termios.TCSANOW)
    yield pty
    for descriptor in pty:
        # A test may have closed one end itself.
        with suppress(OSError):
            os.close(descriptor)


def read_all(descriptor: int, seconds: float) -> bytes:
    """What can be read until nothing has come for so many seconds."""
    pieces = []
    while select.select([descriptor], [], [], seconds)[0]:
        pieces.append(os.read(descriptor, 1 << 16))
    return b"".join(pieces)
