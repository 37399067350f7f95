"""``metadata.managedFields``: who set which field.

No client of podboard reads them, yet they are a third of a real pod's bytes; a pod without them would
make every list lighter here than it is in life.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from podboard.demo.times import rfc3339

if TYPE_CHECKING:
    from podboard.demo.gojson import Object

_SET_BY_ADMISSION: Final = frozenset(
    {
        "volumes",
        "volumeMounts",
        "tolerations",
        "serviceAccount",
        "serviceAccountName",
        "priority",
        "preemptionPolicy",
    }
)
"""Fields that the server's own plugins set in every pod; they are told of as nobody's."""

_REQUIRED_LISTS: Final = frozenset({"containers"})
_KEYS: Final = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "ports": ("containerPort", "protocol"),
}
"""Lists whose items are told apart by some of their fields; all other lists are set as a whole."""

_WHOLE: Final = frozenset({"nodeSelector", "command", "args", "affinity"})


def by_creator(item: Object, manager: str, now: float) -> Object:
    """Return the entry of who created a pod: all that was not added by the server."""
    metadata = item["metadata"]
    fields: Object = {}
    told: Object = {}
    for name in ("annotations", "labels"):
        if metadata.get(name):
            told[f"f:{name}"] = {".": {}, **{f"f:{key}": {} for key in sorted(metadata[name])}}
    if "generateName" in metadata:
        told["f:generateName"] = {}
    if "ownerReferences" in metadata:
        owners: Object = {f"k:{_json({'uid': owner['uid']})}": {} for owner in metadata["ownerReferences"]}
        told["f:ownerReferences"] = {".": {}, **owners}
    if told:
        fields["f:metadata"] = told
    fields["f:spec"] = fields_of(item["spec"], top=True)
    return _entry(manager, item.get("apiVersion", "v1"), now, fields)


def by_kubelet(status: Object, now: float) -> Object:
    """Return the entry of the kubelet, which sets a pod's status."""
    fields: Object = {}
    conditions: Object = {}
    for condition in status.get("conditions", []):
        key = f"k:{_json({'type': condition['type']})}"
        if condition["type"] == "PodScheduled":
            conditions[key] = {"f:observedGeneration": {}}
        else:
            conditions[key] = {".": {}, **{f"f:{name}": {} for name in sorted(condition)}}
    for name, value in status.items():
        if name == "conditions":
            fields["f:conditions"] = dict(sorted(conditions.items()))
        elif name == "podIPs":
            ips: Object = {f"k:{_json({'ip': one['ip']})}": {".": {}, "f:ip": {}} for one in value}
            fields["f:podIPs"] = {".": {}, **ips}
        elif name == "resources":
            fields["f:resources"] = fields_of(value, top=not value)
        elif name != "qosClass" and not (name == "phase" and value == "Pending"):
            fields[f"f:{name}"] = {}
    return {
        **_entry("kubelet", "v1", now, {"f:status": dict(sorted(fields.items()))}),
        "subresource": "status",
    }


def by_scheduler(now: float) -> Object:
    """Return the entry of the scheduler on a pod for which it found no node."""
    names = (
        "lastProbeTime",
        "lastTransitionTime",
        "message",
        "observedGeneration",
        "reason",
        "status",
        "type",
    )
    condition: Object = {".": {}, **{f"f:{name}": {} for name in names}}
    fields = {"f:status": {"f:conditions": {".": {}, 'k:{"type":"PodScheduled"}': condition}}}
    return {**_entry("kube-scheduler", "v1", now, fields), "subresource": "status"}


def by_debugger(containers: list[Object], manager: str, now: float) -> Object:
    """Return the entry of who added debug containers to a pod."""
    fields = {"f:spec": fields_of({"ephemeralContainers": containers}, top=True)}
    return {**_entry(manager, "v1", now, fields), "subresource": "ephemeralcontainers"}


def by_caller(item: Object, manager: str, api_version: str, now: float) -> Object:
    """Return the entry of who posted an object of plain fields, such as a review."""
    fields = {f"f:{name}": fields_of(value, top=True) for name, value in item.items()}
    return _entry(manager, api_version, now, fields)


def replace(entries: list[Object], entry: Object) -> list[Object]:
    """Put a manager's newest entry in place of its last; the server's order is by time, then name."""
    same = (entry["manager"], entry.get("subresource"))
    others = [one for one in entries if (one["manager"], one.get("subresource")) != same]
    return sorted([*others, entry], key=lambda one: (one["time"], one["manager"]))


def fields_of(value: Any, *, top: bool = False, name: str = "") -> Object:
    """Write which fields a value has.

    Args:
        top: Whether the value itself is always there, and so not told of.
        name: The field that holds it.
    """
    told: Object = {} if top else {".": {}}
    if isinstance(value, dict):
        if not value or name in _WHOLE:
            return {}
        for key in sorted(value.keys() - _SET_BY_ADMISSION):
            told[f"f:{key}"] = fields_of(value[key], name=key, top=key in _REQUIRED_LISTS)
        return told
    if isinstance(value, list) and name in _KEYS:
        for one in value:
            key = _json({part: one[part] for part in _KEYS[name] if part in one})
            told[f"k:{key}"] = fields_of(one)
        return told
    return {}


def _entry(manager: str, api_version: str, now: float, fields: Object) -> Object:
    return {
        "manager": manager,
        "operation": "Update",
        "apiVersion": api_version,
        "time": rfc3339(now),
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }


def _json(value: Object) -> str:
    return json.dumps(value, separators=(",", ":"))
