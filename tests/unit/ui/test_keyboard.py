"""What keys do, on a board that only notes what it is asked."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from textual import events
from textual.geometry import Size

from podboard.ui.key_parser import KeyParser
from podboard.ui.keyboard import MENU_AFTER, REPEAT, Keyboard
from podboard.ui.keymap import AFTER_LEADER, LEADER, LIST, MOVING, SCROLLING, Key
from tests.support.waiting import until

LEAD = "\x1d"


class Pane:
    """A terminal in focus."""

    def __init__(self, board: "Board") -> None:
        self._board = board
        self.terminal = SimpleNamespace(takes_input=True)
        self.is_ended = False
        self.is_covered = False
        self.is_scrolling = False

    def begin_scrolling(self) -> None:
        self.is_scrolling = True

    def show_scroll(self) -> None:
        self._board.did.append("scroll mode")

    def move(self, action: str, count: int | None) -> None:
        self._board.did.append(f"move {action}" if count is None else f"move {action} {count}")

    def send_key(self, key: str, character: str | None) -> None:
        self._board.did.append(f"key {key} {character!r}")

    def send_text(self, text: str) -> None:
        self._board.did.append(f"text {text}")

    def paste(self, text: str) -> None:
        self._board.did.append(f"paste {text!r}")


class Board:
    """Notes what it is asked.

    Attributes:
        did: What it was asked, in order.
        slow: Actions that take until ``done`` is set.
        failing: Actions that fail.
        timers: What it was asked to do later, and after how many seconds.
        said: What the line at the bottom says: the mode, the keys' actions, the right end.
    """

    def __init__(self) -> None:
        self.did: list[str] = []
        self.slow: set[str] = set()
        self.failing: set[str] = set()
        self.done = asyncio.Event()
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.said: tuple[str, tuple[str, ...], str] = ("", (), "")
        self.menu: list[bool] = []
        self.told: list[str] = []
        self.focused_pane: Pane | None = None
        self.has_terminals = False
        self.is_active, self.COMES_UNASKED = True, False
        self.has_listed = True
        self.filter_text = ""
        self.scroll_desk = self
        self.size = Size(80, 24)
        self.offer = ""
        self.paste_desk = SimpleNamespace(paste=lambda pane, text: pane.paste(text))
        self.broadcast_desk = SimpleNamespace(banner="", takes_paste=lambda _pane, _text: False)
        self.split_desk = SimpleNamespace(
            go=lambda key: self.did.append(f"go {key}"), resize=lambda key: self.did.append(f"resize {key}")
        )
        self.paste_desk = SimpleNamespace(paste=lambda pane, text: pane.paste(text))
        self.key_line = SimpleNamespace(set_keys=self._set_keys, hush=lambda: None, is_telling=False)
        self.app = SimpleNamespace(screen=self)
        self._working: set[asyncio.Task[Any]] = set()

    def audience(self, pane: Pane) -> Pane:
        return pane

    def _set_keys(self, keys: Iterable[Key], mode: str = "", right: str = "") -> None:
        self.said = (mode, tuple(key.action for key in keys), right)

    def set_filter(self, text: str) -> None:
        self.filter_text = text
        self.did.append(f"filter {text!r}")

    def go_to_tab(self, index: int) -> None:
        self.did.append(f"tab {index}")

    def show_menu(self, *, shown: bool) -> None:
        self.menu.append(shown)

    def set_timer(self, seconds: float, callback: Callable[[], None]) -> None:
        self.timers.append((seconds, callback))

    def tell(self, message: str) -> None:
        self.told.append(message)

    def run_worker(self, work: Awaitable[None], *, exit_on_error: bool) -> None:
        assert not exit_on_error
        task = asyncio.ensure_future(work)
        self._working.add(task)

    def __getattr__(self, name: str) -> Callable[[], Awaitable[None] | None]:
        assert name.startswith("action_")
        action = name.removeprefix("action_")

        def act() -> Awaitable[None] | None:
            self.did.append(action)
            return self._take_time(action) if action in self.slow | self.failing else None

        return act

    async def _take_time(self, action: str) -> None:
        if action in self.failing:
            raise ZeroDivisionError(action)
        await self.done.wait()
        self.done.clear()
        self.did.append(f"{action} done")


class Person:
    """Types at a board as its driver has it: text first to the terminal, else key by key."""

    def __init__(self) -> None:
        self.board = Board()
        self.keyboard = Keyboard(self.board)  # type: ignore[arg-type]

    def type(self, typed: str) -> None:
        if typed.isprintable() and self.keyboard.take_text(typed):
            return
        for event in KeyParser().feed(typed):
            assert isinstance(event, events.Key)
            self.keyboard.take(event)

    def paste(self, text: str) -> None:
        self.keyboard.take(events.Paste(text))

    def did(self) -> list[str]:
        """What the board was asked since the last call."""
        did, self.board.did = self.board.did, []
        return did

    def enter_terminal(self) -> Pane:
        self.board.has_terminals = True
        self.board.focused_pane = Pane(self.board)
        return self.board.focused_pane


@pytest.fixture
def person() -> Person:
    return Person()


# -- in the list ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "did"),
    [
        ("j", ["down"]),
        ("jjk", ["down", "down", "up"]),
        (" ", ["mark"]),
        ("\r", ["open"]),
        ("G", ["last"]),
        ("\x1b[B", ["down"]),
        ("\x1b[27u", ["clear"]),
        ("\t", ["terminal"]),
        ("\x11", ["quit"]),
        ("*o", ["mark_all", "sort"]),
    ],
)
def test_keys_of_the_list(person: Person, typed: str, did: list[str]) -> None:
    person.type(typed)
    assert person.did() == did


def test_a_key_that_means_nothing_does_nothing(person: Person) -> None:
    person.type("X")
    person.type("\x1b[15~")
    assert person.did() == []


def test_text_is_not_taken_where_no_terminal_is(person: Person) -> None:
    assert not person.keyboard.take_text("jj")
    assert person.did() == []


# -- the filter -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "text", "is_typed"),
    [
        ("/web", "web", True),
        ("/web\r", "web", False),
        ("/web\t", "web", False),
        ("/web\x1b[A", "web", False),
        ("/web\x1b[B", "web", False),
        ("/web\x7f\x7f", "w", True),
        ("/\x7f", "", True),
        ("/w\x08x", "x", True),
        ("/!a|b$ [c]*?", "!a|b$ [c]*?", True),
        ("/jkqn/", "jkqn/", True),
        ("/two words\x17", "two ", True),
        ("/word\x17x", "x", True),
        ("/word\x15x", "x", True),
        ("/web\x03", "", False),
        ("/web\x1b[27u", "", False),
        ("/é漢", "é漢", True),
        ("/a\x1b[C\x1b[15~\x01b", "ab", True),
    ],
)
def test_typing_the_filter(person: Person, typed: str, text: str, is_typed: bool) -> None:  # noqa: FBT001 - one of two cases
    person.type(typed)
    assert person.board.filter_text == text
    assert (person.keyboard.filter is not None) is is_typed
    assert person.board.said[0] == ("FILTER" if is_typed else "")


def test_the_filter_begins_with_what_it_was(person: Person) -> None:
    person.type("/web\r")
    person.type("/")
    assert person.keyboard.filter == "web"
    person.type("-1\r")
    assert person.board.filter_text == "web-1"


def test_the_filter_is_shown_letter_by_letter(person: Person) -> None:
    person.type("/ab\r")
    assert person.did() == ["filter ''", "filter 'a'", "filter 'ab'", "filter 'ab'"]
    person.type("j")
    assert person.did() == ["down"]


def test_a_paste_goes_into_the_filter_while_it_is_typed(person: Person) -> None:
    person.paste("nothing")
    person.type("/a")
    person.paste("we\x1bb\r\n-1\x7f")
    assert person.board.filter_text == person.keyboard.filter == "aweb-1"
    person.type("\r")
    person.paste("more")
    assert person.board.filter_text == "aweb-1"


def test_the_leader_works_while_the_filter_is_typed(person: Person) -> None:
    person.type(f"/we{LEAD}db")
    assert person.did()[-2:] == ["diagnostics", "filter 'web'"]


# -- in a terminal --------------------------------------------------------------------------


def test_every_key_goes_to_the_pod(person: Person) -> None:
    person.enter_terminal()
    person.type("q/?n")
    person.type("\x1b[A\r\x03\x1bf")
    assert person.did() == [
        "text q/?n",
        "key up None",
        "key enter '\\r'",
        "key ctrl+c '\\x03'",
        "key alt+f 'f'",
    ]


def test_the_leader_and_a_key(person: Person) -> None:
    person.enter_terminal()
    person.type(LEAD)
    assert person.board.said[0] == "ctrl+]"
    assert person.did() == []
    person.type("n")
    person.type("n")
    assert person.did() == ["next_tab", "text n"]
    assert person.board.said[0] == ""


@pytest.mark.parametrize(
    "entry",
    [
        entry
        for entry in AFTER_LEADER
        if entry.action not in ("tab", "send_leader", "scroll_mode", "go", "resize")
    ],
)
def test_every_key_after_the_leader(person: Person, entry: Key) -> None:
    person.enter_terminal()
    typed = {"repaint": "\x0c", "rearrange": " "}
    person.type(f"{LEAD}{typed.get(entry.action, entry.shown)}")
    assert person.did() == [entry.action]


def test_arrows_after_the_leader_go_to_other_terminals(person: Person) -> None:
    person.enter_terminal()
    person.type(f"{LEAD}\x1b[A{LEAD}\x1b[C")
    assert person.did() == ["go up", "go right"]


def test_an_offer_takes_its_keys_in_the_list_and_no_others(person: Person) -> None:
    person.board.offer = "open 2 terminals again?"
    person.type("jyn")
    assert person.did() == ["down", "restore", "forget"]
    assert person.board.said[0] == "open 2 terminals again?"
    person.board.offer = ""
    person.type("yn")
    assert person.did() == ["namespace"]


def test_borders_are_moved_again_without_the_leader(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    person.enter_terminal()
    person.type(f"{LEAD}H")
    now += REPEAT - 0.1
    person.type("H\x1b[1;5C")
    assert person.did() == ["resize H", "resize H", "resize ctrl+right"]
    person.type("x")
    person.type("H")
    assert person.did() == ["key x 'x'", "text H"]
    person.type(f"{LEAD}L")
    now += REPEAT
    person.type("L")
    assert person.did() == ["resize L", "text L"]
    person.type(f"{LEAD}L{LEAD}n")
    person.type("L")
    assert person.did() == ["resize L", "next_tab", "text L"]


def test_the_leader_twice_is_sent_on(person: Person) -> None:
    person.enter_terminal()
    person.type(f"{LEAD}{LEAD}")
    assert person.did() == ["key ctrl+right_square_bracket '\\x1d'"]
    person.type("a")
    assert person.did() == ["text a"]


def test_the_leader_twice_in_the_list_is_nothing(person: Person) -> None:
    person.type(f"{LEAD}{LEAD}j")
    assert person.did() == ["down"]


@pytest.mark.parametrize("key", ["y", "\r", "\x1b[27u", "\x1b[15~", "\x7f"])
def test_any_other_key_ends_the_leader(person: Person, key: str) -> None:
    person.enter_terminal()
    person.type(f"{LEAD}{key}")
    assert person.did() == []
    person.type("a")
    assert person.did() == ["text a"]


def test_a_number_after_the_leader_is_a_tab(person: Person) -> None:
    person.enter_terminal()
    for digit in "1290":
        person.type(f"{LEAD}{digit}")
    assert person.did() == ["tab 0", "tab 1", "tab 8", "tab -1"]


def test_a_person_who_waits_after_the_leader_is_reminded(person: Person) -> None:
    person.enter_terminal()
    person.type(LEAD)
    [(seconds, remind)] = person.board.timers
    assert seconds == MENU_AFTER
    remind()
    assert person.board.menu[-1] is True
    person.type("n")
    assert person.board.menu[-1] is False
    remind()
    assert person.board.menu[-1] is False
    # What is asked behind the leader stands in the same line.
    person.type(LEAD)
    person.type("l")
    person.keyboard.ask("/", person.board.told.append)
    person.type("x")
    remind()
    assert person.board.menu[-1] is True


def test_a_shell_that_ended_is_opened_again_with_enter(person: Person) -> None:
    person.enter_terminal().is_ended = True
    person.type("la")
    person.type("\x1b[A")
    assert person.did() == []
    person.type("\r")
    assert person.did() == ["reopen"]


# -- scrolling ------------------------------------------------------------------------------


def test_the_scroll_mode_has_keys_of_its_own(person: Person) -> None:
    pane = person.enter_terminal()
    person.type(f"{LEAD}s")
    assert person.board.said[0] == "SCROLL"
    person.type("kjgxy")
    person.type("\x1b[5~")
    person.type("q")
    moves = ["move up", "move down", "move first", "copy", "move page_up", "end"]
    assert person.did() == ["scroll mode", *moves]
    pane.is_scrolling = False
    person.type("q")
    assert person.did() == ["text q"]


def test_the_leader_works_while_scrolling(person: Person) -> None:
    person.enter_terminal()
    person.type(f"{LEAD}[{LEAD}l")
    assert person.did() == ["scroll mode", "list"]


def test_without_a_terminal_there_is_nothing_to_scroll(person: Person) -> None:
    person.type(f"{LEAD}sj")
    assert person.did() == ["down"]


def test_what_is_asked_is_typed_at_the_bottom(person: Person) -> None:
    person.enter_terminal()
    answers: list[str] = []
    person.keyboard.ask("/", answers.append)
    person.type("one two")
    person.type("\x17\x7f\x7ff")
    assert person.board.said == ("/onf\u258f", (), "esc leaves it")
    assert person.board.menu[-1]
    person.type("\r")
    person.type("x")
    assert answers == ["onf"]
    assert person.did() == ["text x"]


def test_who_thinks_better_of_it_answers_nothing(person: Person) -> None:
    answers: list[str] = []
    person.keyboard.ask("/", answers.append, "some")
    person.type("\x1b[27u")
    person.type("j")
    assert answers == []
    assert person.did() == ["down"]


def test_a_paste_goes_into_what_is_asked(person: Person) -> None:
    answers: list[str] = []
    person.keyboard.ask("/", answers.append, "a")
    person.paste("b\n\x1bc")
    person.type("\r")
    assert answers == ["abc"]


# -- keys behind an action that takes time --------------------------------------------------


async def test_keys_wait_for_an_action_that_takes_time(person: Person) -> None:
    person.board.slow = {"open"}
    person.type("\r")
    for typed in ("ls", " -l", "\r"):
        person.type(typed)
    assert person.did() == ["open"]
    person.enter_terminal()
    person.board.done.set()
    await until(lambda: len(person.board.did) == 7)
    assert person.did() == [
        "open done",
        "key l 'l'",
        "key s 's'",
        "key space ' '",
        "key minus '-'",
        "key l 'l'",
        "key enter '\\r'",
    ]
    person.type("pwd")
    assert person.did() == ["text pwd"]


async def test_a_paste_waits_in_its_place_among_the_keys(person: Person) -> None:
    person.board.slow = {"open"}
    person.type("\r")
    person.paste("ls -l")
    person.type("\r")
    person.enter_terminal()
    person.board.done.set()
    await until(lambda: len(person.board.did) == 4)
    assert person.did() == ["open", "open done", "paste 'ls -l'", "key enter '\\r'"]


async def test_what_is_typed_waits_for_all_that_is_being_done(person: Person) -> None:
    person.board.slow = {"open", "close"}
    for action in ("open", "close"):
        person.keyboard.perform(action)
    person.type("j")
    person.board.done.set()
    await until(lambda: "open done" in person.board.did)
    assert "down" not in person.board.did
    person.board.done.set()
    await until(lambda: "down" in person.board.did)
    assert person.did() == ["open", "close", "open done", "close done", "down"]


async def test_an_action_among_the_waiting_keys_makes_the_rest_wait_again(person: Person) -> None:
    person.board.slow = {"open", "close"}
    person.type(f"\r{LEAD}xjk")
    person.board.done.set()
    await until(lambda: person.board.did[-1] == "close")
    assert person.did() == ["open", "open done", "close"]
    person.type("g")
    person.board.done.set()
    await until(lambda: person.board.did[-1:] == ["first"])
    assert person.did() == ["close done", "down", "up", "first"]


async def test_an_action_that_fails_is_said_and_the_keys_go_on(
    person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    person.board.failing = {"open"}
    person.type("\rj")
    await until(lambda: person.board.told)
    await until(lambda: person.board.did[-1] == "down")
    assert "log" in person.board.told[0]
    assert [record.getMessage() for record in caplog.records] == ["open failed"]


# -- what is shown --------------------------------------------------------------------------


def test_the_line_at_the_bottom_says_what_holds(person: Person) -> None:
    person.keyboard.show()
    assert person.board.said == ("", tuple(key.action for key in LIST if key.action != "terminal"), "")
    person.board.has_terminals = True
    person.keyboard.show()
    assert person.board.said == ("", tuple(key.action for key in LIST), "ctrl+] leader")
    person.type("/")
    assert person.board.said == ("FILTER", (), "enter keeps it · esc takes it away")
    person.type("\r")
    pane = person.enter_terminal()
    person.keyboard.show()
    assert person.board.said == ("", (), "keys go to the pod · ctrl+] leader")
    person.type(LEAD)
    assert person.board.said == ("ctrl+]", tuple(key.action for key in AFTER_LEADER), "")
    person.type("s")
    assert person.board.said == ("SCROLL", tuple(key.action for key in (*SCROLLING, *MOVING)), "")
    pane.is_scrolling = False
    pane.terminal.takes_input = False
    person.keyboard.show()
    assert person.board.said == ("", (), "ctrl+] leader")


def test_the_leader_is_a_key_of_no_shell() -> None:
    assert LEADER == "ctrl+right_square_bracket"
