"""What is inside an image: which tools its containers have, which files lie in their home, what they do."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random


class Tools(Enum):
    """Which commands a container has."""

    ALL = "everything this machine has"
    SH = "sh and the small tools beside it, no bash"
    NONE = "no shell and no tool"


@dataclass(frozen=True, slots=True)
class Exit:
    """How a container's own process ends.

    Attributes:
        reason: As the runtime reports it: ``Completed``, ``Error``, ``OOMKilled``.
    """

    code: int
    reason: str = ""

    @property
    def word(self) -> str:
        """Return the reason, or the one the runtime gives for this code."""
        return self.reason or ("Completed" if self.code == 0 else "Error")


Program: TypeAlias = Callable[["Random"], Generator[tuple[float, str], None, Exit]]
"""A container's own process: yields (seconds to wait, line to log) until it ends, if it ever does."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image.

    Attributes:
        files: By their path under the home; a shell's start-up files here replace the usual ones.
        program: None for a process that says nothing and never ends.
        runs: The command of a real process in its place, which can be attached to.
        holder: What it has that holds shells beyond their connections (tmux, dtach, screen), if anything.
        ready_after: Seconds from the container's start to its readiness.
        missing: Whether no registry has it, so that no container of it ever starts.
        on_sigterm: How it ends a second after it is asked to; None if it has to be killed in the end.
    """

    tools: Tools = Tools.ALL
    files: Mapping[str, str] = field(default_factory=dict)
    program: Program | None = None
    runs: tuple[str, ...] = ()
    holder: str = ""
    ready_after: float = 0.0
    on_sigterm: Exit | None = None
    missing: bool = False


ANYTHING = Image()
"""What an image is taken for that nobody described."""

NOWHERE = "nosuch/"
"""What the names of images begin with that no registry has."""

NOTHING = Image(missing=True)
