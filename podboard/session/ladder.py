"""What a way into a pod is, and what all terminals of a cluster know of theirs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Protocol

from podboard.session.leaving import Leaver
from podboard.session.pump import Source

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from podboard.model.checkup import Check, Scope
    from podboard.model.record import Record
    from podboard.model.request import ExecRequest
    from podboard.model.size import Size
    from podboard.model.target import Target
    from podboard.session.debugging import Debugger

    FindRecord = Callable[[Target], Awaitable[Record | None]]
    """Returns what is kept about a pod; raises DatabaseError."""

REMEMBER: Final = 30.0
"""Seconds for which a way that failed is tried after the others."""


class Channel(Source, Protocol):
    """A stream into a running container, opened by a way in; its last event is ``Ended``."""

    def write_nowait(self, data: bytes) -> bool:
        """Send a little input at once; False where it has to be written in turn."""
        ...

    async def write(self, data: bytes) -> None:
        """Send input; returns when it is on its way."""
        ...

    async def paste(self, piece: bytes) -> None:
        """Send a piece of a paste; returns when the next may follow without holding up anything else."""
        ...

    async def end_input(self) -> None:
        """Tell the command that no more input comes, where the protocol has a word for it."""
        ...

    async def resize(self, size: Size) -> None:
        """Tell the container the terminal's size."""
        ...

    async def close(self) -> None:
        """Let go of the connection; safe to call at any time."""
        ...


class Way(Protocol):
    """One way into one pod. Its methods are called in this order, and raise PodboardError."""

    @property
    def identity(self) -> str:
        """What it stands on, by which its failure is remembered: the same for all pods it is the way to."""
        ...

    @property
    def endpoint(self) -> str:
        """The server it goes to, without credentials; empty until it is prepared."""
        ...

    @property
    def trust(self) -> str:
        """By what it knows the server, so that another verdict needs another one; empty for anything goes."""
        ...

    async def prepare(self) -> None:
        """Read what it needs."""
        ...

    async def reach(self, say: Callable[[str], None]) -> None:
        """Connect and log in, but start nothing; ``say`` how far it has come."""
        ...

    async def open(self, request: ExecRequest, say: Callable[[str], None]) -> Channel:
        """Start the command."""
        ...

    async def debugger(self, target: Target) -> Debugger:
        """Return what adds debug containers; may ask the person on the way there; raises PodboardError."""
        ...

    def check(self, scope: Scope) -> AsyncIterator[Check]:
        """Tell step by step how far it leads, and start nothing that ``scope`` does not allow."""
        ...


class Rung(Protocol):
    """One kind of way into a pod."""

    @property
    def name(self) -> str:
        """As badges and logs have it: ``ws:kubeconfig``."""
        ...

    @property
    def way(self) -> Callable[[Target, Record | None], Awaitable[Way]]:
        """Returns the way into a pod, given what is kept about it, without asking any server.

        Raises:
            NotApplicableError: There is none.
            PodboardError: What it stands on cannot be used.
        """
        ...


async def _no_record(_: Target) -> Record | None:
    return None


class Ladder:
    """The ways into the pods of a cluster, shared by all its terminals.

    Args:
        rungs: In the order in which they are tried.
        find_record: Finds what is kept about a pod.
        clock: In seconds.

    Attributes:
        leaver: Ends the shells that are opened by them.
    """

    def __init__(
        self,
        rungs: Sequence[Rung],
        find_record: FindRecord = _no_record,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rungs = tuple(rungs)
        self.find_record = find_record
        self._clock = clock
        self._failed: dict[tuple[str, str], tuple[float, str]] = {}
        self.leaver = Leaver()

    async def debugger(self, method: str, target: Target) -> Debugger:
        """Return what adds debug containers to a pod by the way of a method; raises as ``Rung.way``."""
        [rung] = [rung for rung in self.rungs if rung.name == method]
        way = await rung.way(target, await self.find_record(target))
        return await way.debugger(target)

    def note_failure(self, rung: str, identity: str, why: str) -> None:
        """Remember that a way failed a moment ago."""
        self._failed[rung, identity] = self._clock(), why

    def forget_failure(self, rung: str, identity: str) -> None:
        """Forget it: the way worked."""
        self._failed.pop((rung, identity), None)

    def forget_failures(self) -> None:
        """Forget all, for a person who asks to try again."""
        self._failed.clear()

    def recent_failure(self, rung: str, identity: str) -> str | None:
        """Why a way failed a moment ago; None where it did not."""
        since, why = self._failed.get((rung, identity), (float("-inf"), ""))
        return why if self._clock() - since < REMEMBER else None

    async def close(self) -> None:
        """Wait a moment for the shells that are being left."""
        await self.leaver.close()
