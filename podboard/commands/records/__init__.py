"""``podboard records``: what is kept about pods, on the command line."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from podboard.commands.database_flag import add_database_flag

if TYPE_CHECKING:
    from collections.abc import Callable

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name

_FIELDS = """\
FIELD=VALUE     any field that is no secret: pod_name='web-*' namespace=shop labels.app=web
                ssh_connection_details.host=bastion kubeconfig=/home/me/config
FIELD=@FILE     what a file holds: token=@token kubeconfig=@config; @- is standard input
FIELD=          nothing: takes the field away
FIELD           a secret, asked for at a terminal, else read from standard input: token

fields: name pod_name namespace container context image cluster_host kubeconfig token
certificate_authority_data insecure_skip_tls_verify ssh_connection_details labels note
"""
_FILTERS = "a text or glob in the name or pod_name, or FIELD=GLOB; all must fit"


def add_parser(commands: Commands, told: str) -> None:
    """Let the command line know ``podboard records``, of which ``told`` is told in a list of all."""
    parser = commands.add_parser(
        "records",
        help=told,
        description="Keep what is known about pods. Secrets are sealed, and shown only on request.",
    )
    add_database_flag(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    for add in (_list, _show, _add, _set, _edit, _remove, _import, _export, _refresh_access, _history):
        add(actions)
    _action(actions, "rotate-key", "seal all secrets with a new key")


def run(options: argparse.Namespace) -> int:
    """Run one of its actions.

    Returns:
        The exit code: 1 if the person said no.

    Raises:
        UsageError: What was asked for is impossible, or a file or the editor fails.
        RecordError: There is no such record, or it cannot be stored so.
        DatabaseError: The database cannot be used.
        KubeconfigError: The access at hand cannot be used.
    """
    return _function(options.action)(options)


def _function(action: str) -> Callable[[argparse.Namespace], int]:
    if action in {"list", "show", "history"}:
        from podboard.commands.records import look

        return {"list": look.list_records, "show": look.show, "history": look.history}[action]
    if action in {"import", "export"}:
        from podboard.commands.records import exchange

        return exchange.import_records if action == "import" else exchange.export
    if action == "edit":
        from podboard.commands.records.edit import edit

        return edit
    if action == "refresh-access":
        from podboard.commands.records.refresh import refresh_access

        return refresh_access
    from podboard.commands.records import change

    return {
        "add": change.add,
        "set": change.set_fields,
        "remove": change.remove,
        "rotate-key": change.rotate_key,
    }[action]


def _action(
    actions: Commands, name: str, told: str, more: str = "", epilog: str = ""
) -> argparse.ArgumentParser:
    parser = actions.add_parser(
        name,
        help=told,
        description=f"{told[0].upper()}{told[1:]}.{f' {more}' if more else ''}",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter if epilog else argparse.HelpFormatter,
    )
    add_database_flag(parser)
    return parser


def _output(parser: argparse.ArgumentParser, *choices: str) -> None:
    parser.add_argument(
        "-o",
        dest="output",
        choices=choices,
        default=choices[0],
        help=f"how to print it; {choices[0]} if not given",
    )


def _list(actions: Commands) -> None:
    parser = _action(actions, "list", "list records, without their secrets")
    parser.add_argument("filters", nargs="*", metavar="FILTER", help=_FILTERS)
    _output(parser, "table", "json", "yaml", "name")


def _show(actions: Commands) -> None:
    parser = _action(
        actions,
        "show",
        "show a record, or which record a pod has and why",
        "NAME is a record's name. If there is no such record, or a namespace, container or context is given, "
        "it is a pod's: then the most specific record that fits the pod is shown.",
    )
    parser.add_argument("name", metavar="NAME|[NAMESPACE/]POD", help="a record's name, or a pod's")
    # No defaults: those of an action would take the place of what was given before it.
    parser.add_argument(
        "-n", "--namespace", metavar="NAME", default=argparse.SUPPRESS, help="the pod's namespace"
    )
    parser.add_argument("-c", "--container", metavar="NAME", help="a container of the pod")
    parser.add_argument(
        "--context", metavar="NAME", default=argparse.SUPPRESS, help="the kubeconfig's context it is in"
    )
    parser.add_argument(
        "--reveal", action="store_true", help="show the secrets, too; asks first, and only at a terminal"
    )
    _output(parser, "yaml", "json", "table", "name")


def _add(actions: Commands) -> None:
    parser = _action(actions, "add", "add a record", epilog=_FIELDS)
    parser.add_argument("name", metavar="NAME", help="the record's name")
    parser.add_argument("assignments", nargs="+", metavar="FIELD=VALUE", help="pod_name is needed; see below")


def _set(actions: Commands) -> None:
    parser = _action(actions, "set", "change fields of a record", epilog=_FIELDS)
    parser.add_argument("name", metavar="NAME", help="the record's name")
    parser.add_argument("assignments", nargs="+", metavar="FIELD=VALUE", help="see below")


def _edit(actions: Commands) -> None:
    parser = _action(
        actions, "edit", "change a record in $EDITOR", "Secrets stand as (hidden): left so, they are kept."
    )
    parser.add_argument("name", metavar="NAME", help="the record's name")


def _remove(actions: Commands) -> None:
    parser = _action(actions, "remove", "remove records", "All of them, or none if there is none of a name.")
    parser.add_argument("names", nargs="+", metavar="NAME", help="a record's name")
    parser.add_argument("--yes", action="store_true", help="do not ask before several are removed")


def _import(actions: Commands) -> None:
    parser = _action(
        actions,
        "import",
        "add the records of a file",
        "A JSON or YAML list of records, what export writes, or a dumpdata of the Django application before "
        "podboard. All are stored, or none.",
    )
    parser.add_argument("file", metavar="FILE", help="the file; - is standard input")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="take the place of records of the same names, with all fields; else they are refused",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be stored, and store nothing")
    _passphrase(parser)


def _export(actions: Commands) -> None:
    parser = _action(
        actions,
        "export",
        "write records to a file or standard output",
        "Without secrets, which stand as (hidden); or with them, all sealed under a passphrase.",
    )
    parser.add_argument("filters", nargs="*", metavar="FILTER", help=_FILTERS)
    parser.add_argument(
        "--output", dest="file", metavar="FILE", help="the file, which you alone may read then"
    )
    parser.add_argument(
        "--with-secrets", action="store_true", help="seal records and secrets under a passphrase"
    )
    _passphrase(parser)
    _output(parser, "json", "yaml")


def _passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase-file",
        metavar="FILE",
        help="where to read the passphrase; - is standard input; else it is asked for",
    )


def _refresh_access(actions: Commands) -> None:
    parser = _action(
        actions,
        "refresh-access",
        "write the access at hand to records",
        "The kubeconfig's if there is one, else, in a pod, the service account's: cluster_host with "
        "certificate_authority_data, and kubeconfig and token where they are found. Records of another "
        "context are left as they are. All are written, or none.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a record's name")
    parser.add_argument("--all", action="store_true", help="all records")
    parser.add_argument(
        "--kubeconfig", metavar="FILE", default=argparse.SUPPRESS, help="the kubeconfig file to use"
    )
    parser.add_argument(
        "--context", metavar="NAME", default=argparse.SUPPRESS, help="the kubeconfig's context to use"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")


def _history(actions: Commands) -> None:
    add_history_flags(_action(actions, "history", "show the last terminals, the newest first"))


def add_history_flags(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which terminals to show, and how."""
    parser.add_argument("--record", metavar="NAME", help="only those that used this record")
    parser.add_argument(
        "--limit", type=_count, default=100, metavar="N", help="how many at most; 100 if not given"
    )
    _output(parser, "table", "json", "yaml")


def _count(text: str) -> int:
    count = int(text) if text.isascii() and text.isdecimal() else 0
    if not 0 < count < 1_000_000:  # noqa: PLR2004 - said in the message
        msg = f"{text} is no number from 1 to 999999"
        raise argparse.ArgumentTypeError(msg)
    return count
