"""Who may do what: users, the roles they were given, and what a refusal says."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from podboard.demo.names import new_uid
from podboard.demo.status import StatusError, unauthorized

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podboard.demo.gojson import Object

MASTERS: Final = "system:masters"
"""The group that may do everything, whatever the roles say."""

AUTHENTICATED: Final = "system:authenticated"
_UNAUTHENTICATED: Final = "system:unauthenticated"
_CREDENTIAL: Final = "authentication.kubernetes.io/credential-id"
_PUBLIC_PATHS: Final = ("/healthz", "/livez", "/readyz", "/version")
_DISCOVERY_PATHS: Final = ("/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*")
_SELF_REVIEWS: Final = {
    "authorization.k8s.io": ("selfsubjectaccessreviews", "selfsubjectrulesreviews"),
    "authentication.k8s.io": ("selfsubjectreviews",),
}


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who asks.

    Attributes:
        extra: What else is known of the credentials.
    """

    name: str
    groups: tuple[str, ...]
    uid: str = ""
    extra: Mapping[str, list[str]] = field(default_factory=dict)


ANONYMOUS: Final = User("system:anonymous", (_UNAUTHENTICATED,))


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is asked for: to do something with a resource, or with a path that is none.

    Attributes:
        namespace: Empty for the whole cluster.
        name: Empty for all of them.
        path: Set for a path that is no resource; then the rest is empty but for the verb.
    """

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def full_resource(self) -> str:
        """Return resource and subresource as roles name them."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


