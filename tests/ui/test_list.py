"""The pod list as a person sees and uses it."""

import gc
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from podboard.model.pod import Metadata, Pod
from podboard.model.pod_columns import Health
from podboard.ui.widgets.pod_list import PodList
from tests.support.pods import pod
from tests.ui.person import BACKSPACE, DOWN, ESCAPE, UP, Person, at_the_board
from tests.ui.still import StillCluster

pytestmark = pytest.mark.usefixtures("noon")

SHOP = (
    pod("api-1"),
    pod("mailer-1", health=Health.UNWELL, restarts=4, message="back-off"),
    pod("web-1"),
    pod("web-2"),
    pod("web-3", health=Health.PENDING),
)
DATA = (pod("postgres-0", "data"), pod("redis-0", "data", Health.DONE))
SIZES = [(80, 24), (120, 40), (200, 50)]


@pytest.fixture
def cluster() -> StillCluster:
    return StillCluster(*SHOP, *DATA)


@pytest_asyncio.fixture
async def person(cluster: StillCluster) -> AsyncIterator[Person]:
    async with at_the_board(cluster.connect) as person:
        await person.sees("postgres-0", "web-3")
        yield person


def names(person: Person) -> list[str]:
    """The pods on the screen, in order."""
    return re.findall(r"^[ ▌][●◐✗○◌] (?:shop +|data +)?([\w.-]+-\d+)", person.screen(), re.MULTILINE)


async def at(person: Person, name: str) -> None:
    """Wait until the cursor is on a pod."""
    await person.until(lambda: person.board._box.list.cursor[1] == name, f"the cursor on {name}")  # type: ignore[index]


# -- what is shown --------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_the_list_has_kubectls_columns(cluster: StillCluster, columns: int, rows: int) -> None:
    async with at_the_board(cluster.connect, columns, rows) as person:
        screen = await person.sees("web-3", "kind-dev · all namespaces", "pods 7", "? help")
        lines = person.lines()
        assert all(len(line) == columns for line in lines)
        assert len(lines) == rows
        head = next(line for line in lines if "READY" in line)
        restarts = "↻" if columns == 80 else "RESTARTS"
        assert head.split()[:6] == ["NAMESPACE", "NAME", "READY", "STATUS", restarts, "AGE"]
        api = person.line("api-1")
        assert re.match(r" ● shop +api-1 +1/1 +Running +0 +\d+\w+ ", api)
        for name, status in (
            ("mailer-1", "CrashLoopBackOff"),
            ("web-3", "ContainerCreating"),
            ("redis-0", "Completed"),
        ):
            assert head.index("STATUS") == person.line(name).index(status)
        assert "last exit 1 Error" in lines[screen[: screen.index("mailer-1")].count("\n") + 1]
    assert person.app.return_code is None


async def test_one_namespace_needs_no_column_for_it() -> None:
    cluster = StillCluster(*SHOP, namespace="shop")
    async with at_the_board(cluster.connect) as person:
        screen = await person.sees("web-3", "kind-dev · shop")
        assert "NAMESPACE" not in screen


async def test_counts_are_in_words(person: Person) -> None:
    await person.sees("7 pods  4 up  1 unwell  1 pending")


async def test_what_should_never_be_forgotten_is_said(cluster: StillCluster) -> None:
    for columns in (60, 80, 200):
        async with at_the_board(cluster.connect, columns, 24, warning="these shells run here") as person:
            await person.sees("web-3", "these shells run here")


async def test_what_the_top_has_no_room_for_is_seen_to_be_cut(cluster: StillCluster) -> None:
    async with at_the_board(cluster.connect, 50, 24, warning="these shells run here") as person:
        await person.sees("web-3")
        await person.until(lambda: person.lines()[0] == " podboard  kind-dev · all namespaces  these shel… ")


async def test_before_there_is_a_cluster_it_is_awaited() -> None:
    cluster = StillCluster()
    cluster.say("listing pods…")
    async with at_the_board(cluster.connect, place="kubeconfig") as person:
        await person.sees("kind-dev", "listing pods…", "pods 0")
        cluster.say("")
        cluster.put(pod("web-1"))
        await person.sees("web-1", "1 pod ")
        await person.no_longer_sees("listing pods…")


