"""A way over a WebSocket looked at step by step, against the embedded cluster and servers that misbehave."""

import shlex
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from podboard.demo.cluster import DemoCluster
from podboard.demo.images import Image, Tools
from podboard.demo.rbac import Account, Grant, Rule
from podboard.errors import Denied, FailureKind, PodboardError
from podboard.kube import checkup as checkup_module
from podboard.kube import reach as reach_module
from podboard.kube.access import Access, ClientCertificate, ExecPlugin, InteractiveMode
from podboard.kube.checkup import check_api
from podboard.kube.client import ApiClient
from podboard.model.checkup import Check, Result, Scope, Step
from podboard.model.target import Target
from podboard.probes import PATIENCE
from tests.support.bystanders import plain
from tests.support.certificates import Pair, authority, signed
from tests.support.cluster import Kubectl
from tests.support.recorder import proxy
from tests.support.recordings import recording
from tests.support.replay import Reader, ReplayServer, Request, Writer, answer

NAMESPACE = "team-a"
FULL = Target(NAMESPACE, "full")
NOWHERE = Target(NAMESPACE, "")
IMAGES = {"podboard/full": Image(Tools.ALL), "podboard/bare": Image(Tools.NONE)}

Looked = dict[Step, Check]


@pytest_asyncio.fixture
async def cluster() -> AsyncIterator[DemoCluster]:
    async with DemoCluster(story=None, images=IMAGES) as demo:
        demo.add_namespace(NAMESPACE)
        demo.add_node("node-1", "192.0.2.2", "10.88.0.0/24")
        for name, images in {"full": ["full"], "bare": ["bare"], "duo": ["full", "full"]}.items():
            containers = [{"name": f"c{n}", "image": f"podboard/{image}"} for n, image in enumerate(images)]
            demo.create_pod({"metadata": {"name": name}, "spec": {"containers": containers}}, NAMESPACE)
        demo.plane.agenda.advance(60)  # they run by now
        never = [{"name": "c0", "image": "podboard/missing"}]
        demo.create_pod({"metadata": {"name": "never"}, "spec": {"containers": never}}, NAMESPACE)
        yield demo


def someone(cluster: DemoCluster, *rules: Rule) -> Access:
    """A user who may do this in the namespace, and no more."""
    grant = Grant("some", rules, NAMESPACE)
    cluster.add_account(Account(NAMESPACE, "someone", (grant,), "secret-token"))
    return Access(server=cluster.server, ca=cluster.authority, token="secret-token", user="someone")


BOTH = Rule(("get", "create"), ("pods/exec",))
LOOK = Rule(("get", "list", "watch"), ("pods",))


async def look(access: Access, target: Target = FULL, *, with_exec: bool = False, lend: Any = None) -> Looked:
    async with ApiClient(access, lend) as client:
        checks = [check async for check in check_api(client, Scope(target, with_exec))]
    assert "secret" not in repr(checks)
    assert [check.step for check in checks] == sorted((check.step for check in checks), key=list(Step).index)
    _assert_nothing_follows_a_failure(checks)
    return {check.step: check for check in checks}


def _assert_nothing_follows_a_failure(checks: list[Check]) -> None:
    failures = [place for place, check in enumerate(checks) if check.result is Result.FAILED]
    assert len(failures) <= 1
    if failures:
        behind = checks[failures[0] + 1 :]
        assert all((check.result, check.sentence) == (Result.SKIPPED, "") for check in behind)


def failure(looked: Looked) -> Check:
    [failed] = [check for check in looked.values() if check.result is Result.FAILED]
    return failed


# -- all well -------------------------------------------------------------------------------


