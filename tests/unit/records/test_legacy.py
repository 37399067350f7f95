"""What the application before podboard kept of a pod, as a record."""

from typing import Any

import pytest

from podboard.errors import RecordError
from podboard.model.record import Record
from podboard.model.secret import Secret
from podboard.records.legacy import record_from_legacy


def record(**fields: Any) -> Record:
    return record_from_legacy({"pod_name": "web", **fields})


def opened(value: Any) -> Any:
    return ("secret", value.reveal()) if isinstance(value, Secret) else value


def details(value: Any) -> Any:
    found = record(ssh_connection_details=value).ssh_connection_details
    return None if found is None else {name: opened(value) for name, value in found.fields.items()}


def test_a_pod_alone() -> None:
    assert record_from_legacy({"pod_name": "web"}) == Record(name="web", pod_name="web")


def test_empty_columns_are_none() -> None:
    empty = dict.fromkeys(
        ("namespace", "image", "cluster_host", "kubeconfig", "token", "status", "started_at"), ""
    )
    assert record(**empty, stopped_at=None, resource_limits="{}", service_details={}) == record()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("apiVersion: v1\n", ("secret", "apiVersion: v1")),
        ("/etc/kube/config\n", "/etc/kube/config"),
        ("~/.kube/config", "~/.kube/config"),
        ("/etc/kube\nclusters: []", ("secret", "/etc/kube\nclusters: []")),
        (" \n", None),
    ],
)
def test_a_kubeconfig_is_a_path_or_a_secret(text: str, kept: object) -> None:
    assert opened(record(kubeconfig=text).kubeconfig) == kept


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        ("https://10.0.0.1:6443", "https://10.0.0.1:6443"),
        ("https://[fd00::1]:6443/k8s/clusters/c-1", "https://[fd00::1]:6443/k8s/clusters/c-1"),
        ("10.0.0.1:6443", "10.0.0.1:6443"),
        ("HTTPS://Kube.example", "HTTPS://Kube.example"),
        ("https://ops:pw@10.0.0.1:6443/x", "https://10.0.0.1:6443/x"),
        ("ops@10.0.0.1", "10.0.0.1"),
        ("https://10.0.0.1/?token=pw", "https://10.0.0.1/"),
        ("https://10.0.0.1#pw", "https://10.0.0.1"),
        # Never another host than the one that was meant.
        ("https://10.0.0.1/p@evil.example", None),
        ("https://ops:p/w@10.0.0.1", None),
        ("eyJhbGciOi JSUzI1NiJ9", None),
        ("ftp://10.0.0.1", "ftp://10.0.0.1"),
        ("ftp://ops:pw@10.0.0.1", None),
    ],
)
def test_a_server_is_kept_without_what_may_be_secret(host: str, kept: str | None) -> None:
    made = record(cluster_host=host)
    assert made.cluster_host == kept
    rest = {} if kept == host else {"cluster_host": ("secret", host)}
    assert {name: opened(value) for name, value in made.other.items()} == rest


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ('{"host": "h", "port": 22}', {"host": "h", "port": 22}),
        ({"hostname": "h", "user": "u"}, {"host": "h", "username": "u"}),
        ({"host": "h", "hostname": "other"}, {"host": "h", "hostname": ("secret", "other")}),
        ({"private_key": "k"}, {"key_string": ("secret", "k")}),
        ({"passphrase": "p"}, {"key_passphrase": ("secret", "p")}),
        ({"key_path": "/k"}, {"key_file": "/k"}),
        ({"key_filename": "/k"}, {"key_file": "/k"}),
        ({"private_key_path": "/k", "password": "p"}, {"key_file": "/k", "password": ("secret", "p")}),
        ({"key_file": "BEGIN PRIVATE KEY"}, {"key_file": ("secret", "BEGIN PRIVATE KEY")}),
        ({"host": "h", "extra": {"deep": [1]}}, {"host": "h", "extra": ("secret", {"deep": [1]})}),
        ({"host": "h", "password": "", "user": None}, {"host": "h"}),
        ("{}", None),
        (None, None),
    ],
)  # fmt: skip
def test_ssh_details(value: object, kept: object) -> None:
    assert details(value) == kept


@pytest.mark.parametrize(
    "text",
    [
        "{'host': 'h'}",
        "[1]",
        '"h"',
        '{"host": "\\ud800"}',
        '{"host": "a\\u0000"}',
        "[" * 5000,
        '{"port": 1e999}',
    ],
)
def test_ssh_details_that_are_none_are_kept_sealed(text: str) -> None:
    made = record(ssh_connection_details=text)
    assert made.ssh_connection_details is None
    kept = made.other["ssh_connection_details"]
    assert isinstance(kept, Secret)
    assert kept.reveal() in (text, [1], "h")


def test_other_columns_are_secrets_but_for_those_that_are_known() -> None:
    made = record(
        id=7, project=1, conversation_id="2", status="running", started_at="2024-01-02", surprise="s",
        resource_limits='{"cpu": "1"}', service_details='{"key": "s"}', created_at="long ago",
    )  # fmt: skip
    assert {name: opened(value) for name, value in made.other.items()} == {
        "id": 7,
        "project_id": 1,
        "conversation_id": "2",
        "status": "running",
        "started_at": "2024-01-02",
        "surprise": ("secret", "s"),
        "resource_limits": {"cpu": "1"},
        "service_details": ("secret", {"key": "s"}),
        "created_at": ("secret", "long ago"),
    }
    assert made.created_at == ""


@pytest.mark.parametrize("limits", ["not JSON", "[]x", '["a"]', '{"cpu": 1e999}'])
def test_limits_that_are_none_are_secrets(limits: str) -> None:
    assert isinstance(record(resource_limits=limits).other["resource_limits"], Secret)


@pytest.mark.parametrize(
    ("time", "kept"),
    [
        ("2024-01-02 03:04:05.123456", "2024-01-02T03:04:05.123456Z"),
        ("2024-01-02 03:04:05", "2024-01-02T03:04:05.000000Z"),
        ("2024-01-02T03:04:05.123Z", "2024-01-02T03:04:05.123000Z"),
        ("2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05.000000Z"),
        ("0001-01-01 00:00:00+14:00", ""),
        ("never", ""),
        (None, ""),
        (17, ""),
    ],
)
def test_times(time: object, kept: str) -> None:
    assert record(updated_at=time).updated_at == kept


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"pod_name": ""}, "it has no pod_name"),
        ({"pod_name": None}, "it has no pod_name"),
        ({"pod_name": "a\x00"}, "pod_name holds a character that no text has"),
        ({"pod_name": ["a"]}, "pod_name is no text"),
        ({"token": 17}, "token is no text"),
        ({"service_details": "\ud800"}, "service_details holds a character that no text has"),
        ({"new\x1b": "\x00"}, "new\\x1b holds a character that no text has"),
    ],
)
def test_what_cannot_be_a_record(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(RecordError) as refused:
        record(**fields)
    assert refused.value.message == reason


def test_no_secret_is_shown() -> None:
    made = record(
        token="SECRET", kubeconfig="SECRET", service_details="SECRET", cluster_host="https://SECRET@h",
        ssh_connection_details={"password": "SECRET", "odd": "SECRET"},
    )  # fmt: skip
    assert "SECRET" not in repr(made)
