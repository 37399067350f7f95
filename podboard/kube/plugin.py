"""Credential plugins: programs that print a token or a certificate.

Source: the ``client.authentication.k8s.io`` API and client-go's ``plugin/pkg/client/auth/exec``. Unlike
client-go, a plugin that may but need not talk to the person is first run without the terminal: most of
them never ask, and each would take the screen away whenever a token expires.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import logging
import os
import shutil
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from podboard.errors import LoginError
from podboard.kube.access import ClientCertificate, InteractiveMode, is_token
from podboard.kube.credentials import Credentials, Issued
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from podboard.kube.access import ExecPlugin
    from podboard.kube.login import LendTerminal

    _End = Callable[[asyncio.subprocess.Process], Awaitable[None]]

log = logging.getLogger(__name__)

_PATIENCE: Final = 180.0
"""Seconds for a plugin nobody sees: a login in a browser takes its time."""

_QUIET_TRY: Final = 10.0
"""Seconds for the try without the terminal, where one could be lent."""

_NOT_AGAIN: Final = 30.0
"""Seconds in which a person who has just failed to log in, or would not, is not asked again."""

_FAREWELL: Final = 2.0
"""Seconds from asking a plugin to end to ending it."""

_OUTPUT_LIMIT: Final = 1024 * 1024
_ERROR_TAIL: Final = 4096
_ERROR_LINES: Final = 3
"""How much of what a plugin complains about is told."""


class Plugin:
    """Runs one plugin.

    Args:
        plugin: Which.
        timeout: Seconds it may take; 0 for what suits the case.
        lend_terminal: None where the person cannot be asked.
    """

    def __init__(self, plugin: ExecPlugin, timeout: float, lend_terminal: LendTerminal | None) -> None:
        self._plugin = plugin
        self._timeout = timeout
        self._lend = lend_terminal
        self._failed: LoginError | None = None
        self._failed_at = 0.0

    async def fetch(self) -> Issued:
        """Return what the plugin hands out.

        Raises:
            LoginError: It is missing, fails, takes too long, says something else, or needs a terminal.
        """
        mode = self._plugin.interactive
        if self._lend is None or mode is InteractiveMode.NEVER:
            if mode is InteractiveMode.ALWAYS:
                raise LoginError(
                    f"{self._name} wants to ask on the terminal, and there is none to lend here",
                    "use a context whose user needs no terminal, or log in on another way",
                )
            return await self._run_hidden(self._timeout or _PATIENCE)
        if self._failed is not None and time.monotonic() - self._failed_at < _NOT_AGAIN:
            raise LoginError(self._failed.message, self._failed.hint)
        if mode is InteractiveMode.IF_AVAILABLE:
            try:
                return await self._run_hidden(self._timeout or _QUIET_TRY)
            except PluginMissingError:
                raise
            except LoginError as error:
                log.info("%s did not do without the terminal: %s", self._name, error.message)
        return await self._run_on_terminal(self._lend)

    @property
    def _name(self) -> str:
        return f'the credential plugin "{one_line(Path(self._plugin.command).name)}"'

    async def _run_hidden(self, patience: float) -> Issued:
        # In a session of its own it has no terminal at all, and its whole group can be ended.
        process = await self._start(interactive=False, stderr=asyncio.subprocess.PIPE, start_new_session=True)
        return await self._attend(process, patience, _end_group)

    async def _run_on_terminal(self, lend: LendTerminal) -> Issued:
        outcome: Issued | LoginError
        async with lend():
            try:
                with _interrupts_go_to_the_plugin():
                    # In podboard's own group, so that it may read from the terminal.
                    process = await self._start(interactive=True, stderr=None, start_new_session=False)
                    outcome = await self._attend(process, self._timeout or None, _end)
            except LoginError as error:
                # Textual takes its terminal back only where no exception passes it.
                outcome = error
        if isinstance(outcome, LoginError):
            self._failed, self._failed_at = outcome, time.monotonic()
            raise outcome
        return outcome

    async def _start(
        self, *, interactive: bool, stderr: int | None, start_new_session: bool
    ) -> asyncio.subprocess.Process:
        plugin = self._plugin
        program = _found(plugin.command)
        if program is None:
            raise PluginMissingError(
                f'{plugin.where} needs the program "{one_line(plugin.command)}", which is not installed',
                plugin.install_hint or "install it, where PATH leads",
            )
        told = _exec_credential(plugin, interactive=interactive)
        try:
            return await asyncio.create_subprocess_exec(
                program,
                *plugin.args,
                env={**os.environ, **dict(plugin.env), "KUBERNETES_EXEC_INFO": told},
                stdin=None if interactive else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
                start_new_session=start_new_session,
            )
        except OSError as error:
            raise LoginError(
                f"{self._name} cannot be started: {one_line(error.strerror or type(error).__name__)}",
                "see that it is a program of this machine, and its interpreter there",
            ) from error

    async def _attend(self, process: asyncio.subprocess.Process, patience: float | None, end: _End) -> Issued:
        """Wait for the plugin's end and understand what it said."""
        complaints = bytearray()
        listening = asyncio.create_task(_keep_tail(process.stderr, complaints))
        try:
            async with asyncio.timeout(patience):
                assert process.stdout is not None  # noqa: S101 - it was asked for
                output = await _read(process.stdout)
                code = await process.wait()
                if code:
                    # What it complained about may still be on its way; a child of its may hold the pipe.
                    await asyncio.wait((listening,), timeout=_FAREWELL)
        except TimeoutError:
            raise LoginError(
                f"{self._name} did not end within {patience:g} s{_said(complaints)}",
                "run it by hand to see what it waits for; --request-timeout gives it more time",
            ) from None
        finally:
            if process.returncode is None:
                await end(process)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        if code:
            how = f"failed with exit code {code}" if code > 0 else f"was ended by signal {-code}"
            raise LoginError(f"{self._name} {how}{_said(complaints)}", "log in again, or run it by hand")
        if output is None:
            raise LoginError(f"{self._name} says more than an ExecCredential can hold")
        try:
            return _understood(output, self._plugin.api_version)
        except _NotUnderstoodError as error:
            raise LoginError(f"{self._name} {error}", "run it by hand to see what it prints") from None


