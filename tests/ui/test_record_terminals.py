"""Terminals by way of records, also without a cluster to list pods from; and tests of records."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from podboard.commands.board_records import open_records
from podboard.errors import FailureKind, NoKubeconfigError
from podboard.model.checkup import Check, Result, Scope, Step
from podboard.model.overrides import Overrides
from podboard.model.record import Record
from podboard.model.target import Target
from podboard.session.cluster import Cluster
from podboard.session.ladder import Ladder
from podboard.ui.screens.records import Records
from podboard.wiring import Services, open_cluster
from tests.support.pods import pod
from tests.support.records import fill
from tests.ui.person import ESCAPE, LEADER, Person, at_the_board
from tests.ui.still import StillCluster
from tests.unit.session.fakes import FakeChannel, FakeRung

SIZES = [(80, 24), (120, 40), (200, 50)]
PODS = (pod("api-1"), pod("web-1"), pod("web-2"), pod("web-1", "data"))


class Shop:
    """A cluster whose records are in a database.

    Attributes:
        rung: The only way into its pods.
    """

    def __init__(self, database: Path, *pods: Any, **more: Any) -> None:
        self.rung = FakeRung(*(FakeChannel() for _ in range(20)), name="ssh", **more)
        self.cluster = StillCluster(*pods, rungs=(self.rung,), namespace="shop")
        self._database = database

    @property
    def opened(self) -> list[str]:
        """Where terminals were opened."""
        return [str(target) for target, _ in self.rung.asked]

    def at(self, columns: int = 120, rows: int = 40) -> Any:
        records = partial(open_records, self._database)
        return at_the_board(self.cluster.connect, columns, rows, records=records)


async def go_to(person: Person, name: str, *, above: int = 0) -> None:
    """Go to a record by its place."""
    await person.until(lambda: not person.board.desk.trouble)
    person.type("r" + "j" * above)
    await person.sees("pod records", name)


# -- o --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_a_record_opens_its_pod_whether_it_is_listed_or_not(
    columns: int, rows: int, database: Path
) -> None:
    await fill(
        database,
        Record(name="a-listed", pod_name="api-1", namespace="shop"),
        Record(name="b-gone", pod_name="queue-0", namespace="infra", container="broker"),
        Record(name="c-somewhere", pod_name="cron"),
    )
    shop = Shop(database, *PODS)
    async with shop.at(columns, rows) as person:
        await person.sees("api-1")
        # In one piece: what is typed ahead goes where it would have gone.
        await person.until(lambda: not person.board.desk.trouble)
        person.type("ro")
        await person.sees("shop/api-1 · app", "ssh · ● open")
        person.type(f"{LEADER}lrjo")
        await person.sees("infra/queue-0 · broker")
        person.type(f"{LEADER}lrjjo")
        await person.sees("shop/cron ")
        await person.until(lambda: shop.opened == ["shop/api-1 · app", "infra/queue-0 · broker", "shop/cron"])
        await person.sees("3 cron ●")


async def test_a_glob_opens_the_pods_of_the_list_it_fits(database: Path) -> None:
    none, web = (Record(name=name, pod_name=f"{name}-*", namespace="shop") for name in ("a-none", "web"))
    await fill(database, none, web)
    shop = Shop(database, *PODS)
    async with shop.at() as person:
        await person.sees("api-1")
        await go_to(person, "a-none")
        person.type("o")
        await person.sees('no pod of the list fits "a-none": a-none-*')
        person.type("rjo")
        await person.sees("1 web-1 ●", "2 web-2 ●")
        assert shop.opened == ["shop/web-1 · app", "shop/web-2 · app"]


async def test_many_are_opened_after_a_question(database: Path) -> None:
    await fill(database, Record(name="all", pod_name="p-*"))
    shop = Shop(database, *(pod(f"p-{number:02}") for number in range(13)))
    async with shop.at() as person:
        await person.sees("p-12")
        await go_to(person, "all")
        person.type("o")
        await person.sees("Open 13 terminals?")
        person.type("n")
        await person.no_longer_sees("Open 13")
        assert shop.opened == []
        person.type("ro")
        await person.sees("Open 13 terminals?")
        person.type("y")
        await person.until(lambda: len(shop.opened) == 13)


async def test_a_record_of_another_context_opens_nothing_here(database: Path) -> None:
    await fill(database, Record(name="prod", pod_name="web-1", namespace="shop", context="prod-eu"))
    shop = Shop(database, *PODS)
    async with shop.at() as person:
        await person.sees("api-1")
        await go_to(person, "prod-eu")
        person.type("o")
        await person.sees('"prod" is for the context prod-eu, and not for this one')
        assert shop.opened == []


async def test_it_is_said_when_another_record_wins(database: Path) -> None:
    await fill(database, Record(name="any", pod_name="api-*"), Record(name="exact", pod_name="api-1"))
    shop = Shop(database, *PODS)
    async with shop.at(160) as person:
        await person.sees("api-1")
        await go_to(person, "any")
        person.type("o")
        await person.sees("● open", 'the record of api-1 is "exact": the pod\'s name is its pod_name')


async def test_without_records_there_is_nothing_to_open(database: Path) -> None:
    shop = Shop(database, *PODS)
    async with shop.at() as person:
        await person.sees("api-1")
        await go_to(person, "no records yet")
        person.type("ot")
        await person.sees("there is nothing to look at yet")
        person.type(ESCAPE)
        await person.sees("q quit")
        assert shop.opened == []


# -- no cluster to list pods from -----------------------------------------------------------


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a kubeconfig; returns where one would be."""
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "XDG_CONFIG_HOME", "PODBOARD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".kube").mkdir()
    return tmp_path / ".kube" / "config"


