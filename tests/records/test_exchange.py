"""``podboard records import`` and ``export``."""

import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from podboard.model.secret import Secret
from podboard.records.export import unseal
from podboard.wire.documents import parse_document
from tests.records.podboards import Podboard
from tests.support.ptys import open_pty
from tests.support.records import MARK

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def other(tmp_path: Path) -> Podboard:
    """Another machine."""
    folder = tmp_path / "other"
    folder.mkdir()
    return Podboard(folder)


def plain(podboard: Podboard) -> list[dict[str, Any]]:
    """The records, without what a store says of them."""
    records: list[dict[str, Any]] = json.loads(podboard.out("list", "-o", "json"))
    return [{key: value for key, value in record.items() if not key.endswith("_at")} for record in records]


# -- there and back -------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_without_secrets_what_was_left_out_is_named(output: str, filled: Podboard, other: Podboard) -> None:
    exported = filled.out("export", "-o", output)
    assert exported == filled.out("list", "-o", output)
    done = other("import", "-", stdin=exported)
    assert done.stdout == "Imported 3 pod records\n"
    assert done.stderr == (
        'podboard: "web" was imported without kubeconfig, token, ssh_connection_details.key_string: '
        "podboard records set web kubeconfig\n"
    )
    secrets = {"kubeconfig", "token"}
    expected = [
        {key: value for key, value in record.items() if key not in secrets} for record in plain(filled)
    ]
    expected[1]["ssh_connection_details"] = {"host": "bastion"}
    assert plain(other) == expected


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_with_secrets_everything_arrives(output: str, filled: Podboard, other: Podboard) -> None:
    (filled.folder / "passphrase").write_text(f"{PASSPHRASE}\n")
    told = filled.out(
        "export", "--with-secrets", "--passphrase-file", "passphrase", "--output", "sealed", "-o", output
    )
    assert told == "Exported 3 pod records\n"
    file = filled.folder / "sealed"
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text("utf-8")
    sealed = json.loads(text) if output == "json" else yaml.safe_load(text)
    assert {name: sealed[name] for name in ("kdf", "n", "r", "p")} == {
        "kdf": "scrypt",
        "n": 1 << 17,
        "r": 8,
        "p": 1,
    }
    assert MARK not in text
    assert "bastion" not in text
    imported = other("import", str(file), "--passphrase-file", "-", stdin=PASSPHRASE)
    assert (imported.stdout, imported.stderr) == ("Imported 3 pod records\n", "")
    assert plain(other) == plain(filled)
    other("export", "--with-secrets", "--passphrase-file", "-", "--output", "again", stdin=PASSPHRASE)
    assert _opened(other.folder / "again") == _opened(file)


def _opened(file: Path) -> list[Any]:
    records: list[Any] = unseal(parse_document(file.read_text("utf-8")), Secret.of(PASSPHRASE))
    assert MARK in str(records)
    return [{key: value for key, value in record.items() if not key.endswith("_at")} for record in records]


def test_a_passphrase_is_typed_twice(filled: Podboard) -> None:
    def export(first: str, second: str) -> tuple[int, bytes, bytes]:
        with open_pty(raw=False) as pty:
            process = filled.start(
                "export", "--with-secrets", stdin=pty.program, stdout=subprocess.PIPE, stderr=pty.program
            )
            seen = b""
            for answer in (first, second):
                while not seen.endswith(b": "):
                    seen += os.read(pty.person, 1024)
                os.write(pty.person, f"{answer}\n".encode())
                seen += os.read(pty.person, 1)
            out, _ = process.communicate(timeout=30)
            while not seen.endswith(b"\n"):
                seen += os.read(pty.person, 1024)
        return process.returncode, out, seen

    code, out, seen = export(PASSPHRASE, PASSPHRASE)
    assert code == 0
    assert json.loads(out)["podboard_records"] == "sealed"
    assert PASSPHRASE.encode() not in seen
    code, out, seen = export(PASSPHRASE, f"{PASSPHRASE}r")
    assert (code, out) == (2, b"")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export", "--with-secrets"), "a passphrase is needed, and standard input is no terminal"),
        (("export", "--with-secrets", "--passphrase-file", "empty"), "no passphrase was given"),
        (("export", "--output", "nowhere/file"), "nowhere/file cannot be written: No such file or directory"),
        (("export", "--output", "~nobody-x/f"), "~nobody-x/f cannot be written: No such file or directory"),
        (("import", "~nobody-x/f"), "~nobody-x/f cannot be read: No such file or directory"),
        (
            ("import", "-", "--passphrase-file", "-"),
            "standard input cannot hold both the records and the passphrase",
        ),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], told: str, filled: Podboard) -> None:
    (filled.folder / "empty").touch()
    assert filled.told(*arguments, code=2)[0] == told


