"""The rights a terminal needs, as objects that grant them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.model.text import one_line

if TYPE_CHECKING:
    from podboard.errors import Denied


class Right(NamedTuple):
    """Verbs on a part of pods, and what a Role that grants them is called here.

    Attributes:
        part: The subresource.
    """

    part: str
    verbs: tuple[str, ...]
    role: str


EXEC_VERBS: Final = ("get", "create")
"""What exec over a WebSocket needs on pods/exec: ``get`` since the request is a GET, ``create`` as well from
Kubernetes 1.35 on. The same holds for attach."""

EXEC: Final = Right("exec", EXEC_VERBS, "pod-exec")
ATTACH: Final = Right("attach", EXEC_VERBS, "pod-attach")
DEBUG: Final = Right("ephemeralcontainers", ("patch",), "pod-debug")
RIGHTS: Final = {right.part: right for right in (EXEC, ATTACH, DEBUG)}

ACCOUNT: Final = "system:serviceaccount:"
"""What the user name of a service account begins with."""

_GROUP: Final = "rbac.authorization.k8s.io"
_NO_NAME = re.compile(r"[^\w.:@-]", re.ASCII)
_NOT_PLAIN = re.compile(r"""[^ !#-\[\]-~]""")


def lack(denied: Denied) -> str:
    """Say what somebody may not do."""
    right = RIGHTS[denied.right]
    may_not = f"may not {' and '.join(right.verbs)} pods/{right.part} in {denied.namespace}"
    return one_line(f'"{denied.user}" {may_not}')


def role_for(denied: Denied) -> str:
    """Return a Role that grants in a namespace what is lacking, and its RoleBinding, as YAML.

    They are for ``kubectl create``; the binding's name is the user's own, and takes nobody else's place.
    """
    user, namespace, part = denied
    right = RIGHTS[part]
    where = _quoted(namespace)
    binding = _quoted(f"{right.role}-{_NO_NAME.sub('-', user)}")
    return (
        f"apiVersion: {_GROUP}/v1\n"
        "kind: Role\n"
        f"metadata: {{name: {right.role}, namespace: {where}}}\n"
        "rules:\n"
        f'- {{apiGroups: [""], resources: [pods/{part}], verbs: [{", ".join(right.verbs)}]}}\n'
        "---\n"
        f"apiVersion: {_GROUP}/v1\n"
        "kind: RoleBinding\n"
        f"metadata: {{name: {binding}, namespace: {where}}}\n"
        f"roleRef: {{apiGroup: {_GROUP}, kind: Role, name: {right.role}}}\n"
        "subjects:\n"
        f"- {_subject(user)}\n"
    )


def _subject(user: str) -> str:
    account, _, name = user.removeprefix(ACCOUNT).partition(":")
    if user.startswith(ACCOUNT) and name:
        return f"{{kind: ServiceAccount, name: {_quoted(name)}, namespace: {_quoted(account)}}}"
    return f"{{apiGroup: {_GROUP}, kind: User, name: {_quoted(user)}}}"


def _quoted(text: str) -> str:
    """Return a text in YAML's double quotes, numbers for what is not plain: JSON has two for some."""
    whole = text.encode("utf-8", "replace").decode()
    escaped = _NOT_PLAIN.sub(lambda match: rf"\U{ord(match[0]):08x}", whole)
    return f'"{escaped}"'
