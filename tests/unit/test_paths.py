"""Where podboard keeps its files."""

from pathlib import Path

import pytest

from podboard.paths import expanded, log_file


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({}, "/home/ann/.local/state/podboard/podboard.log"),
        ({"XDG_STATE_HOME": "/state"}, "/state/podboard/podboard.log"),
        ({"XDG_STATE_HOME": ""}, "/home/ann/.local/state/podboard/podboard.log"),
        ({"XDG_STATE_HOME": "relative"}, "/home/ann/.local/state/podboard/podboard.log"),
        ({"PODBOARD_LOG": "/tmp/mine.log"}, "/tmp/mine.log"),  # noqa: S108 - a name, never opened
        ({"PODBOARD_LOG": "mine.log", "XDG_STATE_HOME": "/state"}, "mine.log"),
        ({"PODBOARD_LOG": "", "XDG_STATE_HOME": "/state"}, "/state/podboard/podboard.log"),
    ],
)
def test_where_the_log_is(environ: dict[str, str], path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert log_file(environ) == Path(path)


def test_the_home_folder_of_nobody_is_a_file_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert expanded("~/x") == Path("/home/ann/x")
    assert expanded(Path("~/x")) == Path("/home/ann/x")
    assert expanded("~no such person/x") == Path("~no such person/x")
