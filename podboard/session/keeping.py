"""What terminals had shown when podboard was left, until they are opened again: files of the person alone.

One folder a context; what is kept anew takes the place of what was there. Names in it are made up when it
is kept, so that what is read goes with the layout that names it.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

log = logging.getLogger(__name__)

MOST_OF_ONE: Final = 4 << 20
MOST_OF_ALL: Final = 64 << 20
"""Bytes that are kept of one terminal and of all of a context; those that come last are kept without."""

EXPIRES: Final = 7 * 24 * 3600.0
"""Seconds after which nobody is expected to come back."""


class Keeping:
    """Keeps what terminals have shown. Its methods block.

    Args:
        folder: Of all contexts.
    """

    def __init__(self, folder: Path, context: str) -> None:
        self._all = folder
        # A context's name may hold anything.
        self._folder = folder / sha256(context.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def keep(self, texts: Sequence[bytes]) -> list[str]:
        """Keep these, and nothing that was kept before; returns their names, empty for what is not kept.

        Raises:
            OSError: They cannot be written.
        """
        self.forget()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names, room = [], MOST_OF_ALL
        for text in texts:
            room -= len(text)
            name = f"{secrets.token_hex(8)}.vt" if text and room >= 0 else ""
            if name:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
                with os.fdopen(os.open(self._folder / name, flags, 0o600), "wb") as file:
                    file.write(text)
            names.append(name)
        return names

    def read(self, names: Iterable[str]) -> list[bytes]:
        """What is kept by these names, nothing for what is not there any more."""
        return [self._read(name) for name in names]

    def _read(self, name: str) -> bytes:
        path = self._folder / name
        if path.parent != self._folder or not name.endswith(".vt"):
            return b""
        try:
            with path.open("rb") as file:
                return file.read(MOST_OF_ONE)
        except OSError as error:
            log.warning("%s is not shown again: %s", path, error.strerror)
            return b""

    def forget(self) -> None:
        """Remove all that is kept of this context."""
        for path in self._folder.glob("*.vt"):
            _remove(path)

    def sweep(self) -> None:
        """Remove what nobody came back for, of whatever context."""
        now = time.time()
        for path in self._all.glob("*/*.vt"):
            try:
                is_old = now - path.stat().st_mtime > EXPIRES
            except FileNotFoundError:  # another podboard was faster
                continue
            if is_old:
                _remove(path)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s is still there: %s", path, error.strerror)
