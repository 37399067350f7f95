import base64
import json

from podboard.kube.access import ClientCertificate
from podboard.kube.credentials import Credentials, expiry
from tests.support.certificates import signed

NOW = 1_800_000_000.0


def token(claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{payload}.signature"


def told(token: str = "", certificate: ClientCertificate | None = None) -> str:
    return expiry(Credentials(token, certificate), NOW)


def test_an_expired_token_is_told_with_its_age() -> None:
    assert told(token=token({"exp": NOW - 3 * 3600})) == "the token expired 3h ago"


def test_a_token_that_is_good_or_unreadable_is_not_blamed() -> None:
    tokens = [
        token({"exp": NOW + 60}),
        token({}),
        token([]),
        token({"exp": "x"}),
        token({"exp": None}),
        "opaque",
    ]
    tokens += [token({"exp": 10**400}), "a.b.c", "a.====.c"]
    assert [told(token=found) for found in tokens] == [""] * len(tokens)


def test_an_expired_client_certificate_is_told() -> None:
    pair = signed("old client", days=-1)
    certificate = ClientCertificate(pair.certificate, pair.key)
    assert told(certificate=certificate).startswith("the client certificate expired ")
    assert expiry(Credentials(certificate=certificate), 0.0) == ""


def test_a_certificate_that_is_none_is_not_blamed() -> None:
    assert told(certificate=ClientCertificate(b"nonsense", b"")) == ""


def test_nobody_can_be_blamed_without_credentials() -> None:
    assert told() == ""
    assert told(token="two words") == ""
