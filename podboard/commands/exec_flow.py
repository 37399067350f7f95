"""How ``podboard exec`` goes: look up, climb, carry the streams, tell the end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from contextlib import nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from podboard.commands.exec_session import Session
from podboard.commands.in_terminal import InTerminal
from podboard.commands.output import harmless
from podboard.commands.signals import until_signalled
from podboard.errors import ApiError, FailureKind, PodboardError, UsageError
from podboard.kube.targets import PODS, Found, find_target, parse_name
from podboard.logs import start_logging
from podboard.model.attempt import FALLING_BACK, SETUP_FAILED, SSH_FAILED
from podboard.model.ending import EndingKind, failed
from podboard.model.names import checked_container, checked_namespace
from podboard.model.request import ExecRequest
from podboard.model.target import Target
from podboard.model.text import one_line
from podboard.model.timeline import timeline
from podboard.paths import log_file
from podboard.session.climber import Climber
from podboard.session.own_terminal import raw_terminal, size_of, terminal_name
from podboard.session.relay import Relay
from podboard.wire.shell import shell_command
from podboard.wiring import open_ways

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from podboard.kube.targets import Named
    from podboard.model.attempt import Attempt
    from podboard.model.ending import Ending
    from podboard.model.overrides import Overrides
    from podboard.session.attaching import Detaching
    from podboard.session.ladder import Channel
    from podboard.session.leaving import Guest, Leaver
    from podboard.wiring import Ways

log = logging.getLogger(__name__)

LOOKUP: Final = 5.0
"""Seconds for an API server to say which containers a pod has: it need not be the way into the pod."""

INPUT, _OUTPUT, _ERRORS = STREAMS = (0, 1, 2)

_NOT_FOUND: Final = 404
_NOBODY_TELLS: Final = {FailureKind.UNREACHABLE, FailureKind.UNTRUSTED, FailureKind.LOGIN}

_PHRASES: Final = (SETUP_FAILED, FALLING_BACK, SSH_FAILED)

_GREATEST: Final = 255
"""Exit code of a process."""

NO_TERMINAL: Final = "Unable to use a TTY - input is not a terminal or the right kind of file"
"""kubectl's words."""

_NO_WAY: Final = (
    "there is no way into this pod",
    "a kubeconfig, or a record of the pod with a token or an SSH host, would be one",
)


class Wish(Struct, frozen=True):
    """What the command line asks for.

    Attributes:
        name: ``POD`` or ``TYPE/NAME``.
        container: Empty for the default one.
        command: Program and arguments; empty for a shell.
        quiet: Say nothing about choices that were made.
        verbose: Tell what became of each way in.
        attaches: Whether it is not about a command but about the container's own process.
    """

    name: str
    container: str
    command: tuple[str, ...]
    stdin: bool
    tty: bool
    quiet: bool
    verbose: bool
    attaches: bool = False


def execute(overrides: Overrides, database: Path, wish: Wish) -> int:
    """Run a command in a container, with this process's own streams.

    Args:
        overrides: What the flags say of the cluster.
        database: Where records are.
        wish: What the flags say of the command.

    Returns:
        The exit code: the command's own, or 128 and the number of the signal that ended podboard.

    Raises:
        UsageError: The command line asks for something impossible.
        PodboardError: No way leads into the pod, the command did not start, or its end is not known.
    """
    _log_where_possible()
    named = parse_name(wish.name)
    if wish.container:
        checked_container(wish.container)
    if overrides.namespace:
        checked_namespace(overrides.namespace)
    try:
        return asyncio.run(until_signalled(_execute(overrides, database, wish, named)))
    except UsageError:
        raise
    except PodboardError as error:
        # As with kubectl: any other code may be the command's own.
        raise PodboardError(error.message, error.hint) from error


def _log_where_possible() -> None:
    """Log, or do without where nobody named a file: scripts run where nothing can be written, too."""
    try:
        start_logging(log_file(os.environ))
    except UsageError:
        if os.environ.get("PODBOARD_LOG"):
            raise


async def _execute(overrides: Overrides, database: Path, wish: Wish, named: Named) -> int:
    async with (
        InTerminal(database, terminal_name((_ERRORS, INPUT))) as person,
        open_ways(overrides, person.services) as ways,
    ):
        found = await _find(ways, overrides.namespace, wish, named)
        detaching: Detaching | None = None
        if wish.attaches:
            from podboard.commands import attach_flow
            from podboard.session.attaching import end_of_attached

            request = attach_flow.attach_request(wish, found)
            detaching = attach_flow.detaching(request, ways.detach_keys)
        else:
            request = _request(wish, found.target)
        climber = Climber(ways.ladder, lambda: None, partial(_note, request.target))
        session = Session(request.target, climber)
        # What scripts run is not: a loop of theirs would leave nothing else in sight.
        if request.tty or request.attaches:
            noting = person.noting(await ways.context() or "", session, ways.ladder.leaver)
        else:
            noting = nullcontext()
        with noting:
            try:
                channel = await _climb(climber, request, verbose=wish.verbose)
            except PodboardError as error:
                session.ending = failed(error.message, error.hint)
                raise
            person.give_away()
            if wish.attaches and not wish.quiet:
                attach_flow.tell_attached()
            ending: Ending | None = None
            try:
                ending = await _relay(channel, request, detaching, session)
            except BrokenPipeError:
                return 128 + signal.SIGPIPE
            finally:
                await _leave(channel, climber.guest, ending, ways.ladder.leaver)
            session.ending = end_of_attached(ending) if wish.attaches else ending
        if detaching is not None and detaching.is_left:
            attach_flow.tell_left(ending, request)
            return 0
        return _tell(ending)


