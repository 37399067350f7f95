"""Access from within a pod."""

from pathlib import Path

import pytest

from podboard.errors import KubeconfigError, NotInClusterError, UsageError
from podboard.kube.incluster import in_cluster_access, is_in_cluster
from podboard.model.overrides import Overrides
from tests.support.certificates import authority

POD = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}
NONE = Overrides()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    account = tmp_path / "serviceaccount"
    account.mkdir()
    (account / "token").write_text("first")
    (account / "ca.crt").write_bytes(authority().certificate)
    (account / "namespace").write_text("shop\n")
    return account


def test_what_kubernetes_gives_to_a_pod(folder: Path) -> None:
    access = in_cluster_access(NONE, POD, folder)
    assert (access.server, access.namespace, access.context) == (
        "https://10.96.0.1:443",
        "shop",
        "in-cluster",
    )
    assert access.ca == authority().certificate
    assert not access.insecure
    assert access.bearer_token() == "first"
    assert "first" not in repr(access)


def test_a_token_that_rotates_is_read_anew(folder: Path) -> None:
    access = in_cluster_access(NONE, POD, folder)
    (folder / "token").write_text("second\n")
    assert access.bearer_token() == "second"


def test_an_address_of_the_sixth_kind(folder: Path) -> None:
    access = in_cluster_access(NONE, {**POD, "KUBERNETES_SERVICE_HOST": "fd00::1"}, folder)
    assert access.server == "https://[fd00::1]:443"


@pytest.mark.parametrize(("environ", "namespace"), [({"POD_NAMESPACE": "told"}, "told"), ({}, "default")])
def test_where_the_pod_is(environ: dict[str, str], namespace: str, folder: Path) -> None:
    (folder / "namespace").unlink()
    assert in_cluster_access(NONE, POD | environ, folder).namespace == namespace


def test_flags_mean_what_they_mean_elsewhere(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "ca").write_text("another")
    flags = Overrides(
        server="https://other", token="t", namespace="n", as_user="alice", as_groups=("a",),
        certificate_authority=str(tmp_path / "ca"), tls_server_name="name", request_timeout=5.0,
    )  # fmt: skip
    access = in_cluster_access(flags, POD, folder)
    assert (access.server, access.namespace, access.tls_server_name) == ("https://other", "n", "name")
    assert (access.bearer_token(), access.token_file, access.request_timeout) == ("t", None, 5.0)
    assert access.ca == b"another"
    assert access.impersonate == (("Impersonate-User", "alice"), ("Impersonate-Group", "a"))
    skipping = in_cluster_access(Overrides(insecure_skip_tls_verify=True), POD, folder)
    assert (skipping.ca, skipping.insecure) == (None, True)


def test_flags_that_cannot_be(folder: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        in_cluster_access(Overrides(certificate_authority="/nowhere"), POD, folder)
    with pytest.raises(KubeconfigError, match="the command line impersonates groups without a user"):
        in_cluster_access(Overrides(as_groups=("a",)), POD, folder)


@pytest.mark.parametrize("missing", ["token", "ca.crt", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"])
def test_what_is_no_pod_is_told(missing: str, folder: Path) -> None:
    environ = {name: value for name, value in POD.items() if name != missing}
    (folder / missing).unlink(missing_ok=True)
    with pytest.raises(NotInClusterError, match=r"^podboard has no access from within a cluster: ") as caught:
        in_cluster_access(NONE, environ, folder)
    assert caught.value.exit_code == 3
    assert "--kubeconfig" in caught.value.hint
    assert is_in_cluster(environ, folder) is (missing == "ca.crt")
