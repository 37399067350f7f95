"""A child process' ends of its pipes or terminal, read and written by the event loop without blocking it."""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

CHUNK: Final = 32 * 1024
"""Bytes of one output message, at most: what the kubelet's copying buffer holds."""


class Source:
    """Reads a descriptor and hands on what it says, unless paused.

    A terminal gives at most 4 KiB at once, so whatever waits is gathered up to ``CHUNK``; nothing is
    ever waited for, so a single echoed character goes out at once.

    Args:
        handle: Non-blocking; closed by ``close``.
        said: Takes the bytes.
        ended: Called once, when there is nothing more to come.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        handle: int,
        said: Callable[[bytes], None],
        ended: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._handle = handle
        self._said = said
        self._ended = ended
        self._open = True
        self._paused = False
        loop.add_reader(handle, self._readable)

    @property
    def open(self) -> bool:
        """Return whether more may come."""
        return self._open

    def pause(self) -> None:
        """Read nothing for now: the process will block once its buffer is full."""
        if self._open and not self._paused:
            self._paused = True
            self._loop.remove_reader(self._handle)

    def resume(self) -> None:
        """Read on."""
        if self._open and self._paused:
            self._paused = False
            self._loop.add_reader(self._handle, self._readable)

    def close(self) -> None:
        """Read nothing more, whatever is still there."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._handle)
            os.close(self._handle)

    def drain(self) -> None:
        """Hand on what waits right now."""
        while self._open and not self._paused and self._readable():
            pass

    def _readable(self) -> bool:
        """Hand on one chunk; return whether there was anything."""
        parts: list[bytes] = []
        size, ended = 0, False
        while size < CHUNK:
            try:
                part = os.read(self._handle, CHUNK - size)
            except BlockingIOError:
                break
            except OSError:  # EIO: the last holder of the terminal's other side has gone
                part = b""
            if not part:
                ended = True
                break
            parts.append(part)
            size += len(part)
        if parts:
            self._said(parts[0] if len(parts) == 1 else b"".join(parts))
        if ended and self._open:
            self.close()
            self._ended()
        return bool(parts)


class Sink:
    """Writes to a descriptor, keeping what it does not take at once.

    Args:
        handle: Non-blocking.
        owned: Whether closing this closes the handle; a terminal's is read from, too.
        drained: Called when everything kept has been written.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, handle: int, drained: Callable[[], None], *, owned: bool
    ) -> None:
        self._loop = loop
        self._handle = handle
        self._drained = drained
        self._owned = owned
        self._kept: deque[memoryview] = deque()
        self._open = True
        self._closing = False

    @property
    def full(self) -> bool:
        """Return whether something is kept: time to send no more."""
        return bool(self._kept)

    def write(self, data: bytes) -> None:
        """Write bytes, now or when there is room; nothing is said if nobody reads them any more."""
        if not self._open or self._closing:
            return
        if not self._kept:
            self._loop.add_writer(self._handle, self._writable)
        self._kept.append(memoryview(data))
        self._writable()

    def finish(self) -> None:
        """Close once everything kept has been written."""
        if self._kept:
            self._closing = True
        else:
            self.close()

    def close(self) -> None:
        """Close at once."""
        if self._open:
            self._open = False
            if self._kept:
                self._kept.clear()
                self._loop.remove_writer(self._handle)
            if self._owned:
                os.close(self._handle)

    def _writable(self) -> None:
        while self._kept:
            first = self._kept[0]
            try:
                written = os.write(self._handle, first)
            except BlockingIOError:
                return
            except OSError:  # EPIPE, EIO: the reader has gone
                self.close()
                self._drained()
                return
            if written < len(first):
                self._kept[0] = first[written:]
            else:
                self._kept.popleft()
        self._loop.remove_writer(self._handle)
        if self._closing:
            self.close()
        self._drained()