async def test_all_well(cluster: DemoCluster) -> None:
    looked = await look(someone(cluster, BOTH, LOOK), with_exec=True)
    assert list(looked) == [
        Step.CONFIGURATION, Step.DNS, Step.TCP, Step.TLS, Step.AUTHENTICATION, Step.AUTHORISATION, Step.POD,
        Step.UPGRADE,
    ]  # fmt: skip
    assert looked.pop(Step.DNS).result is Result.NOT_APPLICABLE
    assert {check.result for check in looked.values()} == {Result.OK}
    assert looked[Step.CONFIGURATION].facts["authority"] == "the cluster's own"
    assert looked[Step.CONFIGURATION].facts["credentials"] == "token"
    tls = looked[Step.TLS].facts
    assert (tls["protocol"], tls["verified"], tls["issuer"]) == ("TLSv1.3", True, "CN=podboard-demo-ca")
    assert "127.0.0.1" in tls["names"]  # type: ignore[operator]
    assert time.strftime("%Y") <= str(tls["expires"])[:4]
    who = looked[Step.AUTHENTICATION].facts
    assert who["user"] == f"system:serviceaccount:{NAMESPACE}:someone"
    assert "system:authenticated" in who["groups"]  # type: ignore[operator]
    assert str(who["version"]).startswith("v1.")
    assert looked[Step.AUTHORISATION].facts == {
        "namespace": NAMESPACE, "get pods/exec": True, "create pods/exec": True, "list pods": True,
        "watch pods": True,
    }  # fmt: skip
    assert looked[Step.POD].facts == {"status": "Running", "containers": ("c0",), "container": "c0"}
    assert looked[Step.UPGRADE].sentence == "upgraded to a WebSocket; `true` ran"


async def test_without_a_pod_rights_are_asked_for_the_namespace(cluster: DemoCluster) -> None:
    looked = await look(someone(cluster, BOTH), NOWHERE, with_exec=True)
    assert Step.POD not in looked
    assert looked[Step.AUTHORISATION].result is Result.OK
    assert looked[Step.AUTHORISATION].facts["list pods"] is False
    assert looked[Step.AUTHORISATION].hint.startswith("the list of pods stays empty")
    assert looked[Step.UPGRADE].result is Result.SKIPPED


@pytest.mark.parametrize("with_exec", [False, True])
async def test_nothing_is_started_unless_it_is_wished(cluster: DemoCluster, *, with_exec: bool) -> None:
    cluster.faults.set("500@exec")
    looked = await look(someone(cluster, BOTH, LOOK), with_exec=with_exec)
    assert looked[Step.UPGRADE].result is (Result.FAILED if with_exec else Result.SKIPPED)


async def test_a_pod_that_may_not_be_looked_at_may_be_opened(cluster: DemoCluster) -> None:
    looked = await look(someone(cluster, BOTH), with_exec=True)
    assert looked[Step.POD].result is Result.SKIPPED
    assert "may not look at it" in looked[Step.POD].sentence
    assert looked[Step.UPGRADE].result is Result.OK


async def test_an_image_without_the_command_is_upgraded_all_the_same(cluster: DemoCluster) -> None:
    looked = await look(someone(cluster, BOTH, LOOK), Target(NAMESPACE, "bare"), with_exec=True)
    assert looked[Step.UPGRADE].result is Result.OK
    assert "`true` did not run: command not found in this image: true" in looked[Step.UPGRADE].sentence


async def test_the_default_container_of_several_is_taken(cluster: DemoCluster) -> None:
    looked = await look(someone(cluster, BOTH, LOOK), Target(NAMESPACE, "duo"), with_exec=True)
    assert looked[Step.POD].sentence == "container c0 (of 2) runs"
    assert looked[Step.UPGRADE].result is Result.OK


async def test_a_certificate_that_nobody_checks_is_told_of(cluster: DemoCluster) -> None:
    looked = await look(replace(someone(cluster, BOTH, LOOK), ca=None, insecure=True))
    assert looked[Step.TLS].result is Result.OK
    assert "NOT verified" in looked[Step.TLS].sentence
    assert looked[Step.TLS].facts["verified"] is False
    assert "read everything" in looked[Step.TLS].hint


