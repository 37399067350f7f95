"""How objects are written for a client: whole, as metadata or as a Table; alone, in lists, in watches."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from podboard.demo.gojson import encode
from podboard.demo.kinds import POD
from podboard.demo.printers import PRINTERS
from podboard.demo.status import bad_request, not_acceptable

if TYPE_CHECKING:
    from collections.abc import Callable

    from podboard.demo.gojson import Object
    from podboard.demo.kinds import Kind
    from podboard.demo.store import Document, Page

_META: Final = "meta.k8s.io/v1"
_FINISHED: Final = {
    "Succeeded": ("Succeeded", "The pod has completed successfully."),
    "Failed": ("Failed", "The pod failed."),
}
_INCLUDABLE: Final = ("Metadata", "Object", "None")


class Shape(Enum):
    """What a client asks objects to be written as."""

    WHOLE = "as they are"
    METADATA = "PartialObjectMetadata"
    TABLE = "Table"


class Representation:
    """Writes one kind's objects as one client wants them.

    Args:
        include: What of its object a Table's row carries: ``Metadata``, ``Object`` or ``None``.
        now: Tells the moment, for ages.
    """

    def __init__(self, kind: Kind, shape: Shape, include: str, now: Callable[[], float]) -> None:
        self._kind = kind
        self._shape = shape
        self._include = include
        self._now = now

    def single(self, document: Document) -> bytes:
        """Write one object."""
        if self._shape is Shape.WHOLE:
            return self._whole(document.body)
        item = document.read()
        if self._shape is Shape.METADATA:
            return encode(_partial(item))
        return self._table({"resourceVersion": str(document.version)}, [document], first=True)

    def page(self, page: Page) -> tuple[bytes, Callable[[Document], bytes], bytes]:
        """Return what comes before a list's items, how each is written, and what comes after them."""
        metadata: Object = {"resourceVersion": str(page.version)}
        if page.continue_token:
            metadata["continue"] = page.continue_token
            if page.remaining is not None:
                metadata["remainingItemCount"] = page.remaining
        if self._shape is Shape.TABLE:
            return self._table_head(metadata, first=True), self._row, b"]}"
        if self._shape is Shape.METADATA:
            kind, version = "PartialObjectMetadataList", _META
        else:
            kind, version = f"{self._kind.kind}List", self._kind.api_version
        head = encode({"kind": kind, "apiVersion": version, "metadata": metadata})
        write = self._item if self._shape is Shape.WHOLE else self.single
        return head[:-1] + b',"items":[', write, b"]}"

    def event(self, kind: str, document: Document, *, first: bool) -> bytes:
        """Write a watch's line; a Table defines its columns in the ``first`` only."""
        if self._shape is Shape.TABLE:
            shown = self._table({"resourceVersion": str(document.version)}, [document], first=first)
        else:
            shown = self.single(document)
        return b'{"type":"%b","object":%b}\n' % (kind.encode(), shown)

    def bookmark(self, version: int, *, first: bool, ends_list: bool = False) -> bytes:
        """Write a bookmark: an object of nothing but a version."""
        metadata: Object = {"resourceVersion": str(version)}
        if ends_list:
            metadata["annotations"] = {"k8s.io/initial-events-end": "true"}
        item = {"metadata": metadata, **self._kind.blank}
        if self._shape is Shape.WHOLE:
            shown = self._whole(encode(item))
        elif self._shape is Shape.METADATA:
            shown = encode(_partial(item))
        else:
            head = self._table_head({"resourceVersion": str(version)}, first=first)
            shown = b"%b%b]}" % (head, encode(self._row_of(item)))
        return b'{"type":"BOOKMARK","object":%b}\n' % shown

    def _whole(self, body: bytes) -> bytes:
        return self._kind.heading + body[1:]

    @staticmethod
    def _item(document: Document) -> bytes:
        return document.body

    def _table(self, metadata: Object, documents: list[Document], *, first: bool) -> bytes:
        rows = b",".join(self._row(document) for document in documents)
        return b"%b%b]}" % (self._table_head(metadata, first=first), rows)

    def _table_head(self, metadata: Object, *, first: bool) -> bytes:
        columns = [column.definition() for column in PRINTERS[self._kind].columns] if first else None
        table = {"kind": "Table", "apiVersion": _META, "metadata": metadata, "columnDefinitions": columns}
        return encode(table)[:-1] + b',"rows":['

    def _row(self, document: Document) -> bytes:
        return encode(self._row_of(document.read()))

    def _row_of(self, item: Object) -> Object:
        row: Object = {"cells": PRINTERS[self._kind].cells(item, self._now())}
        if self._kind is POD and (finished := _FINISHED.get(item["status"].get("phase", ""))) is not None:
            reason, message = finished
            row["conditions"] = [
                {"type": "Completed", "status": "True", "reason": reason, "message": message}
            ]
        if self._include == "Metadata":
            row["object"] = _partial(item)
        elif self._include == "Object":
            row["object"] = {"kind": self._kind.kind, "apiVersion": self._kind.api_version, **item}
        else:
            row["object"] = None
        return row


def choose_shape(accept: str, *, of_list: bool) -> Shape:
    """Choose how to write objects, from an ``Accept`` header: the first form that can be served.

    Args:
        of_list: Whether a list is asked for, which has another name as metadata.

    Raises:
        StatusError: None of them can.
    """
    metadata_name = "PartialObjectMetadataList" if of_list else "PartialObjectMetadata"
    names = {"Table": Shape.TABLE, metadata_name: Shape.METADATA, "PartialObjectMetadata": Shape.METADATA}
    for choice in accept.split(",") if accept.strip() else ["*/*"]:
        media_type, *parameters = (part.strip() for part in choice.split(";"))
        if media_type not in {"application/json", "application/*", "*/*"}:
            continue
        told = dict(parameter.partition("=")[::2] for parameter in parameters)
        if "as" not in told:
            return Shape.WHOLE
        if told["as"] in names and (told.get("g"), told.get("v")) == ("meta.k8s.io", "v1"):
            return names[told["as"]]
    raise not_acceptable()


def choose_include(text: str) -> str:
    """Read ``includeObject``.

    Raises:
        StatusError: It is none of its three values.
    """
    if (text or "Metadata") not in _INCLUDABLE:
        raise bad_request(f"unrecognized includeObject value: {text!r}")
    return text or "Metadata"


def _partial(item: Object) -> Object:
    return {"kind": "PartialObjectMetadata", "apiVersion": _META, "metadata": item["metadata"]}
