"""The demo's story: a shop, its data, its infrastructure, some of it unwell; the same in every run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from podboard.demo import builders
from podboard.demo.controllers import owner_reference
from podboard.demo.history import Past, place_pod
from podboard.demo.images import Exit
from podboard.demo.kinds import (
    DAEMON_SET,
    DEPLOYMENT,
    JOB,
    NAMESPACE,
    NODE,
    REPLICA_SET,
    SERVICE,
    STATEFUL_SET,
)
from podboard.demo.names import template_hash
from podboard.demo.rbac import Grant, Rule

if TYPE_CHECKING:
    from podboard.demo.agenda import Script
    from podboard.demo.control_plane import ControlPlane
    from podboard.demo.gojson import Object
    from podboard.demo.kinds import Kind

HOME: Final = "shop"
"""The namespace of the kubeconfig's contexts."""

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_NODES: Final = {
    "demo-control-plane": ("172.18.0.2", "10.244.0.0/24"),
    "demo-worker": ("172.18.0.3", "10.244.1.0/24"),
    "demo-worker2": ("172.18.0.4", "10.244.2.0/24"),
}
_FIRST, _SECOND, _THIRD = _NODES
_CLUSTER_AGE: Final = 12 * _DAY + 5 * _HOUR
_JOB_EVERY: Final = 75.0
_JOBS_KEPT: Final = 2

_VIEW: Final = Rule(
    ("get", "list", "watch"),
    (
        "pods",
        "pods/log",
        "namespaces",
        "nodes",
        "events",
        "services",
        "deployments",
        "replicasets",
        "statefulsets",
        "daemonsets",
        "jobs",
    ),
    ("", "apps", "batch"),
)
GRANTS: Final = {
    "viewer": (Grant("view", (_VIEW,)),),
    "exec-get-only": (Grant("view", (_VIEW,)), Grant("pod-exec-get", (Rule(("get",), ("pods/exec",)),))),
    "exec-create-only": (
        Grant("view", (_VIEW,)),
        Grant("pod-exec-create", (Rule(("create",), ("pods/exec",)),)),
    ),
}
"""Who else has a context in the kubeconfig, and what each of them may do: enough to see every refusal."""


def nodes() -> tuple[tuple[str, str], ...]:
    """Return the names and addresses of the story's nodes."""
    return tuple((name, ip) for name, (ip, _) in _NODES.items())


@dataclass(frozen=True, slots=True)
class _Work:
    """A workload and its pods.

    Attributes:
        age: Seconds since it was made.
        pods: Where each of them is (empty for one nobody has placed yet), its past, and the end of its name
            (empty where the kind gives it).
        template_hash: In its pods' names, for a deployment.
    """

    kind: Kind
    namespace: str
    name: str
    age: float
    containers: tuple[Object, ...]
    pods: tuple[tuple[str, Past, str], ...]
    init: tuple[Object, ...] = ()
    annotations: dict[str, str] = field(default_factory=dict)
    restart: str = "Always"
    template_hash: str = ""


def furnish(plane: ControlPlane) -> None:
    """Fill a cluster with the story, and let it begin."""
    now = plane.agenda.now()
    for name, (ip, pod_range) in _NODES.items():
        first = name == _FIRST
        plane.store[NODE].put(builders.node(name, ip, pod_range, now - _CLUSTER_AGE, control_plane=first))
    plane.store[NAMESPACE].put(builders.namespace("kube-system", now - _CLUSTER_AGE))
    for name in (HOME, "data", "infra"):
        plane.store[NAMESPACE].put(builders.namespace(name, now - _CLUSTER_AGE + _HOUR))
    plane.store[SERVICE].put(
        builders.service(
            "kubernetes", "default", "10.96.0.1", (443,), selector={}, created=now - _CLUSTER_AGE
        )
    )
    for address, (name, where, ports) in enumerate(_SERVICES, start=10):
        selector = {"app": name}
        made = builders.service(
            name, where, f"10.96.0.{address}", ports, selector=selector, created=now - _CLUSTER_AGE + _HOUR
        )
        plane.store[SERVICE].put(made)
    for work in _WORKS:
        _set_up(plane, work, now)
    toolbox = {
        "metadata": {"name": "toolbox", "namespace": "infra", "labels": {"app": "toolbox"}},
        "spec": {"containers": [_container("toolbox", "infra/toolbox:1.0.0", stdin=True, tty=True)]},
    }
    place_pod(plane, toolbox, _SECOND, Past(2 * _HOUR + 7 * _MINUTE))
    plane.agenda.play(_jobs(plane))
    plane.agenda.play(_housekeeping(plane))


