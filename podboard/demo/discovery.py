"""What the server says it has: versions, groups, resources; in the old form and the aggregated one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from podboard.demo.kinds import KINDS, Kind

if TYPE_CHECKING:
    from podboard.demo.gojson import Object
    from podboard.demo.kinds import Subresource

VERSION: Final = """{
  "major": "1",
  "minor": "36",
  "emulationMajor": "1",
  "emulationMinor": "36",
  "minCompatibilityMajor": "1",
  "minCompatibilityMinor": "35",
  "gitVersion": "v1.36.2",
  "gitCommit": "98b35193b2ac7a23a673325f5e9b830ecd5ba406",
  "gitTreeState": "clean",
  "buildDate": "2026-08-21T00:00:00Z",
  "goVersion": "go1.26.6",
  "compiler": "gc",
  "platform": "linux/amd64"
}"""
"""What ``/version`` says: the release whose recordings this cluster is held against."""

AGGREGATED: Final = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_GROUPS: Final = ("apps", "authentication.k8s.io", "authorization.k8s.io", "batch")


def _review(group: str, kind: str) -> Kind:
    plural = f"{kind.lower()}s"
    return Kind(group, "v1", kind, plural, kind.lower(), namespaced=False, verbs=("create",))


_REVIEWS: Final = (
    _review("authentication.k8s.io", "SelfSubjectReview"),
    _review("authorization.k8s.io", "SelfSubjectAccessReview"),
    _review("authorization.k8s.io", "SelfSubjectRulesReview"),
)


def discovery(path: str, accept: str, server: str) -> tuple[Object, str] | None:
    """Return the document at a discovery path and its media type, None if there is none.

    Args:
        accept: The ``Accept`` header: the aggregated form has to be asked for.
        server: ``host:port`` of this server.
    """
    aggregated = wants_aggregated(accept)
    if path == "/api":
        return (_aggregated(("",)), AGGREGATED) if aggregated else (_core_versions(server), _JSON)
    if path == "/apis":
        return (_aggregated(_GROUPS), AGGREGATED) if aggregated else (_group_list(), _JSON)
    if path == "/api/v1":
        return _resource_list(""), _JSON
    for group in _GROUPS:
        if path == f"/apis/{group}":
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(group)}, _JSON
        if path == f"/apis/{group}/v1":
            return _resource_list(group), _JSON
    return None


def wants_aggregated(accept: str) -> bool:
    """Say whether an ``Accept`` header asks for the aggregated form first."""
    first = accept.partition(",")[0]
    parameters = {part.strip() for part in first.split(";")[1:]}
    return {"g=apidiscovery.k8s.io", "v=v2", "as=APIGroupDiscoveryList"} <= parameters


_JSON: Final = "application/json"


def _kinds(group: str) -> list[Kind]:
    return [kind for kind in (*KINDS, *_REVIEWS) if kind.group == group]


def _core_versions(server: str) -> Object:
    addresses = [{"clientCIDR": "0.0.0.0/0", "serverAddress": server}]
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": addresses}


def _group_list() -> Object:
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(name) for name in _GROUPS]}


def _group(name: str) -> Object:
    version = {"groupVersion": f"{name}/v1", "version": "v1"}
    return {"name": name, "versions": [version], "preferredVersion": version}


def _resource_list(group: str) -> Object:
    resources: list[Object] = []
    for kind in _kinds(group):
        resources.append(_resource(kind))
        resources += [_subresource(kind, one) for one in kind.subresources]
    version = f"{group}/v1" if group else "v1"
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}


def _resource(kind: Kind) -> Object:
    told: Object = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": list(kind.verbs),
    }
    if kind.short_names:
        told["shortNames"] = list(kind.short_names)
    if kind.categories:
        told["categories"] = list(kind.categories)
    return told


def _subresource(kind: Kind, one: Subresource) -> Object:
    told: Object = {"name": f"{kind.plural}/{one.name}", "singularName": "", "namespaced": kind.namespaced}
    if one.group:
        told |= {"group": one.group, "version": one.version}
    return told | {"kind": one.kind, "verbs": list(one.verbs)}


def _aggregated(groups: tuple[str, ...]) -> Object:
    items = [
        {
            "metadata": {"name": group, "creationTimestamp": None} if group else {"creationTimestamp": None},
            "versions": [
                {
                    "version": "v1",
                    "resources": [_aggregated_resource(kind) for kind in _kinds(group)],
                    "freshness": "Current",
                }
            ],
        }
        for group in groups
    ]
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    }


def _aggregated_resource(kind: Kind) -> Object:
    told: Object = {
        "resource": kind.plural,
        "responseKind": {"group": "", "version": "", "kind": kind.kind},
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": kind.singular,
        "verbs": list(kind.verbs),
    }
    if kind.short_names:
        told["shortNames"] = list(kind.short_names)
    if kind.categories:
        told["categories"] = list(kind.categories)
    if kind.subresources:
        told["subresources"] = [
            {
                "subresource": one.name,
                "responseKind": {
                    "group": one.group,
                    "version": one.version if one.group else "",
                    "kind": one.kind,
                },
                "verbs": list(one.verbs),
            }
            for one in kind.subresources
        ]
    return told
