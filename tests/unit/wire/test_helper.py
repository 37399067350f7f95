import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from podboard.wire.helper import helper_command, is_program, why_not_taken
from tests.support.tools import needs

MARKER = "0123456789abcdef" * 2
SHELLS = ("dash", "bash", "busybox", "ksh")
TOOLS = ("chmod", "head", "mv", "printf", "rm", "sha256sum", "tail", "wc")


@pytest.fixture
def folder() -> Iterator[Path]:
    """What the shell's command has made."""
    with tempfile.TemporaryDirectory() as above:
        made = Path(above, f"podboard-{MARKER}")
        made.mkdir(mode=0o700)
        yield made


@pytest.fixture(scope="module")
def program() -> bytes:
    needs("dtach")
    return Path(shutil.which("dtach") or "").read_bytes()


def take(
    folder: Path,
    command: tuple[str, ...],
    given: bytes,
    shell: str = "dash",
    tools: Sequence[str] = TOOLS,
    *,
    ends: bool = False,
) -> str:
    """Run the command with what is given, which ends or does not; returns why it was not taken."""
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"no {shell} on this machine")
    image = folder.parent / "image"
    image.mkdir()
    (image / "sh").symlink_to(found)
    for tool in tools:
        (image / tool).symlink_to(shutil.which(tool) or "")
    process = subprocess.Popen(
        command,
        executable=image / "sh",
        bufsize=0,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PATH": str(image), "TMPDIR": str(folder.parent)},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        with suppress(BrokenPipeError):  # it may have ended by now, and want none of it
            process.stdin.write(given)
        if ends:
            process.stdin.close()
        said, wrong = process.stdout.read(), process.stderr.read()
    assert wrong == b""
    return why_not_taken(said)


@pytest.mark.parametrize("shell", SHELLS)
def test_it_is_taken_in_whatever_sh_is(shell: str, folder: Path, program: bytes) -> None:
    assert take(folder, helper_command(MARKER, program), program, shell) == ""
    [taken] = folder.iterdir()
    assert (taken.name, taken.stat().st_mode & 0o777) == ("dtach", 0o700)
    assert taken.read_bytes() == program


def test_it_is_taken_where_all_there_is_is_busybox(
    folder: Path, program: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    busybox = shutil.which("busybox")
    monkeypatch.setattr(shutil, "which", lambda _: busybox)
    assert take(folder, helper_command(MARKER, program), program, "busybox") == ""
    assert (folder / "dtach").read_bytes() == program


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_for_another_processor_is_not_even_taken(shell: str, folder: Path, program: bytes) -> None:
    other = program[:18] + bytes([program[18] ^ 0xFF]) + program[19:]
    assert take(folder, helper_command(MARKER, other), other, shell) == "it is made for another processor"
    assert list(folder.iterdir()) == []


def test_what_nothing_there_can_check_is_taken_if_it_runs(folder: Path, program: bytes) -> None:
    few = tuple(tool for tool in TOOLS if tool not in {"wc", "sha256sum"})
    assert take(folder, helper_command(MARKER, program), program, tools=few) == ""
    assert [file.name for file in folder.iterdir()] == ["dtach"]


def test_what_arrives_damaged_is_thrown_away(folder: Path, program: bytes) -> None:
    damaged = program[:-1] + bytes([program[-1] ^ 1])
    assert take(folder, helper_command(MARKER, program), damaged) == "it arrived damaged"
    assert list(folder.iterdir()) == []


def test_what_is_cut_off_is_thrown_away(folder: Path, program: bytes) -> None:
    assert take(folder, helper_command(MARKER, program), program[:-1], ends=True) == "not all of it arrived"
    assert list(folder.iterdir()) == []


def test_where_there_is_no_room_nothing_stays(folder: Path, program: bytes) -> None:
    limited = 'ulimit -f 8; trap "" XFSZ; exec "$@"'
    command = ("sh", "-c", limited, "sh", *helper_command(MARKER, program))
    assert take(folder, command, program) == "there is no room for it"
    assert list(folder.iterdir()) == []


def test_another_program_is_none_that_holds(folder: Path) -> None:
    other = Path(shutil.which("env") or "").read_bytes()
    assert take(folder, helper_command(MARKER, other), other).startswith(
        "it does not run there, or is no dtach"
    )
    assert list(folder.iterdir()) == []


def broken_link(folder: Path) -> None:
    """Not the one that was made."""
    other = folder.with_name("other")
    folder.rename(other)
    folder.symlink_to(other)


@pytest.mark.parametrize("spoil", [Path.rmdir, broken_link])
def test_only_the_folder_that_was_made_for_it_will_do(
    spoil: Callable[[Path], None], folder: Path, program: bytes
) -> None:
    spoil(folder)
    assert take(folder, helper_command(MARKER, program), program) == "its folder is gone"
    assert not (folder.with_name("other") / "dtach").exists()


def test_what_lacks_a_tool_says_so(folder: Path, program: bytes) -> None:
    few = tuple(tool for tool in TOOLS if tool != "head")
    assert take(folder, helper_command(MARKER, program), program, tools=few).startswith(
        "the image lacks head"
    )


def test_what_is_not_understood_is_not_taken() -> None:
    assert why_not_taken(b"taken\n") == ""
    assert why_not_taken(b"sh: 1: not found\n") == "the command that takes it in was not understood there"
    assert why_not_taken(b"") == "the command that takes it in was not understood there"


def test_what_is_a_program(program: bytes) -> None:
    assert is_program(program)
    assert not is_program(b"#!/bin/sh\n")
