"""kubectl on the embedded cluster: what a person would try."""

import asyncio
import json
import os
import re
import signal
import subprocess
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from podboard.demo import NOTICE
from podboard.demo.cluster import DemoCluster
from tests.support.cluster import Kubectl
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WEB = "web-7d9f8c6b5-x2x4q"
API = "api-5c2b8d7f4-77wdt"
MAILER = "mailer-7c5d8f9b44-hx9kd"


def rows(table: str) -> dict[str, list[str]]:
    """A table's rows by their first column, or by the first two where that is a namespace."""
    lines = [re.split(r"\s{2,}", line.rstrip()) for line in table.splitlines()]
    wide = lines[0][0] == "NAMESPACE"
    return {"/".join(line[:2]) if wide else line[0]: line[2 if wide else 1 :] for line in lines[1:]}


async def test_get_pods_everywhere(kubectl: Kubectl) -> None:
    pods = rows(await kubectl.out("get", "pods", "-A"))
    assert len(pods) >= 14
    assert {name.partition("/")[0] for name in pods} == {"shop", "data", "infra"}
    assert {name for name in pods if name.startswith("shop/web-")} == {
        "shop/web-7d9f8c6b5-x2x4q",
        "shop/web-7d9f8c6b5-9kq2v",
        "shop/web-7d9f8c6b5-pl7mz",
    }
    assert pods[f"shop/{WEB}"] == ["1/1", "Running", "0", "4d3h"]
    assert pods[f"shop/{API}"][:2] == ["2/2", "Running"]
    assert pods[f"shop/{MAILER}"][:2] == ["0/1", "CrashLoopBackOff"]
    assert pods[f"shop/{MAILER}"][2].startswith("37 (")
    assert pods["shop/recommender-84f6c9d7b5-m2xwn"][1] == "Pending"
    assert pods["data/backup-29401260-x7k2p"][:2] == ["0/1", "Completed"]


async def test_get_pods_wide_and_by_selectors(kubectl: Kubectl) -> None:
    wide = await kubectl.out("get", "pods", "-o", "wide", "-l", "app=web")
    assert "NOMINATED NODE" in wide.splitlines()[0]
    assert {line.split()[6] for line in wide.splitlines()[1:]} == {"demo-worker", "demo-worker2"}
    pending = await kubectl.out("get", "pods", "-A", "--field-selector", "status.phase=Pending")
    assert "recommender" in pending
    assert WEB not in pending
    several = await kubectl.out("get", "pods", "-l", "app in (web, api),pod-template-hash!=x")
    assert len(several.splitlines()) == 5
    refused = await kubectl("get", "pods", "--field-selector", "spec.colour=red")
    assert "field label not supported: spec.colour" in refused.stderr


async def test_get_as_json_and_by_chunks(kubectl: Kubectl) -> None:
    whole = json.loads(await kubectl.out("get", "pods", "-A", "-o", "json", "--chunk-size=4"))
    names = {item["metadata"]["name"] for item in whole["items"]}
    assert WEB in names
    assert len(names) == len(whole["items"]) >= 14
    one = json.loads(await kubectl.out("get", "pod", WEB, "-o", "json"))
    assert one["status"]["qosClass"] == "Burstable"
    assert one["metadata"]["ownerReferences"][0]["name"] == "web-7d9f8c6b5"


async def test_owners_are_real(kubectl: Kubectl) -> None:
    await until_ready(kubectl, "deployment.apps/web", "3/3")
    everything = await kubectl.out("get", "all,nodes,ns,events", "-A")
    for line in ("deployment.apps/web ", "replicaset.apps/web-7d9f8c6b5 ", "statefulset.apps/postgres "):
        assert line in everything
    for line in ("daemonset.apps/node-exporter ", "job.batch/backup-29401260 ", "node/demo-worker "):
        assert line in everything
    assert "FailedScheduling" in everything


async def until_ready(kubectl: Kubectl, name: str, ready: str) -> None:
    async with asyncio.timeout(10):
        while (
            rows(await kubectl.out("get", "deployments.apps", "-n", "shop"))[name.partition("/")[2]][0]
            != ready
        ):
            pass


