"""One cluster as the board works with it: its pods, its namespaces, and the ways into them."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING

from podboard.errors import PodboardError
from podboard.kube.namespaces import list_namespaces
from podboard.kube.pods import FeedPhase, PodFeed
from podboard.model.broadcast import BroadcastRules
from podboard.session.pump import Turns
from podboard.session.roster import Roster

if TYPE_CHECKING:
    from pathlib import Path

    from podboard.kube.client import ApiClient
    from podboard.kube.pods import FeedState
    from podboard.session.ladder import Ladder
    from podboard.session.recorder import Recordings

log = logging.getLogger(__name__)

_NAMESPACES_EVERY = 60.0
"""Seconds between two lists of the namespaces: they seldom change."""

_WORTH_COUNTING = 1000
"""Pods from which a list takes long enough to say how far it has come."""


class Cluster:
    """What is known of a cluster while it is watched.

    Args:
        client: Of its API server; None where there is none to list pods from.
        ladder: The ways into its pods.
        namespace: What to watch at first; None for all namespaces.
        trouble: Why there is no client.

    Attributes:
        context: The name of the kubeconfig's context; empty where there is no client.
        namespace: What is watched; None for all namespaces.
        roster: The pods there.
        turns: Shared by the terminals in them.
        recordings: Where those are recorded; None where they cannot be.
        returns: Whether they open a new shell by themselves where a connection was dropped.
        resumes: Whether their shells are to outlive a drop.
        helper: The program that is copied to where nothing holds them; None for none.
        scrollback: How many lines they keep above their screens.
        detach_keys: What leaves the process that they are attached to to itself.
        debug_image: What debug containers are made of, unless another image is typed.
        kept_folder: Where it is kept what they had shown when the board was left; None for nowhere.
        restores: Whether the board asks at the next start if they are to be opened again.
        previews_pastes: Whether pastes of several lines are shown before they are pasted.
        broadcast: How typing into many of them at once is armed.
        changed: Set whenever the roster or the trouble is different from what it was.
        trouble: What is not as it should be with the watch, in a few words; empty where nothing is.
    """

    def __init__(
        self, client: ApiClient | None, ladder: Ladder, namespace: str | None, trouble: str = ""
    ) -> None:
        self.context = client.access.context if client is not None else ""
        self.ladder = ladder
        self.namespace = namespace
        self.roster = Roster()
        self.turns = Turns()
        self.recordings: Recordings | None = None
        self.returns = False
        self.resumes = False
        self.helper: Path | None = None
        self.scrollback = 10_000
        self.detach_keys: tuple[str, ...] = ("ctrl+p", "ctrl+q")
        self.debug_image = "busybox:1.36"
        self.kept_folder: Path | None = None
        self.restores = False
        self.previews_pastes = True
        self.broadcast = BroadcastRules()
        self.changed = asyncio.Event()
        self.trouble = trouble or "listing pods…"
        self._client = client
        self._elsewhere = asyncio.Event()
        self._feed: PodFeed | None = None
        self._due = 0.0
        self._listed_namespaces: list[str] = []

    def watch(self, namespace: str | None) -> None:
        """Watch another namespace from now on, or all with None."""
        if namespace != self.namespace:
            self.namespace = namespace
            self._elsewhere.set()

    def try_now(self) -> None:
        """Wait no longer before the pods are asked for again, if that is being waited for."""
        self._due = monotonic()
        if self._feed is not None:
            self._feed.try_now()

    async def run(self) -> None:
        """Keep the roster true, until cancelled."""
        if self._client is None:
            self.changed.set()
            await asyncio.Event().wait()
        else:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._list_namespaces(self._client))
                tasks.create_task(self._watch_where_told(self._client))

    async def _watch_where_told(self, client: ApiClient) -> None:
        while True:
            self._elsewhere.clear()
            self.roster.clear()
            self._say("listing pods…")
            following = asyncio.create_task(self._follow(client, self.namespace or ""))
            moving = asyncio.create_task(self._elsewhere.wait())
            try:
                await asyncio.wait((following, moving), return_when=asyncio.FIRST_COMPLETED)
                if following.done():
                    following.result()
            finally:
                following.cancel()
                moving.cancel()
                await asyncio.gather(following, moving, return_exceptions=True)

    async def _follow(self, client: ApiClient, namespace: str) -> None:
        self._feed = PodFeed(client, namespace)
        counting: asyncio.Task[None] | None = None
        try:
            async with aclosing(self._feed.changes()) as feed:
                async for changes in feed:
                    if counting is not None:
                        counting.cancel()
                    self.roster.update(changes.changed, changes.removed)
                    self._due = monotonic() + changes.state.retry_in
                    self._say(_trouble(changes.state, changes.state.retry_in))
                    if changes.state.phase is FeedPhase.RETRYING:
                        counting = asyncio.create_task(self._count_down(changes.state))
        finally:
            if counting is not None:
                counting.cancel()

    async def _count_down(self, state: FeedState) -> None:
        """Say when the pods are asked for again, then that they are: the answer may take long, too."""
        left = state.retry_in
        while left > 0:
            await asyncio.sleep(left % 1 or 1)
            left = self._due - monotonic()
            self.trouble = _trouble(state, left)
            self.changed.set()

    def _say(self, trouble: str) -> None:
        if trouble and trouble != self.trouble:
            log.info("%s: %s", self.context, trouble)
        self.trouble = trouble
        self.changed.set()

    @property
    def namespaces(self) -> list[str]:
        """The namespaces that are known of, sorted."""
        known = {namespace for namespace, _ in self.roster.keys} | set(self._listed_namespaces)
        if self.namespace is not None:
            known.add(self.namespace)
        return sorted(known)

    async def _list_namespaces(self, client: ApiClient) -> None:
        """Ask for the namespaces now and then; many people may not, and see those of their pods."""
        while True:
            try:
                self._listed_namespaces = await list_namespaces(client)
            except PodboardError as error:
                log.info("%s: namespaces cannot be listed: %s", self.context, error.message)
            await asyncio.sleep(_NAMESPACES_EVERY)


def _trouble(state: FeedState, retry_in: float) -> str:
    if state.phase is FeedPhase.RETRYING:
        hint = f" - {state.hint}" if state.hint else ""
        when = f"in {ceil(retry_in)} s" if retry_in > 0 else "now"
        return f"trying again {when}: {state.sentence}{hint}"
    if state.phase is FeedPhase.LISTING and state.expected > _WORTH_COUNTING:
        return f"listing pods: {state.listed} of {state.expected}"
    return "pods that cannot be read are left out" if state.skipped else ""