def test_another_passphrase_opens_nothing(filled: Podboard, other: Podboard) -> None:
    sealed = filled.out("export", "--with-secrets", "--passphrase-file", "-", stdin=PASSPHRASE)
    (other.folder / "sealed").write_text(sealed)
    [told] = other.told("import", "sealed", "--passphrase-file", "-", stdin="wrong", code=6)
    assert told.startswith("the sealed records do not open: the passphrase is another one")
    assert plain(other) == []


def test_an_export_takes_the_place_of_a_file_whole(filled: Podboard) -> None:
    file = filled.folder / "out.yaml"
    file.write_text("before")
    file.chmod(0o644)
    filled("export", "web-1", "-o", "yaml", "--output", "out.yaml")
    assert file.stat().st_mode & 0o777 == 0o600
    assert [record["name"] for record in yaml.safe_load(file.read_text("utf-8"))] == ["web-1"]
    assert not list(filled.folder.glob(".out*"))


# -- in the place of others -----------------------------------------------------------------


def stored(podboard: Podboard) -> dict[str, Any]:
    """The rows of the table of records, by name."""
    with sqlite3.connect(podboard.database) as connection:
        connection.row_factory = sqlite3.Row
        return {row["name"]: dict(row) for row in connection.execute("SELECT * FROM records")}


def test_records_take_the_place_of_those_of_their_names(filled: Podboard) -> None:
    before = stored(filled)
    document = """\
- {name: web-1, pod_name: web-1, namespace: other, labels: {new: "1"}}
- {name: new, pod_name: new}
- {name: all, pod_name: "[!a]*"}
"""
    assert filled.out("import", "-", "--replace", stdin=document) == (
        "Imported 3 pod records: 1 added, 1 replaced, 1 unchanged\n"
    )
    after = stored(filled)
    assert sorted(after) == ["all", "new", "web", "web-1"]
    assert (after["all"], after["web"]) == (before["all"], before["web"])
    assert (after["web-1"]["namespace"], after["web-1"]["labels"]) == ("other", '{"new": "1"}')
    for kept in ("id", "created_at"):
        assert after["web-1"][kept] == before["web-1"][kept]
    assert after["web-1"]["updated_at"] > before["web-1"]["updated_at"]


def test_what_a_record_does_not_have_any_more_is_gone(filled: Podboard) -> None:
    filled("import", "-", "--replace", stdin='{"name": "web", "pod_name": "w"}')
    web = stored(filled)["web"]
    gone = ("namespace", "cluster_host", "token", "kubeconfig", "ssh_connection_details")
    assert [web[name] for name in gone] == [None] * len(gone)
    assert web["labels"] == "{}"


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_an_export_without_secrets_keeps_those_that_are_there(output: str, filled: Podboard) -> None:
    before = filled.contents()
    exported = filled.out("export", "-o", output)
    done = filled("import", "-", "--replace", stdin=exported)
    assert (done.stdout, done.stderr) == ("Imported 3 pod records: 0 added, 0 replaced, 3 unchanged\n", "")
    assert filled.contents() == before
    filled("set", "web", "token=")
    again = filled("import", "-", "--replace", stdin=exported.replace("bastion", "gate"))
    assert again.stdout == "Imported 3 pod records: 0 added, 1 replaced, 2 unchanged\n"
    assert again.stderr == ('podboard: "web" was imported without token: podboard records set web token\n')
    web = plain(filled)[1]
    assert web["ssh_connection_details"] == {"host": "gate", "key_string": "(hidden)"}
    assert "token" not in web
    sealed = filled.out("export", "name=web", "--with-secrets", "--passphrase-file", "-", stdin=PASSPHRASE)
    (filled.folder / "sealed").write_text(sealed)
    [opened] = _opened(filled.folder / "sealed")
    assert opened["kubeconfig"] == f"kind: Config\nusers: [{MARK}-config]\n"


