"""``--database``: which database the commands that keep something use."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def add_database_flag(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which database to use."""
    parser.add_argument(
        "--database",
        metavar="FILE",
        default=argparse.SUPPRESS,  # what was given before the command's name holds otherwise
        help="the database of pod records and the history",
    )


def database_of(options: argparse.Namespace) -> Path:
    """Return the database that was named: the flag's, else the environment's, else the usual one."""
    import os
    from pathlib import Path

    from podboard.paths import database_file

    named = getattr(options, "database", None)
    return Path(named) if named else database_file(os.environ)


def has_database(path: Path) -> bool:
    """Whether there is one; raises DatabaseError where that cannot be told."""
    from podboard.errors import DatabaseError
    from podboard.model.text import one_line

    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise DatabaseError(
            f"{one_line(str(path))} cannot be opened: {error.strerror}", "check who owns it and its folder"
        ) from error
    return True
