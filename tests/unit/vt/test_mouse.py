"""The mouse as xterm tells of it, in each of its modes and encodings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyghostty._ffi import lib as whole

from podboard.model.size import Size
from podboard.vt.mouse import MouseAction, MouseButton, MouseEncoder
from podboard.vt.screen import CELL_PIXELS
from tests.unit.vt.helpers import screen

PRESS, RELEASE, MOTION = MouseAction
LEFT, MIDDLE, RIGHT, NONE = MouseButton.LEFT, MouseButton.MIDDLE, MouseButton.RIGHT, MouseButton.NONE
WHEEL = (MouseButton.WHEEL_UP, MouseButton.WHEEL_DOWN, MouseButton.WHEEL_LEFT, MouseButton.WHEEL_RIGHT)

X10, NORMAL, BUTTON, ANY = 9, 1000, 1002, 1003
CLASSIC, UTF8, SGR, URXVT, PIXELS = 0, 1005, 1006, 1015, 1016
COLUMNS, ROWS = 300, 100

CODES = {LEFT: 0, MIDDLE: 1, RIGHT: 2, NONE: 3} | {button: 64 + n for n, button in enumerate(WHEEL)}

EVENTS = st.one_of(
    st.tuples(st.sampled_from([PRESS, RELEASE, MOTION]), st.sampled_from([LEFT, MIDDLE, RIGHT])),
    st.tuples(st.just(PRESS), st.sampled_from(WHEEL)),
    st.just((MOTION, NONE)),
)


def asks(mode: int, encoding: int = CLASSIC) -> str:
    return f"\x1b[?{mode}h" + (f"\x1b[?{encoding}h" if encoding else "")


def sent(
    asked: str, action: MouseAction, button: MouseButton, column: int = 0, row: int = 0, *held: str
) -> bytes:
    return MouseEncoder(screen(asked, COLUMNS, ROWS)).encode(
        action, button, column, row, shift="shift" in held, ctrl="ctrl" in held, alt="alt" in held
    )


def heard(mode: int, action: MouseAction, button: MouseButton) -> bool:
    """Whether a program in this mode hears of what happened."""
    match mode, action:
        case (9, _):
            return action is PRESS and button in (LEFT, MIDDLE, RIGHT)
        case (1000, MouseAction.MOTION):
            return False
        case (1002, MouseAction.MOTION):
            return button is not NONE
    return True


def told(mode: int, encoding: int, event: tuple[MouseAction, MouseButton, int, int], *held: str) -> bytes:
    """What xterm's control sequences say it is."""
    action, button, column, row = event
    if not heard(mode, action, button):
        return b""
    code = CODES[button] + 32 * (action is MOTION)
    if action is RELEASE and encoding not in (SGR, PIXELS):
        code = 3  # which button it was is not said
    if mode != X10:
        code += 4 * ("shift" in held) + 8 * ("alt" in held) + 16 * ("ctrl" in held)
    x, y = column + 1, row + 1
    match encoding:
        case 0:
            # One byte each; what does not fit into it is not told at all.
            return b"\x1b[M" + bytes((32 + code, 32 + x, 32 + y)) if x <= 223 else b""
        case 1005:
            return b"\x1b[M" + "".join(map(chr, (32 + code, 32 + x, 32 + y))).encode()
        case 1015:
            return f"\x1b[{32 + code};{x};{y}M".encode()
        case 1016:
            width, height = CELL_PIXELS
            x, y = column * width + width // 2, row * height + height // 2
    return f"\x1b[<{code};{x};{y}{'m' if action is RELEASE else 'M'}".encode()


@settings(max_examples=500)
@given(
    mode=st.sampled_from([X10, NORMAL, BUTTON, ANY]),
    encoding=st.sampled_from([CLASSIC, UTF8, SGR, URXVT, PIXELS]),
    event=EVENTS,
    column=st.integers(0, COLUMNS - 1),
    row=st.integers(0, ROWS - 1),
    held=st.sets(st.sampled_from(["shift", "ctrl", "alt"])),
)
def test_a_program_hears_what_xterm_would_tell_it(
    *, mode: int, encoding: int, event: tuple[MouseAction, MouseButton], column: int, row: int, held: set[str]
) -> None:
    expected = told(mode, encoding, (*event, column, row), *held)
    assert sent(asks(mode, encoding), *event, column, row, *held) == expected


@pytest.mark.parametrize(
    ("asked", "event", "expected"),
    [
        (asks(X10), (PRESS, LEFT, 0, 0), b"\x1b[M !!"),
        (asks(NORMAL), (PRESS, RIGHT, 4, 2), b'\x1b[M"%#'),
        (asks(NORMAL), (RELEASE, RIGHT, 4, 2), b"\x1b[M#%#"),
        (asks(NORMAL), (PRESS, MouseButton.WHEEL_UP, 1, 1), b'\x1b[M`""'),
        (asks(NORMAL), (PRESS, LEFT, 222, 0), b"\x1b[M \xff!"),
        (asks(NORMAL), (PRESS, LEFT, 223, 0), b""),
        (asks(NORMAL, UTF8), (PRESS, LEFT, 223, 0), b"\x1b[M \xc4\x80!"),
        (asks(NORMAL, SGR), (PRESS, LEFT, 4, 2), b"\x1b[<0;5;3M"),
        (asks(NORMAL, SGR), (RELEASE, LEFT, 4, 2), b"\x1b[<0;5;3m"),
        (asks(NORMAL, SGR), (PRESS, LEFT, 4, 2, "ctrl", "alt", "shift"), b"\x1b[<28;5;3M"),
        (asks(BUTTON, SGR), (MOTION, LEFT, 4, 2), b"\x1b[<32;5;3M"),
        (asks(ANY, SGR), (MOTION, NONE, 4, 2), b"\x1b[<35;5;3M"),
        (asks(NORMAL, SGR), (PRESS, MouseButton.WHEEL_DOWN, 0, 0), b"\x1b[<65;1;1M"),
        (asks(NORMAL, URXVT), (PRESS, LEFT, 299, 99), b"\x1b[32;300;100M"),
        (asks(NORMAL, PIXELS), (PRESS, LEFT, 1, 1), b"\x1b[<0;12;24M"),
    ],
)
def test_examples_written_out(
    asked: str, event: tuple[MouseAction, MouseButton, int, int], expected: bytes
) -> None:
    assert sent(asked, *event) == expected


