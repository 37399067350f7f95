"""Records as documents: what is shown, what is read, what is refused."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from msgspec.structs import replace

from podboard.commands.output import document
from podboard.errors import RecordError
from podboard.model.record import FIELDS, Record, SshConnectionDetails
from podboard.model.secret import HIDDEN, Secret
from podboard.records.documents import document_of, legacy_fields, listed, read_record
from podboard.wire.documents import parse_document
from tests.support.records import MARK, RECORDS, SECRETIVE, opened

# -- there and back -------------------------------------------------------------------------


@given(RECORDS)
def test_a_revealed_document_is_the_whole_record(record: Record) -> None:
    for output in ("json", "yaml"):
        text = document(document_of(record, reveal=True), output)
        assert opened(read_record(parse_document(text), revealed=True).record) == opened(record)


@given(RECORDS)
def test_a_hidden_document_lacks_the_secrets_and_names_them(record: Record) -> None:
    assert list(record.problems()) == []
    for output in ("json", "yaml"):
        text = document(document_of(record), output)
        assert text.replace("\n", "").isprintable()
        reading = read_record(parse_document(text))
        assert sorted(reading.left_out) == sorted(record.secrets)
        assert reading.record.secrets == []
        assert reading.record.note == record.note


@given(RECORDS)
def test_what_an_editor_leaves_as_it_is_changes_nothing(record: Record) -> None:
    stored = replace(record, id="1" * 32, created_at="then", updated_at="later")
    text = document(document_of(stored, settable=True), "yaml")
    assert read_record(parse_document(text), before=stored).record == stored


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_no_secret_is_in_a_document(output: str) -> None:
    text = document(document_of(SECRETIVE), output)
    assert MARK not in text
    assert text.count(HIDDEN) == 5
    assert MARK in document(document_of(SECRETIVE, reveal=True), output)
    assert document_of(SECRETIVE).keys() <= {*FIELDS, "other", "created_at", "updated_at"}


def test_what_a_record_does_not_have_is_not_there() -> None:
    assert document_of(Record(name="a", pod_name="b")) == {"name": "a", "pod_name": "b"}


# -- reading --------------------------------------------------------------------------------

MINIMAL: dict[str, Any] = {"name": "a", "pod_name": "b"}


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_nothing(nothing: str | None) -> None:
    optional = dict.fromkeys(("namespace", "context", "token", "kubeconfig", "note"), nothing)
    assert opened(read_record({**MINIMAL, **optional}).record) == opened(Record(**MINIMAL))


def test_a_kubeconfig_is_a_path_or_hidden() -> None:
    assert read_record({**MINIMAL, "kubeconfig": "/etc/config"}).record.kubeconfig == "/etc/config"
    content = read_record({**MINIMAL, "kubeconfig": "kind: Config"}).record.kubeconfig
    assert isinstance(content, Secret)


def test_certificates_are_looked_at_unless_it_says_not_to() -> None:
    for said, skips in ((True, True), (False, False), (None, False)):
        read = read_record({**MINIMAL, "insecure_skip_tls_verify": said})
        assert read.record.insecure_skip_tls_verify is skips
    assert not read_record(MINIMAL).record.insecure_skip_tls_verify


def test_ssh_fields_that_podboard_does_not_know_are_kept_and_hidden() -> None:
    details = read_record({**MINIMAL, "ssh_connection_details": {"host": "h", "old": [1]}}).record
    assert opened(details.ssh_connection_details) == ("ssh", {"host": "h", "old": ("secret", [1])})


@pytest.mark.parametrize(
    ("document", "problems"),
    [
        (7, ["it is no map of fields"]),
        (
            {},
            [
                "name must be 1 to 253 characters that print, without blanks around it or a - before it",
                "pod_name must be a pod's name, or a glob of one such as web-*",
            ],
        ),
        (
            {"name": 1, "pod_name": True},
            ["name must be text; put it in quotes", "pod_name must be text; put it in quotes"],
        ),
        ({**MINIMAL, "nmespace": "x"}, ['"nmespace" is no field of a record']),
        ({**MINIMAL, "namespace": ["x"]}, ["namespace must be text"]),
        ({**MINIMAL, "token": 5}, ["token must be text; put it in quotes"]),
        ({**MINIMAL, "token": "two words"}, ["token is empty or holds a character that no token has"]),
        ({**MINIMAL, "note": "a\0"}, ["note holds a character that no text has"]),
        (
            {**MINIMAL, "labels": {"a": {"b": "\ud800"}}},
            ["labels.a.b holds a character that no text has", "labels.a must be text"],
        ),
        ({**MINIMAL, "labels": ["a"]}, ["labels must be a map"]),
        ({**MINIMAL, "labels": {"a": 1}}, ["labels.a must be text; put it in quotes"]),
        (
            {**MINIMAL, "insecure_skip_tls_verify": "yes"},
            ["insecure_skip_tls_verify must be true or false, without quotes"],
        ),
        ({**MINIMAL, "ssh_connection_details": "h"}, ["ssh_connection_details must be a map"]),
        (
            {**MINIMAL, "ssh_connection_details": {"host": "h", "password": 1}},
            ["ssh_connection_details.password must be text; put it in quotes"],
        ),
        (
            {**MINIMAL, "ssh_connection_details": {"host": "h", "x": ["a\0"]}},
            ["ssh_connection_details.x.1 holds a character that no text has"],
        ),
        (
            {**MINIMAL, "a\0\x1b[31m": 1},
            [
                'the name "a\\x00\\x1b[31m" holds a character that no text has',
                '"a\\x00\\x1b[31m" is no field of a record',
            ],
        ),
        ({**MINIMAL, "id": "1"}, ['"id" is no field of a record']),
    ],
)
def test_what_is_no_record_is_refused_by_field(document: Any, problems: list[str]) -> None:
    with pytest.raises(RecordError) as refused:
        read_record(document)
    assert list(refused.value.problems) == problems
    assert refused.value.message == "; ".join(problems)


def test_a_problem_quotes_no_secret() -> None:
    secrets = {
        "token": f"{MARK} \0",
        "kubeconfig": f"/{MARK}\x07",
        "ssh_connection_details": {"password": [MARK]},
    }
    with pytest.raises(RecordError) as refused:
        read_record({**MINIMAL, **secrets, "cluster_host": f"https://u:{MARK}@h"})
    assert MARK not in str(refused.value) + repr(refused.value.problems)


# -- editing --------------------------------------------------------------------------------

STORED = replace(SECRETIVE, id="1" * 32)


def edited(**changes: Any) -> dict[str, Any]:
    return {**document_of(STORED, settable=True), **changes}


def test_a_placeholder_keeps_and_a_text_replaces() -> None:
    record = read_record(edited(token="new", kubeconfig=None), before=STORED).record
    assert record.token is not None
    assert record.token.reveal() == "new"
    assert record.kubeconfig is None
    assert record.ssh_connection_details == STORED.ssh_connection_details
    assert (record.id, record.other) == (STORED.id, STORED.other)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"ssh_connection_details": {"host": "h", "key_string": HIDDEN}},
            "ssh_connection_details.key_string is (hidden), but there is none to keep",
        ),
        (
            {"ssh_connection_details": {"host": "h", "pasword": "x"}},
            "ssh_connection_details.pasword is no field that podboard knows",
        ),
        ({"other": {}}, '"other" is no field of a record'),
        ({"created_at": "now"}, '"created_at" is no field of a record'),
    ],
)
def test_an_edit_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(RecordError) as refused:
        read_record(edited(**changes), before=STORED)
    assert refused.value.problems == (problem,)


def test_a_secret_that_is_missing_cannot_be_kept() -> None:
    with pytest.raises(RecordError, match="token is \\(hidden\\), but there is none to keep"):
        read_record({**MINIMAL, "token": HIDDEN}, before=Record(**MINIMAL, id="1"))


def test_in_revealed_documents_a_placeholder_is_a_secret_like_any_other() -> None:
    record = read_record({**MINIMAL, "token": HIDDEN}, revealed=True).record
    assert record.token is not None
    assert record.token.reveal() == HIDDEN


# -- files ----------------------------------------------------------------------------------


def test_a_file_holds_a_list_or_one_record() -> None:
    assert listed([1, 2]) == [1, 2]
    assert listed(MINIMAL) == [MINIMAL]
    for none in (None, "text", {"records": []}):
        with pytest.raises(ValueError, match="neither a list of records nor a record"):
            listed(none)


def test_a_dumpdata_is_pods_and_other_things() -> None:
    fields = {"pod_name": "a"}
    assert legacy_fields({"model": "coding.KubernetesPod", "pk": 7, "fields": fields}) == {"id": 7, **fields}
    assert legacy_fields({"model": "auth.user", "pk": 1, "fields": {}}) is None
    with pytest.raises(ValueError, match="no object of dumpdata"):
        legacy_fields({"model": "coding.kubernetespod"})


def test_yaml_is_quoted_where_it_would_be_something_else() -> None:
    values = {
        "a": "no",
        "b": "1",
        "c": "2024-01-01",
        "d": "two\nlines\n",
        "e": "\x1b[31m\u202e",
        "f": "ü",
        "g": "~",
    }
    text = document(values, "yaml")
    assert yaml.safe_load(text) == values
    assert "ü" in text
    assert "d: |\n  two\n  lines" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_json_is_printable_and_the_same() -> None:
    values = {"a": "\x1b\x7f\x9b\u202e\U000e0001ü\n"}
    text = document(values, "json")
    assert json.loads(text) == values
    assert text.replace("\n", "").isprintable()
    assert "ü" in text


def test_details_without_fields_are_none() -> None:
    assert "ssh_connection_details" not in document_of(
        replace(SECRETIVE, ssh_connection_details=SshConnectionDetails({}))
    )
