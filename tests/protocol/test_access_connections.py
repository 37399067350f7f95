"""Connections that work and that do not: TLS, proxies, refusals, and what a person is told."""

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from podboard.errors import ApiError, KubeconfigError, PodboardError, UnreachableError, UntrustedError
from podboard.kube import client as client_module
from podboard.kube.access import Access, ClientCertificate
from podboard.kube.client import ApiClient
from tests.support.bystanders import connect_proxy, plain
from tests.support.certificates import Pair, authority, new_authority, server_context, signed
from tests.support.recordings import recording
from tests.support.replay import Reader, ReplayServer, Request, Writer, answer
from tests.support.waiting import until

JSON = {"content-type": "application/json"}
PATH = "/api"


def says(status: int, body: bytes, kind: str = "application/json"):  # noqa: ANN201 - a script
    async def script(_: Request, __: Reader, writer: Writer) -> None:
        writer.write(answer(status, body, {"content-type": kind}))

    return script


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[ReplayServer]:
    async with ReplayServer(tmp_path) as replay:
        replay.on(PATH, says(200, b'{"fine":true}'))
        yield replay


async def ask(access: Access) -> object:
    async with ApiClient(access) as client:
        return await client.get_json(PATH)


async def refusal(access: Access) -> PodboardError:
    with pytest.raises(PodboardError) as caught:
        await ask(access)
    assert caught.value.message.isprintable()
    assert "secret-token" not in repr(caught.value)
    return caught.value


# -- TLS


async def test_the_clusters_own_authority_is_trusted(server: ReplayServer) -> None:
    assert await ask(server.access()) == {"fine": True}


async def test_an_unknown_authority_is_not(server: ReplayServer) -> None:
    for ca in (None, authority("another").certificate):
        error = await refusal(server.access(ca=ca))
        assert isinstance(error, UntrustedError)
        assert "signed by an authority that is not trusted" in error.message


async def test_an_authority_of_the_same_name_with_another_key_is_not(tmp_path: Path) -> None:
    rebuilt = signed("server", by="rebuilt")
    async with ReplayServer(tmp_path, pair=rebuilt) as server:
        error = await refusal(server.access(ca=new_authority("rebuilt").certificate))
    assert "signed by an authority that is not trusted" in error.message


async def test_verification_can_be_skipped(server: ReplayServer) -> None:
    assert await ask(server.access(ca=None, insecure=True)) == {"fine": True}


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (signed("late", days=-1), "has expired"),
        (signed("early", since=1), "is not valid yet"),
        (signed("other", host="10.9.8.7"), "is not for 127.0.0.1"),
        (signed("named", host="kubernetes"), "is not for 127.0.0.1"),
    ],
)
async def test_a_bad_certificate_is_told(pair: Pair, said: str, tmp_path: Path) -> None:
    async with ReplayServer(tmp_path, pair=pair) as server:
        error = await refusal(server.access())
    assert isinstance(error, UntrustedError)
    assert said in error.message


async def test_tls_server_name_is_the_name_to_expect(tmp_path: Path) -> None:
    async with ReplayServer(tmp_path, pair=signed("named", host="kubernetes")) as server:
        server.on(PATH, says(200, b"7"))
        assert await ask(server.access(tls_server_name="kubernetes")) == 7
        error = await refusal(server.access(tls_server_name="elsewhere"))
    assert "is not for elsewhere" in error.message


async def test_a_client_certificate_is_shown(tmp_path: Path) -> None:
    context = server_context(signed(), tmp_path)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=authority().certificate.decode())
    pair = signed("a person", host="person")
    async with ReplayServer(tmp_path, context=context) as server:
        server.on(PATH, says(200, b'"hello"'))
        known = server.access(client_certificate=ClientCertificate(pair.certificate, pair.key))
        assert await ask(known) == "hello"
        error = await refusal(server.access())
    assert isinstance(error, UnreachableError)


