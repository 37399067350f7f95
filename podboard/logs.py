"""The log file: everything podboard did and failed at, without secrets, one line each."""

from __future__ import annotations

import contextlib
import logging
import os
from typing import TYPE_CHECKING, Final

from podboard.errors import UsageError

if TYPE_CHECKING:
    from io import TextIOWrapper
    from pathlib import Path

_SIZE: Final = 4 * 1024 * 1024
"""Bytes from which a log is put aside."""


class _PrivateFile(logging.FileHandler):
    """A file that only its owner can read, from its first byte on."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")


class _OneLine(logging.Formatter):
    """Writes a record so that nothing in it can pass for another record or act on a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).splitlines()
        return "\n    ".join(
            "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in line)
            for line in lines
        )


def start_logging(path: Path) -> None:
    """Write the log to ``path`` from now on.

    Raises:
        UsageError: The file cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _rotate(path)
        handler = _PrivateFile(path)
    except OSError as error:
        raise UsageError(
            f"the log file {path} cannot be written: {error.strerror}",
            "name another one in PODBOARD_LOG",
        ) from error
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    logging.getLogger("podboard").setLevel(logging.INFO)
    # A full disk must not scribble over the screen.
    logging.raiseExceptions = False


def _rotate(path: Path) -> None:
    """Put a log that has grown aside; the one put aside before goes."""
    # At the start only, and not with the library's rotating handler: loading that takes as long as a
    # tenth of the first frame.
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > _SIZE:
            path.replace(path.with_name(f"{path.name}.1"))
