"""Debug containers: what the API server makes of a change of a pod's ``ephemeralcontainers``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from podboard.demo import managed
from podboard.demo.admission import check_containers, complete_container, ordered_spec
from podboard.demo.status import bad_request, invalid, unsupported_media_type

if TYPE_CHECKING:
    from podboard.demo.gojson import Object
    from podboard.demo.http_request import Request
    from podboard.demo.status import StatusError

_MERGE: Final = "application/merge-patch+json"
_STRATEGIC: Final = "application/strategic-merge-patch+json"
PATCHES: Final = (_MERGE, _STRATEGIC)
"""The forms of patches that are understood."""

_FIELD: Final = "spec.ephemeralContainers"
_NOT_FOR_THEM: Final = ("ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resources")


def asked_debuggers(pod: Object, request: Request) -> list[Any]:
    """Return the debug containers that a pod is to have by a patch or an update of the subresource.

    Raises:
        StatusError: The body is neither.
    """
    content_type = request.headers.get("content-type", "")
    if request.method == "PATCH" and content_type not in PATCHES:
        raise unsupported_media_type(*PATCHES)
    spec = request.json().get("spec")
    there: list[Object] = pod["spec"].get("ephemeralContainers", [])
    asked = spec.get("ephemeralContainers", there) if isinstance(spec, dict) else there
    if not isinstance(asked, list) or not all(isinstance(one, dict) for one in asked):
        raise bad_request(f"the object provided is unrecognized: {_FIELD} is no list of containers")
    if request.method != "PATCH" or content_type != _STRATEGIC:
        return asked
    changes = {one.get("name"): one for one in asked}
    merged = [{**one, **changes.pop(one["name"], {})} for one in there]
    return [*merged, *changes.values()]


def add_debuggers(pod: Object, asked: list[Any], manager: str, now: float) -> list[str]:
    """Give a pod its debug containers; return the names of the new ones.

    Args:
        pod: The caller's own, which is changed.
        asked: All that it is to have, those that it has among them.
        manager: By what name the caller is recorded.

    Raises:
        StatusError: They cannot be these: what is there stays as it is.
    """
    name, spec = pod["metadata"]["name"], pod["spec"]
    check_containers(name, {**spec, "ephemeralContainers": asked})
    complete = [complete_container(one) for one in asked]
    wanted = {one["name"]: one for one in complete}
    there = {one["name"]: one for one in spec.get("ephemeralContainers", [])}
    for known, container in there.items():
        if wanted.get(known) != container:
            what = "changed" if known in wanted else "removed"
            raise _forbidden(name, _FIELD, f'existing ephemeral containers "{known}" may not be {what}\n')
    targets = {one["name"] for one in spec["containers"]}
    for index, container in enumerate(complete):
        where = f"{_FIELD}[{index}]"
        if wrong := next((field for field in _NOT_FOR_THEM if container.get(field)), None):
            raise _forbidden(name, f"{where}.{wrong}", "cannot be set for an Ephemeral Container")
        if (target := container.get("targetContainerName")) and target not in targets:
            raise invalid("Pod", name, f"{where}.targetContainerName", f'Not found: "{target}"')
    new = [one for one in complete if one["name"] not in there]
    if new:
        pod["spec"] = ordered_spec({**spec, "ephemeralContainers": complete})
        pod["metadata"]["generation"] += 1
        entries, entry = pod["metadata"]["managedFields"], managed.by_debugger(new, manager, now)
        pod["metadata"]["managedFields"] = managed.replace(entries, entry)
    return [one["name"] for one in new]


def _forbidden(pod: str, field: str, why: str) -> StatusError:
    return invalid("Pod", pod, field, f"Forbidden: {why}", "FieldValueForbidden")
