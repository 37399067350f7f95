"""Reading from and writing to the person's terminal, with a pseudo-terminal for it."""

import asyncio
import os
import re
import select
import signal
import sys
import termios
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from contextvars import ContextVar, copy_context

import pytest
from textual import constants, events
from textual.geometry import Size as TextualSize
from textual.message import Message

from podboard.ui.driver import PodboardDriver
from podboard.ui.line import differ
from podboard.ui.line.grid import Row
from podboard.ui.line.shadow import SWITCH
from podboard.ui.painter import BACKLOG
from podboard.vt.screen import Cursor
from tests.support.ptys import Pty, open_pty
from tests.support.waiting import until

_SIGNALS = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH, signal.SIGTTIN, signal.SIGTTOU)


class Screen:
    """A screen in the size Textual has laid it out in."""

    def __init__(self, columns: int, rows: int) -> None:
        self.outer_size = TextualSize(columns, rows)


class App:
    """Notes what the driver brings.

    Attributes:
        came: Text and keys in the order they came, by the way they took: text, key, paste, or message.
        takes_text: Whether a terminal has the focus.
        takes_keys: Whether keys and pastes are the board's.
        messages: Messages that are no keys.
        left_with: The exit codes it was asked to leave with.
        screen_stack: What Textual has laid out.
    """

    def __init__(self) -> None:
        self.came: list[str] = []
        self.takes_text = True
        self.takes_keys = True
        self.messages: list[Message] = []
        self.left_with: list[int] = []
        self.screen_stack: list[Screen] = []

    def take_text(self, text: str) -> bool:
        if self.takes_text:
            self.came.append(f"text {text}")
        return self.takes_text

    def take_key(self, event: events.Key) -> bool:
        if self.takes_keys:
            self.came.append(f"key {event.key}")
        return self.takes_keys

    def take_paste(self, event: events.Paste) -> bool:
        if self.takes_keys:
            self.came.append(f"paste {event.text}")
        return self.takes_keys

    def post_message(self, message: Message) -> None:
        if isinstance(message, events.Key):
            self.came.append(f"message {message.key}")
        else:
            self.messages.append(message)

    async def _post_message(self, message: Message) -> None:
        self.post_message(message)

    def exit(self, return_code: int) -> None:
        self.left_with.append(return_code)

    @property
    def pasted(self) -> list[str]:
        return [message.text for message in self.messages if isinstance(message, events.Paste)]


