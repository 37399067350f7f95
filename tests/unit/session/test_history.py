"""What is noted of terminals, and when it is written."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from podboard.errors import DatabaseError
from podboard.model.attempt import Attempt, Outcome
from podboard.model.connection import Connection
from podboard.model.ending import exited, failed
from podboard.model.record import Record
from podboard.model.target import Target
from podboard.records.store import open_store
from podboard.session.history import History

if TYPE_CHECKING:
    from podboard.model.ending import Ending

TARGET = Target("shop", "web-1", "app", "uid-1")
OPENED = Attempt("ws:kubeconfig", "https://10.0.0.1:6443", 1.0, 0.2, Outcome.OPENED)
REFUSED = Attempt("ws:record", "https://10.0.0.2", 2.0, 0.1, Outcome.FAILED, 403, "not allowed", "ask")


class Shell:
    """What the history looks at."""

    def __init__(self) -> None:
        self.target = TARGET
        self.ending: Ending | None = None
        self.received = self.sent = 0
        self.attempts: list[Attempt] = []
        self.record: Record | None = None
        self.recorded: list[str] = []


class Book:
    """What is written, as it is written; it may be closed to writers."""

    def __init__(self) -> None:
        self.began: list[Connection] = []
        self.ended: list[tuple[int, Connection]] = []
        self.is_closed = False

    async def begin_connection(self, connection: Connection) -> int:
        self._check()
        self.began.append(connection)
        return len(self.began)

    async def end_connection(self, number: int, connection: Connection) -> None:
        self._check()
        self.ended.append((number, connection))

    def _check(self) -> None:
        if self.is_closed:
            raise DatabaseError("the disk is full")


class Bell:
    """Counts how often there was something to write."""

    def __init__(self) -> None:
        self.rung = 0

    def ring(self) -> None:
        self.rung += 1


async def test_a_terminal_is_a_row_from_its_beginning_to_its_end() -> None:
    book, bell, shell = Book(), Bell(), Shell()
    history = History(bell.ring)
    with history.noting("kind-dev", shell):
        assert bell.rung == 1
        await history.write(book)
        [began] = book.began
        assert (began.context, began.namespace, began.pod_name, began.container) == (
            "kind-dev",
            "shop",
            "web-1",
            "app",
        )
        assert began.started_at.endswith("Z")
        assert (began.ended_at, began.method, began.attempts) == (None, None, ())
        shell.attempts = [REFUSED, OPENED]
        shell.received, shell.sent, shell.ending = 1234, 56, exited(7)
    assert bell.rung == 2
    await history.write(book)
    [(number, ended)] = book.ended
    assert number == 1
    assert ended.started_at == began.started_at < (ended.ended_at or "")
    assert (ended.method, ended.attempts) == ("ws:kubeconfig", (REFUSED, OPENED))
    assert (ended.bytes_received, ended.bytes_sent, ended.exit_code) == (1234, 56, 7)
    assert ended.ending == "ended with exit code 7"
    assert (ended.record_id, ended.record_name) == (None, None)
    await history.write(book)
    assert (len(book.began), len(book.ended)) == (1, 1)


async def test_the_debug_container_that_it_led_to_is_told() -> None:
    book, shell = Book(), Shell()
    history = History(Bell().ring)
    with history.noting("kind-dev", shell):
        await history.write(book)
        shell.target = Target("shop", "web-1", "podboard-debug-x", "uid-1")
    await history.write(book)
    assert book.began[0].container == "app"
    assert book.ended[0][1].container == "podboard-debug-x"


async def test_the_record_that_was_used_is_told() -> None:
    book, shell = Book(), Shell()
    history = History(Bell().ring)
    with history.noting("kind-dev", shell):
        shell.record = Record(name="web", pod_name="web-*", id="1" * 32)
    await history.write(book)
    assert (book.began[0].record_id, book.began[0].record_name) == ("1" * 32, "web")


async def test_where_it_is_recorded_is_told_while_it_lasts() -> None:
    book, bell, shell = Book(), Bell(), Shell()
    shell.recorded = ["/of-the-shell-before.cast"]
    history = History(bell.ring)
    with history.noting("kind-dev", shell):
        await history.write(book)
        history.note_recordings(Shell())
        history.note_recordings(shell)
        assert bell.rung == 1
        shell.recorded.append("/a.cast")
        history.note_recordings(shell)
        history.note_recordings(shell)
        assert bell.rung == 2
        await history.write(book)
        shell.recorded.append("/b.cast")
    await history.write(book)
    with history.noting("kind-dev", shell):
        await history.write(book)
    assert [row.recordings for row in book.began] == [(), ()]
    assert [row.recordings for _, row in book.ended] == [("/a.cast",), ("/a.cast", "/b.cast")]


async def test_no_way_in_is_told_as_well() -> None:
    book, shell = Book(), Shell()
    history = History(Bell().ring)
    with history.noting("kind-dev", shell):
        shell.attempts, shell.ending = [REFUSED], failed("not allowed", "ask")
    await history.write(book)
    # Nobody wrote in between: one row, written once.
    [whole] = book.began
    assert (whole.method, whole.exit_code, whole.ending) == (None, None, "not allowed")
    assert book.ended == []


async def test_a_shell_opened_again_is_another_row_with_its_own_bytes() -> None:
    book, shell = Book(), Shell()
    history = History(Bell().ring)
    with history.noting("kind-dev", shell):
        shell.received, shell.sent, shell.ending = 100, 10, exited(0)
    with history.noting("kind-dev", shell):
        shell.received, shell.sent = 130, 12
    await history.write(book)
    assert [(row.bytes_received, row.bytes_sent) for row in book.began] == [(100, 10), (30, 2)]


async def test_a_shell_that_is_let_go_of_was_closed() -> None:
    book, shell = Book(), Shell()
    history = History(Bell().ring)
    with pytest.raises(KeyError), history.noting("kind-dev", shell):
        raise KeyError
    await history.write(book)
    assert book.began[0].ending == "closed"


async def test_the_end_of_podboard_ends_all_rows_once() -> None:
    book, bell = Book(), Bell()
    history = History(bell.ring)
    shells = [Shell(), Shell()]
    with history.noting("kind-dev", shells[0]), history.noting("kind-dev", shells[1]):
        await history.write(book)
        history.end_all()
        await history.write(book)
        assert [(number, row.ending) for number, row in book.ended] == [(1, "closed"), (2, "closed")]
        shells[0].ending = exited(1)
    await history.write(book)
    assert len(book.ended) == 2


async def test_what_cannot_be_written_is_a_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    book, shell = Book(), Shell()
    history = History(Bell().ring)
    book.is_closed = True
    with history.noting("kind-dev", shell):
        await history.write(book)
        assert caplog.messages == ["the history lacks a terminal: the disk is full"]
        book.is_closed = False
    await history.write(book)
    # The beginning was lost, and is made up for with the end.
    assert [row.ending for row in book.began] == ["closed"]


async def test_without_a_book_nothing_is_kept_in_mind() -> None:
    book, bell, shell = Book(), Bell(), Shell()
    history = History(bell.ring)
    with history.noting("kind-dev", shell):
        history.forget()
    with history.noting("kind-dev", shell):
        pass
    await history.write(book)
    assert (book.began, book.ended, bell.rung) == ([], [], 1)


async def test_it_comes_back_from_a_real_database(tmp_path: Path) -> None:
    shell, history = Shell(), History(Bell().ring)
    async with open_store(tmp_path / "podboard.db") as store:
        with history.noting("kind-dev", shell):
            await history.write(store)
            [begun] = await store.connections()
            assert begun.ended_at is None
            shell.attempts, shell.received, shell.ending = [OPENED], 9, exited(0)
        await history.write(store)
        [told] = await store.connections()
    assert (told.method, told.bytes_received, told.exit_code) == ("ws:kubeconfig", 9, 0)
    assert told.attempts == (OPENED,)
