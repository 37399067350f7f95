"""kubeconfigs and flags given to podboard and to kubectl: a server must see the same of both."""

import asyncio
import base64
import itertools
import json
import os
from argparse import ArgumentParser
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from podboard.commands.flags import add_cluster_flags, overrides
from podboard.errors import PodboardError
from podboard.kube.client import ApiClient
from podboard.kube.resolve import load_access
from tests.support.certificates import authority, signed
from tests.support.cluster import find_kubectl
from tests.support.recorder import Proxy, Recorder, Seen, proxy, recorder

Json = dict[str, Any]
PATH = "/api"
HOST = "cluster.test:6443"
"""Where only proxies lead; Go never asks a proxy for loopback."""


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@dataclass
class Bench:
    """A server, proxies to it, and the two who ask it."""

    server: Recorder
    proxies: dict[str, Proxy]
    folder: Path
    environ: dict[str, str] = field(init=False)
    went_through: list[str] = field(init=False)
    succeeded: bool = field(init=False)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "KUBECONFIG": str(self.folder / "config"),
        }

    def fill(self, value: Any) -> Any:
        """Put ports, files and URLs in the place of what stands in braces."""
        if isinstance(value, dict):
            return {key: self.fill(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.fill(inner) for inner in value]
        if not isinstance(value, str):
            return value
        names = {name: f"127.0.0.1:{made.port}" for name, made in self.proxies.items()}
        return value.format(server=f"127.0.0.1:{self.server.port}", folder=self.folder, **names)

    def write(self, cluster: Json, user: Json, context: Json | None) -> Path:
        cluster = {
            "server": "https://{server}",
            "certificate-authority-data": b64(authority().certificate),
            **cluster,
        }
        document = {
            "clusters": [
                {"name": "c", "cluster": {key: value for key, value in cluster.items() if value is not None}},
                {"name": "other", "cluster": {"server": "https://{server}/other"}},
            ],
            "users": [{"name": "u", "user": user}, {"name": "o", "user": {"token": "token-of-o"}}],
            "contexts": [
                {"name": "here", "context": {"cluster": "c", "user": "u", **(context or {})}},
                {"name": "there", "context": {"cluster": "c", "user": "o"}},
            ],
            "current-context": "here",
        }
        path = self.folder / "config"
        path.write_text(yaml.safe_dump(self.fill(document)))
        return path

    async def ask_as_kubectl(self, flags: list[str]) -> bool:
        process = await asyncio.create_subprocess_exec(
            find_kubectl(), "get", "--raw", PATH, *flags,
            env=self.environ, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, said = await process.communicate()
        self.said.append(said.decode())
        return process.returncode == 0

    async def ask_as_podboard(self, flags: list[str]) -> bool:
        parser = ArgumentParser()
        add_cluster_flags(parser)
        try:
            access = load_access(overrides(parser.parse_args(flags)), self.environ, self.folder)
            async with ApiClient(access) as client:
                await client.get_json(PATH)
        except PodboardError as error:
            self.said.append(error.message)
            return False
        return True

    async def both(self, *flags: str) -> list[Seen]:
        """Let both ask, and return what was seen of either after comparing the two."""
        given = self.fill(list(flags))
        told = []
        for ask in (self.ask_as_kubectl, self.ask_as_podboard):
            self.server.seen.clear()
            for made in self.proxies.values():
                made.asked.clear()
            done = await ask(given)
            through = [f"{name} {wanted}" for name, made in self.proxies.items() for wanted in made.asked]
            told.append((done, list(self.server.seen), through))
        assert told[1] == told[0], self.said
        self.succeeded, seen, self.went_through = told[0]
        return seen


@pytest_asyncio.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    async with (
        recorder(tmp_path) as server,
        proxy(server.port) as http,
        proxy(server.port, "https", folder=tmp_path) as https,
        proxy(server.port, "socks5", credentials="me:hush") as socks,
    ):
        made = Bench(server, {"http": http, "https": https, "socks": socks}, tmp_path)
        for name, pair in (("client", signed("a person", host="person")), ("ca", authority())):
            pair.write(tmp_path, name)
        (tmp_path / "token").write_text("token-in-a-file\n")
        monkeypatch.chdir(tmp_path)
        yield made


CERTIFICATE: Json = {
    "client-certificate-data": b64(signed("a person", host="person").certificate),
    "client-key-data": b64(signed("a person", host="person").key),
}
TOKEN: Json = {"token": "token-of-u"}
PLUGIN: Json = {
    "exec": {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "./plugin",
        "interactiveMode": "Never",
    }
}
GOOD_UNTIL_2286 = b'{"exp":9999999999}'
OIDC: Json = {
    "auth-provider": {
        "name": "oidc",
        "config": {
            "idp-issuer-url": "https://issuer.test",
            "client-id": "podboard",
            "id-token": f"e30.{b64(GOOD_UNTIL_2286).rstrip('=')}.signature",
        },
    }
}

USERS = [
    TOKEN,
    CERTIFICATE,
    {**CERTIFICATE, **TOKEN},
    {"client-certificate": "client.crt", "client-key": "client.key"},
    {"tokenFile": "token"},
    {"tokenFile": "token", **TOKEN},
    {"tokenFile": "nowhere", **TOKEN},
    {"tokenFile": "nowhere"},
    {"username": "ops", "password": "pass"},
    {"username": "ops", "password": "pass", **TOKEN},
    {**TOKEN, "as": "alice", "as-uid": "7", "as-groups": ["a", "b"]},
    {**TOKEN, "as": "jürgen"},
    {**TOKEN, "as": "alice", "as-user-extra": {"scope": ["view", "edit"], "a/b c%": ["x"], "Big": ["z"]}},
    {**TOKEN, "as-groups": ["a"]},
    PLUGIN,
    {**PLUGIN, **TOKEN},
    {**PLUGIN, "tokenFile": "token"},
    {**PLUGIN, "username": "ops", "password": "pass"},
    {**PLUGIN, **CERTIFICATE},
    {**PLUGIN, "as": "alice"},
    {"exec": {**PLUGIN["exec"], "apiVersion": "client.authentication.k8s.io/v1alpha1"}},
    {"exec": {**PLUGIN["exec"], "apiVersion": "client.authentication.k8s.io/v1beta1"}},
    {"exec": {**PLUGIN["exec"], "interactiveMode": ""}},
    {"exec": {**PLUGIN["exec"], "interactiveMode": "Sometimes"}},
    {"exec": {**PLUGIN["exec"], "interactiveMode": "Always"}},
    {"exec": {**PLUGIN["exec"], "interactiveMode": "IfAvailable"}},
    {"exec": {**PLUGIN["exec"], "command": "plugin"}},
    {"exec": {**PLUGIN["exec"], "command": ""}},
    OIDC,
    {**OIDC, **TOKEN},
    {**OIDC, **CERTIFICATE},
    {**OIDC, **PLUGIN},
    {"auth-provider": {"name": "gcp"}},
]


@pytest.mark.parametrize("user", USERS, ids=lambda user: "+".join(user) or "nobody")
@pytest.mark.parametrize("flag", [None, "--token=from-a-flag"])
async def test_users(user: Json, flag: str | None, bench: Bench) -> None:
    plugin(bench.folder)
    bench.write({}, user, None)
    await bench.both(*([flag] if flag else []))


def plugin(folder: Path) -> None:
    """Write a plugin that hands out a token and keeps what it was told."""
    path = folder / "plugin"
    path.write_text(
        '#!/bin/sh\ncase "$KUBERNETES_EXEC_INFO" in *v1beta1*) v=beta1;; esac\n'
        f'echo "$KUBERNETES_EXEC_INFO" > "{folder}/told"\n'
        f'echo "$0 $A $* $(readlink /proc/self/fd/0)" > "{folder}/given"\n'
        'echo \'{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1\'$v\'",'
        '"status":{"token":"token-of-a-plugin"}}\'\n'
    )
    path.chmod(0o755)


EXTENSION: Json = {"extensions": [{"name": "client.authentication.k8s.io/exec", "extension": {"a": [1]}}]}


@pytest.mark.parametrize(
    "cluster",
    [
        {},
        {"server": "https://{server}/below/"},
        {"tls-server-name": "kubernetes.test", "disable-compression": True},
        {"certificate-authority-data": None, "insecure-skip-tls-verify": True},
        {"proxy-url": "http://{http}"},
        EXTENSION,
    ],
    ids=str,
)
@pytest.mark.parametrize("more", [{}, {"provideClusterInfo": True}], ids=str)
@pytest.mark.parametrize("version", ["v1", "v1beta1"])
async def test_plugins_are_told_the_same(cluster: Json, more: Json, version: str, bench: Bench) -> None:
    plugin(bench.folder)
    settings = {"apiVersion": f"client.authentication.k8s.io/{version}", "args": ["one", "two words"], **more}
    bench.write(cluster, {"exec": {**PLUGIN["exec"], **settings, "env": [{"name": "A", "value": "b"}]}}, None)
    told = []
    for ask in (bench.ask_as_kubectl, bench.ask_as_podboard):
        assert await ask([]), bench.said
        told.append((json.loads((bench.folder / "told").read_text()), (bench.folder / "given").read_text()))
    assert told[1] == told[0]
    assert told[0][1].split()[1:] == ["b", "one", "two", "words", "/dev/null"]


CLUSTERS: list[tuple[Json, list[str]]] = [
    ({}, []),
    ({"server": "{server}"}, []),
    ({"server": "https://{server}/below/"}, []),
    ({"certificate-authority-data": None}, []),
    ({"certificate-authority-data": None, "certificate-authority": "ca.crt"}, []),
    ({"certificate-authority-data": None, "insecure-skip-tls-verify": True}, []),
    ({"insecure-skip-tls-verify": True}, []),
    ({"tls-server-name": "kubernetes.test"}, []),
    ({"tls-server-name": "kubernetes.test"}, ["--tls-server-name=other.test"]),
    ({"tls-server-name": "kubernetes.test"}, ["--server=https://{server}"]),
    ({"tls-server-name": "kubernetes.test"}, ["--server=https://{server}", "--tls-server-name=other.test"]),
    ({}, ["--tls-server-name=kubernetes.test"]),
    ({"server": "https://nowhere.invalid"}, ["--server=https://{server}"]),
    ({"server": "https://nowhere.invalid"}, ["-s", "{server}"]),
    ({"certificate-authority-data": None}, ["--certificate-authority=ca.crt"]),
    ({"certificate-authority-data": None}, ["--certificate-authority={folder}/ca.crt"]),
    ({"certificate-authority-data": None}, ["--certificate-authority=nowhere.crt"]),
    ({"certificate-authority-data": None}, ["--insecure-skip-tls-verify"]),
    ({}, ["--insecure-skip-tls-verify"]),
    ({"insecure-skip-tls-verify": True}, ["--certificate-authority=ca.crt"]),
    ({}, ["--insecure-skip-tls-verify", "--certificate-authority=ca.crt"]),
    ({}, ["--cluster=other"]),
    ({}, ["--cluster=other", "--insecure-skip-tls-verify"]),
    ({}, ["--cluster=nobody"]),
    ({}, ["--user=o"]),
    ({}, ["--user=nobody"]),
    ({}, ["--context=there"]),
    ({}, ["--context=nowhere"]),
    ({}, ["--context=there", "--user=u"]),
    ({}, ["--context=there", "--token=t"]),
    ({}, ["--as=alice"]),
    ({}, ["--as=alice", "--as-group=a", "--as-group=b,c", "--as-uid=7"]),
    ({}, ["--as-group=a"]),
    ({}, ["--as-uid=7"]),
    ({}, ["--kubeconfig={folder}/config"]),
    ({}, ["--kubeconfig={folder}/nowhere"]),
    ({}, ["--request-timeout=20"]),
    ({}, ["--request-timeout=1m"]),
]


@pytest.mark.parametrize(("cluster", "flags"), CLUSTERS, ids=str)
async def test_clusters_and_flags(cluster: Json, flags: list[str], bench: Bench) -> None:
    bench.write(cluster, {**TOKEN, "as-groups": ["from-the-file"], "as": "from-the-file"}, None)
    await bench.both(*flags)


async def test_the_table_tells_successes_from_failures(bench: Bench) -> None:
    bench.write({}, TOKEN, None)
    seen = await bench.both("--as=alice", "--tls-server-name=kubernetes.test")
    assert bench.succeeded
    who = (("authorization", "Bearer token-of-u"), ("impersonate-user", "alice"))
    assert seen == [Seen(PATH, who, "kubernetes.test", "")]
    assert await bench.both("--tls-server-name=kubernetes.test", "--certificate-authority=client.crt") == []
    assert not bench.succeeded


async def test_without_a_kubeconfig_flags_will_do(bench: Bench) -> None:
    flags = ["--server=https://{server}", "--certificate-authority=ca.crt", "--token=t"]
    assert len(await bench.both(*flags)) == 1
    assert await bench.both(*flags, "--kubeconfig={folder}/nowhere") == []


async def test_no_credentials_travel_in_the_open(tmp_path: Path) -> None:
    async with recorder(tmp_path, tls=False) as server:
        bench = Bench(server, {}, tmp_path)
        bench.write({"server": "http://{server}"}, {**TOKEN, "as": "alice"}, None)
        assert await bench.both() == [Seen(PATH, (("impersonate-user", "alice"),), "", "")]
        bench.write({"server": "{server}", "certificate-authority-data": None}, PLUGIN, None)
        assert await bench.both() == [Seen(PATH, (), "", "")]


PROXIES = ["http://{http}", "https://{https}", "socks5://me:hush@{socks}"]


@pytest.mark.parametrize(
    ("url", "name", "sni"),
    [
        *((url, "", "cluster.test") for url in PROXIES),
        # kubectl expects tls-server-name of a proxy that speaks TLS as well, and this one has another.
        *((url, "kubernetes.test", "kubernetes.test") for url in PROXIES if not url.startswith("https:")),
    ],
)
async def test_proxies_of_the_kubeconfig(url: str, name: str, sni: str, bench: Bench) -> None:
    bench.write({"server": f"https://{HOST}", "proxy-url": url, "tls-server-name": name}, TOKEN, None)
    assert [seen.sni for seen in await bench.both()] == [sni]
    assert [line.split()[1] for line in bench.went_through] == [HOST]


@pytest.mark.parametrize("url", [*PROXIES, "{http}", "socks5h://me:hush@{socks}", "socks4://{socks}"])
async def test_proxies_of_the_environment(url: str, bench: Bench) -> None:
    bench.environ["HTTPS_PROXY"] = bench.fill(url)
    bench.write({"server": f"https://{HOST}"}, TOKEN, None)
    await bench.both()
    assert len(bench.went_through) == bench.succeeded


@pytest.mark.parametrize(
    ("exceptions", "server", "scheme"),
    [
        *itertools.product(
            ["", "other.test", "test", ".test", "cluster.test:443", "10.0.0.0/8"], [HOST], ["HTTPS_PROXY"]
        ),
        ("", HOST, "https_proxy"),
        ("", HOST, "HTTP_PROXY"),
        ("", HOST, "ALL_PROXY"),
        ("", "{server}", "HTTPS_PROXY"),
    ],
)
async def test_who_goes_through_the_environments_proxy(
    exceptions: str, server: str, scheme: str, bench: Bench
) -> None:
    bench.environ.update({scheme: bench.fill("http://{http}"), "NO_PROXY": exceptions})
    bench.write({"server": f"https://{server}"}, TOKEN, None)
    await bench.both()


@pytest.mark.parametrize("url", ["http://{http}", "socks5://me:hush@{socks}"])
async def test_the_kubeconfigs_proxy_is_asked_for_loopback_too(url: str, bench: Bench) -> None:
    bench.environ["NO_PROXY"] = "*"
    bench.write({"proxy-url": url}, TOKEN, None)
    await bench.both()
    assert [line.split()[1] for line in bench.went_through] == [f"127.0.0.1:{bench.server.port}"]
