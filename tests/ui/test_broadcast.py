"""Typing into many terminals at once, with shells that the test plays."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from podboard.model.broadcast import BroadcastRules
from podboard.model.ending import dropped, exited
from podboard.wire.exec_channel import Ended
from tests.support.pods import pod
from tests.ui.person import ESCAPE, LEADER, UP, Person, at_the_board
from tests.ui.still import Shells

pytestmark = pytest.mark.usefixtures("noon")

PODS = (pod("api-1"), pod("db-1"), pod("web-1"), pod("web-2"), pod("web-3"))
TWELVE = tuple(pod(f"worker-{number:02}") for number in range(12))
PROMPT = "pod:~$ "


@pytest.fixture
def shells() -> Shells:
    return Shells(*PODS)


@pytest_asyncio.fixture
async def person(shells: Shells) -> AsyncIterator[Person]:
    async with at_the_board(shells.cluster.connect, 140) as person:
        await person.sees("web-3")
        yield person


async def open_all(person: Person, shells: Shells, count: int = 5) -> None:
    """Open a terminal in each pod; each has a prompt."""
    person.type("*s")
    await person.until(lambda: len(shells.opened) == count, "all terminals")
    for number in range(count):
        shells.say(number, PROMPT)
    panes = person.board.panes
    await person.until(lambda: all(pane.terminal.received for pane in panes) and len(panes) == count)
    await person.sees(PROMPT.rstrip(), "keys go to the pod")


async def arm(person: Person, keys: str = "", count: int = 5) -> None:
    """Arm a broadcast, from what the dialog suggests."""
    person.type(f"{LEADER}b")
    await person.sees("type into", "enter  arm")
    person.type(f"{keys}\r")
    await person.sees(f"═ BROADCAST {count} ═", f"BROADCAST to {count} terminals", "ctrl+] b stops")


async def heard(shells: Shells, person: Person, *inputs: bytes) -> None:
    """Wait until each shell has been sent just that."""
    expected = list(inputs)
    await person.until(
        lambda: [shells[number].input for number in range(len(expected))] == expected, f"{expected}"
    )


async def test_what_is_typed_in_one_is_typed_in_all_that_were_chosen(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    person.type(f"{LEADER}b")
    await person.sees("type into", "enter  arm 5 of 5", "[x] web-3  shop  kind-dev  ● open")
    # The first two are left out.
    person.type(" j \r")
    await person.sees("shop/web-1 · app ═ BROADCAST 3 ═", "BROADCAST to 3 terminals", "ctrl+] b stops")
    await person.sees("web-1, web-2, web-3 · disarms in ")
    person.type("hostname\r")
    await heard(shells, person, b"", b"", *[b"hostname\r"] * 3)
    person.type(f"{LEADER}b")
    await person.sees("broadcast stopped")
    await person.no_longer_sees("BROADCAST")
    person.type("x")
    await heard(shells, person, b"", b"", b"hostname\rx", b"hostname\r", b"hostname\r")


async def test_a_terminal_that_is_not_in_the_set_says_so_and_is_typed_into_alone(
    person: Person, shells: Shells
) -> None:
    await open_all(person, shells)
    await arm(person, " ", 4)
    person.type(f"{LEADER}1")
    await person.sees("shop/api-1 · app (not in the set) ─", "BROADCAST to 4 terminals, not to this one")
    person.type("ls")
    await heard(shells, person, b"ls", b"", b"", b"", b"")
    person.type(f"{LEADER}2x")
    await heard(shells, person, b"ls", *[b"x"] * 4)


async def test_another_size_keeps_in_sight_how_it_is_stopped(
    person: Person, shells: Shells, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_all(person, shells)
    await arm(person)
    # At once, and not when the seconds that are left are told anew.
    monkeypatch.setattr(type(person.board.broadcast_desk.armed), "seconds_left", 42)
    await person.sees("db-1, web-1, web-2, web-3 · disarms in 42 s · ctrl+] b stops")
    monkeypatch.setattr(person.board.broadcast_desk, "refresh", lambda: None)
    monkeypatch.setattr(type(person.board), "_refresh_terminals_now", lambda _: None)
    person.resize(70, 24)
    await person.sees("BROADCAST to 5 terminals            disarms in 42 s · ctrl+] b stops")


async def test_keys_are_each_programs_own(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    shells.say(1, "\x1b[?1h")
    await person.until(lambda: shells[1].taken == 2)
    shells.say(2, "\x1b[?2004h")
    await person.until(lambda: shells[2].taken == 2)
    await arm(person)
    person.type(UP)
    await heard(shells, person, b"\x1b[A", b"\x1bOA", b"\x1b[A", b"\x1b[A", b"\x1b[A")
    person.paste("id")
    pasted = b"\x1b[200~id\x1b[201~"
    await heard(shells, person, b"\x1b[Aid", b"\x1bOAid", b"\x1b[A" + pasted, b"\x1b[Aid", b"\x1b[Aid")


async def test_what_a_program_asks_is_answered_to_it_alone(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    await arm(person)
    shells.say(0, "\x1b[6n")
    await person.until(lambda: shells[0].input == b"\x1b[1;8R")
    person.type("x")
    await heard(shells, person, b"\x1b[1;8Rx", b"x", b"x", b"x", b"x")


async def test_who_ends_leaves_the_set_and_who_comes_later_is_not_in_it(
    person: Person, shells: Shells
) -> None:
    await open_all(person, shells)
    await arm(person)
    shells[3].say(Ended(exited(0)))
    await person.sees("BROADCAST to 4 terminals · web-2 left the broadcast", "═ BROADCAST 4 ═")
    shells[4].say(Ended(dropped("no byte for 61 s")))
    await person.sees("web-3 left the broadcast", "═ BROADCAST 3 ═")
    person.type(f"{LEADER}2{LEADER}x")
    await person.sees("db-1 left the broadcast", "═ BROADCAST 2 ═")
    person.type(f"{LEADER}l\r")
    await person.sees("(not in the set)", "not to this one")
    person.type(f"{LEADER}1x")
    await person.until(lambda: shells[0].input == shells[2].input == b"x")
    assert shells[1].input == shells[3].input == shells[4].input == shells[5].input == b""
    shells[2].say(Ended(exited(0)))
    await person.sees("web-1 left the broadcast, which is disarmed")
    await person.no_longer_sees("BROADCAST")


async def test_a_program_that_reads_nothing_holds_up_nobody(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    await arm(person)
    shells[1].open_for_input.clear()
    person.type("one ")
    await heard(shells, person, b"one ", b"", b"one ", b"one ", b"one ")
    person.type("two")
    await heard(shells, person, b"one two", b"", b"one two", b"one two", b"one two")
    shells[1].open_for_input.set()
    await person.until(lambda: shells[1].input == b"one two")


async def test_it_is_disarmed_when_nothing_is_typed(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    await arm(person)
    armed = person.board.broadcast_desk.armed
    assert armed is not None
    now = armed._typed
    armed._clock = lambda: now
    now += 58.5
    await person.sees("disarms in 2 s")
    person.type("x")
    await heard(shells, person, *[b"x"] * 5)
    await person.sees("disarms in 60 s")
    now += 60
    await person.sees("broadcast disarmed: nothing was typed for 60 s")
    await person.no_longer_sees("BROADCAST")
    person.type("y")
    await heard(shells, person, b"xy", *[b"x"] * 4)


async def test_what_is_typed_too_late_is_heard_by_one_alone(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    await arm(person)
    armed = person.board.broadcast_desk.armed
    assert armed is not None
    end = armed._typed + 60
    armed._clock = lambda: end
    # Whoever looks first, the clock of the board or the key.
    person.type("x")
    await heard(shells, person, b"x", b"", b"", b"", b"")
    await person.sees("broadcast disarmed")


async def test_marked_pods_are_suggested(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    person.type(f"{LEADER}lG k ")
    await person.sees("2 marked")
    person.type(f"{LEADER}b")
    await person.sees("enter  arm 2 of 5", "[ ] api-1", "[x] web-2")
    person.type("\r")
    # It was armed from the list: the first of the set is gone to.
    await person.sees("shop/web-2 · app ═ BROADCAST 2 ═")


async def test_beside_each_other_all_of_the_set_are_seen_to_hear(person: Person, shells: Shells) -> None:
    person.type(" jj jj S")
    await person.until(lambda: len(shells.opened) == 3)
    for number in range(3):
        shells.say(number, PROMPT)
    await person.until(lambda: person.screen().count(PROMPT.rstrip()) == 3, "three prompts")
    person.type(f"{LEADER}lj\r")
    await person.until(lambda: len(shells.opened) == 4)
    await person.sees("● open", "2 web-3 ●")
    person.type(f"{LEADER}1{LEADER}b")
    # Those of the tab, though all are of one namespace.
    await person.sees("enter  arm 3 of 4")
    person.type("\r")
    await person.until(lambda: person.screen().count("═ BROADCAST 3 ═") == 3, "three titles")
    await person.sees("1 ═ api-1 +2", "2 web-3 ●")
    person.type("x")
    await heard(shells, person, b"x", b"x", b"x", b"")
    for number in range(3):
        shells.say(number, "x")
    await person.until(lambda: person.screen().count(f"{PROMPT}x") == 3, "three echoes")
    person.type(f"{LEADER}b")
    await person.no_longer_sees("BROADCAST")
    await person.sees("1 api-1")


async def test_keys_typed_ahead_of_the_dialog_are_for_it(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    person.type(f"{LEADER}bj j \r")
    await person.sees("BROADCAST to 3 terminals")
    person.type("x")
    await heard(shells, person, b"x", b"", b"", b"x", b"x")
    person.type(f"{LEADER}gid\rjk \r")
    await person.until(lambda: shells[0].input == b"xid\r")


async def test_a_set_is_chosen_or_none(person: Person, shells: Shells) -> None:
    person.type(f"\r{LEADER}b")
    await person.sees("a broadcast goes to 2 open terminals or more: 1 is open")
    person.type(f"{LEADER}x")
    await person.no_longer_sees("1 api-1")
    person.type("*s")
    await person.until(lambda: len(shells.opened) == 6)
    await person.sees("5 web-3")
    person.type(f"{LEADER}b")
    await person.sees("enter  arm 5 of 5")
    person.type("a")
    await person.sees("enter  arm 0 of 5")
    person.type(" \r")
    await person.sees("choose 2 at least")
    person.type(f"a{ESCAPE}")
    await person.no_longer_sees("type into")
    person.type("x")
    await person.until(lambda: shells[1].input == b"x")
    assert shells[2].input == b""


async def test_where_the_context_is_protected_its_name_is_typed() -> None:
    shells = Shells(*PODS)
    shells.cluster.broadcast = BroadcastRules(protected=("kind-*",))
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("web-3")
        await open_all(person, shells)
        person.type(f"{LEADER}b\r")
        await person.sees("kind-dev is protected. Type into 5 terminals there at once?")
        person.type("yes\r")
        await person.sees("that is not kind-dev")
        person.type(ESCAPE)
        await person.no_longer_sees("is protected")
        person.type(f"{LEADER}b\r")
        await person.sees("kind-dev is protected")
        person.type("kind-dev\r")
        await person.sees("═ BROADCAST 5 ═")
        person.type("x")
        await heard(shells, person, *[b"x"] * 5)


async def test_a_paste_of_several_lines_asks_first(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    await arm(person)
    lines = "".join(f"rm {number}\n" for number in range(12))
    person.paste(lines)
    screen = await person.sees("paste 12 lines, 62 bytes, into 5 terminals?", "enter  paste")
    assert "rm 7" in screen
    assert "a shell runs 12 of 12 lines" in screen
    assert "always" not in screen
    # Not offered, and not taken.
    person.type(f"a{ESCAPE}")
    await person.no_longer_sees("paste 12 lines")
    person.paste("a\nb\n")
    await person.sees("paste 2 lines", "into 5 terminals?", "enter  paste")
    # Who is asked about five may not mean four.
    shells[4].say(Ended(exited(0)))
    await person.until(lambda: person.board.panes[4].is_ended)
    person.type("\r")
    await person.sees("nothing was pasted")
    person.paste("c\nd\n")
    await person.sees("into 4 terminals?", "enter  paste")
    person.type("\r")
    await heard(shells, person, *[b"c\rd\r"] * 4, b"")
    await person.no_longer_sees("as one line")
    person.paste("e\n  f\n")
    await person.sees("into 4 terminals?", "1  as one line")
    person.type("1")
    await heard(shells, person, *[b"c\rd\re f"] * 4, b"")


async def test_in_the_smallest_screen_and_with_all_of_it(shells: Shells) -> None:
    shells = Shells(*TWELVE)
    async with at_the_board(shells.cluster.connect, 80, 24) as person:
        await person.sees("worker-11")
        await open_all(person, shells, 12)
        await arm(person, count=12)
        await person.sees("BROADCAST to 12 terminals ", "worker-00 +11 · disarms in")
        person.type(f"{LEADER}z")
        await person.until(lambda: "BROADCAST 12" in person.lines()[0], "a zoomed terminal")
        await person.until(lambda: person.lines()[-1].startswith(" BROADCAST to 12 terminals "), "the line")
        person.type(f"{LEADER}b")
        await person.no_longer_sees("BROADCAST")
        person.type(f"{LEADER}l")
        await person.sees("enter open")
        await arm_from_list(person)


async def arm_from_list(person: Person) -> None:
    person.type(f"{LEADER}b\r")
    await person.sees("BROADCAST to 12 terminals")
    person.type(f"{LEADER}l")
    await person.until(lambda: person.lines()[-1].startswith(" BROADCAST to 12 terminals  enter open"))


# -- one command, many answers ----------------------------------------------------------------


def answer(shells: Shells, number: int, text: str) -> None:
    """Let a shell answer the command, and come back with its prompt."""
    shells.say(number, f"id\r\n{text}{PROMPT}")


async def ask(person: Person, shells: Shells, count: int = 5) -> None:
    person.type(f"{LEADER}g")
    await person.sees(f"run in {count} terminals: ")
    person.type("id\r")
    await person.sees(f"0 of {count} answered")
    await heard(shells, person, *[b"id\r"] * count)


async def test_the_whole_command_is_seen_before_it_is_run(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    await arm(person)
    person.resize(160, 30)
    person.type(f"{LEADER}g")
    await person.sees("run in 5 terminals: ")
    command = f"find / -xdev -type f {'-size +1M ' * 7}-newer /etc/hostname -print"
    person.type(command)
    await person.sees(f"run in 5 terminals: {command}▏", "esc leaves it")
    # What has no room is left out at its beginning, and that is said.
    person.type("界" * 10)
    await person.sees("run in 5 terminals: …", f"-print{'界' * 10}▏")
    person.type("\x15echo one two \x17three")
    await person.sees("run in 5 terminals: echo one three▏")
    person.type(ESCAPE)
    await person.no_longer_sees("run in")


async def test_answers_are_grouped_and_the_odd_ones_out_shown(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    await arm(person)
    await ask(person, shells)
    for number in (1, 0, 2):
        answer(shells, number, "uid=0\r\nok\r\n")
    await person.sees("3  api-1, db-1, web-1 · 2 lines", "3 of 5 answered", "esc  stop waiting")
    answer(shells, 4, "uid=1\r\nok\r\n")
    await person.sees("1  web-3 · differs in 1 line", "4 of 5 answered, 2 kinds")
    person.type("j")
    await person.sees("+ uid=1")
    # What one looks at stays where others come.
    answer(shells, 3, "uid=0\r\nok\r\n")
    await person.sees("4  api-1, db-1, web-1, web-2 · 2 lines", "5 of 5 answered, 2 kinds", "esc  back")
    await person.sees("- uid=0", "+ uid=1", "  ok")
    person.type("\r")
    await person.sees("shop/web-3 · app ═ BROADCAST 5 ═")
    await person.no_longer_sees("5 of 5 answered")
    person.type("x")
    await heard(shells, person, *[b"id\rx"] * 5)


async def test_what_pods_say_is_text(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    await arm(person)
    await ask(person, shells)
    for number in range(4):
        answer(shells, number, "[bold red]root[/]\r\n\x1b[31mred\x1b[0m $(id)\r\n")
    answer(shells, 4, "[/nothing] [@click=app.quit]x[/]\r\n")
    await person.sees("5 of 5 answered", "[bold red]root[/]", "red $(id)")
    person.type("j")
    await person.sees("+ [/nothing] [@click=app.quit]x[/]")


async def test_what_does_not_answer_is_told_apart_and_not_waited_for(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    shells.say(0, "vi\r\n\x1b[?1049h~")
    await person.sees("~")
    await arm(person)
    person.type(f"{LEADER}gid\r")
    await person.sees("-  api-1 · not asked: no prompt waits there")
    assert shells[0].input == b""
    for number in (1, 2, 3):
        answer(shells, number, "")
    await person.sees("3  db-1, web-1, web-2 · nothing", "3 of 5 answered")
    shells[4].say(Ended(exited(1)))
    await person.sees("-  web-3 · its shell is gone", "3 of 5 answered", "esc  back")
    person.type(ESCAPE)
    await person.no_longer_sees("3 of 5 answered")


async def test_a_command_without_a_set_has_one_chosen_first(person: Person, shells: Shells) -> None:
    await open_all(person, shells)
    person.type(f"{LEADER}g")
    await person.sees("enter  arm 5 of 5")
    person.type(" \r")
    await person.sees("run in 4 terminals: ")
    person.type(ESCAPE)
    await person.no_longer_sees("run in")
    await person.sees("BROADCAST to 4 terminals")
    assert [shells[number].input for number in range(5)] == [b""] * 5
