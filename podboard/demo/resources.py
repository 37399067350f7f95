"""Lists, objects and watches over HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from podboard.demo.debuggers import PATCHES, asked_debuggers
from podboard.demo.faults import LIST, WATCH
from podboard.demo.gojson import encode
from podboard.demo.http_request import JSON
from podboard.demo.kinds import DEPLOYMENT, POD
from podboard.demo.representation import Representation, choose_include, choose_shape
from podboard.demo.selectors import parse_selector
from podboard.demo.status import (
    StatusError,
    already_exists,
    bad_request,
    conflict,
    expired,
    invalid,
    method_not_allowed,
    not_found,
    unsupported_media_type,
)
from podboard.demo.watch import SLICE, Watch

if TYPE_CHECKING:
    from podboard.demo.control_plane import ControlPlane
    from podboard.demo.faults import Faults
    from podboard.demo.gojson import Object
    from podboard.demo.http_request import Request
    from podboard.demo.http_server import Exchange
    from podboard.demo.kinds import Kind
    from podboard.demo.selectors import Selector
    from podboard.demo.store import Document
    from podboard.demo.targets import Target

_EXACT, _NOT_OLDER = "Exact", "NotOlderThan"
_MOST_REPLICAS = 50


class Resources:
    """Serves the objects of the control plane.

    Attributes:
        stopping: Done when watches shall end in order.
        watches: Those that are open.
    """

    def __init__(self, plane: ControlPlane, faults: Faults) -> None:
        self._plane = plane
        self._faults = faults
        self.stopping: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.watches: set[Exchange] = set()

    async def serve(self, exchange: Exchange, kind: Kind, target: Target) -> None:
        """Answer a request for a resource that its user may ask for.

        Raises:
            StatusError: It cannot be done.
        """
        if target.subresource == "ephemeralcontainers" and kind is POD:
            await self._debuggers(exchange, target)
        elif target.subresource:
            if target.subresource != "scale" or kind is not DEPLOYMENT:
                raise method_not_allowed()
            await self._scale(exchange, target)
        elif target.verb == "list":
            await self._list(exchange, kind, target)
        elif target.verb == "watch":
            await self._watch(exchange, kind, target)
        elif target.verb == "get":
            await self._answer(exchange, kind, 200, self._find(kind, target))
        elif target.verb == "create" and kind is POD and not target.name:
            await self._create(exchange, target)
        elif target.verb == "delete" and kind is POD:
            await self._delete(exchange, target)
        else:
            raise method_not_allowed()

    def _find(self, kind: Kind, target: Target) -> Document:
        document = self._plane.store[kind].get(target.namespace if kind.namespaced else "", target.name)
        if document is None:
            raise not_found(kind.plural, target.name, kind.group)
        return document

    def _representation(self, request: Request, kind: Kind, *, of_list: bool = False) -> Representation:
        shape = choose_shape(request.headers.get("accept", ""), of_list=of_list)
        include = choose_include(request.parameter("includeObject"))
        return Representation(kind, shape, include, self._plane.agenda.now)

    async def _answer(self, exchange: Exchange, kind: Kind, status: int, document: Document) -> None:
        body = self._representation(exchange.request, kind).single(document)
        await exchange.answer(status, body + b"\n")

    async def _list(self, exchange: Exchange, kind: Kind, target: Target) -> None:
        request = exchange.request
        representation = self._representation(request, kind, of_list=True)
        token, limit = request.parameter("continue"), request.number("limit") or 0
        exact = _list_version(request, self._plane.store.version)
        if (token or exact is not None) and self._faults.find("gone", LIST) is not None:
            raise expired("The resourceVersion for the provided list is too old.")
        page = self._plane.store[kind].page(
            target.namespace, _selector(request, kind), max(limit, 0), token, exact
        )
        head, write, tail = representation.page(page)
        written = head + b",".join(map(write, page.documents[:SLICE]))
        for start in range(SLICE, len(page.documents), SLICE):
            if not exchange.answered:
                exchange.begin(200, JSON)
            await exchange.write(written)
            await asyncio.sleep(0)
            written = b"," + b",".join(map(write, page.documents[start : start + SLICE]))
        written += tail + b"\n"
        if exchange.answered:
            await exchange.write(written)
            exchange.end()
        else:
            await exchange.answer(200, written)

    async def _watch(self, exchange: Exchange, kind: Kind, target: Target) -> None:
        watch = Watch(
            exchange,
            self._plane.store,
            self._plane.store[kind],
            target.namespace if kind.namespaced else "",
            selector=_selector(exchange.request, kind, target.name),
            representation=self._representation(exchange.request, kind),
            expired=self._faults.find("gone", WATCH) is not None,
        )
        self.watches.add(exchange)
        try:
            self.drop_as_told(exchange)
            await watch.run(self.stopping)
        finally:
            self.watches.discard(exchange)

    def drop_as_told(self, watch: Exchange) -> None:
        """Cut a watch when the fault that does so has its time."""
        seconds = self._faults.find("drop-watch", WATCH)
        if seconds is not None:
            asyncio.get_running_loop().call_later(seconds, watch.cut)

    async def _create(self, exchange: Exchange, target: Target) -> None:
        request, namespace = exchange.request, target.namespace
        manifest = request.json()
        if manifest.get("kind") != "Pod":
            raise bad_request("the object provided is unrecognized: it is not a Pod")
        if not namespace or not self._plane.has_namespace(namespace):
            raise not_found("namespaces", namespace)
        metadata = manifest.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        if isinstance(name, str) and self._plane.store[POD].get(namespace, name) is not None:
            raise already_exists("pods", name)
        document = self._plane.create_pod(manifest, namespace, request.manager, dry_run=_is_dry(request))
        await self._answer(exchange, POD, 201, document)

    async def _delete(self, exchange: Exchange, target: Target) -> None:
        request, document = exchange.request, self._find(POD, target)
        options = request.json() if request.body else {}
        grace = request.number("gracePeriodSeconds")
        if grace is None and isinstance(options.get("gracePeriodSeconds"), int):
            grace = options["gracePeriodSeconds"]
        if grace is not None and grace < 0:
            raise invalid("Pod", target.name, "gracePeriodSeconds", "must be greater than or equal to 0")
        preconditions, uid = options.get("preconditions"), document.read()["metadata"]["uid"]
        wanted = preconditions.get("uid") if isinstance(preconditions, dict) else None
        if wanted not in (None, uid):
            why = f"Precondition failed: UID in precondition: {wanted}, UID in object meta: {uid}"
            raise conflict("pods", target.name, why)
        if not _is_dry(request, options):
            document = self._plane.delete_pod(target.namespace, target.name, grace)
        await self._answer(exchange, POD, 200, document)

    async def _debuggers(self, exchange: Exchange, target: Target) -> None:
        request, document = exchange.request, self._find(POD, target)
        if target.verb in ("patch", "update"):
            asked = asked_debuggers(document.read(), request)
            document = self._plane.add_debuggers(
                target.namespace, target.name, asked, request.manager, dry_run=_is_dry(request)
            )
        elif target.verb != "get":
            raise method_not_allowed()
        await self._answer(exchange, POD, 200, document)

    async def _scale(self, exchange: Exchange, target: Target) -> None:
        request = exchange.request
        deployment = self._find(DEPLOYMENT, target).read()
        if target.verb == "patch":
            if request.headers.get("content-type") not in PATCHES:
                raise unsupported_media_type(*PATCHES)
            spec = request.json().get("spec")
            replicas = spec.get("replicas") if isinstance(spec, dict) else None
            if not isinstance(replicas, int) or not 0 <= replicas <= _MOST_REPLICAS:
                raise invalid(
                    "Scale", target.name, "spec.replicas", f"must be a number from 0 to {_MOST_REPLICAS}"
                )
            if not _is_dry(request):
                deployment = self._plane.controllers.scale(deployment, replicas)
        elif target.verb != "get":
            raise method_not_allowed()
        await exchange.answer(200, encode(_scale(deployment)) + b"\n")


def _selector(request: Request, kind: Kind, name: str = "") -> Selector:
    fields = request.parameter("fieldSelector")
    if name:
        fields = ",".join(filter(None, (fields, f"metadata.name={name}")))
    return parse_selector(request.parameter("labelSelector"), fields, kind.field_names)


def _is_dry(request: Request, options: Object | None = None) -> bool:
    """Say whether a change is only to be tried, and not made."""
    return request.parameter("dryRun") == "All" or (options or {}).get("dryRun") == ["All"]


def _list_version(request: Request, newest: int) -> int | None:
    """Return the version a list is asked to be of, None if the newest will do.

    Raises:
        StatusError: The parameters contradict each other, or it does not exist yet.
    """
    text, match = request.parameter("resourceVersion"), request.parameter("resourceVersionMatch")
    if match not in ("", _EXACT, _NOT_OLDER):
        raise invalid("ListOptions", "", "resourceVersionMatch", f"Unsupported value: {match!r}")
    if request.parameter("continue"):
        if text not in ("", "0"):
            raise bad_request("specifying resource version is not allowed when using continue")
        return None
    if text and not text.isdecimal():
        raise bad_request(f"Invalid value: {text!r}: must be a resource version")
    version = int(text or 0)
    if version > newest:
        message = f"Timeout: Too large resource version: {version}, current: {newest}"
        cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
        raise StatusError(504, message, "Timeout", details={"causes": [cause], "retryAfterSeconds": 1})
    return version if match == _EXACT and version else None


def _scale(deployment: Object) -> Object:
    metadata, spec = deployment["metadata"], deployment["spec"]
    labels = spec["selector"]["matchLabels"]
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {
            name: metadata[name]
            for name in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
        },
        "spec": {"replicas": spec["replicas"]},
        "status": {
            "replicas": deployment["status"].get("replicas", 0),
            "selector": ",".join(f"{name}={value}" for name, value in sorted(labels.items())),
        },
    }
