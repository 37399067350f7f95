"""Credential plugins: real programs, run by podboard."""

import asyncio
import base64
import json
import logging
import os
import stat
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from podboard.errors import FailureKind, LoginError
from podboard.kube import plugin as plugin_module
from podboard.kube.access import Access, ExecPlugin, InteractiveMode
from podboard.kube.client import ApiClient
from podboard.kube.credentials import Issued
from podboard.kube.login import FetchedLogin
from podboard.kube.plugin import Plugin
from tests.support.certificates import signed
from tests.support.waiting import until

API = "client.authentication.k8s.io/v1"
SECRET = "hush-hush"


def credential(**status: object) -> str:
    return json.dumps({"kind": "ExecCredential", "apiVersion": API, "status": status})


class Programs:
    """Writes plugins as shell scripts, and counts how often they ran."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lent = 0

    def write(self, script: str, name: str = "plugin") -> Path:
        path = self.folder / name
        path.write_text(f'#!/bin/sh\necho ran >> "{self.folder}/runs"\n{script}\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def says(self, output: str) -> Path:
        (self.folder / "output").write_text(output)
        return self.write(f'cat "{self.folder}/output"')

    @property
    def runs(self) -> int:
        path = self.folder / "runs"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def plugin(self, script: str, **settings: Any) -> ExecPlugin:
        return self.of(self.write(script), **settings)

    def of(self, program: Path | str, **settings: Any) -> ExecPlugin:
        return ExecPlugin(
            where='exec of user "u" in ~/.kube/config', command=str(program), api_version=API,
            **{"interactive": InteractiveMode.NEVER, **settings},
        )  # fmt: skip

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[None]:
        self.lent += 1
        yield


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    return Programs(tmp_path)


@pytest.mark.parametrize(
    ("mode", "asks"),
    [(InteractiveMode.NEVER, False), (InteractiveMode.IF_AVAILABLE, True), (InteractiveMode.ALWAYS, True)],
)
async def test_a_person_is_asked_by_a_plugin_that_may_and_where_a_terminal_is(
    mode: InteractiveMode,
    asks: bool,  # noqa: FBT001 - a table
    programs: Programs,
) -> None:
    access = Access(server="https://a.example", plugin=programs.of("plugin", interactive=mode))
    assert ApiClient(access, programs.lend).may_ask is asks
    assert not ApiClient(access).may_ask
    assert not ApiClient(Access(server="https://a.example", token="t"), programs.lend).may_ask


async def fetch(plugin: ExecPlugin, seconds: float = 20.0) -> Issued:
    return await Plugin(plugin, seconds, None).fetch()


async def failure(plugin: ExecPlugin, seconds: float = 20.0) -> LoginError:
    with pytest.raises(LoginError) as caught:
        await fetch(plugin, seconds)
    assert caught.value.kind is FailureKind.LOGIN
    assert caught.value.message.isprintable()
    return caught.value


# -- what it hands out ----------------------------------------------------------------------


async def test_a_token(programs: Programs) -> None:
    issued = await fetch(programs.of(programs.says(credential(token=SECRET))))
    assert issued.credentials.token == SECRET
    assert issued.credentials.certificate is None
    assert issued.until is None
    assert SECRET not in repr(issued)


async def test_a_certificate_and_when_it_expires(programs: Programs) -> None:
    pair = signed("a person", host="person")
    status = {
        "clientCertificateData": pair.certificate.decode(),
        "clientKeyData": pair.key.decode(),
        "expirationTimestamp": "2026-11-23T04:05:09Z",
    }
    issued = await fetch(programs.of(programs.says(credential(**status))))
    assert issued.credentials.certificate is not None
    assert (issued.credentials.certificate.certificate, issued.credentials.certificate.key) == (
        pair.certificate,
        pair.key,
    )
    assert issued.until == 1795406709.0
    assert base64.b64encode(pair.key).decode() not in repr(issued)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("", "prints no ExecCredential in JSON"),
        (f"token: {SECRET}", "prints no ExecCredential in JSON"),
        ("[" * 50_000, "prints no ExecCredential in JSON"),
        ("[]", "prints no ExecCredential"),
        ('{"kind":"Secret"}', "prints no ExecCredential"),
        (json.dumps({"kind": "ExecCredential", "apiVersion": "v2\033[2J"}), "speaks v2\\x1b[2J, and the"),
        (json.dumps({"kind": "ExecCredential", "apiVersion": API}), "has no status"),
        (credential(), "hands out neither a token nor a certificate"),
        (credential(token=""), "hands out neither a token nor a certificate"),
        (credential(token=7), "hands out what is no text"),
        (credential(token=f"{SECRET}\n"), "characters that no token has"),
        (credential(clientCertificateData="x"), "a certificate without its key"),
        (credential(token=SECRET, clientKeyData="x"), "or a key alone"),
        (credential(token=SECRET, expirationTimestamp="soon"), "an expirationTimestamp that is none"),
        (credential(token=SECRET, expirationTimestamp="2026-11-23T04:05:09"), "that is none"),
        (credential(token="x" * 1_100_000), "says more than an ExecCredential can hold"),
    ],
    ids=lambda value: value[:40],
)  # fmt: skip
async def test_what_is_no_credential(output: str, said: str, programs: Programs) -> None:
    error = await failure(programs.of(programs.says(output)))
    assert error.message.startswith('the credential plugin "plugin" ')
    assert said in error.message
    assert SECRET not in error.message


# -- how it is run --------------------------------------------------------------------------


async def test_it_has_no_terminal_and_nothing_to_read(programs: Programs) -> None:
    script = (
        f"readlink /proc/self/fd/0 > '{programs.folder}/stdin'\n"
        f"(: < /dev/tty) 2> '{programs.folder}/tty' || true\n"
        f"ps -o sid= -p $$ > '{programs.folder}/session'\n"
        f"printf %s '{credential(token=SECRET)}'"
    )
    await fetch(programs.plugin(script))
    assert (programs.folder / "stdin").read_text().strip() == "/dev/null"
    assert "/dev/tty" in (programs.folder / "tty").read_text()
    assert int((programs.folder / "session").read_text()) != os.getsid(0)


async def test_its_variables_are_added_to_ours(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "ours")
    monkeypatch.setenv("CHANGED", "ours")
    script = (
        f'printf %s "$KEPT $CHANGED $1" > "{programs.folder}/seen"\nprintf %s \'{credential(token="t")}\''
    )
    await fetch(programs.plugin(script, env=(("CHANGED", "theirs"),), args=("two words",)))
    assert (programs.folder / "seen").read_text() == "ours theirs two words"


async def test_a_name_is_found_on_path_and_never_in_the_working_folder(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.says(credential(token="t"))
    monkeypatch.chdir(programs.folder)
    for path in (f".:{os.environ['PATH']}", f":{os.environ['PATH']}"):
        with monkeypatch.context() as changed:
            changed.setenv("PATH", path)
            assert "is not installed" in (await failure(programs.of("plugin"))).message
    monkeypatch.setenv("PATH", f"{programs.folder}:{os.environ['PATH']}")
    assert (await fetch(programs.of("plugin"))).credentials.token == "t"


async def test_one_that_is_missing_is_told_with_its_hint(programs: Programs) -> None:
    error = await failure(programs.of("no-such-plugin", install_hint="brew install it"))
    assert error.message == (
        'exec of user "u" in ~/.kube/config needs the program "no-such-plugin", which is not installed'
    )
    assert error.hint == "brew install it"
    assert (await failure(programs.of(programs.folder / "gone"))).hint == "install it, where PATH leads"


async def test_one_that_is_no_program(programs: Programs) -> None:
    path = programs.folder / "data"
    path.write_bytes(b"\0\1\2")
    assert "is not installed" in (await failure(programs.of(path))).message
    path.chmod(0o755)
    assert "cannot be started: " in (await failure(programs.of(path))).message


async def test_a_failure_is_told_in_one_line(programs: Programs) -> None:
    script = "seq 100000 >&2; printf 'one\\n\\n  \\033[31mtwo\\n\\tthree\\n' >&2; exit 3"
    error = await failure(programs.plugin(script))
    assert error.message == ('the credential plugin "plugin" failed with exit code 3: one \\x1b[31mtwo three')
    assert error.hint == "log in again, or run it by hand"
    error = await failure(programs.plugin("printf '%0100000d' 7 >&2; exit 1"))
    assert len(error.message) < 500
    error = await failure(programs.plugin("kill -KILL $$"))
    assert error.message == 'the credential plugin "plugin" was ended by signal 9'


async def test_one_that_hangs_is_ended_with_all_it_started(programs: Programs) -> None:
    script = (
        "trap '' TERM\necho waiting for a browser >&2\n"
        f'sleep 100 & echo $! > "{programs.folder}/child"\nwhile :; do sleep 100; done'
    )
    error = await failure(programs.plugin(script), 0.5)
    said = 'the credential plugin "plugin" did not end within 0.5 s: waiting for a browser'
    assert error.message == said
    child = int((programs.folder / "child").read_text())
    await until(lambda: not alive(child))


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] not in "ZX"
    except FileNotFoundError:
        return False


async def test_the_loop_goes_on_meanwhile(programs: Programs) -> None:
    asked = asyncio.create_task(fetch(programs.plugin(f'read x < "{programs.folder}/go"; exit 1')))
    os.mkfifo(programs.folder / "go")
    await until(lambda: programs.runs)
    assert not asked.done()
    await asyncio.to_thread((programs.folder / "go").write_text, "now\n")
    with pytest.raises(LoginError):
        await asked


# -- whether it talks to the person ---------------------------------------------------------


async def test_always_needs_a_terminal(programs: Programs) -> None:
    wants = programs.plugin("exit 1", interactive=InteractiveMode.ALWAYS)
    error = await failure(wants)
    assert error.message == (
        'the credential plugin "plugin" wants to ask on the terminal, and there is none to lend here'
    )
    assert error.hint
    assert programs.runs == 0


@pytest.mark.parametrize(
    ("mode", "hidden", "lent", "told"),
    [
        (InteractiveMode.NEVER, ":", 0, [False]),
        (InteractiveMode.IF_AVAILABLE, ":", 0, [False]),
        (InteractiveMode.IF_AVAILABLE, "exit 1", 1, [False, True]),
        (InteractiveMode.ALWAYS, "exit 1", 1, [True]),
    ],
)
async def test_the_terminal_is_lent_where_it_is_needed(
    mode: InteractiveMode, hidden: str, lent: int, told: list[bool], programs: Programs
) -> None:
    script = (
        f'echo "$KUBERNETES_EXEC_INFO" >> "{programs.folder}/told"\n'
        f'case "$KUBERNETES_EXEC_INFO" in *\'"interactive": false\'*) {hidden};; esac\n'
        f"printf %s '{credential(token='t')}'"
    )
    runner = Plugin(programs.plugin(script, interactive=mode), 20.0, programs.lend)
    assert (await runner.fetch()).credentials.token == "t"
    lines = (programs.folder / "told").read_text().splitlines()
    assert [json.loads(line)["spec"]["interactive"] for line in lines] == told
    assert programs.lent == lent


async def test_a_person_who_would_not_is_not_asked_again_at_once(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = Plugin(programs.plugin("exit 1", interactive=InteractiveMode.ALWAYS), 20.0, programs.lend)
    for _ in range(3):
        with pytest.raises(LoginError, match="failed with exit code 1"):
            await runner.fetch()
    assert programs.lent == programs.runs == 1
    monkeypatch.setattr(plugin_module, "_NOT_AGAIN", 0.0)
    with pytest.raises(LoginError):
        await runner.fetch()
    assert programs.lent == 2


async def test_a_missing_program_takes_no_terminal(programs: Programs) -> None:
    runner = Plugin(programs.of("no-such", interactive=InteractiveMode.IF_AVAILABLE), 20.0, programs.lend)
    with pytest.raises(LoginError, match="is not installed"):
        await runner.fetch()
    assert programs.lent == 0


# -- how often it is run --------------------------------------------------------------------


def login(programs: Programs, **status: object) -> FetchedLogin:
    return FetchedLogin(
        Plugin(programs.of(programs.says(credential(token=SECRET, **status))), 20.0, None).fetch
    )


def moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


async def test_it_runs_once_for_all_who_wait(programs: Programs) -> None:
    found = login(programs)
    got = await asyncio.gather(*(found.credentials() for _ in range(5)))
    assert {id(one) for one in got} == {id(got[0])}
    assert programs.runs == 1


@pytest.mark.parametrize(("expires", "runs"), [(3600, 1), (-1, 3)])
async def test_what_it_hands_out_is_kept_until_it_expires(
    expires: float, runs: int, programs: Programs
) -> None:
    found = login(programs, expirationTimestamp=moment(expires))
    for _ in range(3):
        await found.credentials()
    assert programs.runs == runs


async def test_what_is_refused_is_made_anew_once(programs: Programs) -> None:
    found = login(programs)
    refused = await found.credentials()
    renewed = await asyncio.gather(*(found.renew(refused) for _ in range(3)))
    assert programs.runs == 2
    assert all(one is not refused for one in renewed)
    assert await found.renew(refused) is renewed[0]
    assert programs.runs == 2


async def test_one_who_stops_waiting_leaves_it_to_the_others(programs: Programs) -> None:
    os.mkfifo(programs.folder / "go")
    slow = programs.plugin(f"read x < \"{programs.folder}/go\"; printf %s '{credential(token='t')}'")
    found = FetchedLogin(Plugin(slow, 20.0, None).fetch)
    one, other = (asyncio.create_task(found.credentials()) for _ in range(2))
    await until(lambda: programs.runs)
    one.cancel()
    await asyncio.to_thread((programs.folder / "go").write_text, "now\n")
    assert (await other).token == "t"
    assert programs.runs == 1


async def test_closing_ends_it(programs: Programs) -> None:
    found = FetchedLogin(
        Plugin(programs.plugin(f'echo $$ > "{programs.folder}/pid"; exec sleep 100'), 90.0, None).fetch
    )
    asked = asyncio.create_task(found.credentials())
    await until(lambda: (programs.folder / "pid").exists() and (programs.folder / "pid").read_text())
    await found.close()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert not alive(int((programs.folder / "pid").read_text()))


async def test_nothing_of_it_is_logged(programs: Programs, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hidden = programs.plugin(
        "exit 1", interactive=InteractiveMode.IF_AVAILABLE, args=(SECRET,), env=(("A", SECRET),)
    )
    assert SECRET not in repr(hidden)
    with pytest.raises(LoginError):
        await Plugin(hidden, 20.0, programs.lend).fetch()
    await login(programs).credentials()
    assert "did not do without the terminal" in caplog.text
    assert SECRET not in caplog.text
