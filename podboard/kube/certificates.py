"""What a certificate says, for a person; nothing of it is verified here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from cryptography import x509

from podboard.model.duration import human_duration
from podboard.model.text import one_line

_MOST_NAMES = 20


class Certificate(NamedTuple):
    """What a certificate says.

    Attributes:
        subject: As RFC 4514 writes it, like ``CN=kube-apiserver``; so is ``issuer``.
        names: The hosts it is for, names and addresses; the first twenty.
        begins: Seconds since 1970, as ``ends``.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    begins: float
    ends: float


def read_certificate(data: bytes) -> Certificate | None:
    """Read a certificate, PEM or DER; None for anything else."""
    try:
        is_pem = data.lstrip().startswith(b"-----")
        found = x509.load_pem_x509_certificate(data) if is_pem else x509.load_der_x509_certificate(data)
        return Certificate(
            one_line(found.subject.rfc4514_string(), 200),
            one_line(found.issuer.rfc4514_string(), 200),
            _names(found),
            found.not_valid_before_utc.timestamp(),
            found.not_valid_after_utc.timestamp(),
        )
    except ValueError:
        return None


def in_words(end: float, now: float) -> str:
    """Say when something that is good until a moment expires, like ``expires in 364d``."""
    if end < now:
        return f"expired {human_duration(now - end)} ago"
    return f"expires in {human_duration(end - now)}"


def moment(seconds: float) -> str:
    """Return seconds since 1970 as RFC 3339 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _names(found: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    names = [name.value for name in extension.value if isinstance(name, x509.DNSName | x509.IPAddress)]
    return tuple(one_line(str(name), 100) for name in names[:_MOST_NAMES])
