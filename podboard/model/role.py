"""The rights a terminal needs, as objects that grant them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from podboard.errors import Denied

EXEC_VERBS: Final = ("get", "create")
"""What exec over a WebSocket needs on pods/exec: ``get`` since the request is a GET, ``create`` as well from
Kubernetes 1.35 on."""

ROLE_NAME: Final = "pod-exec"

ACCOUNT: Final = "system:serviceaccount:"
"""What the user name of a service account begins with."""

_GROUP: Final = "rbac.authorization.k8s.io"
_NO_NAME = re.compile(r"[^\w.:@-]", re.ASCII)


def role_for(denied: Denied) -> str:
    """Return a Role that allows terminals in a namespace, and its RoleBinding, as YAML.

    They are for ``kubectl create``; the binding's name is the user's own, and takes nobody else's place.
    """
    user, namespace = denied
    where = json.dumps(namespace)
    binding = json.dumps(f"{ROLE_NAME}-{_NO_NAME.sub('-', user)}")
    return (
        f"apiVersion: {_GROUP}/v1\n"
        "kind: Role\n"
        f"metadata: {{name: {ROLE_NAME}, namespace: {where}}}\n"
        "rules:\n"
        f'- {{apiGroups: [""], resources: [pods/exec], verbs: [{", ".join(EXEC_VERBS)}]}}\n'
        "---\n"
        f"apiVersion: {_GROUP}/v1\n"
        "kind: RoleBinding\n"
        f"metadata: {{name: {binding}, namespace: {where}}}\n"
        f"roleRef: {{apiGroup: {_GROUP}, kind: Role, name: {ROLE_NAME}}}\n"
        "subjects:\n"
        f"- {_subject(user)}\n"
    )


def _subject(user: str) -> str:
    account, _, name = user.removeprefix(ACCOUNT).partition(":")
    if user.startswith(ACCOUNT) and name:
        return f"{{kind: ServiceAccount, name: {json.dumps(name)}, namespace: {json.dumps(account)}}}"
    return f"{{apiGroup: {_GROUP}, kind: User, name: {json.dumps(user)}}}"
