"""``podboard exec``: a command in a container, with the streams of the plain terminal."""

from __future__ import annotations

import gc
from argparse import RawDescriptionHelpFormatter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from podboard.commands.database_flag import add_database_flag, database_of
from podboard.commands.flags import add_cluster_flags, add_stream_flags, overrides

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

_DESCRIPTION = """\
Run a command in a container as kubectl exec does, by whichever way leads into the pod.
Without a command it is a shell, as with -i -t.
"""

_EPILOG = """\
exit codes: the command's own; 1 where it could not be started or its end is not known; 2 where the
command line is none; 130, 141, 143 and the like where a signal ended podboard

  podboard exec web-7d9f8c6b5-x2x4q -- date
  podboard exec -it deploy/web -- bash
  tar cf - . | podboard exec -i web-7d9f8c6b5-x2x4q -- tar xf - -C /srv
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser], told: str) -> None:
    """Add the command, of which ``told`` is told in a list of all."""
    parser = commands.add_parser(
        "exec",
        help=told,
        usage="podboard exec [-n NS] [-c CONTAINER] [-i] [-t] [-q] [-v] POD|TYPE/NAME [-- COMMAND...]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    add_stream_flags(parser, "command", "give it a terminal; needs -i and one here")
    add_cluster_flags(parser)
    add_database_flag(parser)


def run(options: argparse.Namespace) -> int:
    """Do what was asked for.

    Args:
        options: With ``behind``, the arguments behind ``--``.

    Returns:
        The exit code: the command's own, or that of a signal.

    Raises:
        UsageError: The command line asks for something impossible.
        PodboardError: No way leads into the pod, the command did not start, or its end is not known.
    """
    with lean_imports():
        from podboard.commands.exec_flow import Wish, execute

    is_shell = not options.behind
    return execute(
        overrides(options),
        database_of(options),
        Wish(
            name=options.target,
            container=options.container,
            command=options.behind,
            stdin=options.stdin or is_shell,
            tty=options.tty or is_shell,
            quiet=options.quiet,
            verbose=options.verbose,
        ),
    )


@contextmanager
def lean_imports() -> Iterator[None]:
    """Import without looking for garbage: what is imported stays."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
