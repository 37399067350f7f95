"""The cluster's memory: objects, their versions, what changed when, and the pages of long lists.

Versions are one counter over all kinds, as in etcd. Every change keeps what was there before it, so
the state at any version that is not too old can be told: pages of one list agree with each other.
"""

from __future__ import annotations

import asyncio
import base64
from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from podboard.demo.gojson import decode_object, encode
from podboard.demo.selectors import EVERYTHING
from podboard.demo.status import bad_request, expired

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from podboard.demo.gojson import Object
    from podboard.demo.kinds import Kind
    from podboard.demo.selectors import Selector

HISTORY_LIMIT: Final = 100_000
"""Changes of one kind that are remembered, at most: a whole crowd's coming among them."""

HISTORY_BYTES: Final = 32 * 1024 * 1024
"""How much the objects in them may take, at most; half is forgotten when it is reached."""

INCONSISTENT: Final = -1
"""The version in a ``continue`` token that promises nothing but progress."""


class Document:
    """One version of one object.

    Attributes:
        key: Its place in the order of lists: namespace and name with a slash between, or the name alone.
    """

    __slots__ = ("_body", "_fields", "key", "labels", "version")

    def __init__(
        self, key: str, version: int, body: bytes, labels: Mapping[str, str], fields: Mapping[str, str]
    ) -> None:
        self.key = key
        self.version = version
        self.labels = labels
        self._body = body
        self._fields = fields

    @property
    def body(self) -> bytes:
        """Return its JSON without its ``kind`` and ``apiVersion``, as it stands in lists."""
        return self._body

    @property
    def fields(self) -> Mapping[str, str]:
        """Return what it can be selected by besides its labels."""
        return self._fields

    @property
    def weight(self) -> int:
        """Return how many bytes of JSON it keeps."""
        return len(self._body)

    def read(self) -> Object:
        """Return the object, the caller's own to change, without ``kind`` and ``apiVersion``."""
        return decode_object(self.body)


class Change(NamedTuple):
    """Something that happened to one object.

    Attributes:
        after: Its new version; for a deletion the last one, with the version of the deletion.
        before: What was there, None if nothing was.
        deleted: Whether nothing is there any more.
    """

    version: int
    after: Document
    before: Document | None
    deleted: bool


class Page(NamedTuple):
    """A part of a list.

    Attributes:
        continue_token: Empty on the last page.
        remaining: How many are left after this page; None where a selector makes that unknown.
    """

    version: int
    documents: list[Document]
    continue_token: str
    remaining: int | None


def key_of(namespace: str, name: str) -> str:
    """Return the key of an object; the namespace of a cluster-wide one is empty."""
    return f"{namespace}/{name}" if namespace else name


