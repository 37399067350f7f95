"""Textual's parser of the person's terminal, with the Alt keys as they were typed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import KEY_NAME_REPLACEMENTS, _character_to_key

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES: Final = {"\x7f": "backspace", "\r": "enter", "\t": "tab", " ": "space"}
_INTRODUCERS: Final = frozenset("[O")
"""What follows an escape in the sequences of function keys and reports."""


class KeyParser(XTermParser):
    """Reads an escape and a character as Alt and that character.

    Textual takes some of them for what a Mac's terminal means by them (alt+f for ctrl+right,
    alt+backspace for ctrl+w, alt+1 for a sign), and loses the Alt of punctuation. Shells and editors
    live by these keys.
    """

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:  # noqa: FBT001, FBT002 - Textual's signature
        if len(sequence) == 2 and sequence[0] == "\x1b" and sequence[1] not in _INTRODUCERS:  # noqa: PLR2004
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