async def test_describe(kubectl: Kubectl) -> None:
    told = await kubectl.out("describe", "pod", MAILER)
    for line in (
        "Controlled By:  ReplicaSet/mailer-7c5d8f9b44",
        "Reason:       CrashLoopBackOff",
        "Exit Code:    1",
    ):
        assert line in told
    assert re.search(r"Warning +BackOff +.*Back-off restarting failed container mailer", told)
    assert re.search(r"Node: +demo-worker/172\.18\.0\.3", told)
    pending = await kubectl.out("describe", "pod", "recommender-84f6c9d7b5-m2xwn")
    assert "0/3 nodes are available: 3 Insufficient nvidia.com/gpu." in pending


async def test_events_of_one_pod(kubectl: Kubectl) -> None:
    events = await kubectl.out("get", "events", "--field-selector", f"involvedObject.name={MAILER}")
    assert f"pod/{MAILER}" in events
    assert all(f"pod/{MAILER}" in line for line in events.splitlines()[1:])


async def test_exec_exit_codes_and_streams(kubectl: Kubectl) -> None:
    done = await kubectl("exec", WEB, "--", "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.returncode, done.stdout) == (7, "out\n")
    assert done.stderr.startswith("err\n")
    fed = await kubectl("exec", "-i", WEB, "--", "wc", "-c", stdin=b"x" * 300_000)
    assert (fed.returncode, fed.stdout.strip()) == (0, "300000")
    killed = await kubectl("exec", WEB, "--", "sh", "-c", "kill -9 $$")
    assert killed.returncode == 137
    missing = await kubectl("exec", WEB, "--", "no-such-thing")
    assert 'exec: "no-such-thing": executable file not found in $PATH' in missing.stderr


async def test_exec_where_it_cannot_be(kubectl: Kubectl) -> None:
    no_shell = await kubectl("exec", "payments-58d4c7f9b6-zt2vq", "--", "sh")
    assert 'exec: "sh": executable file not found in $PATH' in no_shell.stderr
    no_bash = await kubectl("exec", "checkout-6f7b9d8c4-k4hzt", "--", "bash")
    assert 'exec: "bash": executable file not found in $PATH' in no_bash.stderr
    only_sh = await kubectl(
        "exec", "checkout-6f7b9d8c4-k4hzt", "--", "sh", "-c", "hostname; command -v bash || echo none"
    )
    assert only_sh.stdout == "checkout-6f7b9d8c4-k4hzt\nnone\n"
    pending = await kubectl("exec", "recommender-84f6c9d7b5-m2xwn", "--", "ls")
    assert "pod recommender-84f6c9d7b5-m2xwn does not have a host assigned" in pending.stderr
    crashing = await kubectl("exec", MAILER, "--", "ls")
    assert 'container not found ("mailer")' in crashing.stderr
    nobody = await kubectl("exec", WEB, "-c", "nobody", "--", "ls")
    assert "container nobody is not valid for pod" in nobody.stderr or "nobody not found" in nobody.stderr


async def test_the_default_container_is_the_annotated_one(kubectl: Kubectl) -> None:
    said = await kubectl.out("exec", API, "--", "sh", "-c", "echo $HOME")
    assert said.rstrip().endswith(f"/shop/{API}/api")
    other = await kubectl.out("exec", API, "-c", "envoy", "--", "sh", "-c", "echo $HOME")
    assert other.rstrip().endswith(f"/shop/{API}/envoy")


@asynccontextmanager
async def terminal(kubectl: Kubectl, *arguments: str) -> "AsyncIterator[Terminal]":
    shown = Terminal()
    process = subprocess.Popen(  # noqa: ASYNC220 - asyncio's have no controlling terminal
        [str(kubectl.path), *arguments],
        stdin=shown.other,
        stdout=shown.other,
        stderr=shown.other,
        env=kubectl.environment,
        start_new_session=True,
    )
    os.close(shown.other)
    shown.process = process
    try:
        yield shown
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)
        asyncio.get_running_loop().remove_reader(shown.mine)
        os.close(shown.mine)


