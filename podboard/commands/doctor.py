"""``podboard doctor``: how far every way into a pod leads, step by step."""

from __future__ import annotations

import argparse

from podboard.commands.database_flag import add_database_flag, database_of
from podboard.commands.flags import add_cluster_flags, overrides

_DESCRIPTION = """\
Go up every rung of the ladder without opening a shell, and say how far each one leads: configuration,
network, certificate or host key, login, rights. Without a pod, rights are asked for the whole namespace.
"""

_EPILOG = """\
exit codes: 0 where some way works, 1 where none does, 2 where the command line is none

  podboard doctor
  podboard doctor shop/web-7d9f8c6b5-x2x4q --exec
  podboard doctor --record web -o json
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser], told: str) -> None:
    """Add the command, of which ``told`` is told in a list of all."""
    parser = commands.add_parser(
        "doctor",
        help=told,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("pod", nargs="?", default="", metavar="[NAMESPACE/]POD", help="the pod to get into")
    parser.add_argument(
        "-c", "--container", metavar="NAME", default="", help="the container; else the pod's default one"
    )
    parser.add_argument(
        "--record",
        metavar="NAME",
        help="go by this record, not by the one that fits the pod; without a pod, look at its own ways only",
    )
    parser.add_argument(
        "--exec", action="store_true", help="also run `true` in the pod, which shows that commands can run"
    )
    parser.add_argument(
        "-o", "--output", choices=("table", "json"), default="table", help="as text or as JSON"
    )
    add_database_flag(parser)
    add_cluster_flags(parser)


def run(options: argparse.Namespace) -> int:
    """Look at every way.

    Returns:
        0 where some way works, else 1.

    Raises:
        UsageError: The command line asks for something impossible.
        PodboardError: The configuration or the named record cannot be read.
    """
    from podboard.commands.doctor_flow import Wish, look

    return look(
        overrides(options),
        database_of(options),
        Wish(options.pod, options.container, options.record, with_exec=options.exec, output=options.output),
    )
