"""A pod's status through its life, as scheduler and kubelet write it.

Each function changes a pod that is the caller's own, at a moment that may lie in the past; so the same
words tell what happens now and what happened before the cluster was started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from podboard.demo import managed
from podboard.demo.names import container_id, digest, full_image_name
from podboard.demo.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podboard.demo.gojson import Object
    from podboard.demo.images import Exit

_NO_LIMIT: Final = {"limits": {"memory": "9007199254740988Ki"}}
"""What the kubelet reads from a cgroup without a memory limit: 2**63 bytes less a page."""

_FIELDS: Final = ("initContainers", "containers", "ephemeralContainers")
"""Where a spec has containers."""

_STATUS_ORDER: Final = (
    "observedGeneration",
    "phase",
    "conditions",
    "message",
    "reason",
    "hostIP",
    "hostIPs",
    "podIP",
    "podIPs",
    "startTime",
    "initContainerStatuses",
    "containerStatuses",
    "qosClass",
    "ephemeralContainerStatuses",
    "resources",
)
_CONTAINER_ORDER: Final = (
    "name",
    "state",
    "lastState",
    "ready",
    "restartCount",
    "image",
    "imageID",
    "containerID",
    "started",
    "allocatedResources",
    "resources",
    "volumeMounts",
    "user",
)


def scheduled(pod: Object, node: str, now: float) -> None:
    """Bind the pod to a node."""
    pod["spec"]["nodeName"] = node
    _set_condition(pod, "PodScheduled", now, holds=True)


def unschedulable(pod: Object, message: str, now: float) -> None:
    """Say that no node will do."""
    _set_condition(pod, "PodScheduled", now, holds=False, reason="Unschedulable", message=message)
    _condition(pod, "PodScheduled")["observedGeneration"] = pod["metadata"]["generation"]
    _put_in_order(pod)
    entries = pod["metadata"]["managedFields"]
    pod["metadata"]["managedFields"] = managed.replace(entries, managed.by_scheduler(now))


def accepted(pod: Object, host_ip: str, now: float) -> None:
    """Tell of a pod whose node has just heard of it: its containers are waiting."""
    spec, status = pod["spec"], pod["status"]
    status |= {
        "hostIP": host_ip,
        "hostIPs": [{"ip": host_ip}],
        "startTime": rfc3339(now),
        "resources": {},
    }
    waiting = "PodInitializing" if spec.get("initContainers") else "ContainerCreating"
    status["containerStatuses"] = [_waiting(one, waiting) for one in spec["containers"]]
    if spec.get("initContainers"):
        status["initContainerStatuses"] = [_waiting(one, waiting) for one in spec["initContainers"]]
    _set_condition(pod, "PodReadyToStartContainers", now, holds=False)
    refresh(pod, now)


def sandbox_made(pod: Object, now: float) -> None:
    """Tell of a pod whose network is up."""
    _set_condition(pod, "PodReadyToStartContainers", now, holds=True)
    refresh(pod, now)


def has_ip(pod: Object, ip: str) -> None:
    """Give the pod its address; told together with what comes next."""
    pod["status"] |= {"podIP": ip, "podIPs": [{"ip": ip}]}


def started(pod: Object, container: str, now: float, *, ready: bool) -> None:
    """Tell of a container that runs; one that has run before is restarted by that."""
    status, spec = container_status(pod, container), container_spec(pod, container)
    before = status["state"].get("terminated") or status["lastState"].get("terminated")
    if before is not None:
        status["lastState"] = {"terminated": before}
        status["restartCount"] += 1
    user = spec.get("securityContext", {}).get("runAsUser", 0)
    resources = spec["resources"]
    debugs = is_debugger(pod, container)
    status |= {
        "state": {"running": {"startedAt": rfc3339(now)}},
        "ready": ready and not debugs,
        **({} if debugs else {"started": True}),
        "image": full_image_name(spec["image"]),
        "imageID": f"sha256:{digest(spec['image'])}",
        "containerID": container_id(),
        "resources": resources,
        "user": {"linux": {"uid": user, "gid": 0, "supplementalGroups": [0]}},
    }
    if resources.get("requests"):
        status["allocatedResources"] = resources["requests"]
    _put_container_in_order(status)
    refresh(pod, now)


def ready(pod: Object, container: str, now: float) -> None:
    """Tell of a running container that has become ready."""
    container_status(pod, container)["ready"] = True
    refresh(pod, now)


def ended(pod: Object, container: str, ending: Exit, now: float) -> None:
    """Tell of a container whose process has ended."""
    status = container_status(pod, container)
    status["state"] = {
        "terminated": {
            "exitCode": ending.code,
            "reason": ending.word,
            "startedAt": status["state"]["running"]["startedAt"],
            "finishedAt": rfc3339(now),
            "containerID": status["containerID"],
        }
    }
    done = ending.code == 0 and any(one["name"] == container for one in pod["spec"].get("initContainers", []))
    status |= {"ready": done, **({} if is_debugger(pod, container) else {"started": False})}
    refresh(pod, now)


def backing_off(pod: Object, container: str, seconds: int, now: float) -> None:
    """Tell of a container that has to wait before it is started again."""
    status, metadata = container_status(pod, container), pod["metadata"]
    full_name = f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"
    wait = _go_duration(seconds)
    status["lastState"] = {"terminated": status["state"]["terminated"]}
    status["state"] = {
        "waiting": {
            "reason": "CrashLoopBackOff",
            "message": f"back-off {wait} restarting failed container={container} pod={full_name}",
        }
    }
    refresh(pod, now)


def image_missing(pod: Object, container: str, reason: str, message: str, now: float) -> None:
    """Tell of a container that cannot start for want of its image."""
    container_status(pod, container)["state"] = {"waiting": {"reason": reason, "message": message}}
    refresh(pod, now)


def debugger_accepted(pod: Object, container: str, now: float) -> None:
    """Tell of a debug container of which its node has just heard."""
    waiting = {
        "name": container,
        "state": {"waiting": {"reason": "ContainerCreating"}},
        "lastState": {},
        "ready": False,
        "restartCount": 0,
        "image": container_spec(pod, container)["image"],
        "imageID": "",
    }
    pod["status"].setdefault("ephemeralContainerStatuses", []).append(waiting)
    refresh(pod, now)


def resynced(pod: Object, now: float) -> None:
    """Tell of a pod the kubelet has looked at once more: it has read the limits by then."""
    pod["status"]["resources"] = _NO_LIMIT
    refresh(pod, now)


def refresh(pod: Object, now: float) -> None:
    """Work out phase and conditions from the containers' states."""
    status = pod["status"]
    status["observedGeneration"] = pod["metadata"]["generation"]
    status["phase"] = phase = _phase(pod)
    uninitialized = [
        one["name"] for one in status.get("initContainerStatuses", []) if not _past_init(pod, one)
    ]
    unready = [
        one["name"] for one in (*_sidecar_statuses(pod), *status["containerStatuses"]) if not one["ready"]
    ]
    final = {"Succeeded": "PodCompleted", "Failed": "PodFailed"}.get(phase)
    if final is not None:
        _set_condition(pod, "PodReadyToStartContainers", now, holds=False)
        reason = final if phase == "Succeeded" else ""
        _set_condition(pod, "Initialized", now, holds=True, reason=reason)
        for name in ("Ready", "ContainersReady"):
            _set_condition(pod, name, now, holds=False, reason=final)
        if phase == "Succeeded":  # its network has been taken down
            status.pop("podIP", None)
            status.pop("podIPs", None)
    else:
        incomplete = (
            f"containers with incomplete status: [{' '.join(uninitialized)}]" if uninitialized else ""
        )
        _set_condition(
            pod,
            "Initialized",
            now,
            holds=not uninitialized,
            reason=_unless_empty(incomplete, "ContainersNotInitialized"),
            message=incomplete,
        )
        waiting = f"containers with unready status: [{' '.join(unready)}]" if unready else ""
        for name in ("Ready", "ContainersReady"):
            _set_condition(
                pod,
                name,
                now,
                holds=not unready,
                reason=_unless_empty(waiting, "ContainersNotReady"),
                message=waiting,
            )
    for condition in status["conditions"]:
        condition["observedGeneration"] = pod["metadata"]["generation"]
    _put_in_order(pod)
    entries = pod["metadata"]["managedFields"]
    pod["metadata"]["managedFields"] = managed.replace(entries, managed.by_kubelet(status, now))


