"""``podboard exec`` as a process beside kubectl, in the pods of the embedded cluster."""

import asyncio
import fcntl
import hashlib
import os
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
import yaml

from podboard.demo.cluster import DemoCluster
from podboard.demo.rbac import Account, Grant, Rule
from podboard.model.connection import Connection
from podboard.records.store import open_store
from podboard.session.sweeping import leftovers
from tests.support.cluster import Kubectl
from tests.support.ptys import open_pty, read_all
from tests.support.waiting import until

POD = "web-7d9f8c6b5-x2x4q"
BIG = 64 << 20


class Done(NamedTuple):
    code: int
    out: bytes
    err: str


class Podboard:
    """``podboard exec``, with kubectl's environment and a home of its own."""

    def __init__(self, kubectl: Kubectl, folder: Path) -> None:
        self.log = folder / "podboard.log"
        self.database = folder / "podboard.db"
        self.environment = {
            **kubectl.environment,
            "PODBOARD_LOG": str(self.log),
            "PODBOARD_DATABASE": str(self.database),
            "LANG": "C.UTF-8",
        }

    async def __call__(self, *arguments: str, stdin: bytes | None = None) -> Done:
        process = await self.start(*arguments, stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE)
        out, err = await process.communicate(stdin)
        assert process.returncode is not None
        return Done(process.returncode, out, err.decode())

    async def start(
        self,
        *arguments: str,
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.PIPE,
        prepare: Callable[[], object] | None = None,
        pass_fds: tuple[int, ...] = (),
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "podboard", "exec", "-n", "shop", *arguments,
            env=self.environment, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE,
            preexec_fn=prepare, pass_fds=pass_fds,
        )  # fmt: skip


@pytest.fixture
def podboard(kubectl: Kubectl, tmp_path: Path) -> Podboard:
    return Podboard(kubectl, tmp_path)


def random_file(path: Path, size: int = BIG) -> str:
    """A file of random bytes; returns its checksum."""
    data = Random(7).randbytes(size)  # noqa: S311 - no secret
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# -- as kubectl does ------------------------------------------------------------------------