def without_pods(rung: FakeRung, trouble: str = "no cluster to list pods from") -> Callable[[], Any]:
    @asynccontextmanager
    async def connect() -> AsyncIterator[Cluster]:
        yield Cluster(None, Ladder((rung,)), None, trouble)

    return connect


@asynccontextmanager
async def no_kubeconfig() -> AsyncIterator[Cluster]:
    raise NoKubeconfigError("there is no kubeconfig", looked=("KUBECONFIG (not set)",))
    yield


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_without_a_kubeconfig_records_are_ways_in(columns: int, rows: int, database: Path) -> None:
    await fill(database, Record(name="queue", pod_name="queue-0", namespace="infra", context="prod"))
    rung = FakeRung(FakeChannel(), name="ssh")
    async with at_the_board(
        no_kubeconfig, columns, rows, records=partial(open_records, database), without=without_pods(rung)
    ) as person:
        await person.sees("No cluster yet.", "r  pod records: ways into pods")
        await person.until(lambda: not person.board.desk.trouble)
        person.type("r")
        await person.sees("pod records   1", "queue-0")
        person.type("o")
        await person.sees("infra/queue-0", "ssh · ● open")
        person.type(f"{LEADER}l")
        await person.sees("no cluster to list pods from", "no cluster · all namespaces  0 pods")
        # Keys that are about pods do nothing where there are none.
        person.type(f"\r jkG*oOwcA/web\r{ESCAPE}r")
        await person.sees("pod records   1")
        assert [str(target) for target, _ in rung.asked] == ["infra/queue-0"]


async def test_without_a_list_a_pattern_finds_no_pod(database: Path) -> None:
    await fill(database, Record(name="web", pod_name="web-*", namespace="shop"))
    async with at_the_board(
        no_kubeconfig, 80, 24, records=partial(open_records, database), without=without_pods(FakeRung())
    ) as person:
        await person.sees("No cluster yet.")
        await person.until(lambda: not person.board.desk.trouble)
        person.type("r")
        await person.sees("pod records   1", "web-*")
        person.type("o")
        await person.sees('there is no list to find web-* in: name one pod in "web" (e)')


async def test_a_kubeconfig_path_is_never_taken_for_an_offer(database: Path) -> None:
    chosen: list[str] = []

    def choose(path: str) -> Any:
        chosen.append(path)
        return no_kubeconfig()

    async with at_the_board(no_kubeconfig, choose=choose, records=partial(open_records, database)) as person:
        for name in ("demo", "records"):
            await person.sees("No cluster yet.")
            await person.until(lambda: person.app.screen is not person.board)
            person.type("k")
            await person.sees("path of a kubeconfig file")
            person.type(f"{name}\r")
            await person.until(partial(chosen.__contains__, name), f"the taking of {name}")
    assert chosen == ["demo", "records"]


@pytest.mark.usefixtures("nowhere")
async def test_a_cluster_can_be_done_without_if_so_wished() -> None:
    with pytest.raises(NoKubeconfigError):
        async with open_cluster(Overrides(), all_namespaces=False):
            pytest.fail("it was opened")
    overrides = Overrides(namespace="infra")
    async with open_cluster(overrides, all_namespaces=False, can_do_without=True) as cluster:
        assert (cluster.context, cluster.namespace) == ("", "infra")
        assert cluster.trouble.startswith("no cluster to list pods from: r shows the records")
        running = asyncio.create_task(cluster.run())
        await cluster.changed.wait()
        cluster.watch("data")
        assert (cluster.roster.keys, cluster.namespaces) == ([], ["data"])
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_a_broken_kubeconfig_leaves_the_records(nowhere: Path, database: Path) -> None:
    nowhere.write_text("clusters: [")  # noqa: ASYNC240 - before anything runs
    record = Record(name="queue", pod_name="queue-0", namespace="infra", kubeconfig="/nowhere/at/all")
    await fill(database, record)

    async def find(*_: object) -> Record:
        return record

    connect = partial(open_cluster, Overrides(), Services(find), all_namespaces=False)
    async with at_the_board(connect, records=partial(open_records, database)) as person:
        await person.sees("~/.kube/config is no valid YAML", "0 pods")
        await go_to(person, "queue")
        person.type("o")
        await person.sees("✗ failed", "1  ws:kubeconfig", "2  ws:record", "is not there")
        await person.sees("infra/queue-0")


