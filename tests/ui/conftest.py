"""What every test of the screen needs."""

import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pods import NOON


@pytest.fixture(autouse=True)
def _unfrozen() -> Iterator[None]:
    """The app spares the collector what it has loaded; one after another would never be collected."""
    yield
    gc.unfreeze()


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder with a short path, which leaves room on a screen for what is said of it."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where records are, or will be."""
    return tmp_path / "podboard.db"


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon, and stays so: ages are the same in every run."""
    monkeypatch.setattr("time.time", lambda: NOON)