async def test_nowhere_to_write_to_is_enough(podboard: Podboard, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the place of a folder")
    for name in ("PODBOARD_LOG", "PODBOARD_DATABASE"):
        del podboard.environment[name]
    podboard.environment |= {"XDG_STATE_HOME": str(file), "XDG_DATA_HOME": str(file)}
    assert await podboard(POD, "--", "echo", "ok") == (0, b"ok\n", "")
    # A log that was asked for is another matter.
    podboard.environment["PODBOARD_LOG"] = str(file / "log")
    done = await podboard(POD, "--", "echo", "ok")
    assert (done.code, done.out) == (2, b"")
    assert "cannot be written" in done.err


@pytest.mark.parametrize(
    ("code", "script"),
    [
        (0, "true"),
        (7, "exit 7"),
        (126, "/etc/passwd 2>/dev/null"),
        (127, "no-such-command 2>/dev/null"),
        (137, "kill -9 $$"),
    ],
)
async def test_exit_codes(podboard: Podboard, kubectl: Kubectl, code: int, script: str) -> None:
    ours = await podboard(POD, "--", "sh", "-c", script)
    theirs = await kubectl("exec", "-n", "shop", POD, "--", "sh", "-c", script)
    assert (ours.code, ours.err) == (code, theirs.stderr)
    assert theirs.returncode == code
    assert ours.out == b""


@pytest.mark.parametrize(
    "arguments",
    [
        ["-n", "data", "kafka-0", "--", "hostname"],
        ["-n", "data", "-q", "kafka-0", "--", "hostname"],
        ["-n", "infra", "prometheus-0", "--", "hostname"],
        ["-n", "data", "-c", "kafka", "kafka-0", "--", "hostname"],
        ["deploy/api", "--", "hostname"],
        ["deploy/web", "--", "hostname"],
        ["deployment.apps/web", "--", "hostname"],
        ["deployments.v1.apps/web", "--", "hostname"],
        ["Deployment/web", "--", "hostname"],
        ["svc/web", "--", "hostname"],
        ["rs/web-7d9f8c6b5", "--", "hostname"],
        ["-n", "data", "sts/postgres", "--", "hostname"],
        ["-n", "infra", "daemonset/node-exporter", "--", "hostname"],
        ["-n", "infra", "ds/node-exporter", "--", "hostname"],
        [f"pod/{POD}", "--", "hostname"],
        [f"po/{POD}", "--", "hostname"],
        ["-t", POD, "--", "tty"],
        ["-it", POD, "--", "tty"],
        ["-itq", POD, "--", "tty"],
        ["-i", POD, "--", "cat"],
        [POD, "--", "cat"],
        [POD, "--", "echo", "--", "-n", "$HOME", "a b", "", "*"],
    ],
    ids=" ".join,
)
async def test_what_kubectl_does(podboard: Podboard, kubectl: Kubectl, arguments: list[str]) -> None:
    ours = await podboard(*arguments, stdin=b"from the input\n")
    theirs = await kubectl("exec", "-n", "shop", *arguments, stdin=b"from the input\n")
    assert (ours.code, ours.out.decode(), ours.err) == (theirs.returncode, theirs.stdout, theirs.stderr)
    assert ours.out or arguments[-1] == "cat"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nosuch", "--", "true"], "pod nosuch does not exist"),
        (["deploy/nosuch", "--", "true"], 'deployments.apps "nosuch" not found'),
        (["deploy/mailer", "--", "true"], "container mailer is not running"),
        (["deploy/recommender", "--", "true"], "is pending"),
        (["-n", "data", "job/backup-29401260", "--", "true"], "container backup is not running"),
        (["-c", "nosuch", POD, "--", "true"], "has no container nosuch"),
        (["-n", "default", "svc/kubernetes", "--", "true"], "services/kubernetes selects no pods"),
        ([POD, "--", "nosuch"], "command not found in this image: nosuch"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
async def test_what_cannot_be_is_said_and_is_1(
    podboard: Podboard, kubectl: Kubectl, arguments: list[str], said: str
) -> None:
    ours = await podboard(*arguments)
    theirs = await kubectl("exec", "-n", "shop", *arguments)
    assert (ours.code, ours.out) == (theirs.returncode, b"") == (1, b"")
    assert ours.err.startswith("podboard: ")
    assert said in ours.err
    assert "Traceback" not in ours.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [POD, "date"],
        [POD, "-it", "date"],
        ["deploy/web/x", "--", "true"],
        ["tree/web", "--", "true"],
        ["deploy/", "--", "true"],
        ["No-Name", "--", "true"],
        ["-c", "a/b", POD, "--", "true"],
        ["-n", "a/b", POD, "--", "true"],
        ["--nonsense", POD, "--", "true"],
    ],
    ids=" ".join,
)
async def test_what_is_no_command_line_is_2(podboard: Podboard, arguments: list[str]) -> None:
    done = await podboard(*arguments)
    assert (done.code, done.out) == (2, b"")
    assert "podboard" in done.err
    assert "Traceback" not in done.err


async def test_a_shell_where_no_command_is_given(podboard: Podboard) -> None:
    done = await podboard("-q", POD, stdin=b"echo in $0; exit 5\n")
    assert (done.code, done.out) == (5, b"in bash\n")


# -- streams --------------------------------------------------------------------------------


async def test_errors_stay_apart(podboard: Podboard) -> None:
    done = await podboard(POD, "--", "sh", "-c", "echo out; echo err >&2; echo out; exit 3")
    assert done == (3, b"out\nout\n", "err\ncommand terminated with exit code 3\n")


