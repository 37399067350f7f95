"""The login of an identity provider, renewed: a real TLS server stands for it."""

import asyncio
import base64
import json
import stat
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import yaml

from podboard.errors import FailureKind, KubeconfigError, LoginError
from podboard.kube.access import Access
from podboard.kube.client import ApiClient
from podboard.kube.resolve import load_access
from podboard.model.overrides import Overrides
from tests.support.certificates import authority, server_context, signed
from tests.support.cluster import find_kubectl
from tests.support.recorder import Recorder, recorder

Json = dict[str, Any]
Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
PATH = "/api"
SECRET = "hush/hush"


def id_token(expires_in: float, name: str = "a") -> str:
    claims = json.dumps({"exp": int(time.time() + expires_in), "name": name}).encode()
    return f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.signature"


@dataclass
class Provider:
    """Renews logins, or says what it was told to say.

    Attributes:
        answers: What the token endpoint says, one after the other, the last one ever again.
        asked: The Authorization and the form of each request for tokens.
    """

    answers: list[tuple[int, object]]
    metadata: tuple[int, object] | None = None
    port: int = 0
    asked: list[tuple[str, Json]] = field(default_factory=list)

    async def serve(self, reader: Reader, writer: Writer) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                request, *lines = head.rstrip().split("\r\n")
                headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
                body = (await reader.readexactly(int(headers.get("content-length", 0)))).decode()
                if "openid-configuration" in request:
                    status, answer = self.metadata or (200, {"token_endpoint": f"{self.url}/token"})
                else:
                    form = {name: values[0] for name, values in parse_qs(body).items()}
                    self.asked.append((headers.get("authorization", ""), form))
                    status, answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                said = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
                writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(said)}\r\n\r\n".encode() + said)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"


@asynccontextmanager
async def provider(folder: Path, *answers: tuple[int, object], **settings: Any) -> AsyncIterator[Provider]:
    made = Provider(list(answers), **settings)
    server = await asyncio.start_server(
        made.serve, "127.0.0.1", 0, ssl=server_context(signed("identity"), folder)
    )
    async with server:
        made.port = server.sockets[0].getsockname()[1]
        yield made


def write(folder: Path, server: Recorder, issuer: str, **config: Any) -> Path:
    settings = {
        "idp-issuer-url": issuer,
        "client-id": "podboard:cli",
        "idp-certificate-authority-data": base64.b64encode(authority().certificate).decode(),
        **config,
    }
    given = {key: value for key, value in settings.items() if value is not None}
    provider = {"name": "oidc", "config": given}
    cluster = {
        "server": f"https://127.0.0.1:{server.port}",
        "certificate-authority-data": base64.b64encode(authority().certificate).decode(),
    }
    document = {
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "o", "user": {"token": "x"}}, {"name": "u", "user": {"auth-provider": provider}}],
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "here",
    }
    path = folder / "config"
    path.write_text(yaml.safe_dump(document))
    path.chmod(0o600)
    return path


def access(path: Path) -> Access:
    return load_access(Overrides(kubeconfig=str(path)), {}, path.parent)


async def ask(path: Path, times: int = 1) -> None:
    async with ApiClient(access(path)) as client:
        for _ in range(times):
            await client.get_json(PATH)


def sent(server: Recorder) -> list[str]:
    return [dict(seen.says_who)["authorization"].removeprefix("Bearer ") for seen in server.seen]


def kept(path: Path) -> Json:
    found: Json = yaml.safe_load(path.read_text())["users"][1]["user"]["auth-provider"]["config"]
    return found


def left_beside(path: Path) -> list[str]:
    return [found.name for found in path.parent.iterdir() if path.name in found.name]


async def test_a_good_token_is_sent_as_it_is(tmp_path: Path) -> None:
    good = id_token(3600)
    async with recorder(tmp_path) as server:
        path = write(tmp_path, server, "https://nowhere.invalid", **{"id-token": good})
        before = path.read_text()
        await ask(path, 2)
    assert sent(server) == [good, good]
    assert path.read_text() == before


