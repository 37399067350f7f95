"""Hanging up what was started in pods, and the account of what could not be."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from podboard.errors import ApiError, DatabaseError, FailureKind, PodboardError, UnreachableError
from podboard.model.ending import dropped, exited, failed
from podboard.model.request import ExecRequest
from podboard.model.shell import Shell
from podboard.model.target import Target
from podboard.session import leaving
from podboard.session.leaving import Guest, Leaver, hang_up
from podboard.session.own_process import is_gone, own_name
from podboard.wire.exec_channel import Ended, Stdout
from podboard.wire.shell import HANG_UP, KILL, LOOK
from tests.support.waiting import until
from tests.unit.session.fakes import FakeChannel, FakeRung

TARGET = Target("shop", "web-1", "web")


class Pod(FakeChannel):
    """Answers as the command that hangs up does.

    Args:
        counts: The processes that are left, one a word.
    """

    def __init__(self, *counts: int) -> None:
        super().__init__()
        self._counts = list(counts)

    async def write(self, data: bytes) -> None:
        await super().write(data)
        # In two pieces, as a network may have it.
        told = f"{self._counts.pop(0)}\n".encode()
        self.say(Stdout(told[:1]))
        self.say(Stdout(told[1:]))


class OneWay(FakeRung):
    """A way by which a test's own channel comes for whatever is to be run."""

    def __init__(self, answer: Callable[[], Awaitable[FakeChannel]]) -> None:
        super().__init__()
        self._answer = answer

    async def open(self, request: ExecRequest, _: Callable[[str], None]) -> FakeChannel:
        self.requests.append(request)
        return await self._answer()


class Book:
    """What is written down."""

    def __init__(self) -> None:
        self.shells: dict[str, Shell] = {}
        self.writes = 0
        self.is_closed = False

    async def put_shell(self, shell: Shell) -> None:
        self._check()
        self.shells[shell.marker] = shell

    async def forget_shells(self, *markers: str) -> None:
        self._check()
        for marker in markers:
            del self.shells[marker]

    def _check(self) -> None:
        self.writes += 1
        if self.is_closed:
            raise DatabaseError("the disk is full")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "_LOOKS", (0.001, 0.001))
    monkeypatch.setattr(leaving, "_BEGINNING", 0.02)


def answering(channel: FakeChannel) -> OneWay:
    async def answer() -> FakeChannel:
        return channel

    return OneWay(answer)


def failing(error: Exception) -> OneWay:
    async def answer() -> FakeChannel:
        raise error

    return OneWay(answer)


async def left_by(way: OneWay, channel: FakeChannel | None = None, *, has_begun: bool = True) -> Book:
    """What is written down of a shell that was left by a way."""
    leaver, book = Leaver(), Book()
    guest = Guest(leaver.begin(TARGET), TARGET, way)
    await leaver.write(book)
    leaver.leave(guest, channel, has_begun=has_begun)
    await until(lambda: not leaver.under_way)
    await leaver.write(book)
    return book


@pytest.mark.parametrize(
    ("counts", "words", "left"),
    [
        ((0,), [HANG_UP], 0),
        ((2, 0), [HANG_UP, LOOK], 0),
        ((2, 1, 1, 1, 0), [HANG_UP, LOOK, LOOK, KILL, KILL], 0),
        ((2, 2, 2, 2, 1, 1), [HANG_UP, LOOK, LOOK, KILL, KILL, KILL], 1),
    ],
)
async def test_it_is_hung_up_looked_after_and_killed_in_the_end(
    counts: tuple[int, ...], words: list[bytes], left: int
) -> None:
    pod = Pod(*counts)
    assert await hang_up(pod) == left
    assert pod.written == words
    assert pod.closes == 1


@pytest.mark.parametrize("said", [Stdout(b"sh: /proc: no\n"), Ended(dropped("cut")), Ended(failed("no sh"))])
async def test_what_is_no_answer_is_told(said: Stdout | Ended) -> None:
    channel = FakeChannel(said)
    with pytest.raises(PodboardError):
        await hang_up(channel)
    assert channel.closes == 1


async def test_a_shell_that_was_hung_up_is_forgotten() -> None:
    own, way = FakeChannel(), answering(Pod(2, 0))
    book = await left_by(way, own)
    assert book.shells == {}
    [request] = way.requests
    assert (request.target, request.tty, request.is_shell) == (TARGET, False, False)
    assert own.closes == 1


