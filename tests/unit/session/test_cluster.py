"""What is known of a cluster, with a feed of pods that the test plays."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from podboard.errors import ApiError
from podboard.kube.pods import FeedPhase, FeedState, PodChanges
from podboard.model.pod import Pod
from podboard.session import cluster as cluster_module
from podboard.session.cluster import Cluster
from tests.support.pods import pod
from tests.support.waiting import until

LIVE = FeedState(FeedPhase.LIVE)
CLIENT = SimpleNamespace(access=SimpleNamespace(context="kind-dev"))
"""Nothing but its context is asked for: the feed is the test's."""


class World:
    """The cluster's far end.

    Attributes:
        feeds: What each namespace has to say, by namespace; empty for all of them.
        followed: The namespaces that were followed, in order.
        let_go: The namespaces whose feed was closed.
        namespaces: What the list of namespaces answers.
        asked: How often it was asked.
        hurried: Set when a feed was told to wait no longer.
    """

    def __init__(self) -> None:
        self.feeds: dict[str, asyncio.Queue[PodChanges | Exception]] = {}
        self.followed: list[str] = []
        self.let_go: list[str] = []
        self.namespaces: list[str] | Exception = []
        self.asked = 0
        self.hurried = asyncio.Event()

    def say(self, *pods: Pod, state: FeedState = LIVE, namespace: str = "", removed: Any = ()) -> None:
        self.feed(namespace).put_nowait(PodChanges(list(pods), list(removed), state))

    def feed(self, namespace: str) -> "asyncio.Queue[PodChanges | Exception]":
        return self.feeds.setdefault(namespace, asyncio.Queue())

    def pod_feed(self, client: object, namespace: str) -> SimpleNamespace:
        assert client is CLIENT
        return SimpleNamespace(changes=lambda: self._changes(namespace), try_now=self.hurried.set)

    async def _changes(self, namespace: str) -> AsyncIterator[PodChanges]:
        self.followed.append(namespace)
        try:
            while True:
                said = await self.feed(namespace).get()
                if isinstance(said, Exception):
                    raise said
                yield said
        finally:
            self.let_go.append(namespace)

    async def list_namespaces(self, client: object) -> list[str]:
        assert client is CLIENT
        self.asked += 1
        if isinstance(self.namespaces, Exception):
            raise self.namespaces
        return self.namespaces


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(cluster_module, "PodFeed", world.pod_feed)
    monkeypatch.setattr(cluster_module, "list_namespaces", world.list_namespaces)
    return world


@asynccontextmanager
async def running(namespace: str | None = None) -> AsyncIterator[Cluster]:
    cluster = Cluster(CLIENT, (), namespace)  # type: ignore[arg-type]
    before = asyncio.all_tasks()
    task = asyncio.create_task(cluster.run())
    yield cluster
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert asyncio.all_tasks() == before


async def test_it_begins_by_saying_what_it_does() -> None:
    cluster = Cluster(CLIENT, (), "shop")  # type: ignore[arg-type]
    assert (cluster.context, cluster.namespace, cluster.trouble) == ("kind-dev", "shop", "listing pods…")
    assert cluster.namespaces == ["shop"]


async def test_the_roster_follows_the_feed(world: World) -> None:
    async with running() as cluster:
        world.say(pod("a"), pod("b"))
        await until(lambda: cluster.roster.keys == [("shop", "a"), ("shop", "b")])
        assert cluster.changed.is_set()
        assert cluster.trouble == ""
        cluster.changed.clear()
        world.say(pod("c"), removed=[("shop", "a")])
        await until(cluster.changed.is_set)
        assert cluster.roster.keys == [("shop", "b"), ("shop", "c")]
    assert world.followed == world.let_go == [""]


async def test_another_namespace_is_begun_anew(world: World) -> None:
    async with running("shop") as cluster:
        world.say(pod("web"), namespace="shop")
        await until(lambda: cluster.roster.keys)
        cluster.watch("data")
        await until(lambda: world.followed == ["shop", "data"])
        assert world.let_go == ["shop"]
        assert cluster.roster.keys == []
        assert cluster.trouble == "listing pods…"
        world.say(pod("redis-0", "data"), namespace="data")
        world.say(pod("late"), namespace="shop")
        await until(lambda: cluster.roster.keys)
        assert cluster.roster.keys == [("data", "redis-0")]
        cluster.watch(None)
        await until(lambda: world.followed == ["shop", "data", ""])
    assert world.let_go == ["shop", "data", ""]