def statuses(pod: Object) -> Iterator[Object]:
    """Yield the states of all containers, init containers first, debug containers last."""
    yield from pod["status"].get("initContainerStatuses", [])
    yield from pod["status"].get("containerStatuses", [])
    yield from pod["status"].get("ephemeralContainerStatuses", [])


def container_status(pod: Object, name: str) -> Object:
    """Return the state of a container that the kubelet has told of."""
    return next(one for one in statuses(pod) if one["name"] == name)


def container_spec(pod: Object, name: str) -> Object:
    """Return what a container is meant to be."""
    return next(one for field in _FIELDS for one in pod["spec"].get(field, ()) if one["name"] == name)


def field_of(pod: Object, name: str) -> str:
    """Return the field of a pod's spec that a container is in."""
    return next(field for field in _FIELDS if any(one["name"] == name for one in pod["spec"].get(field, ())))


def is_debugger(pod: Object, container: str) -> bool:
    """Say whether a container was added to debug the others."""
    return field_of(pod, container) == "ephemeralContainers"


def is_sidecar(container: Object) -> bool:
    """Say whether an init container goes on running beside the others."""
    return container.get("restartPolicy") == "Always"


def wanted_node(pod: Object) -> str | None:
    """Return the one node a daemon's pod wants, None if it is nobody's daemon."""
    terms = (
        pod["spec"]
        .get("affinity", {})
        .get("nodeAffinity", {})
        .get("requiredDuringSchedulingIgnoredDuringExecution", {})
        .get("nodeSelectorTerms", [])
    )
    for term in terms:
        for field in term.get("matchFields", []):
            if field["key"] == "metadata.name":
                return str(field["values"][0])
    return None


