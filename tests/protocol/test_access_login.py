"""Logging in while podboard runs: plugins and tokens that change, and what a person is told when it fails."""

import asyncio
import base64
import json
import socket
import time
from collections.abc import AsyncIterator
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from msgspec.structs import replace

from podboard.demo.cluster import DemoCluster
from podboard.errors import ApiError, FailureKind, LoginError, PodboardError, UnreachableError, UntrustedError
from podboard.kube.access import Access, ExecPlugin, InteractiveMode
from podboard.kube.client import ApiClient
from podboard.kube.exec import open_exec
from podboard.kube.resolve import load_access
from podboard.model.overrides import Overrides
from podboard.model.target import Target
from podboard.wire.exec_channel import Ended, Stdout
from tests.support.certificates import authority, signed
from tests.support.recorder import Recorder, proxy, recorder

PATH = "/api"
API = "client.authentication.k8s.io/v1"


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Recorder]:
    async with recorder(tmp_path) as made:
        yield made


def access(server: Recorder, **settings: Any) -> Access:
    return Access(server=f"https://127.0.0.1:{server.port}", user="u", ca=authority().certificate, **settings)


def plugin(folder: Path, *answers: dict[str, object]) -> ExecPlugin:
    """A plugin that says each of these once, and the last one ever again."""
    for number, status in enumerate(answers, 1):
        document = {"kind": "ExecCredential", "apiVersion": API, "status": status}
        (folder / f"answer-{number}").write_text(json.dumps(document))
    path = folder / "plugin"
    path.write_text(
        f'#!/bin/sh\ncd "{folder}"; echo ran >> runs; n=$(grep -c ran runs)\n'
        f'[ "$n" -gt {len(answers)} ] && n={len(answers)}\ncat "answer-$n"\n'
    )
    path.chmod(0o755)
    return ExecPlugin(
        where='exec of user "u" in config',
        command=str(path),
        api_version=API,
        interactive=InteractiveMode.NEVER,
    )


def runs(folder: Path) -> int:
    return len((folder / "runs").read_text().split())


def certificate(name: str) -> dict[str, object]:
    pair = signed(name, host="person")
    return {"clientCertificateData": pair.certificate.decode(), "clientKeyData": pair.key.decode()}


def sent(server: Recorder) -> list[str]:
    return [dict(seen.says_who).get("authorization", "") for seen in server.seen]


async def ask(client: ApiClient, way: str) -> None:
    if way == "get":
        await client.get_json(PATH)
    elif way == "stream":
        async with client.stream(PATH, [], 5.0):
            pass
    else:
        await client.websocket(PATH, [])


async def refusal(found: Access) -> PodboardError:
    async with ApiClient(found) as client:
        with pytest.raises(PodboardError) as caught:
            await client.get_json(PATH)
    assert caught.value.message.isprintable()
    assert "hush" not in caught.value.message + caught.value.hint
    return caught.value


# -- plugins --------------------------------------------------------------------------------


async def test_a_plugin_runs_once_for_many_requests(server: Recorder, tmp_path: Path) -> None:
    async with ApiClient(access(server, plugin=plugin(tmp_path, {"token": "one"}))) as client:
        await asyncio.gather(*(client.get_json(PATH) for _ in range(5)))
    assert sent(server) == ["Bearer one"] * 5
    assert runs(tmp_path) == 1


async def test_it_runs_again_when_its_token_is_refused(server: Recorder, tmp_path: Path) -> None:
    server.accepts = "Bearer two"
    found = access(server, plugin=plugin(tmp_path, {"token": "one"}, {"token": "two"}))
    async with ApiClient(found) as client:
        assert await client.get_json(PATH) == {"kind": "APIVersions"}
        assert await client.post_json(PATH, {}) == {"kind": "APIVersions"}
        async with client.stream(PATH, [], 5.0) as content:
            assert await content.readany()
    assert sent(server)[:4] == ["Bearer one", "Bearer two", "Bearer two", "Bearer two"]
    assert runs(tmp_path) == 2


@pytest.mark.parametrize("way", ["get", "stream", "websocket"])
async def test_what_is_refused_twice_is_refused(way: str, server: Recorder, tmp_path: Path) -> None:
    server.accepts = "Bearer another"
    async with ApiClient(access(server, plugin=plugin(tmp_path, {"token": "one"}))) as client:
        with pytest.raises(ApiError, match=r'does not accept the credentials of user "u" \(401\)') as caught:
            await ask(client, way)
    assert caught.value.kind is FailureKind.LOGIN
    assert sent(server) == ["Bearer one"] * 2
    assert runs(tmp_path) == 2