class PluginMissingError(LoginError):
    """The plugin's program is not there: to run it with a terminal would not help."""


def _found(command: str) -> str | None:
    """Return the program to run; what PATH finds in the working folder is not meant, as in Go."""
    found = shutil.which(command)
    return found if found is not None and Path(found).is_absolute() else None


def _exec_credential(plugin: ExecPlugin, *, interactive: bool) -> str:
    spec: dict[str, Any] = {"interactive": interactive}
    if plugin.cluster is not None:
        spec = {"cluster": plugin.cluster, **spec}
    return json.dumps({"kind": "ExecCredential", "apiVersion": plugin.api_version, "spec": spec}, default=str)


# -- the process ----------------------------------------------------------------------------


async def _read(stream: asyncio.StreamReader) -> bytes | None:
    """Return all that is written until the end; None where it is too much."""
    pieces, size = [], 0
    while piece := await stream.read(64 * 1024):
        size += len(piece)
        if size <= _OUTPUT_LIMIT:
            pieces.append(piece)
    return b"".join(pieces) if size <= _OUTPUT_LIMIT else None


async def _keep_tail(stream: asyncio.StreamReader | None, tail: bytearray) -> None:
    while stream is not None and (piece := await stream.read(64 * 1024)):
        tail += piece
        del tail[:-_ERROR_TAIL]


async def _end_group(process: asyncio.subprocess.Process) -> None:
    """End a plugin that has a process group of its own, with all that it started there."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of the dead
            os.killpg(process.pid, number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await process.wait()


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a plugin that shares podboard's process group."""
    process.terminate()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_FAREWELL):
            await process.wait()
            return
    process.kill()
    await process.wait()


@contextlib.contextmanager
def _interrupts_go_to_the_plugin() -> Iterator[None]:
    """Let ctrl-c end the plugin and not podboard, which shares its terminal."""
    asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
    # A function and not SIG_IGN, which a program that is started would inherit.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _said(complaints: bytearray) -> str:
    """Return the last lines of what was complained about, after a colon."""
    lines = [line.strip() for line in complaints.decode("utf-8", "replace").splitlines()]
    told = one_line(" ".join([line for line in lines if line][-_ERROR_LINES:]))
    return f": {told}" if told else ""


# -- what it says ---------------------------------------------------------------------------


class _NotUnderstoodError(Exception):
    """What a plugin printed is no credential; says why, as the end of a sentence."""


def _understood(output: bytes, api_version: str) -> Issued:
    try:
        document = json.loads(output)
    except (ValueError, RecursionError):
        raise _NotUnderstoodError("prints no ExecCredential in JSON") from None
    if not isinstance(document, dict) or document.get("kind") != "ExecCredential":
        raise _NotUnderstoodError("prints no ExecCredential")
    if document.get("apiVersion") != api_version:
        version = one_line(str(document.get("apiVersion")), 80)
        raise _NotUnderstoodError(f"speaks {version}, and the kubeconfig says {api_version}")
    status = document.get("status")
    if not isinstance(status, dict):
        raise _NotUnderstoodError("hands out nothing: its ExecCredential has no status")
    token, certificate, key = (
        status.get(name) or "" for name in ("token", "clientCertificateData", "clientKeyData")
    )
    if not all(isinstance(value, str) for value in (token, certificate, key)):
        raise _NotUnderstoodError("hands out what is no text")
    if not (token or certificate or key):
        raise _NotUnderstoodError("hands out neither a token nor a certificate")
    if bool(certificate) != bool(key):
        raise _NotUnderstoodError("hands out a certificate without its key, or a key alone")
    if not is_token(token):
        raise _NotUnderstoodError("hands out a token with characters that no token has")
    pair = ClientCertificate(certificate.encode(), key.encode()) if key else None
    return Issued(Credentials(token, pair), _moment(status.get("expirationTimestamp")))


def _moment(until: object) -> float | None:
    """Return RFC 3339 as seconds since 1970; None where nothing is said."""
    if not until:
        return None
    try:
        moment = dt.datetime.fromisoformat(str(until))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _NotUnderstoodError("names an expirationTimestamp that is none")
    return moment.timestamp()
