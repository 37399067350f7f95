"""What needs no network."""

import pytest

from podboard.probes import is_address


@pytest.mark.parametrize(
    ("host", "expected"), [("192.0.2.7", True), ("::1", True), ("kubernetes", False), ("", False)]
)
def test_what_is_an_address(host: str, *, expected: bool) -> None:
    assert is_address(host) is expected