async def test_a_refused_crowd_runs_it_once(server: Recorder, tmp_path: Path) -> None:
    server.accepts = "Bearer two"
    async with ApiClient(
        access(server, plugin=plugin(tmp_path, {"token": "one"}, {"token": "two"}))
    ) as client:
        await asyncio.gather(*(client.get_json(PATH) for _ in range(8)))
    assert runs(tmp_path) == 2
    assert sent(server).count("Bearer two") == 8


async def test_a_certificate_of_a_plugin_is_shown_and_changed(server: Recorder, tmp_path: Path) -> None:
    expired = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(0))
    answers = (
        {**certificate("first"), "expirationTimestamp": expired},
        {**certificate("second"), "expirationTimestamp": expired},
        {"token": "only-a-token"},
    )
    async with ApiClient(access(server, plugin=plugin(tmp_path, *answers))) as client:
        for _ in answers:
            await client.get_json(PATH)
    assert [seen.client for seen in server.seen] == ["first", "second", ""]
    assert sent(server) == ["", "", "Bearer only-a-token"]


async def test_a_certificate_that_is_none_is_told(server: Recorder, tmp_path: Path) -> None:
    bad = {"clientCertificateData": "nonsense", "clientKeyData": "nonsense"}
    error = await refusal(access(server, plugin=plugin(tmp_path, bad)))
    assert error.message == 'the client certificate of user "u" and its key cannot be used'


async def test_a_plugin_that_fails_is_no_silence_of_the_server(server: Recorder, tmp_path: Path) -> None:
    missing = replace(plugin(tmp_path, {}), command="no-such-plugin", install_hint="get it there")
    error = await refusal(access(server, plugin=missing))
    assert isinstance(error, LoginError)
    assert error.hint == "get it there"
    assert server.seen == []


# -- tokens ---------------------------------------------------------------------------------


async def test_a_token_file_that_rotated_is_read_again(server: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("old")
    server.accepts = "Bearer new"
    async with ApiClient(access(server, token_file=path)) as client:
        with pytest.raises(ApiError):
            await client.get_json(PATH)
        assert sent(server) == ["Bearer old"]
        path.write_text("new")
        await client.get_json(PATH)
    assert sent(server) == ["Bearer old", "Bearer new"]


def jwt(**claims: object) -> str:
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.hush"


async def test_an_expired_token_is_told_with_its_age(server: Recorder) -> None:
    server.accepts = "nothing"
    error = await refusal(access(server, token=jwt(exp=time.time() - 3 * 3600 - 60)))
    assert error.message == "the token expired 3h1m ago (401)"
    assert error.hint == "log in again, or choose another context"


@pytest.mark.parametrize(("apart", "side"), [(7200.0, "behind"), (-7200.0, "ahead of")])
async def test_clocks_that_do_not_go_together_are_told(apart: float, side: str, server: Recorder) -> None:
    server.accepts = "nothing"
    server.date = formatdate(time.time() + apart, usegmt=True)
    error = await refusal(access(server, token="opaque"))
    assert error.hint in (
        f"set this machine's clock: it is {age} {side} the server's" for age in ("119m", "120m", "2h")
    )


@pytest.mark.parametrize("date", ["now", "yesterday", ""])
async def test_clocks_that_do_are_not(date: str, server: Recorder) -> None:
    server.accepts = "nothing"
    server.date = formatdate(usegmt=True) if date == "now" else date
    assert "clock" not in (await refusal(access(server, token="opaque"))).hint


# -- proxies that refuse --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "settings", "said"),
    [
        (
            "http",
            {"credentials": "me:other"},
            "credentials it was given, or wants some (407)",
        ),
        ("http", {"refuses": 403}, "does not let anybody through to {server} (403)"),
        ("http", {"refuses": 502}, "answered 502 instead of connecting"),
        ("socks5", {"credentials": "me:other"}, "to {server}: username and password authentication failure"),
        ("socks5", {"refuses": 2}, "does not connect to {server}: connection not allowed by ruleset"),
        ("socks5", {"refuses": 5}, "does not connect to {server}: connection refused by destination host"),
    ],
)
async def test_proxies_that_refuse(scheme: str, settings: Any, said: str, server: Recorder) -> None:
    async with proxy(server.port, scheme, **settings) as made:
        error = await refusal(access(server, token="hush", proxy=f"{scheme}://me:hush@127.0.0.1:{made.port}"))
    assert isinstance(error, UnreachableError)
    assert error.kind is FailureKind.UNREACHABLE
    assert error.message.startswith(f"the proxy 127.0.0.1:{made.port} ")
    assert error.message.endswith(said.format(server=f"127.0.0.1:{server.port}"))
    assert error.hint
    assert server.seen == []


