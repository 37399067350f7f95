"""What a pod prints reaches the person as a picture: it types nothing, and holds nobody up."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import pytest

from podboard.model.size import Size
from podboard.vt.screen import Screen
from tests.differential.hostile import sound

if TYPE_CHECKING:
    from collections.abc import Callable

NAME: Final = "evil"
"""What a program would have the terminal type."""

ECHOES: Final = {
    "title": f"\x1b]2;{NAME}\x07\x1b[21t",
    "icon": f"\x1b]1;{NAME}\x07\x1b[20t",
    "title stack": f"\x1b]2;{NAME}\x07\x1b[22;0t\x1b[23;0t\x1b[21t",
    "clipboard": f"\x1b]52;c;{NAME}\x07\x1b]52;c;?\x07",
    "clipboard by type": f"\x1b]5522;type=read:id={NAME};dGV4dC9wbGFpbg==\x1b\\",
    "clipboard written by type": f"\x1b]5522;type=write:id={NAME}\x1b\\",
    "notification": f"\x1b]99;i={NAME}:p=?;\x1b\\\x1b]99;i={NAME}:a=report;{NAME}\x1b\\",
    "setting": f"\x1bP$q{NAME}\x1b\\",
    "termcap": f"\x1bP+q{NAME.encode().hex()}\x1b\\",
    "colour": f"\x1b]21;{NAME}=?\x07\x1b]4;{NAME};?\x07\x1b]10;{NAME};?\x07",
    "directory": f"\x1b]7;file://host/{NAME}\x07",
    "image": f"\x1b_Ga=q,i=1;{NAME}\x1b\\\x1b_{NAME}\x1b\\",
    "answerback": f"{NAME}\x05",
    "prompt": f"\x1b]133;A;aid={NAME}\x07",
    "variable": f"\x1b]1337;ReportVariable={NAME}\x07",
    "pointer": f"\x1b]22;?{NAME}\x07",
    "hyperlink": f"\x1b]8;id={NAME};https://{NAME}/\x07x",
    "screen contents": f"{NAME}\x1b[1;1;1;1;1;4*y\x1b[1;1;1;4$w",
    "media copy": f"{NAME}\x1b[i\x1b[?1i\x1b[5i{NAME}\x1b[4i",
}


@pytest.mark.parametrize("echo", ECHOES)
def test_nothing_a_program_says_is_typed_back(echo: str) -> None:
    screen = Screen(Size(80, 24))
    screen.feed(ECHOES[echo].encode())
    assert NAME.encode() not in screen.take_replies()
    sound(screen)


@pytest.mark.parametrize("ending", ["\x07", "\x1b\\"])
@pytest.mark.parametrize(
    "command",
    ["52;c;ZXZpbA==", "52;;ZXZpbA==", "52;cps01;ZXZpbA==", "2;evil", "0;evil", "9;evil", "777;notify;a;b"],
)
def test_no_command_leaves_the_screen(command: str, ending: str) -> None:
    """Rows, cursor, title and replies are all that leaves it: none of them carries a control character."""
    screen = Screen(Size(80, 24))
    screen.feed(f"a\x1b]{command}{ending}b".encode())
    assert screen.take_replies() == b""
    sound(screen)
    assert "".join(run.text for run in screen.rows[0]).rstrip() == "ab"
    assert not any(run.link for run in screen.rows[0])


def test_a_million_combining_marks_are_soon_taken_and_little_is_kept() -> None:
    screen = Screen(Size(80, 24))
    data = b"a" + "\u0301".encode() * 1_000_000
    started = time.process_time()
    for start in range(0, len(data), 16 * 1024):
        screen.feed(data[start : start + 16 * 1024])
    screen.update()
    assert time.process_time() - started < 5
    assert sum(len(run.text) for row in screen.rows for run in row) < 80 * 24 + 100
    sound(screen)


SIZE: Final = Size(200, 50)
PIECE: Final = 8 * 1024

HEAVY: Final = {
    "REP": b"a\x1b[65535b",
    "REP of two digits": b"\x1b[4h\x1b]8;;h:\x07" + b"a\x1b[99b" * 1600,
    "REP, inserting": b"\x1b[4ha\x1b[65535b",
    "REP of a link": b"\x1b]8;;http://a/\x07a\x1b[65535b",
    "REP, wide": "日\x1b[65535b".encode(),
    "REP in colour": b"\x1b[41ma\x1b[65535b",
    "REP with controls within": b"a\x1b[65\x005\x0035b",
    "scroll up": b"\x1b[65535S",
    "scroll down": b"\x1b[65535T",
    "insert lines": b"\x1b[H\x1b[65535L",
    "delete lines": b"\x1b[H\x1b[65535M",
    "insert blanks": b"\x1b[65535@",
    "tabs": b"\x1b[65535I\x1b[65535Z",
    "reset": b"\x1bc",
    "alignment": b"\x1b#8\x1b[65535S",
    "erase": b"x\x1b[2J\x1b[3J",
    "erase in colour": b"\x1b[41m\x1b[2J",
    "both screens": b"\x1b[?1049h\x1b[?1049l",
    "132 columns": b"\x1b[?40h\x1b[?3h\x1b[?3l",
    "questions": b"\x1b[c\x1b[6n",
    "combining": "a\u0301".encode(),
    "clusters": "👩\u200d".encode(),
    "flags": "🇩".encode(),
    "links": b"".join(b"\x1b]8;;http://%d\x07a" % number for number in range(420)),
    "a link's long text": b"\x1b]8;;http://a/\x07" + b"a.b" * 2700,
    "colours": b"".join(b"\x1b[38;2;%d;%d;1ma" % (n % 256, n // 256) for n in range(400)),
    "bells": b"\x07",
    "titles": b"\x1b]2;a\x07",
    "commands begun": b"\x1b]52;c;\x1b]2;",
    "sequences begun": b"\x1b[1;\x1b[?4",
    "prompts": b"\x1b]133;A\x07\n",
    "wide to the edge": "日".encode(),
    "lines": b"\n",
    "held and let go": b"\x1b[?2026h\x1b[?2026l",
}


def stall(output: bytes) -> float:
    """Seconds of processor that 8 KiB of ``output`` hold the board, fed and read, scrollback full."""
    screen = Screen(SIZE)
    for _ in range(3):
        screen.feed(b"".join([b"x" * (SIZE.columns - 1) + b"\r\n"] * 4000))
    screen.update()
    data = (output * PIECE)[:PIECE]
    started = time.process_time()
    screen.feed(data)
    screen.update()
    screen.take_replies()
    return time.process_time() - started


@pytest.mark.parametrize("heavy", HEAVY)
def test_no_eight_kilobytes_hold_the_board_for_long(
    heavy: str, record_property: Callable[[str, object], None]
) -> None:
    seconds = stall(HEAVY[heavy])
    record_property("milliseconds", round(seconds * 1000, 1))
    # The longest is 90 ms where it was measured; before the guard it was 16 seconds.
    assert seconds < 0.5, f"{seconds * 1000:.0f} ms"