@pytest.mark.parametrize(
    "changes",
    [
        {"ca": b"nonsense"},
        {"client_certificate": ClientCertificate(b"nonsense", b"nonsense")},
        {"client_certificate": ClientCertificate(signed().certificate, signed("other").key)},
    ],
)
async def test_unusable_certificates_are_the_kubeconfigs_fault(
    changes: dict[str, object], server: ReplayServer
) -> None:
    with pytest.raises(KubeconfigError, match=r"replay|tester"):
        async with ApiClient(server.access(**changes)):
            pass


async def test_a_plain_server_has_no_tls() -> None:
    async with plain(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        error = await refusal(Access(server=f"https://127.0.0.1:{port}", insecure=True))
    assert error.message.startswith(f"no TLS with https://127.0.0.1:{port}: ")


# -- no answer


@pytest.fixture
def free_port() -> Iterator[int]:
    with socket.socket() as held:  # bound and not listening: refuses, and nobody else gets it
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


async def test_a_refused_connection(free_port: int) -> None:
    error = await refusal(Access(server=f"https://127.0.0.1:{free_port}"))
    assert isinstance(error, UnreachableError)
    assert error.message == f"https://127.0.0.1:{free_port} cannot be reached: connection refused"


async def test_a_name_that_does_not_resolve() -> None:
    error = await refusal(Access(server="https://no-such-host.invalid"))
    assert error.message == "the name no-such-host.invalid cannot be resolved"


async def test_a_server_that_closes_without_an_answer() -> None:
    async with plain(lambda _: b"") as port:
        error = await refusal(Access(server=f"http://127.0.0.1:{port}"))
    assert error.message.endswith("closed the connection without an answer")


async def test_an_answer_that_is_cut_off() -> None:
    async with plain(lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{") as port:
        error = await refusal(Access(server=f"http://127.0.0.1:{port}"))
    assert error.message.endswith("was cut off")


async def test_a_connection_that_is_reset() -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        await reader.readexactly(1)  # the rest stays unread: closing then resets
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1)
    async with server:
        port = server.sockets[0].getsockname()[1]
        access = Access(server=f"http://127.0.0.1:{port}")
        async with ApiClient(access) as client:
            with pytest.raises(UnreachableError, match=r"was cut|closed the connection"):
                await client.post_json(PATH, "x" * 900_000)


async def test_what_is_no_http() -> None:
    async with plain(lambda _: b"SSH-2.0-OpenSSH_9.9\r\n") as port:
        error = await refusal(Access(server=f"http://127.0.0.1:{port}"))
    assert "does not answer like a Kubernetes API server" in error.message


async def test_a_server_that_accepts_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_ANSWER", 0.05)
    monkeypatch.setattr(client_module, "_CONNECT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        for scheme in ("http", "https"):
            error = await refusal(Access(server=f"{scheme}://127.0.0.1:{port}"))
            assert error.message == f"{scheme}://127.0.0.1:{port} does not answer"


# -- answers that are refusals


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("http-401-bad-token", 'does not accept the credentials of user "tester" (401)'),
        ("http-403-pods-cluster-wide", 'cannot list resource "pods" in API group "" at the cluster scope'),
        ("http-404-pod", "pod nobody does not exist"),
        ("http-404-metrics", "404 page not found"),
        ("http-410-continue", "The provided continue parameter is too old"),
        ("exec-pod-completed.v5", "container app is not running"),
        ("exec-kubelet-down.v5", "the pod's node cannot be reached: connection refused"),
        ("exec-subprotocol-unknown", "answered 403 without saying why"),
        ("http-no-credentials", 'User "system:anonymous"'),
    ],
)
async def test_recorded_refusals(name: str, said: str, server: ReplayServer) -> None:
    recorded = recording(name)
    server.on(PATH, server.script(recorded))
    error = await refusal(server.access())
    assert isinstance(error, ApiError)
    assert error.status == recorded.response["status"]
    assert said in error.message


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (302, b"", "redirects elsewhere (302)"),
        (414, b"", "takes no request as long as this one (414)"),
        (431, b"", "takes no request as long as this one (431)"),
        (500, b"the moon is full", "the server failed (500): the moon is full"),
        (502, b"<html>Bad Gateway</html>", "answered 502 without saying why"),
        (503, b"apiserver is shutting down.\n", "the server failed (503): apiserver is shutting down."),
        (200, b"<html>Log in</html>", "does not answer like a Kubernetes API server"),
        (200, b"[" * 5000, "does not answer like a Kubernetes API server"),
        (500, b"x" * 1_000_000, "answered 500 without saying why"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_other_refusals(status: int, body: bytes, said: str, server: ReplayServer) -> None:
    server.on(PATH, says(status, body, "text/plain"))
    error = await refusal(server.access())
    assert isinstance(error, ApiError)
    assert error.status == status
    assert said in error.message


async def test_a_redirect_takes_no_token_along(server: ReplayServer) -> None:
    async def script(_: Request, __: Reader, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")

    server.on(PATH, script)
    await refusal(server.access())
    async with ApiClient(server.access()) as client:
        with pytest.raises(ApiError, match="redirects elsewhere"):
            await client.websocket(PATH, [])
    assert {request.path for request in server.requests} == {PATH}


async def test_an_upgrade_that_is_none(server: ReplayServer) -> None:
    async def script(_: Request, __: Reader, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n")

    server.on(PATH, script)
    async with ApiClient(server.access()) as client:
        with pytest.raises(ApiError, match="does not answer like a Kubernetes API server"):
            await client.websocket(PATH, [])


# -- proxies


async def test_a_proxy_is_asked_to_connect(server: ReplayServer) -> None:
    asked: list[str] = []
    async with connect_proxy(server.port, asked) as port:
        access = server.access(server="https://127.0.0.1:6443", proxy=f"http://me:hush@127.0.0.1:{port}")
        assert await ask(access) == {"fine": True}
        async with ApiClient(access) as client:
            with pytest.raises(ApiError, match="404"):
                await client.websocket("/nowhere", [])
    assert [line.split("\r\n")[0] for line in asked] == ["CONNECT 127.0.0.1:6443 HTTP/1.1"] * 2
    assert "Proxy-Authorization: Basic bWU6aHVzaA==" in asked[0]
    assert "secret-token" not in "".join(asked)


async def test_a_proxy_that_refuses_is_named_without_its_password() -> None:
    async with plain(lambda _: b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n") as port:
        error = await refusal(Access(server="https://10.0.0.1", proxy=f"http://me:hush@127.0.0.1:{port}"))
    said = f"the proxy 127.0.0.1:{port} does not accept the credentials it was given, or wants some (407)"
    assert error.message == said


async def test_a_proxy_that_is_not_there(free_port: int) -> None:
    error = await refusal(Access(server="https://10.0.0.1", proxy=f"http://me:hush@127.0.0.1:{free_port}"))
    assert error.message == f"the proxy 127.0.0.1:{free_port} cannot be reached: connection refused"


# -- habits


async def test_requests_share_a_connection(server: ReplayServer) -> None:
    async with ApiClient(server.access()) as client:
        await client.get_json(PATH)
        await client.get_json(PATH)
        server.on("/posted", says(201, b"{}"))
        await client.post_json("/posted", {"a": "ü"})
    assert server.connections == 1
    assert server.requests[2].method == "POST"
    assert server.requests[2].body == b'{"a": "\\u00fc"}'
    assert server.requests[0].headers["accept"] == "application/json"


async def test_a_connection_that_was_dropped_while_idle_is_not_used_again(server: ReplayServer) -> None:
    async def once(_: Request, __: Reader, writer: Writer) -> None:
        writer.write(answer(200, b"1", JSON))
        await writer.drain()
        writer.close()

    server.on(PATH, once, says(200, b"2"))
    async with ApiClient(server.access()) as client:
        assert await client.get_json(PATH) == 1
        await until(client._lines._idle[0].gone.is_set)
        assert await client.get_json(PATH) == 2
    assert server.connections == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_only_what_may_be_said_twice_is_said_again(method: str, server: ReplayServer) -> None:
    async def drops(_: Request, __: Reader, writer: Writer) -> None:
        writer.transport.abort()

    server.on("/flaky", drops, says(200, b"2"))
    async with ApiClient(server.access()) as client:
        await client.get_json(PATH)
        if method == "GET":
            assert await client.get_json("/flaky") == 2
        else:
            with pytest.raises(UnreachableError):
                await client.post_json("/flaky", {})
    assert server.connections == (2 if method == "GET" else 1)


async def test_a_new_connection_that_is_dropped_is_no_reason_to_ask_again(server: ReplayServer) -> None:
    async def drops(_: Request, __: Reader, writer: Writer) -> None:
        writer.transport.abort()

    server.on("/flaky", drops)
    async with ApiClient(server.access()) as client:
        with pytest.raises(UnreachableError, match=r"was cut|closed the connection"):
            await client.get_json("/flaky")
    assert server.connections == 1


async def test_a_server_below_a_path(server: ReplayServer) -> None:
    server.on(f"/k8s/clusters/one{PATH}", says(200, b"5"))
    access = server.access()
    below = server.access(server=f"{access.server}/k8s/clusters/one/")
    assert await ask(below) == 5
    assert server.requests[-1].headers["host"] == f"127.0.0.1:{server.port}"


async def test_what_is_large_comes_packed_and_is_unpacked(server: ReplayServer) -> None:
    large = b'"' + b"x" * 300_000 + b'"'

    async def packed(_: Request, __: Reader, writer: Writer) -> None:
        body = gzip.compress(large)
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)

    server.on(PATH, packed)
    assert await ask(server.access()) == "x" * 300_000
    assert server.requests[-1].headers["accept-encoding"] == "gzip"


async def test_a_refusal_that_is_cut_off_still_says_what_its_status_says(server: ReplayServer) -> None:
    async def half(_: Request, __: Reader, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    server.on(PATH, half)
    error = await refusal(server.access())
    assert isinstance(error, ApiError)
    assert error.status == 503


async def test_of_several_addresses_that_refuse_one_reason_is_told(free_port: int) -> None:
    error = await refusal(Access(server=f"https://localhost:{free_port}"))
    assert error.message == f"https://localhost:{free_port} cannot be reached: connection refused"


async def test_what_a_server_says_unasked_ends_its_connection(server: ReplayServer) -> None:
    async def talks(_: Request, __: Reader, writer: Writer) -> None:
        writer.write(answer(200, b"1", JSON))
        await writer.drain()
        writer.write(answer(200, b"not asked for", JSON))

    server.on(PATH, talks, says(200, b"2"))
    async with ApiClient(server.access()) as client:
        assert await client.get_json(PATH) == 1
        await until(lambda: not client._lines._idle or client._lines._idle[0].gone.is_set())
        assert await client.get_json(PATH) == 2


async def test_another_connection_is_kept_warm_while_a_stream_has_one(
    server: ReplayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def goes_on(_: Request, reader: Reader, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n")
        await reader.read()

    monkeypatch.setattr(client_module, "_WARM_AFTER", 0.0)
    server.on("/stream", goes_on)
    server.on("/version", says(200, b"{}"))
    async with ApiClient(server.access()) as client, client.stream("/stream", [], silence=5.0) as content:
        assert await content.readany() == b"hi"
        await until(lambda: client._lines._idle)
        await client.get_json("/version")
    assert [request.path for request in server.requests] == ["/stream", "/version", "/version"]
    assert server.connections == 2


async def test_what_goes_wrong_with_the_warm_connection_is_nobodys_trouble(
    server: ReplayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "_WARM_AFTER", 0.0)
    monkeypatch.setattr(client_module, "_WARM_EVERY", 0.01)
    async with ApiClient(server.access()) as client, client.stream(PATH, [], silence=5.0) as content:
        await until(lambda: len(server.requests) > 3)  # /version is answered with 404
        assert await content.read() == b'{"fine":true}'


async def test_a_stream_that_falls_silent_is_unreachable(server: ReplayServer) -> None:
    async def stalls(_: Request, reader: Reader, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n")
        await reader.read()

    server.on(PATH, stalls)
    async with ApiClient(server.access()) as client:
        with pytest.raises(UnreachableError, match="does not answer"):
            await drain(client)


async def drain(client: ApiClient) -> None:
    async with client.stream(PATH, [], silence=0.05) as content:
        while await content.readany():
            pass