async def test_a_proxy_that_refuses_a_request_in_the_open(tmp_path: Path) -> None:
    async with recorder(tmp_path, tls=False) as server, proxy(server.port, credentials="a:b") as made:
        found = Access(server="http://cluster.test", proxy=f"http://127.0.0.1:{made.port}")
        error = await refusal(found)
    assert "(407)" in error.message


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
async def test_proxies_that_are_not_there(scheme: str) -> None:
    with socket.socket() as held:  # bound and not listening: refuses, and nobody else gets it
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        error = await refusal(Access(server="https://10.0.0.1", proxy=f"{scheme}://me:hush@127.0.0.1:{port}"))
    assert error.message == f"the proxy 127.0.0.1:{port} cannot be reached: connection refused"
    assert error.kind is FailureKind.UNREACHABLE


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_proxies_whose_name_is_none(scheme: str) -> None:
    error = await refusal(Access(server="https://10.0.0.1", proxy=f"{scheme}://me:hush@no-such.invalid:1"))
    assert isinstance(error, UnreachableError)
    assert "no-such.invalid" in error.message


async def test_a_proxy_that_nobody_vouches_for(server: Recorder, tmp_path: Path) -> None:
    async with proxy(server.port, "https", folder=tmp_path) as made:
        found = access(server, proxy=f"https://127.0.0.1:{made.port}")
        error = await refusal(replace(found, ca=authority("another").certificate))
    assert isinstance(error, UntrustedError)
    assert error.kind is FailureKind.UNTRUSTED
    assert error.message.startswith(f"the certificate of the proxy 127.0.0.1:{made.port} is signed by")


async def test_a_server_behind_socks_is_verified_as_well(server: Recorder) -> None:
    async with proxy(server.port, "socks5") as made:
        found = access(server, proxy=f"socks5://127.0.0.1:{made.port}")
        error = await refusal(replace(found, ca=authority("another").certificate))
        assert isinstance(error, UntrustedError)
        assert error.message.startswith(f"the certificate of https://127.0.0.1:{server.port} is signed by")
        error = await refusal(
            replace(found, server="https://elsewhere.test", ca=authority("another").certificate)
        )
    assert isinstance(error, UntrustedError)


async def test_no_tls_behind_socks() -> None:
    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as plain:
        port = plain.sockets[0].getsockname()[1]
        async with proxy(port, "socks5") as made:
            found = Access(server=f"https://127.0.0.1:{port}", proxy=f"socks5://127.0.0.1:{made.port}")
            error = await refusal(found)
    assert error.message.startswith(f"no TLS with https://127.0.0.1:{port}: ")


# -- time -----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["get", "stream", "websocket"])
async def test_the_request_timeout_holds_for_all_requests(way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        async with ApiClient(Access(server=url, request_timeout=0.2)) as client:
            with pytest.raises(UnreachableError) as caught:
                await ask(client, way)
    assert caught.value.message == f"{url} does not answer within 0.2 s"


async def test_watches_and_terminals_outlive_the_request_timeout(demo: DemoCluster) -> None:
    flags = Overrides(kubeconfig=str(demo.kubeconfig), request_timeout=0.5)
    watch = [("watch", "true"), ("timeoutSeconds", "1")]
    async with ApiClient(load_access(flags, {}, Path("/nowhere"))) as client:
        target = Target("data", "postgres-0", "postgres")
        session = await open_exec(client, target, ["sh", "-c", "sleep 1; echo hello"], tty=False)
        async with client.stream("/api/v1/pods", watch, 5.0) as content:
            assert b"postgres-0" in await content.read()
        assert await session.receive() == Stdout(b"hello\n")
        await session.close()


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_terminal_goes_through_every_proxy(scheme: str, demo: DemoCluster) -> None:
    found = load_access(Overrides(kubeconfig=str(demo.kubeconfig)), {}, Path("/nowhere"))
    target = Target("data", "postgres-0", "postgres")
    port = urlsplit(found.server).port
    assert port is not None
    async with proxy(port, scheme, credentials="me:hush") as made:
        through = replace(found, proxy=f"{scheme}://me:hush@127.0.0.1:{made.port}")
        async with ApiClient(through) as client:
            session = await open_exec(client, target, ["echo", "hello"], tty=False)
            assert await session.receive() == Stdout(b"hello\n")
            assert isinstance(await session.receive(), Ended)
            await session.close()
    assert made.asked == [f"127.0.0.1:{port}"] * len(made.asked)
    assert made.asked
