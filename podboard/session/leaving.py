"""Hangs up what was started in pods, in the background, and keeps account of what may still be there.

To close a connection ends nothing in a container. So every shell has a marker, by which another exec finds
and ends it (``wire.shell``).
"""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from podboard.errors import DatabaseError, FailureKind, NotApplicableError, PodboardError
from podboard.model.ending import EndingKind
from podboard.model.request import ExecRequest
from podboard.model.shell import Shell
from podboard.model.target import Target
from podboard.model.times import now
from podboard.session.own_process import own_name
from podboard.wire.exec_channel import Ended, Stdout
from podboard.wire.shell import HANG_UP, KILL, LOOK, hang_up_command

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from podboard.session.ladder import Channel, Way

log = logging.getLogger(__name__)

LEAVING: Final = 5.0
"""Seconds for a shell to be hung up, from the first byte to the last."""

LAST_WAIT: Final = 2.0
"""Seconds that podboard waits for it when it ends itself."""

_BEGINNING: Final = 2.0
"""Seconds for a shell to say its first word, before which it may not be there to be found."""

_LOOKS: Final = (0.05, 0.1, 0.2, 0.4)
"""Seconds between looks at what is left; then it is killed, and looked at as often again."""

_NO_TIME: Final = "podboard ended before it could be"


class Book(Protocol):
    """Where shells are written down; both raise DatabaseError."""

    async def put_shell(self, shell: Shell) -> None:
        """Write down a shell, or what is new about it."""
        ...

    async def forget_shells(self, *markers: str) -> None:
        """Forget shells that are gone."""
        ...


class Guest(Struct, frozen=True):
    """A shell, and the way by which it is reached.

    Attributes:
        way: None for one that another podboard started.
    """

    marker: str
    target: Target
    way: Way | None


class Leaver:
    """Ends shells and knows which ones were not seen to end.

    Attributes:
        context: The kubeconfig's, for what is written down.
        due: Called when there is something to write.
    """

    def __init__(self) -> None:
        self.context = ""
        self.due: Callable[[], None] = lambda: None
        self._known: dict[str, Shell] = {}
        self._unwritten: dict[str, Shell | None] = {}
        self._written: set[str] = set()
        self._lost: dict[str, Guest] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # -- the account ------------------------------------------------------------------------

    def begin(self, target: Target) -> str:
        """Note that a shell is about to be started; returns its marker."""
        marker = os.urandom(16).hex()
        self._note(
            Shell(
                marker=marker,
                context=self.context,
                namespace=target.namespace,
                pod_name=target.pod,
                container=target.container,
                started_at=now(),
                owner=own_name(),
            )
        )
        return marker

    def gone(self, marker: str) -> None:
        """Note that a shell has ended, or was never started."""
        self._known.pop(marker, None)
        self._lost.pop(marker, None)
        self._unwritten.pop(marker, None)
        if marker in self._written:
            self._unwritten[marker] = None
        self.due()

    def take_over(self, shell: Shell) -> Target:
        """Answer for a shell that another podboard started, which is gone; returns where it is."""
        target = Target(shell.namespace, shell.pod_name, shell.container)
        self._written.add(shell.marker)
        self._lost[shell.marker] = Guest(shell.marker, target, None)
        self._note(replace(shell, owner=own_name()))
        return target

    def stays(self, marker: str, why: str) -> None:
        """Note that a shell could not be hung up."""
        if (shell := self._known.get(marker)) is not None:
            log.warning("%s/%s: a shell is left there: %s", shell.namespace, shell.pod_name, why)
            self._note(replace(shell, trouble=why, owner=""))

    async def write(self, book: Book) -> None:
        """Write what is noted so far; what cannot be written is a line of the log."""
        while self._unwritten:
            marker, shell = next(iter(self._unwritten.items()))
            del self._unwritten[marker]
            try:
                if shell is not None:
                    self._written.add(marker)
                    await book.put_shell(shell)
                else:
                    self._written.discard(marker)
                    await book.forget_shells(marker)
            except DatabaseError as error:
                log.warning("what may be left in a pod is not written down: %s", error.message)

    def _note(self, shell: Shell) -> None:
        self._known[shell.marker] = self._unwritten[shell.marker] = shell
        self.due()

    # -- leaving ----------------------------------------------------------------------------

    @property
    def under_way(self) -> int:
        """How many shells are being left."""
        return len(self._tasks)

    def leave(self, guest: Guest, channel: Channel | None = None, *, has_begun: bool = True) -> None:
        """Hang up a shell in the background.

        Args:
            channel: Its own, which is closed; None where that is gone.
            has_begun: Whether it has said anything: before, it may not be there to be found.
        """
        self._lost.pop(guest.marker, None)
        self._spawn(self._leave(guest, channel, has_begun=has_begun))

    def lose(self, guest: Guest) -> None:
        """Note that the connection of a shell was lost: who comes to the container again hangs it up."""
        self._lost[guest.marker] = guest

    def return_to(self, target: Target, way: Way) -> None:
        """Hang up what was lost in a container, by a way that leads there."""
        for guest in self._lost_in(target):
            self.leave(replace(guest, way=way))

    def abandon(self, target: Target) -> None:
        """Hang up what was lost in a container, by the way it was reached: nobody comes back for it."""
        for guest in self._lost_in(target):
            if guest.way is not None:
                self.leave(guest)

    def _lost_in(self, target: Target) -> list[Guest]:
        return [guest for guest in self._lost.values() if replace(guest.target, uid=target.uid) == target]

    def leave_late(self, guest: Guest, opening: asyncio.Task[Channel]) -> None:
        """Hang up, as soon as it is there, a shell that nobody needs."""
        self._spawn(self._leave_late(guest, opening))

    async def close(self) -> None:
        """Wait a moment for the shells that are being left, and note which ones could not be."""
        tasks = set(self._tasks)
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=LAST_WAIT)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _leave_late(self, guest: Guest, opening: asyncio.Task[Channel]) -> None:
        try:
            channel = await opening
        except PodboardError as error:
            log.info("a shell nobody needs did not open: %s", error.message)
            self.gone(guest.marker)
        except asyncio.CancelledError:
            self._stays(guest, _NO_TIME)
            raise
        else:
            await self._leave(guest, channel, has_begun=False)

    async def _leave(self, guest: Guest, channel: Channel | None, *, has_begun: bool) -> None:
        try:
            why = await self._end(guest, channel, has_begun=has_begun)
        except asyncio.CancelledError:
            self._stays(guest, _NO_TIME)
            raise
        finally:
            if channel is not None:
                await channel.close()
        if why:
            self._stays(guest, why)
        else:
            self.gone(guest.marker)

    async def _end(self, guest: Guest, channel: Channel | None, *, has_begun: bool) -> str:
        """End a shell; returns why that was not possible, or nothing."""
        try:
            async with asyncio.timeout(LEAVING):
                if channel is not None and await _is_over(channel, 0 if has_begun else _BEGINNING):
                    return ""
                assert guest.way is not None  # noqa: S101 - nobody leaves without one
                left = await hang_up(await guest.way.open(hang_up_request(guest), lambda _: None))
        except TimeoutError:
            return f"no answer within {LEAVING:.0f} s"
        except NotApplicableError as error:
            return str(error)
        except PodboardError as error:
            return "" if _takes_all_along(error) else error.message
        return f"{left} of its processes did not end" if left else ""

    def _stays(self, guest: Guest, why: str) -> None:
        self._lost[guest.marker] = guest
        self.stays(guest.marker, why)


