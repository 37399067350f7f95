"""The demo's story."""

from __future__ import annotations

from podboard.demo.control_plane import ControlPlane
from podboard.demo.kinds import NAMESPACE, NODE
from podboard.demo.names import new_uid
from podboard.demo.rbac import Grant, Rule
from podboard.demo.times import rfc3339

HOME = "shop"
IMAGES = {}
GRANTS = {"viewer": (Grant("view", (Rule(("get", "list", "watch"), ("*",), ("*",)),)),)}


def add_namespace(plane, name, labels):
    plane.store[NAMESPACE].put(
        {
            "metadata": {
                "name": name,
                "uid": new_uid(),
                "creationTimestamp": rfc3339(plane.agenda.now()),
                "labels": {"kubernetes.io/metadata.name": name, **labels},
            },
            "spec": {"finalizers": ["kubernetes"]},
            "status": {"phase": "Active"},
        }
    )


def add_node(plane, name, ip, pod_range):
    plane.store[NODE].put(
        {
            "metadata": {
                "name": name,
                "uid": new_uid(),
                "creationTimestamp": rfc3339(plane.agenda.now()),
                "labels": {},
            },
            "spec": {"podCIDR": pod_range},
            "status": {
                "addresses": [{"type": "InternalIP", "address": ip}],
                "nodeInfo": {
                    "kubeletVersion": "v1.36.2",
                    "osImage": "Demo",
                    "kernelVersion": "1",
                    "containerRuntimeVersion": "containerd://2.1.9",
                },
            },
        }
    )


def furnish(plane):
    add_namespace(plane, "shop", {})
    add_node(plane, "demo-worker", "192.0.2.2", "10.88.0.0/24")
    plane.create_pod(
        {
            "metadata": {"name": "shell", "labels": {"app": "shell"}},
            "spec": {"containers": [{"name": "shell", "image": "debian:1"}]},
        },
        "shop",
        "x",
    )
