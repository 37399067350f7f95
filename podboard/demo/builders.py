"""Objects around the pods, as the API server would have completed them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from podboard.demo.kinds import DEPLOYMENT, REPLICA_SET, STATEFUL_SET
from podboard.demo.names import new_uid
from podboard.demo.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podboard.demo.gojson import Object
    from podboard.demo.kinds import Kind

HASH_LABEL: Final = "pod-template-hash"


def namespace(name: str, created: float, labels: Mapping[str, str] | None = None) -> Object:
    """Return a namespace."""
    return {
        "metadata": _metadata(name, "", created, {"kubernetes.io/metadata.name": name, **(labels or {})}),
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def node(name: str, ip: str, pod_range: str, created: float, *, control_plane: bool = False) -> Object:
    """Return a healthy node.

    Args:
        pod_range: Of its pods' addresses, as ``10.88.0.0/24``.
    """
    labels = {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        **({"node-role.kubernetes.io/control-plane": ""} if control_plane else {}),
    }
    size = {"cpu": "8", "ephemeral-storage": "101430960Ki", "memory": "32768000Ki", "pods": "250"}
    since = rfc3339(created)
    pressures = {
        "MemoryPressure": ("KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        "DiskPressure": ("KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        "PIDPressure": ("KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    }
    conditions = [
        _node_condition(kind, "False", reason, message, since)
        for kind, (reason, message) in pressures.items()
    ]
    conditions.append(
        _node_condition("Ready", "True", "KubeletReady", "kubelet is posting ready status", since)
    )
    return {
        "metadata": _metadata(name, "", created, labels),
        "spec": {"podCIDR": pod_range, "podCIDRs": [pod_range]},
        "status": {
            "capacity": size,
            "allocatable": size,
            "conditions": conditions,
            "addresses": [{"type": "InternalIP", "address": ip}, {"type": "Hostname", "address": name}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": {
                "machineID": new_uid().replace("-", ""),
                "systemUUID": new_uid(),
                "bootID": new_uid(),
                "kernelVersion": "6.12.48+deb13-amd64",
                "osImage": "Debian GNU/Linux 13 (trixie)",
                "containerRuntimeVersion": "containerd://2.1.9",
                "kubeletVersion": "v1.36.2",
                "kubeProxyVersion": "",
                "operatingSystem": "linux",
                "architecture": "amd64",
            },
            "images": [],
        },
    }


def service(
    name: str,
    where: str,
    cluster_ip: str,
    ports: tuple[int, ...],
    *,
    selector: Mapping[str, str],
    created: float,
) -> Object:
    """Return a service inside the cluster."""
    return {
        "metadata": _metadata(name, where, created, dict(selector)),
        "spec": {
            "ports": [
                {"name": f"port-{port}", "protocol": "TCP", "port": port, "targetPort": port}
                for port in ports
            ],
            "selector": dict(selector),
            "clusterIP": cluster_ip,
            "clusterIPs": [cluster_ip],
            "type": "ClusterIP",
            "sessionAffinity": "None",
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "internalTrafficPolicy": "Cluster",
        },
        "status": {"loadBalancer": {}},
    }


def workload(
    kind: Kind,
    name: str,
    where: str,
    template: Object,
    *,
    replicas: int,
    created: float,
    owner: Object | None = None,
) -> Object:
    """Return something that owns pods, before its controller has looked at it.

    Args:
        template: A pod's labels, annotations and spec, as ``spec.template`` has them.
        replicas: Not for daemon sets and jobs.
        owner: The reference to what owns it.
    """
    labels: dict[str, str] = template["metadata"]["labels"]
    spec: dict[str, Any] = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    status: Object = {}
    if kind is DEPLOYMENT:
        spec |= {
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
            },
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
        }
    elif kind is REPLICA_SET:
        status = {"replicas": 0}
    elif kind is STATEFUL_SET:
        spec |= {"serviceName": name, "podManagementPolicy": "OrderedReady", "revisionHistoryLimit": 10}
        spec["updateStrategy"] = {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}
        status = {"replicas": 0, "availableReplicas": 0}
    else:
        del spec["replicas"]
        if kind.plural == "jobs":
            spec |= {"parallelism": 1, "completions": 1, "backoffLimit": 6}
        else:
            status = {
                "currentNumberScheduled": 0,
                "numberMisscheduled": 0,
                "desiredNumberScheduled": 0,
                "numberReady": 0,
            }
    metadata = _metadata(name, where, created, labels)
    metadata["generation"] = 1
    if kind is DEPLOYMENT:
        metadata["annotations"] = {"deployment.kubernetes.io/revision": "1"}
    if owner is not None:
        metadata["ownerReferences"] = [owner]
    return {"metadata": metadata, "spec": spec, "status": status}


def only_on(node: str) -> Object:
    """Return the affinity by which a daemon's pod wants one node."""
    field = {"key": "metadata.name", "operator": "In", "values": [node]}
    terms = {"nodeSelectorTerms": [{"matchFields": [field]}]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}


def _metadata(name: str, where: str, created: float, labels: Mapping[str, str]) -> Object:
    metadata: Object = {"name": name}
    if where:
        metadata["namespace"] = where
    metadata |= {"uid": new_uid(), "resourceVersion": "", "creationTimestamp": rfc3339(created)}
    if labels:
        metadata["labels"] = dict(labels)
    return metadata


def _node_condition(kind: str, status: str, reason: str, message: str, since: str) -> Object:
    return {
        "type": kind,
        "status": status,
        "lastHeartbeatTime": since,
        "lastTransitionTime": since,
        "reason": reason,
        "message": message,
    }
