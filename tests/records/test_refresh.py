"""``podboard records refresh-access``, with the embedded cluster and its kubeconfig."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from podboard.demo.process import DemoProcess
from podboard.model.secret import Secret
from podboard.records.export import unseal
from tests.records.podboards import Podboard
from tests.support.cluster import find_kubectl
from tests.support.databases import execute

ENDING = "Updated {} pod records with Kubernetes access configuration"


@pytest.fixture(scope="module")
def kubeconfig() -> Iterator[Path]:
    """Of an embedded cluster."""
    process = DemoProcess.start()
    yield process.kubeconfig()
    process.stop()


@pytest.fixture
def three(podboard: Podboard, kubeconfig: Path) -> Podboard:
    podboard.environment["KUBECONFIG"] = str(kubeconfig)
    podboard("add", "any", "pod_name=web-*")
    podboard(
        "add",
        "demo",
        "pod_name=db-*",
        "context=podboard-demo",
        "cluster_host=https://old:1",
        "token",
        stdin="old",
    )
    podboard("add", "else", "pod_name=db-*", "context=elsewhere")
    return podboard


def stored(podboard: Podboard) -> dict[str, Any]:
    """The records with their secrets."""
    sealed = podboard.out("export", "--with-secrets", "--passphrase-file", "-", stdin="x")
    records: list[Any] = unseal(json.loads(sealed), Secret.of("x"))
    return {record["name"]: record for record in records}


def kubectl(kubeconfig: Path, *arguments: str) -> str:
    environment = {"PATH": os.environ["PATH"], "KUBECONFIG": str(kubeconfig), "HOME": str(kubeconfig.parent)}
    return subprocess.run(
        [str(find_kubectl()), *arguments],
        env=environment, capture_output=True, text=True, check=True, timeout=30,
    ).stdout  # fmt: skip


def test_what_is_stored_opens_the_cluster(three: Podboard, kubeconfig: Path, tmp_path: Path) -> None:
    done = three("refresh-access", "--all")
    first, last = done.stdout.splitlines()
    assert first.endswith('context "podboard-demo": cluster_host, certificate_authority_data, kubeconfig')
    assert last == ENDING.format(2)
    assert done.stderr == 'podboard: 1 records of other contexts stay as they are: "else"\n'
    records = stored(three)
    whole = yaml.safe_load(kubeconfig.read_text("utf-8"))
    [cluster] = whole["clusters"]
    for name in ("any", "demo"):
        assert records[name]["cluster_host"] == cluster["cluster"]["server"]
        assert records[name]["certificate_authority_data"] == cluster["cluster"]["certificate-authority-data"]
        kept = tmp_path / name
        kept.write_text(records[name]["kubeconfig"])
        assert "web-" in kubectl(kept, "get", "pods", "-n", "shop", "-o", "name")
        assert kept.read_text("utf-8") == kubectl(
            kubeconfig, "config", "view", "--minify", "--flatten", "--raw"
        )
    assert "token" not in records["any"]
    assert records["demo"]["token"] == "old"
    assert records["else"].keys() == {"name", "pod_name", "context", "created_at", "updated_at"}


def test_a_context_with_a_token(three: Podboard, kubeconfig: Path) -> None:
    done = three("refresh-access", "any", "--context", "podboard-demo-token")
    users = {user["name"]: user["user"] for user in yaml.safe_load(kubeconfig.read_text("utf-8"))["users"]}
    token = users["podboard-demo-token"]["token"]
    assert done.stdout.splitlines()[-1] == ENDING.format(1)
    assert token not in done.stdout + done.stderr
    records = stored(three)
    assert records["any"]["token"] == token
    assert yaml.safe_load(records["any"]["kubeconfig"])["current-context"] == "podboard-demo-token"
    assert records["demo"]["cluster_host"] == "https://old:1"


def test_a_dry_run_writes_nothing(three: Podboard) -> None:
    before = three.contents()
    lines = three.out("refresh-access", "--all", "--dry-run").splitlines()
    assert [line.split() for line in lines[1:4]] == [
        ["NAME", "CLUSTER_HOST"],
        ["any", "<none>"],
        ["demo", "https://old:1"],
    ]
    assert lines[-1] == "Would update 2 pod records with Kubernetes access configuration"
    assert three.contents() == before


def test_a_record_of_another_context_is_not_written_to_by_name(three: Podboard) -> None:
    before = three.contents()
    told = three.told("refresh-access", "any", "else", code=6)
    assert (
        told[0]
        == '"else" belongs to the context "elsewhere", and the access at hand is that of "podboard-demo"'
    )
    assert three.told("refresh-access", "any", "nobody", code=6)[0] == 'there is no record "nobody"'
    assert three.contents() == before


def test_no_access_writes_nothing(three: Podboard) -> None:
    before = three.contents()
    assert three.told("refresh-access", "--all", "--context", "no", code=3)[0].startswith(
        'there is no context "no"'
    )
    told = three.told("refresh-access", "--all", code=3, KUBECONFIG="/nowhere")
    assert told[0] == "there is no kubeconfig: KUBECONFIG /nowhere (not there)"
    three.told("refresh-access", "--all", "--kubeconfig", "/nowhere", code=3)
    assert three.contents() == before


def test_none_at_all_is_none(podboard: Podboard, kubeconfig: Path) -> None:
    assert podboard.out("refresh-access", "--all", "--kubeconfig", str(kubeconfig)).endswith(
        f"{ENDING.format(0)}\n"
    )


# -- other kinds of kubeconfig --------------------------------------------------------------


def config(user: dict[str, Any], **cluster: Any) -> str:
    return json.dumps(
        {
            "current-context": "c",
            "clusters": [{"name": "c", "cluster": {"server": "https://new:1", **cluster}}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        }
    )


@pytest.fixture
def insecure(podboard: Podboard) -> Podboard:
    podboard("add", "a", "pod_name=a", "insecure_skip_tls_verify=true", "kubeconfig=/etc/config")
    podboard.environment["KUBECONFIG"] = str(podboard.folder / "config")
    return podboard


def test_a_plugin_is_not_put_into_a_record(insecure: Podboard) -> None:
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "x", "interactiveMode": "Never"}
    (insecure.folder / "config").write_text(config({"exec": plugin}))
    done = insecure("refresh-access", "--all")
    assert done.stdout.splitlines()[0].endswith('context "c": cluster_host')
    assert 'no kubeconfig is written: user "u" logs in through a program or a provider' in done.stderr
    record = stored(insecure)["a"]
    assert (record["cluster_host"], record["kubeconfig"]) == ("https://new:1", "/etc/config")
    assert record["insecure_skip_tls_verify"] is True


def test_an_authority_goes_with_its_host(insecure: Podboard) -> None:
    pem = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"
    (insecure.folder / "ca.pem").write_text(pem)
    (insecure.folder / "token").write_text("from-a-file\n")
    user = {"tokenFile": "token"}
    (insecure.folder / "config").write_text(config(user, **{"certificate-authority": "ca.pem"}))
    insecure("refresh-access", "a")
    record = stored(insecure)["a"]
    assert "insecure_skip_tls_verify" not in record
    assert record["token"] == "from-a-file"
    [kept] = yaml.safe_load(record["kubeconfig"])["users"]
    assert kept["user"] == {"token": "from-a-file"}
    (insecure.folder / "config").write_text(config(user))
    insecure("refresh-access", "a")
    assert "certificate_authority_data" not in stored(insecure)["a"]


def test_odd_old_records_are_written_to_as_well(insecure: Podboard) -> None:
    execute(insecure.database, "UPDATE records SET pod_name = 'An Odd Name'")
    (insecure.folder / "config").write_text(config({"token": "t"}))
    assert insecure.out("refresh-access", "--all").endswith(f"{ENDING.format(1)}\n")
