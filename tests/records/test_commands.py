"""``podboard records`` as a person and a script use it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from podboard.records.database import VERSION
from tests.records.podboards import SCRIPT, Podboard
from tests.support.databases import make
from tests.support.ptys import open_pty, read_all
from tests.support.records import MARK


def shown(podboard: Podboard, name: str) -> Any:
    return yaml.safe_load(podboard.out("show", name))


# -- adding, showing, changing --------------------------------------------------------------


def test_a_record_is_added_shown_and_changed(filled: Podboard) -> None:
    web = shown(filled, "web")
    created = web.pop("created_at"), web.pop("updated_at")
    assert created[0] == created[1]
    assert web == {
        "name": "web",
        "pod_name": "web-*",
        "namespace": "shop",
        "cluster_host": "https://10.0.0.1:6443",
        "kubeconfig": "(hidden)",
        "token": "(hidden)",
        "ssh_connection_details": {"host": "bastion", "key_string": "(hidden)"},
        "labels": {"app": "web"},
    }
    assert filled.out("set", "web", "namespace=", "labels.team=a", "token=") == 'Changed the record "web"\n'
    changed = shown(filled, "web")
    assert {"namespace", "token"} & changed.keys() == set()
    assert changed["labels"] == {"app": "web", "team": "a"}
    assert changed["updated_at"] > created[1]
    assert filled.out("set", "web", "labels.team=a") == 'Nothing was changed in the record "web"\n'
    assert shown(filled, "web")["updated_at"] == changed["updated_at"]


def test_what_was_stored_is_what_was_given(filled: Podboard) -> None:
    web = json.loads(_revealed(filled, "web"))
    assert web["token"] == f"{MARK}-token"
    assert web["kubeconfig"] == f"kind: Config\nusers: [{MARK}-config]\n"
    assert f"{MARK}-key" in web["ssh_connection_details"]["key_string"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("add", "web", "pod_name=x"), 6, 'there is a record "web" already'),
        (("add", "new", "namespace=x"), 6, "pod_name must be a pod's name, or a glob of one such as web-*"),
        (
            ("add", "new", "pod_name=x", "cluster_host=ftp://x"),
            6,
            "cluster_host must be an http or https URL",
        ),
        (("add", "new", "name=other", "pod_name=x"), 2, "name is given twice"),
        (("set", "nobody", "note=x"), 6, 'there is no record "nobody"'),
        (("set", "web", "name=all"), 6, 'there is a record "all" already'),
        (("set", "web", "token"), 2, "no token was given"),
        (("set", "web", "nmespace=x"), 2, '"nmespace" is no field of a record'),
        (("set", "\x1b[31m", "note=x"), 6, r'there is no record "\x1b[31m"'),
        (("show", "a b"), 6, 'there is no record "a b", and none fits a pod of that name'),
        (("list", "nmespace=x"), 2, '"nmespace" is no field of a record'),
        (("edit", "nobody"), 6, 'there is no record "nobody"'),
        (("remove", "nobody"), 6, 'there is no record "nobody"'),
        (("set", "\udcff", "note=x"), 6, r'there is no record "\udcff"'),
        (("edit", "\udcff"), 6, r'there is no record "\udcff"'),
        (("remove", "\udcff"), 6, r'there is no record "\udcff"'),
        (("import", "nowhere"), 2, "nowhere cannot be read: No such file or directory"),
        (("export", "--passphrase-file", "x"), 2, "--passphrase-file is for secrets"),
        (("refresh-access",), 2, "say which records: their names, or --all"),
        (("refresh-access", "--all", "web"), 2, "say which records: their names, or --all"),
    ],
)
def test_what_is_impossible_is_said_in_a_sentence(
    arguments: tuple[str, ...], code: int, told: str, filled: Podboard
) -> None:
    before = filled.contents()
    assert filled.told(*arguments, code=code)[0].startswith(told)
    assert filled.contents() == before


# -- listing --------------------------------------------------------------------------------


def test_lists(filled: Podboard) -> None:
    assert filled.out("list", "-o", "name") == "all\nweb\nweb-1\n"
    assert filled.out("list", "web", "namespace=shop", "-o", "name") == "web\n"
    lines = filled.out("list").splitlines()
    assert lines[0].split() == ["NAME", "POD", "NAMESPACE", "CONTAINER", "CONTEXT", "ACCESS", "CHANGED"]
    assert lines[2].split()[:-1] == [
        "web",
        "web-*",
        "shop",
        "<none>",
        "<none>",
        "kubeconfig,",
        "token,",
        "ssh",
    ]
    by_json = json.loads(filled.out("list", "-o", "json"))
    assert by_json == yaml.safe_load(filled.out("list", "-o", "yaml"))
    assert by_json[1] == shown(filled, "web")


def test_an_empty_list_is_empty(podboard: Podboard) -> None:
    assert podboard.out("list", "-o", "json") == "[]\n"
    done = podboard("list")
    assert done.stdout == ""
    assert (
        done.stderr
        == f"podboard: there is no database {podboard.database} yet\npodboard: no pod records found\n"
    )
    # To look makes none: the path may be a mistyped one.
    assert not podboard.database.exists()


def test_a_list_goes_into_a_pipe_that_ends(filled: Podboard) -> None:
    filled("set", "web", "note=@-", stdin="long " * 50_000)
    listing = filled.start("list", "-o", "json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert listing.stdout is not None
    listing.stdout.close()
    _, told = listing.communicate(timeout=30)
    assert (listing.returncode, told) == (128 + signal.SIGPIPE, b"")


def test_an_output_that_cannot_be_written_is_said(filled: Podboard) -> None:
    with Path("/dev/full").open("w") as full:
        listing = filled.start("list", stdout=full, stderr=subprocess.PIPE)
        _, told = listing.communicate(timeout=30)
    assert listing.returncode == 2
    assert told == b"podboard: standard output cannot be written: No space left on device\n"


def test_an_output_that_knows_few_characters_gets_them(filled: Podboard) -> None:
    filled("set", "all", "note=Tür")
    assert "note: T\\xfcr" in filled.out("show", "all", PYTHONIOENCODING="ascii")


def test_ten_thousand_records_are_listed_in_a_moment(podboard: Podboard) -> None:
    many = [
        {"name": f"web-{number}", "pod_name": f"web-{number}", "token": "t", "kubeconfig": "k" * 4096}
        for number in range(10_000)
    ]
    (podboard.folder / "many.json").write_text(json.dumps(many))
    began = time.monotonic()
    assert podboard.out("import", "many.json") == "Imported 10000 pod records\n"
    stored = time.monotonic()
    assert podboard.out("list").count("\n") == 10_001
    # A sixth of it, whatever the machine: no secret is opened.
    assert time.monotonic() - stored < stored - began


# -- the record of a pod --------------------------------------------------------------------


def test_a_pod_has_the_most_specific_record(filled: Podboard) -> None:
    assert filled.out("show", "shop/web-7", "-o", "name") == "web\n"
    lines = filled.out("show", "web-7", "-n", "shop").splitlines()
    assert lines[:3] == [
        '# the record "web": web-* fits; it wins over "all" as its glob has more letters',
        '# fits as well: "all" (pod_name [!a]*)',
        "name: web",
    ]
    assert filled.out("show", "web-7", "-n", "other", "-o", "name") == "all\n"
    done = filled("show", "web-1", "-n", "data", "-o", "json")
    assert json.loads(done.stdout)["name"] == "web-1"
    assert 'podboard: the record "web-1": the pod\'s name is its pod_name; it wins over "all"' in done.stderr


def test_a_name_is_a_records_first(filled: Podboard) -> None:
    assert filled.out("show", "web-1").startswith("name: web-1\n")
    filled("set", "web-1", "pod_name=db")
    lines = filled.out("show", "web-1").splitlines()
    assert lines[0] == '# a pod of this name may have another record: "web" (pod_name web-*, namespace shop)'
    assert lines[1] == "name: web-1"
    assert filled.out("show", "web-1", "-n", "shop", "-o", "name") == "web\n"


def test_a_namespace_that_is_not_said_may_decide(filled: Podboard) -> None:
    assert "# in one namespace it may be another: name it with -n" in filled.out("show", "web-7")
    [told] = filled.told("show", "shop/web-7", "-n", "data", code=2)
    assert told == "shop/web-7 is not in the namespace data"
    filled("remove", "all")
    told, _ = filled.told("show", "db", "-n", "data", code=6)
    assert told == 'no record fits the pod "db" (namespace data)'
    told, _ = filled.told("show", "web", "-n", "data", "-c", "log", "--context", "x", code=6)
    assert told == 'no record fits the pod "web" (namespace data, container log, context x)'


def test_container_and_context_decide(filled: Podboard) -> None:
    filled("add", "log", "pod_name=web-*", "container=log")
    filled("add", "prod", "pod_name=web-*", "context=prod")
    assert filled.out("show", "web-7", "-n", "x", "-c", "log", "-o", "name") == "log\n"
    assert filled.out("show", "web-7", "-n", "x", "-c", "app", "--context", "prod", "-o", "name") == "prod\n"
    assert filled.out("show", "web-7", "-n", "x", "-c", "app", "--context", "dev", "-o", "name") == "all\n"


# -- secrets --------------------------------------------------------------------------------


def _revealed(podboard: Podboard, name: str, answer: bytes = b"yes\n", code: int = 0) -> str:
    with open_pty(raw=False) as pty:
        process = podboard.start(
            "show", name, "--reveal", "-o", "json",
            stdin=pty.program, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        os.write(pty.person, answer)
        out, told = process.communicate(timeout=30)
    assert process.returncode == code
    assert told.startswith(f'Show the secrets of "{name}"? Type yes: '.encode())
    return out.decode()


@pytest.mark.parametrize("answer", [b"y\n", b"no\n", b"\n", b"\x04"])
def test_only_yes_reveals(answer: bytes, filled: Podboard) -> None:
    assert _revealed(filled, "web", answer, code=1) == "Nothing was shown\n"


def test_nobody_is_shown_secrets_without_a_terminal(filled: Podboard) -> None:
    assert filled.told("show", "web", "--reveal", code=2, stdin="yes\n") == [
        "this asks first, and standard input is no terminal",
        "do without --reveal",
    ]


def test_a_secret_is_asked_for_without_being_shown(filled: Podboard) -> None:
    with open_pty(raw=False) as pty:
        process = filled.start(
            "set", "web", "token", stdin=pty.program, stdout=subprocess.PIPE, stderr=pty.program
        )
        seen = b""
        while b"token: " not in seen:
            seen += os.read(pty.person, 1024)
        os.write(pty.person, f"{MARK}-typed\n".encode())
        out, _ = process.communicate(timeout=30)
        seen += read_all(pty.person, 0.1)
    assert (process.returncode, out) == (0, b'Changed the record "web"\n')
    assert MARK.encode() not in seen
    assert json.loads(_revealed(filled, "web"))["token"] == f"{MARK}-typed"


def test_no_list_of_processes_shows_a_secret(filled: Podboard) -> None:
    process = filled.start("set", "web", "token", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(f"{MARK}-piped".encode())
    process.stdin.flush()
    listed = subprocess.run(["ps", "axeww"], capture_output=True, text=True, check=True, timeout=30).stdout
    assert f" {process.pid} " in f" {listed}".replace("\n", "\n ")
    assert MARK not in listed
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, b'Changed the record "web"\n')


def test_no_file_holds_a_secret(filled: Podboard) -> None:
    filled("rotate-key")
    filled("export", "--output", "records.json")
    for name in ("config", "key"):
        (filled.folder / name).unlink()
    files = [file for file in filled.folder.rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {"podboard.db", "podboard.db.key", "records.json"}
    for file in files:
        assert MARK.encode() not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0


def test_escapes_are_shown_and_not_acted_upon(filled: Podboard) -> None:
    filled("set", "web", "note=\x1b]0;evil\x07\x9b31m\u202e")
    for output in ("json", "yaml", "table", "name"):
        for command in (("show", "web"), ("list",)):
            out = filled.out(*command, "-o", output)
            assert out.replace("\n", "").isprintable()
    assert shown(filled, "web")["note"] == "\x1b]0;evil\x07\x9b31m\u202e"


def test_a_lost_key_is_said_and_can_be_done_without(filled: Podboard) -> None:
    (filled.folder / "podboard.db.key").unlink()
    assert filled.out("list").count("\n") == 4
    for arguments in (("set", "web", "token"), ("rotate-key",)):
        told = filled.told(*arguments, stdin="new", code=6)[0]
        assert "that secrets are sealed with is not in the key file" in told
    filled("set", "web", "token=", "kubeconfig=", "ssh_connection_details=")
    assert filled.out("rotate-key") == "Sealed the secrets of 0 pod records with a new key\n"
    filled("set", "web", "token", stdin="new")


# -- removing -------------------------------------------------------------------------------


def test_one_record_is_removed_without_a_question(filled: Podboard) -> None:
    assert filled.out("remove", "web") == 'Removed the record "web"\n'
    assert filled.out("list", "-o", "name") == "all\nweb-1\n"


def test_several_are_removed_with_a_yes(filled: Podboard) -> None:
    assert (
        filled.told("remove", "web", "all", code=2)[0] == "this asks first, and standard input is no terminal"
    )
    assert filled.told("remove", "web", "nobody", "--yes", code=6)[0] == 'there is no record "nobody"'
    assert filled.out("list", "-o", "name") == "all\nweb\nweb-1\n"
    for answer, code, left in ((b"no\n", 1, "all\nweb\nweb-1\n"), (b"yes\n", 0, "web-1\n")):
        with open_pty(raw=False) as pty:
            process = filled.start(
                "remove", "web", "all", stdin=pty.program, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            os.write(pty.person, answer)
            _, told = process.communicate(timeout=30)
        assert process.returncode == code
        assert told == b'Remove 2 records, "web", "all"? Type yes: '
        assert filled.out("list", "-o", "name") == left
    filled("add", "a", "pod_name=a")
    assert filled.out("remove", "--yes", "a", "web-1").count("Removed") == 2


# -- the database ---------------------------------------------------------------------------


def test_an_old_database_names_the_upgrade(podboard: Podboard) -> None:
    make(podboard.database, "version-1")
    before = podboard.database.read_bytes()
    for arguments in (("list",), ("add", "a", "pod_name=a"), ("rotate-key",)):
        assert podboard.told(*arguments, code=6)[1] == "bring it forward with: podboard schema upgrade"
    assert podboard.database.read_bytes() == before
    assert VERSION > 1


def test_another_database_can_be_named(filled: Podboard) -> None:
    assert filled.out("list", "--database", "other.db", "-o", "json") == "[]\n"
    done = subprocess.run(
        [str(SCRIPT), "--database", "other.db", "records", "list", "-o", "json"],
        env=filled.environment, cwd=filled.folder, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert done.stdout == "[]\n"
    (filled.folder / "none.db").write_text("no database at all, but long enough to be taken for one" * 50)
    assert "none.db is no database" in filled.told("list", "--database", "none.db", code=6)[0]


# -- the history ----------------------------------------------------------------------------

_HISTORY = """
import asyncio, sys
from pathlib import Path
from podboard.model.attempt import Attempt, Outcome
from podboard.model.connection import Connection
from podboard.records.store import open_store

