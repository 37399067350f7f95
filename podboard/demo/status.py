"""Failures as the API server words them: ``metav1.Status`` objects, and the plain texts beside them.

The wordings are those of Kubernetes 1.36; kubectl and people's eyes know them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podboard.demo.gojson import encode

if TYPE_CHECKING:
    from podboard.demo.gojson import Object

NOT_FOUND_TEXT = "404 page not found\n"


class StatusError(Exception):
    """A request answered with a failure instead of what was asked for.

    Args:
        code: The HTTP status.
        message: What the Status says.
        reason: Its machine-readable reason; left out of the body where it is empty.
        details: The Status' ``details``; left out where it is None.
        metadata: The Status' ``metadata``, for the ``continue`` token of a 410.
    """

    def __init__(
        self,
        code: int,
        message: str,
        reason: str = "",
        *,
        details: Object | None = None,
        metadata: Object | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason
        self.details = details
        self.metadata = metadata or {}

    def status(self) -> Object:
        """Return the Status object."""
        body: Object = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": self.metadata,
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            body["reason"] = self.reason
        if self.details is not None:
            body["details"] = self.details
        body["code"] = self.code
        return body

    def body(self) -> bytes:
        """Return the answer's body, with the line end that Go's encoder adds."""
        return encode(self.status()) + b"\n"


class PlainTextError(Exception):
    """A request answered with a failure in plain text: by the router, or by the kubelet behind it."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def unauthorized() -> StatusError:
    """Say that the credentials are not known."""
    return StatusError(401, "Unauthorized", "Unauthorized")


def not_found(resource: str, name: str, group: str = "") -> StatusError:
    """Say that there is no such object; ``resource`` is the plural, as in the path."""
    details: Object = {"name": name, "kind": resource}
    if group:
        resource, details = f"{resource}.{group}", {"name": name, "group": group, "kind": resource}
    return StatusError(404, f'{resource} "{name}" not found', "NotFound", details=details)


def no_such_path() -> PlainTextError:
    """Say that the path means nothing here."""
    return PlainTextError(404, NOT_FOUND_TEXT)


def method_not_allowed() -> StatusError:
    """Say that the resource cannot do this."""
    message = "the server does not allow this method on the requested resource"
    return StatusError(405, message, "MethodNotAllowed", details={})


def bad_request(message: str) -> StatusError:
    """Say what is wrong with the request."""
    return StatusError(400, message, "BadRequest")


def already_exists(resource: str, name: str) -> StatusError:
    """Say that the name is taken."""
    return StatusError(
        409, f'{resource} "{name}" already exists', "AlreadyExists", details={"name": name, "kind": resource}
    )


def conflict(resource: str, name: str, why: str) -> StatusError:
    """Say that the request's precondition does not hold."""
    message = f'Operation cannot be fulfilled on {resource} "{name}": {why}'
    return StatusError(409, message, "Conflict", details={"name": name, "kind": resource})


def invalid(kind: str, name: str, field: str, why: str, reason: str = "FieldValueInvalid") -> StatusError:
    """Say which field of an object cannot be as it is."""
    cause: dict[str, Any] = {"reason": reason, "message": why, "field": field}
    details = {"name": name, "kind": kind, "causes": [cause]}
    return StatusError(422, f'{kind} "{name}" is invalid: {field}: {why}', "Invalid", details=details)


def expired(message: str, continue_token: str = "") -> StatusError:
    """Say that the version asked for is gone; the token, if any, leads on inconsistently."""
    return StatusError(
        410, message, "Expired", metadata={"continue": continue_token} if continue_token else None
    )


def not_acceptable() -> StatusError:
    """Say that none of the wanted media types can be served."""
    message = "only the following media types are accepted: application/json"
    return StatusError(406, message, "NotAcceptable", details={})


def unsupported_media_type(*accepted: str) -> StatusError:
    """Say that the request's body is written in a way that cannot be read here."""
    why = f"accepted media types include: {', '.join(accepted)}"
    message = f"the body of the request was in an unknown format - {why}"
    return StatusError(415, message, "UnsupportedMediaType", details={})
