"""Terminals on the board, with shells that the test plays."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from podboard.errors import ApiError
from podboard.model.ending import Ending, dropped, exited, failed
from podboard.model.pod import Container, Metadata, Pod, Spec
from podboard.model.size import Size
from podboard.ui.screens.confirm import Confirm
from podboard.ui.widgets.pod_list import PodList
from podboard.wire.exec_channel import Ended
from tests.support.pods import pod
from tests.ui.person import ESCAPE, LEADER, Person, at_the_board
from tests.ui.still import Shells, StillCluster
from tests.unit.session.fakes import FakeChannel, FakeRung

pytestmark = pytest.mark.usefixtures("noon")

PODS = (pod("api-1"), pod("db-1"), pod("web-1"), pod("web-2"), pod("web-3"))


@pytest.fixture
def shells() -> Shells:
    return Shells(*PODS)


@pytest_asyncio.fixture
async def person(shells: Shells) -> AsyncIterator[Person]:
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("web-3")
        yield person


async def open_first(
    person: Person, shells: Shells, said: str = "web:~$ ", sees: str = "web:~$"
) -> FakeChannel:
    """Open a terminal in the first pod, and wait until what it says is there."""
    person.type("\r")
    shells.say(0, said)
    await person.sees("● open", sees)
    return shells[0]


def listen(person: Person) -> list[bytes]:
    """Note what is written on the person's terminal from now on."""
    written: list[bytes] = []
    feed = person.outer.feed

    def noted(data: bytes) -> None:
        written.append(data)
        feed(data)

    person.outer.feed = noted  # type: ignore[method-assign]
    return written


def tabs(person: Person) -> list[str]:
    """What the tabs say."""
    return re.findall(r" (\d [\w.:…-]+(?: \w+)* [●◐✗○↺](?: \d+)?!?)(?= )", person.lines()[0])


# -- opening --------------------------------------------------------------------------------


