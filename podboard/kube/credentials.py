"""When an Access's credentials run out, to say so when the server only says "Unauthorized"."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from podboard.errors import KubeconfigError
from podboard.model.duration import human_duration

if TYPE_CHECKING:
    from podboard.kube.access import Access


def expiry(access: Access, now: float) -> str:
    """Say which credential has expired, like ``the token expired 3h ago``; empty where none has.

    Args:
        access: Its token is read unverified: this is a message, the server decides.
        now: Seconds since 1970.
    """
    try:
        token = access.bearer_token()
    except KubeconfigError:
        return ""
    if token:
        end, name = _token_end(token), "token"
    elif access.client_certificate:
        end, name = _certificate_end(access.client_certificate.certificate), "client certificate"
    else:
        return ""
    return f"the {name} expired {human_duration(now - end)} ago" if end is not None and end < now else ""


def _token_end(token: str) -> float | None:
    """Return the ``exp`` claim of a JSON Web Token, None for any other token."""
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