def hang_up_request(guest: Guest) -> ExecRequest:
    """Return what is to be run in its container to hang it up."""
    return ExecRequest(guest.target, hang_up_command(guest.marker), tty=False)


async def hang_up(channel: Channel) -> int:
    """Hang up a shell by the command that does; returns how many of its processes are still there.

    Args:
        channel: To ``wire.shell.hang_up_command``; it is closed.

    Raises:
        PodboardError: The command could not be run to its end.
    """
    try:
        answers = _Answers(channel)
        # One that is killed may have started another a moment before.
        for first, then in ((HANG_UP, LOOK), (KILL, KILL)):
            left = await answers.to(first)
            for pause in _LOOKS:
                if not left:
                    return 0
                await asyncio.sleep(pause)
                left = await answers.to(then)
        return left
    finally:
        await channel.close()


def _takes_all_along(error: PodboardError) -> bool:
    """Whether it says that the pod, or the container, is not there any more."""
    return error.kind is FailureKind.POD or getattr(error, "reason", "") == "NotFound"


class _Answers:
    """A command's answers, line by line."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._heard = asyncio.Event()
        self._said = b""
        channel.attend(self._heard.set)

    async def to(self, word: bytes) -> int:
        await self._channel.write(word)
        while b"\n" not in self._said:
            self._heard.clear()
            self._take_in()
            if b"\n" not in self._said:
                await self._heard.wait()
        line, _, self._said = self._said.partition(b"\n")
        if not line.strip().isdigit():
            raise PodboardError("the command that hangs up was not understood there")
        return int(line)

    def _take_in(self) -> None:
        while (event := self._channel.receive_nowait()) is not None:
            match event:
                case Stdout(data):
                    self._said += data
                case Ended(ending):
                    raise PodboardError(f"the command that hangs up ended: {ending.sentence}")


async def _is_over(channel: Channel, patience: float) -> bool:
    """Whether a shell has ended, after its first word or so many seconds; what it says is thrown away."""
    spoke = asyncio.Event()
    endings: list[EndingKind] = []

    def read() -> None:
        while not endings and (event := channel.receive_nowait()) is not None:
            if isinstance(event, Ended):
                endings.append(event.ending.kind)
            spoke.set()

    channel.attend(read)
    read()
    with suppress(TimeoutError):
        async with asyncio.timeout(patience):
            await spoke.wait()
    return bool(endings) and endings[0] in (EndingKind.EXITED, EndingKind.FAILED)