class Terminal:
    """A terminal kubectl runs on, and what it shows."""

    process: subprocess.Popen[bytes]

    def __init__(self) -> None:
        self.mine, self.other = os.openpty()
        os.set_blocking(self.mine, False)
        self.shown = b""
        asyncio.get_running_loop().add_reader(self.mine, self._read)

    def _read(self) -> None:
        try:
            self.shown += os.read(self.mine, 65536)
        except OSError:
            asyncio.get_running_loop().remove_reader(self.mine)

    async def see(self, text: str) -> None:
        await until(lambda: text.encode() in self.shown)

    async def type(self, text: str) -> None:
        os.write(self.mine, text.encode())


async def test_a_shell_in_a_terminal(kubectl: Kubectl) -> None:
    async with terminal(kubectl, "exec", "-it", WEB, "--", "bash") as shell:
        await shell.see(f"{WEB}:~$ ")
        assert NOTICE.encode() in shell.shown
        await shell.type("ls; cd /; echo $TERM-$((6*7))\r")
        await shell.see("xterm-42")
        assert b"app.py" in shell.shown
        await shell.see(f"{WEB}:/$ ")
        await shell.type("exit 5\r")
        assert await asyncio.to_thread(shell.process.wait) == 5


async def test_job_control(kubectl: Kubectl) -> None:
    async with terminal(kubectl, "exec", "-it", WEB, "--", "bash") as shell:
        await shell.see("$ ")
        await shell.type("sh -c 'echo run''ning; exec sleep 100'\r")
        await shell.see("running")
        await shell.type("\x1a")
        await shell.see("Stopped")
        await shell.type("jobs; kill %1; wait; echo all-do''ne\r")
        await shell.see("all-done")


async def test_a_deleted_pod_is_replaced_and_its_shell_ends(kubectl: Kubectl) -> None:
    async with terminal(kubectl, "exec", "-it", WEB, "--", "sh") as shell:
        await shell.see("$ ")
        assert "deleted" in await kubectl.out("delete", "pod", WEB, "--grace-period=1")
        assert await asyncio.to_thread(shell.process.wait) == 137
    names = set()
    async with asyncio.timeout(10):
        while len(names) != 3:
            names = set(rows(await kubectl.out("get", "pods", "-l", "app=web")))
    assert WEB not in names


async def test_a_watch_shows_changes(demo: DemoCluster, kubectl: Kubectl) -> None:
    process = await kubectl.start("get", "pods", "-w")
    assert process.stdout is not None
    seen = b""
    async with asyncio.timeout(20):
        while seen.count(WEB.encode()) < 1:
            seen += await process.stdout.readline()
        demo.delete_pod("shop", WEB, 1)
        while not re.search(rb"web-7d9f8c6b5-(?!x2x4q|9kq2v|pl7mz)\w+ .*0/1 +ContainerCreating", seen):
            seen += await process.stdout.readline()
    process.send_signal(signal.SIGINT)
    await process.communicate()
    assert re.search(rb"x2x4q +1/1 +Terminating", seen)


async def test_logs(kubectl: Kubectl) -> None:
    assert len((await kubectl.out("logs", WEB, "--tail=3")).splitlines()) == 3
    stamped = await kubectl.out("logs", WEB, "--tail=1", "--timestamps")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z ", stamped)
    assert "fatal: no mail server" in await kubectl.out("logs", MAILER, "--previous")
    assert "reloader" not in await kubectl.out("logs", "-n", "infra", "prometheus-0", "-c", "prometheus")
    assert "backup finished" in await kubectl.out("logs", "-n", "data", "backup-29401260-x7k2p")
    assert "watching" in await kubectl.out(
        "logs", "-n", "infra", "prometheus-0", "-c", "config-reloader", "--since=1h"
    )
    missing = await kubectl("logs", WEB, "--previous")
    assert f'previous terminated container "web" in pod "{WEB}" not found' in missing.stderr


async def test_logs_are_followed(demo: DemoCluster, kubectl: Kubectl) -> None:
    process = await kubectl.start("logs", "-f", WEB, "--tail=1")
    assert process.stdout is not None
    async with asyncio.timeout(20):
        await process.stdout.readline()
        demo.plane.agenda.advance(30)
        for _ in range(10):
            assert b"GET /" in await process.stdout.readline()
    process.send_signal(signal.SIGINT)
    await process.communicate()


