"""The scroll mode, with shells that the test plays."""

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from podboard.ui.arrangement import TITLE_LINES
from podboard.vt.history import Place
from tests.support.pods import pod
from tests.ui.person import ESCAPE, LEADER, Person, at_the_board
from tests.ui.still import Shells

pytestmark = pytest.mark.usefixtures("noon")

PODS = (pod("api-1"), pod("db-1"), pod("web-1"))

LOG = "".join(f"GET /cart/{number} {'error' if number % 10 == 3 else '200'}\r\n" for number in range(100))


@pytest.fixture
def shells() -> Shells:
    return Shells(*PODS)


@pytest_asyncio.fixture
async def person(shells: Shells, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Person]:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("web-1")
        person.type("\r")
        shells.say(0, f"{LOG}web:~$ ")
        await person.sees("● open", "/cart/99")
        yield person


async def scroll(person: Person) -> None:
    person.type(f"{LEADER}s")
    await person.sees("SCROLL")


def cursor(person: Person) -> Place:
    """Where the cursor is."""
    pane = person.board.focused_pane
    assert pane is not None
    assert pane.scroll is not None
    return pane.scroll.cursor


async def is_at(person: Person, row: int, column: int) -> None:
    """Wait until the cursor is at a place, and is seen there."""
    await person.until(lambda: cursor(person) == Place(row, column), f"the cursor at {row}, {column}")
    pane = person.board.focused_pane
    assert pane is not None
    assert pane.scroll is not None
    seen = row - pane.scroll.history.top + pane.region.y + TITLE_LINES, column + pane.region.x
    await person.until(lambda: person.lines() and person.outer.cursor[1::-1] == seen, f"it at {seen}")


def copied(person: Person) -> str:
    """What was copied last."""
    return person.app.clipboard


async def test_a_cursor_goes_about(person: Person, shells: Shells) -> None:
    await scroll(person)
    await is_at(person, 100, 7)
    person.type("kk0w")
    await is_at(person, 98, 4)
    person.type("wwe$")
    await is_at(person, 98, 15)
    person.type("bh^G")
    await is_at(person, 100, 0)
    person.type("g")
    await person.sees("/cart/0 ", "↑")
    await is_at(person, 0, 0)
    person.type("\x06")
    await person.no_longer_sees("/cart/0 ")
    person.type("L")
    bottom = person.board.focused_pane
    assert bottom is not None
    await person.until(lambda: cursor(person).row == 2 * bottom._core.size.rows - 1)
    person.type("Hq")
    await person.sees("web:~$", "keys go to the pod")
    assert shells[0].input == b""
    person.type("x")
    await person.until(lambda: shells[0].input == b"x")


async def test_keys_go_as_often_as_the_number_before_them_says(person: Person) -> None:
    await scroll(person)
    person.type("10k")
    await is_at(person, 90, 7)
    person.type("3j02w")
    await is_at(person, 93, 5)
    person.type("20G")
    await is_at(person, 19, 0)
    person.type("10")
    await person.sees("SCROLL 10")
    person.type("g")
    await is_at(person, 9, 0)
    person.type("9999999j")
    pane = person.board.focused_pane
    assert pane is not None
    await person.until(lambda: pane.scroll is not None and cursor(person).row == pane.scroll.history.rows - 1)
    person.type("5\x1b[27u")
    await person.sees("keys go to the pod")


async def test_the_view_stays_while_the_program_writes(person: Person, shells: Shells) -> None:
    await scroll(person)
    before = cursor(person)
    shells.say(0, "\r\nmore" * 60)
    await person.sees("↑ 60 of")
    await person.sees("/cart/99")
    assert "more" not in person.line("web:~$")
    assert cursor(person) == before
    person.type("q")
    await person.no_longer_sees("/cart/99")


async def test_hits_are_counted_and_gone_to(person: Person) -> None:
    await scroll(person)
    person.type("?error\r")
    await person.sees("/error  10 of 10")
    await is_at(person, 93, 13)
    person.type("nn")
    await person.sees("/error  8 of 10")
    person.type("N")
    await person.sees("/error  9 of 10")
    person.type("g/ERROR\r")
    await person.sees("nowhere in this terminal: ERROR")
    person.type(r"/cart/\d3 e" + "\r")
    await person.sees("1 of 9")
    await is_at(person, 13, 5)


