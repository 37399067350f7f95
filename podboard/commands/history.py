"""``podboard history``: the last terminals, and what they have left in pods."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from podboard.commands.database_flag import add_database_flag
from podboard.commands.flags import add_cluster_flags
from podboard.commands.records import add_history_flags
from podboard.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_DESCRIPTION = """\
Show the last terminals, the newest first; or the shells that are left in pods, and hang them up. podboard
hangs up what it started when a terminal is closed, and at its next start what it could not.
"""

_EPILOG = """\
exit codes: 0, or 1 where something could not be hung up

  podboard history --leftovers
  podboard history --leftovers --clear
"""

_NEEDS_LEFTOVERS: Final = "--{} is for --leftovers"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser], told: str) -> None:
    """Add the command, of which ``told`` is told in a list of all."""
    parser = commands.add_parser(
        "history",
        help=told,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_history_flags(parser)
    parser.add_argument(
        "--leftovers", action="store_true", help="show the shells that are left in pods, the oldest first"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--clear", action="store_true", help="hang them up, by whatever way leads there")
    what.add_argument("--forget", action="store_true", help="strike them off the list, and do nothing else")
    add_database_flag(parser)
    add_cluster_flags(parser)


def run(options: argparse.Namespace) -> int:
    """Show it.

    Returns:
        0, or 1 where something could not be hung up.

    Raises:
        UsageError: The flags do not go together.
        DatabaseError: The database cannot be used.
        ConfigError: The configuration cannot be used.
    """
    for flag in ("clear", "forget"):
        if getattr(options, flag) and not options.leftovers:
            raise UsageError(_NEEDS_LEFTOVERS.format(flag), f"podboard history --leftovers --{flag}")
    return _function(options)(options)


def _function(options: argparse.Namespace) -> Callable[[argparse.Namespace], int]:
    if not options.leftovers:
        from podboard.commands.records import look

        return look.history
    from podboard.commands import leftovers

    if options.clear:
        return leftovers.clear_them
    return leftovers.forget if options.forget else leftovers.show
