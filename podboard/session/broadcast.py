"""Typing into many terminals at once: who hears, and for how long."""

from __future__ import annotations

import time
from math import ceil
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from podboard.model.badge import TerminalState
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from podboard.session.terminal import Terminal

LEAST: Final = 2
"""Terminals of a set: what is typed for one alone needs no broadcast."""


class Typist(Protocol):
    """Who takes what is typed."""

    def send_key(self, key: str, character: str | None) -> None:
        """Send a key."""
        ...

    def send_text(self, text: str) -> None:
        """Send text as if each of its characters had been typed."""
        ...


class Member(Typist, Protocol):
    """A terminal that can be typed into, in the way its own program wants to hear of keys."""

    @property
    def terminal(self) -> Terminal:
        """The terminal."""
        ...

    def paste(self, text: str) -> None:
        """Send pasted text."""
        ...


M = TypeVar("M", bound=Member)


class Broadcast(Generic[M]):
    """An armed set of terminals: what is typed into one of them is typed into all.

    A terminal stays in it as long as the shell does that it had when the set was armed: a new one may be
    somewhere else, and in another folder. What one of them says, replies to a program's questions and the
    mouse are nobody's but its own.

    Args:
        members: Terminals that are open.
        disarm_after: Seconds without typing after which nobody hears any more.
        clock: Tells the time in seconds.
    """

    def __init__(
        self, members: Sequence[M], disarm_after: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._shells = {member: member.terminal.opened for member in members}
        self._names = dict(zip(members, names([member.terminal for member in members]), strict=True))
        self._disarm_after = disarm_after
        self._clock = clock
        self._typed = clock()

    @property
    def members(self) -> list[M]:
        """Who hears, in the order of their tabs."""
        return list(self._shells)

    @property
    def seconds_left(self) -> int:
        """Seconds until it is disarmed, if nothing is typed."""
        return max(ceil(self._typed + self._disarm_after - self._clock()), 0)

    @property
    def is_armed(self) -> bool:
        """Whether what is typed is heard by all."""
        return self.seconds_left > 0 and len(self._shells) >= LEAST

    def name(self, member: M) -> str:
        """The pod's name, with a number where it is in the set more than once."""
        return self._names[member]

    def sift(self, present: Collection[M]) -> list[M]:
        """Let those go that are not ``present`` or whose shell is gone; returns them."""
        gone = [member for member in self._shells if member not in present or not self._has_its_shell(member)]
        for member in gone:
            del self._shells[member]
        return gone

    def _has_its_shell(self, member: M) -> bool:
        terminal = member.terminal
        return is_open(terminal) and terminal.opened == self._shells[member]

    # -- typing -----------------------------------------------------------------------------

    def send_key(self, key: str, character: str | None) -> None:
        """Send a key to all, to each as its program wants to hear of it."""
        for member in self._hearing():
            member.send_key(key, character)

    def send_text(self, text: str) -> None:
        """Send typed text to all."""
        for member in self._hearing():
            member.send_text(text)

    def paste(self, text: str) -> None:
        """Send pasted text to all, marked as such where the program asked for that."""
        for member in self._hearing():
            member.paste(text)

    def touch(self) -> None:
        """Count the time anew until it is disarmed: something was typed."""
        self._typed = self._clock()

    def _hearing(self) -> list[M]:
        self.touch()
        return [member for member in self._shells if self._has_its_shell(member)]


def is_open(terminal: Terminal) -> bool:
    """Whether a terminal can be in a set: it has a shell."""
    return terminal.badge.state is TerminalState.OPEN


def names(terminals: Sequence[Terminal]) -> list[str]:
    """What tells terminals apart in few letters: the pod, and which one of those in it."""
    count: dict[str, int] = {}
    found = []
    for terminal in terminals:
        pod = one_line(terminal.target.pod)
        count[pod] = count.get(pod, 0) + 1
        found.append(pod if count[pod] == 1 else f"{pod} ({count[pod]})")
    return found


def listed(found: Sequence[str], room: int) -> str:
    """As many names as fit in ``room`` characters, and how many more there are; a part of one at least."""
    for shown in range(len(found), 0, -1):
        more = f" +{len(found) - shown}" if shown < len(found) else ""
        text = f"{', '.join(found[:shown])}{more}"
        if len(text) <= room:
            return text
    return f"{found[0][: max(room - len(more) - 1, 1)]}…{more}" if found else ""
