"""The cluster's events: what scheduler, kubelet and controllers say about objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.demo.kinds import EVENT
from podboard.demo.names import new_uid
from podboard.demo.times import parse_rfc3339, rfc3339, rfc3339_micro

if TYPE_CHECKING:
    from podboard.demo.gojson import Object
    from podboard.demo.store import Store

LIFE_SECONDS: Final = 3600.0
"""The API server forgets an event after an hour."""

_SCHEDULER: Final = "default-scheduler"


class Happening(NamedTuple):
    """Something worth an event.

    Attributes:
        container: The container it is about, empty if it is about the whole object.
        kind: The field of the pod's spec that it is in.
    """

    reason: str
    message: str
    type: str = "Normal"
    container: str = ""
    kind: str = "containers"


class EventRecorder:
    """Writes events; the same thing happening again is counted, not written again."""

    def __init__(self, store: Store) -> None:
        self._events = store[EVENT]
        self._names: dict[tuple[str, str, str, str], str] = {}
        self._latest = 0

    def by_scheduler(self, pod: Object, what: Happening, now: float) -> None:
        """Record what the scheduler says: events of the newer form, with ``eventTime``."""
        event = self._new(_about("v1", "Pod", pod, what), what, now)
        event |= {
            "source": {},
            "firstTimestamp": None,
            "lastTimestamp": None,
            "type": what.type,
            "eventTime": rfc3339_micro(now),
            "action": "Binding" if what.type == "Normal" else "Scheduling",
            "reportingComponent": _SCHEDULER,
            "reportingInstance": f"{_SCHEDULER}-demo",
        }
        self._events.put(event)

    def by_kubelet(self, pod: Object, what: Happening, now: float) -> None:
        """Record what the kubelet of the pod's node says."""
        self._count(_about("v1", "Pod", pod, what), what, "kubelet", pod["spec"]["nodeName"], now)

    def by_controller(self, owner: Object, kind: str, api_version: str, what: Happening, now: float) -> None:
        """Record what a controller says about the object it looks after."""
        self._count(_about(api_version, kind, owner, what), what, f"{kind.lower()}-controller", "", now)

    def forget_old(self, now: float) -> None:
        """Delete events that have lived their hour."""
        old = [one for one in self._events.documents() if _last_seen(one.read()) < now - LIFE_SECONDS]
        for document in old:
            namespace, _, name = document.key.partition("/")
            self._events.delete(namespace, name)
        there = {document.key for document in self._events.documents()}
        self._names = {what: key for what, key in self._names.items() if key in there}

    def _count(self, about: Object, what: Happening, component: str, host: str, now: float) -> None:
        same = (about["uid"], about.get("fieldPath", ""), what.reason, what.message)
        namespace, _, name = self._names.get(same, "").partition("/")
        known = self._events.get(namespace, name) if name else None
        if known is not None:
            event = known.read()
            event["lastTimestamp"] = rfc3339(now)
            event["count"] += 1
        else:
            event = self._new(about, what, now)
            event |= {
                "source": {"component": component, **({"host": host} if host else {})},
                "firstTimestamp": rfc3339(now),
                "lastTimestamp": rfc3339(now),
                "count": 1,
                "type": what.type,
                "eventTime": None,
                "reportingComponent": component,
                "reportingInstance": host,
            }
        self._names[same] = self._events.put(event).key

    def _new(self, about: Object, what: Happening, now: float) -> Object:
        self._latest = max(self._latest + 1, int(now * 1_000_000_000))
        return {
            "metadata": {
                "name": f"{about['name']}.{self._latest:x}",
                "namespace": about.get("namespace", "default"),
                "uid": new_uid(),
                "resourceVersion": "",
                "creationTimestamp": rfc3339(now),
            },
            "involvedObject": about,
            "reason": what.reason,
            "message": what.message,
        }


def _about(api_version: str, kind: str, item: Object, what: Happening) -> Object:
    metadata = item["metadata"]
    about = {
        "kind": kind,
        "namespace": metadata.get("namespace", ""),
        "name": metadata["name"],
        "uid": metadata["uid"],
        "apiVersion": api_version,
        "resourceVersion": metadata["resourceVersion"],
    }
    if what.container:
        about["fieldPath"] = f"spec.{what.kind}{{{what.container}}}"
    return about


def _last_seen(event: Object) -> float:
    return parse_rfc3339(event.get("lastTimestamp") or event["eventTime"])
