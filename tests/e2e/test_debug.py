"""Debug containers and attach, from a real podboard in a real terminal to real processes."""

import asyncio
from pathlib import Path

import pytest

from podboard.model.record import Record, SshConnectionDetails
from podboard.records.store import open_store
from tests.e2e.person import Person, processes_in, wait_for
from tests.e2e.test_demo import LEADER, PODBOARD, at_the_demo, quit_board
from tests.e2e.test_doctor import beside_a_host
from tests.support.sshd import Sshd
from tests.support.tools import needs


@pytest.fixture(autouse=True)
def _tmux() -> None:
    needs("tmux")


def go_to(person: Person, name: str) -> None:
    person.press("/")
    person.press("C-u")
    person.type(name)
    person.press("Enter")


def test_an_image_without_a_shell_is_debugged(tmp_path: Path) -> None:
    with at_the_demo(tmp_path) as person:
        go_to(person, "payments")
        person.press("Enter")
        person.sees("no shell in this image: it has no sh", "e adds a debug container")
        person.type("e")
        person.sees("debug container for shop/payments", "busybox:1.36", "esc  cancel")
        person.press("Enter")
        person.sees("podboard-debug-", "open", "~$")
        person.type("echo sum-$((40 + 2)) ${HOME##*/}\r")
        person.sees("sum-42 podboard-debug-")

        # An image that no registry has, then the one that is there.
        person.press(LEADER, "x")
        person.no_longer_sees("sum-42")
        person.press("Enter")
        person.sees("no shell in this image")
        person.type("e")
        person.sees("ctrl+r  open a shell there")
        person.press("C-u")
        person.type("nosuch/tools\r")
        person.sees("cannot start: ErrImagePull", "e adds a debug container")
        person.type("e")
        person.sees("ctrl+r  open a shell there")
        person.press("C-r")
        person.sees("ws:kubeconfig", "open", "~$")
        quit_board(person)
        wait_for(lambda: not processes_in(tmp_path), "the end of all processes")


def test_where_only_a_host_leads_kubectl_there_adds_it(environ: dict[str, str], tmp_path: Path) -> None:
    """The kubeconfig here may list pods and nothing else; the host's may do all."""
    database = tmp_path / "records.db"
    environ |= {"PODBOARD_DATABASE": str(database), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}

    async def keep(server: Sshd) -> None:
        fields = {
            "host": "127.0.0.1", "port": server.port, "host_key": server.keys.host_line,
            "key_file": str(server.keys.file),
        }  # fmt: skip
        host = SshConnectionDetails.of(fields)
        async with open_store(database, keyring=False) as store:
            await store.add([Record(name="pay", pod_name="payments-*", ssh_connection_details=host)])

    def meet(server: Sshd) -> None:
        asyncio.run(keep(server))
        with Person([PODBOARD, "--context", "podboard-demo-viewer"], environ) as person:
            person.sees("payments")
            go_to(person, "payments")
            person.press("Enter")
            person.sees("ssh", "no shell in this image: it has no sh", "e adds a debug container")
            person.type("e")
            person.sees("debug container for shop/payments", "busybox:1.36", "esc  cancel")
            person.press("Enter")
            person.sees("podboard-debug-", "ssh · ● open", "~$")
            person.type("echo sum-$((40 + 2)) ${HOME##*/}\r")
            person.sees("sum-42 podboard-debug-")
            quit_board(person)

    beside_a_host(environ, tmp_path, meet)


def test_a_process_that_is_left_to_itself_is_come_back_to(tmp_path: Path) -> None:
    with at_the_demo(tmp_path) as person:
        go_to(person, "toolbox")
        person.type("a")
        person.sees("attach", "open", "toolbox>")
        person.type("lamps\r")
        person.sees("1: lamps")
        person.press("C-p", "C-q")
        person.sees("detached: the container's own process goes on")
        person.press("Enter")
        person.sees("attached again", "open")
        person.type("more\r")
        person.sees("2: more")
        person.press(LEADER, "x")
        person.no_longer_sees("2: more")
        # Nor does closing the pane end it.
        person.type("a")
        person.sees("attach", "open")
        person.type("still\r")
        person.sees("3: still")
        person.press(LEADER, "l")
        go_to(person, "web-7d9f8c6b5-x2x4q")
        person.type("a")
        person.sees("attach, takes no input", "GET /")
        quit_board(person)
        wait_for(lambda: not processes_in(tmp_path), "the end of all processes")
