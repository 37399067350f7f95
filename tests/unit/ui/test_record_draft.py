"""What typed texts come down to."""

import base64
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from podboard.errors import RecordError
from podboard.model.pod import Metadata, OwnerReference, Pod
from podboard.model.record import FIELDS, SSH_PLAIN, SSH_SECRET, Record, SshConnectionDetails
from podboard.model.secret import Secret
from podboard.ui.record_draft import ENTRIES, HINTS, SSH, draft_of, drafted, has, others, problems, shown

PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
WEB = Record(name="web", pod_name="web-*")


def sealed(text: str) -> Secret[Any]:
    """A secret that must not be looked at."""

    def reveal() -> str:
        raise AssertionError(text)

    return Secret(reveal)


FULL = Record(
    name="web",
    pod_name="web-*",
    namespace="shop",
    context="kind-dev",
    cluster_host="https://10.0.0.1:6443",
    kubeconfig=sealed("kubeconfig"),
    token=sealed("token"),
    certificate_authority_data=base64.b64encode(PEM.encode()).decode(),
    ssh_connection_details=SshConnectionDetails(
        {"host": "bastion", "port": 2222, "password": sealed("password"), "project": sealed("project")}
    ),
    labels={"team": "shop", "tier": "front"},
    note="two\nlines",
    other={"status": "old"},
    id="1" * 32,
)


# -- what is shown --------------------------------------------------------------------------


def test_every_field_can_be_typed() -> None:
    plain = [name for name in FIELDS if name != SSH]
    assert list(ENTRIES) == [*plain, *(f"{SSH}.{name}" for name in (*SSH_PLAIN, *SSH_SECRET))]
    assert set(HINTS) <= set(ENTRIES)


def test_what_is_shown_of_a_record() -> None:
    texts = {entry: shown(FULL, entry) for entry in ENTRIES}
    assert {entry for entry, text in texts.items() if text is None} == {
        "kubeconfig",
        "token",
        f"{SSH}.password",
    }
    assert texts["labels"] == "team=shop, tier=front"
    assert texts["insecure_skip_tls_verify"] == "no"
    assert texts["note"] == "two lines"
    assert texts[f"{SSH}.port"] == "2222"
    assert texts["container"] == texts[f"{SSH}.username"] == ""
    assert others(FULL) == [f"{SSH}.project", "status"]
    assert list(has(FULL)) == ["kubeconfig", "token", "ssh"]
    assert list(has(WEB)) == []


def test_what_a_database_holds_cannot_act_on_the_terminal_and_is_not_cut() -> None:
    note = "\x1b[31m" + "a" * 5000
    assert shown(replace(WEB, note=note), "note") == "\\x1b[31m" + "a" * 5000


# -- what is typed --------------------------------------------------------------------------


def test_what_is_not_typed_stays_as_it_is() -> None:
    assert drafted(FULL, {}) == FULL
    changed = drafted(FULL, {"name": " web-2 "})
    assert changed == replace(FULL, name="web-2")
    assert problems(FULL, {"name": "web-2"}) == {}


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ({"namespace": ""}, "namespace", None),
        ({"container": "app"}, "container", "app"),
        ({"token": ""}, "token", None),
        ({"kubeconfig": ""}, "kubeconfig", None),
        ({"kubeconfig": "~/.kube/other"}, "kubeconfig", "~/.kube/other"),
        ({"labels": " a=1 ,, b = x=y "}, "labels", {"a": "1", "b": "x=y"}),
        ({"labels": ""}, "labels", {}),
        ({"insecure_skip_tls_verify": "Yes"}, "insecure_skip_tls_verify", True),
        ({"note": " one "}, "note", "one"),
        ({"cluster_host": ""}, "cluster_host", None),
    ],
)
def test_plain_fields(typed: dict[str, str], field: str, value: object) -> None:
    assert drafted(FULL, typed) == replace(FULL, **{field: value})  # type: ignore[arg-type]


