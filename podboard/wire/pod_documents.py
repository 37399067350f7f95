"""Pages of a pod list and events of a pod watch, decoded from what the API server sends.

Source: ``v1.PodList`` and ``metav1.WatchEvent``, and recordings of a 1.36 server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from podboard.model.pod import Pod

if TYPE_CHECKING:
    from collections.abc import Iterator


class _ListMetadata(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    resource_version: str = ""
    continue_token: str = msgspec.field(name="continue", default="")
    remaining_item_count: int | None = None


class _PodList(msgspec.Struct, frozen=True, gc=False):
    # The pods stay undecoded at first: one that is odd must not spoil the others, and decoding
    # a page of large ones in one go would hold the event loop.
    items: tuple[msgspec.Raw, ...] | None
    metadata: _ListMetadata


class Page(Struct, frozen=True):
    """One page of a list.

    Attributes:
        resource_version: Of the list as a whole, where a watch goes on.
        continue_token: Asks for the next page; empty with the last.
        remaining: How many pods are on pages to come, as far as the server tells.
        documents: The pods, to be decoded one by one.
    """

    resource_version: str
    continue_token: str
    remaining: int
    documents: tuple[msgspec.Raw, ...]


def decode_page(body: bytes) -> Page | None:
    """Decode a page but for its pods; None where the body is no list or one that no watch can follow."""
    try:
        page = _decode_list(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    metadata = page.metadata
    if not metadata.resource_version:
        return None
    return Page(
        metadata.resource_version,
        metadata.continue_token,
        metadata.remaining_item_count or 0,
        page.items or (),
    )


def decode_pod(document: msgspec.Raw) -> Pod | None:
    """Decode one pod; None where it is none: a field of an unexpected type, or no name."""
    try:
        pod = _decode_pod(document)
    except (msgspec.DecodeError, RecursionError):
        return None
    return pod if pod.metadata.name else None


class Added(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="ADDED"):
    """A pod is new, or was there when the watch began."""

    object: Pod


class Modified(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="MODIFIED"):
    """A pod is different."""

    object: Pod


class Deleted(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="DELETED"):
    """A pod is gone; this is how it last was."""

    object: Pod


class Bookmark(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="BOOKMARK"):
    """A resource version to go on from; the pod it comes in has no name."""

    object: Pod


class WatchFailure(msgspec.Struct, frozen=True, gc=False):
    """The Status with which a server breaks a watch off."""

    code: int = 0
    message: str = ""


class Failed(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="ERROR"):
    """The server breaks the watch off; nothing follows."""

    object: WatchFailure


WatchEvent = Added | Modified | Deleted | Bookmark | Failed


def decode_event(line: bytes) -> WatchEvent | None:
    """Decode one line of a watch; None where it is no event."""
    try:
        event: WatchEvent = _decode_event(line)
    except (msgspec.DecodeError, RecursionError):
        return None
    return event


class Lines:
    """Splits a stream into lines, in whatever pieces it comes.

    Attributes:
        pending: Bytes kept of a line that is not complete yet. Nothing limits them here.
    """

    def __init__(self) -> None:
        self.pending = 0
        self._rest: list[bytes] = []

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take a piece; yield the lines that are complete now, without their newline, empty ones left out."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            if self._rest:
                line = b"".join((*self._rest, line))  # noqa: PLW2901 - the line is what it is now
                self._rest.clear()
                self.pending = 0
            if line:
                yield line
        if rest:
            self._rest.append(rest)
            self.pending += len(rest)


_decode_list = msgspec.json.Decoder(_PodList).decode
_decode_pod = msgspec.json.Decoder(Pod).decode
_decode_event: Any = msgspec.json.Decoder(WatchEvent).decode
