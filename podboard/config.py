"""``config.toml``: what a person has decided for all clusters."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from podboard.errors import ConfigError
from podboard.model.broadcast import LEAST_DISARM_AFTER, MOST_DISARM_AFTER, BroadcastRules
from podboard.model.record import SSH_PLAIN, SshConnectionDetails
from podboard.model.text import one_line
from podboard.paths import expanded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podboard.model.record import Json

SCROLLBACK: Final = 10_000
MOST_SCROLLBACK: Final = 1_000_000
"""Lines a terminal keeps unless told otherwise, and can be told to keep: a gigabyte, at 120 columns."""

_CONTEXTS: Final = "contexts"
_TABLES: Final = {"ssh", "record", "terminals", "helper", "broadcast", "debug"}

DEBUG_IMAGE: Final = "busybox:1.36"
DETACH_KEYS: Final = "ctrl+p,ctrl+q"
"""What leaves an attached process to itself, as docker has it."""

_DETACH_KEY = re.compile(r"ctrl\+[a-z]|[a-z0-9]")


class Bastion(Struct, frozen=True):
    """A host to go by where no record names one.

    Attributes:
        contexts: Globs of the contexts whose pods it serves.
    """

    details: SshConnectionDetails
    contexts: tuple[str, ...] = ("*",)

    def serves(self, context: str) -> bool:
        """Whether it is for the pods of a context."""
        return any(fnmatchcase(context, pattern) for pattern in self.contexts)


class Recording(Struct, frozen=True):
    """What is recorded without being asked for.

    Attributes:
        contexts: Globs of the contexts whose terminals are.
        input: Whether what is typed is recorded as well, wherever a recording is made.
    """

    contexts: tuple[str, ...] = ()
    input: bool = False

    def wants(self, context: str) -> bool:
        """Whether the terminals of a context are recorded."""
        return any(fnmatchcase(context, pattern) for pattern in self.contexts)


class Helper(Struct, frozen=True):
    """What holds shells where the image has nothing that does.

    Attributes:
        path: Of the program, which is copied into containers.
        contexts: Globs of the contexts where it may be.
    """

    path: Path
    contexts: tuple[str, ...] = ("*",)

    def serves(self, context: str) -> bool:
        """Whether it may be copied into the containers of a context."""
        return any(fnmatchcase(context, pattern) for pattern in self.contexts)


class Config(Struct, frozen=True):
    """What the file says.

    Attributes:
        bastion: ``[ssh]``.
        record: ``[record]``.
        helper: ``[helper]``.
        broadcast: ``[broadcast]``.
        reconnect: Of ``[terminals]``: whether a new shell is opened where a connection was dropped.
        resume: Of ``[terminals]``: whether shells are held in pods beyond a drop, where that can be.
        paste_preview: Of ``[terminals]``: whether pastes of several lines are shown before they are pasted.
        restore: Of ``[terminals]``: whether the board asks if terminals are to be opened again that were open
            when it was left.
        scrollback: Of ``[terminals]``: how many lines a terminal keeps above its screen.
        detach_keys: Of ``[terminals]``: the keys that leave an attached process to itself; none for none.
        debug_image: Of ``[debug]``: the image of debug containers, unless another is typed.
    """

    bastion: Bastion | None = None
    record: Recording = Recording()
    broadcast: BroadcastRules = BroadcastRules()
    reconnect: bool = True
    scrollback: int = SCROLLBACK
    resume: bool = True
    paste_preview: bool = True
    restore: bool = True
    detach_keys: tuple[str, ...] = tuple(DETACH_KEYS.split(","))
    debug_image: str = DEBUG_IMAGE
    helper: Helper | None = None


def read_config(path: Path) -> Config:
    """Read the file; where there is none, nothing has been decided.

    Raises:
        ConfigError: It cannot be read, is no TOML, or says what it cannot say.
    """
    where = one_line(str(path))
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise ConfigError(f"{where} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{where} is no valid TOML: {error.reason}") from error
    return _config(_parsed(text, where), where)


def _parsed(text: str, where: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise ConfigError(f"{where} is no valid TOML: {one_line(str(error))}") from error


def _config(values: Mapping[str, Any], where: str) -> Config:
    if unknown := next((name for name in values if name not in _TABLES), None):
        raise ConfigError(f'{where} has "{one_line(unknown)}", which podboard does not know', "remove it")
    return Config(
        _bastion(_table(values, "ssh", where), where) if "ssh" in values else None,
        _recording(_table(values, "record", where), where),
        _broadcast(_table(values, "broadcast", where), where),
        *_terminals(_table(values, "terminals", where), where),
        restore=_restore(_table(values, "terminals", where), where),
        detach_keys=_detach_keys(_table(values, "terminals", where), where),
        debug_image=_debug_image(_table(values, "debug", where), where),
        helper=_helper(_table(values, "helper", where), where) if "helper" in values else None,
    )


def _table(values: Mapping[str, object], name: str, where: str) -> Mapping[str, Any]:
    table = values.get(name, {})
    if not isinstance(table, dict):
        raise ConfigError(f"{name} in {where} is no table", f"write [{name}] on a line of its own")
    return table


def _recording(table: Mapping[str, Any], where: str) -> Recording:
    if wrong := next((name for name in table if name not in {_CONTEXTS, "input"}), None):
        raise ConfigError(
            f'[record] in {where} has "{one_line(wrong)}", which it cannot have', "it has contexts and input"
        )
    with_input = table.get("input", False)
    if not isinstance(with_input, bool):
        raise ConfigError(f"input of [record] in {where} must be true or false")
    return Recording(_contexts(table, "record", where, []), with_input)


def _broadcast(table: Mapping[str, Any], where: str) -> BroadcastRules:
    rules = BroadcastRules()
    if wrong := next((name for name in table if name not in {"disarm_after", "protected"}), None):
        raise ConfigError(
            f'[broadcast] in {where} has "{one_line(wrong)}", which it cannot have',
            "it has disarm_after and protected",
        )
    seconds = table.get("disarm_after", rules.disarm_after)
    if type(seconds) is not int or not LEAST_DISARM_AFTER <= seconds <= MOST_DISARM_AFTER:
        raise ConfigError(
            f"disarm_after of [broadcast] in {where} must be a number of seconds"
            f" from {LEAST_DISARM_AFTER} to {MOST_DISARM_AFTER}"
        )
    return BroadcastRules(seconds, _globs(table, "protected", "broadcast", where, []))


def _terminals(table: Mapping[str, Any], where: str) -> tuple[bool, int, bool, bool]:
    switches = ("reconnect", "resume", "paste_preview")
    known = {*switches, "scrollback", "detach_keys", "restore"}
    if wrong := next((name for name in table if name not in known), None):
        raise ConfigError(
            f'[terminals] in {where} has "{one_line(wrong)}", which it cannot have',
            "it has reconnect, resume, scrollback, paste_preview, restore and detach_keys",
        )
    reconnect, resume, paste_preview = (table.get(name, True) for name in switches)
    for name in switches:
        if not isinstance(table.get(name, True), bool):
            raise ConfigError(f"{name} of [terminals] in {where} must be true or false")
    scrollback = table.get("scrollback", SCROLLBACK)
    if type(scrollback) is not int or not 0 <= scrollback <= MOST_SCROLLBACK:
        raise ConfigError(
            f"scrollback of [terminals] in {where} must be a number from 0 to {MOST_SCROLLBACK}"
        )
    return reconnect, scrollback, resume, paste_preview


def _restore(table: Mapping[str, Any], where: str) -> bool:
    wish = table.get("restore", "ask")
    if wish not in ("ask", "never"):
        raise ConfigError(f'restore of [terminals] in {where} must be "ask" or "never"')
    return bool(wish == "ask")


def _detach_keys(table: Mapping[str, Any], where: str) -> tuple[str, ...]:
    text = table.get("detach_keys", DETACH_KEYS)
    keys = tuple(text.split(",")) if isinstance(text, str) and text else ()
    if not isinstance(text, str) or not all(_DETACH_KEY.fullmatch(key) for key in keys):
        raise ConfigError(
            f"detach_keys of [terminals] in {where} must be ctrl and a letter, or letters and digits",
            f'like "{DETACH_KEYS}", or "" for none',
        )
    return keys


def _debug_image(table: Mapping[str, Any], where: str) -> str:
    if wrong := next((name for name in table if name != "image"), None):
        raise ConfigError(f'[debug] in {where} has "{one_line(wrong)}", which it cannot have', "it has image")
    image = table.get("image", DEBUG_IMAGE)
    if not isinstance(image, str) or not image.strip():
        raise ConfigError(f"image of [debug] in {where} must name an image", f'like "{DEBUG_IMAGE}"')
    return image.strip()


def _helper(table: Mapping[str, Any], where: str) -> Helper:
    if wrong := next((name for name in table if name not in {_CONTEXTS, "path"}), None):
        raise ConfigError(
            f'[helper] in {where} has "{one_line(wrong)}", which it cannot have', "it has path and contexts"
        )
    text = table.get("path")
    path = expanded(text) if isinstance(text, str) else Path()
    if not path.is_absolute():
        raise ConfigError(f"path of [helper] in {where} must be an absolute path", 'like "~/bin/dtach"')
    return Helper(path, _contexts(table, "helper", where, ["*"]))


def _bastion(table: Mapping[str, Any], where: str) -> Bastion:
    fields: dict[str, Json] = {name: value for name, value in table.items() if name != _CONTEXTS}
    if wrong := next((name for name in fields if name not in SSH_PLAIN), None):
        raise ConfigError(
            f'[ssh] in {where} has "{one_line(wrong)}", which it cannot have',
            "passwords and keys belong into a record, where they are sealed",
        )
    details = SshConnectionDetails.of(fields)
    if problem := next(details.problems(), ""):
        raise ConfigError(f"[ssh] in {where}: {problem}")
    return Bastion(details, _contexts(table, "ssh", where, ["*"]))


def _contexts(table: Mapping[str, Any], name: str, where: str, default: list[str]) -> tuple[str, ...]:
    return _globs(table, _CONTEXTS, name, where, default)


def _globs(table: Mapping[str, Any], key: str, name: str, where: str, default: list[str]) -> tuple[str, ...]:
    globs = table.get(key, default)
    if not isinstance(globs, list) or not all(isinstance(glob, str) for glob in globs):
        raise ConfigError(f"{key} of [{name}] in {where} must be a list of text", 'like ["prod-*"]')
    return tuple(globs)
