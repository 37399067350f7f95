"""Access as pod records say, which strangers may have written."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from podboard.errors import KubeconfigError, NoKubeconfigError, RecordError
from podboard.kube.record_access import access_by_kubeconfig, access_by_token
from podboard.model.overrides import Overrides
from podboard.model.record import Record
from podboard.model.secret import Secret
from tests.support.certificates import authority

Json = dict[str, Any]
NONE = Overrides()
CA = base64.b64encode(authority().certificate).decode()
EXEC: Json = {
    "apiVersion": "client.authentication.k8s.io/v1",
    "command": "touch",
    "args": ["/tmp/owned"],  # noqa: S108 - nobody makes it
    "interactiveMode": "Never",
}


def kubeconfig(*, user: Json | None = None, cluster: Json | None = None) -> str:
    return yaml.safe_dump(
        {
            "clusters": [{"name": "c", "cluster": {"server": "https://10.0.0.1", **(cluster or {})}}],
            "users": [
                {"name": "u", "user": {"token": "token-of-u"} if user is None else user},
                {"name": "o", "user": {"token": "token-of-o"}},
            ],
            "contexts": [
                {"name": "here", "context": {"cluster": "c", "user": "u"}},
                {"name": "there", "context": {"cluster": "c", "user": "o", "namespace": "shop"}},
            ],
            "current-context": "here",
        }
    )


def record(**fields: Any) -> Record:
    return Record(name="web", pod_name="web-0", **fields)


# -- by kubeconfig --------------------------------------------------------------------------


def test_content_in_its_current_context_or_the_records(tmp_path: Path) -> None:
    content = Secret.of(kubeconfig(cluster={"certificate-authority-data": CA}))
    access = access_by_kubeconfig(record(kubeconfig=content), NONE, {}, tmp_path)
    assert (access.server, access.context, access.bearer_token()) == (
        "https://10.0.0.1",
        "here",
        "token-of-u",
    )
    assert access.ca == authority().certificate
    access = access_by_kubeconfig(record(kubeconfig=content, context="there"), NONE, {}, tmp_path)
    assert (access.context, access.namespace, access.bearer_token()) == ("there", "shop", "token-of-o")
    with pytest.raises(KubeconfigError, match='no context "x" in the kubeconfig of the record "web"'):
        access_by_kubeconfig(record(kubeconfig=content, context="x"), NONE, {}, tmp_path)


@pytest.mark.parametrize(
    ("user", "cluster", "said"),
    [
        ({"exec": EXEC}, {}, "logs in through exec"),
        ({"exec": EXEC, "token": "t"}, {}, "logs in through exec"),
        ({"auth-provider": {"name": "oidc", "config": {}}}, {}, "logs in through auth-provider"),
        ({"tokenFile": "token"}, {}, "names a file (tokenFile)"),
        ({"tokenFile": "/etc/passwd"}, {}, "names a file (tokenFile)"),
        ({"client-certificate": "/a", "client-key": "/b"}, {}, "names a file (client-certificate)"),
        ({"client-certificate-data": CA, "client-key": "../b"}, {}, "names a file (client-key)"),
        (None, {"certificate-authority": "ca.crt"}, "names a file (certificate-authority)"),
    ],
)
def test_content_touches_neither_programs_nor_files(
    user: Json | None, cluster: Json, said: str, tmp_path: Path
) -> None:
    content = Secret.of(kubeconfig(user=user, cluster=cluster))
    with pytest.raises(KubeconfigError) as caught:
        access_by_kubeconfig(record(kubeconfig=content), NONE, {}, tmp_path)
    assert said in caught.value.message
    assert 'the kubeconfig of the record "web"' in caught.value.message
    assert "by its path" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[", "- a", "a: &x [*x]", "\x00", "\ud800", pytest.param("- " * 300_000, id="deep in lists")],
)
def test_content_that_is_no_kubeconfig(text: str, tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match='the kubeconfig of the record "web"'):
        access_by_kubeconfig(record(kubeconfig=Secret.of(text)), NONE, {}, tmp_path)


def test_a_path_means_what_it_means_to_kubectl(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("in-a-file")
    (tmp_path / "config").write_text(kubeconfig(user={"tokenFile": "token"}))
    for path in (str(tmp_path / "config"), "~/config"):
        access = access_by_kubeconfig(record(kubeconfig=path), NONE, {"KUBECONFIG": "/other"}, tmp_path)
        assert access.bearer_token() == "in-a-file"
    (tmp_path / "config").write_text(kubeconfig(user={"exec": EXEC}))
    access = access_by_kubeconfig(record(kubeconfig="~/config"), NONE, {}, tmp_path)
    assert access.plugin is not None
    with pytest.raises(NoKubeconfigError):
        access_by_kubeconfig(record(kubeconfig="~/nowhere"), NONE, {}, tmp_path)


def test_who_acts_as_somebody_does_so_there_too(tmp_path: Path) -> None:
    flags = Overrides(
        kubeconfig="/other", context="other", server="https://other", token="other", namespace="other",
        as_user="alice", as_groups=("a",), as_uid="7", request_timeout=5.0,
    )  # fmt: skip
    headers = (("Impersonate-User", "alice"), ("Impersonate-Uid", "7"), ("Impersonate-Group", "a"))
    content = Secret.of(kubeconfig(user={"token": "t", "as": "root", "as-groups": ["system:masters"]}))
    access = access_by_kubeconfig(record(kubeconfig=content), flags, {}, tmp_path)
    assert (access.impersonate, access.request_timeout) == (headers, 5.0)
    assert (access.server, access.bearer_token(), access.namespace) == ("https://10.0.0.1", "t", "default")
    by_token = record(token=Secret.of("t"), cluster_host="https://10.0.0.1")
    assert access_by_token(by_token, flags, {}).impersonate == headers


def test_a_record_without_a_kubeconfig(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match='the record "web" has no kubeconfig'):
        access_by_kubeconfig(record(), NONE, {}, tmp_path)


# -- by token -------------------------------------------------------------------------------


def test_a_token_and_its_server() -> None:
    found = record(
        token=Secret.of("hush"), cluster_host="https://10.0.0.1:6443/", namespace="shop", context="prod",
        certificate_authority_data=CA,
    )  # fmt: skip
    access = access_by_token(found, NONE, {"HTTPS_PROXY": "proxy:3128"})
    assert (access.server, access.namespace, access.context) == ("https://10.0.0.1:6443", "shop", "prod")
    assert access.bearer_token() == "hush"
    assert (access.ca, access.insecure) == (authority().certificate, False)
    assert access.proxy == "http://proxy:3128"
    assert "hush" not in repr(access)


def test_nothing_but_the_record_itself_skips_verification() -> None:
    found = record(token=Secret.of("t"), cluster_host="https://a")
    access = access_by_token(found, Overrides(insecure_skip_tls_verify=True), {})
    assert (access.ca, access.insecure) == (None, False)
    skipping = record(token=Secret.of("t"), cluster_host="https://a", insecure_skip_tls_verify=True)
    assert access_by_token(skipping, NONE, {}).insecure


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "lacks a token"),
        ({"cluster_host": "https://a"}, "lacks a token"),
        ({"token": Secret.of("hush")}, "lacks a cluster_host"),
        ({"token": Secret.of("hush"), "cluster_host": "http://a"}, "in the open"),
        (
            {"token": Secret.of("hush"), "cluster_host": "https://a", "certificate_authority_data": "%"},
            "is no base64",
        ),
    ],
)
def test_a_record_that_is_not_whole(fields: Json, said: str) -> None:
    with pytest.raises(RecordError, match=said) as caught:
        access_by_token(record(**fields), NONE, {})
    assert 'the record "web"' in caught.value.message
    assert "hush" not in json.dumps([caught.value.message, caught.value.hint])