def _set_up(plane: ControlPlane, work: _Work, now: float) -> None:
    """Make a workload, and its pods with their pasts."""
    created, labels = now - work.age, {"app": work.name}
    spec: Object = {"containers": list(work.containers), "restartPolicy": work.restart}
    if work.init:
        spec["initContainers"] = list(work.init)
    metadata: Object = {"labels": labels}
    if work.annotations:
        metadata["annotations"] = work.annotations
    kind, name, replicas = work.kind, work.name, len(work.pods)
    reference = None
    if kind is DEPLOYMENT:
        deployment = builders.workload(
            DEPLOYMENT,
            name,
            work.namespace,
            {"metadata": metadata, "spec": spec},
            replicas=replicas,
            created=created,
        )
        plane.store[DEPLOYMENT].put(deployment)
        reference = owner_reference(DEPLOYMENT, deployment)
        made_hash = work.template_hash or template_hash(name)
        kind, name = REPLICA_SET, f"{name}-{made_hash}"
        metadata = {**metadata, "labels": {**labels, builders.HASH_LABEL: made_hash}}
    template = {"metadata": metadata, "spec": spec}
    owner = builders.workload(
        kind, name, work.namespace, template, replicas=replicas, created=created, owner=reference
    )
    plane.store[kind].put(owner)
    for ordinal, (node, past, suffix) in enumerate(work.pods):
        own = {"name": f"{name}-{suffix or ordinal}"}
        if kind is not STATEFUL_SET:
            own["generateName"] = f"{name}-"
        manifest: Object = {
            "metadata": {
                **own,
                **metadata,
                "namespace": work.namespace,
                "ownerReferences": [owner_reference(kind, owner)],
            },
            "spec": _on(node, spec) if kind is DAEMON_SET else spec,
        }
        place_pod(plane, manifest, node, past)
    plane.controllers.look_after(kind, work.namespace, name)


def _jobs(plane: ControlPlane) -> Script:
    """Start a job now and then; forget all but the last."""
    yield 4.0
    number = 0
    names: list[str] = []
    while True:
        number += 1
        name = f"etl-{number:04d}"
        template = {
            "metadata": {"labels": {"app": "etl", "job-name": name}},
            "spec": {
                "initContainers": [_container("wait-for-db", "data/wait-for:1.0.0")],
                "containers": [_container("etl", "data/etl:7.0.4", cpu="200m", memory="256Mi")],
                "restartPolicy": "OnFailure",
            },
        }
        plane.store[JOB].put(
            builders.workload(JOB, name, "data", template, replicas=1, created=plane.agenda.now())
        )
        plane.controllers.look_after(JOB, "data", name)
        names.append(name)
        if len(names) > _JOBS_KEPT:
            plane.controllers.remove(JOB, "data", names.pop(0))
        yield _JOB_EVERY


def _housekeeping(plane: ControlPlane) -> Script:
    while True:
        yield 30.0
        plane.events.forget_old(plane.agenda.now())


def _on(node: str, spec: Object) -> Object:
    return {**spec, "affinity": builders.only_on(node)}


def _container(
    name: str, image: str, cpu: str = "", memory: str = "", port: int = 0, **others: Any
) -> Object:
    made: Object = {"name": name, "image": image, "imagePullPolicy": "IfNotPresent", **others}
    if cpu:
        made["resources"] = {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}}
    if port:
        made["ports"] = [{"containerPort": port, "protocol": "TCP"}]
    return made


def _probe(path: str, port: int) -> Object:
    return {"httpGet": {"path": path, "port": port}, "initialDelaySeconds": 2}