def test_a_token_is_sealed_from_the_moment_it_is_typed() -> None:
    changed = drafted(FULL, {"token": " eyJ.x.y "})
    assert changed.token is not None
    assert changed.token.reveal() == "eyJ.x.y"
    assert "eyJ" not in repr(changed)


def test_ssh_details() -> None:
    typed = {
        f"{SSH}.host": "",
        f"{SSH}.port": "22",
        f"{SSH}.username": "ops",
        f"{SSH}.password": " with blanks ",
    }
    details = drafted(FULL, typed).ssh_connection_details
    assert details is not None
    assert set(details.fields) == {"port", "username", "password", "project"}
    assert (details.fields["port"], details.text("username")) == (22, "ops")
    password = details.secret("password")
    assert password is not None
    assert password.reveal() == " with blanks "
    assert problems(FULL, typed) == {f"{SSH}.host": "ssh_connection_details names no host"}


def test_ssh_details_of_which_nothing_is_left_are_none() -> None:
    record = replace(WEB, ssh_connection_details=SshConnectionDetails.of({"host": "bastion"}))
    assert drafted(record, {f"{SSH}.host": " "}).ssh_connection_details is None
    assert drafted(WEB, {f"{SSH}.host": "bastion"}) == record


@pytest.mark.parametrize(
    ("typed", "entry", "told"),
    [
        ({"name": ""}, "name", "1 to 253 characters"),
        ({"pod_name": "Web"}, "pod_name", "a glob of one such as web-*"),
        ({"namespace": "a b"}, "namespace", "lower-case letters"),
        ({"cluster_host": "10.0.0.1"}, "cluster_host", "http or https URL"),
        ({"kubeconfig": "apiVersion: v1"}, "kubeconfig", "absolute path"),
        ({"token": "two words"}, "token", "no token has"),
        ({"certificate_authority_data": "x"}, "certificate_authority_data", "base64 of a PEM"),
        ({"insecure_skip_tls_verify": "maybe"}, "insecure_skip_tls_verify", "yes or no"),
        ({"insecure_skip_tls_verify": "yes"}, "certificate_authority_data", "contradict"),
        ({"labels": "team"}, "labels", 'key=value, and "team" is not'),
        ({"labels": "te\x07am=shop"}, "labels", "does not print"),
        ({f"{SSH}.port": "70000"}, f"{SSH}.port", "1 to 65535"),
        ({f"{SSH}.jump_host": "-oProxyCommand=x"}, f"{SSH}.jump_host", "begins with -"),
        ({f"{SSH}.key_string": "-----BEGIN KEY-----"}, f"{SSH}.key_string", "name its file, as @FILE"),
    ],
)
def test_problems_are_told_at_their_fields(typed: dict[str, str], entry: str, told: str) -> None:
    found = problems(FULL, typed)
    assert list(found) == [entry]
    assert told in found[entry]
    assert set(found) <= set(ENTRIES)


def test_several_problems_are_told_at_once() -> None:
    typed = {"labels": "team", "insecure_skip_tls_verify": "maybe", "name": ""}
    assert {"labels", "insecure_skip_tls_verify"} <= set(problems(FULL, typed))
    assert set(problems(FULL, {"labels": "team", "name": ""})) == {"labels", "name"}
    with pytest.raises(RecordError, match="key=value"):
        drafted(FULL, {"labels": "team"})


@given(st.dictionaries(st.sampled_from(ENTRIES), st.text(max_size=40)))
def test_whatever_is_typed_is_told_or_taken(typed: dict[str, str]) -> None:
    unread = {entry: text for entry, text in typed.items() if not text.startswith("@")}
    if not (found := problems(WEB, unread)):
        assert list(drafted(WEB, unread).problems()) == []
    assert set(found) <= set(ENTRIES)


# -- files ----------------------------------------------------------------------------------