# -- rights ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verbs", "missing"), [(("get",), "create"), (("create",), "get"), (("list",), "get and create")]
)
async def test_missing_verbs_are_named_with_the_role_that_grants_them(
    verbs: tuple[str, ...], missing: str, cluster: DemoCluster, kubectl: Kubectl
) -> None:
    check = failure(await look(someone(cluster, Rule(verbs, ("pods/exec",)), LOOK)))
    user = f"system:serviceaccount:{NAMESPACE}:someone"
    assert (check.step, check.status, check.kind) == (Step.AUTHORISATION, 403, FailureKind.REFUSED)
    assert check.sentence == f'"{user}" may not {missing} pods/exec in {NAMESPACE}'
    assert check.denied == Denied(user, NAMESPACE)
    assert check.facts["get pods/exec"] is ("get" in verbs)
    assert check.facts["create pods/exec"] is ("create" in verbs)
    role, binding = check.hint.partition("grant it: ")[2].split(" && ")
    made = await kubectl.out(*shlex.split(role)[1:], "--dry-run=client", "-o", "yaml")
    assert "kind: Role\n" in made
    assert "  - pods/exec\n  verbs:\n  - get\n  - create\n" in made
    bound = await kubectl.out(*shlex.split(binding)[1:], "--dry-run=client", "-o", "yaml")
    assert f"- kind: ServiceAccount\n  name: someone\n  namespace: {NAMESPACE}\n" in bound


async def test_an_old_server_needs_one_verb_and_does_not_say_who_we_are(tmp_path: Path) -> None:
    async with ReplayServer(tmp_path) as server:
        server.on("/version", says(200, b'{"major":"1","minor":"27+","gitVersion":"v1.27.3"}'))
        server.on("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", may_get)
        looked = await look(server.access(), NOWHERE)
        paths = {request.path for request in server.requests}
    assert looked[Step.AUTHENTICATION].sentence == "accepted by token; this server does not say as whom"
    assert looked[Step.AUTHORISATION].result is Result.OK
    assert looked[Step.AUTHORISATION].sentence == f"may get pods/exec in {NAMESPACE}"
    assert "from Kubernetes 1.35 on, create on pods/exec is needed" in looked[Step.AUTHORISATION].hint
    assert not any(path.endswith("/exec") for path in paths)


async def may_get(request: Request, _: Reader, writer: Writer) -> None:
    allowed = b"true" if b'"verb": "get"' in request.body else b"false"
    writer.write(answer(201, b'{"status":{"allowed":%s}}' % allowed, {"content-type": "application/json"}))


def says(status: int, body: bytes) -> Any:
    async def script(_: Request, __: Reader, writer: Writer) -> None:
        writer.write(answer(status, body, {"content-type": "application/json"}))

    return script


async def test_who_may_ask_nothing_is_known_all_the_same(tmp_path: Path) -> None:
    refused = b'{"status":"Failure","reason":"Forbidden","message":"User \\"jane\\" cannot create x"}'
    async with ReplayServer(tmp_path) as server:
        server.on("/apis/authentication.k8s.io/v1/selfsubjectreviews", says(403, refused))
        server.on("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", says(403, refused))
        looked = await look(server.access(), NOWHERE)
    assert looked[Step.AUTHENTICATION].sentence == 'known as "jane" by token'
    assert failure(looked).step is Step.AUTHORISATION


# -- the pod --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Target(NAMESPACE, "nobody"), "pod nobody does not exist"),
        (Target(NAMESPACE, "full", "c7"), "pod full has no container c7"),
        (Target(NAMESPACE, "never"), "container c0 is not running: the pod is "),
    ],
)
async def test_the_pods_own_trouble(target: Target, said: str, cluster: DemoCluster) -> None:
    check = failure(await look(someone(cluster, BOTH, LOOK), target, with_exec=True))
    assert (check.step, check.kind) == (Step.POD, FailureKind.POD)
    assert check.sentence.startswith(said)
    assert check.hint


# -- who is asking --------------------------------------------------------------------------


