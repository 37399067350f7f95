"""Writing to the person's terminal, with a pseudo-terminal for it."""

import os
import select
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from podboard.ui import output as output_module
from podboard.ui.output import AT_ONCE, Output
from tests.support.ptys import Pty, open_pty

PATIENCE = 10.0
SIZES = (1, 9, 777, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE)


@pytest.fixture
def pty() -> Iterator[Pty]:
    with open_pty() as pty:
        yield pty


class Reader:
    """Reads the person's end of a pseudo-terminal, in a thread, until it was told enough."""

    def __init__(self, descriptor: int, enough: int) -> None:
        self._descriptor, self._enough = descriptor, enough
        self.read = b""
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while len(self.read) < self._enough and select.select([self._descriptor], [], [], PATIENCE)[0]:
            self.read += os.read(self._descriptor, 1 << 16)

    def wait(self) -> bytes:
        self._thread.join()
        return self.read


def in_time(work: Callable[[], object]) -> None:
    """Do something that must not wait for anybody."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def open_files() -> int:
    """How many files this process has open."""
    return len(list(Path("/dev/fd").iterdir()))


def pieces(count: int) -> list[str]:
    """Writes of all sizes, each told from the others."""
    return [f"{number:06}" * (SIZES[number % len(SIZES)] // 6 + 1) for number in range(count)]


def test_what_is_small_is_there_at_once(pty: Pty) -> None:
    output = Output(pty.program)
    output.write("a key")
    assert os.read(pty.person, 100) == b"a key"
    assert output.backlog == 0
    output.close()


def test_small_and_large_writes_keep_their_order(pty: Pty) -> None:
    output = Output(pty.program)
    written = pieces(100)
    whole = "".join(written).encode()
    reader = Reader(pty.person, len(whole))
    for piece in written:
        output.write(piece)
    assert reader.wait() == whole
    output.close()
    assert output.backlog == 0


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize("size", [*SIZES, None])
def test_it_never_waits_for_a_terminal_that_reads_nothing(raw: bool, size: int | None) -> None:  # noqa: FBT001 - one of two cases
    with open_pty(raw=raw) as pty:
        output = Output(pty.program)
        texts = pieces(400) if size is None else ["x" * size] * (200_000 // size)
        in_time(lambda: [output.write(text) for text in texts])
        assert output.backlog
        whole = "".join(texts).encode()
        reader = Reader(pty.person, len(whole))
        output.close()
        assert reader.wait() == whole
        assert output.backlog == 0


def test_what_is_left_is_written_in_the_end(pty: Pty) -> None:
    output = Output(pty.program)
    texts = pieces(60)
    for text in texts:
        output.write(text)
    whole = "".join(texts).encode()
    reader = Reader(pty.person, len(whole))
    output.close()
    assert reader.wait() == whole


def test_a_terminal_that_vanishes_is_no_error(pty: Pty) -> None:
    output = Output(pty.program)
    for text in pieces(20):
        output.write(text)
    os.close(pty.person)
    for text in pieces(20):
        output.write(text)
    in_time(output.close)


def test_a_terminal_that_is_gone_before_the_first_word(pty: Pty) -> None:
    output = Output(pty.program)
    os.close(pty.person)
    output.write("a key")
    assert output.backlog == 0
    in_time(output.close)


def test_where_the_terminal_has_no_name_the_thread_writes(pty: Pty) -> None:
    reading, writing = os.pipe()
    output = Output(writing)
    texts = pieces(30)
    whole = "".join(texts).encode()
    reader = Reader(reading, len(whole))
    for text in texts:
        output.write(text)
    output.close()
    assert reader.wait() == whole
    os.close(reading)
    os.close(writing)
    assert os.get_blocking(pty.program)


def test_others_who_share_the_terminal_still_wait_for_it(pty: Pty) -> None:
    output = Output(pty.program)
    output.write("x")
    assert os.get_blocking(pty.program)
    output.close()


def test_text_that_is_no_text_is_replaced(pty: Pty) -> None:
    output = Output(pty.program)
    output.write("a\udcffb€")
    assert os.read(pty.person, 100) == "a?b€".encode()
    output.close()


def test_the_thread_ends_with_it(pty: Pty) -> None:
    before = set(threading.enumerate())
    output = Output(pty.program)
    assert {thread.name for thread in set(threading.enumerate()) - before} == {"podboard-output"}
    opened = open_files()
    output.close()
    assert set(threading.enumerate()) == before
    assert open_files() == opened - 1


def test_a_backlog_is_told_until_it_is_gone(pty: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    write = os.write

    def slowly(descriptor: int, data: bytes) -> int:
        release.wait(PATIENCE)
        return write(descriptor, data)

    monkeypatch.setattr(output_module, "os", _Os(slowly))
    output = Output(pty.program)
    output.write("x" * (AT_ONCE + 1))
    output.write("y")
    output.write("z")
    assert output.backlog == 3
    release.set()
    reader = Reader(pty.person, AT_ONCE + 3)
    assert reader.wait().endswith(b"xyz")
    output.close()
    assert output.backlog == 0


class _Os:
    """The ``os`` module with a way to write of its own."""

    def __init__(self, write: Callable[[int, bytes], int]) -> None:
        self.write = write

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)