async def test_binary_both_ways_between_files(podboard: Podboard, tmp_path: Path) -> None:
    there, back = tmp_path / "there", tmp_path / "back"
    digest = random_file(there)
    with there.open("rb") as stdin, back.open("wb") as stdout:
        process = await podboard.start("-i", POD, "--", "cat", stdin=stdin.fileno(), stdout=stdout.fileno())
        _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert back.stat().st_size == BIG
    assert checksum(back) == digest


async def test_binary_both_ways_through_pipes(podboard: Podboard, tmp_path: Path) -> None:
    random_file(tmp_path / "there")
    data = (tmp_path / "there").read_bytes()
    done = await podboard("-i", POD, "--", "cat", stdin=data)
    assert (done.code, done.err, len(done.out)) == (0, "", BIG)
    assert hashlib.sha256(done.out).digest() == hashlib.sha256(data).digest()


async def test_output_into_a_socket(podboard: Podboard) -> None:
    here, there = socket.socketpair()
    here.settimeout(0)
    loop = asyncio.get_running_loop()
    with here:
        with there:
            process = await podboard.start(POD, "--", "seq", "100000", stdout=there.fileno())
        received = b""
        while piece := await loop.sock_recv(here, 1 << 16):
            received += piece
    await process.wait()
    assert received == b"".join(b"%d\n" % number for number in range(1, 100_001))


async def test_output_is_added_to_a_file(podboard: Podboard, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before\n")
    with path.open("ab") as file:
        process = await podboard.start(POD, "--", "echo", "after", stdout=file.fileno())
        await process.communicate()
    assert path.read_text() == "before\nafter\n"


async def test_a_pipe_that_does_not_wait_stays_so(podboard: Podboard) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with os.fdopen(reading, "rb") as pipe:
        process = await podboard.start(POD, "--", "seq", "200000", stdout=writing)
        os.close(writing)
        received = await asyncio.to_thread(pipe.read)
    assert await process.wait() == 0
    assert received == b"".join(b"%d\n" % number for number in range(1, 200_001))


async def test_whether_its_pipes_wait_is_left_as_it_is(podboard: Podboard) -> None:
    (in_read, in_write), (out_read, out_write) = os.pipe(), os.pipe()
    process = await podboard.start("-i", POD, "--", "cat", stdin=in_read, stdout=out_write)
    os.write(in_write, b"first\n")
    assert await asyncio.to_thread(os.read, out_read, 100) == b"first\n"
    assert os.get_blocking(in_read)
    assert os.get_blocking(out_write)
    for descriptor in (in_read, in_write, out_write):
        os.close(descriptor)
    assert await process.wait() == 0
    os.close(out_read)


async def test_input_that_was_not_asked_for_is_left_to_others(podboard: Podboard) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"for the next one")
    os.close(writing)
    process = await podboard.start(POD, "--", "cat", stdin=reading)
    assert await process.communicate() == (b"", b"")
    assert os.read(reading, 100) == b"for the next one"
    os.close(reading)


async def test_a_reader_that_goes_away_ends_it_quietly(podboard: Podboard) -> None:
    reading, writing = os.pipe()
    process = await podboard.start(POD, "--", "yes", stdout=writing)
    os.close(writing)
    assert (await asyncio.to_thread(os.read, reading, 4)).startswith(b"y\n")
    os.close(reading)
    assert process.stderr is not None
    assert await process.stderr.read() == b""
    assert await process.wait() == 128 + signal.SIGPIPE


async def test_a_full_disk_is_said(podboard: Podboard) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    process = await podboard.start(POD, "--", "echo", "x", stdout=full)
    os.close(full)
    _, err = await process.communicate()
    assert (process.returncode, err) == (1, b"podboard: output cannot be written: No space left on device\n")


@pytest.mark.parametrize("missing", [0, 1, 2])
async def test_a_stream_that_is_missing(podboard: Podboard, missing: int) -> None:
    process = await podboard.start(
        "-i", POD, "--", "sh", "-c", "echo out; echo err >&2; cat",
        stdin=subprocess.PIPE, prepare=lambda: os.close(missing),
    )  # fmt: skip
    out, err = await process.communicate(b"in\n")
    assert process.returncode == 0
    assert out == {0: b"out\n", 1: b"", 2: b"out\nin\n"}[missing]
    assert err == (b"" if missing == 2 else b"err\n")


