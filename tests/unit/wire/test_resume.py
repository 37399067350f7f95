import os
import pty
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.model.size import Size
from podboard.wire.resume import (
    DTACH,
    SCREEN,
    Opening,
    OpeningReader,
    Transparent,
    connection_marker,
    resumable_shell_command,
)
from podboard.wire.shell import hang_up_command
from podboard.wire.tmux import Control, typed
from tests.e2e.person import wait_for
from tests.support.tools import needs

MARKER = "0123456789abcdef" * 2
SIZE = Size(80, 24)
SHELLS = ("dash", "bash", "busybox", "ksh")
PROBE = 'echo "$TERM $COLORTERM $PODBOARD_SHELL"; exit 7\n'
TOOLS = ("mkdir", "printf", "rm")

every_shell = pytest.mark.parametrize("shell", SHELLS)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A short one: a socket's path has room for a hundred characters."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def image(folder: Path, shell: str, *programs: str) -> Path:
    """A PATH with this shell as sh, and what else there is."""
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"no {shell} on this machine")
    tools = folder / "tools"
    tools.mkdir()
    (tools / "sh").symlink_to(found)
    for program in (*TOOLS, *programs):
        path = shutil.which(program)
        assert path is not None
        (tools / program).symlink_to(path)
    return tools


def pretend(tools: Path, program: str, script: str) -> None:
    file = tools / program
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    file.chmod(0o700)


def run(tools: Path, folder: Path, marker: str = MARKER, **environment: str) -> tuple[bytes, int]:
    """Run the command and feed the shell a line."""
    done = subprocess.run(
        resumable_shell_command(marker, SIZE),
        executable=tools / "sh",
        input=PROBE.encode(),
        env={"PATH": str(tools), "TMPDIR": str(folder), **environment},
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert done.stderr == b""
    return done.stdout, done.returncode


PLAIN = (b"\x1b_podboard;new;\x1b\\xterm-256color truecolor %b\n" % MARKER.encode(), 7)


@every_shell
def test_where_nothing_holds_it_it_is_a_plain_shell(shell: str, tmp_path: Path) -> None:
    assert run(image(tmp_path, shell), tmp_path) == PLAIN


@every_shell
def test_a_pod_may_want_none_that_is_held(shell: str, tmp_path: Path) -> None:
    tools = image(tmp_path, shell)
    pretend(tools, "dtach", "echo held")
    assert run(tools, tmp_path, PODBOARD_RESUME="off") == PLAIN


def test_without_printf_it_is_a_plain_shell_that_says_nothing(tmp_path: Path) -> None:
    tools = image(tmp_path, "ksh")
    if subprocess.run([tools / "sh", "-c", "PATH= printf x"], check=False, capture_output=True).stdout:
        pytest.skip("this ksh has a printf of its own")
    (tools / "printf").unlink()
    said, code = PLAIN
    assert run(tools, tmp_path) == (said.removeprefix(b"\x1b_podboard;new;\x1b\\"), code)


@pytest.mark.parametrize("version", ["1.8", "2.9a", "3.0", "3.1", "3.1c"])
def test_a_tmux_that_would_read_without_end_is_passed_over(version: str, tmp_path: Path) -> None:
    tools = image(tmp_path, "sh")
    pretend(tools, "tmux", f'[ "$1" = -V ] && echo "tmux {version}" || echo held')
    assert run(tools, tmp_path) == PLAIN


@pytest.mark.parametrize("version", ["tmux 3.2", "tmux 3.3a", "tmux 3.10", "tmux 4.0", "tmux next-3.6"])
def test_a_later_one_is_taken(version: str, tmp_path: Path) -> None:
    tools = image(tmp_path, "sh")
    pretend(tools, "tmux", f'[ "$1" = -V ] && echo "{version}" && exit; echo "$*" >>{tmp_path}/said')
    said, _ = run(tools, tmp_path)
    assert said.startswith(b"\x1b_podboard;new;tmux\x1b\\")
    started, attached = (tmp_path / "said").read_text().splitlines()[0], (tmp_path / "said").read_text()
    assert "new-session -d -x 80 -y 24" in started
    assert attached.splitlines()[-1].endswith("-CC attach -d")


def test_what_does_not_start_leaves_a_plain_shell_and_no_trace(tmp_path: Path) -> None:
    tools = image(tmp_path, "sh")
    pretend(tools, "tmux", '[ "$1" = -V ] && echo "tmux 3.4" && exit; echo no; exit 1')
    assert run(tools, tmp_path) == PLAIN
    assert list(tmp_path.iterdir()) == [tools]


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="there is no other place")  # noqa: S108
def test_a_path_that_is_too_long_for_a_socket_is_passed_over(tmp_path: Path) -> None:
    tools = image(tmp_path, "sh")
    pretend(tools, "dtach", 'echo "$2"; exit 1')
    said, code = run(tools, tmp_path / ("x" * 60))
    elsewhere = Path("/dev/shm", f"podboard-{MARKER}")  # noqa: S108
    assert f"{elsewhere}/s\n".encode() in said
    assert code == 7
    assert not elsewhere.exists()