def test_files_are_read_when_the_record_is_made(tmp_path: Path) -> None:
    for name, text in (
        ("config", '{"apiVersion":"v1"}'),
        ("token", "eyJ.x.y\n"),
        ("ca.crt", PEM),
        ("id", "-----BEGIN KEY-----\nx\n-----END KEY-----"),
    ):
        (tmp_path / name).write_text(text)
    typed = {
        "kubeconfig": f"@{tmp_path}/config",
        "token": f"@ {tmp_path}/token",
        "certificate_authority_data": f"@{tmp_path}/ca.crt",
        f"{SSH}.host": "bastion",
        f"{SSH}.key_string": f"@{tmp_path}/id",
    }
    assert problems(WEB, typed) == {}
    record = drafted(WEB, typed)
    assert list(record.problems()) == []
    assert isinstance(record.kubeconfig, Secret)
    assert record.kubeconfig.reveal() == '{"apiVersion":"v1"}\n'
    assert record.token is not None
    assert record.token.reveal() == "eyJ.x.y"
    assert record.certificate_authority_data is not None
    assert base64.b64decode(record.certificate_authority_data).decode() == PEM
    details = record.ssh_connection_details
    assert details is not None
    key = details.secret("key_string")
    assert key is not None
    assert str(key.reveal()).startswith("-----BEGIN KEY-----\n")


def test_files_below_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "token").write_text("t")
    token = drafted(WEB, {"token": "@~/token"}).token
    assert token is not None
    assert token.reveal() == "t"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (4 << 20) + b"y")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name, told in (
        ("none", "No such file"),
        ("", "Is a directory"),
        ("large", "larger than 4 MiB"),
        ("binary", "no text"),
        ("a\0b", "cannot be read"),
    ):
        with pytest.raises(RecordError, match=told):
            drafted(WEB, {"token": f"@{tmp_path}/{name}"})
    with pytest.raises(RecordError, match="No such file"):
        drafted(WEB, {"token": "@~no such person/token"})


# -- a record for a pod ---------------------------------------------------------------------


def pod_of(name: str, kind: str = "", owner: str = "", **labels: str) -> Pod:
    references = (OwnerReference(kind, owner, controller=True),) if kind else None
    return Pod(Metadata(name=name, namespace="shop", labels=labels or None, owner_references=references))


@pytest.mark.parametrize(
    ("pod", "name", "pod_name"),
    [
        (pod_of("toolbox"), "toolbox", "toolbox"),
        (
            pod_of("web-7d9f-x2x4q", "ReplicaSet", "web-7d9f", **{"pod-template-hash": "7d9f"}),
            "web",
            "web-*",
        ),
        (pod_of("odd-x2x4q", "ReplicaSet", "odd"), "odd", "odd-*"),
        (pod_of("postgres-0", "StatefulSet", "postgres"), "postgres", "postgres-*"),
        (pod_of("exporter-x2x4q", "DaemonSet", "exporter"), "exporter", "exporter-*"),
        (pod_of("backup-29401260-x7k2p", "Job", "backup-29401260"), "backup", "backup-*"),
        (pod_of("once-x7k2p", "Job", "once"), "once", "once-*"),
        (pod_of("etcd-node-1", "Node", "node-1"), "etcd-node-1", "etcd-node-1"),
    ],
)
def test_a_record_for_a_pod_is_for_those_that_come_in_its_place(pod: Pod, name: str, pod_name: str) -> None:
    record = draft_of(pod, "kind-dev", ())
    assert record == Record(name=name, pod_name=pod_name, namespace="shop", context="kind-dev")
    assert list(record.problems()) == []


def test_a_new_record_takes_no_name_that_is_taken() -> None:
    names = {"toolbox", "toolbox-2"}
    assert draft_of(pod_of("toolbox"), "", names).name == "toolbox-3"
    assert draft_of(pod_of("toolbox"), "", ()).context is None
