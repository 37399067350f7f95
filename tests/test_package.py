"""What is built and installed, as opposed to what lies in the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel's files, where an installer would put them."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("podboard-*.whl")
    site = folder / "site"
    zipfile.ZipFile(wheel).extractall(site)
    return site


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # -P and no working directory of ours: only the built package can be meant.
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=site.parent,
        env={**os.environ, "PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    )


def test_the_wheel_holds_the_package_its_data_and_its_licence_only(installed: Path) -> None:
    top = {path.name for path in installed.iterdir()}
    assert "podboard" in top
    assert all(name == "podboard" or name.endswith(".dist-info") for name in top)
    for name in ("podboard.tcss", "schema.sql"):
        assert (installed / "podboard" / name).read_bytes() == (ROOT / name).read_bytes()
    assert list(installed.glob("*.dist-info/licenses/LICENSE"))
    assert (installed / "podboard" / "py.typed").exists()


def test_the_installed_package_runs_from_its_own_files(installed: Path) -> None:
    told = run(installed, "-c", "from podboard.datafiles import data_file; print(data_file('podboard.tcss'))")
    assert told.stdout.strip() == str(installed / "podboard" / "podboard.tcss")
    assert run(installed, "-m", "podboard", "--version").stdout.startswith("podboard ")


def test_the_installed_demo_serves(installed: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "podboard", "demo", "--serve-only"],
        cwd=installed.parent,
        env={**os.environ, "PYTHONPATH": str(installed)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        line = demo.stdout.readline()
        demo.terminate()
        assert line.startswith("KUBECONFIG=/")
        assert demo.wait(10) == 0
    assert not Path(line.strip().removeprefix("KUBECONFIG=")).exists()
