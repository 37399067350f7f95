"""Finds the files that are data: at the top of a checkout, inside the package once installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def data_file(name: str) -> Path:
    """Where ``podboard.tcss`` or ``schema.sql`` lies.

    Raises:
        FileNotFoundError: In neither place: the installation is broken.
    """
    for folder in (_PACKAGE, _PACKAGE.parent):
        if (path := folder / name).is_file():
            return path
    msg = f"{name} is missing from {_PACKAGE}: install podboard anew"
    raise FileNotFoundError(msg)
