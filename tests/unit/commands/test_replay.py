"""What ``podboard replay`` takes, and what it says of files that it does not play."""

import os
from pathlib import Path

import pytest

from podboard.cli import main
from podboard.commands import replay
from podboard.errors import RecordingError

CAST = b'{"version": 2, "width": 80, "height": 24}\n[1, "o", "a"]\n'


def written(folder: Path, data: bytes) -> Path:
    path = folder / "some.cast"
    path.write_bytes(data)
    return path


def test_a_file_is_read(tmp_path: Path) -> None:
    assert replay.read(written(tmp_path, CAST)).events == [(1.0, "o", "a")]


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, said in (
        (tmp_path / "none", f"{tmp_path}/none cannot be read: No such file or directory"),
        (tmp_path, f"{tmp_path} cannot be read: Is a directory"),
        (tmp_path / "pipe", f"{tmp_path}/pipe is no file"),
        (Path("/dev/zero"), "/dev/zero is no file"),
        (written(tmp_path, CAST) / "x", f"{tmp_path}/some.cast/x cannot be read: Not a directory"),
    ):
        with pytest.raises(RecordingError) as refused:
            replay.read(path)
        assert refused.value.message == said


def test_what_is_too_large(tmp_path: Path) -> None:
    path = written(tmp_path, CAST)
    os.truncate(path, replay.LARGEST + 1)
    with pytest.raises(RecordingError, match="is larger than 256 MiB, too large to be played"):
        replay.read(path)


def test_a_line_without_an_end_is_read_no_further_than_it_may_be_long(tmp_path: Path) -> None:
    path = written(tmp_path, CAST)
    os.truncate(path, 100 << 20)
    with pytest.raises(RecordingError, match=r"line 3 of .* is bad: it is longer than 16 MiB"):
        replay.read(path)


def test_a_bad_line_is_named_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, CAST + b'[1, "o", 7]\n[1, "o", "b"]\n')
    assert main(["replay", str(path)]) == 8
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"podboard: line 3 of {path} is bad: Expected `str`, got `int` - at `$[2]`\n"


def test_without_a_terminal_nothing_is_played(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(written(tmp_path, CAST))]) == 2
    assert "is no terminal, and podboard needs one" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--speed", "0"], "0 is no speed from 0.01 to 1000"),
        (["--speed", "nan"], "nan is no speed"),
        (["--speed", "fast"], "fast is no speed"),
        (["--idle-limit", "-1"], "-1 is no number of seconds"),
        (["--idle-limit", "inf"], "inf is no number of seconds"),
        (["--at", "noon"], "noon: a time is written like 90, 1:30 or 1:02:03.5"),
        (["--at", "1", "--search", "x"], "not allowed with argument"),
    ],
)
def test_what_cannot_be_meant(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["replay", "some.cast", *arguments])
    assert left.value.code == 2
    assert said in capsys.readouterr().err
