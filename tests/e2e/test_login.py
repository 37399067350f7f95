"""Logging in as a person meets it: a credential plugin that asks on the terminal."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from podboard.demo.process import DemoProcess
from tests.e2e.person import Person, environment
from tests.support.tools import needs

if TYPE_CHECKING:
    from collections.abc import Iterator

PODBOARD = str(Path(sys.executable).parent / "podboard")
PROMPT = "Password for the cluster:"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home whose kubeconfig leads to the demo's cluster, past a plugin that wants a password."""
    needs("tmux")
    process = DemoProcess.start()
    try:
        document = yaml.safe_load(process.kubeconfig().read_text())
        user = document["users"][0]["user"]
        status = {
            "clientCertificateData": base64.b64decode(user["client-certificate-data"]).decode(),
            "clientKeyData": base64.b64decode(user["client-key-data"]).decode(),
        }
        version = "client.authentication.k8s.io/v1"
        (tmp_path / "credential").write_text(
            json.dumps({"kind": "ExecCredential", "apiVersion": version, "status": status})
        )
        (tmp_path / "plugin").write_text(
            f"#!/bin/sh\necho ran >> '{tmp_path}/runs'\nprintf '%s ' '{PROMPT}' >&2\n"
            f"read -r said && [ \"$said\" = sesame ] && exec cat '{tmp_path}/credential'\n"
            "echo 'that is not it' >&2; exit 1\n"
        )
        (tmp_path / "plugin").chmod(0o755)
        plugin = {
            "apiVersion": version,
            "command": str(tmp_path / "plugin"),
            "interactiveMode": "IfAvailable",
        }
        document["users"][0]["user"] = {"exec": plugin}
        (tmp_path / "config").write_text(yaml.safe_dump(document))
        yield tmp_path
    finally:
        process.stop()


def at_the_board(home: Path) -> Person:
    command = [PODBOARD, "-A", "--kubeconfig", str(home / "config")]
    return Person(command, environment(home))


def runs(home: Path) -> int:
    return len((home / "runs").read_text().split())


def leave(person: Person) -> None:
    person.press("q")
    person.until(lambda screen: "Quit?" in screen or "ENDED 0" in screen, "an end")
    if "Quit?" in person.screen():
        person.press("y")
    person.sees("ENDED 0")


def test_the_board_makes_way_for_a_plugin_that_asks(home: Path) -> None:
    with at_the_board(home) as person:
        screen = person.sees(PROMPT)
        assert "NAMESPACE" not in screen
        person.type("sesame\r")
        person.sees("NAMESPACE", "postgres-0")
        person.press("/")
        person.type("postgres")
        person.press("Enter", "Enter")
        person.sees("open", "~$")
        person.type("echo sum-$((40 + 2))\r")
        person.sees("sum-42")
        assert runs(home) == 2  # once without the terminal, and once with it for all requests
        person.press("C-]", "l")
        leave(person)


@pytest.mark.parametrize(("wrong", "said"), [(True, "failed with exit code 1"), (False, "ended by signal 2")])
def test_a_person_who_does_not_get_in_is_told(*, wrong: bool, said: str, home: Path) -> None:
    with at_the_board(home) as person:
        person.sees(PROMPT)
        if wrong:
            person.type("wrong\r")
        else:
            person.press("C-c")
        person.sees("plugin", said)
        person.press("?")
        person.sees("keys")
        assert runs(home) == 2
