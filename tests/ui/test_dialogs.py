"""Questions, choices, the help, and what a person sees who has no cluster."""

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, OptionList, Static

from podboard.errors import KubeconfigError, NoKubeconfigError, UnreachableError
from podboard.model.pod import Container, Metadata, Pod, Spec, Status
from podboard.ui.keymap import AFTER_LEADER, ENDED, LIST, SCROLLING
from podboard.ui.screens.board import Board
from tests.support.pods import pod
from tests.ui.person import BACKSPACE, DOWN, ESCAPE, LEADER, UP, Person, at_the_board
from tests.ui.still import StillCluster
from tests.unit.session.fakes import FakeChannel, FakeRung

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from podboard.session.cluster import Cluster
    from podboard.ui.app import Connect

SIZES = [(80, 24), (120, 40), (200, 50)]
LOOKED = ("KUBECONFIG (not set)", "~/.kube/config (not there)")


def shop() -> StillCluster:
    return StillCluster(pod("api-1"), pod("web-1"), namespaces=("shop", "data", "infra"))


# -- the help -------------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_the_help_explains_every_key(columns: int, rows: int) -> None:
    async with at_the_board(shop().connect, columns, rows) as person:
        await person.sees("web-1")
        person.type("?")
        await person.sees("In the pod list")
        told = "\n".join(str(static.content) for static in person.app.screen.query(Static))
        for entry in (*LIST, *AFTER_LEADER, *ENDED, *SCROLLING):
            assert f"  {entry.shown:<8}{entry.help}" in told
        for part in person.app.screen.query(".dialog-part").results(Static):
            assert part.size.height == len(str(part.content).splitlines()), "a line is broken"
        person.type("j" * 60)
        await person.sees("esc  back")
        person.type("k" * 60)
        await person.sees("In the pod list")
        person.type(ESCAPE)
        await person.no_longer_sees("In the pod list")
        await person.sees("web-1")


@pytest.mark.parametrize("key", ["q", "?", "\r", "\x1bOP", "\x03", "\x11"])
async def test_the_help_is_left_with_any_key_one_might_try(key: str) -> None:
    async with at_the_board(shop().connect) as person:
        await person.sees("web-1")
        person.type("?")
        await person.sees("In the pod list")
        person.type(key)
        await person.no_longer_sees("In the pod list")
        assert not person.has_left


async def test_the_help_is_there_from_within_a_terminal() -> None:
    cluster = StillCluster(pod("api-1"), rungs=(FakeRung(FakeChannel()),))
    async with at_the_board(cluster.connect) as person:
        await person.sees("api-1")
        person.type("\r")
        await person.sees("● open")
        person.type(f"{LEADER}?")
        await person.sees("In a terminal every key goes to the pod, but after ctrl+]")
        person.type(ESCAPE)
        await person.sees("keys go to the pod")


# -- namespaces and containers --------------------------------------------------------------


async def test_a_choice_takes_keys_that_come_before_it_is_there() -> None:
    async with at_the_board(shop().connect) as person:
        await person.sees("web-1")
        person.type(f"n{DOWN}{DOWN}{UP}")
        await person.sees("enter  choose")
        await person.until(lambda: highlighted(person) == "data")


async def test_choosing_a_namespace() -> None:
    cluster = shop()
    async with at_the_board(cluster.connect) as person:
        await person.sees("web-1")
        person.type("n")
        await person.sees(
            "namespace", "all namespaces", "data", "infra", "shop", "enter  choose    esc  cancel"
        )
        person.type("in")
        await person.until(lambda: options(person) == ["infra"])
        person.type("\r")
        await person.sees("kind-dev · infra")
        assert cluster.watched == ["infra"]
        person.type("n")
        await person.until(lambda: highlighted(person) == "infra")
        person.type(ESCAPE)
        await closed(person)
        person.type("A")
        await person.sees("kind-dev · all namespaces")
        assert cluster.watched == ["infra", None]


async def test_the_choices_are_gone_about_with_the_arrows() -> None:
    cluster = shop()
    async with at_the_board(cluster.connect) as person:
        await person.sees("web-1")
        person.type("n")
        await person.until(lambda: highlighted(person) == "all namespaces")
        person.type(DOWN)
        await person.until(lambda: highlighted(person) == "data")
        person.type(f"{UP}{UP}")
        await person.until(lambda: highlighted(person) == "shop")
        person.type("\x0e\x0e\r")
        await person.sees("kind-dev · data")
        assert cluster.watched == ["data"]


async def test_what_fits_nothing_chooses_nothing() -> None:
    cluster = shop()
    async with at_the_board(cluster.connect) as person:
        await person.sees("web-1")
        person.type("nxyz")
        await person.until(lambda: options(person) == [])
        person.type(f"\r{DOWN}\r{BACKSPACE * 3}")
        await person.until(lambda: len(options(person)) == 4)
        person.type(ESCAPE)
        await closed(person)
        assert cluster.watched == []


async def test_a_choice_can_be_clicked() -> None:
    cluster = shop()
    async with at_the_board(cluster.connect) as person:
        await person.sees("web-1")
        person.type("n")
        await person.sees("infra")
        person.press_mouse(*person.point_at("infra"))
        await person.sees("kind-dev · infra")


async def test_keys_typed_ahead_choose() -> None:
    cluster = shop()
    async with at_the_board(cluster.connect) as person:
        await person.sees("web-1")
        person.type("ninfra\r")
        await person.sees("kind-dev · infra")


