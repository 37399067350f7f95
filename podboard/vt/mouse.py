"""The mouse as the program in the pod wants to hear of it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

from podboard.vt.library import check, ffi, lib
from podboard.vt.screen import CELL_PIXELS

if TYPE_CHECKING:
    from podboard.vt.screen import Screen


class MouseAction(IntEnum):
    """What happened; the numbers are the core's."""

    PRESS = lib.GHOSTTY_MOUSE_ACTION_PRESS
    RELEASE = lib.GHOSTTY_MOUSE_ACTION_RELEASE
    MOTION = lib.GHOSTTY_MOUSE_ACTION_MOTION


class MouseButton(IntEnum):
    """Which button; the numbers are the core's. The wheel is four buttons that are only pressed."""

    NONE = 0
    LEFT = 1
    RIGHT = 2
    MIDDLE = 3
    WHEEL_UP = 4
    WHEEL_DOWN = 5
    WHEEL_LEFT = 6
    WHEEL_RIGHT = 7


_SHIFT, _CTRL, _ALT = 1, 2, 4
_LONGEST: Final = 64


class MouseEncoder:
    """Turns what the mouse does over ``screen`` into what its program expects."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        out = ffi.new("GhosttyMouseEncoder*")
        check(lib.ghostty_mouse_encoder_new(ffi.NULL, out), "make a mouse encoder")
        self._encoder = ffi.gc(out[0], lib.ghostty_mouse_encoder_free)
        out = ffi.new("GhosttyMouseEvent*")
        check(lib.ghostty_mouse_event_new(ffi.NULL, out), "make a mouse event")
        self._event = ffi.gc(out[0], lib.ghostty_mouse_event_free)
        self._room = ffi.new("char[]", _LONGEST)
        self._length = ffi.new("size_t*")

    def encode(
        self,
        action: MouseAction,
        button: MouseButton,
        column: int,
        row: int,
        *,
        shift: bool = False,
        ctrl: bool = False,
        alt: bool = False,
    ) -> bytes:
        """What to send; empty where the program did not ask to hear of it.

        Args:
            column: From the left edge, 0 first.
            row: From the top, 0 first.
        """
        encoder, event = self._encoder, self._event
        size = self._screen.size
        lib.ghostty_mouse_encoder_setopt_from_terminal(encoder, self._screen.native)
        # The encoder reckons in pixels; only a program that asked for them (mode 1016) hears of them,
        # and it is told the middle of the cell.
        width, height = CELL_PIXELS
        shape = ffi.new(
            "GhosttyMouseEncoderSize*",
            {
                "size": ffi.sizeof("GhosttyMouseEncoderSize"),
                "screen_width": size.columns * width,
                "screen_height": size.rows * height,
                "cell_width": width,
                "cell_height": height,
            },
        )
        lib.ghostty_mouse_encoder_setopt(encoder, lib.GHOSTTY_MOUSE_ENCODER_OPT_SIZE, shape)
        pressed = ffi.new("bool*", button is not MouseButton.NONE)
        lib.ghostty_mouse_encoder_setopt(encoder, lib.GHOSTTY_MOUSE_ENCODER_OPT_ANY_BUTTON_PRESSED, pressed)
        lib.ghostty_mouse_event_set_action(event, action)
        if button is MouseButton.NONE:
            lib.ghostty_mouse_event_clear_button(event)
        else:
            lib.ghostty_mouse_event_set_button(event, button)
        lib.ghostty_mouse_event_set_mods(event, shift * _SHIFT | ctrl * _CTRL | alt * _ALT)
        lib.ghostty_mouse_event_set_position(event, ((column + 0.5) * width, (row + 0.5) * height))
        failed = lib.ghostty_mouse_encoder_encode(encoder, event, self._room, _LONGEST, self._length)
        check(failed, "encode the mouse")
        encoded: bytes = ffi.buffer(self._room, self._length[0])[:]
        return encoded
