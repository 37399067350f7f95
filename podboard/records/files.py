"""Files with secrets: the person's alone, and on the disk before anything depends on them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BESIDE = ("", "-wal", "-shm", "-journal")
"""What the names of the files end in that SQLite makes of a database."""


def make_private(path: Path) -> None:
    """Make an empty file that its owner alone can read; raises FileExistsError where there is one."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def tighten(database: Path) -> bool:
    """Let a database be its owner's alone; returns whether it was not."""
    if not database.stat().st_mode & 0o077:
        return False
    for ending in BESIDE:
        file = database.with_name(database.name + ending)
        if file.exists():
            file.chmod(0o600)
    return True


def sync(path: Path) -> None:
    """Have what a file holds, or the names in a folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