_SERVICES: Final = (
    ("web", "shop", (8080,)),
    ("api", "shop", (9090,)),
    ("checkout", "shop", (8080,)),
    ("payments", "shop", (8443,)),
    ("cart", "shop", (6000,)),
    ("postgres", "data", (5432,)),
    ("redis", "data", (6379,)),
    ("kafka", "data", (9092,)),
    ("prometheus", "infra", (9090,)),
)
_WORKS: Final = (
    _Work(
        DEPLOYMENT,
        "shop",
        "web",
        4 * _DAY + 3 * _HOUR,
        (_container("web", "shop/web:2.14.0", "100m", "128Mi", 8080, readinessProbe=_probe("/ready", 8080)),),
        (
            (_SECOND, Past(4 * _DAY + 3 * _HOUR), "x2x4q"),
            (_THIRD, Past(4 * _DAY + 3 * _HOUR), "9kq2v"),
            (_SECOND, Past(1 * _DAY + 22 * _HOUR), "pl7mz"),
        ),
        template_hash="7d9f8c6b5",
    ),
    _Work(
        DEPLOYMENT,
        "shop",
        "api",
        6 * _DAY,
        (
            _container(
                "api", "shop/api:1.9.3", "250m", "256Mi", 9090, env=[{"name": "LOG_LEVEL", "value": "info"}]
            ),
            _container("envoy", "envoyproxy/envoy:v1.36.2", "50m", "64Mi", 15001),
        ),
        ((_THIRD, Past(2 * _DAY + 6 * _HOUR, 1, 9 * _HOUR, Exit(1)), "77wdt"),),
        annotations={"kubectl.kubernetes.io/default-container": "api"},
        template_hash="5c2b8d7f4",
    ),
    _Work(
        DEPLOYMENT,
        "shop",
        "checkout",
        6 * _DAY,
        (_container("checkout", "shop/checkout:3.2.1-alpine", "100m", "96Mi", 8080),),
        ((_SECOND, Past(5 * _DAY), "k4hzt"),),
        template_hash="6f7b9d8c4",
    ),
    _Work(
        DEPLOYMENT,
        "shop",
        "payments",
        6 * _DAY,
        (_container("payments", "shop/payments:1.4.0-distroless", "100m", "64Mi", 8443),),
        ((_THIRD, Past(5 * _DAY), "zt2vq"),),
        template_hash="58d4c7f9b6",
    ),
    _Work(
        DEPLOYMENT,
        "shop",
        "mailer",
        1 * _HOUR + 4 * _MINUTE,
        (_container("mailer", "shop/mailer:0.8.2", "50m", "64Mi"),),
        ((_SECOND, Past(1 * _HOUR + 4 * _MINUTE, 37, 11.0, Exit(1), down=True), "hx9kd"),),
        template_hash="7c5d8f9b44",
    ),
    _Work(
        DEPLOYMENT,
        "shop",
        "cart",
        3 * _DAY,
        (_container("cart", "shop/cart:5.0.1", "200m", "256Mi", 6000),),
        ((_THIRD, Past(2 * _DAY, 3, 41 * _MINUTE, Exit(137, "OOMKilled")), "r5vqj"),),
        template_hash="66b7d9c5f8",
    ),
    _Work(
        DEPLOYMENT,
        "shop",
        "recommender",
        25 * _MINUTE,
        (
            _container(
                "recommender",
                "shop/recommender:1.1.0-gpu",
                resources={"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "1"}},
            ),
        ),
        (("", Past(25 * _MINUTE), "m2xwn"),),
        template_hash="84f6c9d7b5",
    ),
    _Work(
        DEPLOYMENT,
        "shop",
        "thumbnails",
        12 * _MINUTE,
        (_container("thumbnails", "shop/thumbnails:0.3.0", "100m", "128Mi"),),
        (("", Past(12 * _MINUTE), "vc8ft"),),
        template_hash="95d6bf7c8d",
    ),
    _Work(
        STATEFUL_SET,
        "data",
        "postgres",
        11 * _DAY,
        (_container("postgres", "postgres:17.2", "500m", "1Gi", 5432),),
        ((_SECOND, Past(11 * _DAY), ""),),
    ),
    _Work(
        STATEFUL_SET,
        "data",
        "redis",
        11 * _DAY,
        (_container("redis", "redis:8.0-alpine", "100m", "256Mi", 6379),),
        ((_THIRD, Past(11 * _DAY), ""),),
    ),
    _Work(
        STATEFUL_SET,
        "data",
        "kafka",
        9 * _DAY,
        (_container("kafka", "apache/kafka:4.1.0", "500m", "1Gi", 9092),),
        ((_THIRD, Past(3 * _DAY + 4 * _HOUR), ""),),
        init=(_container("exporter", "prom/node-exporter:v1.10.2", restartPolicy="Always"),),
    ),
    _Work(
        JOB,
        "data",
        "backup-29401260",
        5 * _HOUR + 11 * _MINUTE,
        (_container("backup", "data/backup:2.2.0", "100m", "128Mi"),),
        ((_SECOND, Past(5 * _HOUR + 11 * _MINUTE, 0, 5 * _HOUR + 9 * _MINUTE, Exit(0), down=True), "x7k2p"),),
        restart="Never",
    ),
    _Work(
        DAEMON_SET,
        "infra",
        "node-exporter",
        12 * _DAY,
        (_container("node-exporter", "prom/node-exporter:v1.10.2", "50m", "32Mi", 9100),),
        (
            (_FIRST, Past(12 * _DAY), "4d8sj"),
            (_SECOND, Past(12 * _DAY), "n6tbw"),
            (_THIRD, Past(12 * _DAY), "zq5rk"),
        ),
    ),
    _Work(
        DEPLOYMENT,
        "infra",
        "ingress-nginx",
        12 * _DAY,
        (_container("controller", "registry.k8s.io/ingress-nginx/controller:v1.14.0", "100m", "128Mi", 443),),
        ((_SECOND, Past(12 * _DAY), "g7mzd"),),
        template_hash="6c9d7f5b48",
    ),
    _Work(
        STATEFUL_SET,
        "infra",
        "prometheus",
        12 * _DAY,
        (
            _container("prometheus", "prom/prometheus:v3.8.0", "300m", "512Mi", 9090),
            _container("config-reloader", "prom/config-reloader:v0.87.0", "10m", "16Mi"),
        ),
        ((_THIRD, Past(12 * _DAY), ""),),
    ),
)