class Plain:
    """An app that takes nothing before the messages."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.screen_stack: list[Screen] = []

    def post_message(self, message: Message) -> None:
        self.messages.append(message)

    async def _post_message(self, message: Message) -> None:
        self.post_message(message)


class Person:
    """Sits at the other end."""

    def __init__(self, pty: Pty, driver: PodboardDriver, app: App) -> None:
        self.pty, self.driver, self.app = pty, driver, app
        self.written = b""

    def type(self, typed: str | bytes) -> None:
        os.write(self.pty.person, typed.encode() if isinstance(typed, str) else typed)

    async def came(self, *expected: str) -> None:
        await until(lambda: len(self.app.came) >= len(expected))
        assert self.app.came == list(expected)
        self.app.came.clear()

    def look(self) -> str:
        """What was written so far."""
        while select.select([self.pty.person], [], [], 0)[0]:
            self.written += os.read(self.pty.person, 1 << 16)
        return self.written.decode()

    async def sees(self, text: str) -> None:
        await until(lambda: text in self.look())


@pytest.fixture
def pty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pty]:
    """A pseudo-terminal that the driver takes for its own."""
    handlers = [(number, signal.getsignal(number)) for number in _SIGNALS]
    with open_pty(raw=False) as pty:
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setattr(sys, "__stdin__", os.fdopen(os.dup(pty.program)))
        monkeypatch.setattr(sys, "__stderr__", os.fdopen(os.dup(pty.program), "w"))
        yield pty
        for stream in (sys.__stdin__, sys.__stderr__):
            assert stream is not None
            stream.close()
    for number, handler in handlers:
        signal.signal(number, handler)


@asynccontextmanager
async def at(pty: Pty, app: App | Plain | None = None) -> AsyncIterator[Person]:
    """A driver in application mode, with a person who sees and types."""
    app = app or App()
    driver = PodboardDriver(app)  # type: ignore[arg-type]
    driver.start_application_mode()
    try:
        yield Person(pty, driver, app)  # type: ignore[arg-type]
    finally:
        driver.stop_application_mode()
        driver.close()


# -- keys -----------------------------------------------------------------------------------


async def test_text_goes_straight_to_the_terminal_in_focus(pty: Pty) -> None:
    async with at(pty) as person:
        person.type("ls -l é漢")
        await person.came("text ls -l é漢")
        person.type("\r")
        await person.came("key enter")
        person.type("\x1b[A")
        await person.came("key up")
        # After an escape, what is typed at once may still be a part of it; order is kept either way.
        person.type("x")
        await until(lambda: person.app.came)
        assert person.app.came[0] in ("key x", "text x")


async def test_text_nobody_takes_is_keys(pty: Pty) -> None:
    app = App()
    app.takes_text = False
    async with at(pty, app) as person:
        person.type("/a")
        await person.came("key slash", "key a")


async def test_keys_nobody_takes_are_messages(pty: Pty) -> None:
    app = App()
    app.takes_text = app.takes_keys = False
    async with at(pty, app) as person:
        person.type("y\r")
        await person.came("message y", "message enter")


async def test_an_app_that_takes_nothing_gets_messages(pty: Pty) -> None:
    app = Plain()
    async with at(pty, app) as person:
        person.type("ab")
        await until(lambda: len([m for m in app.messages if isinstance(m, events.Key)]) == 2)


async def test_an_escape_alone_is_the_key(pty: Pty) -> None:
    async with at(pty) as person:
        person.type("\x1b")
        await person.came("key escape")
        person.type("text")
        await person.came("text text")


async def test_a_sequence_in_pieces_is_one_key(pty: Pty) -> None:
    async with at(pty) as person:
        read = person.driver._read
        for piece in ("\x1b", "[", "1;5", "C"):
            person.type(piece)
            read()
        assert person.app.came == ["key ctrl+right"]


async def test_a_character_in_pieces_is_one(pty: Pty) -> None:
    async with at(pty) as person:
        read = person.driver._read
        for byte in "é漢🚀".encode():
            person.type(bytes([byte]))
            read()
        assert "".join(person.app.came).replace("text ", "") == "é漢🚀"


@pytest.mark.parametrize("takes_text", [True, False])
async def test_the_beginning_of_a_character_ends_nothing(
    pty: Pty,
    takes_text: bool,  # noqa: FBT001 - one of two cases
) -> None:
    app = App()
    app.takes_text = takes_text
    async with at(pty, app) as person:
        read = person.driver._read
        person.type(b"\xe6")
        read()
        person.type(b"\xbc\xa2")
        read()
        person.type("\r")
        read()
        assert [came.split()[1] for came in app.came] == ["漢", "enter"]


async def test_bytes_that_are_no_text_are_replaced(pty: Pty) -> None:
    async with at(pty) as person:
        person.type(b"a\xffb")
        await person.came("text a\N{REPLACEMENT CHARACTER}b")


async def test_keys_of_the_kitty_protocol(pty: Pty) -> None:
    async with at(pty) as person:
        person.type("\x1b[97;;97u\x1b[93;5u\x1b[13;2u")
        await person.came("key a", "key ctrl+right_square_bracket", "key shift+enter")


# -- pastes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pieces",
    [
        ["\x1b[200~rm -rf /\rls\x1b[201~"],
        ["\x1b[200~", "rm -rf /", "\r", "ls", "\x1b[201~"],
        ["\x1b[20", "0~rm -rf /\rls\x1b[2", "01~"],
        ["\x1b", "[200~rm -rf", " /", "\rls", "\x1b[201", "~"],
        list("\x1b[200~rm -rf /\rls\x1b[201~"),
    ],
)
async def test_a_paste_is_a_paste_however_it_comes(pty: Pty, pieces: list[str]) -> None:
    async with at(pty) as person:
        read = person.driver._read
        for piece in pieces:
            person.type(piece)
            read()
        assert person.app.came == ["paste rm -rf /\rls"]
        person.app.came.clear()
        person.type("typed")
        read()
        assert "".join(came.split()[1] for came in person.app.came) == "typed"


async def test_a_paste_over_a_slow_line_is_a_paste(pty: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ESCAPE_DELAY", 0.001)
    async with at(pty) as person:
        for piece in ("\x1b[200~", "rm -rf /", "\r", "ls", "\x1b[201~"):
            await until(lambda: person.driver._escape_timer is None)
            person.type(piece)
            person.driver._read()
        await until(lambda: person.app.came)
        assert person.app.came == ["paste rm -rf /\rls"]


async def test_pastes_and_keys_come_in_order(pty: Pty) -> None:
    async with at(pty) as person:
        person.type("\x1b[200~one\x1b[201~x\x1b[200~two\x1b[201~\r")
        await person.came("paste one", "key x", "paste two", "key enter")


async def test_a_paste_nobody_takes_is_a_message(pty: Pty) -> None:
    app = App()
    app.takes_keys = False
    async with at(pty, app) as person:
        person.type("\x1b[200~one\x1b[201~")
        await until(lambda: app.messages)
        assert app.pasted == ["one"]


# -- the end of the terminal ----------------------------------------------------------------


async def test_a_terminal_that_hangs_up_ends_the_app_once(pty: Pty) -> None:
    async with at(pty) as person:
        os.close(person.pty.person)
        await until(lambda: person.app.left_with)
        for _ in range(20):
            await asyncio.sleep(0)
        assert person.app.left_with == [129]


async def test_the_end_of_input_ends_the_app(pty: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at(pty) as person:
        monkeypatch.setattr("podboard.ui.driver.os.read", lambda *_: b"")
        person.driver._read()
        assert person.app.left_with == [129]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
async def test_a_signal_that_would_kill_ends_the_app(pty: Pty, number: signal.Signals) -> None:
    async with at(pty) as person:
        signal.raise_signal(number)
        await until(lambda: person.app.left_with)
        assert person.app.left_with == [128 + number]


# -- a stop, and back again -----------------------------------------------------------------


async def test_the_cursor_comes_back_as_it_was(pty: Pty) -> None:
    async with at(pty) as person:
        person.driver.show_cursor(Cursor(shape="bar"))
        person.driver.suspend_application_mode()
        await person.sees("\x1b[?1049l")
        person.written = b""
        person.driver.resume_application_mode()
        person.driver.write("END")
        await person.sees("END")
        assert person.look().rindex("\x1b[6 q\x1b[?25h") > person.look().rindex("\x1b[?25l")


async def test_a_signal_in_the_middle_of_a_frame_waits_for_its_end(
    pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = differ._spans
    interrupted = False

    def find_interrupted(old: Row, new: Row) -> list[tuple[int, int]]:
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            signal.raise_signal(signal.SIGCONT)
        return find(old, new)

    monkeypatch.setattr(differ, "_spans", find_interrupted)
    async with at(pty) as person:
        person.driver.write("\x1b[1;1Hone\x1b[2;1Htwo")
        await person.sees("two")
        await until(lambda: person.look().count("\x1b[?1049h") == 2)


async def test_keys_act_for_the_app_however_the_driver_was_started(pty: Pty) -> None:
    whose = ContextVar("whose", default="nobody's")
    found: list[str] = []

    class Asked(App):
        def take_text(self, text: str) -> bool:
            found.append(whose.get())
            return super().take_text(text)

    def made() -> PodboardDriver:
        whose.set("the app's")
        return PodboardDriver(app)  # type: ignore[arg-type]

    app = Asked()
    driver = copy_context().run(made)
    driver.start_application_mode()
    try:
        Person(pty, driver, app).type("x")
        await until(lambda: found)
    finally:
        driver.stop_application_mode()
        driver.close()
    assert found == ["the app's"]


# -- output ---------------------------------------------------------------------------------


async def test_the_terminal_is_asked_for_what_podboard_needs(pty: Pty) -> None:
    async with at(pty) as person:
        for asked in ("\x1b[?1049h", "\x1b[?2004h", "\x1b[?1006h", "\x1b[>25u", "\x1b[?2026$p", "\x1b[?7l"):
            await person.sees(asked)


@pytest.mark.parametrize(
    ("cursor", "written"),
    [
        (Cursor(), "\x1b[0 q\x1b[?25h"),
        (Cursor(blinking=True), "\x1b[0 q\x1b[?25h"),
        (Cursor(shape="block", blinking=True), "\x1b[1 q\x1b[?25h"),
        (Cursor(shape="block"), "\x1b[2 q\x1b[?25h"),
        (Cursor(shape="underline", blinking=True), "\x1b[3 q\x1b[?25h"),
        (Cursor(shape="underline"), "\x1b[4 q\x1b[?25h"),
        (Cursor(shape="bar", blinking=True), "\x1b[5 q\x1b[?25h"),
        (Cursor(shape="bar"), "\x1b[6 q\x1b[?25h"),
        # It is hidden from the start.
        (None, ""),
    ],
)
async def test_the_cursor_has_the_programs_shape(pty: Pty, cursor: Cursor | None, written: str) -> None:
    async with at(pty) as person:
        person.driver.write("MARK")
        person.driver.show_cursor(cursor)
        person.driver.show_cursor(cursor)
        person.driver.write("END")
        await person.sees("END")
        assert f"MARK{written}END" in person.look()


async def test_a_backlog_is_told(pty: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "off")
    async with at(pty) as person:
        assert person.driver.backlog == 0
        for _ in range(20):
            person.driver.write("x" * 8000)
        assert person.driver.backlog > 0
        await until(lambda: person.look().count("x") == 160_000)
        await until(lambda: person.driver.backlog == 0)


async def test_a_slow_terminal_gets_the_latest_frame_and_not_every_one(pty: Pty) -> None:
    async with at(pty) as person:
        for number in range(200):
            person.driver.write(f"\x1b[1;1H{number:03}{'x' * number}" + "\x1b[5;1H" + "\x1b]0;\x07" * 1000)
        assert person.driver.backlog >= BACKLOG
        await until(lambda: f"199{'x' * 77}" in _text(person.look()))
        assert person.look().count("\x1b]0;\x07") == 200_000
        assert sum(f"{number:03}" in person.look() for number in range(200)) < 100
        assert person.driver.backlog == 0


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
@pytest.mark.parametrize("switch", ["on", "off"])
async def test_all_that_is_drawn_is_written_as_it_is_if_the_person_or_the_terminal_wants_it(
    pty: Pty, monkeypatch: pytest.MonkeyPatch, term: str, switch: str
) -> None:
    monkeypatch.setenv(SWITCH, switch)
    monkeypatch.setenv("TERM", term)
    async with at(pty) as person:
        for _ in range(3):
            person.driver.write("\x1b[2;5HSAME")
        person.driver.write("\x1b[3;1HEND")
        await person.sees("END")
        assert person.look().count("SAME") == (3 if switch == "off" or term == "dumb" else 1)


async def test_the_screen_is_written_anew_when_asked_and_after_a_resize_back_to_its_size(pty: Pty) -> None:
    async with at(pty) as person:
        person.driver.write("\x1b[2;5HSAME")
        person.driver.repaint()
        assert person.look().count("SAME") == 2
        signal.raise_signal(signal.SIGWINCH)
        await until(lambda: person.look().count("SAME") == 3)


async def test_rows_are_cut_off_only_once_textual_has_laid_out_fewer(pty: Pty) -> None:
    async with at(pty) as person:
        person.app.screen_stack.append(Screen(80, 24))
        person.driver.write("\x1b[20;1HLOW")
        person.driver.send_message(events.Resize(TextualSize(80, 10), TextualSize(80, 10)))
        person.driver.repaint()
        assert person.look().count("LOW") == 2
        person.app.screen_stack.append(Screen(0, 0))
        person.driver.write("\x1b[1;1HHIGH")
        assert person.look().count("LOW") == 2
        person.app.screen_stack.append(Screen(80, 10))
        person.driver.write("\x1b[2;1HEND")
        await person.sees("END")
        assert person.look().count("LOW") == 2
        assert person.look().count("HIGH") == 2


async def test_the_screen_is_written_anew_when_the_terminal_comes_back(pty: Pty) -> None:
    async with at(pty) as person:
        person.driver.write("\x1b[2;5H\x1b[31mSAME\x1b[0m")
        person.driver.suspend_application_mode()
        person.driver.resume_application_mode()
        person.driver.write("\x1b[3;1HEND")
        await person.sees("END")
        first, left, again = person.look().partition("\x1b[?1049l")
        assert first.count("SAME") == again.count("SAME") == 1
        assert "\x1b[m\x1b[r" in first
        assert left


async def test_nothing_is_left_to_write_before_there_is_a_terminal(pty: Pty) -> None:
    async with at(pty) as person:
        assert PodboardDriver(person.app).backlog == 0  # type: ignore[arg-type]


async def test_the_terminal_is_given_back_as_it_was(pty: Pty) -> None:
    threads = set(threading.enumerate())
    before = termios.tcgetattr(pty.program)
    async with at(pty) as person:
        assert termios.tcgetattr(pty.program) != before
        person.driver.show_cursor(Cursor(shape="bar"))
    assert termios.tcgetattr(pty.program) == before
    assert modes_left_on(person.look()) == set()
    assert person.look().rindex("\x1b[0 q") > person.look().rindex("\x1b[6 q")
    assert set(threading.enumerate()) == threads


async def test_nothing_is_written_on_a_terminal_that_was_given_back(pty: Pty) -> None:
    async with at(pty) as person:
        person.driver.suspend_application_mode()
        person.driver.write("LATE")
        person.driver.show_cursor(Cursor(shape="bar"))
        await person.sees("\x1b[?1049l")
        assert "LATE" not in person.look()
        assert "\x1b[6 q" not in person.look()
        person.driver.resume_application_mode()
        person.driver.write("END")
        await person.sees("END")


async def test_a_cursor_nobody_changed_is_not_touched(pty: Pty) -> None:
    async with at(pty) as person:
        person.driver.stop_application_mode()
        await person.sees("\x1b[?1049l")
        assert " q" not in person.look()
        person.driver.start_application_mode()


def _text(written: str) -> str:
    """What was written, without the sequences in it."""
    return re.sub("\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\].*?\x07", "", written)


def modes_left_on(written: str) -> set[str]:
    """What of the terminal is not as it is at first: private modes, and the kitty keyboard."""
    modes = {"?25": True, "?7": True}
    for mode, how in re.findall(r"\x1b\[(\?\d+)([hl])", written):
        modes[mode] = how == "h"
    left = {mode for mode, is_on in modes.items() if is_on is not (mode in ("?25", "?7"))}
    pushed, popped = re.findall(r"\x1b\[>\d+u", written), re.findall(r"\x1b\[<u", written)
    return left if len(pushed) == len(popped) else {*left, "kitty keyboard"}