@dataclass(frozen=True, slots=True)
class Rule:
    """Something a role allows: some verbs on some resources; ``*`` is all of them.

    Attributes:
        resources: Plurals, with a slash and the subresource where one is meant.
    """

    verbs: tuple[str, ...]
    resources: tuple[str, ...]
    groups: tuple[str, ...] = ("",)

    def allows(self, asked: Attributes) -> bool:
        """Say whether this is allowed by the rule."""
        return (
            _covers(self.verbs, asked.verb)
            and _covers(self.groups, asked.group)
            and _covers(self.resources, asked.full_resource)
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """A role given to a service account: by a ClusterRoleBinding where the namespace is empty."""

    role: str
    rules: tuple[Rule, ...]
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A service account.

    Attributes:
        token: What it is known by; empty for one that cannot log in.
    """

    namespace: str
    name: str
    grants: tuple[Grant, ...] = ()
    token: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, and by what."""

    allowed: bool
    reason: str = ""


class Accounts:
    """Everybody who is known, and what each may do."""

    def __init__(self) -> None:
        self._tokens: list[tuple[bytes, User]] = []
        self._accounts: dict[str, Account] = {}
        self._users: dict[str, User] = {}

    def add_token(self, token: str, user: User) -> None:
        """Let a user in by a bearer token; only its hash is kept."""
        self._tokens.append((_hash(token), user))

    def add_account(self, account: Account) -> User:
        """Add a service account and what it was given."""
        user = User(
            f"system:serviceaccount:{account.namespace}:{account.name}",
            ("system:serviceaccounts", f"system:serviceaccounts:{account.namespace}", AUTHENTICATED),
            new_uid(),
            {_CREDENTIAL: [f"JTI={new_uid()}"]},
        )
        self._accounts[user.name] = replace(account, token="")
        self._users[user.name] = user
        if account.token:
            self.add_token(account.token, user)
        return user

    def authenticate(self, authorization: str, certificate: bytes | None) -> User:
        """Say who asks, by a verified client certificate (DER) or an ``Authorization`` header.

        Raises:
            StatusError: The header names nobody; no header and no certificate is the anonymous user.
        """
        if certificate is not None:
            return _user_of(certificate)
        if not authorization:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return ANONYMOUS
        hashed, found = _hash(token.strip()), None
        for known, user in self._tokens:  # all of them, so that the time taken tells nothing
            if hmac.compare_digest(known, hashed):
                found = user
        if found is None:
            raise unauthorized()
        return found

    def impersonate(self, user: User, name: str, groups: tuple[str, ...]) -> User:
        """Return whom a user asks to be taken for (kubectl's ``--as``).

        Args:
            groups: Those asked for (``--as-group``); none for those a service account has anyway.

        Raises:
            StatusError: The user may not do that.
        """
        wanted = [Attributes("impersonate", resource="users", name=name)]
        wanted += [Attributes("impersonate", resource="groups", name=group) for group in groups]
        for asked in wanted:
            if not self.decide(user, asked).allowed:
                raise forbidden(user, asked)
        known = self._users.get(name)
        if known is not None and not groups:
            return known
        return User(name, (*groups, AUTHENTICATED))

    def decide(self, user: User, asked: Attributes) -> Decision:
        """Say whether a user may do something."""
        if MASTERS in user.groups:
            return Decision(allowed=True)
        if asked.path:
            known = _PUBLIC_PATHS if AUTHENTICATED not in user.groups else (*_PUBLIC_PATHS, *_DISCOVERY_PATHS)
            return Decision(asked.verb == "get" and any(_path_matches(path, asked.path) for path in known))
        if AUTHENTICATED in user.groups and asked.resource in _SELF_REVIEWS.get(asked.group, ()):
            return Decision(asked.verb == "create")
        account = self._accounts.get(user.name)
        if account is not None:
            for grant in account.grants:
                in_scope = grant.namespace in ("", asked.namespace)
                if in_scope and any(rule.allows(asked) for rule in grant.rules):
                    return Decision(allowed=True, reason=_why(account, grant))
        return Decision(allowed=False)

    def rules_in(self, user: User, namespace: str) -> list[Rule]:
        """Return what a user may do in a namespace."""
        if MASTERS in user.groups:
            return [Rule(("*",), ("*",), ("*",))]
        account = self._accounts.get(user.name)
        grants = () if account is None else account.grants
        reviews = [
            Rule(("create",), resources, (group,))
            for group, resources in _SELF_REVIEWS.items()
            if AUTHENTICATED in user.groups
        ]
        given = [rule for grant in grants if grant.namespace in ("", namespace) for rule in grant.rules]
        return [*reviews, *given]


def allowed_paths(user: User) -> list[str]:
    """Return the paths that are no resources and that a user may read."""
    if MASTERS in user.groups:
        return ["*"]
    return [*_PUBLIC_PATHS, *(_DISCOVERY_PATHS if AUTHENTICATED in user.groups else ())]


def forbidden(user: User, asked: Attributes, *, silent: bool = False) -> StatusError:
    """Return what a refusal says.

    Args:
        silent: Whether it does not say why, as to who may get ``pods/exec`` and not create it.
    """
    if asked.path:
        message = f'forbidden: User "{user.name}" cannot {asked.verb} path "{asked.path}"'
        return StatusError(403, message, "Forbidden", details={})
    details: Object = {"name": asked.name} if asked.name else {}
    details |= {"group": asked.group} if asked.group else {}
    details["kind"] = asked.resource
    what = f"{asked.resource}.{asked.group}" if asked.group else asked.resource
    if asked.name:
        what = f'{what} "{asked.name}"'
    where = f'in the namespace "{asked.namespace}"' if asked.namespace else "at the cluster scope"
    resource = f'resource "{asked.full_resource}" in API group "{asked.group}"'
    why = f'User "{user.name}" cannot {asked.verb} {resource} {where}'
    return StatusError(403, f"{what} is forbidden: {'' if silent else why}", "Forbidden", details=details)


def _user_of(certificate: bytes) -> User:
    subject = x509.load_der_x509_certificate(certificate).subject
    names = [str(one.value) for one in subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    groups = [str(one.value) for one in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    known_as = {_CREDENTIAL: [f"X509SHA256={hashlib.sha256(certificate).hexdigest()}"]}
    return User(names[0], (*groups, AUTHENTICATED), extra=known_as)


def _why(account: Account, grant: Grant) -> str:
    subject = f"{account.name}/{account.namespace}"
    if grant.namespace:
        return (
            f'RBAC: allowed by RoleBinding "{account.name}/{grant.namespace}" of Role "{grant.role}" '
            f'to ServiceAccount "{subject}"'
        )
    return (
        f'RBAC: allowed by ClusterRoleBinding "{account.name}" of ClusterRole "{grant.role}" '
        f'to ServiceAccount "{subject}"'
    )


def _covers(listed: tuple[str, ...], one: str) -> bool:
    return "*" in listed or one in listed


def _path_matches(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path.rstrip("/") == pattern


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
