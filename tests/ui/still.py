"""A cluster that stands still: its pods are what a test says, its shells are played."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

from podboard.session.cluster import Cluster
from podboard.session.ladder import Ladder
from podboard.wire.exec_channel import Stdout
from tests.unit.session.fakes import FakeChannel, FakeRung

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from podboard.model.pod import Pod, PodKey
    from podboard.session.ladder import Rung


class StillCluster(Cluster):
    """A cluster without a server.

    Attributes:
        watched: The namespaces it was asked to watch.
    """

    def __init__(
        self,
        *pods: Pod,
        rungs: tuple[Rung, ...] = (),
        namespace: str | None = None,
        namespaces: Iterable[str] = (),
    ) -> None:
        client = SimpleNamespace(access=SimpleNamespace(context="kind-dev"))
        super().__init__(client, Ladder(rungs), namespace)  # type: ignore[arg-type]
        self._listed_namespaces = list(namespaces)
        self.watched: list[str | None] = []
        self.say("")
        self.put(*pods)

    def put(self, *pods: Pod, gone: Iterable[PodKey] = ()) -> None:
        """Let pods come, change and go."""
        self.roster.update(pods, gone)
        self.changed.set()

    def say(self, trouble: str) -> None:
        """Let something not be as it should."""
        self._say(trouble)

    def watch(self, namespace: str | None) -> None:
        """Note what is asked for, and show it."""
        self.watched.append(namespace)
        self.namespace = namespace
        self.changed.set()

    async def run(self) -> None:
        """Do nothing, for good."""
        await asyncio.Event().wait()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Cluster]:
        """Reach it."""
        yield self


class Shells:
    """The shells of a cluster, in the order they were opened.

    Attributes:
        rung: The only way into them.
    """

    def __init__(self, *pods: Pod, namespace: str | None = "shop", rung: FakeRung | None = None) -> None:
        self.channels = [FakeChannel() for _ in range(20)]
        self.rung = rung or FakeRung(*self.channels)
        self.cluster = StillCluster(
            *pods, rungs=(self.rung,), namespace=namespace, namespaces=("data", "infra", "shop")
        )

    def __getitem__(self, index: int) -> FakeChannel:
        return self.channels[index]

    @property
    def opened(self) -> list[str]:
        """The pods asked for so far."""
        return [target.pod for target, _ in self.rung.asked]

    def say(self, index: int, text: str) -> None:
        """Let a shell say something."""
        self.channels[index].say(Stdout(text.encode()))
