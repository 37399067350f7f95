"""``podboard attach``: a container's own process, with the streams of the plain terminal."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from typing import TYPE_CHECKING

from podboard.commands.database_flag import add_database_flag, database_of
from podboard.commands.flags import add_cluster_flags, add_stream_flags, overrides

if TYPE_CHECKING:
    import argparse

_DESCRIPTION = """\
Attach to a container's own process as kubectl attach does, by whichever way leads into the pod. With -i -t,
ctrl+p ctrl+q leaves it to itself, or what detach_keys in config.toml says.
"""

_EPILOG = """\
exit codes: 0 where the process has ended or was left to itself: its own exit code is not told; 1 where it
cannot be attached to, or the connection was cut; 2 where the command line is none; 130, 141, 143 and the
like where a signal ended podboard

  podboard attach web-7d9f8c6b5-x2x4q
  podboard attach -it toolbox
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser], told: str) -> None:
    """Add the command, of which ``told`` is told in a list of all."""
    parser = commands.add_parser(
        "attach",
        help=told,
        usage="podboard attach [-n NS] [-c CONTAINER] [-i] [-t] [-q] [-v] POD|TYPE/NAME",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    add_stream_flags(parser, "process", "standard input is its terminal; needs -i")
    add_cluster_flags(parser)
    add_database_flag(parser)


def run(options: argparse.Namespace) -> int:
    """Do what was asked for.

    Returns:
        The exit code: 0, or that of a signal.

    Raises:
        UsageError: The command line asks for something impossible.
        PodboardError: No way leads into the pod, there is nothing to attach to, or the end is not known.
    """
    from podboard.commands.exec import lean_imports

    with lean_imports():
        from podboard.commands.exec_flow import Wish, execute

    return execute(
        overrides(options),
        database_of(options),
        Wish(
            name=options.target,
            container=options.container,
            command=(),
            stdin=options.stdin,
            tty=options.tty,
            quiet=options.quiet,
            verbose=options.verbose,
            attaches=True,
        ),
    )