async def test_trouble_is_told_and_the_list_stays(person: Person, cluster: StillCluster) -> None:
    cluster.say("trying again in 3 s: nobody answers")
    await person.sees("trying again in 3 s: nobody answers", "web-1")
    cluster.say("")
    await person.no_longer_sees("nobody answers")


async def test_a_long_trouble_is_told_to_its_end(cluster: StillCluster) -> None:
    async with at_the_board(cluster.connect, 80, 24) as person:
        await person.sees("web-1")
        cluster.say(
            "trying again in 3 s: nobody may list pods here - list a namespace that is allowed to you"
        )
        await person.sees("trying again in 3 s: nobody", "allowed to you", "NAME", "postgres-0", "enter open")
        cluster.say("listing pods…")
        await person.no_longer_sees("allowed to you")
        await person.until(lambda: "pods 7  listing pods…" in person.lines()[1])
        await person.until(lambda: "NAMESPACE" in person.lines()[2])


@pytest.mark.parametrize("key", ["t", "d"])
async def test_without_a_terminal_it_is_said_how_to_open_one(person: Person, key: str) -> None:
    person.type(key)
    await person.sees("no terminal is open: enter opens one")
    person.type("j")
    await person.no_longer_sees("no terminal is open")
    await person.sees("enter open")


@pytest.mark.parametrize("key", ["\r", "s", "S", "c", "a"])
async def test_without_a_pod_it_is_said_that_none_is_chosen(person: Person, key: str) -> None:
    person.type("/nothing\r")
    await person.sees("pods 0 of 7")
    person.type(key)
    await person.sees("no pod is chosen")


async def test_the_list_moves_with_the_cluster(person: Person, cluster: StillCluster) -> None:
    cluster.put(pod("web-3"), pod("web-4"), gone=[("shop", "web-1")])
    await person.sees("web-4")
    await person.no_longer_sees("web-1")
    assert "Running" in person.line("web-3")
    assert names(person) == ["postgres-0", "redis-0", "api-1", "mailer-1", "web-2", "web-3", "web-4"]


async def test_all_pods_may_go(person: Person, cluster: StillCluster) -> None:
    person.type("G")
    await at(person, "web-3")
    cluster.roster.clear()
    # What is drawn before the list has heard of it must not stumble.
    person.type(f"k{UP}j")
    cluster.changed.set()
    await person.sees("pods 0 ", "0 pods")
    assert names(person) == []
    person.type(f"jkGg \r*{DOWN}c")
    cluster.put(pod("new-1"))
    await person.sees("new-1")
    await at(person, "new-1")


async def test_names_and_reasons_are_text_whatever_is_in_them() -> None:
    reason = "[red]not[/] \x1b]52;c;aGk=\x07 [link=x]markup\nsecond line"
    hostile = pod("evil-1", health=Health.UNWELL, message=reason)
    worse = Pod(Metadata(name="[b]web\x1b[31m-1[/b]", namespace="shop"))
    async with at_the_board(StillCluster(hostile, worse).connect) as person:
        await person.sees("[red]not[/]", "[link=x]markup second line", r"[b]web\x…1m-1[/b]")


# -- the filter -----------------------------------------------------------------------------


async def test_the_filter_as_it_is_typed_kept_and_taken_away(person: Person) -> None:
    person.type("/we")
    await person.sees("/we▏", "3 of 7", "FILTER", "enter keeps it")
    person.type(f"x{BACKSPACE}b")
    await person.sees("/web▏")
    assert names(person) == ["web-1", "web-2", "web-3"]
    person.type("\r")
    await person.sees("/web ", "enter open")
    assert names(person) == ["web-1", "web-2", "web-3"]
    person.type(ESCAPE)
    await person.sees("pods 7", "api-1")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("/!web\r", ["postgres-0", "redis-0", "api-1", "mailer-1"]),
        ("/^shop/w.*[23]\r", ["web-2", "web-3"]),
        ("/crash\r", ["mailer-1"]),
        ("/web[\r", []),
        ("/WEB-1\r", ["web-1"]),
    ],
)
async def test_filters(person: Person, typed: str, shown: list[str]) -> None:
    person.type(typed)
    await person.until(lambda: names(person) == shown)