async def test_a_wrong_token(cluster: DemoCluster) -> None:
    check = failure(
        await look(Access(server=cluster.server, ca=cluster.authority, token="secret", user="me"))
    )
    assert (check.step, check.status, check.kind) == (Step.AUTHENTICATION, 401, FailureKind.LOGIN)
    assert 'does not accept the credentials of user "me"' in check.sentence
    assert check.facts["credentials"] == ("token",)


async def test_no_credentials(tmp_path: Path) -> None:
    async with ReplayServer(tmp_path) as server:
        anonymous = recording("http-no-credentials")
        server.on("/apis/authentication.k8s.io/v1/selfsubjectreviews", server.script(anonymous))
        check = failure(await look(server.access(token="")))
    assert check.step is Step.AUTHENTICATION
    assert "system:anonymous" in check.sentence
    assert check.hint == 'user "tester" has no credentials in the kubeconfig'


async def test_how_long_a_client_certificate_lasts_is_told(tmp_path: Path) -> None:
    pair = signed("a person", host="person")
    async with ReplayServer(tmp_path) as server:
        known = b'{"status":{"userInfo":{"username":"a\\u001bb","groups":null}}}'
        server.on("/apis/authentication.k8s.io/v1/selfsubjectreviews", says(201, known))
        shown = ClientCertificate(pair.certificate, pair.key)
        looked = await look(server.access(token="", client_certificate=shown), NOWHERE)
    check = looked[Step.AUTHENTICATION]
    assert check.sentence == 'known as "a\\x1bb" by client certificate, which expires in 29d'
    assert check.facts["source"] == "client certificate"


def plugin(command: str, *args: str, interactive: InteractiveMode = InteractiveMode.NEVER) -> ExecPlugin:
    return ExecPlugin(
        where="exec of user", command=command, args=args, api_version="client.authentication.k8s.io/v1",
        interactive=interactive, install_hint="get it from the shop",
    )  # fmt: skip


async def test_a_plugin_that_is_missing(cluster: DemoCluster) -> None:
    made = plugin("no-such-plugin", interactive=InteractiveMode.IF_AVAILABLE)
    check = failure(await look(Access(server=cluster.server, ca=cluster.authority, plugin=made)))
    assert (check.step, check.kind) == (Step.AUTHENTICATION, FailureKind.LOGIN)
    assert check.sentence == 'exec of user needs the program "no-such-plugin", which is not installed'
    assert check.hint == "get it from the shop"


async def test_a_plugin_that_does_not_end_is_not_waited_for(
    cluster: DemoCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkup_module, "CREDENTIALS", 0.1)
    made = plugin("sleep", "1000")
    check = failure(await look(Access(server=cluster.server, ca=cluster.authority, plugin=made)))
    assert check.sentence == 'the credential plugin "sleep" did not hand out credentials within 0.1 s'


async def test_a_person_who_is_asked_may_take_their_time(
    cluster: DemoCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkup_module, "CREDENTIALS", 0.0)
    lent: list[bool] = []

    @asynccontextmanager
    async def lend() -> AsyncIterator[None]:
        lent.append(True)
        yield

    made = plugin("false", interactive=InteractiveMode.ALWAYS)
    check = failure(await look(Access(server=cluster.server, ca=cluster.authority, plugin=made), lend=lend))
    assert lent == [True]
    assert "failed with exit code 1" in check.sentence


# -- the network: the step that fails, in the client's own words ----------------------------


async def same_as_the_client(access: Access, step: Step, said: str) -> Check:
    """The step fails, and says what a person reads elsewhere."""
    check = failure(await look(access))
    with pytest.raises(PodboardError) as caught:
        async with ApiClient(access) as client:
            await client.get_bytes("/version")
    assert said in check.sentence
    assert check.sentence.partition("; it is ")[0] == caught.value.message
    assert (check.step, check.hint, check.kind) == (step, caught.value.hint, caught.value.kind)
    return check


@pytest.fixture
def free_port() -> Iterator[int]:
    with socket.socket() as held:  # bound and not listening: refuses, and nobody else gets it
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