# -- ends -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
async def test_a_signal_ends_it(podboard: Podboard, number: signal.Signals, code: int) -> None:
    process = await podboard.start(POD, "--", "sh", "-c", "echo up; exec sleep 1000")
    assert process.stdout is not None
    assert await process.stdout.readline() == b"up\n"
    process.send_signal(number)
    assert await process.communicate() == (b"", b"")
    assert process.returncode == code


async def test_a_signal_ends_it_while_nobody_reads_what_it_says(podboard: Podboard) -> None:
    reading, writing = os.pipe()
    process = await podboard.start(POD, "--", "yes", stdout=writing)
    os.close(writing)
    await asyncio.to_thread(os.read, reading, 4)
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 143
    os.close(reading)


async def test_a_signal_that_was_ignored_stays_so(podboard: Podboard) -> None:
    process = await podboard.start(
        "-i", POD, "--", "sh", "-c", "echo up; cat",
        stdin=subprocess.PIPE, prepare=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )  # fmt: skip
    assert process.stdout is not None
    assert await process.stdout.readline() == b"up\n"
    process.send_signal(signal.SIGHUP)
    assert await process.communicate(b"still here\n") == (b"still here\n", b"")
    assert process.returncode == 0


async def test_a_connection_that_is_cut_is_no_success(podboard: Podboard, demo: DemoCluster) -> None:
    demo.faults.set("cut=100000@exec")
    done = await podboard(POD, "--", "seq", "100000")
    assert done.code == 1
    assert done.err.startswith("podboard: the connection was cut\n")
    assert done.out


# -- ways -----------------------------------------------------------------------------------


async def test_the_timeline_is_told_on_request(podboard: Podboard) -> None:
    done = await podboard("-v", POD, "--", "true")
    lines = done.err.splitlines()
    assert (done.code, done.out) == (0, b"")
    assert lines[0].startswith(" 1  ws:kubeconfig  https://127.0.0.1:")
    assert "● 0." in lines[0]
    assert lines[0].endswith(" s  opened")
    assert [line.split()[:2] for line in lines[1:]] == [
        ["2", "ws:record"], ["3", "ws:token"], ["4", "ws:in-cluster"], ["5", "ssh"],
    ]  # fmt: skip


async def test_what_went_wrong_is_in_the_timeline_and_in_the_log(
    podboard: Podboard, demo: DemoCluster
) -> None:
    demo.faults.set("403@exec")
    done = await podboard("-v", POD, "--", "true")
    first, hint, *_ = done.err.splitlines()
    assert done.code == 1
    assert " ✗ " in first
    assert "403" in first
    assert hint.strip().startswith("→ ") or "ws:record" in hint
    assert "Error setting up Kubernetes WebSocket connection: shop/" in podboard.log.read_text()
    assert podboard.log.stat().st_mode & 0o777 == 0o600


async def test_without_a_lookup_the_server_chooses_the_container(
    podboard: Podboard, demo: DemoCluster, tmp_path: Path
) -> None:
    may_exec = Grant("pod-exec-only", (Rule(("get", "create"), ("pods/exec",)),), "shop")
    demo.add_account(Account("shop", "exec-only", (may_exec,), "token-of-exec-only"))
    config = yaml.safe_load(demo.kubeconfig.read_text("utf-8"))
    for user in config["users"]:
        user["user"] = {"token": "token-of-exec-only"}
    kubeconfig = tmp_path / "exec-only"
    kubeconfig.write_text(yaml.safe_dump(config))
    done = await podboard("--kubeconfig", str(kubeconfig), POD, "--", "echo", "hello")
    assert done == (0, b"hello\n", "")
    assert "was not looked up" in podboard.log.read_text()
    assert "token-of-exec-only" not in podboard.log.read_text()
    done = await podboard("--kubeconfig", str(kubeconfig), "deploy/web", "--", "true")
    assert done.code == 1
    assert "deployments" in done.err


