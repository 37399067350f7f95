r"""The one line that starts kubectl on a host, whatever login shell parses it there.

A host runs ``$SHELL -c LINE``, and a person's shell may be csh or fish, which quote in their own ways. The
line therefore holds only what all of them read alike: a script without ``'``, ``\``, ``!`` and line breaks
between single quotes, and behind it one word of letters that no shell takes for anything else, every other
byte as an octal escape. The script undoes these, and what comes of it are its arguments, quoted for ``sh``.
Held against bash, dash, tcsh and fish in ``tests/ssh``.
"""

from __future__ import annotations

import re
import shlex
import string
from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.model.names import checked_container, checked_namespace, checked_pod

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.model.record import SshConnectionDetails
    from podboard.model.target import Target

_PLACES: Final = (
    "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/home/linuxbrew/.linuxbrew/bin:/snap/bin:/opt/bin"
    ":/var/lib/rancher/rke2/bin:/run/current-system/sw/bin"
    ":$HOME/.local/bin:$HOME/bin:$HOME/.nix-profile/bin:$HOME/google-cloud-sdk/bin"
)
"""Where kubectl and its credential plugins are looked for after PATH, which is short in such sessions."""

_SCRIPT: Final = "; ".join(
    (
        'eval "set -- $(printf %b "$1")"',
        "k=$1 c=$2",
        "shift 2",
        'case $k in "~/"*) k=$HOME/${k#??} ;; esac',
        'case $c in "~/"*) c=$HOME/${c#??} ;; esac',
        '[ -z "$c" ] || set -- "--kubeconfig=$c" "$@"',
        f"PATH=$PATH:{_PLACES}",
        # kubectl spends a quarter of its start on collecting garbage that there is hardly any of.
        "GOGC=${GOGC:-400}",
        "export PATH GOGC",
        'k=$(command -v "${k:-kubectl}")',
        '[ -x "$k" ] || k=',
        'echo "podboard-ssh: $$ $k"',
        '[ -n "$k" ] || exit 127',
        'exec "$k" "$@"',
    )
)

_PLAIN: Final = frozenset((string.ascii_letters + string.digits + "_./:@,+-").encode())
_HEADER = re.compile(rb"podboard-ssh: (\d{1,20}) ([^\r\n]*)\r?\n")


class Header(NamedTuple):
    """What the script says before kubectl takes its place.

    Attributes:
        pid: kubectl's own.
        kubectl: Its path; empty where there is none.
        end: Where it ends in the output, before which a login shell may have had something to say.
    """

    pid: int
    kubectl: str
    end: int


def exec_line(
    details: SshConnectionDetails, target: Target, command: Sequence[str] | None, *, tty: bool, stdin: bool
) -> str:
    """Return the line that runs a command in a container, or attaches to its own process.

    Args:
        details: What they say of kubectl, its kubeconfig and its context; these may begin with ``~/``.
        target: The container.
        command: Program and arguments; no shell takes them apart. None to attach.
        tty: Whether the command gets a terminal.
        stdin: Whether it has an input at all.

    Raises:
        UsageError: The target's names are no names.
    """
    verb = ["attach", "--quiet"] if command is None else ["exec"]
    arguments = [*verb, f"--namespace={checked_namespace(target.namespace)}"]
    if target.container:
        arguments.append(f"--container={checked_container(target.container)}")
    arguments += [option for option, wanted in (("--stdin", stdin), ("--tty", tty)) if wanted]
    behind = () if command is None else ("--", *command)
    return kubectl_line(details, (*arguments, checked_pod(target.pod), *behind))


def kubectl_line(details: SshConnectionDetails, arguments: Sequence[str]) -> str:
    """Return the line that runs kubectl.

    Args:
        details: As for ``exec_line``.
        arguments: What kubectl is to do.
    """
    where = [details.text("kubectl"), details.text("kubeconfig")]
    if context := details.text("context"):
        where.append(f"--context={context}")
    return f"sh -c '{_SCRIPT}' podboard {_encoded(shlex.join((*where, *arguments)))}"


def hang_up_line(pid: int) -> str:
    """Return the line that ends a kubectl."""
    return f"kill -HUP {pid:d}"


def find_header(output: bytes) -> Header | None:
    """Find the script's own line in what has come so far; None where it is not there yet."""
    found = _HEADER.search(output)
    return found and Header(int(found[1]), found[2].decode("utf-8", "replace"), found.end())


def _encoded(words: str) -> str:
    data = words.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in _PLAIN else rf"\\0{byte:03o}" for byte in data)
