"""No test meets the keyring of whoever runs it."""

import os

import pytest

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fuzz-seconds", type=float, default=30.0, help="how long the terminal's screen is fed at random"
    )