# -- which container ------------------------------------------------------------------------


async def _find(ways: Ways, namespace: str, wish: Wish, named: Named) -> Found:
    """Find the container that is meant, and say which one is taken where that was not said."""
    if named.kind is PODS:
        found = await _look_up_pod(ways, namespace, wish, named)
    else:
        try:
            client = await ways.client()
            found = await find_target(client, client.access.namespace, named, wish.container)
        except PodboardError as error:
            if error.kind not in _NOBODY_TELLS:
                raise
            raise PodboardError(
                f"{named} cannot be looked up: {error.message}",
                "name a pod, which needs no looking up, for the ways that are left",
            ) from error
    if found.others and not wish.quiet:
        say(f'Defaulted container "{one_line(found.target.container)}" out of: {found.others}')
    return found


async def _look_up_pod(ways: Ways, namespace: str, wish: Wish, named: Named) -> Found:
    """Find a pod's default container; where no API server tells, whoever runs the command chooses it."""
    try:
        client = await ways.client()
        namespace = client.access.namespace
        if not wish.container or wish.attaches:
            async with asyncio.timeout(LOOKUP):
                return await find_target(client, namespace, named, wish.container)
    except TimeoutError:
        log.info("%s was not looked up: no answer within %d s", named, LOOKUP)
    except PodboardError as error:
        if isinstance(error, ApiError) and error.status == _NOT_FOUND:
            raise
        log.info("%s was not looked up: %s", named, one_line(error.message))
    return Found(Target(namespace or "default", named.name, wish.container))


# -- to the command, and back ---------------------------------------------------------------


def _request(wish: Wish, target: Target) -> ExecRequest:
    tty = wish.tty and wish.stdin
    if tty and not os.isatty(INPUT):
        tty = False
        if not wish.quiet:
            say(NO_TERMINAL)
    return ExecRequest(
        target,
        wish.command or shell_command(os.urandom(16).hex()),
        tty=tty,
        size=size_of(STREAMS) if tty else None,
        stdin=wish.stdin,
        is_shell=not wish.command and tty,
    )


async def _climb(climber: Climber, request: ExecRequest, *, verbose: bool) -> Channel:
    try:
        channel = await climber.climb(request)
    finally:
        if verbose:
            _tell_timeline(climber.attempts)
    if channel is None:
        told = climber.told
        raise PodboardError(told.sentence, told.hint) if told is not None else PodboardError(*_NO_WAY)
    return channel


def _note(target: Target, level: int, text: str) -> None:
    text = one_line(text)
    log.log(level, "%s", text if text.startswith(_PHRASES) else f"{target}: {text}")


def _tell_timeline(attempts: Sequence[Attempt]) -> None:
    for line in timeline(attempts, time.time()):
        say(harmless(f"{line.way}{line.result}"))
        if line.hint:
            say(harmless(f"{'':{len(line.way)}}→ {line.hint}"))


async def _relay(
    channel: Channel, request: ExecRequest, detaching: Detaching | None, session: Session
) -> Ending:
    relay = Relay(
        channel,
        stdin=INPUT if request.stdin else None,
        stdout=_OUTPUT,
        stderr=_ERRORS,
        size=partial(size_of, STREAMS),
        detaching=detaching,
    )
    own = raw_terminal(INPUT, relay.resized, asyncio.get_running_loop()) if request.tty else nullcontext()
    with own:
        try:
            return await relay.run()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise PodboardError(f"output cannot be written: {error.strerror}") from error
        finally:
            session.received, session.sent = relay.received, relay.sent


async def _leave(channel: Channel, guest: Guest | None, ending: Ending | None, leaver: Leaver) -> None:
    """Let go of a connection and of the shell behind it; one whose connection was cut is one that is left."""
    if ending is None and guest is not None:
        leaver.leave(guest, channel)
        return
    await channel.close()
    if ending is not None and guest is not None:
        if ending.kind is EndingKind.DROPPED:
            leaver.stays(guest.marker, ending.sentence)
        else:
            leaver.gone(guest.marker)


def _tell(ending: Ending) -> int:
    if ending.kind is not EndingKind.EXITED or ending.exit_code is None:
        raise PodboardError(ending.sentence, ending.hint)
    if ending.exit_code:
        say(f"command terminated with exit code {ending.exit_code}")
    # A process has eight bits for it, and what does not fit must not become a success.
    return min(ending.exit_code, _GREATEST)


def say(line: str) -> None:
    """Tell the person something; nobody needs to listen."""
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)
