"""xterm.js as a witness, where Node and its packages are: ``npm ci`` in ``tests/differential/xterm``."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from podboard.vt.style import Style
from tests.differential.picture import END, Picture, line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podboard.model.size import Size

HANGS: Final = frozenset({"odd: huge counts"})
"""Probes that xterm.js does not come back from: it inserts a thousand million lines one by one."""

FOLDER: Final = Path(__file__).parent / "xterm"


def missing() -> str:
    """Why xterm.js cannot be asked on this machine; empty where it can."""
    if shutil.which("node") is None:
        return "there is no node on this machine"
    if not (FOLDER / "node_modules/@xterm/headless").exists():
        return f"xterm.js is not installed: npm ci in {FOLDER.name}/"
    return ""


def show(size: Size, outputs: Mapping[str, bytes]) -> dict[str, Picture]:
    """What each output looks like on a fresh screen."""
    jobs = [
        {
            "columns": size.columns,
            "rows": size.rows,
            "output": base64.b64encode(output + END).decode(),
        }
        for output in outputs.values()
    ]
    done = subprocess.run(
        ["node", "show.js"],
        cwd=FOLDER,
        input=json.dumps(jobs).encode(),
        capture_output=True,
        check=False,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    return {name: _read(picture) for name, picture in zip(outputs, results, strict=True)}


def _read(picture: dict[str, Any]) -> Picture:
    lines = tuple(line((text, _style(look)) for text, look in row) for row in picture["rows"])
    column, row = picture["cursor"]
    return Picture(lines, (column, row), picture["visible"], picture["alternate"])


def _style(look: list[Any]) -> Style:
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in look]
    return Style(*values)