async def test_nobody_answers(podboard: Podboard, demo: DemoCluster) -> None:
    demo.faults.set("refuse")
    for name in (POD, "deploy/web"):
        done = await podboard(name, "--", "true")
        assert (done.code, done.out) == (1, b"")
        assert "cannot be reached: connection refused" in done.err


async def test_without_a_kubeconfig(podboard: Podboard, tmp_path: Path) -> None:
    podboard.environment |= {"HOME": str(tmp_path), "KUBECONFIG": ""}
    done = await podboard("-v", POD, "--", "true")
    assert (done.code, done.out) == (1, b"")
    assert " 1  ws:kubeconfig" in done.err


# -- a terminal -----------------------------------------------------------------------------


async def test_a_terminal_of_the_size_of_ours(podboard: Podboard) -> None:
    with open_pty(raw=False) as pty:
        fcntl.ioctl(pty.program, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 101, 0, 0))
        process = await podboard.start(
            "-it", POD, "--", "sh", "-c", "stty size; exit 9", stdin=pty.program, stdout=pty.program
        )
        _, err = await process.communicate()
        assert (process.returncode, err) == (9, b"command terminated with exit code 9\n")
        assert os.read(pty.person, 100) == b"33 101\r\n"


async def test_the_terminal_is_raw_while_it_lasts_and_given_back(podboard: Podboard) -> None:
    with open_pty(raw=False) as pty:
        before = termios.tcgetattr(pty.program)
        process = await podboard.start(
            "-it", POD, "--", "sh", "-c", "stty raw -echo; echo ready; exec cat -v",
            stdin=pty.program, stdout=pty.program,
        )  # fmt: skip
        assert b"ready" in await asyncio.to_thread(os.read, pty.person, 100)
        assert termios.tcgetattr(pty.program) != before
        os.write(pty.person, b"\x03\x1a\x1c\x04\x11\x13q")
        said = b""
        while not said.endswith(b"q"):
            said += await asyncio.to_thread(os.read, pty.person, 100)
        assert said == rb"^C^Z^\^D^Q^Sq"
        process.send_signal(signal.SIGTERM)
        await process.communicate()
        assert process.returncode == 143
        assert termios.tcgetattr(pty.program) == before


async def test_stopped_from_outside_it_gives_the_terminal_back_meanwhile(podboard: Podboard) -> None:
    def is_stopped() -> bool:
        return ") T " in Path(f"/proc/{process.pid}/stat").read_text()

    with open_pty(raw=False) as pty:
        before = termios.tcgetattr(pty.program)
        process = await podboard.start(
            "-it", POD, "--", "sh", "-c", "echo ready; exec cat", stdin=pty.program, stdout=pty.program
        )
        assert b"ready" in await asyncio.to_thread(os.read, pty.person, 100)
        process.send_signal(signal.SIGTSTP)
        await until(is_stopped)
        assert termios.tcgetattr(pty.program) == before
        process.send_signal(signal.SIGCONT)
        await until(lambda: termios.tcgetattr(pty.program) != before)
        process.send_signal(signal.SIGHUP)
        await process.communicate()
        assert process.returncode == 129
        assert termios.tcgetattr(pty.program) == before


# -- the history ----------------------------------------------------------------------------


async def at_a_terminal(podboard: Podboard, *arguments: str) -> Done:
    """A run with a terminal of its own; what it shows there is its output."""
    with open_pty(raw=False) as pty:
        process = await podboard.start("-it", *arguments, stdin=pty.program, stdout=pty.program)
        _, err = await process.communicate()
        assert process.returncode is not None
        return Done(process.returncode, read_all(pty.person, 0), err.decode())


async def history(podboard: Podboard) -> list[Connection]:
    async with open_store(podboard.database) as store:
        return await store.connections()


