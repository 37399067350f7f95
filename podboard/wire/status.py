"""What a Kubernetes server says when it does not say what was asked for: a Status, or plain text.

Source: ``metav1.Status`` as API servers send it, in the bodies of refused requests and on channel 3 of
exec, there without ``kind`` and ``apiVersion``. The kubelet refuses in plain text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec import Struct

from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_MESSAGE_LIMIT = 4000
"""Characters kept of a message: what matters of a failed start stands behind a long command."""


class Status(Struct, frozen=True):
    """A server's verdict.

    Attributes:
        message: One printable line; empty where the server gave none.
        reason: The machine-readable reason (``NotFound``), empty in plain text and in some kubelet errors.
        exit_code: The command's exit code: 0 for a success, None where no code was told.
    """

    success: bool
    message: str = ""
    reason: str = ""
    exit_code: int | None = None


def parse_status(body: bytes) -> Status | None:
    """Parse a complete Status object; None for anything else, also for a piece of one.

    An exit code is read from the causes, never from the message, whose wording differs between
    the protocol's versions.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.get("status") not in ("Success", "Failure"):
        return None
    success = document["status"] == "Success"
    reason = _text(document, "reason")
    return Status(
        success=success,
        message=one_line(_text(document, "message"), _MESSAGE_LIMIT),
        reason=one_line(reason),
        exit_code=0 if success else _exit_code(document) if reason == "NonZeroExitCode" else None,
    )


def parse_failure(body: bytes) -> Status:
    """Read the body of a refused request: a Status if it is one, plain text otherwise.

    Markup (a proxy's or a login page's) is no message for a person and is left out.
    """
    status = parse_status(body)
    if status is not None:
        return status
    text = body.decode("utf-8", "replace")
    markup = text.lstrip().startswith(("<", "{"))
    return Status(success=False, message="" if markup else one_line(text, _MESSAGE_LIMIT))


def _text(document: dict[str, object], key: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) else ""


def _exit_code(document: dict[str, object]) -> int | None:
    for cause in _causes(document):
        message = _text(cause, "message")
        if _text(cause, "reason") == "ExitCode" and message.isdecimal() and len(message) <= len("4294967295"):
            return int(message)
    return None


def _causes(document: dict[str, object]) -> Iterator[dict[str, object]]:
    details = document.get("details")
    causes = details.get("causes") if isinstance(details, dict) else None
    if isinstance(causes, list):
        yield from (cause for cause in causes if isinstance(cause, dict))
