"""The front door."""

import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from podboard import __version__, cli
from podboard.commands import board, demo
from podboard.errors import DemoError, KubeconfigError, PodboardError, UsageError
from podboard.model.overrides import Overrides
from tests.support.ptys import open_pty

Asked = dict[str, Any]

HEAVY = {
    *(
        "textual",
        "rich",
        "kubernetes",
        "asyncssh",
        "aiohttp",
        "aiosqlite",
        "msgspec",
        "cryptography",
        "pyghostty",
    ),
    *("yaml", "asyncio", "logging", "ssl"),
}
"""What neither help nor version may wait for."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What a command was asked to do, which it does not."""
    asked: Asked = {}

    def runs(name: str) -> Callable[..., int]:
        def run(**arguments: Any) -> int:
            asked.update(arguments, command=name)
            return 0

        return run

    monkeypatch.setattr(board, "run", runs("board"))
    monkeypatch.setattr(demo, "run", runs("demo"))
    monkeypatch.setenv("PODBOARD_DATABASE", "usual.db")
    return asked


def for_board(**different: Any) -> Asked:
    """What the board is asked, where it differs from what it is asked without arguments."""
    plain = {"overrides": Overrides(), "all_namespaces": False, "database": Path("usual.db")}
    return {"command": "board", **plain, **different}


def loaded(*arguments: str) -> tuple[set[str], subprocess.CompletedProcess[str]]:
    """The modules that podboard has loaded when it is done."""
    script = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('LOADED', *sorted(sys.modules), file=sys.stderr))\n"
        "from podboard.cli import main\n"
        "raise SystemExit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    said, _, modules = done.stderr.rpartition("LOADED ")
    done.stderr = said
    return set(modules.split()), done


# -- what is loaded -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--help"], 0), (["--version"], 0), (["demo", "--help"], 0), (["--nonsense"], 2)]
)
def test_help_and_version_load_next_to_nothing(arguments: list[str], code: int) -> None:
    modules, done = loaded(*arguments)
    assert done.returncode == code
    assert {module.partition(".")[0] for module in modules} & HEAVY == set()
    own = {module for module in modules if module.startswith("podboard")}
    # Of the commands, what says how they are called.
    assert {module for module in own if not module.startswith("podboard.commands")} == {
        "podboard", "podboard.cli", "podboard.errors",
    }  # fmt: skip
    assert len(modules) < 110


def test_version() -> None:
    _, done = loaded("--version")
    assert (done.stdout, done.stderr) == (f"podboard {__version__}\n", "")


def test_help_tells_of_everything() -> None:
    _, done = loaded("--help")
    for told in (
        "--kubeconfig",
        "--context",
        "--namespace",
        "-A",
        "--cluster",
        "--user",
        "--server",
        "--tls-server-name",
        "--certificate-authority",
        "--insecure-skip-tls-verify",
        "--token",
        "--as",
        "--as-uid",
        "--as-group",
        "--request-timeout",
        "demo",
        "schema",
        "KUBECONFIG",
        "PODBOARD_DATABASE",
        "PODBOARD_LOG",
        "NO_COLOR",
    ):
        assert told in done.stdout
    assert done.stderr == ""
    assert all(len(line) <= 100 for line in done.stdout.splitlines())


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "podboard", "--version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stdout == f"podboard {__version__}\n"


# -- arguments ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "different"),
    [
        ([], {}),
        (["-n", "shop"], {"namespace": "shop"}),
        (["--namespace=shop"], {"namespace": "shop"}),
        (["-n", "ns/shop"], {"namespace": "shop"}),
        (["-n", "Namespaces/shop"], {"namespace": "shop"}),
        (["-n", "ns/"], {"namespace": "ns/"}),
        (["--context", "dev", "--kubeconfig", "file"], {"context": "dev", "kubeconfig": "file"}),
        (["--cluster", "c", "--user", "u"], {"cluster": "c", "user": "u"}),
        (["-s", "https://a"], {"server": "https://a"}),
        (["--server=https://a", "--tls-server-name", "n"], {"server": "https://a", "tls_server_name": "n"}),
        (["--certificate-authority", "ca.crt"], {"certificate_authority": "ca.crt"}),
        (["--insecure-skip-tls-verify"], {"insecure_skip_tls_verify": True}),
        (["--token", "t"], {"token": "t"}),
        (["--as", "a", "--as-uid", "7"], {"as_user": "a", "as_uid": "7"}),
        (["--as-group", "a", "--as-group", "b"], {"as_groups": ("a", "b")}),
        (["--request-timeout", "5"], {"request_timeout": 5.0}),
        (["--request-timeout", "0"], {"request_timeout": 0.0}),
        (["--request-timeout", "1m30.5s"], {"request_timeout": 90.5}),
        (["--request-timeout", "250ms"], {"request_timeout": 0.25}),
        (["--request-timeout", "2h"], {"request_timeout": 7200.0}),
    ],
)
def test_arguments_of_the_board(asked: Asked, arguments: list[str], different: Asked) -> None:
    assert cli.main(arguments) == 0
    assert asked == for_board(overrides=Overrides(**different))


