"""Goes up the ladder: tries the ways into a pod as ``wire.ladder`` plans it, and tells what comes of it."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from podboard.errors import DatabaseError, FailureKind, NotApplicableError, PodboardError
from podboard.model.attempt import (
    FALLING_BACK,
    OF_RECORDS,
    SETUP_FAILED,
    SSH,
    SSH_FAILED,
    Attempt,
    Outcome,
)
from podboard.session.leaving import Guest
from podboard.wire.ladder import HEAD_START, Failed, Opened, Silence, Start, Wait, climb
from podboard.wire.resume import resumable_shell_command
from podboard.wire.shell import shell_command

if TYPE_CHECKING:
    from collections.abc import Callable

    from podboard.model.record import Record
    from podboard.model.request import ExecRequest
    from podboard.model.target import Target
    from podboard.session.ladder import Channel, Ladder, Way

_NOT_FOUND, _TOO_MANY, _SERVER_FAILED = 404, 429, 500

_WORTH_REMEMBERING = {FailureKind.UNREACHABLE, FailureKind.UNTRUSTED, FailureKind.LOGIN, FailureKind.UNUSABLE}
"""What will be the same for the next pod; a refusal or the pod's own trouble need not be."""


@dataclass(slots=True, eq=False)
class _Try:
    """One way while it is tried."""

    rung: str
    way: Way
    attempt: Attempt
    recent_failure: str | None
    began: float = 0.0
    is_opening: bool = False
    is_final: bool = False
    may_open_later: bool = False
    task: asyncio.Task[Channel] | None = None
    guest: Guest | None = None