async def test_escape_leaves_the_filter_at_once(person: Person) -> None:
    person.type("/web")
    await person.sees("3 of 7")
    person.type(ESCAPE)
    await person.sees("pods 7", "enter open")


async def test_pods_that_come_go_through_the_filter(person: Person, cluster: StillCluster) -> None:
    person.type("/web\r")
    await person.sees("3 of 7")
    cluster.put(pod("web-9"), pod("zoo-1"))
    await person.sees("4 of 9", "web-9")
    assert "zoo-1" not in person.screen()


async def test_a_paste_goes_into_the_filter(person: Person) -> None:
    person.type("/")
    await person.sees("FILTER")
    person.paste("web-2\n")
    await person.until(lambda: names(person) == ["web-2"])


# -- the order ------------------------------------------------------------------------------


async def test_sorting(person: Person) -> None:
    by_status = ["redis-0", "web-3", "mailer-1", "postgres-0", "api-1", "web-1", "web-2"]
    person.type("o")
    await person.sees("by READY ▼")
    person.type("o")
    await person.sees("by STATUS ▼")
    await person.until(lambda: names(person) == by_status)
    person.type("O")
    await person.sees("by STATUS ▲")
    await person.until(lambda: names(person) == by_status[::-1])
    person.type("oooO")
    await person.no_longer_sees("by ")
    await person.until(lambda: names(person)[0] == "postgres-0")


# -- the cursor and the marks ---------------------------------------------------------------


async def test_going_about(person: Person) -> None:
    for typed, name in (
        *(("j", "redis-0"), (DOWN, "api-1"), ("k", "redis-0"), ("G", "web-3"), (f"{UP}k", "web-1")),
        *(("g", "postgres-0"), ("kkk", "postgres-0"), ("\x1b[F", "web-3"), ("j", "web-3")),
        *(("\x1b[5~", "postgres-0"), ("\x1b[6~", "web-3"), ("\x02", "postgres-0"), ("\x06", "web-3")),
        *(("\x1b[H", "postgres-0"),),
    ):
        person.type(typed)
        await at(person, name)


async def test_the_cursor_stays_on_its_pod(person: Person, cluster: StillCluster) -> None:
    person.type("jjjj")
    await at(person, "web-1")
    cluster.put(pod("aaa-1"), gone=[("data", "redis-0")])
    await person.sees("aaa-1")
    await at(person, "web-1")
    cluster.put(gone=[("shop", "web-1")])
    await person.no_longer_sees("web-1")
    await at(person, "web-2")
    person.type("/postgres\r")
    await at(person, "postgres-0")


async def test_a_long_list_scrolls_with_the_cursor() -> None:
    many = [pod(f"p-{number:04}") for number in range(3000)]
    async with at_the_board(StillCluster(*many).connect, 80, 24) as person:
        await person.sees("3000 pods", "p-0000")
        person.type("G")
        await person.sees("p-2999")
        person.type("\x1b[5~")
        await person.sees("p-2980")
        person.type("g")
        await person.sees("p-0000")
        person.type("j" * 30)
        await person.sees("p-0030")
        assert "p-0000" not in person.screen()


async def test_the_cursor_is_in_sight_however_early_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    show = PodList.show

    def show_and_go(pods: PodList, *what: Any, **how: Any) -> None:
        show(pods, *what, **how)
        # A key that comes before anything is laid out for the pods that have just come.
        pods.go_last()

    monkeypatch.setattr(PodList, "show", show_and_go)
    many = [pod(f"p-{number:04}") for number in range(3000)]
    async with at_the_board(StillCluster(*many).connect, 80, 24) as person:
        await person.sees("p-2999")