@pytest.mark.parametrize("arguments", [["--database", "other.db"], ["--database=other.db"]])
def test_database_of_the_board(asked: Asked, arguments: list[str]) -> None:
    assert cli.main(arguments) == 0
    assert asked == for_board(database=Path("other.db"))


@pytest.mark.parametrize("flag", ["-A", "--all-namespaces"])
def test_all_namespaces(asked: Asked, flag: str) -> None:
    assert cli.main([flag]) == 0
    assert asked == for_board(all_namespaces=True)


@pytest.mark.parametrize(
    ("arguments", "different"),
    [
        ([], {}),
        (["--pods", "0"], {}),
        (["--pods", "50000"], {"pods": 50_000}),
        (["--fault", "403@exec", "--fault", "hang"], {"faults": ["403@exec", "hang"]}),
        (["--serve-only"], {"serve_only": True}),
    ],
)
def test_arguments_of_the_demo(asked: Asked, arguments: list[str], different: Asked) -> None:
    assert cli.main(["demo", *arguments]) == 0
    assert asked == {"command": "demo", "pods": 0, "faults": [], "serve_only": False, **different}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-n", "shop", "-A"], "not allowed with"),
        (["--nonsense"], "unrecognized arguments"),
        (["nonsense"], "invalid choice"),
        (["-n"], "expected one argument"),
        (["--context", "prod", "demo"], "podboard demo asks no cluster of a kubeconfig: leave out --context"),
        (["--as", "ops", "--as-group", "a", "schema", "status"], "leave out --as"),
        *[
            (["--request-timeout", bad], f"{bad} is no time such as 5, 30s or 2m")
            for bad in ("5x", "s", "5 s", "1m30", "٣", "")
        ],
        *[
            (["demo", "--pods", bad], f"{bad} is no number from 0 to 50000")
            for bad in ("50001", "-1", "1e3", "1.5", "٣", "many", "")
        ],
    ],
)
def test_arguments_that_are_none(
    asked: Asked, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    assert asked == {}
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""


# -- failures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (PodboardError("it failed"), 1, "podboard: it failed\n"),
        (
            UsageError("no such fault", "the faults are these"),
            2,
            "podboard: no such fault\npodboard: the faults are these\n",
        ),
        (KubeconfigError("no such context"), 3, "podboard: no such context\n"),
        (
            DemoError("it does not start", "see the log"),
            5,
            "podboard: it does not start\npodboard: see the log\n",
        ),
    ],
)
def test_a_failure_is_a_sentence_and_an_exit_code(
    error: PodboardError,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(**_: Any) -> int:
        raise error

    monkeypatch.setattr(board, "run", fail)
    assert cli.main([]) == code
    assert capsys.readouterr() == ("", said)


def test_the_commands_exit_code_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "run", lambda **_: 129)
    assert cli.main([]) == 129


def test_an_interruption_is_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(**_: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(board, "run", interrupted)
    assert cli.main([]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("piped", "name"), [("__stdin__", "input"), ("__stderr__", "error")])
@pytest.mark.parametrize("arguments", [[], ["demo"]])
def test_a_pipe_is_no_terminal(
    piped: str,
    name: str,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with open_pty() as pty, os.fdopen(os.dup(pty.program)) as terminal, Path(os.devnull).open() as pipe:
        for stream in ("__stdin__", "__stderr__"):
            monkeypatch.setattr(sys, stream, pipe if stream == piped else terminal)
        assert cli.main(arguments) == 2
    told = capsys.readouterr().err
    assert f"podboard: standard {name} is no terminal" in told
    assert "podboard exec and podboard demo --serve-only do without" in told


def test_somebody_without_a_home_folder_is_told(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def knows_nobody(number: int) -> None:
        raise KeyError(number)

    monkeypatch.delenv("HOME")
    assert cli.main(["demo"]) == 0  # the system knows the folder
    asked.clear()
    monkeypatch.setattr(pwd, "getpwuid", knows_nobody)
    assert cli.main(["demo"]) == 2
    assert capsys.readouterr().err == (
        "podboard: HOME is not set, and the system does not know this user\npodboard: set HOME\n"
    )
    assert asked == {}