class Collection:
    """All objects of one kind, and what lately happened to them."""

    def __init__(self, kind: Kind, store: Store) -> None:
        self.kind = kind
        self._store = store
        self._keys: list[str] = []
        self._documents: dict[str, Document] = {}
        self._history: list[Change] = []
        self._weight = 0
        self._forgotten = 0  # the version of the last change that is not remembered
        self._waiting: set[asyncio.Future[None]] = set()

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def oldest(self) -> int:
        """Return the oldest version whose state can still be told."""
        return self._forgotten

    def get(self, namespace: str, name: str) -> Document | None:
        """Return an object's newest version, None if there is none."""
        return self._documents.get(key_of(namespace, name))

    def documents(self, namespace: str = "", selector: Selector = EVERYTHING) -> Iterator[Document]:
        """Yield what is there, in the order of lists; nothing may change meanwhile."""
        for key in self._range(self._keys, namespace):
            document = self._documents[key]
            if selector.matches(document):
                yield document

    def put(self, item: Object) -> Document:
        """Keep a new object or a new version of one; its ``resourceVersion`` is set here."""
        version = self._store.next_version()
        metadata = item["metadata"]
        metadata["resourceVersion"] = str(version)
        document = Document(
            key_of(metadata.get("namespace", ""), metadata["name"]),
            version,
            encode(item),
            dict(metadata.get("labels", {})),
            self.kind.fields(item),
        )
        self.put_document(document)
        return document

    def put_document(self, document: Document) -> None:
        """Keep an object that was written elsewhere, under a version of this store."""
        before = self._documents.get(document.key)
        if before is None:
            insort(self._keys, document.key)
        self._documents[document.key] = document
        self._remember(Change(document.version, document, before, deleted=False))

    def delete(self, namespace: str, name: str) -> Document | None:
        """Forget an object; return its last version, None if there was none."""
        key = key_of(namespace, name)
        before = self._documents.pop(key, None)
        if before is None:
            return None
        del self._keys[bisect_left(self._keys, key)]
        version = self._store.next_version()
        item = before.read()
        item["metadata"]["resourceVersion"] = str(version)
        last = Document(key, version, encode(item), before.labels, before.fields)
        self._remember(Change(version, last, before, deleted=True))
        return last

    def compact(self) -> None:
        """Forget all history: older versions are gone from now on."""
        if self._history:
            self._forget(len(self._history))

    def changes_after(self, version: int) -> list[Change]:
        """Return what happened after a version that is not too old."""
        return self._history[bisect_right(self._history, version, key=lambda change: change.version) :]

    async def changed(self, version: int) -> None:
        """Wait until something has happened after this version."""
        if self._history and self._history[-1].version > version:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)

    def page(
        self, namespace: str, selector: Selector, limit: int, token: str, exact_version: int | None
    ) -> Page:
        """Return a list, or a page of one.

        Args:
            limit: 0 for all.
            token: Where the page before ended; empty for the first.
            exact_version: The version to tell the state of; None for the newest.

        Raises:
            StatusError: The token is none, or the version is gone.
        """
        version, start = exact_version, ""
        if token:
            version, start = read_token(token)
            if version == INCONSISTENT:
                version = None
            elif version < self._forgotten:
                raise _expired_token(start)
        elif version is not None and version < self._forgotten:
            raise expired("The resourceVersion for the provided list is too old.")
        told = self._store.version if version is None else version
        keys, then = self._keys_at(version, namespace)
        first = bisect_left(keys, key_of(namespace, start)) if start else 0
        found: list[Document] = []
        for position in range(first, len(keys)):
            document = then.get(keys[position]) or self._documents[keys[position]]
            if not selector.matches(document):
                continue
            if limit and len(found) == limit:
                remaining = len(keys) - position if selector == EVERYTHING else None
                last = found[-1].key.removeprefix(f"{namespace}/") if namespace else found[-1].key
                return Page(told, found, write_token(told, f"/{last}\0"), remaining)
            found.append(document)
        return Page(told, found, "", None)

    def _keys_at(self, version: int | None, namespace: str) -> tuple[list[str], dict[str, Document | None]]:
        """Return which objects there were at a version, and those of them that were not what they are now.

        That is found by undoing what happened after the version.
        """
        keys = self._range(self._keys, namespace)
        later = [] if version is None else self.changes_after(version)
        if not later:
            return keys, {}
        then: dict[str, Document | None] = {change.after.key: change.before for change in reversed(later)}
        there = set(keys).difference(then)
        there.update(key for key in self._range(sorted(then), namespace) if then[key] is not None)
        return sorted(there), then

    def _remember(self, change: Change) -> None:
        self._history.append(change)
        self._weight += change.after.weight
        if len(self._history) > HISTORY_LIMIT or self._weight > HISTORY_BYTES:
            self._forget(len(self._history) // 2)
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    def _forget(self, count: int) -> None:
        """Forget the oldest changes."""
        self._forgotten = self._history[count - 1].version
        self._weight -= sum(change.after.weight for change in self._history[:count])
        del self._history[:count]

    @staticmethod
    def _range(keys: list[str], namespace: str) -> list[str]:
        if not namespace:
            return keys
        after_slash = chr(ord("/") + 1)
        return keys[bisect_left(keys, f"{namespace}/") : bisect_left(keys, f"{namespace}{after_slash}")]


class Store:
    """Collections of all kinds, under one count of versions.

    Attributes:
        version: The newest.
    """

    def __init__(self, kinds: tuple[Kind, ...]) -> None:
        self.version = 0
        self._collections = {kind: Collection(kind, self) for kind in kinds}

    def __getitem__(self, kind: Kind) -> Collection:
        return self._collections[kind]

    def next_version(self) -> int:
        """Count one more version."""
        self.version += 1
        return self.version

    def compact(self) -> None:
        """Forget the history of everything."""
        for collection in self._collections.values():
            collection.compact()


class _Token(msgspec.Struct):
    """What a ``continue`` token says, by the names the API server uses."""

    v: Literal["meta.k8s.io/v1"]
    rv: int
    start: str


def write_token(version: int, start: str) -> str:
    """Write a ``continue`` token in the API server's own form."""
    text = encode(_Token("meta.k8s.io/v1", version, start))
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def read_token(token: str) -> tuple[int, str]:
    """Read a token's version and the key its list goes on from.

    Raises:
        StatusError: It is not one that this server writes.
    """
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        content = msgspec.json.decode(text, type=_Token)
    except ValueError:
        raise bad_request("continue key is not valid: it was not made by this server") from None
    return content.rv, content.start.removeprefix("/")


def _expired_token(start: str) -> Exception:
    message = (
        "The provided continue parameter is too old to display a consistent list result. "
        "You can start a new list without the continue parameter, or use the continue token in this "
        "response to retrieve the remainder of the results. Continuing with the provided token results "
        "in an inconsistent list - objects that were created, modified, or deleted between the time the "
        "first chunk was returned and now may show up in the list."
    )
    return expired(message, write_token(INCONSISTENT, start))