async def test_a_command_at_a_terminal_is_in_the_history(podboard: Podboard) -> None:
    done = await at_a_terminal(podboard, POD, "--", "sh", "-c", "echo one; exit 3")
    assert (done.code, done.out) == (3, b"one\r\n")
    [row] = await history(podboard)
    assert (row.context, row.namespace, row.pod_name, row.container) == ("podboard-demo", "shop", POD, "web")
    assert (row.method, row.exit_code, row.ending) == ("ws:kubeconfig", 3, "ended with exit code 3")
    assert [attempt.outcome for attempt in row.attempts] == ["opened", *["not applicable"] * 4]
    assert row.bytes_received == len(b"one\r\n")
    assert row.ended_at is not None
    assert row.started_at < row.ended_at
    assert podboard.database.stat().st_mode & 0o777 == 0o600


async def test_what_was_sent_and_received_is_counted(podboard: Podboard) -> None:
    with open_pty(raw=False) as pty:
        process = await podboard.start(
            "-it", POD, "--", "sh", "-c", "stty raw -echo; echo ready; head -c 5", stdin=pty.program,
            stdout=pty.program,
        )  # fmt: skip
        assert b"ready" in await asyncio.to_thread(os.read, pty.person, 100)
        os.write(pty.person, b"12345")
        await process.communicate()
    [row] = await history(podboard)
    assert (row.bytes_sent, row.bytes_received) == (5, len(b"ready\n12345"))


async def test_a_climb_that_failed_is_in_the_history(podboard: Podboard) -> None:
    done = await at_a_terminal(podboard, "-c", "nope", POD, "--", "sh")
    assert done.code == 1
    [row] = await history(podboard)
    assert row.method is None
    assert row.ending == f"pod {POD} has no container nope"
    assert done.err.startswith(f"podboard: {row.ending}\n")
    assert row.attempts[0].outcome == "failed"


async def test_the_containers_that_there_are_are_named(podboard: Podboard, kubectl: Kubectl) -> None:
    theirs = await kubectl("exec", "-n", "shop", "-c", "nope", POD, "--", "true")
    _, names = theirs.stderr.strip().split(" out of: ")
    ours = await podboard("-c", "nope", POD, "--", "true")
    assert ours.err == f"podboard: pod {POD} has no container nope\npodboard: choose one of {names}\n"


async def test_a_session_that_is_hung_up_is_in_the_history(podboard: Podboard) -> None:
    with open_pty(raw=False) as pty:
        process = await podboard.start(
            "-it", POD, "--", "sh", "-c", "echo ready; exec cat", stdin=pty.program, stdout=pty.program
        )
        assert b"ready" in await asyncio.to_thread(os.read, pty.person, 100)
        process.send_signal(signal.SIGHUP)
        await process.communicate()
        assert process.returncode == 129
    [row] = await history(podboard)
    assert (row.method, row.exit_code, row.ending) == ("ws:kubeconfig", None, "closed")


async def test_a_shell_that_could_not_be_hung_up_is_written_down(
    podboard: Podboard, demo: DemoCluster
) -> None:
    with open_pty(raw=False) as pty:
        process = await podboard.start(POD, stdin=pty.program, stdout=pty.program)
        os.write(pty.person, b"echo rea''dy\n")
        said = b""
        while b"ready" not in said:
            said += await asyncio.to_thread(os.read, pty.person, 1000)
        demo.faults.set("500@exec")
        process.send_signal(signal.SIGHUP)
        await process.communicate()
        assert process.returncode == 129
    async with open_store(podboard.database) as store:
        [shell] = await store.shells()
    assert (shell.context, shell.namespace, shell.pod_name) == ("podboard-demo", "shop", POD)
    assert shell.owner == ""
    assert shell.trouble is not None