async def test_a_shell_that_says_something_is_there_to_be_hung_up() -> None:
    own, way = FakeChannel(Stdout(b"web:~$ ")), answering(Pod(1, 0))
    assert (await left_by(way, own, has_begun=False)).shells == {}
    assert len(way.requests) == 1


async def test_a_shell_that_has_ended_need_not_be_hung_up() -> None:
    own, way = FakeChannel(Stdout(b"web:~$ exit"), Ended(exited(0))), answering(Pod())
    assert (await left_by(way, own, has_begun=False)).shells == {}
    assert way.requests == []
    assert own.closes == 1


def gone_with_its_container() -> PodboardError:
    error = PodboardError("container app is not running")
    error.kind = FailureKind.POD
    return error


@pytest.mark.parametrize(
    "error", [gone_with_its_container(), ApiError("pod web-1 does not exist", status=404, reason="NotFound")]
)
async def test_a_pod_that_is_gone_took_its_shells_along(error: PodboardError) -> None:
    assert (await left_by(failing(error))).shells == {}


async def test_what_could_not_be_hung_up_is_kept_with_the_reason() -> None:
    for way, trouble in (
        (failing(UnreachableError("connection refused")), "connection refused"),
        (failing(ApiError("no route", status=404)), "no route"),
        (answering(Pod(*[3] * 6)), "3 of its processes did not end"),
    ):
        [shell] = (await left_by(way)).shells.values()
        assert (shell.trouble, shell.owner) == (trouble, "")
        assert (shell.namespace, shell.pod_name, shell.container) == ("shop", "web-1", "web")


async def test_a_pod_that_does_not_answer_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "LEAVING", 0.02)
    [shell] = (await left_by(answering(FakeChannel()))).shells.values()
    assert shell.trouble == "no answer within 0 s"


async def test_when_podboard_ends_it_waits_a_moment_and_notes_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leaving, "LAST_WAIT", 0.02)
    leaver, book, silent, own = Leaver(), Book(), FakeChannel(), FakeChannel()
    opening: asyncio.Task[FakeChannel] = asyncio.create_task(asyncio.Event().wait())  # type: ignore[arg-type]
    leaver.leave(Guest(leaver.begin(TARGET), TARGET, answering(silent)), own)
    leaver.leave(Guest(leaver.begin(TARGET), TARGET, answering(Pod(0))))
    leaver.leave_late(Guest(leaver.begin(TARGET), TARGET, answering(Pod(0))), opening)
    await leaver.close()
    await leaver.write(book)
    assert [shell.trouble for shell in book.shells.values()] == ["podboard ended before it could be"] * 2
    assert (silent.closes, own.closes) == (1, 1)


# -- the account ----------------------------------------------------------------------------


async def test_a_shell_is_written_down_before_it_is_there() -> None:
    leaver, book, rung = Leaver(), Book(), 0

    def ring() -> None:
        nonlocal rung
        rung += 1

    leaver.due, leaver.context = ring, "kind-dev"
    marker = leaver.begin(TARGET)
    assert rung == 1
    await leaver.write(book)
    [shell] = book.shells.values()
    assert (shell.marker, shell.context, shell.trouble) == (marker, "kind-dev", None)
    assert shell.owner == own_name()
    assert not is_gone(shell.owner)
    leaver.gone(marker)
    await leaver.write(book)
    assert (book.shells, rung) == ({}, 2)


async def test_a_shell_that_came_and_went_is_not_worth_writing_down() -> None:
    leaver, book = Leaver(), Book()
    leaver.gone(leaver.begin(TARGET))
    await leaver.write(book)
    assert book.writes == 0


async def test_what_cannot_be_written_is_a_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    leaver, book = Leaver(), Book()
    book.is_closed = True
    leaver.begin(TARGET)
    await leaver.write(book)
    assert caplog.messages == ["what may be left in a pod is not written down: the disk is full"]
    await leaver.write(book)
    assert book.writes == 1


# -- processes ------------------------------------------------------------------------------


def test_a_process_is_known_by_its_start() -> None:
    host, pid, start = own_name().split(" ", 2)
    assert not is_gone(own_name())
    assert is_gone(f"{host} {pid} {start}0")
    assert is_gone(f"{host} 4194304000 {start}")
    # Of another host's, nobody here knows.
    assert not is_gone(f"elsewhere {pid} {start}0")
    assert not is_gone("")