def test_where_a_holder_ends_at_once_a_plain_shell_follows(tmp_path: Path) -> None:
    tools = image(tmp_path, "sh")
    pretend(tools, "dtach", "exit 1")
    said, code = run(tools, tmp_path)
    assert said == PLAIN[0].replace(b";;", b";dtach;").replace(b"new;\x1b", b"new;dtach\x1b")
    assert code == 7
    assert list(tmp_path.iterdir()) == [tools]


@every_shell
def test_the_script_holds_a_shell_whatever_sh_is(shell: str, tmp_path: Path) -> None:
    needs("dtach")
    tools = image(tmp_path, shell, "dtach")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        resumable_shell_command(MARKER, SIZE),
        executable=tools / "sh",
        env={"PATH": str(tools), "TMPDIR": str(tmp_path)},
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    said = b""
    try:
        while b"dtach\x1b\\" not in said:
            said += os.read(ours, 4096)
        os.write(ours, b"echo $((40 + 2)).; exit 5\r")
        while b"42." not in said:
            said += os.read(ours, 4096)
        assert process.wait(20) == 5
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert b"\x1b_podboard;new;dtach\x1b\\" in said
    assert list(tmp_path.iterdir()) == [tools]


def test_what_prints_where_nobody_reads_any_more_goes_on(tmp_path: Path) -> None:
    needs("tmux")
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    process = subprocess.Popen(
        resumable_shell_command(MARKER, SIZE),
        env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    control, said, over = Control(), b"", tmp_path / "over"
    try:
        while b"%session-changed" not in said:
            said += os.read(ours, 4096)
        os.write(ours, control.begin(SIZE) + control.beat(0.5) + typed(f"seq 200000; >{over}\r".encode()))
        wait_for(over.exists, "the end of what prints")
    finally:
        hang_up = subprocess.run(
            hang_up_command(MARKER),
            env=environment,
            input=b"kill\nkill\nkill\n",
            check=False,
            capture_output=True,
        )
        os.close(ours)
        process.wait(20)
    assert int(hang_up.stdout.split()[0]) > 0


def test_every_part_of_the_command_is_a_word_of_its_own() -> None:
    command = resumable_shell_command("a" * 32, Size(80, 24), "b" * 32)
    assert command[3:] == ("podboard", "a" * 32, connection_marker("a" * 32), "80", "24", "b" * 32, "")


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({min(place, len(data)) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(ends)]


@given(st.binary(max_size=40), st.binary(max_size=40), st.lists(st.integers(0, 120), max_size=6))
def test_an_opening_is_found_however_it_is_cut(before: bytes, after: bytes, places: list[int]) -> None:
    reader = OpeningReader()
    shown = b""
    for piece in cut(before + b"\x1b_podboard;same;tmux\x1b\\" + after, places):
        # What comes behind it is not the reader's any more.
        shown += reader.take(piece) if reader.opening is None else piece
    assert reader.opening == Opening(is_same=True, holder="tmux")
    assert shown == before + after


@given(
    st.binary(max_size=200).filter(lambda data: b"\x1b" not in data),
    st.lists(st.integers(0, 200), max_size=6),
)
def test_what_is_no_opening_is_shown_at_once(data: bytes, places: list[int]) -> None:
    reader = OpeningReader()
    assert [reader.take(piece) for piece in cut(data, places)] == cut(data, places)
    assert reader.opening is None


@pytest.mark.parametrize(
    ("holder", "pieces"),
    [
        (DTACH, [b"\x1b[H\x1b[J", b"$ exit\r\n", b"\x1b[999H\r\n[EOF - dtach terminating]\r\n\x1b[?25h"]),
        (DTACH, [b"\x1b[", b"H\x1b[J$ exit\r\n\x1b[999H\r\n", b"[EOF - dtach terminating]\r\n"]),
        (SCREEN, [b"$ exit\r\n", b"\x1b[24;1H\r\n[screen is terminating]\r\n"]),
    ],
)
def test_what_a_holder_says_of_itself_is_not_shown(holder: str, pieces: list[bytes]) -> None:
    transparent = Transparent(holder)
    assert b"".join(map(transparent.take, pieces)) == b"$ exit\r\n"


def test_a_program_may_show_its_cursor_and_clear_its_screen() -> None:
    transparent = Transparent(DTACH)
    assert transparent.take(b"\x1b[H\x1b[J") == b""
    assert transparent.take(b"\x1b[H\x1b[J\x1b[?25h") == b"\x1b[H\x1b[J\x1b[?25h"


def test_the_script_has_no_word_that_posix_does_not_know() -> None:
    script = resumable_shell_command(MARKER, SIZE)[2]
    assert not re.search(r"\[\[|\blocal\b|\bfunction\b|<<<|&>", script)