def test_secrets_take_the_place_of_others(filled: Podboard, other: Podboard) -> None:
    sealed = filled.out("export", "--with-secrets", "--passphrase-file", "-", stdin=PASSPHRASE)
    (other.folder / "sealed").write_text(sealed)
    other("add", "web", "pod_name=web-*", "token", stdin=f"{MARK}-another")
    import_it = ("import", "sealed", "--replace", "--passphrase-file", "-")
    assert other.out(*import_it, stdin=PASSPHRASE) == (
        "Imported 3 pod records: 2 added, 1 replaced, 0 unchanged\n"
    )
    assert plain(other) == plain(filled)
    other("export", "--with-secrets", "--passphrase-file", "-", "--output", "again", stdin=PASSPHRASE)
    assert "token" in str(_opened(other.folder / "again"))
    assert "another" not in str(_opened(other.folder / "again"))
    assert other.out(*import_it, stdin=PASSPHRASE) == (
        "Imported 3 pod records: 0 added, 0 replaced, 3 unchanged\n"
    )


def test_all_are_replaced_or_none(filled: Podboard) -> None:
    before = filled.contents()
    document = "- {name: web, pod_name: x}\n- {name: web-1, pod_name: 7}\n"
    filled("import", "-", "--replace", stdin=document, code=6)
    filled("import", "-", "--replace", stdin="- {name: a, pod_name: x}\n- {name: a, pod_name: y}\n", code=6)
    assert filled.contents() == before


def test_a_record_that_is_replaced_keeps_its_history(filled: Podboard) -> None:
    with sqlite3.connect(filled.database) as connection:
        connection.execute(
            "INSERT INTO connections"
            " (record_id, record_name, context, namespace, pod_name, container, started_at)"
            " SELECT id, name, '', 'shop', 'web-7', '', '2026-01-01T00:00:00Z'"
            " FROM records WHERE name = 'web'"
        )
    filled("import", "-", "--replace", stdin="- {name: web, pod_name: another}")
    [row] = json.loads(filled.out("history", "--record", "web", "-o", "json"))
    assert row["record_id"] == stored(filled)["web"]["id"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Would import 1 pod records\n"),
        (("--replace",), "Would import 1 pod records: 1 added, 0 replaced, 0 unchanged\n"),
    ],
)
def test_a_dry_run_stores_nothing(
    arguments: tuple[str, ...], told: str, podboard: Podboard, filled_folder: Path
) -> None:
    document = "- {name: new, pod_name: new}"
    assert podboard.out("import", "-", "--dry-run", *arguments, stdin=document) == told
    assert not podboard.database.exists()
    shutil.copytree(filled_folder, podboard.folder, dirs_exist_ok=True)
    before = podboard.contents()
    assert podboard.out("import", "-", "--dry-run", *arguments, stdin=document) == told
    assert podboard.contents() == before


# -- what is refused ------------------------------------------------------------------------

NAME = "name must be 1 to 253 characters that print, without blanks around it or a - before it"
HOST = "cluster_host must be an http or https URL without credentials, like https://10.0.0.1:6443"
BAD = """\
- {name: new, pod_name: new}
- {name: a, pod_name: 12, token: "s3cr3t\\0"}
- {name: web, pod_name: x}
- 7
- {name: new, pod_name: other}
- {name: "\\e[31m", pod_name: x, cluster_host: "https://u:s3cr3t@h"}
- {pod_name: x, nmespace: y}
"""


def test_all_are_imported_or_none_and_each_refused_one_is_named(filled: Podboard) -> None:
    before = filled.contents()
    assert filled.told("import", "-", stdin=BAD, code=6) == [
        'record 2 "a": token holds a character that no text has',
        'record 2 "a": pod_name must be text; put it in quotes',
        'record 3 "web": there is a record of this name already',
        "record 4: it is no map of fields",
        'record 5 "new": record 1 has this name, too',
        rf'record 6 "\x1b[31m": {NAME}',
        rf'record 6 "\x1b[31m": {HOST}',
        'record 7: "nmespace" is no field of a record',
        "6 of 7 records in standard input cannot be imported",
        "nothing was stored",
    ]
    assert filled.contents() == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: &a [1]\nb: *a", "file holds an alias (*); write out what it stands for, line 2"),
        ("[" * 100_000, "file is nested too deeply"),
        ("- " * 100_000, "file is nested too deeply, line 1"),
        ('[{"name": "a", "name": "b"}]', "file has a map with the same key twice"),
        ("s3cr3t: [", "file is no valid YAML, line 2"),
        ('{"records": []}', "file holds neither a list of records nor a record"),
        ("", "file holds neither a list of records nor a record"),
        (
            '{"podboard_records": "sealed", "version": 2}',
            "the sealed records are of a kind this podboard does not know",
        ),
    ],
)
def test_a_file_that_is_none_is_said(text: str, told: str, podboard: Podboard) -> None:
    (podboard.folder / "file").write_text(text)
    (podboard.folder / "passphrase").write_text("x")
    said = podboard.told("import", "file", "--passphrase-file", "passphrase", code=6)
    assert said[0].startswith(told)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "name,pod_name\nweb,web-*\n",
            "records are read from JSON or YAML, as podboard records export writes them",
        ),
        (
            "apiVersion: v1\nkind: Config\ncurrent-context: dev\nclusters: []\n",
            "it is a kubeconfig: podboard records refresh-access --kubeconfig gives it to records",
        ),
    ],
)
def test_what_a_file_should_be_is_said(text: str, hint: str, podboard: Podboard) -> None:
    (podboard.folder / "file").write_text(text)
    assert podboard.told("import", "file", code=6) == [
        "file holds neither a list of records nor a record",
        hint,
    ]


