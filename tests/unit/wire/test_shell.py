import shutil
import subprocess
from pathlib import Path

import pytest

from podboard.wire.shell import shell_command

SH = shutil.which("sh")
PROBE = 'echo "$TERM $COLORTERM $LANG ${BASH_VERSION:+bash}"; exit 7'


def run(tools: Path, environment: dict[str, str]) -> tuple[str, int]:
    """Run the command in an image with these tools, feeding the shell a line."""
    done = subprocess.run(
        shell_command("marker"),
        executable=SH,
        input=PROBE,
        env={"PATH": str(tools), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.strip(), done.returncode


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    assert SH is not None
    (tmp_path / "sh").symlink_to(SH)
    return tmp_path


def test_without_bash_it_is_sh_and_the_exit_code_is_its_own(tools: Path) -> None:
    assert run(tools, {}) == ("xterm-256color truecolor C.UTF-8", 7)


def test_bash_is_taken_where_the_image_has_it(tools: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash on this machine")
    (tools / "bash").symlink_to(bash)
    assert run(tools, {}) == ("xterm-256color truecolor C.UTF-8 bash", 7)


def test_the_images_language_stays(tools: Path) -> None:
    assert run(tools, {"LANG": "de_DE.UTF-8"}) == ("xterm-256color truecolor de_DE.UTF-8", 7)