async def test_a_shell_whose_connection_was_cut_is_written_down(
    podboard: Podboard, demo: DemoCluster
) -> None:
    demo.faults.set("cut=1000@exec")
    with open_pty(raw=False) as pty:
        process = await podboard.start(POD, stdin=pty.program, stdout=pty.program)
        os.write(pty.person, b"seq 1000\n")
        await process.communicate()
        assert process.returncode == 1
    async with open_store(podboard.database) as store:
        [shell] = await store.shells()
        [row] = await store.connections()
    assert (shell.trouble, shell.owner) == (row.ending, "")
    assert (row.method, row.exit_code, row.ending) == ("ws:kubeconfig", None, "the connection was cut")


async def test_a_shell_that_was_left_in_order_is_not_written_down(podboard: Podboard) -> None:
    with open_pty(raw=False) as pty:
        process = await podboard.start(POD, stdin=pty.program, stdout=pty.program)
        os.write(pty.person, b"exit 4\n")
        await process.communicate()
        assert process.returncode == 4
    async with open_store(podboard.database) as store:
        assert await store.shells() == []
        [row] = await store.connections()
    assert row.exit_code == 4


async def test_a_session_that_lasts_is_written_down_before_podboard_is_killed(podboard: Podboard) -> None:
    def is_written() -> bool:
        with closing(sqlite3.connect(podboard.database)) as database:
            [count] = database.execute("SELECT count(*) FROM shells").fetchone()
        return bool(count)

    async with open_store(podboard.database):
        pass  # it is made
    with open_pty(raw=False) as pty:
        process = await podboard.start(POD, stdin=pty.program, stdout=pty.program)
        os.write(pty.person, b"echo rea''dy\n")
        said = b""
        while b"ready" not in said:
            said += await asyncio.to_thread(os.read, pty.person, 1000)
        await until(is_written)
        async with open_store(podboard.database) as store:
            assert leftovers(await store.shells()) == []  # it is looked after
        process.kill()
        await process.communicate()
    async with open_store(podboard.database) as store:
        [shell] = leftovers(await store.shells())
        [row] = await store.connections()
    assert (shell.pod_name, shell.trouble) == (POD, None)
    assert (row.pod_name, row.ended_at, row.ending) == (POD, None, None)


async def test_what_scripts_run_is_not_in_the_history(podboard: Podboard) -> None:
    assert (await podboard(POD, "--", "true")).code == 0
    assert (await podboard("-it", POD, "--", "true")).code == 0  # without a terminal, whatever was asked for
    assert not podboard.database.exists()
    assert await history(podboard) == []  # of a database that is there from now on
    assert (await podboard(POD, "--", "true")).code == 0
    assert await history(podboard) == []


async def test_a_database_that_others_write_holds_up_no_end(podboard: Podboard) -> None:
    assert await history(podboard) == []
    with open_pty(raw=False) as pty:
        process = await podboard.start(
            "-it", POD, "--", "sh", "-c", "echo ready; read line; exit 5", stdin=pty.program,
            stdout=pty.program,
        )  # fmt: skip
        assert b"ready" in await asyncio.to_thread(os.read, pty.person, 100)
        writer = sqlite3.connect(podboard.database, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        os.write(pty.person, b"\r")
        async with asyncio.timeout(20):  # others are waited for longer before a session
            _, err = await process.communicate()
        writer.close()
        assert (process.returncode, err) == (5, b"command terminated with exit code 5\n")
    assert "the history lacks a terminal" in podboard.log.read_text()
    assert await history(podboard) == []


@pytest.mark.parametrize(
    ("below", "why"), [("podboard.log/podboard.db", "cannot be opened"), (".", "is no file")]
)
async def test_a_database_that_cannot_be_is_a_line_of_the_log(
    below: str, why: str, podboard: Podboard, tmp_path: Path
) -> None:
    podboard.environment["PODBOARD_DATABASE"] = str(tmp_path / below)
    done = await at_a_terminal(podboard, POD, "--", "sh", "-c", "exit 3")
    assert (done.code, done.err) == (3, "command terminated with exit code 3\n")
    assert f"{tmp_path / below} {why}" in podboard.log.read_text()