async def test_enter_opens_a_terminal_beside_the_list(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    assert shells.opened == ["api-1"]
    title = person.line("shop/api-1 · app")
    assert re.search(r"│ shop/api-1 · app ─+ ws:kubeconfig · ● open $", title)
    await person.until(lambda: "1 api-1 ● " in person.lines()[0], "its tab")
    await person.until(lambda: "keys go to the pod · ctrl+] leader" in person.lines()[-1], "the keys")


async def test_the_title_says_for_how_many_minutes_a_shell_is_open(
    person: Person, shells: Shells, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_first(person, shells)
    opened = person.board.panes[0].terminal.opened
    for seconds, told in ((119, "open"), (120, "open 2m"), (179, "open 2m"), (3 * 3600 + 61, "open 3h1m")):
        monkeypatch.setattr("time.time", lambda seconds=seconds: opened + seconds)
        await person.until(lambda told=told: person.line("shop/api-1 · app").endswith(f"● {told} "))


async def test_lines_are_drawn_anew_where_time_or_output_changes_them_alone(
    person: Person, shells: Shells, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_first(person, shells)
    pane = person.board.panes[0]
    monkeypatch.setattr("time.time", lambda: pane.terminal.opened + 150)
    await person.until(lambda: person.line("shop/api-1 · app").endswith("● open 2m "))
    drawn: list[str] = []
    monkeypatch.setattr(pane, "refresh_lines", lambda: drawn.append("title"))
    pane.refresh_times()
    assert not drawn
    monkeypatch.setattr("time.time", lambda: pane.terminal.opened + 180)
    pane.refresh_times()
    assert drawn == ["title"]


async def test_the_title_follows_the_output_while_the_view_is_above_it(
    person: Person, shells: Shells
) -> None:
    await open_first(person, shells)
    pane = person.board.panes[0]
    shells.say(0, "line\r\n" * 100)
    await person.until(lambda: pane.terminal.screen.scrollback > 0)
    await person.until(lambda: not pane._is_following)  # it looks once more at how it was opened
    pane.scroll_view(-5)
    await person.sees("↑ 5 of")
    before = pane.terminal.screen.scrollback
    shells.say(0, "more\r\n" * 7)
    await person.sees(f"↑ 12 of {before + 7}")


async def test_what_is_typed_goes_to_the_pod_and_what_it_says_to_the_screen(
    person: Person, shells: Shells
) -> None:
    shell = await open_first(person, shells)
    person.type("ls -l\r")
    await person.until(lambda: shell.input == b"ls -l\r")
    shells.say(0, "ls -l\r\ntotal 0\r\nweb:~$ ")
    await person.sees("total 0")
    column, row = person.point_at("total 0")

    def cursor() -> tuple[int, int, bool]:
        person.outer.update()
        return person.outer.cursor.column, person.outer.cursor.row, person.outer.cursor.visible

    await person.until(lambda: cursor() == (column + 7, row + 1, True))


async def test_keys_are_the_pods(person: Person, shells: Shells) -> None:
    shell = await open_first(person, shells)
    person.type("q/?\x03\x11\x1b[A\x1bf\x1b[15~\t\x1b[Z é漢")
    await person.until(lambda: shell.input.endswith("漢".encode()))
    assert shell.input == "q/?\x03\x11\x1b[A\x1bf\x1b[15~\t\x1b[Z é漢".encode()
    person.type(f"{LEADER}{LEADER}")
    await person.until(lambda: shell.input.endswith(b"\x1d"))


async def test_keys_typed_ahead_arrive_in_order(person: Person, shells: Shells) -> None:
    person.type("/web-2\r\recho ahead\r")
    await person.until(lambda: shells[0].input == b"echo ahead\r")
    assert shells.opened == ["web-2"]


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (200, 50)])
async def test_the_shell_is_asked_for_at_the_size_it_will_have(
    shells: Shells, columns: int, rows: int
) -> None:
    async with at_the_board(shells.cluster.connect, columns, rows) as person:
        await person.sees("web-3")
        person.type("\r")
        await person.sees("● open")
        pane = person.board._area.panes[0]
        assert shells.rung.asked[0][1] == Size(pane.size.width, pane.size.height - 1)
        assert shells.rung.asked[0][1] == pane.terminal.screen.size
        person.type("x")
        await person.until(lambda: shells[0].input)
        assert shells[0].sizes == []


async def test_marked_pods_are_opened_together(person: Person, shells: Shells) -> None:
    person.type(" j s")
    await person.sees("1 api-1 ●", "2 web-1 ●")
    assert shells.opened == ["api-1", "web-1"]
    await person.sees("shop/api-1")
    assert "marked" not in person.screen()


async def test_many_are_opened_after_a_question() -> None:
    channels = [FakeChannel() for _ in range(13)]
    rung = FakeRung(*channels)
    cluster = StillCluster(*[pod(f"p-{number:02}") for number in range(13)], rungs=(rung,), namespace="shop")
    async with at_the_board(cluster.connect) as person:
        await person.sees("p-12")
        person.type("*s")
        await person.sees("Open 13 terminals?")
        person.type("n")
        await person.no_longer_sees("Open 13")
        assert rung.asked == []
        person.type("sy")
        await person.until(lambda: len(rung.asked) == 13)
        await person.sees("1 p-00 ●", ">")


async def test_a_pod_may_have_several(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    person.type(f"{LEADER}ls")
    await person.sees("2 api-1 ●")
    person.type(f"{LEADER}l")
    await person.sees("● open x2")


async def test_a_double_click_opens(person: Person, shells: Shells) -> None:
    where = person.point_at("web-2")
    person.press_mouse(*where)
    person.press_mouse(*where)
    await person.sees("1 web-2 ●")
    assert shells.opened == ["web-2"]


async def test_the_container_may_be_chosen(person: Person, shells: Shells) -> None:
    person.type("jc")
    await person.sees("container of db-1", "app")
    person.type("\r")
    await person.sees("shop/db-1 · app")
    assert [target.container for target, _ in shells.rung.asked] == ["app"]


async def test_on_the_way_it_says_so() -> None:
    door = asyncio.Event()
    rung = FakeRung(FakeChannel(), before=door.wait)
    cluster = StillCluster(*PODS, rungs=(rung,), namespace="shop")
    async with at_the_board(cluster.connect) as person:
        await person.sees("web-3")
        person.type("\rpwd\r")
        await person.sees("ws:kubeconfig · ◐ connecting", "1 api-1 ◐")
        door.set()
        await person.sees("ws:kubeconfig · ● open")


# -- several --------------------------------------------------------------------------------


async def three(person: Person, shells: Shells) -> None:
    person.type("   s")
    for index, name in enumerate(("api", "db", "web")):
        shells.say(index, f"{name}:~$ ")
    await person.sees("1 api-1 ●", "2 db-1 ●", "3 web-1 ●", "api:~$")
    # What came while they were hidden is told on their tabs.
    await person.sees("2 db-1 ●!", "3 web-1 ●!")


async def test_going_from_tab_to_tab(person: Person, shells: Shells) -> None:
    await three(person, shells)
    for typed, prompt in (
        ("n", "db:~$"),
        ("n", "web:~$"),
        ("n", "api:~$"),
        ("p", "web:~$"),
        ("2", "db:~$"),
        ("9", "db:~$"),
        ("0", "db:~$"),
    ):
        person.type(f"{LEADER}{typed}")
        await person.sees(prompt)
    assert tabs(person) == ["1 api-1 ●", "2 db-1 ●", "3 web-1 ●"]
    person.type("to db")
    await person.until(lambda: shells[1].input == b"to db")
    person.press_mouse(*person.point_at("3 web-1"))
    await person.sees("web:~$")
    person.type("to web")
    await person.until(lambda: shells[2].input == b"to web")


async def test_what_happens_in_a_hidden_terminal_is_marked(person: Person, shells: Shells) -> None:
    await three(person, shells)
    person.type(f"{LEADER}2")
    await person.sees("db:~$")
    person.type(f"{LEADER}1")
    await person.sees("api:~$")
    await person.sees("2 db-1 ● ")
    shells.say(1, "\x07")
    await person.sees("2 db-1 ●!")
    person.type(f"{LEADER}2")
    await person.sees("2 db-1 ● ")


async def test_a_title_stands_on_the_tab_and_above_the_terminal(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    shells.say(0, "\x1b]2;vim story\x07")
    await person.sees("1 api-1: vim story ●", "shop/api-1 · app · vim story ─")
    shells.say(0, "\x1b]2;\x07")
    await person.no_longer_sees("vim story")


async def test_a_bell_rings_the_persons_bell(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    before = person.outer.bells
    shells.say(0, "ding\x07")
    await person.sees("ding")
    await person.until(lambda: person.outer.bells > before)
    assert person.outer.bells == before + 1
    await person.no_longer_sees("●!")


async def test_tabs_that_do_not_fit_are_cut_round_the_active_one(shells: Shells) -> None:
    names = [f"a-rather-long-pod-name-{number}" for number in range(6)]
    cluster = StillCluster(*map(pod, names), rungs=(shells.rung,), namespace="shop")
    async with at_the_board(cluster.connect, 100, 24) as person:
        await person.sees(names[0])
        person.type("*s")
        await person.sees("1 a-rather", ">")
        person.type(f"{LEADER}4")
        await person.sees("4 a-rather", "<")
        person.press_mouse(*person.point_at("<"))
        await person.sees("3 a-rather")
        await person.until(lambda: person.board._area.active_index in (1, 2))


# -- closing --------------------------------------------------------------------------------


async def test_closing_one_shows_its_neighbour_and_the_last_one_the_list(
    person: Person, shells: Shells
) -> None:
    await three(person, shells)
    person.type(f"{LEADER}2")
    await person.sees("db:~$")
    person.type(f"{LEADER}x")
    await person.sees("web:~$", "2 web-1 ●")
    assert shells[1].closes == 1
    person.type(f"{LEADER}x")
    await person.sees("api:~$")
    person.type(f"{LEADER}x")
    await person.sees("RESTARTS", "q quit")
    await person.until(lambda: tabs(person) == [])
    await person.until(lambda: [channel.closes for channel in shells.channels[:3]] == [1, 1, 1])
    person.type(f"{LEADER}x{LEADER}n{LEADER}r{LEADER}zt")
    person.type("q")
    await person.leaves()


async def test_leaving_asks_while_terminals_are_open(person: Person, shells: Shells) -> None:
    await three(person, shells)
    person.type(f"{LEADER}lq")
    await person.sees("3 terminals are open. Quit?", "y  quit    n  no")
    person.type("n")
    await person.no_longer_sees("Quit?")
    shells[0].say(Ended(exited(0)))
    shells[1].say(Ended(exited(0)))
    await person.sees("1 api-1 ○ 0", "2 db-1 ○ 0")
    person.type("\x11")
    await person.sees("1 terminal is open. Quit?")
    person.type(ESCAPE)
    await person.no_longer_sees("Quit?")
    person.type("qy")
    await person.leaves()
    await person.until(lambda: shells[2].closes == 1)


async def test_leaving_does_not_ask_without(person: Person) -> None:
    person.type("q")
    await person.leaves()


# -- the end and again ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (exited(0), ("1 api-1 ○ 0 ", "○ closed 0", "○ ended")),
        (exited(3), ("1 api-1 ○ 3 ", "○ closed 3", "○ ended with exit code 3")),
        (exited(137), ("1 api-1 ○ 137 ", "○ closed 137", "○ exit code 137, killed")),
        (dropped("no byte for 61 s", "an idle proxy?"), ("1 api-1 ○ ", "○ closed", "→ an idle proxy?")),
        (failed("no shell in it", "debug it"), ("1 api-1 ✗ ", "✗ failed", "✗ no shell in it")),
    ],
)
async def test_an_end_is_told_on_the_tab_the_title_and_the_list(
    person: Person, shells: Shells, ending: Ending, told: tuple[str, str, str]
) -> None:
    tab, badge, notice = told
    await open_first(person, shells)
    shells[0].say(Ended(ending))
    await person.sees(tab, f"ws:kubeconfig · {badge}", notice, "enter opens it again · ctrl+] x closes it")
    # Nobody is there to be typed to.
    await person.no_longer_sees("keys go to the pod")
    await person.until(lambda: not person.outer.cursor.visible)
    await person.sees("web:~$")
    person.type(f"{LEADER}l")
    await person.until(lambda: badge in person.line("● api-1 "))


@pytest.mark.parametrize("again", ["\r", f"{LEADER}r"])
async def test_it_can_be_opened_again(person: Person, shells: Shells, again: str) -> None:
    await open_first(person, shells)
    shells[0].say(Ended(exited(1)))
    await person.sees("enter opens it again")
    person.type(f"wrong{again}")
    await person.sees("● open", "─ new shell ─", "web:~$", "keys go to the pod")
    await person.no_longer_sees("enter opens it again")
    await person.until(lambda: person.outer.cursor.visible)
    person.type("ls\r")
    await person.until(lambda: shells[1].input == b"ls\r")
    shells.say(1, "fresh")
    await person.sees("fresh")


async def test_a_terminal_that_runs_is_not_opened_again(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    person.type(f"{LEADER}r")
    person.type("x")
    await person.until(lambda: shells[0].input == b"x")
    assert shells.opened == ["api-1"]


async def test_a_refusal_is_a_sentence_and_a_next_step() -> None:
    refusal = ApiError('"ops" may not create pods/exec in shop', "a Role must allow it", status=403)
    cluster = StillCluster(*PODS, rungs=(FakeRung(refusal),), namespace="shop")
    async with at_the_board(cluster.connect) as person:
        await person.sees("web-3")
        person.type("\r")
        await person.sees(
            '✗ "ops" may not create pods/exec in shop', "→ a Role must allow it", "1 api-1 ✗", "✗ failed"
        )
        person.type(f"{LEADER}d")
        await person.sees(
            "1  ws:kubeconfig  https://ws-kubeconfig.test  ✗ 0.",
            "Error setting up Kubernetes WebSocket connection: shop/api-1",
        )


async def test_what_podboard_did_not_foresee_is_told_too(caplog: pytest.LogCaptureFixture) -> None:
    cluster = StillCluster(*PODS, rungs=(FakeRung(ZeroDivisionError("never")),), namespace="shop")
    async with at_the_board(cluster.connect, fails=True) as person:
        await person.sees("web-3")
        person.type("\r")
        await person.sees(
            "✗ podboard itself failed here", "→ the log file says more; please report it", "✗ failed"
        )
        person.type(f"{LEADER}lj")
        await person.sees("api-1")
        assert person.app.failure is None
    assert "ZeroDivisionError" in caplog.text


# -- the space ------------------------------------------------------------------------------


async def test_zoomed_a_terminal_has_the_screen(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    person.type(f"{LEADER}z")
    await person.until(lambda: shells[0].sizes == [Size(120, 39)])
    await person.no_longer_sees("podboard")
    await person.until(lambda: person.lines()[0].startswith(" shop/api-1 · app ─"))
    person.type(LEADER)
    # After a moment of hesitation.
    await person.sees("ctrl+]  l list")
    assert shells[0].sizes == [Size(120, 39)]
    person.type("z")
    await person.sees("podboard", "keys go to the pod")
    await person.until(lambda: len(shells[0].sizes) == 2)
    assert shells[0].sizes[1] == shells.rung.asked[0][1]


async def test_zoomed_a_terminal_has_what_is_told_over_its_last_line(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    person.type(f"{LEADER}z")
    await person.until(lambda: shells[0].sizes == [Size(120, 39)])
    shells.say(0, "\x1b[39;1Hthe last line")
    await person.sees("the last line")
    person.type(f"{LEADER}o")
    await person.sees("there is no other terminal in this tab")
    # What is typed goes to the pod, and the line back to the terminal.
    person.type("ls")
    await person.sees("the last line")
    await person.until(lambda: shells[0].input == b"ls")
    # So it does when the message has had its time.
    person.type(f"{LEADER}o")
    await person.sees("there is no other terminal in this tab")
    person.board.key_line._end_message()
    await person.sees("the last line")
    assert shells[0].sizes == [Size(120, 39)]


async def test_the_list_ends_the_zoom(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    person.type(f"{LEADER}z")
    await person.no_longer_sees("podboard")
    person.type(f"{LEADER}l")
    await person.sees("podboard", "pods 5")


async def test_a_look_at_the_list_resizes_no_program(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    person.type(f"{LEADER}l")
    await person.sees("RESTARTS")
    person.type("t")
    await person.sees("keys go to the pod")
    person.type("x")
    await person.until(lambda: shells[0].input)
    assert shells[0].sizes == []


async def test_back_in_a_narrow_list_it_is_whole_at_once(
    shells: Shells, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_the_board(shells.cluster.connect, 80, 24) as person:
        await person.sees("READY", "web-3")
        person.type("\r")
        await person.sees("● open")
        shells.cluster.put(pod("web-4"))
        await person.until(lambda: "6 pods" in person.board._top._counts, "a refresh of the hidden list")
        # Nothing but the going back itself may bring it about.
        monkeypatch.setattr(PodList, "show", lambda *_, **__: None)
        monkeypatch.setattr(PodList, "redraw", lambda _: None)
        person.type(f"{LEADER}l")
        await person.sees("NAME", "READY", "STATUS", "AGE", "api-1", "web-4", "Running")


async def test_a_new_size_goes_to_all_that_are_seen(person: Person, shells: Shells) -> None:
    await three(person, shells)
    person.resize(200, 50)
    await person.until(lambda: shells[0].sizes)
    assert shells[0].sizes[-1] == Size(140, 47)
    person.type(f"{LEADER}n")
    await person.sees("db:~$")
    await person.until(lambda: shells[1].sizes)
    assert shells[1].sizes == [Size(140, 47)]
    assert shells[2].sizes == []
    person.resize(80, 24)
    await person.until(lambda: shells[1].sizes[-1] == Size(80, 21))
    await person.sees("db:~$")


async def test_a_terminal_without_room(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    for size in ((1, 1), (3, 2), (20, 3), (120, 40)):
        person.resize(*size)
    await person.sees("web:~$", "● open")


# -- scrolling ------------------------------------------------------------------------------


async def long_output(person: Person, shells: Shells) -> None:
    await open_first(person, shells, "".join(f"line {number}\r\n" for number in range(200)) + "end", "end")


async def test_the_scroll_mode(person: Person, shells: Shells) -> None:
    await long_output(person, shells)
    person.type(f"{LEADER}s")
    await person.sees("SCROLL")
    person.type("\x19\x19")
    await person.sees("↑ 2 of ")
    assert "line 199" not in person.screen().splitlines()[-3]
    person.type("\x05")
    await person.sees("↑ 1 of ")
    person.type("g")
    await person.sees("line 0 ", "line 1 ")
    person.type("\x1b[6~")
    await person.no_longer_sees("line 0 ")
    person.type("z")
    person.type("q")
    await person.sees("end", "keys go to the pod")
    assert shells[0].input == b""
    person.type("x")
    await person.until(lambda: shells[0].input == b"x")


async def test_output_does_not_move_what_is_looked_at(person: Person, shells: Shells) -> None:
    await long_output(person, shells)
    person.type(f"{LEADER}sg")
    await person.sees("line 0 ", "↑")
    shells.say(0, "\r\nmore\r\nand more")
    await person.until(lambda: shells[0].taken == 2)
    await person.sees("line 0 ")
    person.type("q")
    await person.sees("and more")


async def test_typing_goes_back_to_the_end(person: Person, shells: Shells) -> None:
    await long_output(person, shells)
    column, row = person.point_at("line 190")
    for _ in range(4):
        person.press_mouse(column, row, 64)
    await person.sees("↑ 12 of ")
    person.type("x")
    await person.no_longer_sees("↑")
    await person.sees("end")


async def test_the_wheel_scrolls_back_and_on(person: Person, shells: Shells) -> None:
    await long_output(person, shells)
    column, row = person.point_at("line 190")
    person.press_mouse(column, row, 64)
    await person.sees("↑ 3 of ")
    person.press_mouse(column, row, 65)
    await person.no_longer_sees("↑")


# -- what programs ask for ------------------------------------------------------------------


async def test_a_paste_is_bracketed_where_the_program_asked(person: Person, shells: Shells) -> None:
    shell = await open_first(person, shells)
    person.paste("one\ntwo")
    await person.sees("enter  paste")
    person.type("\r")
    await person.until(lambda: shell.input == b"one\rtwo")
    await person.no_longer_sees("enter  paste")
    shells.say(0, "\x1b[?2004hready")
    await person.sees("ready")
    person.paste("three\nfour\x1b[31m")
    await person.sees("enter  paste")
    person.type("\r")
    await person.until(lambda: shell.input.endswith(b"\x1b[201~"))
    pasted = shell.input.removeprefix(b"one\rtwo\x1b[200~").removesuffix(b"\x1b[201~")
    assert pasted.startswith(b"three")
    assert b"\x1b" not in pasted


async def test_a_paste_keeps_its_place_among_the_keys(person: Person, shells: Shells) -> None:
    person.type("\recho \x1b[200~pasted\x1b[201~ typed\r\x1b[200~more\x1b[201~\r")
    await person.until(lambda: shells[0].input.count(b"\r") == 2)
    assert shells[0].input == b"echo pasted typed\rmore\r"


async def test_what_is_typed_behind_a_choice_goes_to_the_terminal(person: Person, shells: Shells) -> None:
    person.type("c")
    await person.sees("container of api-1")
    person.type("\r")
    await person.until(lambda: person.board.is_active)
    person.type("ls\r")
    await person.until(lambda: shells[0].input == b"ls\r")
    assert shells.opened == ["api-1"]


async def test_what_is_typed_behind_a_question_answers_it(
    person: Person, shells: Shells, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[bool] = []
    answer = Confirm.action_answer

    def noted(dialog: Confirm, yes: bool) -> None:  # noqa: FBT001 - as it is
        answers.append(yes)
        answer(dialog, yes)

    monkeypatch.setattr(Confirm, "action_answer", noted)
    await open_first(person, shells)
    person.type(f"{LEADER}l")
    await person.sees("enter open")
    # To the board, n would be a key as well.
    person.type("qn")
    await person.until(lambda: answers == [False] and person.board.is_active)


async def test_the_mouse_is_reported_where_the_program_asked(person: Person, shells: Shells) -> None:
    shell = await open_first(person, shells, "\x1b[Hhere\x1b[?1000h\x1b[?1006h", "here")
    column, row = person.point_at("here")
    person.press_mouse(column + 3, row)
    await person.until(lambda: shell.input == b"\x1b[<0;4;1M\x1b[<0;4;1m")
    person.press_mouse(column, row + 2, 64)
    await person.until(lambda: shell.input.endswith(b"\x1b[<64;1;3M"))


async def test_the_mouse_is_not_reported_otherwise(person: Person, shells: Shells) -> None:
    shell = await open_first(person, shells)
    person.press_mouse(*person.point_at("web:~$"))
    person.type("x")
    await person.until(lambda: shell.input == b"x")


async def test_the_wheel_is_arrows_on_the_alternate_screen(person: Person, shells: Shells) -> None:
    shell = await open_first(person, shells, "\x1b[?1049h\x1b[Hpager", "pager")
    column, row = person.point_at("pager")
    person.press_mouse(column, row, 65)
    await person.until(lambda: shell.input == b"\x1b[B" * 3)
    shells.say(0, "\x1b[?1007lplain")
    await person.sees("plain")
    person.press_mouse(column, row, 64)
    person.type("x")
    await person.until(lambda: shell.input == b"\x1b[B" * 3 + b"x")


async def test_focus_is_told_where_the_program_asked(person: Person, shells: Shells) -> None:
    shell = await open_first(person, shells)
    shells.say(0, "\x1b[?1004hready")
    await person.sees("ready")
    person.type(f"{LEADER}l")
    await person.until(lambda: shell.input == b"\x1b[O")
    person.type("t")
    await person.until(lambda: shell.input == b"\x1b[O\x1b[I")


async def test_the_cursor_is_the_programs(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    shells.say(0, "\x1b[6 qbar")
    await person.sees("bar")
    await person.until(lambda: person.outer.update() is not None and person.outer.cursor.shape == "bar")
    shells.say(0, "\x1b[?25lhidden")
    await person.sees("hidden")
    await person.until(lambda: person.outer.update() is not None and not person.outer.cursor.visible)
    shells.say(0, "\x1b[?25hshown")
    await person.sees("shown")
    await person.until(lambda: person.outer.update() is not None and person.outer.cursor.visible)
    person.type(f"{LEADER}l")
    await person.until(lambda: person.outer.update() is not None and not person.outer.cursor.visible)


async def test_a_held_screen_is_painted_in_one_piece(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    shells.say(0, "\x1b[?2026hhalf")
    await person.until(lambda: shells[0].taken == 2)
    assert "half" not in person.screen()
    shells.say(0, " and half\x1b[?2026l")
    await person.sees("half and half")


async def test_a_screen_held_for_too_long_is_painted(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    shells.say(0, "\x1b[?2026hforgotten")
    await person.sees("forgotten")


# -- what is painted ------------------------------------------------------------------------


async def test_colours_and_wide_characters_arrive_as_they_were(person: Person, shells: Shells) -> None:
    await open_first(person, shells, "\x1b[H", "")
    shells.say(0, "\x1b[1;31mred\x1b[0m \x1b[38;2;1;2;3mtrue\x1b[0m 漢字 👩‍👩‍👧‍👦| é|\r\n\x1b[4munder\x1b[0m")
    await person.sees("red true 漢字 👩‍👩‍👧‍👦| é|", "under")
    column, row = person.point_at("red true")
    styles = {run.text.strip(): run.style for run in person.outer.rows[row]}
    assert styles["red"].bold
    assert styles["red"].foreground == 1
    assert styles["true"].foreground == (1, 2, 3)
    assert column == 30


async def test_hostile_output_stays_in_its_pane(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    written = listen(person)
    hostile = (
        "\x1b]52;c;aGk=\x07\x1b]2;evil\x1b[31m\x9b title\x07\x1bP+q544e\x1b\\\x1b[21t\x1b]0;[red]x[/]\x07"
        "\x1b[5i\x1b[?1049h\x1b[?1049l\x1bc[red]not red[/] \x1b]8;;javascript:x\x07link\x1b]8;;\x07"
        "\x1b[999;999H\x1b[?2004h\x1b[?1003h\x1b[>31u\x1b#8\x1b[2Jstill here"
    )
    shells.say(0, hostile)
    await person.sees("still here")
    shells.say(0, "\r\nafter")
    await person.sees("after")
    passed_on = b"".join(written)
    for sequence in (
        b"\x1b]52",
        b"\x1b]2;",
        b"\x1b]0;",
        b"\x1bP",
        b"\x1b[21t",
        b"\x1bc",
        b"\x1b[5i",
        b"\x1b#8",
        b"\x1b[?1003h",
    ):
        assert sequence not in passed_on
    await person.until(lambda: "podboard" in person.lines()[0])
    assert all(len(line) == 120 for line in person.lines())


async def test_a_hostile_title_is_text(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    shells.say(0, "\x1b]2;[bold]not[/] \u202e漢字\x07")
    await person.sees("[bold]not[/]")
    assert "\u202e" not in person.screen()


async def test_hostile_names_and_sentences_are_text() -> None:
    refusal = ApiError("[red]refused[/]", "[link=x]hint[/]", status=500)
    cluster = StillCluster(pod("[b]x"), rungs=(FakeRung(refusal),), namespace="shop")
    async with at_the_board(cluster.connect) as person:
        await person.sees("[b]x")
        person.type("c")
        await person.sees("container of [b]x")
        person.type(ESCAPE)
        await person.no_longer_sees("container of")
        person.type("\r")
        await person.sees("✗ [red]refused[/]", "→ [link=x]hint[/]", "shop/[b]x")
        person.type(f"{LEADER}d")
        await person.sees("[red]refused[/]", "→ [link=x]hint[/]")


async def test_hostile_names_reach_no_terminal() -> None:
    beep, title = "\x1b]2;beep\x07", "\x1b]2;title\x1b\\"
    named = Pod(Metadata(name=f"web{beep}", namespace=f"shop{title}"), Spec(containers=(Container(beep),)))
    cluster = StillCluster(named, rungs=(FakeRung(FakeChannel()),), namespaces=(title,))
    cluster.context = f"kind{beep}"
    async with at_the_board(cluster.connect, 160) as person:
        written = listen(person)
        await person.sees("web\\x1…p\\x07", "kind\\x1b]2;beep")
        person.type("n")
        await person.sees("all namespaces", "enter  choose")
        person.type(ESCAPE)
        await person.no_longer_sees("enter  choose")
        person.type("c")
        await person.sees("container of web\\x1b]2;beep")
        person.type("\r")
        await person.sees("● open", "1 web\\x1b]2;beep", "shop\\x1b]2;title")
        person.type(f"{LEADER}d")
        await person.sees("connecting to")
        person.type(f"{LEADER}lA")
        await person.sees("all namespaces")
    assert b"\x1b]2;" not in b"".join(written)


async def test_a_flood_ends_where_it_should(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    for start in range(0, 20_000, 100):
        shells.say(0, "".join(f"{number}\r\n" for number in range(start, start + 100)))
    shells.say(0, "the end")
    await person.sees("19999", "the end")


async def test_output_beside_the_list_is_painted_too(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    person.resize(200, 50)
    person.type(f"{LEADER}l")
    await person.sees("enter open")
    shells.say(0, "\r\nbeside the list")
    await person.sees("beside the list", "web-3")


async def test_output_behind_a_question_comes_when_it_is_answered(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    person.type(f"{LEADER}?")
    await person.sees("In the pod list")
    shells.say(0, "\r\nmeanwhile")
    await person.until(lambda: shells[0].taken == 2)
    assert "meanwhile" not in person.screen()
    person.type(ESCAPE)
    await person.sees("meanwhile")


# -- diagnostics ----------------------------------------------------------------------------


async def test_diagnostics_tell_how_it_was_reached(person: Person, shells: Shells) -> None:
    await open_first(person, shells)
    person.type(f"{LEADER}d")
    await person.sees(
        "shop/api-1 · app", "1  ws:kubeconfig", " s  opened", "ws:kubeconfig: connecting to https://"
    )
    await person.until(lambda: shells[0].sizes)
    await person.sees("web:~$")
    person.type(f"{LEADER}d")
    await person.no_longer_sees("connecting to https://")
    await person.until(lambda: shells[0].sizes[-1] == shells.rung.asked[0][1])
    shells[0].say(Ended(exited(4)))
    await person.sees("closed 4")
    person.type(f"{LEADER}d")
    await person.sees("00 ended with exit code 4")


async def test_diagnostics_asked_for_in_the_list_are_in_sight(shells: Shells) -> None:
    async with at_the_board(shells.cluster.connect, 80, 24) as person:
        await person.sees("web-3")
        await open_first(person, shells)
        for _ in range(2):
            person.type(f"{LEADER}l")
            await person.sees("enter open")
            person.type("d")
            await person.sees("connecting to", "keys go to the pod")


async def test_a_program_that_renames_itself_all_the_time_has_the_list_drawn_once(
    person: Person, shells: Shells, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_first(person, shells)
    await person.until(lambda: not person.board._list_is_due)
    later: list[object] = []
    monkeypatch.setattr(person.board, "set_timer", lambda _, callback: later.append(callback))
    for number in range(5):
        shells.say(0, f"\x1b]2;story-{number}\x07")
        await person.sees(f"· story-{number} ")
    assert later == [person.board.refresh_list]


async def test_diagnostics_follow_the_tab(person: Person, shells: Shells) -> None:
    await three(person, shells)
    person.type(f"{LEADER}d{LEADER}n")
    await person.until(
        lambda: "shop/db-1 · app" in person.screen() and person.screen().count("shop/db-1") >= 2
    )
    person.type(f"{LEADER}x{LEADER}x{LEADER}x")
    await person.sees("RESTARTS")