async def test_who_may_what(kubectl: Kubectl) -> None:
    assert "kubernetes-admin" in await kubectl.out("auth", "whoami")
    assert await kubectl.out("auth", "can-i", "create", "pods/exec") == "yes\n"
    viewer = ("--context", "podboard-demo-viewer")
    denied = await kubectl("auth", "can-i", "create", "pods/exec", *viewer)
    assert (denied.stdout, denied.returncode) == ("no\n", 1)
    rules = await kubectl.out("auth", "can-i", "--list", *viewer)
    assert "pods/log" in rules
    assert WEB in await kubectl.out("get", "pods", *viewer)
    refused = await kubectl("exec", WEB, *viewer, "--", "ls")
    assert f'pods "{WEB}" is forbidden: User "system:serviceaccount:shop:viewer" cannot' in refused.stderr
    assert 'resource "pods/exec" in API group "" in the namespace "shop"' in refused.stderr


async def test_being_taken_for_somebody_else(kubectl: Kubectl) -> None:
    viewer = "--as=system:serviceaccount:shop:viewer"
    assert WEB in await kubectl.out("get", "pods", viewer)
    assert (await kubectl("auth", "can-i", "create", "pods/exec", viewer)).stdout == "no\n"
    nobody = await kubectl("get", "pods", "--as=nobody", "--as-group=a", "--as-group=b")
    assert 'User "nobody" cannot list resource "pods"' in nobody.stderr
    who = await kubectl.out("auth", "whoami", "--as=x", "--as-group=a", "--as-group=b")
    assert "[a b system:authenticated]" in who
    refused = await kubectl("get", "pods", "--context", "podboard-demo-viewer", "--as=root")
    assert 'cannot impersonate resource "users"' in refused.stderr


@pytest.mark.parametrize("context", ["podboard-demo", "podboard-demo-token"])
async def test_both_ways_in(context: str, kubectl: Kubectl) -> None:
    assert (await kubectl.out("exec", "--context", context, WEB, "--", "hostname")).strip() == WEB


async def test_what_the_server_is(kubectl: Kubectl) -> None:
    assert "Server Version: v1.36.2" in await kubectl.out("version")
    assert "Kubernetes control plane" in await kubectl.out("cluster-info")
    assert (
        await kubectl.out("api-versions")
        == "apps/v1\nauthentication.k8s.io/v1\nauthorization.k8s.io/v1\nbatch/v1\nv1\n"
    )
    resources = rows(await kubectl.out("api-resources"))
    assert resources["pods"] == ["po", "v1", "true", "Pod"]
    assert resources["deployments"] == ["deploy", "apps/v1", "true", "Deployment"]
    assert await kubectl.out("get", "--raw", "/readyz") == "ok"
    unknown = await kubectl("get", "wibbles")
    assert 'the server doesn\'t have a resource type "wibbles"' in unknown.stderr


async def test_discovery_in_its_old_form(kubectl: Kubectl) -> None:
    group = json.loads(await kubectl.out("get", "--raw", "/apis"))
    assert [one["name"] for one in group["groups"]] == [
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "batch",
    ]
    core = json.loads(await kubectl.out("get", "--raw", "/api/v1"))
    assert {"pods", "pods/exec", "pods/log", "namespaces"} <= {one["name"] for one in core["resources"]}


async def test_run_and_scale(kubectl: Kubectl) -> None:
    await kubectl.out("run", "mine", "--image=anything:1", "--restart=Never")
    await kubectl.out("wait", "--for=condition=Ready", "pod/mine", "--timeout=10s")
    assert (await kubectl.out("exec", "mine", "--", "hostname")).strip() == "mine"
    again = await kubectl("run", "mine", "--image=anything:1")
    assert 'pods "mine" already exists' in again.stderr
    await kubectl.out("scale", "deployment", "web", "--replicas=1")
    async with asyncio.timeout(15):
        while len(rows(await kubectl.out("get", "pods", "-l", "app=web"))) != 1:
            pass