async def test_a_name_that_is_none() -> None:
    await same_as_the_client(Access(server="https://no-such-host.invalid"), Step.DNS, "cannot be resolved")


@pytest.mark.parametrize("name", ["a" * 64 + ".test", "a..b"])
async def test_what_cannot_be_a_name(name: str) -> None:
    check = failure(await look(Access(server=f"https://{name}:6443")))
    assert (check.step, check.sentence) == (Step.DNS, f"the name {name} cannot be resolved")


async def test_a_name_is_told_with_its_addresses(cluster: DemoCluster) -> None:
    named = someone(cluster, BOTH, LOOK)
    looked = await look(replace(named, server=named.server.replace("127.0.0.1", "localhost")))
    assert looked[Step.DNS].result is Result.OK
    assert "127.0.0.1" in looked[Step.DNS].facts["addresses"]  # type: ignore[operator]
    assert looked[Step.AUTHORISATION].result is Result.OK


async def test_a_refused_connection(free_port: int) -> None:
    await same_as_the_client(
        Access(server=f"https://127.0.0.1:{free_port}"), Step.TCP, "cannot be reached: connection refused"
    )


async def test_an_address_where_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podboard.probes.PATIENCE", 0.05)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        taken = socket.create_connection(full.getsockname())  # its only place
        with taken:
            address = f"https://127.0.0.1:{full.getsockname()[1]}"
            check = failure(await look(Access(server=address)))
    assert (check.step, check.sentence) == (Step.TCP, f"{address} does not answer")
    assert check.kind is FailureKind.UNREACHABLE
    assert check.duration < PATIENCE


async def test_a_server_that_accepts_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach_module, "PATIENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"https://127.0.0.1:{listening.getsockname()[1]}"
        check = failure(await look(Access(server=address)))
    assert (check.step, check.sentence) == (Step.TLS, f"{address} does not answer")


async def test_a_server_that_takes_requests_and_does_not_answer(
    cluster: DemoCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkup_module, "ANSWER", 0.1)
    cluster.faults.set("hang")
    check = failure(await look(someone(cluster, BOTH, LOOK)))
    assert (check.step, check.sentence) == (Step.AUTHENTICATION, f"{cluster.server} does not answer")


