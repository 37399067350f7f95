"""What kubectl on a host said, understood: the command's own end, or why there was none.

kubectl exits with the command's exit code and with 1 for troubles of its own; only its words tell the two
apart. It ends a command's failure with ``command terminated with exit code N``, nothing else so
(``kubectl/pkg/cmd/util`` and ``client-go/tools/remotecommand``, seen with 1.37).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from podboard.errors import KubectlError, RemotePodError
from podboard.model.text import one_line
from podboard.wire.explain import explain

if TYPE_CHECKING:
    from podboard.errors import SshError

_TERMINATED: Final = b"command terminated with exit code "
_AT_THE_END = re.compile(rb"command terminated with exit code (\d{1,3})\r?\n?\Z")
LONGEST_FAREWELL: Final = len(_TERMINATED) + len(b"255\r\n")
"""Bytes of kubectl's last words after a command that failed."""

_OWN_WORDS = re.compile(
    rb"\s*(error: |Error: |Error from server|Error in conf|Unable to |The connection to the server |"
    rb"You must be logged in|See 'kubectl|[EWI]\d{4} |Defaulted container |Warning: |error loading |\Z)"
)
_COMPLAINT = re.compile(r"(?:error: |Error: |Error from server(?: \((?P<reason>\w+)\))?: )?(?P<message>.+)")
_LOGS = re.compile(r"[EWI]\d{4} |Defaulted container |Warning: |See 'kubectl")
_TROUBLES_THERE: Final = (
    (
        re.compile(r"\AForbidden: | is forbidden: |\bForbidden\Z"),
        "may not do this",
        "a Role must allow get and create on what is named to the user of the kubeconfig there",
    ),
    (
        re.compile(r"\AUnauthorized: |must be logged in|asked for the client to provide credentials"),
        "has no valid credentials",
        "log in to the cluster there",
    ),
    (
        re.compile(r"Unable to connect to the server|The connection to the server"),
        "does not reach its API server",
        "is it the right kubeconfig and context there? The record can name both",
    ),
    (
        re.compile(
            r"context .* does not exist|no context exists|loading config|in configuration|"
            r"stat .*: no such file|no configuration has been provided|invalid configuration"
        ),
        "has no use for its kubeconfig",
        "correct kubeconfig and context in the record, or the file there",
    ),
)
"""What ails the host or its rights, and not the pod; what is to be done there."""


def exit_code(output: bytes) -> int | None:
    """Return the exit code that kubectl told as its last words; None where it told none."""
    found = _AT_THE_END.search(output)
    return int(found[1]) if found else None


def without_farewell(output: bytes) -> bytes:
    """Return output without kubectl's last words."""
    return _AT_THE_END.sub(b"", output)


def farewell_length(output: bytes) -> int:
    """Return how many bytes at the end may be the beginning of kubectl's last words."""
    for length in range(min(len(output), LONGEST_FAREWELL), 0, -1):
        end = output[-length:]
        if _TERMINATED.startswith(end) or (end.startswith(_TERMINATED) and _AT_THE_END.match(end)):
            return length
    return 0


def may_be_kubectl(output: bytes) -> bool:
    """Whether the very first output may be kubectl's own, every line of it, and not the container's."""
    return all(_OWN_WORDS.match(line) for line in output.splitlines())


def failure(said: str, host: str) -> SshError:
    """Turn kubectl's words into an error.

    Args:
        said: What it wrote before it exited, of several lines.
        host: Where it ran.
    """
    lines = [line.strip() for line in said.splitlines() if line.strip() and not _LOGS.match(line.strip())]
    found = _COMPLAINT.fullmatch(one_line(lines[-1])) if lines else None
    if found is None:
        return KubectlError(f"kubectl on {host} failed without saying why", "try it there by hand")
    message, reason = found["message"], found["reason"] or ""
    for pattern, sentence, hint in _TROUBLES_THERE:
        if pattern.search(f"{reason}: {message}"):
            return KubectlError(f"kubectl on {host} {sentence}: {message}", hint)
    told = explain(message)
    if told.hint or reason:
        return RemotePodError(told.sentence, told.hint or "the pod list says how it stands")
    return KubectlError(f"kubectl on {host} failed: {message}", "try it there by hand")
