"""What each kind's row in a Table says: the columns kubectl prints, worked out as the API server does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

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

_NAME: Final = (
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a "
    "client to request the generation of an appropriate name automatically. Name is primarily intended for creation "
    "idempotence and configuration definition. Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
)
_AGE: Final = (
    "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed "
    "to be set in happens-before order across separate operations. Clients may not set this value. It is represented "
    "in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: "
    "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata"
)


class Column(NamedTuple):
    """One column of a Table.

    Attributes:
        wide: Whether only ``-o wide`` shows it.
    """

    name: str
    description: str
    type: str = "string"
    wide: bool = False

    def definition(self) -> Object:
        """Return it as a Table's ``columnDefinitions`` has it."""
        return {
            "name": self.name,
            "type": self.type,
            "format": "name" if self.name == "Name" and not self.wide else "",
            "description": self.description,
            "priority": int(self.wide),
        }


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


_NAME_COLUMN: Final = Column("Name", _NAME)
_AGE_COLUMN: Final = Column("Age", _AGE)
_TEMPLATE_COLUMNS: Final = (
    Column("Containers", "Names of each container in the template.", wide=True),
    Column("Images", "Images of each container in the template.", wide=True),
)
_SELECTOR_COLUMN: Final = Column("Selector", "Labels of the pods that belong to it.", wide=True)

PRINTERS: Final[dict[Kind, Printer]] = {
    POD: Printer(
        (
            _NAME_COLUMN,
            Column("Ready", "The aggregate readiness state of this pod for accepting traffic."),
            Column("Status", "The aggregate status of the containers in this pod."),
            Column(
                "Restarts",
                "The number of times the containers in this pod have been restarted and when the last container in "
                "this pod has restarted.",
            ),
            _AGE_COLUMN,
            Column(
                "IP",
                "podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.",
                wide=True,
            ),
            Column(
                "Node",
                "NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for "
                "scheduling by the scheduler defined in schedulerName. Once this field is set, the kubelet for this "
                "node becomes responsible for the lifecycle of this pod. This field should not be used to express a "
                "desire for the pod to be scheduled on a specific node. "
                "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename",
                wide=True,
            ),
            Column(
                "Nominated Node",
                "nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be "
                "scheduled right away as preemption victims receive their graceful termination periods. This field "
                "does not guarantee that the pod will be scheduled on this node. Scheduler may decide to place the "
                "pod elsewhere if other nodes become available sooner. Scheduler may also decide to give the "
                "resources on this node to a higher priority pod that is created after preemption. As a result, this "
                "field may be different than PodSpec.nodeName when the pod is scheduled.",
                wide=True,
            ),
            Column(
                "Readiness Gates",
                "If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its "
                'containers are ready AND all conditions specified in the readiness gates have status equal to "True" '
                "More info: https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates",
                wide=True,
            ),
        ),
        _pod,
    ),
    NAMESPACE: Printer(
        (_NAME_COLUMN, Column("Status", "The status of the namespace"), _AGE_COLUMN),
        _namespace,
    ),
    NODE: Printer(
        (
            _NAME_COLUMN,
            Column("Status", "The status of the node"),
            Column("Roles", "The roles of the node"),
            _AGE_COLUMN,
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
            Column("Name", _NAME, wide=True),
        ),
        _event,
    ),
    SERVICE: Printer(
        (
            _NAME_COLUMN,
            Column("Type", "How the service is reached."),
            Column("Cluster-IP", "Its address inside the cluster."),
            Column("External-IP", "Its address outside the cluster."),
            Column("Port(s)", "Its ports."),
            _AGE_COLUMN,
            _SELECTOR_COLUMN,
        ),
        _service,
    ),
    DEPLOYMENT: Printer(
        (
            _NAME_COLUMN,
            Column("Ready", "Number of the pod with ready state"),
            Column("Up-to-date", "Pods of the newest template.", type="integer"),
            Column("Available", "Pods that have been ready for long enough.", type="integer"),
            _AGE_COLUMN,
            *_TEMPLATE_COLUMNS,
            _SELECTOR_COLUMN,
        ),
        _deployment,
    ),
    REPLICA_SET: Printer(
        (
            _NAME_COLUMN,
            Column("Desired", "Pods that are wanted.", type="integer"),
            Column("Current", "Pods that are there.", type="integer"),
            Column("Ready", "Pods that are ready.", type="integer"),
            _AGE_COLUMN,
            *_TEMPLATE_COLUMNS,
            _SELECTOR_COLUMN,
        ),
        _replica_set,
    ),
    STATEFUL_SET: Printer(
        (
            _NAME_COLUMN,
            Column("Ready", "Number of the pod with ready state"),
            _AGE_COLUMN,
            *_TEMPLATE_COLUMNS,
        ),
        _stateful_set,
    ),
    DAEMON_SET: Printer(
        (
            _NAME_COLUMN,
            Column("Desired", "Nodes that should run its pod.", type="integer"),
            Column("Current", "Nodes that run its pod.", type="integer"),
            Column("Ready", "Nodes whose pod is ready.", type="integer"),
            Column("Up-to-date", "Nodes whose pod is of the newest template.", type="integer"),
            Column("Available", "Nodes whose pod has been ready for long enough.", type="integer"),
            Column("Node Selector", "Labels of the nodes it wants."),
            _AGE_COLUMN,
            *_TEMPLATE_COLUMNS,
            _SELECTOR_COLUMN,
        ),
        _daemon_set,
    ),
    JOB: Printer(
        (
            _NAME_COLUMN,
            Column("Status", "Status of the job."),
            Column("Completions", "How many of the wanted pods have succeeded."),
            Column("Duration", "Time from its start to its end, or to now."),
            _AGE_COLUMN,
            *_TEMPLATE_COLUMNS,
            _SELECTOR_COLUMN,
        ),
        _job,
    ),
}
