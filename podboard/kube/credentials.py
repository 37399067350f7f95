"""What says who is asking: a token, a certificate, and how long they are good for."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from msgspec import Struct

from podboard.model.duration import human_duration
from podboard.model.secret import Discreet

if TYPE_CHECKING:
    from podboard.kube.access import ClientCertificate


class Credentials(Discreet, frozen=True):
    """What a request is sent with. Its repr shows no secret."""

    token: str = ""
    certificate: ClientCertificate | None = None


class Issued(Struct, frozen=True):
    """Credentials that were made for us.

    Attributes:
        until: When they expire, in seconds since 1970; None where only the server knows.
    """

    credentials: Credentials
    until: float | None = None


def expiry(credentials: Credentials, now: float) -> str:
    """Say which credential has expired, like ``the token expired 3h ago``; empty where none has.

    Args:
        credentials: Read unverified: this is a message, the server decides.
        now: Seconds since 1970.
    """
    if credentials.token:
        end, name = token_end(credentials.token), "token"
    elif credentials.certificate:
        end, name = _certificate_end(credentials.certificate.certificate), "client certificate"
    else:
        return ""
    return f"the {name} expired {human_duration(now - end)} ago" if end is not None and end < now else ""


def token_end(token: str) -> float | None:
    """Return the ``exp`` claim of a JSON Web Token, in seconds since 1970; None for any other token."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(claims["exp"])
    except (ValueError, LookupError, TypeError, RecursionError, OverflowError):
        return None


def _certificate_end(pem: bytes) -> float | None:
    # Costs 50 ms to import and is wanted only after a refusal.
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(pem).not_valid_after_utc.timestamp()
    except ValueError:
        return None