class Climber:
    """One climb into one pod.

    Args:
        ladder: The ways.
        changed: Called when an attempt is not what it was.
        note: Called with what the log should say: its level and the text.

    Attributes:
        winner: The method that opened; empty before one did.
        guest: The shell that was opened, where it was to be one.
        record: What is kept about the pod.
    """

    def __init__(
        self,
        ladder: Ladder,
        changed: Callable[[], None],
        note: Callable[[int, str], None],
    ) -> None:
        self._ladder = ladder
        self._changed = changed
        self._note = note
        self._attempts: dict[str, Attempt] = {}
        self._tries: list[_Try] = []
        self._untrusted: set[tuple[str, str]] = set()
        # Held by the way that starts the command, and kept by the one that did.
        self._starting = asyncio.Lock()
        self.winner = ""
        self.guest: Guest | None = None
        self.record: Record | None = None

    @property
    def used_record(self) -> Record | None:
        """The record that the way that opened stands on; None where it stands on something else."""
        record = self.record
        by_ssh = record is not None and record.ssh_connection_details is not None and self.winner == SSH
        return record if by_ssh or self.winner in OF_RECORDS else None

    @property
    def is_gone(self) -> bool:
        """Whether there is no such pod or container any more, as far as is known."""
        of_the_pod = any(tried.is_final for tried in self._tries)
        return of_the_pod or any(attempt.reason == "NotFound" for attempt in self.attempts)

    @property
    def may_open_later(self) -> bool:
        """Whether a way failed for a reason that may pass by itself: a network, a server that starts."""
        return not self.is_gone and any(tried.may_open_later for tried in self._tries)

    @property
    def attempts(self) -> list[Attempt]:
        """What has become of each way so far, in the order of the ladder."""
        return [self._attempts[rung.name] for rung in self._ladder.rungs if rung.name in self._attempts]

    @property
    def told(self) -> Attempt | None:
        """What to tell where no way opened: the pod's own trouble, else the last way that failed."""
        final = [tried.attempt for tried in self._tries if tried.is_final]
        failures = final or [attempt for attempt in self.attempts if attempt.is_failure]
        return failures[-1] if failures else None

    async def climb(self, request: ExecRequest) -> Channel | None:
        """Open a way; None if none does. The other ways that were tried are let go of.

        Args:
            request: A command that is no shell is started on one way at a time, and not again where it is
                not known whether it was.
        """
        await self._find_ways(request.target)
        opened: Channel | None = None
        try:
            opened = await self._follow(request)
        finally:
            try:
                await self._let_go(opened)
            except asyncio.CancelledError:
                if self.guest is not None:
                    self._ladder.leaver.leave(self.guest, opened, has_begun=False)
                raise
        return opened

    async def _find_ways(self, target: Target) -> None:
        try:
            self.record = await self._ladder.find_record(target)
        except DatabaseError as error:
            self._note(logging.WARNING, f"no records: {error.message}")
        for rung in self._ladder.rungs:
            attempt = Attempt(rung.name, "", time.time(), 0.0, Outcome.TRYING)
            try:
                way = await rung.way(target, self.record)
                recent_failure = self._ladder.recent_failure(rung.name, way.identity)
                self._tries.append(_Try(rung.name, way, attempt, recent_failure))
            except (NotApplicableError, PodboardError) as error:
                self._attempts[rung.name] = attempt = _failed(attempt, error)
                self._tell(attempt, target)

    async def _follow(self, request: ExecRequest) -> Channel | None:
        """Do what ``wire.ladder.climb`` plans."""
        places = range(len(self._tries))
        late = {place for place in places if self._tries[place].recent_failure is not None}
        plan = climb(sorted(places, key=lambda place: (place in late, place)))
        loop = asyncio.get_running_loop()
        silent_until = 0.0
        event: Opened | Failed | Silence | None = None
        with suppress(StopIteration):
            while True:
                match plan.send(event):
                    case Start(place):
                        self._start(self._tries[place], request)
                        silent_until, event = loop.time() + HEAD_START, None
                    case Wait(for_silence):
                        patience = max(0.0, silent_until - loop.time()) if for_silence else None
                        event = await self._wait(request, patience)
                        if isinstance(event, Opened):
                            return self._settle_opened(self._tries[event.way])
        return None

    async def _wait(self, request: ExecRequest, patience: float | None) -> Opened | Failed | Silence:
        """Wait for what becomes of a way; one that opens counts before one that fails."""
        running = {tried.task: place for place, tried in enumerate(self._tries) if _is_tried(tried)}
        done, _ = await asyncio.wait(
            [task for task in running if task is not None],
            timeout=patience, return_when=asyncio.FIRST_COMPLETED,
        )  # fmt: skip
        if not done:
            return Silence()
        place = min((task.exception() is not None, running[task]) for task in done)[1]
        tried = self._tries[place]
        assert tried.task is not None  # noqa: S101 - it is done
        error = tried.task.exception()
        if error is None:
            return Opened(place)
        if not isinstance(error, PodboardError | NotApplicableError):
            raise error
        self._settle_failed(tried, error, request.target)
        return Failed(place, for_good=tried.is_final)

    def _start(self, tried: _Try, request: ExecRequest) -> None:
        tried.began = time.monotonic()
        tried.attempt = replace(tried.attempt, started=time.time(), endpoint=tried.way.endpoint)
        self._put(tried, tried.attempt)
        tried.task = asyncio.create_task(self._try(tried, request))

    async def _try(self, tried: _Try, request: ExecRequest) -> Channel:
        way = tried.way
        say = partial(self._progress, tried)
        await way.prepare()
        say("")
        if (way.endpoint, way.trust) in self._untrusted or (not way.trust and self._met(way.endpoint)):
            msg = "the same server, which is not trusted"
            raise NotApplicableError(msg)
        self._tell_begin(tried, request.target)
        # A WebSocket alone need not be reached for first; a host may have questions, which can be taken back.
        if len(self._tries) > 1 or tried.rung == SSH:
            await way.reach(say)
        is_harmless = request.is_shell or request.attaches
        has_turn = await self._take_turn(patience=HEAD_START if is_harmless else None)
        tried.is_opening = True
        try:
            return await way.open(self._marked(tried, request), say)
        except BaseException:
            tried.is_opening = False
            if tried.guest is not None:
                self._ladder.leaver.gone(tried.guest.marker)
            if has_turn:
                self._starting.release()
            raise

    def _marked(self, tried: _Try, request: ExecRequest) -> ExecRequest:
        """Have a shell carry a marker of its own, by which it can be found again."""
        if not request.is_shell:
            return request
        marker = self._ladder.leaver.begin(request.target)
        tried.guest = Guest(marker, request.target, tried.way)
        command = shell_command(marker)
        if request.resumes is not None and request.size is not None:
            command = resumable_shell_command(marker, request.size, request.resumes, may_ask=request.may_ask)
        return replace(request, command=command)

    def _met(self, endpoint: str) -> bool:
        return any(endpoint == untrusted for untrusted, _ in self._untrusted)

    async def _take_turn(self, patience: float | None) -> bool:
        try:
            async with asyncio.timeout(patience):
                return await self._starting.acquire()
        except TimeoutError:
            return False

    async def _let_go(self, opened: Channel | None) -> None:
        cancelled = []
        for tried in self._tries:
            task = tried.task
            if task is None and tried.recent_failure is not None:
                self._tell_passed_over(tried, tried.recent_failure)
            if task is None or (task.done() and (task.exception() is not None or task.result() is opened)):
                continue
            self._settle_overtaken(tried)
            if tried.is_opening and tried.guest is not None:
                self._ladder.leaver.leave_late(tried.guest, task)
            else:
                task.cancel()
                cancelled.append(task)
        await asyncio.gather(*cancelled, return_exceptions=True)

    # -- what is told -----------------------------------------------------------------------

    def _put(self, tried: _Try, attempt: Attempt) -> None:
        tried.attempt = self._attempts[tried.rung] = attempt
        self._changed()

    def _progress(self, tried: _Try, sentence: str) -> None:
        if tried.attempt.outcome is Outcome.TRYING:
            self._put(tried, replace(tried.attempt, endpoint=tried.way.endpoint, sentence=sentence))

    def _settle_opened(self, tried: _Try) -> Channel:
        duration = time.monotonic() - tried.began
        self._put(tried, replace(tried.attempt, outcome=Outcome.OPENED, sentence="", duration=duration))
        self._ladder.forget_failure(tried.rung, tried.way.identity)
        self._note(logging.INFO, f"{tried.rung}: open after {duration:.2f} s")
        self.winner, self.guest = tried.rung, tried.guest
        if tried.guest is not None:
            self._ladder.leaver.return_to(tried.guest.target, tried.way)
        assert tried.task is not None  # noqa: S101 - it is done
        return tried.task.result()

    def _settle_failed(self, tried: _Try, error: PodboardError | NotApplicableError, target: Target) -> None:
        attempt = replace(tried.attempt, endpoint=tried.way.endpoint, duration=time.monotonic() - tried.began)
        self._put(tried, _failed(attempt, error))
        self._tell(tried.attempt, target)
        if isinstance(error, PodboardError):
            tried.is_final = error.kind is FailureKind.POD
            tried.may_open_later = _may_pass(error)
            if error.kind is FailureKind.UNTRUSTED:
                self._untrusted.add((tried.way.endpoint, tried.way.trust))
            if error.kind in _WORTH_REMEMBERING:
                self._ladder.note_failure(tried.rung, tried.way.identity, error.message)

    def _settle_overtaken(self, tried: _Try) -> None:
        duration = time.monotonic() - tried.began
        sentence = f"no answer for {duration:.1f} s" if duration >= HEAD_START else ""
        self._put(
            tried, replace(tried.attempt, outcome=Outcome.OVERTAKEN, sentence=sentence, duration=duration)
        )
        if sentence:
            self._note(logging.INFO, f"{tried.rung}: {sentence}")
            self._ladder.note_failure(tried.rung, tried.way.identity, sentence)

    def _tell_passed_over(self, tried: _Try, why: str) -> None:
        sentence = f"failed a moment ago: {why}"
        self._put(tried, replace(tried.attempt, outcome=Outcome.OVERTAKEN, sentence=sentence))
        self._note(logging.INFO, f"{tried.rung}: {sentence}")

    def _tell_begin(self, tried: _Try, target: Target) -> None:
        if tried.rung == SSH and len(self._attempts) > 1:
            self._note(logging.WARNING, f"{FALLING_BACK}: {target}: {tried.way.endpoint}")
        else:
            self._note(logging.INFO, f"{tried.rung}: connecting to {tried.way.endpoint}")

    def _tell(self, attempt: Attempt, target: Target) -> None:
        if attempt.is_failure:
            phrase = SSH_FAILED if attempt.method == SSH else SETUP_FAILED
            self._note(logging.ERROR, f"{phrase}: {target}: {attempt.method}: {attempt.sentence}")
        else:
            self._note(logging.INFO, f"{attempt.method}: {attempt.sentence}")


def _is_tried(tried: _Try) -> bool:
    return tried.task is not None and tried.attempt.outcome is Outcome.TRYING


def _may_pass(error: PodboardError) -> bool:
    # A node whose kubelet has just started does not know its pods for a moment, and gives no reason.
    status, has_reason = getattr(error, "status", 0), bool(getattr(error, "reason", ""))
    if error.kind is FailureKind.UNREACHABLE or status >= _SERVER_FAILED or status == _TOO_MANY:
        return True
    return status == _NOT_FOUND and not has_reason


def _failed(attempt: Attempt, error: PodboardError | NotApplicableError) -> Attempt:
    if isinstance(error, NotApplicableError):
        return replace(attempt, outcome=Outcome.NOT_APPLICABLE, sentence=str(error))
    outcome = Outcome.UNTRUSTED if error.kind is FailureKind.UNTRUSTED else Outcome.FAILED
    return replace(
        attempt,
        outcome=outcome,
        status=getattr(error, "status", None),
        reason=getattr(error, "reason", ""),
        sentence=error.message,
        hint=error.hint,
        denied=getattr(error, "denied", None),
    )
