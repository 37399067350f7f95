"""A debug container on its way: added, awaited, and then where a terminal's shell is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from podboard.errors import Denied
    from podboard.model.target import Target


class Debugger(Protocol):
    """Adds debug containers to one pod, by a way that leads to its API server; raises PodboardError."""

    @property
    def patience(self) -> float:
        """Seconds for ``denied`` and ``running``."""
        ...

    async def denied(self) -> Denied | None:
        """Return who lacks the right to add one; None where nobody does."""
        ...

    async def running(self) -> list[str]:
        """Return the debug containers that are there already, and run."""
        ...

    async def add(self, image: str) -> str:
        """Add one; returns its name."""
        ...

    async def wait(self, name: str, say: Callable[[str], None]) -> None:
        """Wait until it runs; ``say`` what is awaited."""
        ...


class Choice(NamedTuple):
    """What a person wants: one that runs, or, where that is empty, a new one of an image."""

    running: str
    image: str


class Debugging:
    """Leads to a debug container.

    Args:
        target: The container to be debugged.
        choice: What the person wants.
    """

    def __init__(self, debugger: Debugger, target: Target, choice: Choice) -> None:
        self._debugger = debugger
        self._choice = choice
        self.target = target

    async def lead(self, say: Callable[[str], None]) -> Target:
        """Return the container in which there is a shell, once it runs; raises PodboardError.

        Args:
            say: Told what is awaited.
        """
        name = self._choice.running
        if not name:
            say(f"adding a debug container of {self._choice.image}")
            name = await self._debugger.add(self._choice.image)
        await self._debugger.wait(name, say)
        return replace(self.target, container=name)
