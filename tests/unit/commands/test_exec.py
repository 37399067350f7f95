"""The command line of ``podboard exec``."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from podboard import cli
from podboard.commands import exec_flow
from podboard.commands.exec_flow import Wish
from podboard.model.overrides import Overrides

PLAIN: dict[str, Any] = {"container": "", "stdin": False, "tty": False, "quiet": False, "verbose": False}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What it was asked to do, which it does not."""
    asked: dict[str, Any] = {}

    def execute(overrides: Overrides, database: Path, wish: Wish) -> int:
        asked.update(overrides=overrides, database=database, wish=wish)
        return 0

    monkeypatch.setattr(exec_flow, "execute", execute)
    return asked


@pytest.mark.parametrize(
    ("arguments", "different"),
    [
        (["web-1", "--", "date"], {}),
        (["-it", "web-1", "--", "date"], {"stdin": True, "tty": True}),
        (["web-1", "-i", "-t", "--", "date"], {"stdin": True, "tty": True}),
        (["web-1", "--stdin", "--tty", "--quiet", "--verbose", "--", "date"],
         {"stdin": True, "tty": True, "quiet": True, "verbose": True}),
        (["-q", "-v", "web-1", "-capp", "--", "date"], {"quiet": True, "verbose": True, "container": "app"}),
        (["web-1", "--container=app", "--", "date"], {"container": "app"}),
    ],
)  # fmt: skip
def test_flags(asked: dict[str, Any], arguments: list[str], different: dict[str, Any]) -> None:
    assert cli.main(["exec", *arguments]) == 0
    assert asked["wish"] == Wish(name="web-1", command=("date",), **{**PLAIN, **different})


@pytest.mark.parametrize(
    "command",
    [["sh", "-c", "echo -n -it"], ["-n", "-A", "--help"], ["a", "--", "b", "--"], ["", " ", "*"], ["exec"]],
)
def test_what_stands_behind_the_dashes_is_the_command(asked: dict[str, Any], command: list[str]) -> None:
    assert cli.main(["exec", "-n", "shop", "web-1", "--", *command]) == 0
    assert asked["wish"] == Wish(name="web-1", command=tuple(command), **PLAIN)
    assert asked["overrides"] == Overrides(namespace="shop")


@pytest.mark.parametrize("dashes", [[], ["--"]])
def test_without_a_command_it_is_a_shell(asked: dict[str, Any], dashes: list[str]) -> None:
    assert cli.main(["exec", "web-1", *dashes]) == 0
    assert asked["wish"] == Wish(name="web-1", command=(), **{**PLAIN, "stdin": True, "tty": True})


def test_where(asked: dict[str, Any]) -> None:
    assert cli.main(["--context", "dev", "exec", "-n", "shop", "--database", "file", "web-1", "--", "x"]) == 0
    assert asked["overrides"] == Overrides(context="dev", namespace="shop")
    assert asked["database"] == Path("file")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["exec"], "the following arguments are required: POD|TYPE/NAME"),
        (["exec", "web-1", "date"], "unrecognized arguments: date; a command stands behind --"),
        (["exec", "web-1", "-x", "--", "date"], "unrecognized arguments: -x"),
        (["demo", "--", "date"], "only podboard exec takes a command behind --"),
        (["--", "date"], "only podboard exec takes a command behind --"),
    ],
)
def test_what_is_no_command_line(
    asked: dict[str, Any], arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    assert told in capsys.readouterr().err
    assert asked == {}


SCRIPT = """
import sys
from argparse import Namespace
from podboard.commands import exec
try:
    exec.run(Namespace(behind=("true",), target="No Name", container="", stdin=False, tty=False, quiet=False,
                       verbose=False, database="/nowhere"))
except Exception as error:
    print(type(error).__name__, error)
print(*sorted(sys.modules))
"""


def test_it_loads_what_it_needs(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    error, modules = done.stdout.splitlines()
    assert error == "UsageError 'No Name' is no name of a pod"
    loaded = {module.partition(".")[0] for module in modules.split()}
    assert {"asyncio", "ssl"} <= loaded
    assert (
        loaded & {"aiohttp", "textual", "rich", "asyncssh", "aiosqlite", "cryptography", "pyghostty"} == set()
    )
