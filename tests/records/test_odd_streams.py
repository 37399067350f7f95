"""Commands whose streams are closed, full or read by nobody, and files that are none."""

import os
import re
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.records.podboards import Podboard

COMMANDS = [
    ["records", "list"],
    ["records", "export"],
    ["history", "-o", "json"],
    ["schema", "status"],
    ["schema", "status", "-o", "json"],
    ["schema", "upgrade", "--dry-run"],
    ["doctor"],
]
LONG = "x" * 300


def run(podboard: Podboard, arguments: list[str], **streams: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [podboard.script, *arguments],
        env=podboard.environment, cwd=podboard.folder, check=False, text=True, timeout=50,
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
    )  # fmt: skip


def without(descriptor: int) -> Mapping[str, Callable[[], object]]:
    """What starts a process without one of its streams."""
    return {"preexec_fn": lambda: os.close(descriptor)}


@pytest.mark.parametrize("arguments", COMMANDS)
def test_output_that_cannot_be_written_is_said(arguments: list[str], filled: Podboard) -> None:
    with Path("/dev/full").open("w") as full:
        done = run(filled, arguments, stdout=full)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        "podboard: standard output cannot be written: No space left on device",
    )
    done = run(filled, arguments, **without(1))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("podboard: standard output cannot be written: it is closed\n")


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_reader_that_has_gone_ends_it_quietly(arguments: list[str], filled: Podboard) -> None:
    read, write = os.pipe()
    os.close(read)
    done = run(filled, arguments, stdout=write)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("arguments", [*COMMANDS, ["records", "show", "nobody"]])
def test_nobody_needs_to_read_what_is_said_beside_the_output(
    arguments: list[str], podboard: Podboard
) -> None:
    expected = run(podboard, arguments)
    assert expected.stdout or expected.stderr
    with Path("/dev/full").open("w") as full:
        unwritten = run(podboard, arguments, stderr=full)
    for done in (unwritten, run(podboard, arguments, **without(2))):
        assert done.returncode == expected.returncode
        assert _without_durations(done.stdout) == _without_durations(expected.stdout)


def _without_durations(text: str) -> str:
    return re.sub(r"[\d.]+ s\b", "", text)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["records", "import", "-"], 6, "standard input holds neither a list of records nor a record"),
        (["records", "set", "web", "token"], 2, "no token was given"),
        (["records", "export", "--with-secrets", "--passphrase-file", "-"], 2, "no passphrase was given"),
        (["schema", "upgrade", "--drop-legacy"], 2, "nobody can be asked whether to remove"),
    ],
)
def test_input_that_is_not_there_is_empty(
    arguments: list[str], code: int, told: str, filled: Podboard
) -> None:
    done = run(filled, arguments, **without(0))
    assert done.returncode == code
    assert done.stderr.startswith(f"podboard: {told}")


@pytest.mark.parametrize(
    "arguments",
    [["records", "list"], ["records", "import", "file"], ["schema", "status"], ["schema", "restore", "file"]],
)
def test_a_database_that_cannot_even_be_looked_for(arguments: list[str], podboard: Podboard) -> None:
    (podboard.folder / "file").write_text("[]")
    done = run(podboard, [*arguments, "--database", LONG])
    assert done.returncode == 6
    assert done.stderr.splitlines() == [
        f"podboard: {LONG} cannot be opened: File name too long",
        "podboard: check who owns it and its folder",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["records", "list"],
        ["records", "import", "file"],
        ["schema", "upgrade"],
        ["schema", "restore", "file"],
    ],
)
def test_a_database_that_is_no_file_is_refused_and_stays(arguments: list[str], filled: Podboard) -> None:
    pipe = filled.folder / "pipe"
    os.mkfifo(pipe)
    (filled.folder / "file").write_text("[]")
    if arguments[1] == "restore":
        filled.database.replace(filled.folder / "file")
    done = run(filled, [*arguments, "--database", "pipe"])
    assert (done.returncode, done.stderr) == (6, "podboard: pipe is no file\npodboard: name another one\n")
    assert pipe.is_fifo()


def test_an_export_goes_into_a_pipe_and_through_a_link(filled: Podboard) -> None:
    pipe, link = filled.folder / "pipe", filled.folder / "link"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text("utf-8")), daemon=True)
    reader.start()
    exported = filled.out("export")
    assert filled.out("export", "--output", "pipe") == "Exported 3 pod records\n"
    reader.join(20)
    assert heard == [exported]
    assert pipe.is_fifo()
    link.symlink_to("target")
    filled("export", "--output", "link")
    assert link.is_symlink()
    assert (filled.folder / "target").read_text("utf-8") == exported


# -- no folder for temporary files, as in a container whose file system is read only ---------


@pytest.fixture
def nowhere(podboard: Podboard) -> Podboard:
    folder = podboard.folder / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import tempfile\ntempfile._candidate_tempdir_list = lambda: ['/nowhere/at/all']\n"
    )
    podboard.environment["PYTHONPATH"] = str(folder)
    return podboard


def test_to_look_needs_no_temporary_files(nowhere: Podboard) -> None:
    assert nowhere.out("list", "-o", "json") == "[]\n"
    assert nowhere.out("history", "-o", "json") == "[]\n"
    assert nowhere.told("show", "web", code=6)[1].startswith('there is no record "web"')
    assert not nowhere.database.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["records", "edit", "web"], 2, "podboard: the editor cannot be given a file: "),
        (["demo", "--serve-only"], 5, "podboard: There is no folder for temporary files"),
    ],
)
def test_what_needs_temporary_files_says_so(
    arguments: list[str], code: int, told: str, nowhere: Podboard
) -> None:
    nowhere("add", "web", "pod_name=web")
    done = run(nowhere, arguments)
    assert done.returncode == code
    assert done.stderr.startswith(told)
    assert "TMPDIR" in done.stderr.splitlines()[1]


def test_a_cluster_that_cannot_say_where_it_is_ends(podboard: Podboard) -> None:
    with Path("/dev/full").open("w") as full:
        done = run(podboard, ["demo", "--serve-only"], stdout=full)
    assert (done.returncode, done.stderr) == (
        5,
        "podboard: Standard output cannot be written: No space left on device.\n",
    )
