"""``config.toml``: what a person has decided for all clusters."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from podboard.errors import ConfigError
from podboard.model.record import SSH_PLAIN, SshConnectionDetails
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from podboard.model.record import Json

_CONTEXTS: Final = "contexts"


@dataclass(frozen=True, slots=True)
class Bastion:
    """A host to go by where no record names one.

    Attributes:
        contexts: Globs of the contexts whose pods it serves.
    """

    details: SshConnectionDetails
    contexts: tuple[str, ...] = ("*",)

    def serves(self, context: str) -> bool:
        """Whether it is for the pods of a context."""
        return any(fnmatchcase(context, pattern) for pattern in self.contexts)


@dataclass(frozen=True, slots=True)
class Config:
    """What the file says.

    Attributes:
        bastion: ``[ssh]``.
    """

    bastion: Bastion | None = None


def read_config(path: Path) -> Config:
    """Read the file; where there is none, nothing has been decided.

    Raises:
        ConfigError: It cannot be read, is no TOML, or says what it cannot say.
    """
    where = one_line(str(path))
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise ConfigError(f"{where} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{where} is no valid TOML: {one_line(str(error))}") from error
    if unknown := next((name for name in values if name != "ssh"), None):
        raise ConfigError(f'{where} has "{one_line(unknown)}", which podboard does not know', "remove it")
    return Config(_bastion(values["ssh"], where) if "ssh" in values else None)


def _bastion(table: object, where: str) -> Bastion:
    if not isinstance(table, dict):
        raise ConfigError(f"ssh in {where} is no table", "write [ssh] on a line of its own")
    fields: dict[str, Json] = {name: value for name, value in table.items() if name != _CONTEXTS}
    if wrong := next((name for name in fields if name not in SSH_PLAIN), None):
        raise ConfigError(
            f'[ssh] in {where} has "{one_line(wrong)}", which it cannot have',
            "passwords and keys belong into a record, where they are sealed",
        )
    details = SshConnectionDetails.of(fields)
    if problem := next(details.problems(), ""):
        raise ConfigError(f"[ssh] in {where}: {problem}")
    return Bastion(details, _contexts(table, where))


def _contexts(table: Mapping[str, object], where: str) -> tuple[str, ...]:
    contexts = table.get(_CONTEXTS, ["*"])
    if not isinstance(contexts, list) or not all(isinstance(context, str) for context in contexts):
        raise ConfigError(f"contexts of [ssh] in {where} must be a list of text", 'like ["prod-*"]')
    return tuple(contexts)
