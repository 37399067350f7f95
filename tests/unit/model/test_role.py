"""A Role that would allow terminals, for whoever may create it."""

from typing import Any

import pytest
import yaml

from podboard.errors import Denied
from podboard.model.role import lack, role_for


def objects(user: str, namespace: str = "shop") -> tuple[dict[str, Any], dict[str, Any]]:
    role, binding = yaml.safe_load_all(role_for(Denied(user, namespace)))
    return role, binding


def test_it_grants_what_exec_needs_to_the_user_in_the_namespace() -> None:
    role, binding = objects("ops")
    assert role == {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "pod-exec", "namespace": "shop"},
        "rules": [{"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["get", "create"]}],
    }
    assert binding == {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "pod-exec-ops", "namespace": "shop"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "pod-exec"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "ops"}],
    }


@pytest.mark.parametrize(
    ("right", "name", "verbs"),
    [("attach", "pod-attach", ["get", "create"]), ("ephemeralcontainers", "pod-debug", ["patch"])],
)
def test_it_grants_what_is_lacking(right: str, name: str, verbs: list[str]) -> None:
    denied = Denied("ops", "shop", right)
    role, binding = yaml.safe_load_all(role_for(denied))
    assert role["metadata"]["name"] == binding["roleRef"]["name"] == name
    assert role["rules"] == [{"apiGroups": [""], "resources": [f"pods/{right}"], "verbs": verbs}]
    assert lack(denied) == f'"ops" may not {" and ".join(verbs)} pods/{right} in shop'


def test_a_service_account_is_called_what_it_is() -> None:
    _, binding = objects("system:serviceaccount:ci:deployer")
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "deployer", "namespace": "ci"}]


@pytest.mark.parametrize(
    "user",
    [
        "ann@example.com",
        "oidc:https://login.example/x",
        "yes",
        "0o17",
        "~",
        "a: b # c",
        '"]}\n---\nkind: ClusterRoleBinding',
        "system:serviceaccount:",
        "漢字 \u202e\x1b[31m",
        "ann \U0001f600 \\\t\0",
        "%s {0} ${HOME}",
    ],
)
def test_a_name_is_a_name_whatever_it_holds(user: str) -> None:
    role, binding = objects(user, "yes")
    assert binding["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user},
    ]
    # What Kubernetes takes for the name of a binding: no slash and no per cent.
    assert not set("/%\n ") & set(binding["metadata"]["name"])
    assert role["metadata"]["namespace"] == "yes"
    assert role_for(Denied(user, "yes")).isascii()
