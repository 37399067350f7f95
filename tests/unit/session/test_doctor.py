"""Every way into a pod looked at: side by side, told in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing

import pytest
from msgspec.structs import replace

from podboard.errors import ApiError, DatabaseError, Denied, FailureKind, NotApplicableError, UntrustedError
from podboard.model.attempt import Outcome
from podboard.model.checkup import Check, Checkup, Result, Scope, Step, failed
from podboard.model.record import Record
from podboard.model.target import Target
from podboard.probes import in_turn
from podboard.session.doctor import check_up
from podboard.session.ladder import Ladder

POD = Scope(Target("shop", "web"))
NAMESPACE = Scope(Target("shop", ""))
RECORD = Record(name="web", pod_name="web")
FINE = Check(Step.TCP, Result.OK, "connected")


class FakeWay:
    """A way that finds what it was given."""

    def __init__(self, name: str, checks: tuple[Check, ...], before: Callable[[], Awaitable[object]]) -> None:
        self.endpoint = f"https://{name}.test"
        self._checks = checks
        self._before = before

    async def prepare(self) -> None:
        pass

    async def check(self, _: Scope) -> AsyncIterator[Check]:
        await self._before()
        for check in self._checks:
            yield check


async def at_once() -> None:
    pass


class FakeRung:
    """A kind of way with checks, or an error instead."""

    def __init__(
        self,
        name: str,
        *checks: Check,
        error: Exception | None = None,
        before: Callable[[], Awaitable[object]] = at_once,
    ) -> None:
        self.name = name
        self.given: list[tuple[Target, Record | None]] = []
        self._checks = checks or (FINE,)
        self._error = error
        self._before = before

    async def way(self, target: Target, record: Record | None) -> FakeWay:
        self.given.append((target, record))
        if self._error is not None:
            raise self._error
        return FakeWay(self.name.replace(":", "-"), self._checks, self._before)


def ladder(*rungs: FakeRung, find: object = None) -> Ladder:
    async def nothing(_: Target) -> None:
        return None

    return Ladder(rungs, find or nothing)  # type: ignore[arg-type]


async def look(
    scope: Scope,
    *rungs: FakeRung,
    record: Record | None = None,
    find: object = None,
    record_alone: bool = False,
) -> list[Checkup]:
    ways = ladder(*rungs, find=find)
    return [checkup async for checkup in check_up(ways, scope, record, record_alone=record_alone)]


async def test_a_way_that_works_is_an_attempt_that_opened() -> None:
    [checkup] = await look(
        POD, FakeRung("ws:kubeconfig", FINE, Check(Step.UPGRADE, Result.SKIPPED, "not tried"))
    )
    assert checkup.works
    attempt = checkup.attempt
    assert (attempt.method, attempt.endpoint) == ("ws:kubeconfig", "https://ws-kubeconfig.test")
    assert (attempt.outcome, attempt.sentence, attempt.hint) == (Outcome.OPENED, "", "")
    assert attempt.started > 0


async def test_what_failed_is_what_the_attempt_says() -> None:
    denied = Denied("ops", "shop")
    error = ApiError("may not", "ask for a Role", status=403, reason="Forbidden", denied=denied)
    [checkup] = await look(POD, FakeRung("ws:token", FINE, failed(Step.AUTHORISATION, error)))
    assert not checkup.works
    attempt = checkup.attempt
    assert (attempt.outcome, attempt.status, attempt.reason) == (Outcome.FAILED, 403, "Forbidden")
    assert (attempt.sentence, attempt.hint, attempt.denied) == ("may not", "ask for a Role", denied)


async def test_who_is_not_trusted_is_told_apart() -> None:
    [checkup] = await look(POD, FakeRung("ssh", failed(Step.HOST_KEY, UntrustedError("changed"))))
    assert checkup.attempt.outcome is Outcome.UNTRUSTED


async def test_what_does_not_apply_is_no_failure() -> None:
    [checkup] = await look(POD, FakeRung("ws:in-cluster", error=NotApplicableError("not inside a cluster")))
    assert checkup.attempt.outcome is Outcome.NOT_APPLICABLE
    assert checkup.attempt.sentence == "not inside a cluster"
    assert [check.result for check in checkup.checks] == [Result.NOT_APPLICABLE]


async def test_what_cannot_be_read_fails_at_the_configuration() -> None:
    [checkup] = await look(POD, FakeRung("ws:kubeconfig", error=UntrustedError("odd")))
    assert [(check.step, check.sentence) for check in checkup.checks] == [(Step.CONFIGURATION, "odd")]


async def test_ways_are_looked_at_side_by_side_and_told_in_order() -> None:
    second_has_begun = asyncio.Event()

    async def begin() -> None:
        second_has_begun.set()

    first = FakeRung("ws:kubeconfig", before=second_has_begun.wait)
    found = await look(POD, first, FakeRung("ssh", before=begin))
    assert [checkup.attempt.method for checkup in found] == ["ws:kubeconfig", "ssh"]


async def test_who_stops_listening_leaves_nothing_behind() -> None:
    gone = asyncio.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            gone.set()

    rungs = FakeRung("ws:kubeconfig"), FakeRung("ssh", before=forever)
    async with aclosing(check_up(ladder(*rungs), POD)) as checkups:
        assert (await anext(checkups)).works
    assert gone.is_set()


# -- records --------------------------------------------------------------------------------


async def test_the_record_of_the_pod_is_looked_for() -> None:
    async def find(target: Target) -> Record:
        assert target == POD.target
        return RECORD

    rung = FakeRung("ws:record")
    await look(POD, rung, find=find)
    assert rung.given == [(POD.target, RECORD)]


async def test_a_record_that_is_given_takes_the_place_of_the_pods() -> None:
    async def find(_: Target) -> Record:
        raise AssertionError

    rungs = FakeRung("ws:kubeconfig"), FakeRung("ws:record")
    await look(POD, *rungs, record=RECORD, find=find)
    [(target, record)] = rungs[0].given
    assert rungs[1].given == [(target, record)]
    assert record is not None
    assert (target, replace(record, id="")) == (POD.target, RECORD)


async def test_a_draft_is_not_taken_for_the_record_it_is_a_draft_of() -> None:
    rung = FakeRung("ws:record")
    stored = replace(RECORD, id="7")
    for _ in range(2):
        await look(NAMESPACE, rung, record=stored)
    identities = {record.id for _, record in rung.given if record is not None}
    assert len(identities | {"7"}) == 3


@pytest.mark.parametrize("scope", [NAMESPACE, POD])
async def test_a_record_is_looked_at_alone(scope: Scope) -> None:
    names = ["ws:kubeconfig", "ws:record", "ws:token", "ws:in-cluster", "ssh"]
    found = await look(scope, *map(FakeRung, names), record=RECORD, record_alone=True)
    assert [checkup.attempt.method for checkup in found] == ["ws:record", "ws:token", "ssh"]


async def test_without_pod_and_record_none_is_looked_for() -> None:
    missing = NotApplicableError("no record of this pod")
    found = await look(
        NAMESPACE, FakeRung("ws:record", error=missing), FakeRung("ws:in-cluster", error=missing)
    )
    assert [checkup.attempt.sentence for checkup in found] == [
        "no pod or record was named", "no record of this pod",
    ]  # fmt: skip


async def test_a_database_that_cannot_be_read_is_the_trouble_of_ways_that_need_it() -> None:
    async def find(_: Target) -> None:
        raise DatabaseError("it is damaged", "restore it")

    missing = NotApplicableError("no record of this pod")
    by_record, by_ssh = FakeRung("ws:record", error=missing), FakeRung("ssh")
    found = await look(POD, FakeRung("ws:kubeconfig"), by_record, by_ssh, find=find)
    assert [checkup.works for checkup in found] == [True, False, True]
    assert (found[1].attempt.sentence, found[1].attempt.hint) == ("it is damaged", "restore it")
    assert by_ssh.given == [(POD.target, None)]


# -- steps ----------------------------------------------------------------------------------


async def test_behind_a_step_that_fails_none_is_taken() -> None:
    async def fine() -> Check:
        return FINE

    async def bad() -> Check:
        raise ApiError("refused", status=403)

    async def never() -> Check:
        raise AssertionError

    steps = [(Step.TCP, fine), (Step.TLS, bad), (Step.POD, never), (Step.UPGRADE, never)]
    checks = [check async for check in in_turn(steps)]
    assert [check.result for check in checks] == [Result.OK, Result.FAILED, Result.SKIPPED, Result.SKIPPED]
    assert (checks[1].kind, checks[1].status) == (FailureKind.REFUSED, 403)


async def test_a_mistake_of_podboards_own_is_not_taken_for_a_failure() -> None:
    async def wrong() -> Check:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await look(POD, FakeRung("ws:kubeconfig", before=wrong))
