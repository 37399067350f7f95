"""The line that starts kubectl, parsed by the login shells people have."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podboard.errors import UsageError
from podboard.model.record import SshConnectionDetails
from podboard.model.target import Target
from podboard.ssh.command import exec_line, find_header
from podboard.wire.shell import shell_command
from tests.support.tools import needs

SHELLS = ("sh", "bash", "dash", "tcsh", "fish")
HOSTILE = (
    *(
        "",
        "a b",
        "it's",
        'say "x"',
        "x!y",
        "!!",
        "a\\b",
        "a\nb\n",
        "\n",
        "$HOME `id` $(id)",
        "é☃",
        "~/x",
        "=x",
    ),
    *("*", "{a,b}", "(a)", "%s", "#c", "--", "a\tb", "\x01\x7f", "^x", "a;b|c&d>e", "\\0101", "\\n", "-n"),
    *("[!a]", "\udcff"),
)
ECHO = "#!/bin/sh\nfor a do printf '%s\\000' \"$a\"; done\n"


def host(**fields: str) -> SshConnectionDetails:
    return SshConnectionDetails.of({"host": "bastion", **fields})


class Far:
    """A home on a host, with a kubectl that says what it was told."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.kubectl = self.put("bin/kubectl-echo", ECHO)

    def put(self, name: str, content: str, mode: int = 0o755) -> Path:
        file = self.home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
        file.chmod(mode)
        return file

    def run(self, shell: str, line: str) -> subprocess.CompletedProcess[bytes]:
        environment = {"HOME": str(self.home), "PATH": "/usr/bin:/bin"}
        return subprocess.run(
            [shell, "-c", line], env=environment, capture_output=True, timeout=20, check=False
        )

    def told(self, shell: str, line: str) -> tuple[str, list[str]]:
        """Which kubectl ran, and with what arguments."""
        done = self.run(shell, line)
        assert (done.returncode, done.stderr) == (0, b""), done
        header = find_header(done.stdout)
        assert header is not None
        arguments = done.stdout[header.end :].split(b"\0")[:-1]
        return header.kubectl, [os.fsdecode(argument) for argument in arguments]


@pytest.fixture
def far(tmp_path: Path) -> Far:
    return Far(tmp_path)


def line_for(far: Far, *command: str, **fields: str) -> str:
    way = host(kubectl=str(far.kubectl), **fields)
    return exec_line(way, Target("shop", "web-1", "app"), command, tty=True, stdin=True)


EXEC = ["exec", "--namespace=shop", "--container=app", "--stdin", "--tty", "web-1", "--"]


@pytest.mark.parametrize("shell", SHELLS)
def test_every_login_shell_passes_every_argument_on(shell: str, far: Far) -> None:
    needs(shell)
    line = line_for(far, *HOSTILE, *shell_command("marker"), context="it's \\ !prod", kubeconfig="/a b/$c")
    expected = ["--kubeconfig=/a b/$c", "--context=it's \\ !prod", *EXEC, *HOSTILE, *shell_command("marker")]
    assert far.told(shell, line) == (str(far.kubectl), expected)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=6))
def test_whatever_the_command_is(far: Far, command: list[str]) -> None:
    needs(*SHELLS)
    line = line_for(far, *command)
    for shell in SHELLS:
        assert far.told(shell, line)[1] == [*EXEC, *command], shell


def test_home_is_the_hosts_own(far: Far) -> None:
    line = exec_line(
        host(kubectl="~/bin/kubectl-echo", kubeconfig="~/.kube/o'brien"),
        Target("shop", "web-1"), ("id",), tty=False, stdin=False,
    )  # fmt: skip
    kubectl, arguments = far.told("sh", line)
    assert kubectl == str(far.home / "bin/kubectl-echo")
    kubeconfig = f"--kubeconfig={far.home}/.kube/o'brien"
    assert arguments == [kubeconfig, "exec", "--namespace=shop", "web-1", "--", "id"]


@pytest.mark.parametrize("place", [".local/bin", "bin", "google-cloud-sdk/bin"])
def test_kubectl_is_found_where_people_put_it(place: str, far: Far) -> None:
    put = far.put(f"{place}/kubectl-of-a-test", ECHO)
    line = exec_line(host(kubectl="kubectl-of-a-test"), Target("shop", "web-1"), (), tty=False, stdin=False)
    assert far.told("sh", line)[0] == str(put)


def test_credential_plugins_are_found_there_too(far: Far) -> None:
    far.put(".local/bin/plugin-of-a-test", "#!/bin/sh\nprintf 'plugin\\000'\n")
    far.put("bin/kubectl-echo", "#!/bin/sh\nexec plugin-of-a-test\n")
    assert far.told("sh", line_for(far))[1] == ["plugin"]


@pytest.mark.parametrize("name", ["/nowhere/kubectl", "no-such-kubectl", "~/no/kubectl", "~/not-executable"])
def test_where_there_is_no_kubectl(name: str, far: Far) -> None:
    far.put("not-executable", ECHO, 0o644)
    line = exec_line(host(kubectl=name), Target("shop", "web-1"), ("id",), tty=False, stdin=False)
    done = far.run("sh", line)
    header = find_header(done.stdout)
    assert header is not None
    assert (done.returncode, header.kubectl, done.stdout[header.end :]) == (127, "", b"")


def test_what_a_login_shell_says_before_is_passed_over() -> None:
    header = find_header(b"Welcome!\r\npodboard-ssh: 4242 /usr/bin/kubectl\r\n$ ")
    assert header is not None
    assert (header.pid, header.kubectl, header.end) == (4242, "/usr/bin/kubectl", 47)
    assert find_header(b"podboard-ssh: 4242 /usr/bin/kub") is None


@pytest.mark.parametrize(
    "target",
    [Target("shop;id", "web"), Target("shop", "-it"), Target("shop", "web", "$(id)"), Target("", "web")],
)
def test_names_that_are_none_go_nowhere(target: Target) -> None:
    with pytest.raises(UsageError):
        exec_line(host(), target, ("id",), tty=True, stdin=True)


def test_no_secret_is_in_the_line() -> None:
    way = SshConnectionDetails.of(
        {
            "host": "bastion",
            "password": "hunter2",
            "key_passphrase": "correct horse",
            "key_string": "-----BEGIN",
        }
    )
    line = exec_line(way, Target("shop", "web-1"), shell_command("marker"), tty=True, stdin=True)
    assert not any(secret in line for secret in ("hunter2", "correct", "BEGIN"))