async def test_the_same_namespace_goes_on(world: World) -> None:
    async with running("shop") as cluster:
        await until(lambda: world.followed)
        cluster.watch("shop")
        world.say(pod("web"), namespace="shop")
        await until(lambda: cluster.roster.keys)
        assert world.followed == ["shop"]


async def test_a_change_of_mind_before_the_first_pod(world: World) -> None:
    async with running("a") as cluster:
        for namespace in ("b", "c", "d"):
            cluster.watch(namespace)
        world.say(pod("last", "d"), namespace="d")
        await until(lambda: cluster.roster.keys)
        assert cluster.roster.keys == [("d", "last")]


@pytest.mark.parametrize(
    ("state", "trouble"),
    [
        (LIVE, ""),
        (FeedState(FeedPhase.LIVE, skipped=2), "pods that cannot be read are left out"),
        (FeedState(FeedPhase.LISTING, listed=500, expected=900), ""),
        (FeedState(FeedPhase.LISTING, listed=500, expected=20_000), "listing pods: 500 of 20000"),
        (
            FeedState(FeedPhase.RETRYING, sentence="nobody answers", retry_in=3.7),
            "trying again in 4 s: nobody answers",
        ),
        (
            FeedState(FeedPhase.RETRYING, sentence="forbidden", hint="ask for a Role", retry_in=30),
            "trying again in 30 s: forbidden - ask for a Role",
        ),
    ],
)
async def test_trouble_is_told_in_words(state: FeedState, trouble: str, world: World) -> None:
    async with running() as cluster:
        world.say(pod("a"), state=state)
        await until(lambda: cluster.roster.keys)
        assert cluster.trouble == trouble


async def test_trouble_is_logged_once_while_it_lasts(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "podboard")
    trouble = FeedState(FeedPhase.RETRYING, sentence="nobody answers", retry_in=1)
    async with running() as cluster:
        for name in "abc":
            world.say(pod(name), state=trouble)
        await until(lambda: len(cluster.roster.keys) == 3)
    told = [message for message in caplog.messages if "nobody answers" in message]
    assert told == ["kind-dev: trying again in 1 s: nobody answers"]


async def test_the_wait_is_counted_down_until_the_next_try_is_under_way(world: World) -> None:
    async with running() as cluster:
        world.say(pod("a"), state=FeedState(FeedPhase.RETRYING, sentence="nobody answers", retry_in=1.1))
        await until(lambda: cluster.trouble == "trying again in 2 s: nobody answers")
        await until(lambda: cluster.trouble == "trying again in 1 s: nobody answers")
        cluster.changed.clear()
        await until(lambda: cluster.trouble == "trying again now: nobody answers")
        assert cluster.changed.is_set()
        world.say(state=LIVE)
        await until(lambda: cluster.trouble == "")


async def test_the_wait_is_cut_short(world: World) -> None:
    async with running() as cluster:
        world.say(pod("a"), state=FeedState(FeedPhase.RETRYING, sentence="nobody answers", retry_in=30.01))
        await until(lambda: cluster.trouble.startswith("trying again in 3"))
        cluster.try_now()
        assert world.hurried.is_set()
        await until(lambda: cluster.trouble == "trying again now: nobody answers")


async def test_what_a_feed_never_foresaw_is_for_the_caller(world: World) -> None:
    cluster = Cluster(CLIENT, (), None)  # type: ignore[arg-type]
    world.feed("").put_nowait(ZeroDivisionError("never"))
    with pytest.raises(ExceptionGroup) as raised:
        await cluster.run()
    assert raised.group_contains(ZeroDivisionError)


async def test_namespaces_are_those_listed_those_of_pods_and_the_one_watched(world: World) -> None:
    world.namespaces = ["kube-system", "data"]
    async with running("mine") as cluster:
        world.say(pod("a", "shop"), namespace="mine")
        await until(lambda: cluster.roster.keys and world.asked)
        assert cluster.namespaces == ["data", "kube-system", "mine", "shop"]


async def test_who_may_not_list_namespaces_sees_those_of_the_pods(world: World) -> None:
    world.namespaces = ApiError("namespaces is forbidden", status=403)
    async with running() as cluster:
        world.say(pod("a", "shop"), pod("b", "data"))
        await until(lambda: cluster.roster.keys and world.asked)
        assert cluster.namespaces == ["data", "shop"]
        assert cluster.trouble == ""


async def test_namespaces_are_asked_for_now_and_then(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "_NAMESPACES_EVERY", 0)
    async with running() as cluster:
        await until(lambda: world.asked > 1)
        world.namespaces = ["new"]
        await until(lambda: cluster.namespaces == ["new"])
