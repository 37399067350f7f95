"""The log file."""

import errno
import io
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from podboard import logs
from podboard.errors import UsageError
from podboard.logs import start_logging

log = logging.getLogger("podboard.test")


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[logging.Logger]:
    """The root logger without anybody's handlers; what a test adds is closed."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(logging, "raiseExceptions", True)
    yield root
    for handler in own_handlers():
        handler.close()


def own_handlers() -> list[logging.FileHandler]:
    """podboard's handlers; pytest has some, too."""
    return [handler for handler in logging.getLogger().handlers if isinstance(handler, logs._PrivateFile)]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "podboard" / "podboard.log"


def test_it_belongs_to_its_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        start_logging(path)
    finally:
        os.umask(before)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_record_is_a_line(path: Path) -> None:
    start_logging(path)
    log.info("hello %s", "world")
    log.warning("trouble")
    log.debug("nothing for a log file")
    first, second = path.read_text("utf-8").splitlines()
    assert first.endswith("INFO podboard.test: hello world")
    assert second.endswith("WARNING podboard.test: trouble")
    assert first[:4].isdecimal()


def test_libraries_are_heard_when_they_warn(path: Path) -> None:
    start_logging(path)
    logging.getLogger("aiohttp").info("too much")
    logging.getLogger("aiohttp").warning("enough")
    [line] = path.read_text("utf-8").splitlines()
    assert line.endswith("WARNING aiohttp: enough")


def test_what_came_before_stays(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("before\n", "utf-8")
    start_logging(path)
    log.info("after")
    assert path.read_text("utf-8").splitlines()[0] == "before"


@pytest.mark.parametrize(
    "hostile",
    [
        "a\nERROR podboard: forged",
        "a\r\nERROR podboard: forged",
        "a\x0bERROR podboard: forged",
        "a\x85ERROR podboard: forged",
        "a\u2028ERROR podboard: forged",
        "\x1b]52;c;aGk=\x07\x9b31m\x00\x7f\u202e",
        "\ud800",
    ],
)
def test_nothing_in_a_record_passes_for_another(path: Path, hostile: str) -> None:
    start_logging(path)
    log.error("%s", hostile)
    log.error("end")
    lines = path.read_text("utf-8").splitlines()
    assert all(line.isprintable() for line in lines)
    assert not any(line.startswith("ERROR") for line in lines)
    assert [line for line in lines if not line.startswith("    ")] == [lines[0], lines[-1]]


def test_a_traceback_is_indented(path: Path) -> None:
    start_logging(path)
    try:
        int("never")
    except ValueError:
        log.exception("it failed")
    first, *rest = path.read_text("utf-8").splitlines()
    assert first.endswith("it failed")
    assert all(line.startswith("    ") for line in rest)
    assert rest[-1].startswith("    ValueError: ")


def test_a_log_that_has_grown_is_put_aside(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_SIZE", 100)
    aside = path.with_name("podboard.log.1")
    path.parent.mkdir(parents=True)
    path.write_text("x" * 101, "utf-8")
    aside.write_text("older", "utf-8")
    start_logging(path)
    assert path.read_text("utf-8") == ""
    assert aside.read_text("utf-8") == "x" * 101
    assert mode(path) == 0o600


def test_a_small_log_is_not_put_aside(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_SIZE", 100)
    path.parent.mkdir(parents=True)
    path.write_text("x" * 100, "utf-8")
    start_logging(path)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("what", ["a file where a folder should be", "a folder where the file should be"])
def test_a_path_that_cannot_be_written_is_told(tmp_path: Path, what: str) -> None:
    path = tmp_path / "podboard.log"
    if what.startswith("a file"):
        path.write_text("", "utf-8")
        path = path / "podboard.log"
    else:
        path.mkdir()
    with pytest.raises(UsageError, match=r"the log file .* cannot be written: ") as raised:
        start_logging(path)
    assert "PODBOARD_LOG" in raised.value.hint
    assert raised.value.exit_code == 2


class FullDisk(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "no space left")


def test_a_disk_that_is_full_is_not_told_on_the_screen(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging(path)
    [handler] = own_handlers()
    written = handler.setStream(FullDisk())  # type: ignore[arg-type]
    log.error("lost")
    assert capsys.readouterr() == ("", "")
    handler.setStream(written)  # type: ignore[arg-type]
    log.error("found again")
    assert "found again" in path.read_text("utf-8")