def test_a_file_is_not_read_without_end(podboard: Podboard) -> None:
    assert podboard.told("import", "/dev/zero", code=2) == ["/dev/zero is larger than 256 MiB"]
    (podboard.folder / "large.yaml").write_bytes(b"# comment\n" * (4 << 20))
    assert podboard.told("import", "large.yaml", code=2) == [
        "large.yaml is larger than 32 MiB",
        "write it as JSON",
    ]
    (podboard.folder / "latin").write_bytes(b"- {name: \xff}")
    assert podboard.told("import", "latin", code=2) == ["latin is no UTF-8 text"]


# -- the application before -----------------------------------------------------------------


def pod(pk: int, **fields: Any) -> dict[str, Any]:
    return {"model": "coding.kubernetespod", "pk": pk, "fields": fields}


DUMP = [
    {"model": "auth.user", "pk": 1, "fields": {"password": f"{MARK}-user"}},
    pod(
        7, project=3, conversation=None, pod_name="ws-1", namespace="code", image="python:3",
        status="running", resource_limits={"cpu": "1"}, service_details={"password": f"{MARK}-service"},
        ssh_connection_details={"hostname": "h", "user": "u", "password": f"{MARK}-ssh", "port": 22, "x": 1},
        cluster_host="", token=f"{MARK}-token", created_at="2024-01-02T03:04:05Z",
    ),
    pod(8, pod_name="ws-1", namespace="code-2"),
]  # fmt: skip


def test_a_dumpdata_becomes_records(podboard: Podboard) -> None:
    (podboard.folder / "dump.json").write_text(json.dumps(DUMP))
    done = podboard("import", "dump.json")
    assert done.stdout == "Imported 2 pod records\n"
    assert done.stderr == "podboard: passed over 1 objects of other models\n"
    assert plain(podboard) == [
        {
            "name": "ws-1",
            "pod_name": "ws-1",
            "namespace": "code",
            "image": "python:3",
            "token": "(hidden)",
            "ssh_connection_details": {
                "host": "h",
                "username": "u",
                "port": 22,
                "password": "(hidden)",
                "x": "(hidden)",
            },
            "other": {
                "id": 7,
                "project_id": 3,
                "status": "running",
                "resource_limits": {"cpu": "1"},
                "service_details": "(hidden)",
            },
        },
        {"name": "ws-1-2", "pod_name": "ws-1", "namespace": "code-2", "other": {"id": 8}},
    ]
    assert MARK.encode() not in podboard.database.read_bytes()


def test_a_dumpdata_travels_on_with_what_has_no_field(podboard: Podboard, other: Podboard) -> None:
    podboard("import", "-", stdin=json.dumps(DUMP))
    sealed = podboard.out("export", "--with-secrets", "--passphrase-file", "-", stdin=PASSPHRASE)
    (other.folder / "sealed").write_text(sealed)
    other("import", "sealed", "--passphrase-file", "-", stdin=PASSPHRASE)
    assert plain(other) == plain(podboard)


def test_a_dumpdata_takes_the_place_of_itself(podboard: Podboard) -> None:
    podboard("import", "-", stdin=json.dumps(DUMP))
    before = podboard.contents()
    for again in (json.dumps(DUMP), podboard.out("export")):
        assert podboard.out("import", "-", "--replace", stdin=again) == (
            "Imported 2 pod records: 0 added, 0 replaced, 2 unchanged\n"
        )
        assert podboard.contents() == before


def test_a_dumpdata_is_refused_by_row(podboard: Podboard) -> None:
    dump = [pod(1, pod_name="a"), pod(2, namespace="x"), pod(3, pod_name="b", token=f"{MARK} \0")]
    assert podboard.told("import", "-", stdin=json.dumps(dump), code=6) == [
        "record 2: it has no pod_name",
        "record 3: token holds a character that no text has",
        "2 of 3 records in standard input cannot be imported",
        "nothing was stored",
    ]
