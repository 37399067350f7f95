"""Where podboard keeps its files: the XDG base directories."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def expanded(path: str | Path) -> Path:
    """Return a path with the folder that a ``~`` stands for; where there is no such person, as it is.

    ``Path.expanduser`` raises RuntimeError then, which nobody thinks of; so it is a file that is not there.
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111 - see above


def log_file(environ: Mapping[str, str]) -> Path:
    """Where the log is written: ``PODBOARD_LOG``, else ``$XDG_STATE_HOME/podboard/podboard.log``."""
    if path := environ.get("PODBOARD_LOG"):
        return Path(path)
    return _base(environ, "XDG_STATE_HOME", ".local/state") / "podboard" / "podboard.log"


def database_file(environ: Mapping[str, str]) -> Path:
    """Where records are: ``PODBOARD_DATABASE``, else ``$XDG_DATA_HOME/podboard/podboard.db``."""
    if path := environ.get("PODBOARD_DATABASE"):
        return Path(path)
    return _base(environ, "XDG_DATA_HOME", ".local/share") / "podboard" / "podboard.db"


def config_file(environ: Mapping[str, str]) -> Path:
    """Where decisions are: ``PODBOARD_CONFIG``, else ``$XDG_CONFIG_HOME/podboard/config.toml``."""
    if path := environ.get("PODBOARD_CONFIG"):
        return Path(path)
    return _base(environ, "XDG_CONFIG_HOME", ".config") / "podboard" / "config.toml"


def known_hosts_file(environ: Mapping[str, str]) -> Path:
    """Where host keys are kept that a person has accepted: ``$XDG_DATA_HOME/podboard/known_hosts``."""
    return _base(environ, "XDG_DATA_HOME", ".local/share") / "podboard" / "known_hosts"


def recordings_folder(environ: Mapping[str, str]) -> Path:
    """Where recordings of terminals are written: ``$XDG_DATA_HOME/podboard/recordings``."""
    return _base(environ, "XDG_DATA_HOME", ".local/share") / "podboard" / "recordings"


def kept_folder(environ: Mapping[str, str]) -> Path:
    """Where it is kept what terminals had shown: ``$XDG_STATE_HOME/podboard/kept``."""
    return _base(environ, "XDG_STATE_HOME", ".local/state") / "podboard" / "kept"


def _base(environ: Mapping[str, str], name: str, default: str) -> Path:
    # The specification has relative paths ignored.
    value = Path(environ.get(name, ""))
    return value if value.is_absolute() else Path.home() / default
