"""The Role that is offered where a right is missing: read by real kubectl, and enough."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from podboard.demo.cluster import DemoCluster
from podboard.demo.rbac import Account, Grant, Rule
from podboard.errors import ApiError, Denied
from podboard.kube.client import ApiClient
from podboard.kube.debug import Debugger
from podboard.kube.exec import open_attach, open_exec
from podboard.kube.resolve import load_access
from podboard.model.overrides import Overrides
from podboard.model.role import role_for
from podboard.model.target import Target
from tests.support.cluster import Kubectl

TARGET = Target("shop", "web-7d9f8c6b5-x2x4q", "web")
READ = Grant("reads", (Rule(("get", "list"), ("pods",)),), "shop")


async def understood(kubectl: Kubectl, role: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The Role and the RoleBinding, as kubectl has taken them in."""
    done = await kubectl(
        "auth", "reconcile", "--dry-run=client", "-f", "-", "-o", "json", stdin=role.encode()
    )
    assert done.returncode == 0, done.stderr
    decoder = json.JSONDecoder()
    first, end = decoder.raw_decode(done.stdout)
    second, _ = decoder.raw_decode(done.stdout[end:].lstrip())
    return first, second


async def denied(client: ApiClient, right: str) -> Denied | None:
    """What is missing to do what needs a right, as a person is told; None where nothing is."""
    if right == "ephemeralcontainers":
        return await Debugger(client, TARGET).denied()
    try:
        if right == "attach":
            session = await open_attach(client, TARGET, tty=False, stdin=False)
        else:
            session = await open_exec(client, TARGET, ("true",), tty=False)
    except ApiError as error:
        return error.denied
    await session.close()
    return None


@pytest.mark.parametrize("right", ["exec", "attach", "ephemeralcontainers"])
async def test_what_kubectl_makes_of_it_grants_what_was_missing(
    right: str, demo: DemoCluster, kubectl: Kubectl, tmp_path: Path
) -> None:
    demo.add_account(Account("data", "ops", (READ,), "token-of-ops"))
    config = yaml.safe_load(demo.kubeconfig.read_text("utf-8"))
    config["users"][0]["user"] = {"token": "token-of-ops"}
    (tmp_path / "ops").write_text(yaml.safe_dump(config))
    async with ApiClient(load_access(Overrides(kubeconfig=str(tmp_path / "ops")), {}, tmp_path)) as client:
        lacking = await denied(client, right)
        assert lacking == Denied("system:serviceaccount:data:ops", "shop", right)
        role, binding = await understood(kubectl, role_for(lacking))
        assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "ops", "namespace": "data"}]
        assert binding["roleRef"]["name"] == role["metadata"]["name"]
        rules = tuple(
            Rule(tuple(rule["verbs"]), tuple(rule["resources"]), tuple(rule["apiGroups"]))
            for rule in role["rules"]
        )
        given = Grant(role["metadata"]["name"], rules, binding["metadata"]["namespace"])
        demo.add_account(Account("data", "ops", (READ, given)))
        assert await denied(client, right) is None


@pytest.mark.parametrize("user", ["ann@example.com", "yes", '"]}\n---\nkind: x', "\U0001f600 \\\u2028\x7f\0"])
async def test_kubectl_reads_any_name_as_it_is(user: str, kubectl: Kubectl) -> None:
    _, binding = await understood(kubectl, role_for(Denied(user, "shop")))
    assert binding["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user},
    ]
