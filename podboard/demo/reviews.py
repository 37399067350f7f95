"""What a user can ask about himself: who he is, whether he may do something, what he may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podboard.demo import managed
from podboard.demo.protobuf import MEDIA_TYPE, read_access_review, read_rules_review
from podboard.demo.rbac import Attributes, allowed_paths
from podboard.demo.status import bad_request
from podboard.demo.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable

    from podboard.demo.gojson import Object
    from podboard.demo.http_request import Request
    from podboard.demo.rbac import Accounts, User

_AUTHORIZATION = "authorization.k8s.io/v1"
_AUTHENTICATION = "authentication.k8s.io/v1"


class Reviews:
    """Answers the three self-reviews.

    Args:
        now: Tells the moment, in seconds since the epoch.
    """

    def __init__(self, accounts: Accounts, now: Callable[[], float]) -> None:
        self._accounts = accounts
        self._now = now

    def answer(self, resource: str, user: User, request: Request) -> Object | None:
        """Return the reviewed object, None if the resource is no self-review.

        Raises:
            StatusError: The body is no such object.
        """
        if resource == "selfsubjectreviews":
            return self._who(user)
        if resource == "selfsubjectaccessreviews":
            return self._may(user, _spec(request, read_access_review), request.manager)
        if resource == "selfsubjectrulesreviews":
            return self._rules(user, _spec(request, read_rules_review))
        return None

    def _who(self, user: User) -> Object:
        told: Object = {"username": user.name}
        if user.uid:
            told["uid"] = user.uid
        told["groups"] = list(user.groups)
        if user.extra:
            told["extra"] = dict(user.extra)
        return {
            "kind": "SelfSubjectReview",
            "apiVersion": _AUTHENTICATION,
            "metadata": {"creationTimestamp": rfc3339(self._now())},
            "status": {"userInfo": told},
        }

    def _may(self, user: User, spec: Object, manager: str) -> Object:
        decision = self._accounts.decide(user, _attributes(spec))
        status: Object = {"allowed": decision.allowed}
        if decision.reason:
            status["reason"] = decision.reason
        entry = managed.by_caller({"spec": spec}, manager, _AUTHORIZATION, self._now())
        return {
            "kind": "SelfSubjectAccessReview",
            "apiVersion": _AUTHORIZATION,
            "metadata": {"managedFields": [entry]},
            "spec": spec,
            "status": status,
        }

    def _rules(self, user: User, spec: Object) -> Object:
        rules = self._accounts.rules_in(user, _text(spec, "namespace"))
        return {
            "kind": "SelfSubjectRulesReview",
            "apiVersion": _AUTHORIZATION,
            "metadata": {},
            "spec": {},
            "status": {
                "resourceRules": [
                    {
                        "verbs": list(rule.verbs),
                        "apiGroups": list(rule.groups),
                        "resources": list(rule.resources),
                    }
                    for rule in rules
                ],
                "nonResourceRules": [{"verbs": ["get"], "nonResourceURLs": allowed_paths(user)}],
                "incomplete": False,
            },
        }


def _spec(request: Request, read_protobuf: Callable[[bytes], Object]) -> Object:
    if request.headers.get("content-type") == MEDIA_TYPE:
        try:
            return read_protobuf(request.body)
        except ValueError as error:
            raise bad_request(f"the object provided is unrecognized: {error}") from None
    spec = request.json().get("spec")
    if not isinstance(spec, dict):
        raise bad_request("the object provided is unrecognized: it has no spec")
    return spec


def _attributes(spec: Object) -> Attributes:
    paths, resources = spec.get("nonResourceAttributes"), spec.get("resourceAttributes")
    if isinstance(paths, dict) and not resources:
        return Attributes(_text(paths, "verb"), path=_text(paths, "path") or "/")
    if not isinstance(resources, dict):
        raise bad_request("exactly one of nonResourceAttributes or resourceAttributes must be specified")
    return Attributes(
        _text(resources, "verb"),
        _text(resources, "group"),
        _text(resources, "resource"),
        _text(resources, "subresource"),
        _text(resources, "namespace"),
        _text(resources, "name"),
    )


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name, "")
    if not isinstance(value, str):
        raise bad_request(f"{name} must be a string")
    return value
