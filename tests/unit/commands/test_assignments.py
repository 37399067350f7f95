"""``FIELD=VALUE`` on the command line."""

import base64
import io
import sys
from pathlib import Path
from typing import Any

import pytest

from podboard.commands.records import asking, assignments
from podboard.commands.records.assignments import Assignment, assign, parse_assignments
from podboard.errors import UsageError
from tests.support.records import CERTIFICATE, MARK

SSH = "ssh_connection_details"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A person at a terminal, and what they were asked for."""
    asked: list[str] = []

    def getpass(question: str) -> str:
        asked.append(question)
        return f"{MARK}-typed"

    monkeypatch.setattr(asking.getpass, "getpass", getpass)
    for module in (asking, assignments):
        monkeypatch.setattr(module, "is_asked", lambda: True)
    return asked


def piped(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize(
    ("text", "assignment"),
    [
        ("namespace=shop", ("namespace", "shop")),
        ("note=a=b", ("note", "a=b")),
        ("namespace=", ("namespace", None)),
        ("token=", ("token", None)),
        ("labels=", ("labels", None)),
        ("labels.app.kubernetes.io/name=web", ("labels.app.kubernetes.io/name", "web")),
        (f"{SSH}.host=h", (f"{SSH}.host", "h")),
        (f"{SSH}.port=2222", (f"{SSH}.port", 2222)),
        (f"{SSH}.port=x", (f"{SSH}.port", "x")),
        (f"{SSH}.old=", (f"{SSH}.old", None)),
        ("kubeconfig=/etc/config", ("kubeconfig", "/etc/config")),
        ("kubeconfig=~/config", ("kubeconfig", "~/config")),
        ("insecure_skip_tls_verify=true", ("insecure_skip_tls_verify", True)),
        ("insecure_skip_tls_verify=false", ("insecure_skip_tls_verify", False)),
    ],
)
def test_assignments(text: str, assignment: tuple[str, Any]) -> None:
    assert parse_assignments([text]) == [assignment]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ([f"token={MARK}"], "token is a secret, and others can see the command line"),
        ([f"{SSH}.password={MARK}"], "is a secret, and others can see the command line"),
        ([f"kubeconfig={MARK}"], "neither an absolute path nor @FILE"),
        (["nmespace=x"], '"nmespace" is no field of a record'),
        (["id=x"], '"id" is no field of a record'),
        (["other.x=y"], '"other.x" is no field of a record'),
        (["token.x"], '"token.x" is no field of a record'),
        (["labels.=x"], '"labels." is no field of a record'),
        (["\x1b[31m=x"], r'"\\x1b\[31m" is no field'),
        (["labels=x"], "labels has fields of its own"),
        ([f"{SSH}=x"], "has fields of its own"),
        ([f"{SSH}.pasword=x"], "is no field that podboard knows"),
        (["namespace"], "namespace needs a value"),
        (["namespace=a", "namespace=b"], "namespace is given twice"),
        (["insecure_skip_tls_verify=yes"], "must be true or false"),
        (["token", "note=@-"], "standard input can hold one of token, note"),
        (["token=@/does/not/exist"], "/does/not/exist cannot be read: No such file"),
    ],
)
def test_what_is_refused(texts: list[str], told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, b"")
    with pytest.raises(UsageError, match=told) as refused:
        parse_assignments(texts)
    assert MARK not in refused.value.message + refused.value.hint


@pytest.mark.parametrize(
    ("field", "content", "value"),
    [
        ("token", b"abc\n", "abc"),
        ("token", b"abc\r\n", "abc"),
        ("note", b"\xef\xbb\xbfone line\n", "one line"),
        ("note", b"two\nlines\n", "two\nlines\n"),
        ("kubeconfig", b"kind: Config\nusers: []\n", "kind: Config\nusers: []\n"),
        ("certificate_authority_data", base64.b64decode(CERTIFICATE), CERTIFICATE),
        ("certificate_authority_data", CERTIFICATE.encode() + b"\n", CERTIFICATE),
    ],
)
def test_files_and_standard_input_are_read(
    field: str, content: bytes, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    assert parse_assignments([f"{field}=@{file}"]) == [(field, value)]
    piped(monkeypatch, content)
    assert parse_assignments([f"{field}=@-"]) == [(field, value)]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no token was given"),
        (b"\n", "no token was given"),
        (b"(hidden)\n", "is \\(hidden\\), which is what podboard shows"),
        (b"\xff" + MARK.encode(), "standard input is no UTF-8 text"),
    ],
)
def test_standard_input_without_a_secret(content: bytes, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, content)
    with pytest.raises(UsageError, match=told) as refused:
        parse_assignments(["token"])
    # A decoder's error holds what it could not decode.
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_what_is_too_large_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/zero").open() as endless, monkeypatch.context() as patched:
        patched.setattr(sys, "stdin", endless)
        with pytest.raises(UsageError, match="standard input is larger than 32 MiB"):
            parse_assignments(["token"])


def test_a_person_is_asked(typed: list[str]) -> None:
    assert parse_assignments(["token", f"{SSH}.password"]) == [
        ("token", f"{MARK}-typed"),
        (f"{SSH}.password", f"{MARK}-typed"),
    ]
    assert typed == ["token: ", f"{SSH}.password: "]


@pytest.mark.parametrize("field", ["kubeconfig", f"{SSH}.key_string"])
def test_nobody_types_many_lines(field: str, typed: list[str]) -> None:
    with pytest.raises(UsageError, match="has many lines"):
        parse_assignments([field])
    assert typed == []


def test_an_assignment_shows_no_value() -> None:
    assert repr([Assignment("token", MARK)]) == "[Assignment(token)]"


def test_assigning_changes_only_what_is_named() -> None:
    before: Any = {"name": "a", "labels": {"x": "1", "y": "2"}, SSH: {"host": "h"}}
    after = assign(
        before,
        [
            Assignment("labels.x", None),
            Assignment("labels.z", "3"),
            Assignment(SSH, None),
            Assignment("note", "n"),
        ],
    )
    assert after == {"name": "a", "labels": {"y": "2", "z": "3"}, SSH: None, "note": "n"}
    assert before == {"name": "a", "labels": {"x": "1", "y": "2"}, SSH: {"host": "h"}}
    assert assign({}, [Assignment("labels.x", "1"), Assignment(f"{SSH}.host", None)]) == {
        "labels": {"x": "1"},
        SSH: {},
    }
