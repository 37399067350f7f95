"""What the tests of the whole podboard have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from podboard.demo.process import DemoProcess
from tests.e2e.person import environment
from tests.support.tools import needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A person's environment with a cluster."""
    needs("tmux")
    process = DemoProcess.start()
    try:
        yield environment(tmp_path, KUBECONFIG=str(process.kubeconfig()))
    finally:
        process.stop()
