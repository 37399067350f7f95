"""Debug containers as podboard adds them, and attach: in the embedded cluster, and as tests want servers."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from podboard import debuggers
from podboard.demo.cluster import DemoCluster
from podboard.demo.images import Image, Tools
from podboard.demo.rbac import Account, Grant, Rule
from podboard.errors import ApiError, Denied, FailureKind, PodboardError
from podboard.kube.access import Access
from podboard.kube.client import ApiClient
from podboard.kube.debug import Debugger
from podboard.kube.exec import open_attach, open_exec
from podboard.model.ending import EndingKind
from podboard.model.size import Size
from podboard.model.target import DEBUGGER, Target
from podboard.wire.exec_channel import Ended, Stdout
from tests.support.recordings import recording
from tests.support.replay import ReplayServer, Request, Script, answer
from tests.support.waiting import until

IMAGES = {"bare:1": Image(Tools.NONE), "tools:1": Image(Tools.SH), "brief:1": Image(runs=("true",))}
TARGET = Target("shop", "pay-1", "app")
POD = "/api/v1/namespaces/shop/pods/pay-1"
MAY = {
    "looks": Rule(("get",), ("pods",)),
    "execs": Rule(("get", "create"), ("pods/exec",)),
    "debugs": Rule(("patch",), ("pods/ephemeralcontainers",)),
}


@pytest_asyncio.fixture
async def cluster() -> AsyncIterator[DemoCluster]:
    async with DemoCluster(story=None, images=IMAGES) as demo:
        demo.add_namespace("shop")
        demo.add_node("node", "192.0.2.2", "10.88.0.0/24")
        spec = {"containers": [{"name": "app", "image": "bare:1"}], "terminationGracePeriodSeconds": 0}
        demo.create_pod({"metadata": {"name": "pay-1"}, "spec": spec}, "shop")
        demo.plane.agenda.advance(5)
        yield demo


def access(cluster: DemoCluster, token: str = "") -> Access:
    return Access(
        server=cluster.server, user="tester", cluster="demo", ca=cluster.authority,
        token=token or cluster.admin_token,
    )  # fmt: skip


@pytest_asyncio.fixture
async def client(cluster: DemoCluster) -> AsyncIterator[ApiClient]:
    async with ApiClient(access(cluster)) as client:
        yield client


@pytest.fixture
def debugger(client: ApiClient) -> Debugger:
    return Debugger(client, TARGET)


# -- in the embedded cluster ----------------------------------------------------------------


async def test_one_is_added_runs_and_has_a_shell(client: ApiClient, debugger: Debugger) -> None:
    said: list[str] = []
    assert await debugger.denied() is None
    assert await debugger.running() == []
    name = await debugger.add("tools:1")
    assert name.startswith(DEBUGGER)
    await debugger.wait(name, said.append)
    assert said
    assert all(text.startswith(f"{name} was added") for text in said)
    assert await debugger.running() == [name]
    session = await open_exec(client, Target("shop", "pay-1", name), ["echo", "here"], tty=False)
    try:
        assert await session.receive() == Stdout(b"here\n")
    finally:
        await session.close()


async def test_those_of_others_are_not_offered(client: ApiClient, debugger: Debugger) -> None:
    others = [
        {"name": "debugger-x", "image": "tools:1", "stdin": True, "targetContainerName": "app"},
        {"name": f"{DEBUGGER}other", "image": "tools:1", "stdin": True},
    ]
    await client.patch_json(f"{POD}/ephemeralcontainers", {"spec": {"ephemeralContainers": others}})
    for other in others:
        await debugger.wait(str(other["name"]), lambda _: None)
    assert await debugger.running() == []


async def test_an_image_that_cannot_be_pulled_is_told_at_once(debugger: Debugger) -> None:
    name = await debugger.add("nosuch/tools:1")
    with pytest.raises(PodboardError, match=f"{name} cannot start: ErrImagePull: .*not found") as failure:
        await debugger.wait(name, lambda _: None)
    assert "stays in the pod" in failure.value.hint
    assert await debugger.running() == []


async def test_an_image_that_runs_no_shell_is_told(debugger: Debugger) -> None:
    name = await debugger.add("brief:1")
    with pytest.raises(PodboardError, match="has ended with exit code 0: its image runs no shell by itself"):
        await debugger.wait(name, lambda _: None)


async def test_a_pod_that_goes_meanwhile_ends_the_wait(cluster: DemoCluster, debugger: Debugger) -> None:
    cluster.plane.agenda.pause()
    waiting = asyncio.create_task(debugger.wait(await debugger.add("tools:1"), lambda _: None))
    await asyncio.sleep(0)
    cluster.delete_pod("shop", "pay-1", 0)
    with pytest.raises(PodboardError, match="pod pay-1 does not exist"):
        await waiting


async def test_one_that_does_not_come_is_waited_for_no_longer_than_that(
    cluster: DemoCluster, debugger: Debugger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debuggers, "PATIENCE", 0.3)
    cluster.plane.agenda.pause()
    name = await debugger.add("tools:1")
    with pytest.raises(PodboardError, match=f"{name} does not run after 0 s"):
        await debugger.wait(name, lambda _: None)


@pytest.mark.parametrize("rights", [("looks", "execs"), ("looks",)])
async def test_who_may_not_add_one_is_known_beforehand(rights: tuple[str, ...], cluster: DemoCluster) -> None:
    cluster.add_account(
        Account("shop", "ops", (Grant("ops", tuple(MAY[right] for right in rights)),), "token-of-ops")
    )
    async with ApiClient(access(cluster, "token-of-ops")) as client:
        debugger = Debugger(client, TARGET)
        assert await debugger.denied() == Denied(
            "system:serviceaccount:shop:ops", "shop", "ephemeralcontainers"
        )
        with pytest.raises(ApiError, match=r"cannot patch resource .*pods/ephemeralcontainers") as refused:
            await debugger.add("tools:1")
        assert (refused.value.status, refused.value.kind) == (403, FailureKind.REFUSED)


async def test_it_takes_no_more_than_its_rights(cluster: DemoCluster) -> None:
    cluster.add_account(Account("shop", "ops", (Grant("ops", tuple(MAY.values())),), "token-of-ops"))
    async with ApiClient(access(cluster, "token-of-ops")) as client:
        debugger = Debugger(client, TARGET)
        assert await debugger.denied() is None
        await debugger.wait(await debugger.add("tools:1"), lambda _: None)


async def test_a_container_that_is_not_there_cannot_be_debugged(client: ApiClient) -> None:
    name = await Debugger(client, TARGET).add("tools:1")
    with pytest.raises(ApiError, match="pod pay-1 has no container nope") as failure:
        await Debugger(client, Target("shop", "pay-1", "nope")).add("tools:1")
    assert failure.value.hint == f"choose one of app, {name} (ephem)"
    assert failure.value.kind is FailureKind.POD


async def test_an_image_that_is_no_name_is_the_servers_to_refuse(debugger: Debugger) -> None:
    with pytest.raises(ApiError, match="image: Required value"):
        await debugger.add(" ")


# -- other servers --------------------------------------------------------------------------


def says(status: int, document: object) -> Script:
    async def script(_: Request, __: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(status, json.dumps(document).encode(), {"content-type": "application/json"}))

    return script


def status(code: int, message: str, reason: str = "NotFound") -> Script:
    return says(
        code, {"kind": "Status", "status": "Failure", "message": message, "reason": reason, "code": code}
    )


def stands(**state: object) -> dict[str, object]:
    """A pod whose debug container is in a state."""
    told = [{"name": "podboard-debug-x", "state": state}] if state else []
    return {"metadata": {"uid": "u"}, "spec": {}, "status": {"ephemeralContainerStatuses": told}}


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (404, "the server could not find the requested resource"),
        (405, "the server does not allow this method"),
    ],
)
async def test_an_old_cluster_has_none(code: int, message: str, tmp_path: Path) -> None:
    async with ReplayServer(tmp_path) as server, ApiClient(server.access()) as client:
        server.on(POD, says(200, stands()))
        server.on(f"{POD}/ephemeralcontainers", status(code, message))
        with pytest.raises(PodboardError, match="this cluster has no debug containers"):
            await Debugger(client, TARGET).add("tools:1")


async def test_a_pod_that_is_gone_is_no_old_cluster(tmp_path: Path) -> None:
    async with ReplayServer(tmp_path) as server, ApiClient(server.access()) as client:
        gone = status(404, 'pods "pay-1" not found')
        server.on(POD, gone)
        server.on(f"{POD}/ephemeralcontainers", gone)
        with pytest.raises(ApiError, match="pod pay-1 does not exist"):
            await Debugger(client, TARGET).add("tools:1")


async def test_what_is_asked_for_is_what_kubectl_debug_asks_for(tmp_path: Path) -> None:
    async with ReplayServer(tmp_path) as server, ApiClient(server.access()) as client:
        server.on(f"{POD}/ephemeralcontainers", says(200, stands()))
        name = await Debugger(client, TARGET).add("tools:1")
    [request] = server.requests
    assert (request.method, request.headers["content-type"]) == (
        "PATCH",
        "application/strategic-merge-patch+json",
    )
    assert json.loads(request.body)["spec"]["ephemeralContainers"] == [
        {"name": name, "image": "tools:1", "stdin": True, "tty": True, "targetContainerName": "app"}
    ]


async def test_what_is_awaited_is_told_as_the_node_has_it(tmp_path: Path) -> None:
    said: list[str] = []
    async with ReplayServer(tmp_path) as server, ApiClient(server.access()) as client:
        server.on(
            POD,
            says(200, stands()),
            says(200, stands(waiting={"reason": "ContainerCreating\x1b[2J"})),
            says(200, stands(running={})),
        )
        await Debugger(client, TARGET).wait("podboard-debug-x", said.append)
    assert said == [
        "podboard-debug-x was added",
        "podboard-debug-x was added, and starts: ContainerCreating\\x1b[2J",
    ]


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (stands(waiting={"reason": "CreateContainerError"}), "cannot start: CreateContainerError"),
        (stands(waiting={"reason": "InvalidImageName", "message": "a\nb"}), "InvalidImageName: a b"),
        ({"metadata": {"uid": "another"}}, "pod pay-1 is gone: another one has its name"),
        ({"metadata": {"uid": "u", "deletionTimestamp": "now"}}, "pod pay-1 is being deleted"),
        ([], "does not answer like a Kubernetes API server"),
        ({"status": {"ephemeralContainerStatuses": [{"state": 1}]}}, "does not answer like a Kubernetes"),
    ],
)
async def test_what_will_not_run_is_not_waited_for(document: object, sentence: str, tmp_path: Path) -> None:
    async with ReplayServer(tmp_path) as server, ApiClient(server.access()) as client:
        server.on(POD, says(200, document))
        debugger = Debugger(client, Target("shop", "pay-1", "app", "u"))
        with pytest.raises(PodboardError, match=sentence):
            await debugger.wait("podboard-debug-x", lambda _: None)


@pytest.mark.parametrize(
    ("review", "user"),
    [
        (says(201, {"status": {"userInfo": {"username": "ops"}}}), "ops"),
        (says(201, {"status": {"userInfo": {"username": 3}}}), "tester"),
        (says(201, {}), "tester"),
        (status(403, 'User "ops" cannot create resource', "Forbidden"), "ops"),
        (status(404, "the server could not find the requested resource"), "tester"),
    ],
)
async def test_who_lacks_the_right_is_named_as_the_server_names_them(
    review: Script, user: str, tmp_path: Path
) -> None:
    async with ReplayServer(tmp_path) as server, ApiClient(server.access()) as client:
        reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        server.on(reviews, says(201, {"status": {"allowed": False}}))
        server.on("/apis/authentication.k8s.io/v1/selfsubjectreviews", review)
        assert await Debugger(client, TARGET).denied() == Denied(user, "shop", "ephemeralcontainers")
    asked = json.loads(server.requests[0].body)["spec"]["resourceAttributes"]
    assert (asked["verb"], asked["subresource"], asked["name"]) == ("patch", "ephemeralcontainers", "pay-1")


# -- attach ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["attach-end.v5", "attach-end.v5.translated"])
async def test_the_end_of_an_attached_process_as_a_real_server_tells_it(name: str, tmp_path: Path) -> None:
    told = recording(name)
    async with ReplayServer(tmp_path) as server, ApiClient(server.access()) as client:
        server.play(told)
        session = await open_attach(client, Target("team-a", "brief"), tty=False, stdin=False)
        said = b""
        while not isinstance(event := await session.receive(), Ended):
            said += event.data
        await session.close()
    assert said == told.channel(1)
    # What the exit code was, attach does not say: it was 3.
    assert (event.ending.kind, event.ending.exit_code) == (EndingKind.EXITED, 0)
    assert server.requests[0].target == told.request["path_and_query"]


async def test_a_program_is_told_another_size_first_so_that_it_draws_its_screen(tmp_path: Path) -> None:
    told = recording("attach-stdout.v5")
    async with ReplayServer(tmp_path) as server, ApiClient(server.access()) as client:
        server.play(told)
        session = await open_attach(client, Target("default", "web", "web"), tty=True, size=Size(100, 30))
        await session.close()
        await until(lambda: len(server.heard) == 3)
    assert [frame.payload for frame in server.heard[:2]] == [
        b'{"Width":101,"Height":30}',
        b'{"Width":100,"Height":30}',
    ]
    assert "tty=true" in server.requests[0].target
    assert "stderr" not in server.requests[0].target
