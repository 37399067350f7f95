"""What a path asks for, read as the API server reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from podboard.demo.rbac import Attributes

if TYPE_CHECKING:
    from podboard.demo.http_request import Request

_VERBS: Final = {"POST": "create", "PUT": "update", "PATCH": "patch", "GET": "get", "DELETE": "delete"}
_CORE_PREFIX, _GROUP_PREFIX = 2, 3  # path segments before the resource: api/v1, apis/apps/v1


@dataclass(frozen=True, slots=True)
class Target:
    """A resource, and what is to be done with it.

    Attributes:
        name: Empty for all of them.
    """

    verb: str
    group: str
    version: str
    plural: str
    namespace: str
    name: str
    subresource: str

    @property
    def attributes(self) -> Attributes:
        """Return what has to be allowed."""
        return Attributes(self.verb, self.group, self.plural, self.subresource, self.namespace, self.name)


def read_target(request: Request) -> Target | None:
    """Return what a request asks for, None if its path is no resource's."""
    segments = request.segments
    if len(segments) > _CORE_PREFIX and segments[0] == "api":
        group, version, rest = "", segments[1], segments[_CORE_PREFIX:]
    elif len(segments) > _GROUP_PREFIX and segments[0] == "apis":
        group, version, rest = segments[1], segments[2], segments[_GROUP_PREFIX:]
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 1:
        namespace = rest[1]
        rest = rest[2:] or rest  # a namespace itself counts as being in itself
    plural, *named = rest
    name = named[0] if named else ""
    subresource = "/".join(named[1:])
    verb = _VERBS.get(request.method, request.method.lower())
    if not name and verb == "get":
        verb = "watch" if request.parameter("watch") not in ("", "0", "false") else "list"
    elif not name and verb == "delete":
        verb = "deletecollection"
    return Target(verb, group, version, plural, namespace, name, subresource)