def _waiting(container: Object, reason: str) -> Object:
    mounts = [
        {
            "name": mount["name"],
            "mountPath": mount["mountPath"],
            **({"readOnly": True, "recursiveReadOnly": "Disabled"} if mount.get("readOnly") else {}),
        }
        for mount in container["volumeMounts"]
    ]
    return {
        "name": container["name"],
        "state": {"waiting": {"reason": reason}},
        "lastState": {},
        "ready": False,
        "restartCount": 0,
        "image": container["image"],
        "imageID": "",
        "started": False,
        "volumeMounts": mounts,
    }


def _phase(pod: Object) -> str:
    status, policy = pod["status"], pod["spec"]["restartPolicy"]
    if "deletionTimestamp" in pod["metadata"]:
        policy = "Never"  # what has ended is not started again
    init = status.get("initContainerStatuses", [])
    if (
        any("terminated" in one["state"] and one["state"]["terminated"]["exitCode"] for one in init)
        and policy == "Never"
    ):
        return "Failed"
    if not all(_past_init(pod, one) for one in init):
        return "Pending"
    states = [one["state"] for one in status["containerStatuses"]]
    ran = [one["lastState"] for one in status["containerStatuses"]]
    if any("waiting" in state and not before for state, before in zip(states, ran, strict=True)):
        return "Pending"
    if any("terminated" not in state for state in states):
        return "Running"
    failed = any(state["terminated"]["exitCode"] for state in states)
    if policy == "Always" or (policy == "OnFailure" and failed):
        return "Running"
    return "Failed" if failed else "Succeeded"


def _past_init(pod: Object, status: Object) -> bool:
    if is_sidecar(container_spec(pod, status["name"])):
        return bool(status["started"]) or bool(status["lastState"])
    return bool(status["state"].get("terminated", {}).get("exitCode") == 0)


def _sidecar_statuses(pod: Object) -> list[Object]:
    return [
        one
        for one in pod["status"].get("initContainerStatuses", [])
        if is_sidecar(container_spec(pod, one["name"]))
    ]


def _condition(pod: Object, kind: str) -> Object:
    conditions = pod["status"].setdefault("conditions", [])
    found = next((one for one in conditions if one["type"] == kind), None)
    if found is None:
        found = {"type": kind}
        conditions.append(found)
    return found


def _set_condition(
    pod: Object, kind: str, now: float, *, holds: bool, reason: str = "", message: str = ""
) -> None:
    condition = _condition(pod, kind)
    value = "True" if holds else "False"
    since = condition["lastTransitionTime"] if condition.get("status") == value else rfc3339(now)
    condition.clear()
    condition |= {"type": kind, "status": value, "lastProbeTime": None, "lastTransitionTime": since}
    if reason:
        condition["reason"] = reason
    if message:
        condition["message"] = message


def _put_in_order(pod: Object) -> None:
    status = pod["status"]
    order = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
    status["conditions"] = sorted(
        ({"type": one["type"], **_generation(one), **one} for one in status["conditions"]),
        key=lambda one: order.index(one["type"]),
    )
    pod["status"] = {name: status[name] for name in _STATUS_ORDER if name in status}


def _generation(condition: Object) -> Object:
    return (
        {"observedGeneration": condition["observedGeneration"]} if "observedGeneration" in condition else {}
    )


def _put_container_in_order(status: Object) -> None:
    ordered: Object = {name: status[name] for name in _CONTAINER_ORDER if name in status}
    status.clear()
    status |= ordered


def _unless_empty(text: str, reason: str) -> str:
    return reason if text else ""


def _go_duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
