"""What the API server makes of a pod that somebody asks for: checks it and fills in what was left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from podboard.demo import managed
from podboard.demo.names import new_uid, suffix
from podboard.demo.status import invalid
from podboard.demo.times import rfc3339

if TYPE_CHECKING:
    from random import Random

    from podboard.demo.gojson import Object

_NAME: Final = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")
_CONTAINER_NAME: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_ACCOUNT_FOLDER: Final = "/var/run/secrets/kubernetes.io/serviceaccount"
_BAD_NAME: Final = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character"
)

_SPEC_ORDER: Final = (
    "volumes",
    "initContainers",
    "containers",
    "ephemeralContainers",
    "restartPolicy",
    "terminationGracePeriodSeconds",
    "activeDeadlineSeconds",
    "dnsPolicy",
    "nodeSelector",
    "serviceAccountName",
    "serviceAccount",
    "nodeName",
    "hostNetwork",
    "securityContext",
    "hostname",
    "subdomain",
    "affinity",
    "schedulerName",
    "tolerations",
    "priority",
    "enableServiceLinks",
    "preemptionPolicy",
)
_CONTAINER_ORDER: Final = (
    "name",
    "image",
    "command",
    "args",
    "workingDir",
    "ports",
    "env",
    "resources",
    "restartPolicy",
    "volumeMounts",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "imagePullPolicy",
    "securityContext",
    "stdin",
    "stdinOnce",
    "tty",
    "targetContainerName",
)


def admit_pod(manifest: Object, namespace: str, manager: str, now: float, random: Random) -> Object:
    """Return a new pod, complete, without ``kind`` and ``apiVersion``.

    Args:
        manifest: As somebody wrote it; may come from anywhere.
        manager: Who asks, for the record.

    Raises:
        StatusError: It cannot be a pod.
    """
    asked = _object(manifest.get("metadata"))
    name = asked.get("name") or ""
    if not name and asked.get("generateName"):
        name = f"{asked['generateName']}{suffix(random)}"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise invalid("Pod", str(name), "metadata.name", f'Invalid value: "{name}": {_BAD_NAME}')
    spec = _object(manifest.get("spec"))
    check_containers(name, spec)
    metadata: Object = {"name": name}
    if asked.get("generateName"):
        metadata["generateName"] = asked["generateName"]
    metadata |= {
        "namespace": namespace,
        "uid": new_uid(),
        "resourceVersion": "",
        "generation": 1,
        "creationTimestamp": rfc3339(now),
    }
    for key in ("labels", "annotations", "ownerReferences"):
        if asked.get(key):
            metadata[key] = asked[key]
    complete = _spec(spec, f"kube-api-access-{suffix(random)}")
    pod = {
        "metadata": metadata,
        "spec": complete,
        "status": {"phase": "Pending", "qosClass": qos_class(complete)},
    }
    metadata["managedFields"] = [managed.by_creator(pod, manager, now)]
    return pod


def qos_class(spec: Object) -> str:
    """Return how a pod fares when memory is short, from what its containers ask for."""
    resources = [one["resources"] for one in (*spec.get("initContainers", []), *spec["containers"])]
    if not any(one.get("requests") or one.get("limits") for one in resources):
        return "BestEffort"
    if all(
        {"cpu", "memory"} <= one.get("limits", {}).keys() and one.get("requests") == one["limits"]
        for one in resources
    ):
        return "Guaranteed"
    return "Burstable"


def _object(value: Any) -> Object:
    return value if isinstance(value, dict) else {}


def check_containers(pod: str, spec: Object) -> None:
    """Check what containers are called and made of; raises StatusError."""
    containers = spec.get("containers")
    if not isinstance(containers, list) or not containers:
        raise invalid("Pod", pod, "spec.containers", "Required value")
    seen: set[str] = set()
    others = ("initContainers", "ephemeralContainers")
    for field, listed in (("containers", containers), *((name, spec.get(name) or []) for name in others)):
        for index, one in enumerate(listed):
            name, image = (_object(one).get(key) for key in ("name", "image"))
            where = f"spec.{field}[{index}]"
            if not isinstance(name, str) or not _CONTAINER_NAME.fullmatch(name):
                raise invalid("Pod", pod, f"{where}.name", "Invalid value: not the name of a container")
            if name in seen:
                raise invalid("Pod", pod, f"{where}.name", f'Duplicate value: "{name}"')
            if not isinstance(image, str) or not image.strip():
                raise invalid("Pod", pod, f"{where}.image", "Required value")
            seen.add(name)


def _spec(asked: Object, token_volume: str) -> Object:
    account = asked.get("serviceAccountName") or "default"
    spec = {
        **asked,
        "volumes": [*asked.get("volumes", []), _token(token_volume)],
        "containers": [complete_container(one, token_volume) for one in asked["containers"]],
        "restartPolicy": asked.get("restartPolicy", "Always"),
        "terminationGracePeriodSeconds": asked.get("terminationGracePeriodSeconds", 30),
        "dnsPolicy": asked.get("dnsPolicy", "ClusterFirst"),
        "serviceAccountName": account,
        "serviceAccount": account,
        "securityContext": asked.get("securityContext", {}),
        "schedulerName": asked.get("schedulerName", "default-scheduler"),
        "tolerations": [*asked.get("tolerations", []), _tolerate("not-ready"), _tolerate("unreachable")],
        "priority": 0,
        "enableServiceLinks": asked.get("enableServiceLinks", True),
        "preemptionPolicy": "PreemptLowerPriority",
    }
    if asked.get("initContainers"):
        spec["initContainers"] = [complete_container(one, token_volume) for one in asked["initContainers"]]
    return ordered_spec(spec)


def ordered_spec(spec: Object) -> Object:
    """Return a pod's spec with its fields in Go's order."""
    return _ordered(spec, _SPEC_ORDER)


def complete_container(asked: Object, token_volume: str = "") -> Object:
    """Return a container with what was left out.

    Args:
        token_volume: Where its service account's token is; empty for a debug container, which gets none.
    """
    image = asked["image"]
    newest = ":" not in image.rpartition("/")[2] or image.endswith(":latest")
    container = {
        **asked,
        "resources": _resources(_object(asked.get("resources"))),
        "terminationMessagePath": asked.get("terminationMessagePath", "/dev/termination-log"),
        "terminationMessagePolicy": asked.get("terminationMessagePolicy", "File"),
        "imagePullPolicy": asked.get("imagePullPolicy", "Always" if newest else "IfNotPresent"),
    }
    if token_volume:
        mount = {"name": token_volume, "readOnly": True, "mountPath": _ACCOUNT_FOLDER}
        container["volumeMounts"] = [*asked.get("volumeMounts", []), mount]
    if asked.get("ports"):
        container["ports"] = [{"protocol": "TCP", **port} for port in asked["ports"]]
        container["ports"] = [
            _ordered(one, ("name", "containerPort", "protocol")) for one in container["ports"]
        ]
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if name in asked:
            container[name] = _probe(asked[name])
    return _ordered(container, _CONTAINER_ORDER)


def _resources(asked: Object) -> Object:
    if not asked.get("limits"):
        return asked
    return {"limits": asked["limits"], "requests": {**asked["limits"], **asked.get("requests", {})}}


def _probe(asked: Object) -> Object:
    probe = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3, **asked}
    if "httpGet" in probe:
        probe["httpGet"] = {"path": "/", "scheme": "HTTP", **probe["httpGet"]}
    return probe


def _token(name: str) -> Object:
    namespace = {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
    sources = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [namespace]}},
        {
            "configMap": {
                "name": "openshift-service-ca.crt",
                "items": [{"key": "service-ca.crt", "path": "service-ca.crt"}],
            }
        },
    ]
    return {"name": name, "projected": {"sources": sources, "defaultMode": 420}}


def _tolerate(trouble: str) -> Object:
    return {
        "key": f"node.kubernetes.io/{trouble}",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": 300,
    }


def _ordered(item: Object, order: tuple[str, ...]) -> Object:
    """Return the object with its known fields in Go's order, others after them."""
    known = {name: item[name] for name in order if name in item}
    return known | {name: value for name, value in item.items() if name not in known}
