"""The kinds of objects the embedded cluster has: pods, and what makes pods believable."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from podboard.demo.gojson import Object

_READ: Final = ("get", "list", "watch")


def _metadata_fields(item: Object) -> Mapping[str, str]:
    metadata = item["metadata"]
    return {
        "metadata.name": metadata["name"],
        "metadata.namespace": metadata.get("namespace", ""),
    }


@dataclass(frozen=True, slots=True, eq=False)
class Subresource:
    """A part of an object, or something it can do, under a path of its own."""

    name: str
    kind: str
    verbs: tuple[str, ...]
    group: str = ""
    version: str = "v1"


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One kind of object.

    Attributes:
        group: Empty for the core group.
        fields: Tells what an object can be selected by besides its labels.
        field_names: What those can be.
        blank: What an object of this kind without content still says, beside its metadata: a bookmark.
    """

    group: str
    version: str
    kind: str
    plural: str
    singular: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = _READ
    subresources: tuple[Subresource, ...] = ()
    fields: Callable[[Object], Mapping[str, str]] = _metadata_fields
    field_names: frozenset[str] = frozenset({"metadata.name", "metadata.namespace"})
    blank: Object = field(default_factory=dict)

    @property
    def api_version(self) -> str:
        """Return group and version as objects name them."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def heading(self) -> bytes:
        """Return what precedes the body of a single object."""
        return b'{"kind":"%b","apiVersion":"%b",' % (self.kind.encode(), self.api_version.encode())


def _pod_fields(item: Object) -> Mapping[str, str]:
    spec, status = item["spec"], item.get("status", {})
    return {
        **_metadata_fields(item),
        "spec.nodeName": spec.get("nodeName", ""),
        "spec.restartPolicy": spec.get("restartPolicy", ""),
        "spec.schedulerName": spec.get("schedulerName", ""),
        "spec.serviceAccountName": spec.get("serviceAccountName", ""),
        "spec.hostNetwork": "true" if spec.get("hostNetwork") else "false",
        "status.phase": status.get("phase", ""),
        "status.podIP": status.get("podIP", ""),
        "status.podIPs": status.get("podIP", ""),
        "status.nominatedNodeName": status.get("nominatedNodeName", ""),
    }


def _event_fields(item: Object) -> Mapping[str, str]:
    about = item["involvedObject"]
    source = item.get("source", {}).get("component") or item.get("reportingComponent", "")
    return {
        **_metadata_fields(item),
        **{f"involvedObject.{name}": about.get(name, "") for name in _INVOLVED},
        "reason": item.get("reason", ""),
        "reportingComponent": item.get("reportingComponent", ""),
        "source": source,
        "type": item.get("type", ""),
    }


def _namespace_fields(item: Object) -> Mapping[str, str]:
    return {"metadata.name": item["metadata"]["name"], "status.phase": item["status"]["phase"]}


_INVOLVED: Final = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
_POD_TEMPLATE: Final = {"metadata": {}, "spec": {"containers": None}}

POD: Final = Kind(
    group="",
    version="v1",
    kind="Pod",
    plural="pods",
    singular="pod",
    short_names=("po",),
    categories=("all",),
    verbs=("create", "delete", "get", "list", "watch"),
    subresources=(
        Subresource("attach", "PodAttachOptions", ("create", "get")),
        Subresource("ephemeralcontainers", "Pod", ("get", "patch", "update")),
        Subresource("exec", "PodExecOptions", ("create", "get")),
        Subresource("log", "Pod", ("get",)),
    ),
    fields=_pod_fields,
    field_names=frozenset(_pod_fields({"metadata": {"name": ""}, "spec": {}})),
    blank={"spec": {"containers": None}, "status": {}},
)
NAMESPACE: Final = Kind(
    group="",
    version="v1",
    kind="Namespace",
    plural="namespaces",
    singular="namespace",
    namespaced=False,
    short_names=("ns",),
    fields=_namespace_fields,
    field_names=frozenset({"metadata.name", "status.phase"}),
    blank={"spec": {}, "status": {}},
)
NODE: Final = Kind(
    group="",
    version="v1",
    kind="Node",
    plural="nodes",
    singular="node",
    namespaced=False,
    short_names=("no",),
    blank={
        "spec": {},
        "status": {
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 0}},
            "nodeInfo": {
                "machineID": "",
                "systemUUID": "",
                "bootID": "",
                "kernelVersion": "",
                "osImage": "",
                "containerRuntimeVersion": "",
                "kubeletVersion": "",
                "kubeProxyVersion": "",
                "operatingSystem": "",
                "architecture": "",
            },
        },
    },
)
EVENT: Final = Kind(
    group="",
    version="v1",
    kind="Event",
    plural="events",
    singular="event",
    short_names=("ev",),
    fields=_event_fields,
    field_names=frozenset(_event_fields({"metadata": {"name": ""}, "involvedObject": {}})),
    blank={
        "involvedObject": {},
        "source": {},
        "firstTimestamp": None,
        "lastTimestamp": None,
        "eventTime": None,
        "reportingComponent": "",
        "reportingInstance": "",
    },
)
SERVICE: Final = Kind(
    group="",
    version="v1",
    kind="Service",
    plural="services",
    singular="service",
    short_names=("svc",),
    categories=("all",),
    blank={"spec": {}, "status": {"loadBalancer": {}}},
)
DEPLOYMENT: Final = Kind(
    group="apps",
    version="v1",
    kind="Deployment",
    plural="deployments",
    singular="deployment",
    short_names=("deploy",),
    categories=("all",),
    subresources=(Subresource("scale", "Scale", ("get", "patch"), "autoscaling", "v1"),),
    blank={"spec": {"selector": None, "template": _POD_TEMPLATE, "strategy": {}}, "status": {}},
)
REPLICA_SET: Final = Kind(
    group="apps",
    version="v1",
    kind="ReplicaSet",
    plural="replicasets",
    singular="replicaset",
    short_names=("rs",),
    categories=("all",),
    blank={"spec": {"selector": None, "template": _POD_TEMPLATE}, "status": {"replicas": 0}},
)
STATEFUL_SET: Final = Kind(
    group="apps",
    version="v1",
    kind="StatefulSet",
    plural="statefulsets",
    singular="statefulset",
    short_names=("sts",),
    categories=("all",),
    blank={
        "spec": {"selector": None, "template": _POD_TEMPLATE, "serviceName": "", "updateStrategy": {}},
        "status": {"replicas": 0, "availableReplicas": 0},
    },
)
DAEMON_SET: Final = Kind(
    group="apps",
    version="v1",
    kind="DaemonSet",
    plural="daemonsets",
    singular="daemonset",
    short_names=("ds",),
    categories=("all",),
    blank={
        "spec": {"selector": None, "template": _POD_TEMPLATE, "updateStrategy": {}},
        "status": {
            "currentNumberScheduled": 0,
            "numberMisscheduled": 0,
            "desiredNumberScheduled": 0,
            "numberReady": 0,
        },
    },
)
JOB: Final = Kind(
    group="batch",
    version="v1",
    kind="Job",
    plural="jobs",
    singular="job",
    categories=("all",),
    blank={"spec": {"template": _POD_TEMPLATE}, "status": {}},
)

KINDS: Final = (
    EVENT,
    NAMESPACE,
    NODE,
    POD,
    SERVICE,
    DAEMON_SET,
    DEPLOYMENT,
    REPLICA_SET,
    STATEFUL_SET,
    JOB,
)
"""In the order in which discovery and ``kubectl api-resources`` list them."""


def find_kind(group: str, version: str, plural: str) -> Kind | None:
    """Return the kind at a path, None if there is none."""
    return next(
        (kind for kind in KINDS if (kind.group, kind.version, kind.plural) == (group, version, plural)), None
    )