async def test_an_upgrade_that_is_not_answered(cluster: DemoCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster.faults.set("hang@exec")
    monkeypatch.setattr(checkup_module, "ANSWER", 0.5)
    check = failure(await look(someone(cluster, BOTH, LOOK), with_exec=True))
    assert (check.step, check.sentence) == (Step.UPGRADE, f"{cluster.server} does not answer")


async def test_a_server_without_tls() -> None:
    async with plain(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        await same_as_the_client(
            Access(server=f"https://127.0.0.1:{port}", insecure=True), Step.TLS, "no TLS with"
        )


async def test_plain_http_sends_no_credentials() -> None:
    async with plain(lambda _: b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n") as port:
        looked = await look(Access(server=f"http://127.0.0.1:{port}"))
    assert looked[Step.TLS].result is Result.NOT_APPLICABLE
    assert failure(looked).facts["credentials"] == ()


@pytest.mark.parametrize(
    ("pair", "said", "shown"),
    [
        (signed("late", days=-1), "has expired", "expired "),
        (signed("early", since=1), "is not valid yet", "expires in "),
        (signed("other", host="10.9.8.7"), "is not for 127.0.0.1", "it is for 10.9.8.7, "),
        (signed("strange", by="a stranger"), "an authority that is not trusted", "issued by CN=a stranger"),
    ],
)
async def test_a_certificate_that_is_not_trusted_is_shown(
    pair: Pair, said: str, shown: str, tmp_path: Path
) -> None:
    async with ReplayServer(tmp_path, pair=pair) as server:
        check = await same_as_the_client(server.access(), Step.TLS, said)
        assert server.requests == []
    assert check.kind is FailureKind.UNTRUSTED
    assert shown in check.sentence
    assert check.facts["verified"] is False


# -- proxies --------------------------------------------------------------------------------

SCHEMES = ["http", "https", "socks5"]


def through(access: Access, scheme: str, port: int) -> Access:
    return replace(access, proxy=f"{scheme}://me:secret@127.0.0.1:{port}")


def port_of(cluster: DemoCluster) -> int:
    return int(cluster.server.rpartition(":")[2])


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_in_between(scheme: str, cluster: DemoCluster) -> None:
    async with proxy(port_of(cluster), scheme, credentials="me:secret") as made:
        # Where nothing listens: only the proxy knows where to go.
        access = replace(someone(cluster, BOTH, LOOK), server="https://localhost:1")
        looked = await look(through(access, scheme, made.port), with_exec=True)
    assert {check.result for check in looked.values()} == {Result.OK, Result.NOT_APPLICABLE}
    assert looked[Step.CONFIGURATION].facts["proxy"] == f"127.0.0.1:{made.port}"
    assert looked[Step.TCP].sentence == f"connected to 127.0.0.1 port {made.port}"
    assert looked[Step.PROXY].sentence == f"the proxy 127.0.0.1:{made.port} connects to localhost:1"


async def test_a_proxy_that_is_spoken_to_in_tls(tmp_path: Path) -> None:
    async with ReplayServer(tmp_path) as server, proxy(server.port, "https", folder=tmp_path) as made:
        looked = await look(through(server.access(), "https", made.port), NOWHERE)
    assert looked[Step.PROXY].result is Result.OK
    assert looked[Step.TLS].result is Result.OK
    assert failure(looked).step is Step.AUTHENTICATION  # it knows no such request


@pytest.mark.parametrize(
    ("scheme", "settings"),
    [
        ("http", {"credentials": "me:other"}),
        ("http", {"refuses": 403}),
        ("http", {"refuses": 502}),
        ("socks5", {"credentials": "me:other"}),
        ("socks5", {"refuses": 2}),
    ],
)
async def test_a_proxy_that_refuses(scheme: str, settings: Any, cluster: DemoCluster) -> None:
    async with proxy(port_of(cluster), scheme, **settings) as made:
        access = through(someone(cluster, BOTH, LOOK), scheme, made.port)
        await same_as_the_client(access, Step.PROXY, f"the proxy 127.0.0.1:{made.port} ")


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_proxy_that_is_not_there(scheme: str, free_port: int) -> None:
    access = through(Access(server="https://10.0.0.1"), scheme, free_port)
    await same_as_the_client(access, Step.TCP, f"the proxy 127.0.0.1:{free_port} cannot be reached")


async def test_a_proxy_that_nobody_vouches_for(tmp_path: Path) -> None:
    async with ReplayServer(tmp_path) as server, proxy(server.port, "https", folder=tmp_path) as made:
        access = replace(server.access(), ca=authority("another").certificate)
        check = await same_as_the_client(
            through(access, "https", made.port), Step.PROXY, "the certificate of the proxy"
        )
    assert check.kind is FailureKind.UNTRUSTED


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_says_nothing(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach_module, "PATIENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        check = failure(await look(through(Access(server="https://10.0.0.1"), scheme, port)))
    assert check.step is Step.PROXY
    assert check.sentence == f"the proxy 127.0.0.1:{port} does not connect to 10.0.0.1: no answer"


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_hangs_up(scheme: str) -> None:
    async with plain(lambda _: b"") as port:
        check = failure(await look(through(Access(server="https://10.0.0.1"), scheme, port)))
    assert check.step is Step.PROXY
    assert check.sentence.startswith(f"the proxy 127.0.0.1:{port} does not connect to 10.0.0.1: ")


async def test_an_http_proxy_is_asked_with_each_request_in_the_open() -> None:
    async with plain(lambda _: b"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n") as port:
        looked = await look(Access(server="http://cluster.test", proxy=f"http://127.0.0.1:{port}"))
    assert looked[Step.PROXY].result is Result.NOT_APPLICABLE
    assert failure(looked).step is Step.AUTHENTICATION
