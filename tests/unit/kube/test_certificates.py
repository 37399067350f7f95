"""What certificates say."""

import ssl
import time

import pytest

from podboard.kube.certificates import in_words, moment, read_certificate
from tests.support.certificates import authority, signed

HOUR = 3600.0


def test_a_certificate_of_either_form() -> None:
    pem = signed("server", host="127.0.0.1").certificate
    found = read_certificate(pem)
    assert found is not None
    assert found == read_certificate(ssl.PEM_cert_to_DER_cert(pem.decode()))
    assert (found.subject, found.issuer, found.names) == ("CN=server", "CN=test authority", ("127.0.0.1",))
    assert found.begins < time.time() < found.ends


def test_a_certificate_for_no_host() -> None:
    found = read_certificate(authority().certificate)
    assert found is not None
    assert found.names == ()


def test_what_a_stranger_writes_into_one_is_harmless() -> None:
    found = read_certificate(signed("\x1b[2Jmine").certificate)
    assert found is not None
    assert found.subject.isprintable()


@pytest.mark.parametrize(
    "data", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA\n", b"\x30\x03\x02\x01\x01"]
)
def test_what_is_none(data: bytes) -> None:
    assert read_certificate(data) is None


def test_when_it_expires() -> None:
    assert in_words(5 * HOUR, 0.0) == "expires in 5h"
    assert in_words(0.0, 5 * HOUR) == "expired 5h ago"
    assert moment(0.0) == "1970-01-01T00:00:00Z"
