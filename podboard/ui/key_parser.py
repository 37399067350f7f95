"""Textual's parser of the person's terminal, with Alt keys as they were typed and pastes as they came."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.keys import KEY_NAME_REPLACEMENTS, _character_to_key

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from textual.message import Message

_NAMES: Final = {"\x7f": "backspace", "\r": "enter", "\t": "tab", " ": "space"}
_INTRODUCERS: Final = frozenset("[O")
"""What follows an escape in the sequences of function keys and reports."""


class KeyParser(XTermParser):
    """Reads an escape and a character as Alt and that character, and a paste as one piece.

    Textual takes some of the former for what a Mac's terminal means by them (alt+f for ctrl+right,
    alt+backspace for ctrl+w, alt+1 for a sign), and loses the Alt of punctuation. Shells and editors
    live by these keys. And in a paste it takes what follows an escape for keys, so that a paste from a
    terminal that lets escapes through could type commands.
    """

    def __init__(self, debug: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual's signature
        super().__init__(debug)
        # Before a paste the last that was read, in a paste the last that is still to be read.
        self._tail = ""
        self._pasted: list[str] | None = None

    @property
    def is_pasting(self) -> bool:
        """Whether a paste has begun and not ended."""
        return self._pasted is not None

    def feed(self, data: str) -> Iterator[Message]:
        """Read what was typed and pasted, wherever it is cut into pieces."""
        while data:
            if self._pasted is None:
                data = yield from self._read_typed(data)
            else:
                data = yield from self._read_pasted(self._pasted, data)

    def _read_typed(self, data: str) -> Generator[Message, None, str]:
        """Read up to where a paste begins; returns what is left."""
        seen = self._tail + data
        start = seen.find(BRACKETED_PASTE_START)
        if start < 0:
            self._tail = seen[1 - len(BRACKETED_PASTE_START) :]
            yield from super().feed(data)
            return ""
        begun = start + len(BRACKETED_PASTE_START) - len(self._tail)
        self._tail, self._pasted = "", []
        # To Textual the paste ends where it begins.
        for message in super().feed(data[:begun] + BRACKETED_PASTE_END):
            if not isinstance(message, events.Paste):
                yield message
        return data[begun:]

    def _read_pasted(self, pasted: list[str], data: str) -> Generator[Message, None, str]:
        """Read up to where the paste ends; returns what is left."""
        text, ended, rest = (self._tail + data).partition(BRACKETED_PASTE_END)
        if not ended:
            certain = max(len(text) + 1 - len(BRACKETED_PASTE_END), 0)
            pasted.append(text[:certain])
            self._tail = text[certain:]
            return ""
        self._tail, self._pasted = "", None
        yield events.Paste("".join((*pasted, text)).replace("\x00", ""))
        return rest

    def tick(self) -> Iterable[Message]:
        """Read an escape that nothing followed as the key."""
        if not self.is_pasting:
            self._tail = ""
        return super().tick()

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:  # noqa: FBT001, FBT002 - Textual's signature
        if len(sequence) == 2 and sequence[0] == "\x1b" and sequence[1] not in _INTRODUCERS:  # noqa: PLR2004 - an escape and a character
            alt, sequence = True, sequence[1]
        if alt and len(sequence) == 1 and sequence != "\x1b":
            yield _alt(sequence)
        else:
            # The number of a key that is no character's, as a paste without brackets may hold one.
            with suppress(ValueError, OverflowError):
                yield from super()._sequence_to_key_events(sequence, alt)


def _alt(character: str) -> events.Key:
    if character in _NAMES:
        name = _NAMES[character]
    elif character < " ":
        name = f"ctrl+{_name(chr(ord(character) + 0x60))}"
    else:
        name = _name(character)
    return events.Key(f"alt+{name}", character)


def _name(character: str) -> str:
    name = _character_to_key(character)
    return KEY_NAME_REPLACEMENTS.get(name, name)
