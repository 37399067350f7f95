"""What is to run in a pod, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from podboard.model.size import Size
    from podboard.model.target import Target


class ExecRequest(Struct, frozen=True):
    """A command for a container.

    Attributes:
        command: Program and arguments; no shell takes them apart.
        tty: Whether it gets a terminal, of ``size``; its stderr then comes as stdout.
        stdin: Whether it gets an input.
        resumes: For a shell that is to outlive its connection: the marker of the one to go on with, empty for
            a new one; None for a shell that need not.
        may_ask: Whether that shell may ask for a program that holds it, and be answered.
        is_shell: Whether it only waits for what is typed: then it does no harm to start it twice. Who opens
            it names the command.
        attaches: Whether it is no command but the container's own process, which was there before.
    """

    target: Target
    command: tuple[str, ...]
    tty: bool
    size: Size | None = None
    stdin: bool = True
    is_shell: bool = False
    resumes: str | None = None
    may_ask: bool = False
    attaches: bool = False
