"""``podboard attach`` as a process beside kubectl, in the pods of the embedded cluster."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from podboard.demo.cluster import DemoCluster
from podboard.demo.kinds import POD
from podboard.demo.rbac import Account, Grant, Rule
from podboard.records.store import open_store
from tests.support.cluster import Kubectl
from tests.support.ptys import open_pty
from tests.support.waiting import until

WEB = "web-7d9f8c6b5-x2x4q"
TOOLBOX = ("-n", "infra", "toolbox")


class Done(NamedTuple):
    code: int
    out: bytes
    err: str


class Podboard:
    """``podboard attach``, with kubectl's environment and a home of its own."""

    def __init__(self, kubectl: Kubectl, folder: Path) -> None:
        self.config = folder / "config.toml"
        self.environment = {
            **kubectl.environment,
            "PODBOARD_LOG": str(folder / "podboard.log"),
            "PODBOARD_CONFIG": str(self.config),
            "PODBOARD_DATABASE": str(folder / "podboard.db"),
            "LANG": "C.UTF-8",
        }

    async def __call__(self, *arguments: str, stdin: bytes = b"") -> Done:
        process = await self.start(*arguments, stdin=subprocess.PIPE)
        out, err = await process.communicate(stdin)
        assert process.returncode is not None
        return Done(process.returncode, out, err.decode())

    async def start(
        self, *arguments: str, stdin: int = subprocess.DEVNULL, stdout: int = subprocess.PIPE
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "podboard", "attach", *arguments,
            env=self.environment, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE,
        )  # fmt: skip


@pytest.fixture
def podboard(kubectl: Kubectl, tmp_path: Path) -> Podboard:
    return Podboard(kubectl, tmp_path)


async def read_until(descriptor: int, text: bytes) -> bytes:
    """What a terminal shows up to a text."""
    said = b""
    async with asyncio.timeout(20):
        while text not in said:
            said += await asyncio.to_thread(os.read, descriptor, 1000)
    return said