async def test_choosing_a_container() -> None:
    containers = (Container("app"), Container("[b]sidecar"))
    many = Pod(
        Metadata(name="duo", namespace="shop"),
        Spec(containers=containers, init_containers=(Container("setup"),)),
        Status(phase="Running"),
    )
    rung = FakeRung(FakeChannel())
    async with at_the_board(StillCluster(many, rungs=(rung,)).connect) as person:
        await person.sees("duo")
        person.type("c")
        await person.sees("container of duo", "app", "[b]sidecar", "setup")
        person.type("side\r")
        await person.sees("shop/duo · [b]sidecar")
        assert rung.asked[0][0].container == "[b]sidecar"


async def test_without_a_pod_there_is_nothing_to_choose() -> None:
    async with at_the_board(StillCluster().connect) as person:
        await person.sees("0 pods")
        person.type("c\r *sq")
        await person.leaves()


# -- no cluster -----------------------------------------------------------------------------


class Places:
    """What can be connected to.

    Attributes:
        chosen: The kubeconfigs that were named.
    """

    def __init__(self) -> None:
        self.chosen: list[str] = []
        self.demo_asked = 0

    @asynccontextmanager
    async def nowhere(self) -> "AsyncIterator[Cluster]":
        raise NoKubeconfigError("there is no kubeconfig", looked=LOOKED)
        yield

    def choose(self, path: str) -> "Connect":
        self.chosen.append(path)
        if path == "good":
            return shop().connect()  # type: ignore[return-value]
        if path == "bad":
            return failing(KubeconfigError("bad: no such context", "see kubectl config get-contexts"))()  # type: ignore[return-value]
        return self.nowhere()  # type: ignore[return-value]

    @asynccontextmanager
    async def demo(self) -> "AsyncIterator[Cluster]":
        self.demo_asked += 1
        yield StillCluster(pod("demo-1"))


def failing(error: Exception) -> "Connect":
    @asynccontextmanager
    async def connect() -> "AsyncIterator[Cluster]":
        raise error
        yield

    return connect


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_without_a_kubeconfig_it_is_said_where_it_was_looked_for(columns: int, rows: int) -> None:
    places = Places()
    async with at_the_board(places.nowhere, columns, rows, choose=places.choose, demo=places.demo) as person:
        await person.sees(
            "No cluster yet.", *LOOKED, "d  try the demo", "k  choose a kubeconfig file", "q  quit"
        )
        person.type("q")
        await person.leaves(NoKubeconfigError.exit_code)


async def test_the_demo_is_a_key_away() -> None:
    places = Places()
    async with at_the_board(places.nowhere, choose=places.choose, demo=places.demo) as person:
        await person.sees("No cluster yet.")
        person.type("d")
        await person.sees("demo-1", "1 pod")
        assert places.demo_asked == 1


async def test_a_kubeconfig_can_be_named() -> None:
    places = Places()
    async with at_the_board(places.nowhere, choose=places.choose, demo=places.demo) as person:
        await person.sees("No cluster yet.")
        person.type("k")
        await person.sees("path of a kubeconfig file")
        # Letters are the file's name now, whatever they did before.
        person.type("dkq\r")
        await person.until(lambda: places.chosen == ["dkq"])
        await person.until(
            lambda: person.app.screen is not person.board and not person.app.screen.query(Input)
        )
        person.type("k")
        await person.until(lambda: isinstance(person.app.focused, Input))
        person.type("\r good \r")
        await person.sees("web-1", "kind-dev")
        assert places.chosen == ["dkq", "good"]


async def test_a_kubeconfig_that_is_none_is_told() -> None:
    places = Places()
    async with at_the_board(places.nowhere, choose=places.choose, demo=places.demo) as person:
        await person.sees("No cluster yet.")
        person.type("k")
        await person.until(lambda: isinstance(person.app.focused, Input))
        person.type("bad\r")
        await person.sees("bad: no such context - see kubectl config get-contexts")
        person.type("q")
        await person.leaves()


async def test_a_cluster_that_cannot_be_reached_is_told() -> None:
    error = UnreachableError("nobody listens at https://[red]kind[/].test", "is it running?")
    async with at_the_board(failing(error)) as person:
        await person.sees("nobody listens at https://[red]kind[/].test - is it running?", "kubeconfig")
        # Nothing that a person may try ends it.
        person.type(f"jkGg *oOwncA/web\r\r{ESCAPE}td{LEADER}n{LEADER}1{LEADER}z{LEADER}x")
        person.resize(80, 24)
        await person.until(lambda: person.board.size.width == 80)
        person.type("q")
        await person.leaves()


async def test_an_action_that_fails_is_told_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_board: Board) -> None:
        raise ZeroDivisionError("never")

    monkeypatch.setattr(Board, "action_zoom", fail)
    async with at_the_board(StillCluster(pod("web-1")).connect, fails=True) as person:
        await person.sees("web-1")
        person.type(f"{LEADER}z")
        await person.sees("podboard itself failed here; the log file says more")
        person.type("q")
        await person.leaves()
    assert "ZeroDivisionError: never" in caplog.text


async def test_what_nobody_foresaw_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with at_the_board(failing(ZeroDivisionError("never")), fails=True) as person:
        await person.sees("podboard itself failed here; the log file says more")
        person.type("q")
        await person.leaves()
    assert "ZeroDivisionError: never" in caplog.text


async def closed(person: Person) -> None:
    """Wait until the board is all there is."""
    await person.until(lambda: person.app.screen is person.board)
    await person.sees("? help")


def options(person: Person) -> list[str]:
    """The choices that are shown."""
    lists = person.app.screen.query(OptionList)
    return [str(option.prompt) for option in lists.first().options] if lists else []


def highlighted(person: Person) -> str:
    """The choice that is set off."""
    lists = person.app.screen.query(OptionList)
    return str(lists.first().highlighted_option.prompt) if lists and lists.first().highlighted_option else ""  # type: ignore[union-attr]
