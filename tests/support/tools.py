"""Programs that tests drive, and what to do where one is missing."""

from __future__ import annotations

import os
import shutil

import pytest


def needs(*programs: str) -> None:
    """Skip the test where a program is missing; in CI, which installs them, fail."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        told = f"needs {', '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
