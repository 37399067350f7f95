"""The embedded cluster's debug containers and attach, held against a real API server and kubectl."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from podboard.demo.cluster import DemoCluster
from podboard.demo.kinds import POD
from tests.protocol.test_demo_http import ask, normal, same_head
from tests.protocol.test_demo_watch import Watching, same_lines
from tests.support.cluster import TEAM, Kubectl, Recorded, in_thread
from tests.support.raw_client import CLOSE_NOTIFY, Conversation, RawClient
from tests.support.recordings import recording
from tests.support.waiting import until

DISTROLESS = f"/api/v1/namespaces/{TEAM}/pods/distroless/ephemeralcontainers"
PAYMENTS = "payments-58d4c7f9b6-zt2vq"
WEB = "web-7d9f8c6b5-x2x4q"


def statuses(cluster: DemoCluster, namespace: str, pod: str) -> list[dict[str, Any]]:
    document = cluster.plane.store[POD].get(namespace, pod)
    assert document is not None
    told: list[dict[str, Any]] = document.read()["status"].get("ephemeralContainerStatuses", [])
    return told


def change(debuggers: object, kind: str = "strategic-merge-patch", method: str = "PATCH") -> dict[str, Any]:
    """A request for other debug containers of the pod without a shell, as an administrator."""
    told = recording("ephemeral-patch").request
    body = json.dumps({"spec": {"ephemeralContainers": debuggers}})
    headers = {
        **told["headers"],
        "Content-Type": f"application/{kind}+json" if kind else "application/json",
        "Content-Length": str(len(body)),
    }
    return {**told, "method": method, "path_and_query": DISTROLESS, "headers": headers, "body": body}


# -- debug containers -----------------------------------------------------------------------


async def test_one_is_added_and_comes_up_as_on_a_real_node(recorded: Recorded) -> None:
    patch, watch = recording("ephemeral-patch"), recording("ephemeral-watch")
    version = recorded.cluster.plane.store.version
    async with Watching(recorded, watch.request, resourceVersion=version) as watching:
        answer = await in_thread(ask, recorded, patch.request)
        recorded.cluster.plane.agenda.advance(1)
        await until(lambda: len(watching.lines) == 3)
    assert answer.status == 200
    seen, told = json.loads(answer.body), json.loads(patch.body)
    assert normal(json.dumps(seen["spec"]).encode()) == normal(json.dumps(told["spec"]).encode())
    assert list(seen["spec"]) == list(told["spec"])
    assert seen["metadata"]["generation"] == told["metadata"]["generation"]
    assert entry(seen) == entry(told)
    same_lines(watching.lines, watch)


def entry(pod: dict[str, Any]) -> dict[str, Any]:
    """Who is told to have set the debug containers, without the moment."""
    [found] = [
        one for one in pod["metadata"]["managedFields"] if one.get("subresource", "status") != "status"
    ]
    return {**found, "time": ""}


async def test_who_may_not_add_one_is_told_so(recorded: Recorded) -> None:
    told = recording("ephemeral-forbidden")
    answer = await in_thread(ask, recorded, told.request)
    same_head(answer, told)
    assert answer.body == told.body


async def test_one_that_is_there_stays_as_it_is(recorded: Recorded) -> None:
    first, again = recording("ephemeral-patch"), recording("ephemeral-patch-again")
    assert (await in_thread(ask, recorded, first.request)).status == 200
    answer = await in_thread(ask, recorded, again.request)
    same_head(answer, again)
    said, told = json.loads(answer.body), json.loads(again.body)
    # A real server goes on with the difference, in the words of its own language.
    assert said["message"] == told["message"].partition("@@")[0]
    assert said["details"]["causes"][0]["reason"] == told["details"]["causes"][0]["reason"]
    # The same once more changes nothing.
    assert (await in_thread(ask, recorded, first.request)).status == 200
    recorded.cluster.plane.agenda.advance(1)
    assert len(statuses(recorded.cluster, TEAM, "distroless")) == 1


ONE = {"name": "one", "image": "podboard/busybox:1"}


@pytest.mark.parametrize(
    ("request_", "code", "said"),
    [
        (change([{"name": "server", "image": "x"}]), 422, 'Duplicate value: "server"'),
        (change([{"name": "one"}]), 422, "image: Required value"),
        (change([{**ONE, "targetContainerName": "nobody"}]), 422, 'targetContainerName: Not found: "nobody"'),
        (change([{**ONE, "ports": [{"containerPort": 1}]}]), 422, "cannot be set for an Ephemeral Container"),
        (change("one"), 400, "no list of containers"),
        (change([ONE], kind="json-patch"), 415, "application/strategic-merge-patch+json"),
    ],
)
async def test_what_cannot_be_one(request_: dict[str, Any], code: int, said: str, recorded: Recorded) -> None:
    answer = await in_thread(ask, recorded, request_)
    assert answer.status == code
    assert said in json.loads(answer.body)["message"]
    assert statuses(recorded.cluster, TEAM, "distroless") == []


@pytest.mark.parametrize(("kind", "method"), [("merge-patch", "PATCH"), ("", "PUT")])
async def test_one_is_never_removed(kind: str, method: str, recorded: Recorded) -> None:
    assert (await in_thread(ask, recorded, change([ONE]))).status == 200
    answer = await in_thread(ask, recorded, change([{**ONE, "name": "two"}], kind, method))
    assert answer.status == 422
    assert 'existing ephemeral containers "one" may not be removed' in json.loads(answer.body)["message"]
    pod = json.loads((await in_thread(ask, recorded, change([ONE]))).body)
    both = [*pod["spec"]["ephemeralContainers"], {**ONE, "name": "two"}]
    assert (await in_thread(ask, recorded, change(both, kind, method))).status == 200
    recorded.cluster.plane.agenda.advance(1)
    assert [one["name"] for one in statuses(recorded.cluster, TEAM, "distroless")] == ["one", "two"]


async def test_a_command_that_is_not_there_ends_it(recorded: Recorded) -> None:
    assert (await in_thread(ask, recorded, change([{**ONE, "command": ["no-such"]}]))).status == 200
    recorded.cluster.plane.agenda.advance(1)
    [status] = statuses(recorded.cluster, TEAM, "distroless")
    assert (status["state"]["terminated"]["exitCode"], status["state"]["terminated"]["reason"]) == (
        128,
        "StartError",
    )


async def test_kubectl_debug(demo: DemoCluster, kubectl: Kubectl) -> None:
    done = await kubectl(
        "debug", "-i", PAYMENTS, "--image=busybox", "--target=payments", "-c", "tools", "--", "sh", "-c",
        "read -r line && echo got $line; exit 3", stdin=b"this\n",
    )  # fmt: skip
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "got this")
    await until(lambda: "terminated" in statuses(demo, "shop", PAYMENTS)[0]["state"])
    [status] = statuses(demo, "shop", PAYMENTS)
    assert status["state"]["terminated"]["exitCode"] == 3
    assert await kubectl.out("logs", PAYMENTS, "-c", "tools") == "got this\n"
    told = await kubectl.out("describe", "pod", PAYMENTS)
    assert "Ephemeral Containers:" in told
    refused = await kubectl("exec", PAYMENTS, "-c", "nobody", "--", "ls")
    assert "nobody" in refused.stderr


async def test_an_image_that_no_registry_has(demo: DemoCluster, kubectl: Kubectl) -> None:
    await kubectl.out("debug", PAYMENTS, "--image=nosuch/tools", "-c", "tools", "-q")

    def reason() -> object:
        told = statuses(demo, "shop", PAYMENTS)
        return told and told[0]["state"].get("waiting", {}).get("reason") == "ErrImagePull"

    await until(reason)
    assert "spec.ephemeralContainers{tools}" in await kubectl.out("describe", "pod", PAYMENTS)


async def test_shells_in_one_end_with_its_pod(demo: DemoCluster, kubectl: Kubectl) -> None:
    await kubectl.out("debug", PAYMENTS, "--image=busybox", "-c", "tools", "-q", "--", "sleep", "1000")
    await until(lambda: "running" in (statuses(demo, "shop", PAYMENTS) or [{"state": ""}])[0]["state"])
    shell = await kubectl.start("exec", PAYMENTS, "-c", "tools", "--", "sleep", "1000")
    await until(lambda: demo.api.pods.sessions)
    demo.delete_pod("shop", PAYMENTS, 0)
    assert await asyncio.wait_for(shell.wait(), 10) == 137


# -- attach ---------------------------------------------------------------------------------


def attached(bench: Recorded, path: str, talk_to: Callable[[Conversation, RawClient], None]) -> Conversation:
    told = recording("attach-end.v5").request
    with RawClient(bench.login(told["auth"])) as client:
        answer = client.upgrade(path, told["headers"])
        assert answer.status == 101, answer.body
        talk = Conversation(client)
        talk_to(talk, client)
        return talk


async def test_the_end_of_a_container_is_no_failure_to_who_is_attached(recorded: Recorded) -> None:
    told = recording("attach-end.v5")
    agenda = recorded.cluster.plane.agenda
    spec = {"containers": [{"name": "app", "image": "podboard/brief:1"}], "restartPolicy": "Never"}
    recorded.cluster.create_pod({"metadata": {"name": "brief-2"}, "spec": spec}, TEAM)
    loop = asyncio.get_running_loop()
    agenda.advance(1.4)

    def talk_to(talk: Conversation, client: RawClient) -> None:
        first = talk.read()
        assert (first.opcode, first.payload) == ("binary", b"\1")
        loop.call_soon_threadsafe(agenda.advance, 3)
        while (message := talk.read()).opcode != "close":
            assert message.channel in (1, 3)
        assert message.close_code == 1000
        client.write("close", (1000).to_bytes(2, "big"))
        assert client.end() == CLOSE_NOTIFY

    path = told.request["path_and_query"].replace("brief", "brief-2")
    talk = await in_thread(attached, recorded, path, talk_to)
    # What was said before is not heard, as on a real node.
    assert talk.channels[1].endswith(b"line 2\nline 3\n")
    assert talk.channels[3] == told.channel(3)


async def test_kubectl_attach_hears_what_is_said_from_now_on(kubectl: Kubectl) -> None:
    process = await kubectl.start("attach", "-q", WEB)
    assert process.stdout is not None
    assert b"GET" in await asyncio.wait_for(process.stdout.readline(), 20)
    process.terminate()
    await process.wait()


async def test_the_toolboxs_console_goes_on_without_anybody(demo: DemoCluster, kubectl: Kubectl) -> None:
    async def say(line: bytes, until_heard: bytes) -> None:
        process = await kubectl.start(
            "attach", "-iq", "-n", "infra", "toolbox", stdin=asyncio.subprocess.PIPE
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(line)
        await process.stdin.drain()
        await asyncio.wait_for(process.stdout.readuntil(until_heard), 20)
        if line != b"quit\n":  # which ends whoever is attached
            process.terminate()
        await process.wait()

    await say(b"lamps\n", b"1: lamps")
    # Another client meets the same process.
    await say(b"more lamps\n", b"2: more lamps")
    await say(b"quit\n", b"quit")
    await until(lambda: restarts(demo) == 1)
    await say(b"again\n", b"1: again")


def restarts(demo: DemoCluster) -> int:
    document = demo.plane.store[POD].get("infra", "toolbox")
    assert document is not None
    count: int = document.read()["status"]["containerStatuses"][0]["restartCount"]
    return count


@pytest.mark.parametrize("context", ["podboard-demo-viewer", "podboard-demo-exec-get-only"])
async def test_to_attach_is_a_right_of_its_own(context: str, kubectl: Kubectl) -> None:
    refused = await kubectl("--context", context, "attach", WEB)
    assert 'resource "pods/attach"' in refused.stderr
    assert refused.returncode == 1
