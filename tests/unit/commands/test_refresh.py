"""Finding the access at hand where podboard runs in a pod."""

import base64
from functools import partial
from pathlib import Path

import pytest

from podboard.commands.records import refresh
from podboard.commands.records.refresh import find_access
from podboard.errors import NoKubeconfigError, NotInClusterError
from podboard.kube.incluster import in_cluster_access, is_in_cluster
from podboard.model.record import Record

PEM = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"


@pytest.fixture
def pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pod's service account, and no kubeconfig."""
    (tmp_path / "token").write_text("service-token\n")
    (tmp_path / "ca.crt").write_text(PEM)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setattr(refresh, "is_in_cluster", partial(is_in_cluster, folder=tmp_path))
    monkeypatch.setattr(refresh, "in_cluster_access", partial(in_cluster_access, folder=tmp_path))
    return tmp_path


def test_a_service_account_is_found(pod: Path) -> None:
    found = find_access("", "")
    assert found.fields == ["cluster_host", "certificate_authority_data", "token"]
    assert found.cluster_host == "https://10.96.0.1:443"
    assert found.certificate_authority_data == base64.b64encode(PEM.encode()).decode()
    assert found.token is not None
    assert found.token.reveal() == "service-token"
    assert "service-token" not in repr(found)
    record = found.written_to(Record(name="a", pod_name="a", kubeconfig="/kept", context="any"))
    assert record.kubeconfig == "/kept"
    assert list(record.problems()) == []
    assert pod.exists()


def test_a_kubeconfig_comes_first(pod: Path) -> None:
    (pod / ".kube").mkdir()
    (pod / ".kube" / "config").write_text(
        '{"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "c", "user": ""}}], '
        '"clusters": [{"name": "c", "cluster": {"server": "https://mine:6443"}}]}'
    )
    found = find_access("", "")
    assert (found.cluster_host, found.context) == ("https://mine:6443", "c")
    assert found.where == 'kubeconfig ~/.kube/config, context "c"'


def test_a_service_account_that_is_not_whole_is_said(pod: Path) -> None:
    (pod / "ca.crt").unlink()
    with pytest.raises(NotInClusterError):
        find_access("", "")


@pytest.mark.parametrize(("kubeconfig", "context"), [("/nowhere", ""), ("", "named")])
def test_what_was_named_must_be_there(kubeconfig: str, context: str, pod: Path) -> None:
    assert pod.exists()
    with pytest.raises(NoKubeconfigError):
        find_access(kubeconfig, context)


def test_nothing_is_found_outside(pod: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pod.exists()
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST")
    with pytest.raises(NoKubeconfigError):
        find_access("", "")
