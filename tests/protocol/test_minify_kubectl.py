"""A kubeconfig of one context without files, by podboard and by kubectl: both must come to the same."""

import base64
import json
import os
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from podboard.errors import KubeconfigError
from podboard.kube.kubeconfig import parse_kubeconfig, read_kubeconfig
from podboard.kube.minify import minified
from podboard.kube.resolve import resolve
from podboard.model.overrides import Overrides
from tests.support.cluster import find_kubectl

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"
DATA = base64.b64encode(CERTIFICATE.encode()).decode()

CLUSTERS: dict[str, Any] = {
    "file": {"server": "https://file:6443", "certificate-authority": "pki/ca.pem"},
    "data": {
        "server": "https://data:6443/path/",
        "certificate-authority-data": DATA,
        "tls-server-name": "name",
    },
    "odd": {
        "server": "https://odd:6443",
        "insecure-skip-tls-verify": True,
        "disable-compression": True,
        "proxy-url": "http://user:word@proxy:3128",
        "extensions": [{"name": "x", "extension": {"b": [1, 2], "a": "ü"}}],
        "what-nobody-knows": 1,
    },
}
USERS: dict[str, Any] = {
    "file": {"client-certificate": "pki/ca.pem", "client-key": "pki/key.pem"},
    "data": {"client-certificate-data": DATA, "client-key-data": DATA},
    "token": {
        "token": "abc", "as": "bob", "as-uid": "7", "as-groups": ["g", "h"], "as-user-extra": {"k": ["v"]},
    },
    "basic": {"username": "u", "password": "1234"},
    "plugin": {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": "bin/plugin", "args": ["x"],
            "env": [{"name": "A", "value": "b"}], "interactiveMode": "Never", "provideClusterInfo": True,
        }
    },
    "nobody": {},
}  # fmt: skip
CONTEXTS: dict[str, Any] = {
    f"{cluster}-{user}": {"cluster": cluster, "user": user} for cluster in CLUSTERS for user in USERS
}
CONTEXTS["y"] = {"cluster": "data", "user": "token", "namespace": "n"}
CONTEXTS["data-token"] |= {"namespace": "shop", "extensions": [{"name": "y", "extension": {"z": None}}]}


@pytest.fixture
def files(tmp_path: Path) -> str:
    """KUBECONFIG: clusters and users in one file, contexts in another, and one that is not there."""
    (tmp_path / "one" / "pki").mkdir(parents=True)
    (tmp_path / "one" / "pki" / "ca.pem").write_text(CERTIFICATE)
    (tmp_path / "one" / "pki" / "key.pem").write_text("key")
    one: dict[str, Any] = {
        "clusters": [{"name": name, "cluster": body} for name, body in CLUSTERS.items()],
        "users": [{"name": name, "user": body} for name, body in USERS.items()],
    }
    two: dict[str, Any] = {
        "current-context": "file-file",
        "contexts": [{"name": name, "context": body} for name, body in CONTEXTS.items()],
        "users": [{"name": "token", "user": {"token": "overruled"}}],
    }
    paths = [tmp_path / "one" / "config", tmp_path / "two", tmp_path / "missing"]
    for path, content in zip(paths, (one, two), strict=False):
        path.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", **content}))
    return os.pathsep.join(map(str, paths))


def by_podboard(files: str, home: Path, context: str) -> str:
    config = read_kubeconfig(None, {"KUBECONFIG": files}, home)
    return minified(config, resolve(config, Overrides(context=context), {}))


def by_kubectl(files: str, home: Path, *arguments: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "KUBECONFIG": files}
    command = [str(find_kubectl()), "config", "view", "--minify", "--flatten", "--raw", *arguments]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=30, cwd=home
    ).stdout


@pytest.mark.parametrize("context", [*CONTEXTS, ""])
def test_kubectl_comes_to_the_same(context: str, files: str, tmp_path: Path) -> None:
    theirs = by_kubectl(files, tmp_path, *([f"--context={context}"] if context else []))
    ours = by_podboard(files, tmp_path, context)
    assert yaml.safe_load(ours) == yaml.safe_load(theirs)
    kept = tmp_path / "kept" / "config"
    kept.parent.mkdir()
    kept.write_text(ours)
    assert by_kubectl(str(kept), tmp_path) == theirs


def test_a_token_file_is_put_in(files: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-the-file\n")
    config = tmp_path / "config"
    users = [{"name": "u", "user": {"tokenFile": "token", "token": "old"}}]
    content = {**yaml.safe_load(by_podboard(files, tmp_path, "data-token")), "users": users}
    content["contexts"][0]["context"]["user"] = "u"
    config.write_text(yaml.safe_dump(content))
    [user] = yaml.safe_load(by_podboard(str(config), tmp_path, ""))["users"]
    assert user == {"name": "u", "user": {"token": "from-the-file"}}


def test_what_podboard_keeps_podboard_reads(files: str, tmp_path: Path) -> None:
    # A date is text to kubectl.
    config = tmp_path / "config"
    extended = yaml.safe_load(by_podboard(files, tmp_path, "y"))
    extended["clusters"][0]["cluster"]["extensions"] = [{"name": "x", "extension": {"at": date(2024, 1, 2)}}]
    config.write_text(yaml.safe_dump(extended))
    kept = parse_kubeconfig(by_podboard(str(config), tmp_path, ""), "the kept one")
    assert kept.current_context == "y"
    assert kept.clusters["data"].fields["extensions"][0]["extension"] == {"at": "2024-01-02"}


def test_a_file_that_is_not_there_is_named(files: str, tmp_path: Path) -> None:
    config = read_kubeconfig(None, {"KUBECONFIG": files}, tmp_path)
    access = resolve(config, Overrides(context="file-file"), {})
    (tmp_path / "one" / "pki" / "ca.pem").unlink()
    with pytest.raises(KubeconfigError, match=r'certificate-authority of cluster "file" .*/ca.pem'):
        minified(config, access)