async def heard(kubectl: Kubectl, podboard: Podboard, *arguments: str) -> tuple[str, str]:
    """What kubectl and podboard say on standard error before the first line of output comes, each."""
    told = []
    for start in (kubectl.start, podboard.start):
        own = arguments if start != kubectl.start else ("attach", *arguments)
        process = await start(*own, stdin=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stderr is not None
        assert await asyncio.wait_for(process.stdout.readline(), 20)
        process.terminate()
        told.append((await process.stderr.read()).decode())
        await process.wait()
    return told[0], told[1]


@pytest.mark.parametrize("arguments", [(WEB,), ("-q", WEB), ("-n", "infra", "prometheus-0"), ("deploy/web",)])
async def test_it_says_what_kubectl_says(
    arguments: tuple[str, ...], kubectl: Kubectl, podboard: Podboard
) -> None:
    theirs, ours = await heard(kubectl, podboard, *arguments)
    assert ours == theirs


async def test_what_a_container_does_not_take_is_told(kubectl: Kubectl, podboard: Podboard) -> None:
    theirs, ours = await heard(kubectl, podboard, "-it", WEB)
    mistake = "error: Unable to use a TTY - container web did not allocate one\n"
    assert mistake in theirs
    assert ours.startswith(f"{mistake}this container takes no input\n")


async def test_a_console_is_left_to_itself_and_come_back_to(podboard: Podboard, demo: DemoCluster) -> None:
    async def say(line: bytes, answer: bytes) -> bytes:
        with open_pty(raw=False) as pty:
            process = await podboard.start("-itq", *TOOLBOX, stdin=pty.program, stdout=pty.program)
            os.write(pty.person, line)
            said = await read_until(pty.person, answer)
            # The first alone is held back, and goes on with what is no second.
            os.write(pty.person, b"\x10\x10\x11")
            _, err = await asyncio.wait_for(process.communicate(), 20)
            assert process.returncode == 0
            assert b"detached: the container's own process goes on\n" in err
            assert b"podboard attach -n infra toolbox -c toolbox -i -t\n" in err
            return said

    assert b"1: lamps" in await say(b"lamps\r", b"1: lamps\r\ntoolbox> ")
    # The ctrl+p that was no beginning went to the process.
    assert b"2: \x10more" in await say(b"more\r", b"more\r\ntoolbox> ")
    document = demo.plane.store[POD].get("infra", "toolbox")
    assert document is not None
    assert document.read()["status"]["containerStatuses"][0]["restartCount"] == 0


async def test_the_keys_that_leave_are_the_persons_to_choose(podboard: Podboard) -> None:
    podboard.config.write_text('[terminals]\ndetach_keys = "ctrl+x,d"\n')
    with open_pty(raw=False) as pty:
        process = await podboard.start("-itq", *TOOLBOX, stdin=pty.program, stdout=pty.program)
        await read_until(pty.person, b"toolbox> ")
        os.write(pty.person, b"\x10\x11\x18d")
        await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0


async def test_the_end_of_the_process_is_an_end_without_an_exit_code(podboard: Podboard) -> None:
    done = await podboard("-iq", *TOOLBOX, stdin=b"one\nquit\n")
    assert done.code == 0
    assert b"1: one\r\n" in done.out
    assert "detached" not in done.err
    async with open_store(Path(podboard.environment["PODBOARD_DATABASE"])) as store:
        [row] = await store.connections()
    assert (row.namespace, row.pod_name, row.container) == ("infra", "toolbox", "toolbox")
    assert (row.exit_code, row.ending) == (None, "the container's own process has ended")
    assert (row.bytes_received, row.bytes_sent) == (len(done.out), len(b"one\nquit\n"))


async def test_a_signal_leaves_the_process_alone(podboard: Podboard, demo: DemoCluster) -> None:
    process = await podboard.start("-q", *TOOLBOX)
    await until(lambda: demo.api.pods.sessions)
    process.send_signal(signal.SIGINT)
    await process.communicate()
    assert process.returncode == 130
    done = await podboard("-iq", *TOOLBOX, stdin=b"still there\nquit\n")
    assert b"1: still there" in done.out


async def test_a_missing_right_is_named_with_its_role(
    podboard: Podboard, demo: DemoCluster, tmp_path: Path
) -> None:
    may = Rule(("get", "list"), ("pods",)), Rule(("get", "create"), ("pods/exec",))
    demo.add_account(Account("shop", "execs", (Grant("execs", may),), "token-of-execs"))
    config = yaml.safe_load(demo.kubeconfig.read_text("utf-8"))
    config["users"][0] = {"name": config["users"][0]["name"], "user": {"token": "token-of-execs"}}
    (tmp_path / "execs").write_text(yaml.safe_dump(config))
    podboard.environment["KUBECONFIG"] = str(tmp_path / "execs")
    done = await podboard("-n", "shop", WEB)
    assert done.code == 1
    assert '"system:serviceaccount:shop:execs" may not get and create pods/attach in shop' in done.err
    assert "--verb=get,create --resource=pods/attach" in done.err
    assert "All commands and output" not in done.err  # nothing is recorded: it is not attached


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody",), "pod nobody does not exist"),
        (("-c", "nobody", WEB), "has no container nobody"),
        (("-n", "data", "backup-29401260-x7k2p"), "cannot attach a container in a completed pod"),
        (("recommender-84f6c9d7b5-m2xwn",), "is pending"),
    ],
)
async def test_where_there_is_nothing_to_attach_to(
    arguments: tuple[str, ...], said: str, podboard: Podboard
) -> None:
    done = await podboard(*arguments)
    assert done.code == 1
    assert said in done.err
    assert done.out == b""


async def test_the_containers_that_there_are_are_named(podboard: Podboard) -> None:
    done = await podboard("-c", "nobody", WEB)
    assert f"podboard: pod {WEB} has no container nobody\npodboard: choose one of " in done.err
    assert "its own" not in done.err


async def test_who_may_not_look_at_pods_is_not_told_their_containers(
    podboard: Podboard, demo: DemoCluster, tmp_path: Path
) -> None:
    may = (Rule(("get", "create"), ("pods/attach",)),)
    demo.add_account(Account("shop", "attaches", (Grant("attaches", may),), "token-of-attaches"))
    config = yaml.safe_load(demo.kubeconfig.read_text("utf-8"))
    config["users"][0] = {"name": config["users"][0]["name"], "user": {"token": "token-of-attaches"}}
    (tmp_path / "attaches").write_text(yaml.safe_dump(config))
    podboard.environment["KUBECONFIG"] = str(tmp_path / "attaches")
    done = await podboard("-n", "shop", "-c", "nobody", WEB)
    assert f"podboard: pod {WEB} has no container nobody\npodboard: choose one of its own" in done.err


async def test_it_takes_no_command(podboard: Podboard) -> None:
    done = await podboard(WEB, "--", "ls")
    assert done.code == 2
    assert "only podboard exec takes a command behind --" in done.err
