"""In which order, and when, the ways into a pod are tried: a plan without a clock or a connection."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

HEAD_START: Final = 1.0
"""Seconds a way has to itself before the next one is tried beside it."""


class Start(Struct, frozen=True):
    """Begin to try a way; it runs beside those that were begun before."""

    way: int


class Wait(Struct, frozen=True):
    """Wait for what becomes of the ways that were begun.

    Attributes:
        for_silence: Whether the head start of the last one begun may end meanwhile.
    """

    for_silence: bool


class Opened(Struct, frozen=True):
    """A way leads into the pod."""

    way: int


class Failed(Struct, frozen=True):
    """A way does not lead there; ``for_good`` where no other would."""

    way: int
    for_good: bool = False


class Silence(Struct, frozen=True):
    """The head start of the last way begun is over, and nothing is known of it."""


def climb(ways: Iterable[int]) -> Generator[Start | Wait, Opened | Failed | Silence | None, int | None]:
    """Try ways until one opens.

    It yields what is to be done, and is sent what came of it: nothing for ``Start``, an event for ``Wait``.
    Of ways that open at the same time, the caller sends the earlier first.

    Args:
        ways: In the order in which they are to be tried.

    Returns:
        The way that opened, None if none did.
    """
    ahead = deque(ways)
    under_way: list[int] = []
    is_time = True
    while ahead or under_way:
        if ahead and is_time:
            under_way.append(way := ahead.popleft())
            yield Start(way)
        match (yield Wait(for_silence=bool(ahead))):
            case Opened(way):
                return way
            case Failed(_, for_good=True):
                return None
            case Failed(way):
                # An earlier one that fails does not shorten the head start of the last.
                is_time = way == under_way[-1] or len(under_way) == 1
                under_way.remove(way)
            case Silence():
                is_time = True
            case None:
                is_time = False
    return None
