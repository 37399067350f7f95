"""The front door: arguments in, an exit code out. Imports nothing a subcommand does not need."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from podboard import __version__
from podboard.commands.database_flag import add_database_flag, database_of
from podboard.commands.flags import add_cluster_flags, given_cluster_flags, overrides
from podboard.errors import PodboardError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPILOG = """\
environment:
  KUBECONFIG         kubeconfig files, separated as PATH is; else ~/.kube/config
  PODBOARD_CONFIG    the configuration; else podboard/config.toml in $XDG_CONFIG_HOME
  PODBOARD_DATABASE  the database of pod records; else podboard/podboard.db in $XDG_DATA_HOME
  PODBOARD_LOG       the log file; else podboard/podboard.log in $XDG_STATE_HOME
  NO_COLOR           no colours, whatever its value

try it without a cluster: podboard demo
"""

_COMMANDS = {
    "records": "keep what is known about pods: their API servers, credentials, SSH hosts",
    "exec": "run a command in a container, in the plain terminal",
    "attach": "attach to a container's own process, in the plain terminal",
    "doctor": "look how far every way into a pod leads",
    "history": "show the last terminals, and what they have left in pods",
    "replay": "play a recording of a terminal",
    "schema": "see, upgrade or restore the database",
}
"""Commands with modules of their own, and what the help tells of them."""

_WITHOUT_CLUSTER = {"demo", "replay", "schema"}
"""Commands for which flags that say how a cluster is reached mean nothing."""


def enter() -> NoReturn:
    """Be the process: run podboard with its arguments, and end.

    The end is at once. All that was to be done at the end is done by then; to take apart every module and
    object first, as the interpreter does, takes longer than to reach a pod.
    """
    _open_missing_streams()
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            if stream is sys.stdout:
                code = code or 1
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run podboard.

    Args:
        arguments: Without the program's name; the process's own by default.

    Returns:
        The exit code: 0, or the error's own.
    """
    options = _parse(sys.argv[1:] if arguments is None else arguments)
    try:
        _check_home()
        if options.command in _COMMANDS:
            code: int = _module(options.command).run(options)
            return code
        if options.command == "demo":
            from podboard.commands import demo

            return demo.run(pods=options.pods, faults=options.fault, serve_only=options.serve_only)
        from podboard.commands import board

        return board.run(
            overrides=overrides(options),
            all_namespaces=options.all_namespaces,
            database=database_of(options),
        )
    except PodboardError as error:
        with suppress(OSError):  # nobody needs to read it
            for line in filter(None, (error.message, error.hint)):
                print(f"podboard: {line}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        # Before the board takes the terminal, or while the demo's cluster comes to its end.
        return 128 + signal.SIGINT


def _open_missing_streams() -> None:
    """See to it that no connection or file gets the number of a stream that podboard was started without."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdin is None:
        sys.stdin = os.fdopen(0)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w")


def _check_home() -> None:
    """Raise UsageError where nobody knows the home folder, as in a container under a made-up number."""
    if "HOME" not in os.environ and os.path.expanduser("~") == "~":  # noqa: PTH111 - pathlib would be loaded
        raise UsageError("HOME is not set, and the system does not know this user", "set HOME")


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; what stands behind ``--`` is a command for a container."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    parser = _parser(arguments[:end])
    options, unknown = parser.parse_known_args(arguments[:end])
    options.behind = tuple(arguments[end + 1 :])
    takes_command = options.command == "exec"
    if unknown:
        hint = "; a command stands behind --, as in podboard exec POD -- COMMAND" if takes_command else ""
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    if options.behind and not takes_command:
        parser.error("only podboard exec takes a command behind --")
    if options.command in _WITHOUT_CLUSTER and (given := given_cluster_flags(options)):
        parser.error(f"podboard {options.command} asks no cluster of a kubeconfig: leave out {given[0]}")
    return options


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Return what reads these arguments: what they do not name is known by its name alone."""
    parser = argparse.ArgumentParser(
        prog="podboard",
        description="See many Kubernetes pods, get into terminals in them, and keep those terminals usable.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"podboard {__version__}")
    add_database_flag(parser)
    where = add_cluster_flags(parser)
    where.add_argument("-A", "--all-namespaces", action="store_true", help="show all namespaces")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    demo = commands.add_parser(
        "demo",
        help="start an embedded cluster, and podboard on it",
        description="Start an embedded cluster whose pods are shells on this machine, and podboard on it.",
    )
    demo.add_argument("--pods", type=_count, default=0, metavar="N", help="generate N pods more, up to 50000")
    demo.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[=VALUE][@WHERE]",
        help="let the cluster misbehave: refuse, hang, cut, 401, 403, 500, drop-watch, gone, restart, "
        "delay; may be given again",
    )
    demo.add_argument(
        "--serve-only", action="store_true", help="print KUBECONFIG=FILE and serve until stopped"
    )
    for name, told in _COMMANDS.items():
        if name in arguments:
            _module(name).add_parser(commands, told)
        else:
            commands.add_parser(name, help=told)
    return parser


def _module(command: str) -> Any:
    return importlib.import_module(f"podboard.commands.{command}")


def _count(text: str) -> int:
    count = int(text) if text.isascii() and text.isdecimal() else -1
    if not 0 <= count <= 50_000:  # noqa: PLR2004 - said in the message
        msg = f"{text} is no number from 0 to 50000"
        raise argparse.ArgumentTypeError(msg)
    return count