@pytest.mark.parametrize("old", [-60, 5, "opaque", None])
@pytest.mark.parametrize("secret", [SECRET, None])
async def test_one_that_has_expired_is_renewed_once(
    old: int | str | None, secret: str | None, tmp_path: Path
) -> None:
    new = id_token(3600)
    async with recorder(tmp_path) as server, provider(tmp_path, (200, {"id_token": new})) as idp:
        token = id_token(old) if isinstance(old, int) else old
        login = {"id-token": token, "refresh-token": "again", "client-secret": secret}
        path = write(tmp_path, server, f"{idp.url}/", **login)
        before = path.read_text()
        await ask(path, 3)
    assert sent(server) == [new] * 3
    [(authorization, form)] = idp.asked
    assert form == {"grant_type": "refresh_token", "refresh_token": "again"}
    shown = base64.b64decode(authorization.removeprefix("Basic ")).decode()
    assert shown == ("podboard%3Acli:hush%2Fhush" if secret else "podboard%3Acli:")
    assert path.read_text() == before


async def test_a_provider_that_wants_the_client_in_the_form(tmp_path: Path) -> None:
    new = id_token(3600)
    answers = (401, {"error": "invalid_client"}), (200, {"id_token": new})
    async with recorder(tmp_path) as server, provider(tmp_path, *answers) as idp:
        await ask(write(tmp_path, server, idp.url, **{"refresh-token": "again", "client-secret": SECRET}))
    assert sent(server) == [new]
    assert idp.asked[1] == (
        "",
        {
            "grant_type": "refresh_token",
            "refresh_token": "again",
            "client_id": "podboard:cli",
            "client_secret": SECRET,
        },
    )