async def test_a_search_shows_where_it_leads_while_it_is_typed(person: Person) -> None:
    await scroll(person)
    person.type("20G")
    await is_at(person, 19, 0)
    person.type("/cart/5")
    await person.sees("/cart/5  2 of 11")
    await is_at(person, 50, 5)
    person.type("3")
    await person.sees("/cart/53  1 of 1")
    person.type("x")
    await person.sees("no hit")
    await is_at(person, 19, 0)
    person.type("\x7f\x7f")
    await person.sees("/cart/5  2 of 11")
    person.type(ESCAPE)
    await person.no_longer_sees(" of 11")
    await is_at(person, 19, 0)
    person.type("/cart/5\r")
    await person.sees("/cart/5  2 of 11")
    await is_at(person, 50, 5)
    person.type("?cart/[")
    await is_at(person, 50, 5)
    person.type("3]")
    await person.sees("of 11")
    person.type("\x15")
    await is_at(person, 50, 5)
    person.type(f"error{ESCAPE}n")
    # What was searched for before is what is gone on with.
    await is_at(person, 51, 5)


async def test_the_word_under_the_cursor_is_sought(person: Person, shells: Shells) -> None:
    shells.say(0, "\r\nerrors error")
    await person.sees("errors error")
    await scroll(person)
    person.type("b*")
    await is_at(person, 3, 12)
    person.type("2n#")
    await is_at(person, 13, 13)
    person.type("kk0#")
    await is_at(person, 10, 0)


async def test_a_pattern_that_takes_too_long_is_given_up(person: Person, shells: Shells) -> None:
    shells.say(0, "\r\n" + "a" * 60 + "b")
    await person.sees("aaab")
    await scroll(person)
    person.type("/(a|aa)+$")
    await person.sees("takes too long")
    person.type("\r")
    await person.sees("this pattern takes too long: (a|aa)+$")
    person.type("/99\r")
    await person.sees("1 of 1")
    person.type(f"{LEADER}/(a|aa)*$\r")
    await person.sees("this pattern takes too long: (a|aa)*$")


async def test_all_hits_in_sight_are_highlighted(person: Person, shells: Shells) -> None:
    await scroll(person)
    person.type("?error\r")
    await person.sees("10 of 10")
    marked = [run for row in person.outer.rows for run in row if run.text == "error"]
    assert len(marked) > 2
    assert all(run.style.background is not None and run.style.underline for run in marked)
    assert len({run.style.background for run in marked}) == 2
    shells.say(0, "\x1b[2J")
    await person.until(lambda: not any("error" in line for line in person.lines()[2:-1]))
    person.type("q")
    await person.no_longer_sees("SCROLL")
    await person.until(
        lambda: (
            not any(run.style.background for row in person.outer.rows[1:] for run in row if "GET" in run.text)
        )
    )


async def test_a_pattern_that_is_none_is_refused(person: Person) -> None:
    await scroll(person)
    person.type("/(\r")
    await person.sees("no valid pattern: ")
    person.type("/x")
    await person.sees("/x▏")
    person.type(f"{ESCAPE}q")
    await person.sees("keys go to the pod")


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("k0vey", "GET"),
        ("kVky", "GET /cart/98 200\nGET /cart/99 200\n"),
        ("k0w\x16key", "/cart\n/cart"),
        ("ky", "GET /cart/99 200\n"),
        ("k0vvVvey", "GET"),
    ],
)
async def test_what_is_selected_is_copied(keys: str, text: str, person: Person, shells: Shells) -> None:
    await scroll(person)
    person.type(keys)
    await person.sees("copied", "to your terminal's clipboard")
    assert copied(person) == text
    person.type("q")
    assert shells[0].input == b""