async def fill() -> None:
    async with open_store(Path(sys.argv[1])) as store:
        for number in (1, 2):
            tried = Attempt("ws:kubeconfig", "https://h", 1.0, 0.5, Outcome.FAILED, 403, "no", "ask")
            await store.begin_connection(Connection(
                context="prod", namespace="shop", pod_name=f"web-{number}", container="app",
                started_at=f"2026-01-0{number}T10:00:00.000000Z", attempts=(tried,),
                ended_at="2026-01-02T10:02:30.000000Z" if number == 2 else None,
                record_name="web" if number == 2 else None, method="ssh", ending="exited\\x1b[31m with 3",
                recordings=("/r/a.cast", "/r/b\\n.cast") if number == 2 else (),
            ))
asyncio.run(fill())
"""


def test_the_history_is_told_newest_first(podboard: Podboard) -> None:
    assert podboard("history").stderr.endswith("podboard: no terminals found\n")
    subprocess.run(
        [sys.executable, "-c", _HISTORY, str(podboard.database)],
        env=podboard.environment,
        check=True,
        timeout=30,
    )
    lines = [line.split() for line in podboard.out("history").splitlines()]
    assert lines[1][:8] == [
        *("2026-01-02T10:00:00Z", "2m30s", "prod", "shop", "web-2", "app", "web", "ssh"),
    ]
    assert " ".join(lines[1][8:]) == r"exited\x1b[31m with 3 /r/a.cast, /r/b\n.cast"
    assert lines[2][1] == lines[2][6] == lines[2][-1] == "<none>"
    assert len(lines) == 3
    assert len(podboard.out("history", "--limit", "1").splitlines()) == 2
    [one] = json.loads(podboard.out("history", "--record", "web", "-o", "json"))
    assert one["attempts"][0]["status"] == 403
    assert one["recordings"] == ["/r/a.cast", "/r/b\n.cast"]
    assert one == yaml.safe_load(podboard.out("history", "-o", "yaml"))[0]
    assert podboard.out("history", "--record", "\udcff", "-o", "json") == "[]\n"
    podboard("history", "--limit", "0", code=2)
