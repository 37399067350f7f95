"""The embedded cluster as a process: how it starts, how it ends, what it leaves behind: nothing."""

import asyncio
import json
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from podboard.demo import NOTICE
from podboard.demo.process import DemoProcess
from podboard.errors import DemoError
from tests.support.cluster import Kubectl
from tests.support.waiting import until

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
TOOLBOX = ("exec", "-n", "infra", "toolbox", "--")


@contextmanager
def served(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """``python -m podboard.demo``, and the path its first line names."""
    with subprocess.Popen(
        [sys.executable, "-m", "podboard.demo", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            found = re.fullmatch(r"KUBECONFIG=(/\S+)\n", line)
            assert found, line
            yield process, Path(found[1])
        finally:
            process.kill()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_until_a_signal_and_leaves_nothing(number: int) -> None:
    with served() as (process, kubeconfig):
        assert stat.S_IMODE(kubeconfig.stat().st_mode) == 0o600
        assert stat.S_IMODE(kubeconfig.parent.stat().st_mode) == 0o700
        process.send_signal(number)
        assert process.wait(10) == 0
        assert not kubeconfig.parent.exists()
        assert process.stderr is not None
        assert process.stderr.read() == f"{NOTICE}\n"


def test_the_kubeconfig_has_a_context_for_everybody() -> None:
    with served() as (_, kubeconfig):
        told = yaml.safe_load(kubeconfig.read_text("utf-8"))
    assert told["current-context"] == "podboard-demo"
    assert [one["name"] for one in told["clusters"]] == ["podboard-demo"]
    assert told["clusters"][0]["cluster"]["server"].startswith("https://127.0.0.1:")
    contexts = {one["name"]: one["context"] for one in told["contexts"]}
    assert contexts.keys() == {
        "podboard-demo",
        "podboard-demo-token",
        "podboard-demo-viewer",
        "podboard-demo-exec-get-only",
        "podboard-demo-exec-create-only",
    }
    assert {one["namespace"] for one in contexts.values()} == {"shop"}


@LINUX
async def test_daemons_of_a_shell_do_not_survive(tmp_path: Path) -> None:
    """Neither one that left its session, nor one that has forgotten its home."""
    daemons = (
        "setsid -f sh -c 'echo $$ > one; exec sleep 300' > /dev/null 2>&1; "
        "env -i setsid -f sh -c 'echo $$ > two; exec sleep 300' > /dev/null 2>&1; "
        "until [ -s one ] && [ -s two ]; do sleep 0.01; done; cat one two"
    )
    with served() as (process, kubeconfig):
        kubectl = Kubectl(kubeconfig, tmp_path)
        pids = [int(pid) for pid in (await kubectl.out(*TOOLBOX, "sh", "-c", daemons)).split()]
        assert len(pids) == 2
        assert all(alive(pid) for pid in pids)
        process.terminate()
        assert process.wait(10) == 0
        assert not any(alive(pid) for pid in pids)


@LINUX
async def test_orphans_that_end_are_let_go(tmp_path: Path) -> None:
    with served() as (process, kubeconfig):
        kubectl = Kubectl(kubeconfig, tmp_path)
        said = await kubectl.out(
            *TOOLBOX, "sh", "-c", "setsid -f sh -c 'echo $$ > pid'; until [ -s pid ]; do :; done; cat pid"
        )
        stat_file = Path(f"/proc/{int(said)}/stat")
        await until(lambda: not stat_file.exists())
        assert process.poll() is None


def test_what_a_killed_cluster_left_is_swept_up_by_the_next() -> None:
    with served() as (process, kubeconfig):
        process.kill()
        process.wait(10)
        left = kubeconfig.parent
        assert left.exists()
        with served():
            assert not left.exists()


def test_others_folders_are_left_alone() -> None:
    """One without a lock file, one whose cluster lives."""
    strange = Path(tempfile.mkdtemp(prefix="podboard-demo-"))
    try:
        with served() as (_, kubeconfig), served():
            assert strange.exists()
            assert kubeconfig.exists()
    finally:
        strange.rmdir()


def test_it_ends_with_its_parent() -> None:
    """Even if the parent is killed and can tell nobody."""
    program = (
        "import sys, time\n"
        "from podboard.demo.process import DemoProcess\n"
        "process = DemoProcess.start()\n"
        "print(process.kubeconfig(), process._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        path, pid = parent.stdout.readline().split()
        assert Path(path).exists()
        parent.kill()
        parent.wait(10)
    deadline = time.monotonic() + 10
    while (alive(int(pid)) or Path(path).parent.exists()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(path).parent.exists()
    assert not alive(int(pid))


def test_a_child_of_ones_own(demo_process: DemoProcess) -> None:
    kubeconfig = demo_process.kubeconfig()
    assert kubeconfig.exists()
    assert demo_process.kubeconfig() == kubeconfig
    demo_process.stop()
    assert not kubeconfig.parent.exists()
    demo_process.stop()
    with pytest.raises(DemoError, match="has been stopped"):
        DemoProcess.kubeconfig(demo_process.__class__(demo_process._process, demo_process._errors))


def test_a_child_that_cannot_start_says_why() -> None:
    process = DemoProcess.start(faults=["drop-everything"])
    with pytest.raises(DemoError) as caught:
        process.kubeconfig()
    process.stop()
    assert "did not start" in caught.value.message
    assert "There is no fault 'drop-everything'." in caught.value.hint


def test_a_child_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    process = DemoProcess.start()
    monkeypatch.setattr("select.select", lambda *_: ([], [], []))
    with pytest.raises(DemoError, match=r"within 0\.1 seconds"):
        process.kubeconfig(0.1)
    process.stop()


def test_it_is_light_to_import() -> None:
    program = (
        "import sys; import podboard.demo.process; "
        "heavy = {'aiohttp', 'asyncio', 'cryptography', 'msgspec'}; "
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


@pytest.mark.parametrize("arguments", [["--fault", "cut=x"], ["--pods", "50001"], ["--pods", "-1"]])
def test_a_wrong_command_line(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "podboard.demo", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r".+\. .+\.\n", done.stderr)


async def test_a_crowd_comes_beside_the_story(tmp_path: Path) -> None:
    with served("--pods", "600") as (_, kubeconfig):
        kubectl = Kubectl(kubeconfig, tmp_path)
        async with asyncio.timeout(20):
            while True:
                pods = json.loads(await kubectl.out("get", "pods", "-A", "-o", "json"))["items"]
                crowd = [pod for pod in pods if pod["metadata"]["namespace"].startswith("crowd-")]
                if len(crowd) == 600:
                    break
        assert len({pod["metadata"]["uid"] for pod in pods}) == len(pods)
        assert len({pod["metadata"]["name"] for pod in crowd}) == 600
        name, where = crowd[41]["metadata"]["name"], crowd[41]["metadata"]["namespace"]
        assert (await kubectl.out("exec", "-n", where, name, "--", "hostname")).strip() == name
        assert "ok, " in await kubectl.out("logs", "-n", where, name)
        told = await kubectl.out("describe", "pod", "-n", where, name)
        assert f"Controlled By:  ReplicaSet/{crowd[41]['metadata']['generateName'][:-1]}" in told
        await kubectl.out("delete", "pod", "-n", where, name, "--grace-period=1")


async def test_faults_are_flipped_from_outside(tmp_path: Path) -> None:
    with served("--fault", "500@list") as (_, kubeconfig):
        kubectl = Kubectl(kubeconfig, tmp_path)
        assert "a fault of the demo" in (await kubectl("get", "pods")).stderr
        assert json.loads(await kubectl.out("get", "--raw", "/podboard/faults")) == ["500@list"]
        file = tmp_path / "faults.json"
        file.write_text("[]")
        await kubectl.out("replace", "--raw", "/podboard/faults", "-f", str(file))
        assert "web-" in await kubectl.out("get", "pods")
        file.write_text('["sulk"]')
        refused = await kubectl("replace", "--raw", "/podboard/faults", "-f", str(file))
        assert "There is no fault 'sulk'." in refused.stderr
        viewer = await kubectl("get", "--raw", "/podboard/faults", "--context", "podboard-demo-viewer")
        assert 'cannot get path "/podboard/faults"' in viewer.stderr


def test_the_environment_of_a_shell_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing the person has in his environment gets in but PATH and LANG."""
    monkeypatch.setenv("MY_SECRET", "do not tell")
    with served() as (_, kubeconfig):
        kubectl = Kubectl(kubeconfig, tmp_path)
        said = asyncio.run(kubectl.out(*TOOLBOX, "env"))
    names = {line.partition("=")[0] for line in said.splitlines()}
    assert "do not tell" not in said
    assert {name for name in names if not name.startswith("KUBERNETES_")} == {
        "PATH",
        "LANG",
        "HOME",
        "HOSTNAME",
        "ENV",
        # What holds a shell beyond its connection keeps its files there, and they go with the demo.
        "TMPDIR",
    }
    assert os.environ["PATH"] in said