async def test_the_systems_own_tool_is_used_where_there_is_one(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool, taken = tmp_path / "xclip", tmp_path / "taken"
    tool.write_text(f'#!/bin/sh\n[ "$*" = "-selection clipboard" ] && exec cat > {taken}\n')
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    await scroll(person)
    person.type("ky")
    await person.sees("copied 1 line by xclip, and to your terminal's clipboard")
    assert taken.read_text() == "GET /cart/99 200\n"
    tool.write_text("#!/bin/sh\nexit 3\n")
    person.type("y")
    await person.sees("xclip failed: exit code 3")


async def test_escape_first_selects_no_more(person: Person) -> None:
    await scroll(person)
    person.type(f"v{ESCAPE}")
    await person.sees("SCROLL")
    person.type(ESCAPE)
    await person.sees("keys go to the pod")


async def drag(person: Person, start: tuple[int, int], end: tuple[int, int], shift: int = 0) -> None:
    person.press_mouse(*start, shift, release=False)
    person.press_mouse(*end, 32 + shift, release=False)
    await person.until(lambda: person.board._area.active is not None)
    x, y = end
    if person.outer._mode(1016):
        x, y = x * 8, y * 16
    person.type(f"\x1b[<{shift};{x + 1};{y + 1}m")


async def test_the_mouse_selects_and_copies(person: Person, shells: Shells) -> None:
    column, row = person.point_at("/cart/99")
    await drag(person, (column, row), (column + 7, row))
    await person.sees("copied 1 line")
    assert copied(person) == "/cart/99"
    assert any(run.style.inverse and run.text == "/cart/99" for run in person.outer.rows[row])
    person.type("x")
    await person.until(lambda: shells[0].input == b"x")
    await person.until(lambda: person.lines() and len(person.outer.rows[row]) < 4)


async def test_a_program_that_asked_for_the_mouse_gets_it_but_with_shift(
    person: Person, shells: Shells
) -> None:
    shells.say(0, "\x1b[?1002;1006h")
    await person.until(lambda: shells[0].taken == 2)
    column, row = person.point_at("/cart/99")
    await drag(person, (column, row), (column + 7, row))
    await person.until(lambda: shells[0].input.count(b"\x1b[<") == 3)
    assert copied(person) == ""
    await drag(person, (column, row), (column + 7, row), 4)
    await person.until(lambda: copied(person) == "/cart/99")
    assert shells[0].input.count(b"\x1b[<") == 3


async def test_two_clicks_take_a_thing_and_three_a_line(person: Person, shells: Shells) -> None:
    column, row = person.point_at("/cart/99")
    person.press_mouse(column + 2, row)
    person.press_mouse(column + 2, row)
    await person.until(lambda: copied(person) == "/cart/99")
    person.press_mouse(column + 2, row)
    await person.until(lambda: copied(person) == "GET /cart/99 200\n")
    assert shells[0].input == b""


async def test_all_terminals_are_searched_at_once(person: Person, shells: Shells) -> None:
    person.type(f"{LEADER}lj\r")
    shells.say(1, "one error\r\nand another Error\r\ndb:~$ ")
    await person.sees("db:~$")
    person.type(f"{LEADER}f")
    await person.sees("all terminals /")
    person.type("error\r")
    await person.sees("error · 12 in 2 terminals", "db-1: and another Error")
    person.type("another\r")
    await person.sees("/error  2 of 2", "SCROLL")
    await is_at(person, 1, 12)
    person.type(f"q{LEADER}ferror\r")
    await person.sees("12 in 2 terminals")
    person.type("/cart/13 \r")
    await person.sees("/error  2 of 10", "/cart/13 ")


async def test_all_terminals_are_searched_while_one_is_flooded(person: Person, shells: Shells) -> None:
    person.type(f"{LEADER}lj\r")
    shells.say(1, "rare\r\ndb:~$ ")
    await person.sees("db:~$")
    is_found = asyncio.Event()

    async def flood() -> None:
        while not is_found.is_set():
            shells.say(0, "never ends\r\n" * 50)
            await asyncio.sleep(0)

    flooding = asyncio.create_task(flood())
    try:
        await person.until(lambda: shells.channels[0].taken > 100)
        for pattern, told in (
            ("rare", "rare · 1 in 1 terminal"),
            ("rare|never", " in 2 terminals, the last 1000"),
        ):
            person.type(f"{LEADER}f{pattern}\r")
            await person.sees(told)
            person.type(ESCAPE)
            await person.no_longer_sees(told)
    finally:
        is_found.set()
        await flooding
    person.type(f"{LEADER}frare\r")
    await person.sees("rare · 1 in 1 terminal")
    person.type("\r")
    await person.sees("/rare  1 of 1", "SCROLL")
    await is_at(person, 0, 0)


async def test_prompts_are_gone_to(person: Person, shells: Shells) -> None:
    shells.say(0, "ls\r\nfile\r\nweb:/srv$ cat\r\nx\r\nweb:~$ ")
    await person.sees("web:/srv$")
    await scroll(person)
    person.type("{")
    await is_at(person, 102, 0)
    person.type("[")
    await is_at(person, 100, 0)
    person.type("}}")
    await is_at(person, 104, 0)


async def test_lines_are_saved_readable_by_the_person_alone(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    await scroll(person)
    person.type("S")
    await person.sees("save to api-1.txt")
    person.type(f"\x15{file}\r")
    await person.sees("saved 101 lines to")
    assert file.read_text().splitlines() == [*LOG.split("\r\n")[:-1], "web:~$"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("mine")
    person.type(f"S\x15{file}\r")
    await person.sees("is there already")
    person.type("n")
    await person.no_longer_sees("is there already")
    assert file.read_text() == "mine"
    person.type(f"S\x15{file}\r")
    await person.sees("is there already")
    person.type("y")
    await person.sees("saved 101 lines to")
    assert file.read_text().startswith("GET /cart/0")
    person.type(f"S\x15{tmp_path}/none/log\r")
    await person.sees("was not saved: No such file or directory")


LINKS = (
    "\r\nsee https://shop.test/a?b=1). "
    "\x1b]8;;https://bank.test@evil.test/x\x1b\\https://bank.test\x1b]8;;\x1b\\ "
    "\x1b]8;;https://bank.test@docs.test/x\x1b\\bank\x1b]8;;\x1b\\"
)


async def test_an_address_is_opened_once_it_was_shown(
    person: Person, shells: Shells, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool, taken = tmp_path / "xdg-open", tmp_path / "taken"
    tool.write_text(f'#!/bin/sh\necho "$@" > {taken}\n')
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    shells.say(0, LINKS)
    await person.sees("see https")
    await scroll(person)
    person.type("0o")
    await person.sees("no address under the cursor")
    person.type("wwo")
    await person.sees("https://shop.test/a?b=1", "leads to shop.test", "y  open it")
    assert not taken.exists()
    person.type("y")
    await person.sees("opened with xdg-open")
    assert taken.read_text() == "https://shop.test/a?b=1\n"
    person.type("$o")
    await person.sees("leads to docs.test", "though it reads bank")
    person.type("n")
    await person.no_longer_sees("leads to")
    assert taken.read_text() == "https://shop.test/a?b=1\n"
    # A link that looks like another is none: what is shown is what is opened.
    person.type("bbo")
    await person.sees("https://bank.test", "leads to bank.test")
    person.type("n")
    await person.no_longer_sees("leads to")


async def test_over_ssh_an_address_is_copied(
    person: Person, shells: Shells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    shells.say(0, LINKS)
    await person.sees("see https")
    await scroll(person)
    person.type("$o")
    await person.sees("cannot be opened from here", "y  copy it")
    person.type("y")
    await person.until(lambda: copied(person) == "https://bank.test@docs.test/x")


async def test_terminals_keep_as_many_lines_as_was_decided() -> None:
    shells = Shells(*PODS)
    shells.cluster.scrollback = 0
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("web-1")
        person.type("\r")
        shells.say(0, f"{LOG}web:~$ ")
        await person.sees("● open", "/cart/99")
        person.type(f"{LEADER}sg")
        await person.sees("SCROLL")
        await person.sees("/cart/64")
        assert "↑" not in person.screen()
