"""``podboard doctor`` as a person and a person's scripts meet it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from msgspec.structs import replace

from podboard.demo.process import DemoProcess
from podboard.model.record import Record, SshConnectionDetails
from podboard.model.secret import Secret
from podboard.records.store import open_store
from tests.e2e.person import Person, environment
from tests.support.cluster import find_kubectl
from tests.support.sshd import Keys, running_sshd, write_private
from tests.support.tools import needs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.sshd import Sshd

PODBOARD = str(Path(sys.executable).parent / "podboard")
POD = "web-7d9f8c6b5-x2x4q"
PASSPHRASE = "secret horse"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def environ(home: Path) -> Iterator[dict[str, str]]:
    """A person's environment with a cluster."""
    process = DemoProcess.start()
    try:
        yield environment(
            home, KUBECONFIG=str(process.kubeconfig()), PODBOARD_DATABASE=str(home / "records.db"),
            PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring",
        )  # fmt: skip
    finally:
        process.stop()


def doctor(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PODBOARD, "doctor", *arguments],
        env=environ, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=50,
    )  # fmt: skip


def keep(environ: dict[str, str], *records: Record) -> None:
    """Put records into the person's database."""

    async def add() -> None:
        async with open_store(Path(environ["PODBOARD_DATABASE"]), keyring=False) as store:
            await store.add(records)

    asyncio.run(add())


def with_token(environ: dict[str, str], token: str = "") -> Record:
    """A record of the web pods that reaches the cluster by a token: the demo's own, or another."""
    config = yaml.safe_load(Path(environ["KUBECONFIG"]).read_text("utf-8"))
    cluster = config["clusters"][0]["cluster"]
    users = {entry["name"]: entry["user"] for entry in config["users"]}
    return Record(
        name="web",
        pod_name="web-*",
        namespace="shop",
        cluster_host=cluster["server"],
        certificate_authority_data=cluster["certificate-authority-data"],
        token=Secret.of(token or users["podboard-demo-token"]["token"]),
    )


def test_all_well_in_a_pipe(environ: dict[str, str], home: Path) -> None:
    done = doctor(environ, f"shop/{POD}", "--exec")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    lines = done.stdout.splitlines()
    assert [line[:3] for line in lines if not line.startswith("    ")][:-1] == [f" {n} " for n in range(1, 6)]
    assert "    ● upgrade" in done.stdout
    assert "`true` ran" in done.stdout
    assert lines[-1] == f"1 of 5 ways into shop/{POD} works: ws:kubeconfig."
    assert not (home / "records.db").exists()


