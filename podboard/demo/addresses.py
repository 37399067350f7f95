"""The addresses of nodes, and those that their pods are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podboard.demo.store import Collection


@dataclass(slots=True)
class _Node:
    ip: str
    pod_prefix: str
    pods: int = 0


class Addresses:
    """Knows the nodes' addresses, and gives out those of pods.

    Args:
        nodes: The Node objects; one that is not there has addresses for documentation.
    """

    def __init__(self, nodes: Collection) -> None:
        self._objects = nodes
        self._nodes: dict[str, _Node] = {}

    def of_node(self, node: str) -> str:
        """Return a node's own address."""
        return self._node(node).ip

    def next_of_pod(self, node: str) -> str:
        """Return an address no pod of a node has had before (until the range has been gone through)."""
        known = self._node(node)
        known.pods = known.pods % 250 + 1
        return f"{known.pod_prefix}{known.pods + 1}"

    def _node(self, name: str) -> _Node:
        if name not in self._nodes:
            document = self._objects.get("", name)
            node = {} if document is None else document.read()
            addresses = node.get("status", {}).get("addresses", [])
            ip = next((one["address"] for one in addresses if one["type"] == "InternalIP"), "192.0.2.1")
            prefix = node.get("spec", {}).get("podCIDR", "10.88.0.0/24").rpartition(".")[0]
            self._nodes[name] = _Node(ip, f"{prefix}.")
        return self._nodes[name]
