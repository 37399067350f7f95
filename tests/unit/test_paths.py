"""Where podboard keeps its files."""

from pathlib import Path

import pytest

from podboard.paths import log_file


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
