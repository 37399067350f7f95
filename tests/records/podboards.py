"""``podboard`` as a process, with a database and a home of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.databases import contents
from tests.support.records import MARK

SCRIPT = Path(sys.executable).with_name("podboard")


class Podboard:
    """Runs podboard, and fails where a secret is in what it prints or on its command line."""

    script = SCRIPT

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.database = folder / "podboard.db"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "PODBOARD_DATABASE": str(self.database),
            **environment,
        }

    def __call__(
        self, *arguments: str, stdin: str = "", code: int = 0, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(SCRIPT), "records", *arguments],
            input=stdin,
            env=self.environment | environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
        )
        assert done.returncode == code, done.stderr
        assert MARK not in done.stdout + done.stderr + " ".join(arguments)
        assert "Traceback" not in done.stderr
        return done

    def start(self, *arguments: str, **more: Any) -> subprocess.Popen[bytes]:
        """Start it and go on."""
        return subprocess.Popen(
            [str(SCRIPT), "records", *arguments], env=self.environment, cwd=self.folder, **more
        )

    def out(self, *arguments: str, **more: Any) -> str:
        """What a call that succeeds prints."""
        return self(*arguments, **more).stdout

    def contents(self) -> dict[str, list[Any]]:
        """All that the database holds."""
        return contents(self.database)

    def told(self, *arguments: str, code: int, **more: Any) -> list[str]:
        """What a call that fails says."""
        done = self(*arguments, code=code, **more)
        assert done.stdout == ""
        return [line.removeprefix("podboard: ") for line in done.stderr.splitlines()]