async def test_a_pod_stays_on_its_line_when_others_come_above() -> None:
    cluster = StillCluster(*[pod(f"p-{number:04}") for number in range(300)])
    async with at_the_board(cluster.connect, 80, 24) as person:
        await person.sees("p-0000")
        person.type("G\x1b[5~\x1b[5~")
        await person.sees("p-0261")
        row = person.point_at("p-0261")[1]
        cluster.put(*[pod(f"a-{number}") for number in range(7)])
        await person.sees("307 pods")
        assert person.point_at("p-0261")[1] == row


async def test_marks(person: Person) -> None:
    person.type("jj  ")
    await person.sees("2 marked")
    for name in ("api-1", "mailer-1"):
        await person.until(lambda name=name: person.line(name).startswith("▌"))
    await at(person, "web-1")
    person.type("*")
    await person.sees("7 marked")
    person.type("*")
    await person.no_longer_sees("marked")
    person.type(f"/web\r *{ESCAPE}")
    await person.no_longer_sees("marked")
    await person.sees("3 of 7")
    person.type(ESCAPE)
    await person.sees("pods 7")


async def test_a_mark_goes_with_its_pod(person: Person, cluster: StillCluster) -> None:
    person.type("*")
    await person.sees("7 marked")
    cluster.put(gone=[("shop", "web-1")])
    await person.sees("6 marked")


async def test_the_mouse_goes_to_a_pod(person: Person) -> None:
    person.press_mouse(*person.point_at("web-1"))
    await at(person, "web-1")
    person.press_mouse(*person.point_at("last exit"))
    await at(person, "mailer-1")
    person.press_mouse(10, 30)
    person.type("j")
    await at(person, "web-1")


async def test_the_wheel_scrolls() -> None:
    many = [pod(f"p-{number:04}") for number in range(300)]
    async with at_the_board(StillCluster(*many).connect, 80, 24) as person:
        await person.sees("p-0000")
        # Turned until it tells: how the mouse is reported is settled behind the first frame.
        await person.until(lambda: "p-0000" not in person.screen() or person.press_mouse(10, 10, 65))  # type: ignore[func-returns-value]
        await person.until(lambda: "p-0000" in person.screen() or person.press_mouse(10, 10, 64))  # type: ignore[func-returns-value]


# -- more and less --------------------------------------------------------------------------


async def test_wide_shows_ip_and_node(cluster: StillCluster) -> None:
    async with at_the_board(cluster.connect, 200, 50) as person:
        await person.sees("web-1")
        assert "node-1" not in person.screen()
        person.type("w")
        await person.sees("IP ", "NODE", "node-1", "<none>")
        person.type("w")
        await person.no_longer_sees("node-1")


async def test_where_ip_and_node_have_no_room_it_is_said(cluster: StillCluster) -> None:
    async with at_the_board(cluster.connect, 80, 24) as person:
        await person.sees("web-1")
        person.type("w")
        await person.sees("IP and NODE have no room here")
        person.resize(140, 24)
        await person.sees("node-1")
        person.type("w")
        await person.no_longer_sees("node-1")
        await person.no_longer_sees("no room")


async def test_a_new_width_changes_the_columns(person: Person) -> None:
    await person.sees("RESTARTS")
    person.resize(80, 24)
    await person.sees("↻")
    person.resize(30, 10)
    await person.until(lambda: "postgres-0" in person.screen() and "READY" not in person.screen())
    assert all(len(line) == 30 for line in person.lines())
    person.resize(200, 50)
    await person.sees("RESTARTS", "web-3")
    assert all(len(line) == 200 for line in person.lines())


async def test_the_list_goes_on_below_one_line() -> None:
    async with at_the_board(StillCluster(*SHOP).connect, 20, 5) as person:
        await person.sees("api-1")
        person.resize(1, 1)
        person.resize(120, 40)
        await person.sees("web-3", "q quit")


# -- what is not seen -----------------------------------------------------------------------


async def test_garbage_is_collected_as_soon_as_the_board_stands(cluster: StillCluster) -> None:
    gc.disable()  # as the command does
    try:
        async with at_the_board(cluster.connect) as person:
            await person.sees("web-3")
            assert gc.isenabled()
    finally:
        gc.enable()