# -- t --------------------------------------------------------------------------------------


class Way(FakeRung):
    """A way that is looked at."""

    def __init__(self, name: str, *checks: Check) -> None:
        super().__init__(name=name)
        self._checks = checks
        self.scopes: list[Scope] = []
        self.goes_on = asyncio.Event()

    async def check(self, scope: Scope) -> AsyncIterator[Check]:
        self.scopes.append(scope)
        await self.goes_on.wait()
        for check in self._checks:
            yield check


OK_TOKEN = (
    Check(Step.CONFIGURATION, Result.OK, "https://10.0.0.1"),
    Check(
        Step.AUTHENTICATION,
        Result.FAILED,
        "the token [b]expired[/] \x1b[2J",
        "renew\nit",
        kind=FailureKind.LOGIN,
    ),
    Check(Step.UPGRADE, Result.SKIPPED),
)
OK_SSH = (Check(Step.HOST_KEY, Result.OK, "known"), Check(Step.KUBECTL, Result.OK, "v1.37.1"))


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_the_ways_of_a_record_are_looked_at(columns: int, rows: int, database: Path) -> None:
    await fill(database, Record(name="web", pod_name="web-*", namespace="shop"))
    token, ssh = Way("ws:token", *OK_TOKEN), Way("ssh", *OK_SSH)
    rungs = (FakeRung(name="ws:kubeconfig"), FakeRung(name="ws:record", applies="not set"), token, ssh)
    cluster = StillCluster(*PODS, rungs=rungs, namespace="shop")
    async with at_the_board(
        cluster.connect, columns, rows, records=partial(open_records, database)
    ) as person:
        await person.sees("api-1")
        await go_to(person, "web-*")
        person.type("t")
        await person.sees("the ways of web", "ws:record", "not set", "looking…")
        token.goes_on.set()
        await person.sees("✗ does not work", "authentication", "the token [b]expired[/]", "→ renew it")
        ssh.goes_on.set()
        await person.sees("● works", "● host key", "known", "● remote kubectl", "v1.37.1", "1 way works")
        assert "upgrade" not in person.screen()
        assert "ws:kubeconfig" not in person.screen()
        assert "try exec" not in person.screen()
        person.type(f"xkj{ESCAPE}")
        await person.no_longer_sees("the ways of web")
        assert [scope.target for scope in token.scopes] == [Target("shop", "")]
        assert token.requests == ssh.requests == []
        await person.sees("pod records")


async def test_of_a_record_of_one_pod_it_is_that_pod_that_is_looked_at(database: Path) -> None:
    await fill(database, Record(name="web", pod_name="web-1", namespace="shop", container="app"))
    way = Way("ssh", *OK_SSH)
    cluster = StillCluster(*PODS, rungs=(FakeRung(name="ws:kubeconfig"), way), namespace="shop")
    async with at_the_board(cluster.connect, records=partial(open_records, database)) as person:
        await person.sees("api-1")
        await go_to(person, "web-1")
        person.type("t")
        await person.until(lambda: way.scopes)
        assert way.scopes == [Scope(Target("shop", "web-1", "app"), exec_by="x")]
        assert way.scopes[0].no_exec == "not tried: x would run `true` in the pod"
        way.goes_on.set()
        await person.sees("1 way works", "x  try exec too")
        way.goes_on.clear()
        # Nothing is run in the pod before somebody says so.
        person.type("x")
        await person.sees("looking…")
        await person.no_longer_sees("x  try exec")
        await person.until(lambda: [scope.with_exec for scope in way.scopes] == [False, True])
        way.goes_on.set()
        await person.sees("1 way works")
        await person.until(lambda: person.screen().count("remote kubectl") == 1)
        assert "ws:kubeconfig" not in person.screen()
        person.type("x")
        person.type(ESCAPE)
        await person.no_longer_sees("the ways of web")
        assert len(way.scopes) == 2


async def test_a_look_that_is_left_ends(database: Path) -> None:
    await fill(database, Record(name="web", pod_name="web-*"))
    way = Way("ssh", *OK_SSH)
    cluster = StillCluster(*PODS, rungs=(way,), namespace="shop")
    async with at_the_board(cluster.connect, records=partial(open_records, database)) as person:
        await person.sees("api-1")
        await go_to(person, "web-*")
        person.type("t")
        await person.until(lambda: way.scopes)
        person.type(ESCAPE)
        await person.until(lambda: isinstance(person.app.screen, Records))
        person.type("t")
        await person.until(lambda: len(way.scopes) == 2)
        way.goes_on.set()
        await person.sees("1 way works")
