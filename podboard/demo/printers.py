"""What each kind's row in a Table says: the columns kubectl prints, worked out as the API server does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from podboard.demo.columns import AGE, NAME, POD_COLUMNS, Column
from podboard.demo.kinds import (
    DAEMON_SET,
    DEPLOYMENT,
    EVENT,
    JOB,
    NAMESPACE,
    NODE,
    POD,
    REPLICA_SET,
    SERVICE,
    STATEFUL_SET,
)
from podboard.demo.pod_words import pod_words
from podboard.demo.times import human_duration, parse_rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable

    from podboard.demo.gojson import Object
    from podboard.demo.kinds import (
        Kind,
    )

Cell: TypeAlias = str | int
_NONE: Final = "<none>"


class Printer(NamedTuple):
    """How one kind is shown.

    Attributes:
        cells: Given the object and the moment it is (seconds since the epoch).
    """

    columns: tuple[Column, ...]
    cells: Callable[[Object, float], list[Cell]]


def age(moment: str | None, now: float) -> str:
    """Write how long ago a moment was."""
    return human_duration(now - parse_rfc3339(moment)) if moment else "<unknown>"


def _pod(item: Object, now: float) -> list[Cell]:
    spec, status = item["spec"], item["status"]
    words = pod_words(item)
    restarts = str(words.restarts)
    if words.restarts and words.last_restart:
        restarts = f"{words.restarts} ({age(words.last_restart, now)} ago)"
    ips = status.get("podIPs")
    return [
        item["metadata"].get("name", ""),
        f"{words.ready}/{words.total}",
        words.status,
        restarts,
        _age_of(item, now),
        ips[0]["ip"] if ips else _NONE,
        spec.get("nodeName") or _NONE,
        status.get("nominatedNodeName") or _NONE,
        _NONE,
    ]


def _namespace(item: Object, now: float) -> list[Cell]:
    return [item["metadata"].get("name", ""), item["status"].get("phase", ""), _age_of(item, now)]


def _node(item: Object, now: float) -> list[Cell]:
    status, labels = item["status"], item["metadata"].get("labels", {})
    ready = any(
        condition["type"] == "Ready" and condition["status"] == "True"
        for condition in status.get("conditions", [])
    )
    prefix = "node-role.kubernetes.io/"
    roles = sorted(name.removeprefix(prefix) for name in labels if name.startswith(prefix))
    addresses = {one["type"]: one["address"] for one in status.get("addresses", [])}
    about = status["nodeInfo"]
    return [
        item["metadata"].get("name", ""),
        "Ready" if ready else "NotReady",
        ",".join(roles) or _NONE,
        _age_of(item, now),
        about["kubeletVersion"],
        addresses.get("InternalIP", _NONE),
        addresses.get("ExternalIP", _NONE),
        about["osImage"],
        about["kernelVersion"],
        about["containerRuntimeVersion"],
    ]


def _event(item: Object, now: float) -> list[Cell]:
    about, source = item["involvedObject"], item["source"]
    first = item.get("firstTimestamp") or item.get("eventTime")
    last = item.get("lastTimestamp") or first
    component = source.get("component") or item.get("reportingComponent", "")
    return [
        age(last, now),
        item.get("type", ""),
        item.get("reason", ""),
        f"{about.get('kind', '').lower()}/{about.get('name', '')}",
        about.get("fieldPath", ""),
        ", ".join(filter(None, (component, source.get("host", "")))),
        item.get("message", "").strip(),
        age(first, now),
        item.get("count") or 1,
        item["metadata"].get("name", ""),
    ]


def _service(item: Object, now: float) -> list[Cell]:
    spec = item["spec"]
    ports = (f"{port['port']}/{port['protocol']}" for port in spec.get("ports", []))
    return [
        item["metadata"].get("name", ""),
        spec.get("type", ""),
        spec.get("clusterIP", _NONE),
        _NONE,
        ",".join(ports) or _NONE,
        _age_of(item, now),
        _pairs(spec.get("selector")),
    ]


def _deployment(item: Object, now: float) -> list[Cell]:
    spec, status = item["spec"], item["status"]
    return [
        item["metadata"].get("name", ""),
        f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}",
        status.get("updatedReplicas", 0),
        status.get("availableReplicas", 0),
        _age_of(item, now),
        *_template(spec),
        _label_selector(spec),
    ]


def _replica_set(item: Object, now: float) -> list[Cell]:
    spec, status = item["spec"], item["status"]
    return [
        item["metadata"].get("name", ""),
        spec.get("replicas", 0),
        status.get("replicas", 0),
        status.get("readyReplicas", 0),
        _age_of(item, now),
        *_template(spec),
        _label_selector(spec),
    ]


def _stateful_set(item: Object, now: float) -> list[Cell]:
    spec, status = item["spec"], item["status"]
    return [
        item["metadata"].get("name", ""),
        f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}",
        _age_of(item, now),
        *_template(spec),
    ]


def _daemon_set(item: Object, now: float) -> list[Cell]:
    spec, status = item["spec"], item["status"]
    return [
        item["metadata"].get("name", ""),
        status["desiredNumberScheduled"],
        status["currentNumberScheduled"],
        status["numberReady"],
        status.get("updatedNumberScheduled", 0),
        status.get("numberAvailable", 0),
        _pairs(spec["template"]["spec"].get("nodeSelector")),
        _age_of(item, now),
        *_template(spec),
        _label_selector(spec),
    ]


def _job(item: Object, now: float) -> list[Cell]:
    spec, status = item["spec"], item["status"]
    conditions = (one["type"] for one in status.get("conditions", []) if one["status"] == "True")
    started, ended = status.get("startTime"), status.get("completionTime")
    duration = ""
    if started:
        until = parse_rfc3339(ended) if ended else now
        duration = human_duration(until - parse_rfc3339(started))
    return [
        item["metadata"].get("name", ""),
        next((word for word in conditions if word in {"Complete", "Failed"}), "Running"),
        f"{status.get('succeeded', 0)}/{spec.get('completions', 1)}",
        duration,
        _age_of(item, now),
        *_template(spec),
        _label_selector(spec),
    ]


def _age_of(item: Object, now: float) -> str:
    return age(item["metadata"].get("creationTimestamp"), now)


def _template(spec: Object) -> tuple[str, str]:
    containers: list[dict[str, Any]] = spec["template"]["spec"]["containers"] or []
    return ",".join(one["name"] for one in containers), ",".join(one["image"] for one in containers)


def _label_selector(spec: Object) -> str:
    return _pairs((spec.get("selector") or {}).get("matchLabels"))


def _pairs(labels: dict[str, str] | None) -> str:
    return ",".join(f"{name}={value}" for name, value in sorted(labels.items())) if labels else _NONE


_TEMPLATE_COLUMNS: Final = (
    Column("Containers", "Names of each container in the template.", wide=True),
    Column("Images", "Images of each container in the template.", wide=True),
)
_SELECTOR_COLUMN: Final = Column("Selector", "Labels of the pods that belong to it.", wide=True)

PRINTERS: Final[dict[Kind, Printer]] = {
    POD: Printer(POD_COLUMNS, _pod),
    NAMESPACE: Printer(
        (NAME, Column("Status", "The status of the namespace"), AGE),
        _namespace,
    ),
    NODE: Printer(
        (
            NAME,
            Column("Status", "The status of the node"),
            Column("Roles", "The roles of the node"),
            AGE,
            Column("Version", "Kubelet Version reported by the node."),
            Column("Internal-IP", "Its address inside the cluster.", wide=True),
            Column("External-IP", "Its address outside the cluster.", wide=True),
            Column("OS-Image", "Its operating system.", wide=True),
            Column("Kernel-Version", "Its kernel.", wide=True),
            Column("Container-Runtime", "What runs its containers.", wide=True),
        ),
        _node,
    ),
    EVENT: Printer(
        (
            Column("Last Seen", "Time since it was last seen"),
            Column("Type", "Normal or Warning."),
            Column("Reason", "One word for why it happened."),
            Column("Object", "What it is about"),
            Column("Subobject", "The part of the object it is about.", wide=True),
            Column("Source", "Who reports it.", wide=True),
            Column("Message", "What happened, for people."),
            Column("First Seen", "Time since it was first seen", wide=True),
            Column("Count", "How often it was seen.", type="integer", wide=True),
            Column("Name", NAME.description, wide=True),
        ),
        _event,
    ),
    SERVICE: Printer(
        (
            NAME,
            Column("Type", "How the service is reached."),
            Column("Cluster-IP", "Its address inside the cluster."),
            Column("External-IP", "Its address outside the cluster."),
            Column("Port(s)", "Its ports."),
            AGE,
            _SELECTOR_COLUMN,
        ),
        _service,
    ),
    DEPLOYMENT: Printer(
        (
            NAME,
            Column("Ready", "Number of the pod with ready state"),
            Column("Up-to-date", "Pods of the newest template.", type="integer"),
            Column("Available", "Pods that have been ready for long enough.", type="integer"),
            AGE,
            *_TEMPLATE_COLUMNS,
            _SELECTOR_COLUMN,
        ),
        _deployment,
    ),
    REPLICA_SET: Printer(
        (
            NAME,
            Column("Desired", "Pods that are wanted.", type="integer"),
            Column("Current", "Pods that are there.", type="integer"),
            Column("Ready", "Pods that are ready.", type="integer"),
            AGE,
            *_TEMPLATE_COLUMNS,
            _SELECTOR_COLUMN,
        ),
        _replica_set,
    ),
    STATEFUL_SET: Printer(
        (
            NAME,
            Column("Ready", "Number of the pod with ready state"),
            AGE,
            *_TEMPLATE_COLUMNS,
        ),
        _stateful_set,
    ),
    DAEMON_SET: Printer(
        (
            NAME,
            Column("Desired", "Nodes that should run its pod.", type="integer"),
            Column("Current", "Nodes that run its pod.", type="integer"),
            Column("Ready", "Nodes whose pod is ready.", type="integer"),
            Column("Up-to-date", "Nodes whose pod is of the newest template.", type="integer"),
            Column("Available", "Nodes whose pod has been ready for long enough.", type="integer"),
            Column("Node Selector", "Labels of the nodes it wants."),
            AGE,
            *_TEMPLATE_COLUMNS,
            _SELECTOR_COLUMN,
        ),
        _daemon_set,
    ),
    JOB: Printer(
        (
            NAME,
            Column("Status", "Status of the job."),
            Column("Completions", "How many of the wanted pods have succeeded."),
            Column("Duration", "Time from its start to its end, or to now."),
            AGE,
            *_TEMPLATE_COLUMNS,
            _SELECTOR_COLUMN,
        ),
        _job,
    ),
}
