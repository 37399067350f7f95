"""Shells that outlive their connections: real tmux, dtach and screen in the embedded cluster's pods."""

import asyncio
import os
import re
import shutil
import signal
import stat
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from podboard.demo.cluster import DemoCluster
from podboard.demo.images import Image, Tools
from podboard.model.badge import TerminalState
from podboard.model.ending import EndingKind
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session.ladder import Ladder
from podboard.session.terminal import Terminal
from podboard.vt.history import History
from podboard.wire.backoff import Backoff
from podboard.wire.helper import LARGEST
from tests.protocol.test_leaving import ladder as ladder  # noqa: PLC0414 - a fixture
from tests.protocol.test_leaving import processes
from tests.support.tools import needs
from tests.support.waiting import until

IMAGES = {
    "podboard/tmux": Image(holder="tmux"),
    "podboard/dtach": Image(Tools.SH, holder="dtach"),
    "podboard/screen": Image(Tools.SH, holder="screen"),
    "podboard/none": Image(),
    "podboard/bare": Image(Tools.SH),
}
HOLDERS = ("tmux", "dtach", "screen")
SIZE = Size(80, 24)


@pytest_asyncio.fixture
async def cluster() -> AsyncIterator[DemoCluster]:
    async with DemoCluster(story=None, images=IMAGES) as demo:
        demo.add_namespace("shop")
        demo.add_node("node-1", "192.0.2.2", "10.88.0.0/24")
        for image in IMAGES:
            name = image.rpartition("/")[2]
            container = {"name": "app", "image": image}
            demo.create_pod({"metadata": {"name": name}, "spec": {"containers": [container]}}, "shop")
        demo.plane.agenda.advance(60)  # they run by now
        yield demo


async def returning(terminal: Terminal) -> None:
    """Serve a terminal as the board does."""
    try:
        await terminal.run()
        while terminal.will_return:
            await terminal.run()
    finally:
        terminal.abandon()


class Shell:
    """A terminal that is served, and a person at it."""

    def __init__(self, ladder: Ladder, pod: str, helper: Path | None = None) -> None:
        target = Target("shop", pod, "app")
        self.terminal = Terminal(target, ladder, SIZE, returns=True, resumes=True, helper=helper)
        self.terminal.shown = True
        self.task = asyncio.create_task(returning(self.terminal))

    def screen(self) -> str:
        self.terminal.screen.update()
        return "\n".join("".join(run.text for run in row) for row in self.terminal.screen.rows)

    def everything(self) -> str:
        return History(self.terminal.screen).whole()

    async def sees(self, text: str) -> None:
        try:
            await until(lambda: text in self.screen())
        except AssertionError:
            raise AssertionError(f"no {text!r} in\n{self.screen()}") from None

    async def prompts(self) -> None:
        """Wait until the shell waits."""
        await until(lambda: self.screen().rstrip().endswith("$"))

    async def type(self, line: str) -> None:
        self.terminal.write(line.encode() + b"\r")

    async def pid(self, number: int) -> str:
        """The shell's own number, as it says it."""
        await self.type(f"echo pid{number}=$$.")
        pattern = re.compile(rf"pid{number}=(\d+)\.")
        await until(lambda: pattern.search(self.screen()))
        found = pattern.search(self.screen())
        assert found is not None
        return found[1]

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest_asyncio.fixture
async def shell(request: pytest.FixtureRequest, ladder: Ladder) -> AsyncIterator[Shell]:
    pod = getattr(request, "param", "tmux")
    if pod != "none":
        needs(pod)
    shell = Shell(ladder, pod)
    await shell.prompts()
    yield shell
    await shell.close()