def test_json_is_what_the_documentation_says(environ: dict[str, str]) -> None:
    done = doctor(environ, "-n", "shop", "--context", "podboard-demo-viewer", "-o", "json")
    assert (done.returncode, done.stderr) == (1, "")
    found = json.loads(done.stdout)
    assert list(found) == ["context", "namespace", "pod", "container", "record", "works", "ways"]
    assert (found["context"], found["namespace"], found["pod"]) == ("podboard-demo-viewer", "shop", None)
    way = found["ways"][0]
    assert (way["method"], way["outcome"], way["status"]) == ("ws:kubeconfig", "failed", 403)
    check = way["checks"][5]
    assert (check["step"], check["facts"]["create pods/exec"]) == ("authorisation", False)
    text = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text("utf-8")
    told = {*found, *way, *check, *(fact for one in way["checks"] for fact in one["facts"])}
    assert [name for name in sorted(told) if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["a/b/c"], "is no name of a namespace"),
        (["shop/WEB"], "is no name of a pod"),
        (["/web"], "is no name of a namespace"),
        (["shop/web", "-n", "data"], "shop/web is not in the namespace data"),
        (["-c", "app"], "--container needs a pod"),
        (["--exec"], "--exec needs a pod"),
        (["web", "-c", "--x"], "expected one argument"),
        (["--record", "nobody"], 'there is no record "nobody"'),
        (["-o", "yaml"], "invalid choice"),
        (["web", "--", "date"], "only podboard exec takes a command"),
    ],
)
def test_command_lines_that_are_none(arguments: list[str], told: str, home: Path) -> None:
    done = doctor(environment(home), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_without_anything_no_way_works(home: Path) -> None:
    done = doctor(environment(home))
    assert (done.returncode, done.stderr) == (1, "")
    assert "there is no kubeconfig" in done.stdout
    assert done.stdout.endswith("No way into the namespace default works.\n")


def test_the_record_of_the_pod_is_another_way(environ: dict[str, str]) -> None:
    keep(environ, with_token(environ))
    done = doctor(environ, f"shop/{POD}", "-o", "json")
    assert done.returncode == 0
    assert [way["method"] for way in json.loads(done.stdout)["ways"] if way["works"]] == [
        "ws:kubeconfig", "ws:token",
    ]  # fmt: skip


def test_a_record_alone_needs_no_kubeconfig(environ: dict[str, str]) -> None:
    keep(environ, with_token(environ))
    del environ["KUBECONFIG"]
    done = doctor(environ, "--record", "web")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "1 of 3 ways into the namespace shop works: ws:token."


def test_a_record_of_one_pod_has_that_pod_looked_at(environ: dict[str, str]) -> None:
    keep(environ, replace(with_token(environ), pod_name=POD, container="web"))
    done = doctor(environ, "--record", "web")
    assert (done.returncode, done.stderr) == (0, "")
    assert "● pod" in done.stdout
    assert "container web runs" in done.stdout
    assert "not tried: --exec would run `true` in the pod" in done.stdout
    assert done.stdout.splitlines()[-1] == f"1 of 3 ways into shop/{POD} · web works: ws:token."
    tried = doctor(environ, "--record", "web", "--exec", "-o", "json")
    found = json.loads(tried.stdout)
    assert (found["pod"], found["container"], found["record"]) == (POD, "web", "web")
    [works] = [way for way in found["ways"] if way["works"]]
    assert works["checks"][-1]["sentence"] == "upgraded to a WebSocket; `true` ran"
    # In another namespace it is not that pod.
    elsewhere = doctor(environ, "--record", "web", "-n", "data")
    assert "into the namespace data works: ws:token." in elsewhere.stdout


@pytest.mark.parametrize(("flag", "value"), [("--exec", []), ("--container", ["web"])])
def test_a_record_of_many_pods_names_none(environ: dict[str, str], flag: str, value: list[str]) -> None:
    keep(environ, with_token(environ))
    done = doctor(environ, "--record", "web", flag, *value)
    assert (done.returncode, done.stdout) == (2, "")
    assert 'the record "web" names no single pod of shop' in done.stderr
    assert f"{flag} needs one" in done.stderr


def test_no_secret_is_told(environ: dict[str, str]) -> None:
    secrets = {"password": "secret-password", "key_string": "secret-key", "key_passphrase": "secret-phrase"}
    details = SshConnectionDetails.of({"host": "127.0.0.1", "port": 1, **secrets})
    config = Path(environ["KUBECONFIG"]).read_text("utf-8")
    kubeconfig = Secret.of(f"{config}\n# secret-comment\n")
    one = with_token(environ, "secret-token")
    keep(
        environ,
        Record(
            name=one.name, pod_name=one.pod_name, cluster_host=one.cluster_host, token=one.token,
            certificate_authority_data=one.certificate_authority_data, kubeconfig=kubeconfig,
            ssh_connection_details=details,
        ),
    )  # fmt: skip
    environ["HTTPS_PROXY"] = "http://me:secret-proxy@127.0.0.1:1"
    hidden = [user["user"] for user in yaml.safe_load(config)["users"]]
    values = [value for user in hidden for value in user.values()]
    for output in ("table", "json"):
        done = doctor(environ, f"shop/{POD}", "-o", output)
        assert done.returncode == 0
        assert "does not accept the credentials" in done.stdout  # of the token
        assert "secret" not in done.stdout + done.stderr
        assert [value for value in values if value in done.stdout + done.stderr] == []


def test_a_terminal_has_colours_and_an_edge(environ: dict[str, str]) -> None:
    needs("tmux")
    for more, has_colours in (({}, True), ({"NO_COLOR": "1"}, False)):
        with Person([PODBOARD, "doctor", "-n", "shop"], {**environ, **more}, 70, 40) as person:
            screen = person.sees("ENDED 0")
            assert "known as" in screen
            assert "\n                              certificate, which expires in 29d\n" in screen
            assert ("\x1b[32m●" in person.screen(colours=True)) is has_colours


def test_a_damaged_database_leaves_the_other_ways(environ: dict[str, str]) -> None:
    Path(environ["PODBOARD_DATABASE"]).write_bytes(b"no database" * 1000)
    done = doctor(environ, f"shop/{POD}")
    assert done.returncode == 0
    assert " 2  ws:record      ✗ does not work" in done.stdout


def test_nobody_reads_it_any_more(environ: dict[str, str]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "wb") as nowhere:
        done = subprocess.run(
            [PODBOARD, "doctor"], env=environ, check=False, stdin=subprocess.DEVNULL, stdout=nowhere,
            stderr=subprocess.PIPE, timeout=50,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")


# -- over SSH -------------------------------------------------------------------------------


def beside_a_host(environ: dict[str, str], home: Path, meet: Callable[[Sshd], Any]) -> Any:
    """Run sshd with kubectl behind it while something is done."""
    folder = home / "keys"
    folder.mkdir()
    keys = Keys(folder)
    there = {name: environ[name] for name in ("HOME", "KUBECONFIG")}
    there |= {"PATH": f"{find_kubectl().parent}:/usr/bin:/bin"}

    async def run() -> Any:
        async with running_sshd(keys, there) as server:
            return await asyncio.to_thread(meet, server)

    return asyncio.run(run())


def closed_key(server: Sshd) -> Path:
    key = server.keys.person.export_private_key(passphrase=PASSPHRASE, rounds=50)
    return write_private(server.keys.folder / "closed", key)


def by_ssh(server: Sshd, **more: Any) -> Record:
    fields = {"host": "127.0.0.1", "port": server.port, "key_file": str(closed_key(server)), **more}
    return Record(name="web", pod_name="web-*", ssh_connection_details=SshConnectionDetails.of(fields))


def test_a_host_where_nobody_can_be_asked(environ: dict[str, str], home: Path) -> None:
    def meet(server: Sshd) -> subprocess.CompletedProcess[str]:
        keep(environ, by_ssh(server, host_key=server.keys.host_line))
        return doctor(environ, "--record", "web", "-n", "shop")

    done = beside_a_host(environ, home, meet)
    assert (done.returncode, done.stderr) == (1, "")
    assert "is encrypted, nothing here opens it, and nobody can be asked" in done.stdout


def test_a_person_is_asked_for_trust_and_a_passphrase(environ: dict[str, str], home: Path) -> None:
    needs("tmux")

    def meet(server: Sshd) -> str:
        keep(environ, by_ssh(server))
        command = [PODBOARD, "doctor", f"shop/{POD}", "--exec"]
        with Person(command, environ, 100, 50) as person:
            person.sees("passphrase of ")
            person.type(f"{PASSPHRASE}\r")
            person.sees("unknown host: 127.0.0.1", server.keys.host.get_fingerprint(), "Type yes")
            person.type("yes\r")
            return person.sees("ENDED 0")

    screen = beside_a_host(environ, home, meet)
    assert "secret" not in screen
    assert "● remote kubectl" in screen
    assert "● exec" in screen
    assert f"2 of 5 ways into shop/{POD} work: ws:kubeconfig, ssh." in screen.replace("\n", "")
