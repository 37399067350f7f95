"""How a terminal came to its end."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class EndingKind(StrEnum):
    """What is known about the end."""

    EXITED = "exited"  # the command ended and the server told its exit code
    FAILED = "failed"  # the server says that the command could not run
    DROPPED = "dropped"  # the connection went away and nobody said why
    CLOSED_BY_US = "closed"  # the person, or podboard on its way out


class Ending(Struct, frozen=True):
    """The end of a terminal.

    Attributes:
        exit_code: The command's own, with EXITED only.
        sentence: What happened, for a person.
        hint: What to do next; may be empty.
    """

    kind: EndingKind
    sentence: str
    hint: str = ""
    exit_code: int | None = None


CLOSED_BY_US = Ending(EndingKind.CLOSED_BY_US, "closed")

# What a shell, or the runtime for a killed process, means: POSIX 2.8.2, and 128 plus the signal.
_EXIT_CODES = {
    126: ("the command cannot be executed", "check its permissions in the image"),
    127: ("command not found", "name a command that the image has"),
    129: ("hung up", ""),
    130: ("interrupted", ""),
    137: ("killed: the pod was deleted or the container ran out of memory", "the pod list says which"),
    143: ("terminated: the container was asked to stop", ""),
}


def exited(code: int) -> Ending:
    """Return the ending of a command that ended by itself.

    A zero is no proof that the command ran to its end: an API server that translates for its kubelet reports
    success when the kubelet stops (seen on 1.36), so the sentence claims no more than an exit.
    """
    if code == 0:
        return Ending(EndingKind.EXITED, "ended", exit_code=0)
    meaning, hint = _EXIT_CODES.get(code, ("", ""))
    sentence = f"exit code {code}, {meaning}" if meaning else f"ended with exit code {code}"
    return Ending(EndingKind.EXITED, sentence, hint, exit_code=code)


def failed(sentence: str, hint: str = "") -> Ending:
    """Return the ending of a command that the server could not run."""
    return Ending(EndingKind.FAILED, sentence, hint)


def dropped(sentence: str, hint: str = "") -> Ending:
    """Return the ending of a connection that went away without a word about the command."""
    return Ending(EndingKind.DROPPED, sentence, hint)