held = pytest.mark.parametrize("shell", HOLDERS, indirect=True)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next try comes when the test wants it."""
    monkeypatch.setattr(Backoff, "delay", lambda _: 60.0)


async def drop(shell: Shell, cluster: DemoCluster) -> None:
    cluster.restart_kubelet()
    await until(lambda: shell.terminal.badge.state is TerminalState.RECONNECTING)
    await until(lambda: shell.terminal.outage is not None and shell.terminal.outage.is_waiting)


async def come_back(shell: Shell) -> None:
    opened = shell.terminal.opened
    shell.terminal.hurry()
    await until(lambda: shell.terminal.opened != opened and shell.terminal.came_back)


def home(cluster: DemoCluster, pod: str) -> Path:
    [folder] = cluster.kubeconfig.parent.glob(f"**/homes/shop/{pod}/app")
    return folder


async def nothing_is_left(cluster: DemoCluster) -> None:
    try:
        await until(lambda: processes(cluster) == [])
    except AssertionError:
        raise AssertionError(str(processes(cluster))) from None
    await until(lambda: not folders(cluster))


def folders(cluster: DemoCluster, marker: str = "") -> list[Path]:
    return list(cluster.kubeconfig.parent.glob(f"tools/*/tmp/podboard-{marker}*"))


@held
async def test_the_same_shell_is_there_after_a_drop(shell: Shell, cluster: DemoCluster) -> None:
    before = await shell.pid(1)
    opened = shell.terminal.opened
    cluster.restart_kubelet()
    await until(lambda: shell.terminal.opened != opened and shell.terminal.came_back)
    assert shell.terminal.came_back.startswith("the same shell · dropped ")
    assert await shell.pid(2) == before
    assert "new shell" not in shell.everything()
    await shell.close()
    await nothing_is_left(cluster)


@held
async def test_the_exit_code_is_the_shells_and_nothing_else_is_said(shell: Shell) -> None:
    await shell.type("exit 7")
    await shell.task
    assert shell.terminal.ending is not None
    assert (shell.terminal.ending.kind, shell.terminal.ending.exit_code) == (EndingKind.EXITED, 7)
    assert shell.everything().rstrip().endswith(("exit 7", "exit"))


@held
async def test_a_program_sees_a_terminal_as_it_would_without(shell: Shell) -> None:
    await shell.type("echo [$TERM][$COLORTERM][$TMUX$STY$TERM_PROGRAM$SCREENDIR][${PODBOARD_SHELL:+held}]")
    await shell.sees("[xterm-256color][truecolor][][held]")
    await shell.type("stty size")
    await shell.sees("24 80")


@held
async def test_closing_takes_what_is_held_along(shell: Shell, cluster: DemoCluster) -> None:
    await shell.type("sleep 86405")
    await until(lambda: "sleep 86405" in processes(cluster))
    marker = shell.terminal._guest.marker if shell.terminal._guest is not None else ""
    assert folders(cluster, marker)
    await shell.close()
    await nothing_is_left(cluster)
    await until(lambda: not folders(cluster, marker))


@pytest.mark.usefixtures("patient")
@held
async def test_closing_while_it_waits_takes_what_is_held_along(shell: Shell, cluster: DemoCluster) -> None:
    await shell.type("sleep 86406")
    await until(lambda: "sleep 86406" in processes(cluster))
    await drop(shell, cluster)
    assert "sleep 86406" in processes(cluster)
    await shell.close()
    await nothing_is_left(cluster)


async def test_what_bash_was_told_to_forget_stays(shell: Shell, cluster: DemoCluster) -> None:
    await shell.type("sleep 86407 & disown; sleep 86408 & sleep 86409")
    await until(lambda: "sleep 86409" in processes(cluster))
    await shell.close()
    try:
        await until(lambda: processes(cluster) == ["sleep 86407"])
    except AssertionError:
        raise AssertionError(str(processes(cluster))) from None


@pytest.mark.usefixtures("patient")
@held
async def test_a_size_changed_meanwhile_is_in_force(shell: Shell, cluster: DemoCluster) -> None:
    await shell.type("trap 'echo w''inch' WINCH")
    await drop(shell, cluster)
    shell.terminal.resize(Size(100, 30))
    await come_back(shell)
    await shell.type("stty size")
    await shell.sees("30 100")
    shell.terminal.resize(Size(90, 20))
    await shell.type("until [ \"$(stty size)\" = '20 90' ]; do sleep .05; done; echo ar''rived")
    await shell.sees("arrived")


@pytest.mark.usefixtures("patient")
async def test_what_was_printed_meanwhile_is_there_with_tmux(shell: Shell, cluster: DemoCluster) -> None:
    await shell.type("echo rea''dy; until [ -e go ]; do sleep .02; done; seq -f 'n%g.' 100; touch over")
    await shell.sees("ready")
    folder = home(cluster, "tmux")
    await drop(shell, cluster)
    (folder / "go").touch()
    await until((folder / "over").exists)
    await come_back(shell)
    await shell.sees("n100.")
    told = shell.everything()
    assert [told.count(f"n{number}.\n") for number in range(1, 101)] == [1] * 100
    assert told.index("ready") < told.index("· the same shell ─") < told.index("n1.")
    await shell.prompts()
    await shell.type("echo af''ter")
    await shell.sees("after")


@pytest.mark.usefixtures("patient")
async def test_where_nothing_was_printed_meanwhile_the_screen_is_as_it_was(
    shell: Shell, cluster: DemoCluster
) -> None:
    await shell.type("echo be''fore")
    await shell.sees("before")
    await shell.prompts()
    before = shell.everything()
    await drop(shell, cluster)
    await come_back(shell)
    await shell.type("echo af''ter")
    await shell.sees("after")
    assert shell.everything().startswith(before.rstrip())
    assert "the same shell" not in shell.everything()


@pytest.mark.usefixtures("patient")
async def test_a_full_screen_program_is_drawn_as_it_is_now(shell: Shell, cluster: DemoCluster) -> None:
    draw = r"printf '\033[?1049h\033[2J\033[3;5H\033[1mfirst\033[m'; until [ -e go ]; do sleep .02; done"
    await shell.type(rf"{draw}; printf '\033[7;5H\033[?1h\033[?1000hsecond\033[3;1H'; touch over; read x")
    await shell.sees("first")
    folder = home(cluster, "tmux")
    await drop(shell, cluster)
    (folder / "go").touch()
    await until((folder / "over").exists)
    await come_back(shell)
    await shell.sees("second")
    screen = shell.terminal.screen
    assert (screen.alternate, screen.mouse_tracking) == (True, True)
    assert (screen.cursor.column, screen.cursor.row) == (0, 2)
    [first] = [run for run in screen.rows[2] if "first" in run.text]
    assert first.style.bold
    assert screen.rows[6][-1].text.rstrip().endswith("second")


@held
async def test_output_without_end_reaches_the_screen_whole(shell: Shell) -> None:
    await shell.type("seq 20000; echo do''ne")
    await shell.sees("done")
    lines = shell.everything().splitlines()
    numbers = [int(line) for line in lines if line.isdigit()]
    if shell.terminal.target.pod == "screen":
        assert numbers[-1] == 20000
    else:
        assert numbers == list(range(20001 - len(numbers), 20001))
        assert len(numbers) > 9000


async def test_where_tmux_lets_go_of_the_connection_the_same_shell_is_taken_up_again(
    shell: Shell, cluster: DemoCluster
) -> None:
    before = await shell.pid(1)
    marker = shell.terminal._guest.marker if shell.terminal._guest is not None else ""
    [folder] = folders(cluster, marker)
    letting_go = await asyncio.create_subprocess_exec("tmux", "-S", folder / "s", "detach-client", "-s", "0")
    assert await letting_go.wait() == 0
    await until(lambda: shell.terminal.came_back)
    assert "let go" in shell.terminal.came_back
    assert await shell.pid(2) == before
    await shell.close()
    await nothing_is_left(cluster)


async def test_a_paste_arrives_whole(shell: Shell, cluster: DemoCluster) -> None:
    await shell.type("echo rea''dy; cat >pasted; echo st''ored")
    await shell.sees("ready")
    await until(lambda: not shell.terminal.screen.bracketed_paste)
    text = "".join(f"{number} äöü {'x' * 60}\n" for number in range(600))
    shell.terminal.paste(text)
    shell.terminal.write(b"\x04")
    # It may come amid the echo of the last lines, which the kernel writes on its own.
    await until(lambda: "stored" in shell.everything())
    assert (home(cluster, "tmux") / "pasted").read_text("utf-8") == text


async def test_what_is_typed_before_it_is_open_is_not_lost(ladder: Ladder) -> None:
    needs("tmux")
    shell = Shell(ladder, "tmux")
    await shell.type("echo ea''rly")
    await shell.sees("early")
    await shell.close()


@pytest.mark.usefixtures("patient")
@held
async def test_two_in_one_container_come_back_each_to_its_own(
    shell: Shell, ladder: Ladder, cluster: DemoCluster
) -> None:
    other = Shell(ladder, shell.terminal.target.pod)
    await other.prompts()
    numbers = await shell.pid(1), await other.pid(1)
    await drop(shell, cluster)
    await until(lambda: other.terminal.outage is not None and other.terminal.outage.is_waiting)
    await come_back(shell)
    await come_back(other)
    assert (await shell.pid(2), await other.pid(2)) == numbers
    await other.close()
    assert await shell.pid(3) == numbers[0]
    await shell.close()
    await nothing_is_left(cluster)


@pytest.mark.usefixtures("patient")
@held
async def test_where_it_is_gone_a_new_shell_opens(shell: Shell, cluster: DemoCluster) -> None:
    before = await shell.pid(1)
    await drop(shell, cluster)
    os.kill(int(before), signal.SIGKILL)
    await until(lambda: processes(cluster) == [])
    shell.terminal.hurry()
    await until(lambda: "new shell" in shell.everything())
    await shell.prompts()
    assert await shell.pid(2) != before
    assert f"pid1={before}." in shell.everything()


@pytest.mark.parametrize("shell", ["none"], indirect=True)
async def test_without_anything_that_holds_it_a_shell_is_as_ever(shell: Shell, cluster: DemoCluster) -> None:
    before = await shell.pid(1)
    cluster.restart_kubelet()
    await until(lambda: "new shell" in shell.screen())
    await shell.prompts()
    assert await shell.pid(2) != before
    assert shell.terminal.came_back == ""
    await shell.close()
    await nothing_is_left(cluster)


# -- a holder of the person's own, for an image without one ---------------------------------


def own_dtach(folder: Path) -> Path:
    """The person's copy of it. It runs in these containers, which have this machine's libraries."""
    needs("dtach")
    return Path(shutil.copy(shutil.which("dtach") or "", folder / "own-dtach"))


@pytest.mark.usefixtures("patient")
async def test_a_helper_holds_the_shell_where_the_image_has_nothing(
    ladder: Ladder, cluster: DemoCluster, tmp_path: Path
) -> None:
    shell = Shell(ladder, "bare", own_dtach(tmp_path))
    await shell.prompts()
    before = await shell.pid(1)
    marker = shell.terminal._guest.marker if shell.terminal._guest is not None else ""
    [folder] = folders(cluster, marker)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}["dtach"] == 0o700
    assert "dtach holds the shell beyond a drop" in [line.text for line in shell.terminal.lines]
    # What went by before is not on the screen.
    assert "taken" not in shell.everything()
    await drop(shell, cluster)
    await come_back(shell)
    assert await shell.pid(2) == before
    assert folders(cluster) == [folder]
    await shell.close()
    await nothing_is_left(cluster)


async def test_the_helper_goes_with_a_shell_that_ends(
    ladder: Ladder, cluster: DemoCluster, tmp_path: Path
) -> None:
    shell = Shell(ladder, "bare", own_dtach(tmp_path))
    await shell.prompts()
    assert folders(cluster)
    await shell.type("exit 7")
    await shell.task
    assert shell.terminal.ending is not None
    assert (shell.terminal.ending.kind, shell.terminal.ending.exit_code) == (EndingKind.EXITED, 7)
    await nothing_is_left(cluster)


@pytest.mark.parametrize("pod", HOLDERS)
async def test_a_helper_is_not_copied_where_the_image_has_something(
    pod: str, ladder: Ladder, cluster: DemoCluster, tmp_path: Path
) -> None:
    needs(pod)
    shell = Shell(ladder, pod, tmp_path / "is-not-even-looked-at")
    await shell.prompts()
    [folder] = folders(cluster)
    assert not (folder / "dtach").exists()
    assert "plain shell" not in shell.everything()
    await shell.close()
    await nothing_is_left(cluster)


async def test_a_pod_may_want_no_helper_either(ladder: Ladder, tmp_path: Path) -> None:
    shell = Shell(ladder, "none", tmp_path / "is-not-even-looked-at")
    await shell.prompts()
    assert "plain shell" not in shell.everything()
    await shell.close()


def for_another_processor(program: Path) -> None:
    data = bytearray(program.read_bytes())
    data[18:20] = b"\x16\x00" if data[18:20] != b"\x16\x00" else b"\x3e\x00"
    program.write_bytes(data)


def without_its_loader(program: Path) -> None:
    """What happens to one that is not linked statically in an image with another C library."""
    program.write_bytes(program.read_bytes().replace(b"/ld-linux", b"/no-linux"))


def with_a_sentence(program: Path) -> None:
    program.write_text("#!/bin/sh\necho dtach\n", "ascii")


def too_large(program: Path) -> None:
    with program.open("ab") as file:
        file.truncate(LARGEST + 1)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (for_another_processor, "the helper: it is made for another processor"),
        (without_its_loader, "the helper: it does not run there"),
        (with_a_sentence, "own-dtach is no program"),
        (Path.unlink, "own-dtach cannot be read: No such file or directory"),
        (too_large, "own-dtach is larger than 8 MiB"),
        (lambda program: program.chmod(0o600), "own-dtach is no program"),
    ],
)
async def test_where_the_helper_cannot_be_had_the_shell_is_a_plain_one_and_says_why(
    spoil: Callable[[Path], None], why: str, ladder: Ladder, cluster: DemoCluster
) -> None:
    with tempfile.TemporaryDirectory() as short:
        program = own_dtach(Path(short))
        spoil(program)
        shell = Shell(ladder, "bare", program)
        await shell.prompts()
    told = shell.everything().lstrip()
    assert told.startswith("a plain shell: the helper")
    assert why in told.partition("\n")[0]
    assert await shell.pid(1)
    assert not folders(cluster)
    await shell.close()
    await nothing_is_left(cluster)


@pytest.mark.parametrize(
    ("lacks", "why"),
    [
        ("mkdir", "no folder there can be written to"),
        ("head", "the helper: the image lacks head, tail, chmod, mv or rm"),
    ],
)
async def test_an_image_that_cannot_take_a_helper_in_gets_a_plain_shell(
    lacks: str, why: str, ladder: Ladder, cluster: DemoCluster, tmp_path: Path
) -> None:
    first = Shell(ladder, "bare")
    await first.prompts()
    await first.close()
    [tool] = cluster.kubeconfig.parent.glob(f"tools/sh/{lacks}")
    tool.unlink()
    shell = Shell(ladder, "bare", own_dtach(tmp_path))
    await shell.prompts()
    assert f"a plain shell: {why}\n" in shell.everything()
    await shell.close()
    await nothing_is_left(cluster)
