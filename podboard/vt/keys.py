"""Keys as the program in the pod wants to hear of them.

What a terminal sends is as old as terminals and has two layers. By default keys are what
xterm sends, and what tmux passes on; a program may ask for more (application cursor keys,
xterm's modifyOtherKeys, the kitty keyboard protocol). The core's own encoder knows the
program's wishes; but where there are none it sends combinations like shift+enter in a form
that a plain shell prints as rubbish, so those are encoded here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from podboard.vt.library import check, ffi, lib

if TYPE_CHECKING:
    from podboard.vt.screen import Screen

_MODIFIERS: Final = {"shift": 1, "ctrl": 2, "alt": 4, "super": 8, "meta": 8, "hyper": 8}
_SHIFT, _CTRL, _ALT = 1, 2, 4

_NAMED: Final = {
    "up": lib.GHOSTTY_KEY_ARROW_UP,
    "down": lib.GHOSTTY_KEY_ARROW_DOWN,
    "left": lib.GHOSTTY_KEY_ARROW_LEFT,
    "right": lib.GHOSTTY_KEY_ARROW_RIGHT,
    "home": lib.GHOSTTY_KEY_HOME,
    "end": lib.GHOSTTY_KEY_END,
    "insert": lib.GHOSTTY_KEY_INSERT,
    "delete": lib.GHOSTTY_KEY_DELETE,
    "pageup": lib.GHOSTTY_KEY_PAGE_UP,
    "pagedown": lib.GHOSTTY_KEY_PAGE_DOWN,
    **{f"f{number}": lib.GHOSTTY_KEY_F1 + number - 1 for number in range(1, 25)},
}
"""Keys without a character, by the names Textual gives them."""

_CONTROL_CHARACTERS: Final = frozenset(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
_CONTROLS: Final = {"enter": "\r", "tab": "\t", "escape": "\x1b", "backspace": "\x7f"}
_CONTROL_KEYS: Final = {
    "enter": lib.GHOSTTY_KEY_ENTER,
    "tab": lib.GHOSTTY_KEY_TAB,
    "escape": lib.GHOSTTY_KEY_ESCAPE,
    "backspace": lib.GHOSTTY_KEY_BACKSPACE,
}

_SPELLED: Final = {
    "space": " ",
    "at": "@",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "backslash": "\\",
    "circumflex_accent": "^",
    "underscore": "_",
    "minus": "-",
    "slash": "/",
    "question_mark": "?",
    "comma": ",",
    "full_stop": ".",
    "semicolon": ";",
    "colon": ":",
    "apostrophe": "'",
    "quotation_mark": '"',
    "grave_accent": "`",
    "tilde": "~",
    "equals_sign": "=",
    "plus": "+",
    "exclamation_mark": "!",
    "number_sign": "#",
    "dollar_sign": "$",
    "percent_sign": "%",
    "ampersand": "&",
    "asterisk": "*",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "vertical_line": "|",
    "less_than_sign": "<",
    "greater_than_sign": ">",
}
"""Characters that Textual calls by a name."""

_PHYSICAL: Final = {
    " ": lib.GHOSTTY_KEY_SPACE,
    "`": lib.GHOSTTY_KEY_BACKQUOTE,
    "\\": lib.GHOSTTY_KEY_BACKSLASH,
    "[": lib.GHOSTTY_KEY_BRACKET_LEFT,
    "]": lib.GHOSTTY_KEY_BRACKET_RIGHT,
    ",": lib.GHOSTTY_KEY_COMMA,
    "=": lib.GHOSTTY_KEY_EQUAL,
    "-": lib.GHOSTTY_KEY_MINUS,
    ".": lib.GHOSTTY_KEY_PERIOD,
    "'": lib.GHOSTTY_KEY_QUOTE,
    ";": lib.GHOSTTY_KEY_SEMICOLON,
    "/": lib.GHOSTTY_KEY_SLASH,
    **{digit: lib.GHOSTTY_KEY_DIGIT_0 + int(digit) for digit in "0123456789"},
    **{chr(ord("a") + n): lib.GHOSTTY_KEY_A + n for n in range(26)},
}

# What ctrl makes of a character, as xterm has it.
_CTRL_CODES: Final = {
    **{chr(ord("a") + n): chr(1 + n) for n in range(26)},
    **dict.fromkeys("@ 2`", "\x00"),
    **dict.fromkeys("[3{", "\x1b"),
    **dict.fromkeys("\\4|", "\x1c"),
    **dict.fromkeys("]5}", "\x1d"),
    **dict.fromkeys("^6~", "\x1e"),
    **dict.fromkeys("_7/-", "\x1f"),
    **dict.fromkeys("8?", "\x7f"),
}

_MODIFIED_F3: Final = re.compile(rb"\x1b\[13;(\d+)~")


class KeyEncoder:
    """Turns keys into what ``screen``'s program expects."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        out = ffi.new("GhosttyKeyEncoder*")
        check(lib.ghostty_key_encoder_new(ffi.NULL, out), "make a key encoder")
        self._encoder = ffi.gc(out[0], lib.ghostty_key_encoder_free)
        out = ffi.new("GhosttyKeyEvent*")
        check(lib.ghostty_key_event_new(ffi.NULL, out), "make a key event")
        self._event = ffi.gc(out[0], lib.ghostty_key_event_free)
        lib.ghostty_key_event_set_action(self._event, 1)  # a press
        self._room = ffi.new("char[]", 128)
        self._length = ffi.new("size_t*")

    def encode(self, key: str, character: str | None) -> bytes:
        """What to send for a key.

        Args:
            key: Its name as Textual has it: ``a``, ``ctrl+c``, ``alt+shift+left``, ``f5``.
            character: The text it stands for, where it stands for any.

        Returns:
            The bytes; empty for a key that has none (a modifier alone, a media key).
        """
        *modifiers, name = key.split("+") if key != "+" else ("+",)
        mods = 0
        for modifier in modifiers:
            mods |= _MODIFIERS.get(modifier, 0)
        text = _text(name, character, shifted=bool(mods & _SHIFT))
        if modifiers == ["alt"] and character is not None:
            # The person's terminal put an escape in front, as it also does when two keys, the escape and
            # the character, come in one piece over a slow line. Only the program can tell.
            return b"\x1b" + character.encode()
        if (native := _NAMED.get(name)) is not None:
            return self._function(native, mods)
        if not text and name not in _CONTROLS:
            return b""
        if self._extended():
            base = text.lower()
            native = _CONTROL_KEYS.get(name) or _PHYSICAL.get(base, lib.GHOSTTY_KEY_UNIDENTIFIED)
            if text.isupper() and not mods and self._screen.kitty_keyboard:
                mods = _SHIFT
            return self._native(native, mods, text)
        return _classic(name, text, mods, character)

    def _extended(self) -> bool:
        """Whether the program asked for keys beyond xterm's default."""
        # No getter tells of modifyOtherKeys, but what ctrl+a would become does.
        return self._screen.kitty_keyboard or self._native(lib.GHOSTTY_KEY_A, _CTRL, "a") != b"\x01"

    def _function(self, native: Any, mods: int) -> bytes:
        """A key without a character."""
        sent = self._native(native, mods, "")
        # F3 with a modifier the core says as the kitty protocol has it; in xterm's terminfo it ends in R.
        return sent if self._screen.kitty_keyboard else _MODIFIED_F3.sub(b"\x1b[1;\\1R", sent)

    def _native(self, native: Any, mods: int, text: str) -> bytes:
        event, encoder = self._event, self._encoder
        lib.ghostty_key_encoder_setopt_from_terminal(encoder, self._screen.native)
        lib.ghostty_key_event_set_key(event, native)
        lib.ghostty_key_event_set_mods(event, mods)
        lib.ghostty_key_event_set_consumed_mods(event, mods & _SHIFT if text else 0)
        utf8 = ffi.from_buffer(text.encode())
        lib.ghostty_key_event_set_utf8(event, utf8, len(utf8))
        unshifted = ord(text.lower()[0]) if text else 0
        lib.ghostty_key_event_set_unshifted_codepoint(event, unshifted)
        failed = lib.ghostty_key_encoder_encode(encoder, event, self._room, len(self._room), self._length)
        check(failed, "encode a key")
        encoded: bytes = ffi.buffer(self._room, self._length[0])[:]
        return encoded


def _text(name: str, character: str | None, *, shifted: bool) -> str:
    """The text a key stands for, empty where it has none."""
    if character and _CONTROL_CHARACTERS.isdisjoint(character):
        return character
    if len(name) == 1 and name not in _CONTROL_CHARACTERS:
        # A terminal of the kitty protocol tells of alt+shift+a without saying that it is an A.
        return name.upper() if shifted and name.isascii() else name
    return _SPELLED.get(name, "")


def _classic(name: str, text: str, mods: int, character: str | None) -> bytes:
    """What xterm sends where the program asked for nothing else."""
    if name == "tab" and mods & _SHIFT:
        sent = "\x1b[Z"
    elif name == "backspace" and mods & _CTRL:
        sent = "\x08"
    elif character and not _CONTROL_CHARACTERS.isdisjoint(character):
        sent = character  # the person's terminal said it in the same way
    elif name in _CONTROLS:
        sent = _CONTROLS[name]
    elif mods & _CTRL and len(text) == 1:
        sent = (
            chr(ord(text.lower()) & 0x1F)
            if text.isascii() and text.isalpha()
            else _CTRL_CODES.get(text, text)
        )
    else:
        sent = text
    return (("\x1b" if mods & _ALT else "") + sent).encode()
