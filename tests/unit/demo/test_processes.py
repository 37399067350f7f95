"""Commands on terminals and on pipes, and what is left of them."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from podboard.demo.containers import Container, Runtime, StartError
from podboard.demo.images import Image, Tools
from podboard.demo.processes import Streams
from podboard.demo.streams import Sink
from tests.support.waiting import until

TERMINAL = Streams(terminal=True, stdin=True, stdout=True, stderr=False)
PIPES = Streams(terminal=False, stdin=True, stdout=True, stderr=True)
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


class Ear:
    """Hears a command."""

    def __init__(self) -> None:
        self.out = b""
        self.err = b""
        self.drained = 0

    def said(self, data: bytes, *, as_error: bool) -> None:
        assert len(data) <= 32768
        if as_error:
            self.err += data
        else:
            self.out += data

    def stdin_drained(self) -> None:
        self.drained += 1


@pytest.fixture
def container(tmp_path: Path) -> Container:
    images = {
        "all": Image(files={"deep/note.txt": "read me\n"}),
        "sh": Image(Tools.SH),
        "none": Image(Tools.NONE),
    }
    return Runtime(tmp_path, images).container("id", "shop", "web-1", "app", "all")


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def run(container: Container, *command: str, streams: Streams = PIPES) -> tuple[int, Ear]:
    ear = Ear()
    process = container.start(command, streams, ear)
    return await process.finished, ear


async def test_streams_are_apart_on_pipes(container: Container) -> None:
    code, ear = await run(container, "sh", "-c", "cat deep/note.txt; echo oops >&2; exit 3")
    assert (code, ear.out, ear.err) == (3, b"read me\n", b"oops\n")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("streams", [PIPES, TERMINAL])
async def test_a_death_by_signal(number: int, streams: Streams, container: Container) -> None:
    code, _ = await run(container, "sh", "-c", f"kill -{number} $$", streams=streams)
    assert code == 128 + number


async def test_a_terminal_is_the_controlling_one_and_has_its_size(container: Container) -> None:
    ear = Ear()
    process = container.start(
        ["sh", "-c", "stty size < /dev/tty; echo said to tty > /dev/tty"], TERMINAL, ear, (91, 17)
    )
    assert await process.finished == 0
    assert ear.out == b"17 91\r\nsaid to tty\r\n"


async def test_a_resize_is_heard_of(container: Container) -> None:
    ear = Ear()
    program = "trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep 0.01; done"
    process = container.start(["sh", "-c", program], TERMINAL, ear)
    await until(lambda: b"ready" in ear.out)
    process.resize(120, 40)
    assert await process.finished == 0
    assert ear.out.endswith(b"40 120\r\n")
    process.resize(1, 1)  # nobody is there any more


async def test_all_output_is_heard_before_the_end(container: Container) -> None:
    for streams in (PIPES, TERMINAL):
        code, ear = await run(container, "sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x", streams=streams)
        assert (code, ear.out.count(b"x")) == (0, 300000)


async def test_a_background_job_that_keeps_the_terminal_does_not_keep_the_end(container: Container) -> None:
    code, ear = await run(
        container, "sh", "-c", "trap '' HUP; sleep 60 & echo started; exit 4", streams=TERMINAL
    )
    assert (code, ear.out) == (4, b"started\r\n")
    await container.kill()


async def test_paused_it_blocks_and_resumed_it_goes_on(container: Container) -> None:
    ear = Ear()
    process = container.start(["sh", "-c", "head -c 1000000 /dev/zero"], PIPES, ear)
    process.pause()
    await asyncio.sleep(0)
    heard = len(ear.out)
    assert heard < 1_000_000
    assert not process.finished.done()
    process.resume()
    assert await process.finished == 0
    assert len(ear.out) == 1_000_000


async def test_input_arrives_whole_and_its_end_is_told(container: Container) -> None:
    ear = Ear()
    process = container.start(["cat"], PIPES, ear)
    sent = os.urandom(500_000)
    process.write(sent[:400_000])
    assert process.stdin_full
    process.write(sent[400_000:])
    process.end_stdin()
    assert await process.finished == 0
    assert ear.out == sent
    assert ear.drained
    process.write(b"too late")


async def test_input_nobody_reads_is_dropped(container: Container) -> None:
    ear = Ear()
    process = container.start(["sh", "-c", "exec <&-; echo closed; sleep 60"], PIPES, ear)
    await until(lambda: b"closed" in ear.out)
    process.write(b"x" * 100_000)
    await until(lambda: not process.stdin_full)
    await container.kill()
    assert process.finished.result() == 137


async def test_detached_it_goes_on_unheard(container: Container) -> None:
    ear = Ear()
    process = container.start(
        ["sh", "-c", "echo one; read x; head -c 1000000 /dev/zero; exit 6"], TERMINAL, ear
    )
    await until(lambda: b"one" in ear.out)
    process.pause()
    process.detach()
    process.write(b"\n")
    assert await process.finished == 6
    assert b"\0" not in ear.out


@LINUX
async def test_killing_a_container_leaves_nothing_of_it(container: Container) -> None:
    ear = Ear()
    process = container.start(["sh", "-c", "setsid sleep 300 & echo $!; wait"], PIPES, ear)
    await until(lambda: ear.out.endswith(b"\n"))
    daemon = int(ear.out)
    assert container.home.exists()
    await container.kill()
    assert process.finished.result() == 137
    assert not runs(daemon)
    assert not container.home.exists()


@pytest.mark.parametrize(
    ("image", "command", "why"),
    [
        ("all", [], "args must not be empty"),
        ("all", ["no-such"], 'exec: "no-such": executable file not found in $PATH'),
        ("all", ["/no/such"], 'exec: "/no/such": stat /no/such: no such file or directory'),
        ("all", ["/etc/passwd"], 'exec: "/etc/passwd": permission denied'),
        ("all", ["/etc"], 'exec: "/etc": permission denied'),
        ("sh", ["bash"], 'exec: "bash": executable file not found in $PATH'),
        ("sh", ["/bin/bash"], 'exec: "/bin/bash": stat /bin/bash: no such file or directory'),
        ("none", ["sh"], 'exec: "sh": executable file not found in $PATH'),
        ("none", ["/bin/sh"], 'exec: "/bin/sh": stat /bin/sh: no such file or directory'),
    ],
)
async def test_what_cannot_be_started(image: str, command: list[str], why: str, tmp_path: Path) -> None:
    images = {"all": Image(), "sh": Image(Tools.SH), "none": Image(Tools.NONE)}
    container = Runtime(tmp_path, images).container("id", "shop", "web-1", "app", image)
    with pytest.raises(StartError, match="OCI runtime exec failed") as caught:
        container.start(command, PIPES, Ear())
    assert str(caught.value).endswith(why)


async def test_a_file_that_is_no_program(container: Container) -> None:
    assert (await run(container, "true"))[0] == 0
    file = container.home / "program"
    file.write_bytes(b"\x7fELF nonsense")
    file.chmod(0o755)
    with pytest.raises(StartError, match="exec format error"):
        container.start(["./program"], PIPES, Ear())


async def test_a_container_of_its_own(container: Container) -> None:
    code, ear = await run(container, "sh", "-c", 'hostname; pwd; test "$HOME" = "$PWD"; echo ${TERM-none}')
    assert code == 0
    assert ear.out.decode().splitlines() == ["web-1", str(container.home), "none"]
    _, ear = await run(container, "sh", "-c", "echo $TERM", streams=TERMINAL)
    assert ear.out == b"xterm\r\n"


async def test_runs_have_homes_of_their_own(tmp_path: Path) -> None:
    runtime = Runtime(tmp_path, {})
    first = runtime.container("1", "shop", "web-1", "app", "any")
    assert runtime.container("1", "shop", "web-1", "app", "any") is first
    await run(first, "touch", "mine")
    await runtime.kill("1")
    await runtime.kill("1")
    second = runtime.container("2", "shop", "web-1", "app", "any")
    _, ear = await run(second, "ls")
    assert ear.out == b""
    await runtime.kill_all()
    assert not second.home.exists()


async def test_a_sink_closed_twice_is_closed() -> None:
    read, write = os.pipe()
    os.set_blocking(write, False)
    sink = Sink(asyncio.get_running_loop(), write, lambda: None, owned=True)
    sink.write(b"x" * (1 << 20))
    assert sink.full
    sink.close()
    sink.close()
    sink.write(b"y")
    os.close(read)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(write)


async def test_without_pidfds_the_end_is_told_too(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """macOS has none: there a thread waits."""
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    assert (await run(container, "sh", "-c", "exit 9"))[0] == 9
    assert (await run(container, "sh", "-c", "kill -15 $$", streams=TERMINAL))[0] == 143
