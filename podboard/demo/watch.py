"""One watch over HTTP: a line for everything that happens, until its time is up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from podboard.demo.gojson import encode
from podboard.demo.http_request import JSON
from podboard.demo.status import bad_request, expired, invalid

if TYPE_CHECKING:
    from podboard.demo.http_request import Request
    from podboard.demo.http_server import Exchange
    from podboard.demo.representation import Representation
    from podboard.demo.selectors import Selector
    from podboard.demo.status import StatusError
    from podboard.demo.store import Change, Collection, Document, Store

SLICE: Final = 500
"""Items written before others get their turn: a list of 50,000 must not hold up a terminal."""

_USUAL_SECONDS: Final = 3000.0
"""How long a watch lasts that names no time; a real server takes 30 to 60 minutes by lot."""

_BOOKMARK_SECONDS: Final = 60.0
_LAST_BOOKMARK_SECONDS: Final = 1.5
"""How long before its end a watch gets its last bookmark."""


class Watch:
    """One client's watch of one collection.

    Args:
        namespace: Empty for all of them.
        expired: Whether any version it begins from counts as too old; a fault.
    """

    def __init__(
        self,
        exchange: Exchange,
        store: Store,
        collection: Collection,
        namespace: str,
        *,
        selector: Selector,
        representation: Representation,
        expired: bool,
    ) -> None:
        request = exchange.request
        self._exchange = exchange
        self._store = store
        self._collection = collection
        self._namespace = namespace
        self._selector = selector
        self._representation = representation
        self._expired = expired
        self._bookmarks = request.flag("allowWatchBookmarks")
        self._seconds = float(request.number("timeoutSeconds") or _USUAL_SECONDS)
        self._from = _version(request)
        self._tells_list_end = request.flag("sendInitialEvents")
        if self._tells_list_end:
            _check_streaming(request)
        self._first = True

    async def run(self, stopping: asyncio.Future[None]) -> None:
        """Write what happens until the time is up, the client leaves, or the server stops in order."""
        self._exchange.begin(200, JSON)
        if self._from and (self._expired or self._from < self._collection.oldest):
            failure = expired(f"too old resource version: {self._from} ({self._collection.oldest})")
            await self._exchange.write(b'{"type":"ERROR","object":%b}\n' % encode(failure.status()))
            self._exchange.end()
            return
        position = self._from
        if not position or self._tells_list_end:
            position = max(position, await self._write_list())
        await self._write_changes(position, stopping)
        self._exchange.end()

    async def _write_list(self) -> int:
        """Write what is there as additions; return the version of that."""
        version = self._store.version
        documents = list(self._collection.documents(self._namespace, self._selector))
        for start in range(0, len(documents), SLICE):
            await self._write(*(self._line("ADDED", one) for one in documents[start : start + SLICE]))
            await asyncio.sleep(0)
        if self._tells_list_end and self._bookmarks:
            await self._write_bookmark(version, ends_list=True)
        return version

    async def _write_changes(self, position: int, stopping: asyncio.Future[None]) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + self._seconds
        last_bookmark = end - _LAST_BOOKMARK_SECONDS
        bookmark_at = min(last_bookmark, loop.time() + _BOOKMARK_SECONDS)
        while not stopping.done() and (now := loop.time()) < end:
            if position < self._collection.oldest:  # it fell too far behind; a real server cuts it off
                return
            position = await self._write_after(position)
            if now >= bookmark_at:
                await self._mark(position)
                bookmark_at = (
                    min(last_bookmark, now + _BOOKMARK_SECONDS) if now < last_bookmark else end + 1.0
                )
            await self._wait(position, stopping, min(end, bookmark_at) - loop.time())
        if stopping.done():
            await self._mark(await self._write_after(position))

    async def _wait(self, position: int, stopping: asyncio.Future[None], seconds: float) -> None:
        changed = asyncio.ensure_future(self._collection.changed(position))
        try:
            await asyncio.wait(
                {changed, stopping}, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            changed.cancel()

    async def _write_after(self, position: int) -> int:
        """Write what happened after a version; return the version of the last of it."""
        changes = self._collection.changes_after(position)
        for start in range(0, len(changes), SLICE):
            part = changes[start : start + SLICE]
            await self._write(*filter(None, map(self._line_of, part)))
            position = part[-1].version
            await asyncio.sleep(0)
        return position

    async def _mark(self, position: int) -> None:
        if self._bookmarks and position <= self._store.version:
            await self._write_bookmark(position)

    async def _write_bookmark(self, version: int, *, ends_list: bool = False) -> None:
        line = self._representation.bookmark(version, first=self._first, ends_list=ends_list)
        self._first = False
        await self._write(line)

    def _line_of(self, change: Change) -> bytes | None:
        """Write a change as this watch sees it: an object may come into its selection, or fall out of it."""
        after, before = change.after, change.before
        if self._namespace and not after.key.startswith(f"{self._namespace}/"):
            return None
        was = before is not None and self._selector.matches(before)
        is_there = not change.deleted and self._selector.matches(after)
        if is_there:
            return self._line("MODIFIED" if was else "ADDED", after)
        return self._line("DELETED", after) if was else None

    def _line(self, kind: str, document: Document) -> bytes:
        line = self._representation.event(kind, document, first=self._first)
        self._first = False
        return line

    async def _write(self, *lines: bytes) -> None:
        await self._exchange.write(b"".join(lines))


def _version(request: Request) -> int:
    text = request.parameter("resourceVersion")
    if not text.isdecimal() and text:
        raise bad_request(f"Invalid value: {text!r}: must be a resource version")
    return int(text or 0)


def _check_streaming(request: Request) -> None:
    if request.parameter("resourceVersionMatch") != "NotOlderThan" or not request.flag("allowWatchBookmarks"):
        raise _streaming_forbidden()


def _streaming_forbidden() -> StatusError:
    why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan and allowing bookmarks"
    return invalid("ListOptions", "", "sendInitialEvents", why)