@pytest.mark.parametrize("action", MouseAction)
@pytest.mark.parametrize("button", [LEFT, NONE, MouseButton.WHEEL_UP])
def test_a_program_that_did_not_ask_hears_nothing(action: MouseAction, button: MouseButton) -> None:
    assert sent("", action, button) == b""
    assert sent("\x1b[?1006h", action, button) == b""
    assert sent(asks(ANY, SGR) + "\x1b[?1003l", action, button) == b""


@pytest.mark.parametrize("mode", [X10, NORMAL])
@pytest.mark.parametrize(("column", "row"), [(-1, 5), (5, -1), (COLUMNS, 5), (5, ROWS), (10**6, -(10**6))])
def test_a_press_outside_is_not_told(mode: int, column: int, row: int) -> None:
    assert sent(asks(mode, SGR), PRESS, LEFT, column, row) == b""


@pytest.mark.parametrize("mode", [NORMAL, BUTTON, ANY])
@pytest.mark.parametrize(
    ("column", "row", "where"),
    [(-1, -1, b"1;1"), (COLUMNS, ROWS, b"300;100"), (-(10**6), 10**6, b"1;100"), (7, ROWS, b"8;100")],
)
def test_a_release_outside_is_told_at_the_edge(mode: int, column: int, row: int, where: bytes) -> None:
    assert sent(asks(mode, SGR), RELEASE, LEFT, column, row) == b"\x1b[<0;" + where + b"m"


@pytest.mark.parametrize("mode", [BUTTON, ANY])
def test_a_drag_that_leaves_goes_along_the_edge(mode: int) -> None:
    assert sent(asks(mode, SGR), MOTION, LEFT, COLUMNS + 5, -5) == b"\x1b[<32;300;1M"


def test_a_move_without_a_button_outside_is_not_told() -> None:
    assert sent(asks(ANY, SGR), MOTION, NONE, COLUMNS, 0) == b""


def test_the_edge_moves_with_the_size() -> None:
    shown = screen(asks(NORMAL, SGR), 20, 5)
    mouse = MouseEncoder(shown)
    assert mouse.encode(PRESS, LEFT, 25, 5) == b""
    shown.resize(Size(30, 6))
    assert mouse.encode(PRESS, LEFT, 25, 5) == b"\x1b[<0;26;6M"


def test_the_mode_is_the_one_of_the_moment() -> None:
    shown = screen()
    mouse = MouseEncoder(shown)
    assert mouse.encode(PRESS, LEFT, 0, 0) == b""
    shown.feed(b"\x1b[?1000h")
    assert mouse.encode(PRESS, LEFT, 0, 0) == b"\x1b[M !!"
    shown.feed(b"\x1b[?1006h")
    assert mouse.encode(PRESS, LEFT, 0, 0) == b"\x1b[<0;1;1M"
    shown.feed(b"\x1bc")
    assert mouse.encode(PRESS, LEFT, 0, 0) == b""


def test_no_button_is_left_over_from_what_was_told_before() -> None:
    mouse = MouseEncoder(screen(asks(ANY, SGR)))
    assert mouse.encode(PRESS, LEFT, 0, 0, shift=True) == b"\x1b[<4;1;1M"
    assert mouse.encode(MOTION, NONE, 1, 0) == b"\x1b[<35;2;1M"


def test_pixels_are_those_the_terminal_says_it_has() -> None:
    shown = screen("\x1b[14t" + asks(NORMAL, PIXELS), 20, 5)
    _, height, width = shown.take_replies().strip(b"\x1b[t").split(b";")
    far = MouseEncoder(shown).encode(PRESS, LEFT, 19, 4)
    _, x, y = far.strip(b"\x1b[<M").split(b";")
    assert int(width) - CELL_PIXELS[0] < int(x) <= int(width)
    assert int(height) - CELL_PIXELS[1] < int(y) <= int(height)


def test_the_numbers_of_the_core_are_as_written() -> None:
    buttons = ("UNKNOWN", "LEFT", "RIGHT", "MIDDLE", "FOUR", "FIVE", "SIX", "SEVEN")
    assert [getattr(whole, f"GHOSTTY_MOUSE_BUTTON_{name}") for name in buttons] == list(MouseButton)
    assert [action.value for action in MouseAction] == [
        whole.GHOSTTY_MOUSE_ACTION_PRESS,
        whole.GHOSTTY_MOUSE_ACTION_RELEASE,
        whole.GHOSTTY_MOUSE_ACTION_MOTION,
    ]
