"""What ``podboard attach`` does otherwise than ``podboard exec``, and kubectl's words for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from podboard.commands.exec_flow import INPUT, NO_TERMINAL, STREAMS, say
from podboard.errors import PodboardError
from podboard.model.pod_columns import container_of
from podboard.model.request import ExecRequest
from podboard.model.text import one_line
from podboard.session.attaching import Detaching
from podboard.session.own_terminal import size_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.commands.exec_flow import Wish
    from podboard.kube.targets import Found
    from podboard.model.ending import Ending

_RECORDED: Final = (
    "All commands and output from this session will be recorded in container logs, including credentials"
    " and sensitive information passed through the command prompt."
)
_NO_PROMPT: Final = "If you don't see a command prompt, try pressing enter."
_NO_INPUT: Final = "this container takes no input"
_OVER: Final = frozenset({"Succeeded", "Failed"})


def attach_request(wish: Wish, found: Found) -> ExecRequest:
    """Return how to attach to a container, as it was made; says what of the wish cannot be.

    Raises:
        PodboardError: Its pod is over.
    """
    target, pod = found.target, found.pod
    if pod is not None and pod.status.phase in _OVER:
        raise PodboardError(
            f"cannot attach a container in a completed pod; current phase is {pod.status.phase}",
            "kubectl logs shows what it has said",
        )
    made = container_of(pod, target.container) if pod is not None else None
    stdin, tty = wish.stdin, wish.tty
    told = []
    if made is not None:
        if tty and not made.tty:
            told.append(f"error: Unable to use a TTY - container {one_line(made.name)} did not allocate one")
        if stdin and not made.stdin:
            told.append(_NO_INPUT)
        stdin, tty = stdin and made.stdin, made.tty
    tty = tty and stdin
    if tty and not os.isatty(INPUT):
        told.append(NO_TERMINAL)
        tty = False
    if not wish.quiet:
        for line in told:
            say(line)
    size = size_of(STREAMS) if tty else None
    return ExecRequest(target, (), tty=tty, size=size, stdin=stdin, attaches=True)


def tell_attached() -> None:
    """Say what a person should know who is attached now."""
    say(_RECORDED)
    say(_NO_PROMPT)


def detaching(request: ExecRequest, keys: Sequence[str]) -> Detaching | None:
    """Return what looks for the keys that leave the process to itself; None without a terminal."""
    if not request.tty or not keys:
        return None
    return Detaching([ord(key[-1]) & 0x1F if key.startswith("ctrl+") else ord(key) for key in keys])


def tell_left(ending: Ending, request: ExecRequest) -> None:
    """Say that the process was left to itself, and how to come back to it."""
    target = request.target
    container = f" -c {target.container}" if target.container else ""
    say(ending.sentence)
    say(one_line(f"attach again: podboard attach -n {target.namespace} {target.pod}{container} -i -t"))