async def test_a_new_refresh_token_is_kept_where_kubectl_finds_it(tmp_path: Path) -> None:
    new = id_token(3600)
    answer = {"id_token": new, "refresh_token": "next"}
    async with recorder(tmp_path) as server, provider(tmp_path, (200, answer)) as idp:
        path = write(tmp_path, server, idp.url, **{"id-token": id_token(-60), "refresh-token": "again"})
        await ask(path)
        assert (kept(path)["id-token"], kept(path)["refresh-token"]) == (new, "next")
        assert kept(path)["client-id"] == "podboard:cli"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert left_beside(path) == ["config"]
        process = await asyncio.create_subprocess_exec(
            find_kubectl(), "get", "--raw", PATH, "--kubeconfig", path, env={"HOME": str(tmp_path)},
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert await process.wait() == 0
    assert sent(server) == [new, new]


async def test_merge_keys_mean_the_same_when_a_login_is_kept(tmp_path: Path) -> None:
    answer = {"id_token": id_token(3600), "refresh_token": "next"}
    async with recorder(tmp_path) as server, provider(tmp_path, (200, answer)) as idp:
        path = write(tmp_path, server, idp.url, **{"id-token": id_token(-60), "refresh-token": "again"})
        # What is merged wins over what stands before it, as kubectl has it.
        merged = "- {name: c, cluster: {server: 'https://nowhere.invalid', <<: *all}}\n"
        document = yaml.safe_load(path.read_text())
        [cluster] = document.pop("clusters")
        rest = yaml.safe_dump(document)
        path.write_text(f"all: &all {json.dumps(cluster['cluster'])}\nclusters:\n{merged}{rest}")
        before = access(path).server
        await ask(path)
        assert kept(path)["refresh-token"] == "next"
        assert access(path).server == before == f"https://127.0.0.1:{server.port}"


async def test_a_login_that_cannot_be_kept_is_good_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    new = id_token(3600)
    answer = {"id_token": new, "refresh_token": "hush-next"}
    async with recorder(tmp_path) as server, provider(tmp_path, (200, answer)) as idp:
        path = write(tmp_path, server, idp.url, **{"refresh-token": "again"})
        (tmp_path / "config.lock").touch()
        await ask(path)
    assert sent(server) == [new]
    assert kept(path)["refresh-token"] == "again"
    assert "could not be kept" in caplog.text
    assert "hush" not in caplog.text


async def test_what_kubectl_renewed_meanwhile_is_taken(tmp_path: Path) -> None:
    first, second = id_token(3600, "first"), id_token(3600, "second")
    async with recorder(tmp_path) as server:
        path = write(tmp_path, server, "https://nowhere.invalid", **{"id-token": first})
        async with ApiClient(access(path)) as client:
            await client.get_json(PATH)
            server.accepts = f"Bearer {second}"
            write(tmp_path, server, "https://nowhere.invalid", **{"id-token": second})
            await client.get_json(PATH)
    assert sent(server) == [first, first, second]


@pytest.mark.parametrize(
    ("config", "answers", "settings", "said"),
    [
        ({}, (), {}, "is no good any more, and there is no refresh-token"),
        (
            {"refresh-token": "hush"},
            [(400, {"error": "invalid_grant\x1b"})],
            {},
            "does not renew the login: invalid_grant\\x1b",
        ),
        ({"refresh-token": "hush"}, [(500, "oh")], {}, "does not renew the login: status 500"),
        ({"refresh-token": "hush"}, [(200, {"access_token": "x"})], {}, "without an id_token"),
        ({"refresh-token": "hush"}, [(200, {"id_token": "a b"})], {}, "without an id_token"),
        ({"refresh-token": "hush"}, [(200, [])], {}, "without an id_token"),
        ({"refresh-token": "hush"}, (), {"metadata": (404, "no")}, "not answer like an identity provider"),
        ({"refresh-token": "hush"}, (), {"metadata": (200, "no")}, "not answer like an identity provider"),
        (
            {"refresh-token": "hush"},
            (),
            {"metadata": (200, {"token_endpoint": "http://a"})},
            "not answer like an identity provider",
        ),
        (
            {"refresh-token": "hush", "idp-certificate-authority-data": None},
            (),
            {},
            "cannot be asked: its certificate is not trusted",
        ),
    ],
)
async def test_what_keeps_it_from_being_renewed(
    config: Json, answers: list[tuple[int, object]], settings: Json, said: str, tmp_path: Path
) -> None:
    async with recorder(tmp_path) as server, provider(tmp_path, *answers, **settings) as idp:
        path = write(tmp_path, server, idp.url, **config)
        with pytest.raises(LoginError) as caught:
            await ask(path)
    assert said in caught.value.message
    assert caught.value.kind is FailureKind.LOGIN
    assert "hush" not in caught.value.message
    assert caught.value.message.isprintable()
    assert server.seen == []


async def test_a_provider_that_is_not_there(tmp_path: Path) -> None:
    async with recorder(tmp_path) as server:
        async with provider(tmp_path) as gone:
            url = gone.url
        with pytest.raises(LoginError, match=r"127\.0\.0\.1:\d+ cannot be asked: .*refused"):
            await ask(write(tmp_path, server, url, **{"refresh-token": "again"}))


async def test_a_login_that_went_from_the_file(tmp_path: Path) -> None:
    async with recorder(tmp_path) as server:
        path = write(tmp_path, server, "https://nowhere.invalid", **{"id-token": id_token(60)})
        found = access(path)
        path.write_text("users: []")
        async with ApiClient(found) as client:
            with pytest.raises(LoginError, match="is not there any more"):
                await client.get_json(PATH)


@pytest.mark.parametrize(
    ("config", "name", "said"),
    [
        ({"client-id": None}, "oidc", "must name a client-id"),
        ({"idp-issuer-url": "http://a"}, "oidc", "must name a client-id"),
        ({}, "gcp", "which kubectl has given up, too"),
    ],
)
async def test_providers_that_are_none(config: Json, name: str, said: str, tmp_path: Path) -> None:
    path = write(tmp_path, Recorder(port=1), "https://a", **config)
    path.write_text(path.read_text().replace("name: oidc", f"name: {name}"))
    with pytest.raises(KubeconfigError, match=said):
        access(path)
