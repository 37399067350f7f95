"""Attached to a container's own process: what is typed, what comes, and how it is left to itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from podboard.model.ending import Ending, EndingKind

if TYPE_CHECKING:
    from collections.abc import Coroutine, Hashable, Sequence

DETACHED: Final = Ending(
    EndingKind.CLOSED_BY_US, "detached: the container's own process goes on", "enter attaches again"
)
_PROCESS_ENDED: Final = Ending(
    EndingKind.EXITED, "the container's own process has ended", "the pod list says how"
)


def end_of_attached(ending: Ending) -> Ending:
    """Return how an attached process ended, given how its streams did: they do not tell its exit code."""
    return _PROCESS_ENDED if ending.kind is EndingKind.EXITED else ending


Key = TypeVar("Key", bound="Hashable")


class KeySequence(Generic[Key]):
    """Looks for a sequence of keys among those typed, and holds back what may be its beginning.

    Args:
        keys: The sequence; where it is empty, it is never found.
    """

    def __init__(self, keys: Sequence[Key]) -> None:
        self._keys = tuple(keys)
        self._held: tuple[Key, ...] = ()

    def type(self, key: Key) -> tuple[tuple[Key, ...], bool]:
        """Take a key; return those that are to be passed on now, and whether the sequence is complete."""
        typed = (*self._held, key)
        if self._keys and typed == self._keys:
            self._held = ()
            return (), True
        start = next(at for at in range(len(typed) + 1) if typed[at:] == self._keys[: len(typed) - at])
        self._held = typed[start:]
        return typed[:start], False


class Detaching:
    """Looks for the keys that leave a process to itself, in what a raw terminal sends.

    Args:
        keys: The bytes that they send.

    Attributes:
        is_left: Whether they have come.
        ending: How the session ends by that.
    """

    def __init__(self, keys: Sequence[int]) -> None:
        self._sequence = KeySequence(keys)
        self.is_left = False
        self.ending = DETACHED

    def take(self, data: bytes) -> bytes:
        """Take input; return what of it, and of what was held back, is for the process now."""
        passed = bytearray()
        for byte in data:
            keys, self.is_left = self._sequence.type(byte)
            passed += bytes(keys)
            if self.is_left:
                break
        return bytes(passed)


class LineEditor:
    """What a terminal's driver does for a process that has no terminal: whole lines, and their echo."""

    def __init__(self) -> None:
        self._line = ""

    def type(self, data: bytes) -> tuple[bytes, bytes]:
        """Take what was typed; return what goes to the process, and what is echoed."""
        sent, echo = b"", ""
        for character in "" if data.startswith(b"\x1b") else data.decode(errors="replace"):
            if character in "\r\n":
                sent += f"{self._line}\n".encode()
                self._line, echo = "", f"{echo}\r\n"
            elif character in "\b\x7f":
                echo += "\b \b" * bool(self._line)
                self._line = self._line[:-1]
            elif character.isprintable() or character == "\t":
                self._line, echo = self._line + character, echo + character
        return sent, echo.encode()


class Attachment:
    """How a terminal is attached.

    Args:
        tty: Whether the process has a terminal.
        stdin: Whether it takes input.
        detach_keys: What leaves it to itself, as Textual names keys; none where nothing does.
    """

    def __init__(self, *, tty: bool, stdin: bool, detach_keys: Sequence[str]) -> None:
        self.tty = tty
        self.stdin = stdin
        self._sequence = KeySequence(detach_keys)
        self._typed: list[tuple[str, str | None]] = []
        self._line = LineEditor()
        self._left = asyncio.Event()

    def type(self, key: str, character: str | None) -> list[tuple[str, str | None]]:
        """Take a key; return those that are for the process now, and leave it where they say so."""
        self._typed.append((key, character))
        passed, is_complete = self._sequence.type(key)
        keys, self._typed = self._typed[: len(passed)], self._typed[len(passed) :]
        if is_complete:
            self._typed = []
            self._left.set()
        return keys

    def input(self, data: bytes) -> tuple[bytes, bytes]:
        """Return what of typed input goes to the process, and what is echoed here."""
        return (data, b"") if self.tty else self._line.type(data)

    def output(self, data: bytes) -> bytes:
        """Return what the screen is fed of what the process says."""
        return data if self.tty else data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    async def follow(self, run: Coroutine[None, None, Ending]) -> Ending:
        """Serve it to its end, or until it is left to itself; returns how that was."""
        self._left.clear()
        running, leaving = asyncio.create_task(run), asyncio.create_task(self._left.wait())
        try:
            await asyncio.wait((running, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                return DETACHED
            return end_of_attached(running.result())
        finally:
            running.cancel()
            leaving.cancel()
            await asyncio.gather(running, leaving, return_exceptions=True)
