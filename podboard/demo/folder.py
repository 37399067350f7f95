"""The cluster's private folder: made for one cluster, gone with it, swept up by the next if it was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from podboard.demo.processes import kill_everything_at_home
from podboard.errors import DemoError

_PREFIX: Final = "podboard-demo-"
_UNFINISHED: Final = "podboard-new-demo-"
_LOCK: Final = "alive"


def temporary_folder() -> Path:
    """Return the machine's folder for temporary files; raises DemoError where none can be written."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        raise DemoError(
            "There is no folder for temporary files that can be written.", "Name one in TMPDIR."
        ) from error


class PrivateFolder:
    """A folder in the machine's temporary one that only its owner can enter.

    A lock on a file in it says that its cluster lives. The kernel drops the lock when the cluster's
    process ends, however it ends, and a process number that is used again cannot fake it.

    Attributes:
        path: Where it is.
    """

    def __init__(self) -> None:
        new = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=temporary_folder()))
        self._lock = os.open(new / _LOCK, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path = new.with_name(f"{_PREFIX}{new.name.removeprefix(_UNFINISHED)}")
        new.rename(self.path)  # only now can another cluster take it for one that was left

    def remove(self) -> None:
        """Take the folder and everything in it away."""
        _take_away(self.path)
        os.close(self._lock)


def sweep() -> None:
    """Remove what clusters left behind that were killed: their folders, and processes at home there."""
    for path in temporary_folder().glob(f"{_PREFIX}*"):
        if _is_ours(path) and _is_dead(path):
            kill_everything_at_home(path)
            _take_away(path)


def _take_away(path: Path) -> None:
    """Remove a folder, the lock last: if this is killed, the next one knows the rest for what it is."""
    with suppress(OSError):
        for inside in [inside for inside in path.iterdir() if inside.name != _LOCK]:
            if inside.is_dir() and not inside.is_symlink():
                shutil.rmtree(inside, ignore_errors=True)
            else:
                inside.unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)


def _is_ours(path: Path) -> bool:
    try:
        about = path.lstat()
    except OSError:  # gone meanwhile
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid()


def _is_dead(path: Path) -> bool:
    """Say whether nobody holds the folder's lock; one without a lock file is none of ours."""
    try:
        lock = os.open(path / _LOCK, os.O_WRONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True
