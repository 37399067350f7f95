"""``podboard replay``: a recording played on the whole screen."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from podboard.errors import PodboardError, RecordingError
from podboard.model.text import one_line

if TYPE_CHECKING:
    from podboard.wire.asciicast import Cast

LARGEST: Final = 256 << 20
"""Bytes of the largest file that is played: it is held in memory."""

_DESCRIPTION = """\
Play a recording in the format asciicast, version 2 or 3. Its escape sequences go to podboard's own terminal
core and never to your terminal.
"""

_EPILOG = """\
keys: space plays and pauses, . goes a step, the arrows 5 seconds, [ and ] change the speed,
/ finds where a text appears, n where it does again, g goes to a time, q quits

podboard's recordings are in $XDG_DATA_HOME/podboard/recordings; podboard history tells which is where
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser], told: str) -> None:
    """Add the command, of which ``told`` is told in a list of all."""
    parser = commands.add_parser(
        "replay",
        help=told,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", help="the recording")
    parser.add_argument(
        "--speed", type=_speed, default=1.0, metavar="N", help="times as fast as it was; 1 if not given"
    )
    parser.add_argument(
        "--idle-limit",
        type=_seconds,
        metavar="S",
        help="seconds a pause lasts at most; else what the recording says, if it says it",
    )
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument("--search", default="", metavar="TEXT", help="begin where a text appears")
    begin.add_argument(
        "--at", type=_time, default=0.0, metavar="TIME", help="begin there: 90, 1:30 or 1:02:03"
    )


def run(options: argparse.Namespace) -> int:
    """Play it until the person leaves.

    Returns:
        The exit code.

    Raises:
        RecordingError: The file is no recording that can be played.
        UsageError: There is no terminal, or the log file cannot be written.
        PodboardError: podboard itself failed.
    """
    from podboard.commands.board import check_terminal
    from podboard.logs import start_logging
    from podboard.paths import log_file

    cast = read(Path(options.file))
    check_terminal()
    path = log_file(os.environ)
    start_logging(path)
    from podboard.ui.replay import ReplayApp

    app = ReplayApp(
        cast,
        one_line(Path(options.file).name),
        speed=options.speed,
        idle_limit=cast.idle_limit if options.idle_limit is None else options.idle_limit,
        at=options.at,
        search=options.search,
    )
    app.run()
    if app.failure is not None:
        raise PodboardError(
            f"podboard itself failed: {one_line(repr(app.failure))}", f"{path} says more; please report it"
        )
    return app.return_code or 0


def read(path: Path) -> Cast:
    """Read a recording; raises RecordingError."""
    from podboard.wire.asciicast import LONGEST_LINE, read_cast

    where = one_line(str(path))
    try:
        # Not a pipe, which may have no end.
        if not path.is_dir() and path.exists() and not path.is_file():
            raise RecordingError(f"{where} is no file")
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > LARGEST:
                raise RecordingError(f"{where} is larger than {LARGEST >> 20} MiB, too large to be played")
            return read_cast(iter(lambda: file.readline(LONGEST_LINE + 1), b""), str(path))
    except OSError as error:
        raise RecordingError(f"{where} cannot be read: {error.strerror}") from error


def _speed(text: str) -> float:
    speed = _number(text)
    if not 0.01 <= speed <= 1000:  # noqa: PLR2004 - said in the message
        raise argparse.ArgumentTypeError(f"{text} is no speed from 0.01 to 1000")
    return speed


def _seconds(text: str) -> float:
    seconds = _number(text)
    if not 0 <= seconds <= 1e9:  # noqa: PLR2004 - whatever is longer is none
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds")
    return seconds


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1.0


def _time(text: str) -> float:
    from podboard.model.clock import read_clock

    try:
        return read_clock(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from error
