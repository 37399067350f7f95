"""Going up the ladder, with ways that the test plays."""

import asyncio
import logging

import pytest

from podboard.errors import (
    ApiError,
    DatabaseError,
    FailureKind,
    PodboardError,
    UnreachableError,
)
from podboard.model.attempt import Outcome
from podboard.model.record import Json, Record, SshConnectionDetails
from podboard.model.request import ExecRequest
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session import climber
from podboard.session.climber import Climber
from podboard.session.ladder import Ladder
from podboard.wire.exec_channel import Stdout
from tests.support.waiting import until
from tests.unit.session.fakes import FakeChannel, FakeRung

TARGET = Target("shop", "web-1", "web")
SHELL = ExecRequest(TARGET, (), tty=True, size=Size(40, 10), is_shell=True)
COMMAND = ExecRequest(TARGET, ("rm", "-r", "cache"), tty=False)


def trouble(kind: FailureKind, message: str = "no") -> PodboardError:
    error = PodboardError(message)
    error.kind = kind
    return error


class Climb:
    """A climb, and what it says."""

    def __init__(self, *rungs: FakeRung, ladder: Ladder | None = None) -> None:
        self.ladder = ladder or Ladder(rungs)
        self.notes: list[tuple[int, str]] = []
        self.changes = 0
        self.climber = Climber(
            self.ladder, self._changed, lambda level, text: self.notes.append((level, text))
        )

    def _note(self, level: int, text: str) -> None:
        self.notes.append((level, text))

    def _changed(self) -> None:
        self.changes += 1

    async def __call__(self, request: ExecRequest = SHELL) -> FakeChannel | None:
        async with asyncio.timeout(5):
            channel = await self.climber.climb(request)
        assert channel is None or isinstance(channel, FakeChannel)
        return channel

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(attempt.method, str(attempt.outcome)) for attempt in self.climber.attempts]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A head start is over before anything can come of it."""
    monkeypatch.setattr(climber, "HEAD_START", 0.02)


async def test_the_first_way_that_opens_is_taken_and_no_other_tried() -> None:
    channel = FakeChannel()
    first, second = FakeRung(channel), FakeRung(FakeChannel(), name="ssh")
    climb = Climb(first, second)
    assert await climb() is channel
    assert climb.climber.winner == "ws:kubeconfig"
    assert climb.outcomes == [("ws:kubeconfig", "opened")]
    assert (second.reached, second.requests) == (0, [])


@pytest.mark.parametrize(
    ("method", "details", "is_used"),
    [
        ("ws:kubeconfig", {"host": "bastion"}, False),
        ("ws:record", None, True),
        ("ws:token", None, True),
        ("ws:in-cluster", None, False),
        ("ssh", {"host": "bastion"}, True),
        # By the host that the configuration names.
        ("ssh", None, False),
    ],
)
async def test_a_record_is_used_where_the_way_that_opened_stands_on_it(
    method: str,
    details: dict[str, Json] | None,
    is_used: bool,  # noqa: FBT001 - the cases
) -> None:
    record = Record(
        name="web",
        pod_name="web-*",
        ssh_connection_details=SshConnectionDetails.of(details) if details is not None else None,
    )

    async def find(_: Target) -> Record:
        return record

    climb = Climb(ladder=Ladder((FakeRung(FakeChannel(), name=method),), find))
    assert climb.climber.used_record is None
    await climb()
    assert climb.climber.used_record is (record if is_used else None)


async def test_each_failure_is_kept_and_told_in_the_order_of_the_ladder() -> None:
    rungs = (
        FakeRung(ApiError("the token has expired (401)", "log in again", status=401)),
        FakeRung(name="ws:record", applies="not set on record web"),
        FakeRung(UnreachableError("refused"), name="ws:token"),
        FakeRung(name="ws:in-cluster", applies="not inside a cluster"),
        FakeRung(FakeChannel(), name="ssh"),
    )
    climb = Climb(*rungs)
    assert await climb() is not None
    assert climb.outcomes == [
        ("ws:kubeconfig", "failed"),
        ("ws:record", "not applicable"),
        ("ws:token", "failed"),
        ("ws:in-cluster", "not applicable"),
        ("ssh", "opened"),
    ]
    first = climb.climber.attempts[0]
    assert (first.status, first.sentence, first.hint) == (401, "the token has expired (401)", "log in again")
    setup = "Error setting up Kubernetes WebSocket connection: shop/web-1 · web:"
    loud = [text for level, text in climb.notes if level >= logging.WARNING]
    assert loud == [
        f"{setup} ws:kubeconfig: the token has expired (401)",
        f"{setup} ws:token: refused",
        "Falling back to SSH connection to pod: shop/web-1 · web: https://ssh.test",
    ]


async def test_where_all_fail_the_last_one_says_why() -> None:
    climb = Climb(FakeRung(UnreachableError("refused")), FakeRung(PodboardError("no key"), name="ssh"))
    assert await climb() is None
    told = climb.climber.told
    assert told is not None
    assert told.sentence == "no key"
    assert climb.notes[-1][1] == "Error in SSH fallback method: shop/web-1 · web: ssh: no key"


async def test_what_cannot_even_begin_is_a_failure_like_others() -> None:
    class Broken(FakeRung):
        async def way(self, *_: Target | Record | None) -> FakeRung:
            raise PodboardError("the kubeconfig is torn")

    climb = Climb(Broken(), FakeRung(FakeChannel(), name="ssh"))
    assert await climb() is not None
    assert climb.outcomes == [("ws:kubeconfig", "failed"), ("ssh", "opened")]


async def test_without_any_way_there_is_nothing_to_tell() -> None:
    climb = Climb(FakeRung(applies="no kubeconfig"))
    assert await climb() is None
    assert climb.climber.told is None


async def test_the_pods_own_trouble_is_told_at_once() -> None:
    pod = trouble(FailureKind.POD, "no shell in this image")
    second = FakeRung(FakeChannel(), name="ws:token")
    climb = Climb(FakeRung(pod), second)
    assert await climb() is None
    assert second.requests == []
    told = climb.climber.told
    assert told is not None
    assert told.sentence == "no shell in this image"


# -- a way that hangs -----------------------------------------------------------------------


@pytest.mark.usefixtures("impatient")
async def test_a_silent_way_gets_company_and_loses_without_a_shell() -> None:
    silent = FakeRung(reach=asyncio.Event().wait)
    channel = FakeChannel()
    climb = Climb(silent, FakeRung(channel, name="ssh"))
    assert await climb() is channel
    assert climb.outcomes == [("ws:kubeconfig", "overtaken"), ("ssh", "opened")]
    assert silent.requests == []
    assert "no answer for" in (climb.ladder.recent_failure("ws:kubeconfig", "ws:kubeconfig") or "")


@pytest.mark.usefixtures("impatient")
async def test_a_silent_way_that_answers_first_wins() -> None:
    answer = asyncio.Event()
    channel = FakeChannel()
    first = FakeRung(channel, reach=answer.wait)

    async def hang() -> None:
        answer.set()
        await asyncio.Event().wait()

    second = FakeRung(name="ssh", reach=hang)
    climb = Climb(first, second)
    assert await climb() is channel
    assert climb.outcomes == [("ws:kubeconfig", "opened"), ("ssh", "overtaken")]


@pytest.mark.usefixtures("impatient")
async def test_a_shell_that_opens_too_late_is_left_again() -> None:
    late = asyncio.Event()
    spare, channel = FakeChannel(), FakeChannel()
    first, second = FakeRung(spare, before=late.wait), FakeRung(channel, name="ssh")
    climb = Climb(first, second)
    assert await climb() is channel
    late.set()
    spare.say(Stdout(b"web:~$ "))
    await until(lambda: spare.closes == 1)
    assert channel.closes == 0
    [spares], [winners] = first.requests, second.requests
    assert first.hung_up == [spares.command[-1]]
    assert winners.command[-1] != spares.command[-1]
    await climb.ladder.close()


@pytest.mark.usefixtures("impatient")
async def test_a_command_is_never_started_twice() -> None:
    slow = asyncio.Event()
    channel = FakeChannel()
    first = FakeRung(channel, before=slow.wait)
    second = FakeRung(FakeChannel(), name="ssh")
    climb = Climb(first, second)
    climbing = asyncio.create_task(climb(COMMAND))
    await until(lambda: second.reached == 1)
    slow.set()
    assert await climbing is channel
    assert second.requests == []


@pytest.mark.usefixtures("impatient")
async def test_a_command_that_was_refused_goes_the_next_way() -> None:
    slow = asyncio.Event()
    channel = FakeChannel()
    first = FakeRung(ApiError("forbidden", status=403), before=slow.wait)
    second = FakeRung(channel, name="ssh")
    climb = Climb(first, second)
    climbing = asyncio.create_task(climb(COMMAND))
    await until(lambda: second.reached == 1)
    slow.set()
    assert await climbing is channel
    assert second.requests == [COMMAND]


async def test_a_climb_that_is_given_up_lets_go_of_all() -> None:
    silent = FakeRung(reach=asyncio.Event().wait)
    climb = Climb(silent, FakeRung(name="ssh"))
    climbing = asyncio.create_task(climb())
    await until(lambda: silent.reached == 1)
    climbing.cancel()
    await asyncio.gather(climbing, return_exceptions=True)
    assert climb.outcomes == [("ws:kubeconfig", "overtaken")]


async def test_a_way_that_is_the_only_one_is_not_reached_for_first() -> None:
    only = FakeRung(FakeChannel())
    await Climb(only)()
    assert only.reached == 0


# -- what is remembered ---------------------------------------------------------------------


async def test_a_way_that_failed_a_moment_ago_is_tried_last() -> None:
    now = [100.0]
    first = FakeRung(UnreachableError("refused"), FakeChannel(), FakeChannel())
    second = FakeRung(FakeChannel(), FakeChannel(), name="ssh")
    ladder = Ladder((first, second), clock=lambda: now[0])
    assert await Climb(ladder=ladder)() is not None
    now[0] += 29
    climb = Climb(ladder=ladder)
    assert await climb() is not None
    assert climb.outcomes == [("ws:kubeconfig", "overtaken"), ("ssh", "opened")]
    assert climb.climber.attempts[0].sentence == "failed a moment ago: refused"
    assert len(first.requests) == 1
    now[0] += 2
    climb = Climb(ladder=ladder)
    assert await climb() is not None
    assert climb.outcomes == [("ws:kubeconfig", "opened")]


async def test_who_asks_to_try_again_gets_the_order_of_the_ladder() -> None:
    first = FakeRung(UnreachableError("refused"), FakeChannel())
    ladder = Ladder((first, FakeRung(FakeChannel(), name="ssh")))
    await Climb(ladder=ladder)()
    ladder.forget_failures()
    climb = Climb(ladder=ladder)
    await climb()
    assert climb.outcomes == [("ws:kubeconfig", "opened")]


async def test_a_refusal_for_one_pod_says_nothing_of_the_next() -> None:
    first = FakeRung(ApiError("forbidden", status=403), FakeChannel())
    ladder = Ladder((first, FakeRung(FakeChannel(), name="ssh")))
    await Climb(ladder=ladder)()
    climb = Climb(ladder=ladder)
    await climb()
    assert climb.outcomes == [("ws:kubeconfig", "opened")]


# -- who cannot be trusted ------------------------------------------------------------------


@pytest.mark.parametrize(("trust", "tried"), [("same", False), ("", False), ("another", True)])
async def test_a_server_that_is_not_trusted_is_not_asked_again_by_the_same_way_or_a_blind_one(
    trust: str,
    tried: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    untrusted = trouble(FailureKind.UNTRUSTED, "signed by an authority that is not trusted")
    first, second = FakeRung(untrusted), FakeRung(FakeChannel(), name="ws:record")
    first.endpoint = second.endpoint = "https://10.0.0.1:6443"
    first.trust, second.trust = "same", trust
    climb = Climb(first, second)
    assert (await climb() is not None) == tried
    assert climb.climber.attempts[0].outcome is Outcome.UNTRUSTED
    assert climb.climber.attempts[1].outcome is (Outcome.OPENED if tried else Outcome.NOT_APPLICABLE)


async def test_podboards_own_failure_is_not_taken_for_a_ways() -> None:
    climb = Climb(FakeRung(ZeroDivisionError("never")), FakeRung(FakeChannel(), name="ssh"))
    with pytest.raises(ZeroDivisionError):
        await climb()


# -- records --------------------------------------------------------------------------------


async def test_what_is_kept_about_the_pod_is_looked_for_once_and_shown_to_every_way() -> None:
    record = Record(name="web", pod_name="web-*")
    asked: list[Target] = []

    async def find(target: Target) -> Record:
        asked.append(target)
        return record

    rungs = (FakeRung(applies="no kubeconfig"), FakeRung(FakeChannel(), name="ssh"))
    climb = Climb(ladder=Ladder(rungs, find))
    assert await climb() is not None
    assert asked == [TARGET]
    assert [rung.record for rung in rungs] == [record, record]
    assert climb.climber.record is record


async def test_records_that_cannot_be_read_do_not_keep_anyone_from_the_other_ways() -> None:
    async def find(_: Target) -> Record:
        raise DatabaseError("podboard.db is damaged")

    climb = Climb(ladder=Ladder((FakeRung(FakeChannel()),), find))
    assert await climb() is not None
    assert (logging.WARNING, "no records: podboard.db is damaged") in climb.notes


# -- debug containers -----------------------------------------------------------------------


async def test_debug_containers_are_added_by_the_way_that_led_to_the_pod() -> None:
    record = Record(name="web", pod_name="web-1", namespace="shop")

    async def find(_: Target) -> Record:
        return record

    rungs = FakeRung(), FakeRung(name="ws:token"), FakeRung(name="ssh")
    ladder = Ladder(rungs, find)
    assert await ladder.debugger("ws:token", TARGET) is rungs[1].debugs
    assert rungs[1].record is record
    assert await ladder.debugger("ssh", TARGET) is rungs[2].debugs


async def test_to_attach_nobody_waits_for_a_turn_and_nothing_is_marked() -> None:
    """The process is there already: two ways at once would do it no harm."""
    rung = FakeRung(FakeChannel())
    climb = Climber(Ladder([rung]), lambda: None, lambda *_: None)
    request = ExecRequest(TARGET, (), tty=True, attaches=True)
    assert await climb.climb(request) is not None
    assert rung.requests == [request]
    assert climb.guest is None
