"""The pods of a cluster as they are now: a list in pages, then a watch, again and again.

The rules are those of Kubernetes' API concepts: a watch goes on from the list's resource version, each
event and bookmark moves that version on, and an answer of 410 means that the server has forgotten it:
list again.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from podboard.errors import ApiError, PodboardError, UnreachableError
from podboard.kube.failures import no_api_server
from podboard.model.names import checked_namespace
from podboard.model.text import one_line
from podboard.wire.backoff import Backoff
from podboard.wire.pod_documents import (
    Bookmark,
    Deleted,
    Failed,
    Lines,
    decode_event,
    decode_page,
    decode_pod,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Iterator

    from podboard.kube.client import ApiClient
    from podboard.model.pod import Pod, PodKey
    from podboard.wire.pod_documents import Added, Modified

log = logging.getLogger(__name__)

_PAGE = 500
_WATCH_SECONDS = (240, 300)
"""How long the server is asked to keep a watch: varied, so that many clients do not come back at once."""

_GRACE = 30.0
"""Seconds after its time when a watch that still says nothing counts as dead."""

_BRIEF = 5.0
"""A watch that ends sooner than this without an event was not served; asking again at once would spin."""

_LINE_LIMIT = 32 * 1024 * 1024
"""Bytes of one event, far above the 1.5 MB that etcd takes: a line without end is no watch."""

_SLICE = 0.008
"""Seconds of decoding before others get their turn on the event loop."""

_FORBIDDEN, _GONE = 403, 410


class FeedPhase(StrEnum):
    """What the feed is doing."""

    LISTING = "listing"
    LIVE = "live"
    RETRYING = "retrying"


class FeedState(Struct, frozen=True):
    """How the feed stands.

    Attributes:
        listed: With LISTING, how many pods have come.
        expected: With LISTING, how many there are as far as the server tells; ``listed`` where it does not.
        skipped: How often a pod was so odd that it could not be read, since the feed began; the same
            one may be told again and again.
        sentence: With RETRYING, what went wrong.
        hint: What to do about it; may be empty.
        retry_in: With RETRYING, seconds to the next try.
    """

    phase: FeedPhase
    listed: int = 0
    expected: int = 0
    skipped: int = 0
    sentence: str = ""
    hint: str = ""
    retry_in: float = 0.0


class PodChanges(Struct, frozen=True):
    """What is different since the last ones.

    Attributes:
        changed: Pods that are new or different, each once.
        removed: Pods that are gone.
        state: How the feed stands now.
    """

    changed: list[Pod]
    removed: list[PodKey]
    state: FeedState


class PodFeed:
    """Tells the pods of one namespace, or of all, for as long as somebody listens.

    Args:
        client: Of the cluster.
        namespace: Empty for all.
        backoff: How long to wait after failures.
    """

    def __init__(self, client: ApiClient, namespace: str = "", backoff: Backoff | None = None) -> None:
        self._client = client
        self._namespace = namespace
        self._path = (
            f"/api/v1/namespaces/{checked_namespace(namespace)}/pods" if namespace else "/api/v1/pods"
        )
        self._backoff = backoff or Backoff()
        self._known: set[PodKey] = set()
        self._version = ""
        self._skipped = 0
        self._gone_at = float("-inf")
        self._hurried = asyncio.Event()

    def try_now(self) -> None:
        """Wait no longer after a failure, if that is what is being done."""
        self._hurried.set()

    async def changes(self) -> AsyncGenerator[PodChanges, None]:
        """Yield changes without end; whoever stops listening closes the iterator (``contextlib.aclosing``).

        The first page is yielded as soon as it is there. A failure is yielded as a state and tried again;
        what was known stays until a new list is complete, and only then are the pods it lacks removed.
        """
        while True:
            try:
                async with aclosing(self._watch() if self._version else self._list()) as told:
                    async for changes in told:
                        yield changes
            except PodboardError as error:
                if isinstance(error, ApiError) and error.status == _GONE:
                    self._version = ""
                    log.info("pods: the server has forgotten where we were: listing again")
                    if self._is_first_in_a_while():
                        continue
                state = self._retrying(error)
                log.warning("pods: %s; again in %.1f s", state.sentence, state.retry_in)
                self._hurried.clear()
                yield PodChanges([], [], state)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._hurried.wait(), state.retry_in)

    async def _list(self) -> AsyncGenerator[PodChanges, None]:
        listed: set[PodKey] = set()
        token = ""
        while True:
            query = [("limit", str(_PAGE)), *([("continue", token)] if token else [])]
            page = decode_page(await self._client.get_bytes(self._path, query))
            if page is None:
                raise no_api_server(self._client.access, 200)
            batch = _Batch()
            left = len(page.documents)
            for document in page.documents:
                left -= 1
                pod = decode_pod(document)
                if pod is None:
                    self._skipped += 1
                else:
                    batch.put(pod)
                    listed.add(pod.key)
                    self._known.add(pod.key)
                if batch.is_full or not left:
                    expected = len(listed) + left + page.remaining
                    yield batch.take(self._state(FeedPhase.LISTING, len(listed), expected))
                    await asyncio.sleep(0)
            token = page.continue_token
            if not token:
                break
        gone, self._known = self._known - listed, listed
        self._version = page.resource_version
        log.info("pods: %d listed, %d gone, %d skipped", len(listed), len(gone), self._skipped)
        if gone:
            yield PodChanges([], list(gone), self._state(FeedPhase.LISTING, len(listed), len(listed)))

    async def _watch(self) -> AsyncGenerator[PodChanges, None]:
        seconds = random.randint(*_WATCH_SECONDS)  # noqa: S311 - spreads load, guards nothing
        query = [
            ("watch", "1"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", self._version),
            ("timeoutSeconds", str(seconds)),
        ]
        started, served = time.monotonic(), False
        async with self._client.stream(self._path, query, silence=seconds + _GRACE) as content:
            yield PodChanges([], [], self._state(FeedPhase.LIVE))
            lines = Lines()
            while piece := await content.readany():
                for changes in self._changes_in(lines.feed(piece)):
                    yield changes
                    await asyncio.sleep(0)
                if lines.pending > _LINE_LIMIT:
                    raise no_api_server(self._client.access, 200)
                if not served:
                    served = True
                    self._backoff.reset()
        if not served and time.monotonic() - started < _BRIEF:
            raise UnreachableError(
                f"{self._client.access.server} ended the watch at once", "a proxy in between?"
            )

    def _changes_in(self, lines: Iterable[bytes]) -> Iterator[PodChanges]:
        """Gather what lines of a watch say, in turns; raises ApiError where the server breaks it off."""
        batch = _Batch()
        for line in lines:
            event = decode_event(line)
            if event is None:
                self._skipped += 1
            elif isinstance(event, Failed):
                if batch:  # their versions are noted: they would not come again
                    yield batch.take(self._state(FeedPhase.LIVE))
                message = one_line(event.object.message) or "the server ended the watch"
                raise ApiError(message, status=event.object.code)
            else:
                self._note(event, batch)
            if batch.is_full:
                yield batch.take(self._state(FeedPhase.LIVE))
        if batch:
            yield batch.take(self._state(FeedPhase.LIVE))

    def _note(self, event: Added | Modified | Deleted | Bookmark, batch: _Batch) -> None:
        pod = event.object
        self._version = pod.metadata.resource_version or self._version
        if isinstance(event, Deleted):
            self._known.discard(pod.key)
            batch.drop(pod)
        elif not isinstance(event, Bookmark):
            if not pod.metadata.name:
                self._skipped += 1
                return
            self._known.add(pod.key)
            batch.put(pod)

    def _state(self, phase: FeedPhase, listed: int = 0, expected: int = 0) -> FeedState:
        return FeedState(phase, listed, expected, self._skipped)

    def _retrying(self, error: PodboardError) -> FeedState:
        hint = error.hint
        if isinstance(error, ApiError) and error.status == _FORBIDDEN and not self._namespace:
            hint = "list a namespace that is allowed to you: -n NAMESPACE"
        return FeedState(
            FeedPhase.RETRYING,
            skipped=self._skipped,
            sentence=error.message,
            hint=hint,
            retry_in=self._backoff.delay(),
        )

    def _is_first_in_a_while(self) -> bool:
        """Whether to list again at once after a 410: it happens to everybody, but not all the time."""
        now = time.monotonic()
        before, self._gone_at = self._gone_at, now
        return now - before > _GRACE


@dataclass(slots=True)
class _Batch:
    """Changes gathered in one turn on the event loop; of several to one pod, the last counts."""

    changed: dict[PodKey, Pod] = field(default_factory=dict)
    removed: set[PodKey] = field(default_factory=set)
    deadline: float = field(default_factory=lambda: time.perf_counter() + _SLICE)

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed)

    @property
    def is_full(self) -> bool:
        return time.perf_counter() > self.deadline

    def put(self, pod: Pod) -> None:
        key = pod.key
        self.removed.discard(key)
        self.changed[key] = pod

    def drop(self, pod: Pod) -> None:
        key = pod.key
        self.changed.pop(key, None)
        self.removed.add(key)

    def take(self, state: FeedState) -> PodChanges:
        """Hand out what has gathered, and begin the next turn."""
        changes = PodChanges(list(self.changed.values()), list(self.removed), state)
        self.changed, self.removed = {}, set()
        self.deadline = time.perf_counter() + _SLICE
        return changes
