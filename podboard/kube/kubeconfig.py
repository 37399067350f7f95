"""Kubeconfig files, found and merged as kubectl finds and merges them.

Source: client-go's ``tools/clientcmd``. The files of KUBECONFIG are a list in which the first one to
name a cluster, user or context wins with its whole entry; the current context is the first that is
set; files that do not exist are skipped. A file named on the command line is read alone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from podboard.errors import KubeconfigError, NoKubeconfigError
from podboard.kube.kubeconfig_yaml import NO_YAML, TooMuchError, load_yaml
from podboard.model.text import one_line
from podboard.wire.documents import parse_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Entry(Struct, frozen=True):
    """A named cluster, user or context.

    Attributes:
        where: The entry and its file, in words, for messages.
        file: Where it stands; relative paths in it are relative to that file's folder.
        fields: Its body as it came; users' bodies hold secrets.
        own: Whether it came from a file that the person named, as kubectl demands. What came from elsewhere
            may name neither files nor programs of this machine.
    """

    where: str
    file: Path
    fields: dict[str, Any]
    own: bool = True

    def text(self, key: str) -> str:
        """Return a text field, empty where it is missing; raises KubeconfigError for any other type."""
        value = _as_text(self.fields.get(key, ""))
        if value is None:
            raise KubeconfigError(f"{key} of {self.where} must be text", "put it in quotes")
        return value

    def flag(self, key: str) -> bool:
        """Return a boolean field, false where it is missing; raises KubeconfigError for any other type."""
        value = self.fields.get(key)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise KubeconfigError(f"{key} of {self.where} must be true or false")
        return value

    def texts(self, key: str) -> list[str]:
        """Return a list of text, empty where it is missing; raises KubeconfigError for any other type."""
        listed = self.fields.get(key) or []
        if not isinstance(listed, list) or not all(isinstance(value, str) for value in listed):
            raise KubeconfigError(f"{key} of {self.where} must be a list of text", "put numbers in quotes")
        return listed

    def path(self, key: str) -> Path | None:
        """Return a path field, made absolute; None where it is missing."""
        text = self.text(key)
        if not text:
            return None
        if not self.own:
            raise KubeconfigError(
                f"{self.where} names a file ({key}), and only a kubeconfig that is a file may",
                f"put what it holds in its place, as {key}-data or token; or name the kubeconfig by its path",
            )
        return self.file.parent / text


def flags_entry(fields: dict[str, Any]) -> Entry:
    """Return what flags alone say of a cluster, a user or a context."""
    return Entry("the command line", Path.cwd() / "flags", fields)


@dataclass(slots=True)
class Kubeconfig:
    """One or more kubeconfig files as one.

    Attributes:
        files: Those that exist, as messages name them.
        current_context: Empty where no file sets one.
    """

    files: list[str] = field(default_factory=list)
    current_context: str = ""
    clusters: dict[str, Entry] = field(default_factory=dict)
    users: dict[str, Entry] = field(default_factory=dict)
    contexts: dict[str, Entry] = field(default_factory=dict)


def read_kubeconfig(explicit: str | None, environ: Mapping[str, str], home: Path) -> Kubeconfig:
    """Read what kubectl would read.

    Args:
        explicit: The file that ``--kubeconfig`` names, which then is the only one.
        environ: For KUBECONFIG.
        home: Where ``.kube/config`` is, the default.

    Raises:
        NoKubeconfigError: There is no file, or nothing in those there are.
        KubeconfigError: A file cannot be read or understood.
    """
    config = Kubeconfig()
    looked = []
    listed = explicit or environ.get("KUBECONFIG", "")
    if listed:
        source = "--kubeconfig" if explicit else "KUBECONFIG"
        paths = [Path(listed)] if explicit else [Path(name) for name in listed.split(os.pathsep) if name]
    else:
        looked.append("KUBECONFIG (not set)")
        source, paths = "", [home / ".kube" / "config"]
    for path in dict.fromkeys(paths):
        shown = _shown(path, home)
        found = _merge(config, path, shown)
        looked.append(f"{source} {shown} ({found})".lstrip())
    if not (config.clusters or config.users or config.contexts):
        raise NoKubeconfigError(
            "there is no kubeconfig: " + ", ".join(looked),
            "name one with --kubeconfig, or try the demo: podboard demo",
            tuple(looked),
        )
    return config


def parse_kubeconfig(content: str, shown: str) -> Kubeconfig:
    """Read a kubeconfig that is no file: its entries are not the person's ``own``.

    It may be a stranger's, so that aliases, tags and equal keys are refused, and so is what would be too much
    for PyYAML.

    Args:
        content: Its text.
        shown: What messages call it.

    Raises:
        KubeconfigError: It cannot be understood, or nothing is in it.
    """
    try:
        document = parse_document(content)
    except ValueError as error:
        raise KubeconfigError(f"{shown} {error}", "mend it, or name a kubeconfig by its path") from None
    config = Kubeconfig()
    _add(config, document, Entry(shown, Path(), {}, own=False))
    if not (config.clusters or config.users or config.contexts):
        raise KubeconfigError(f"{shown} is empty")
    return config


def _shown(path: Path, home: Path) -> str:
    try:
        return one_line(f"~/{path.relative_to(home)}")
    except ValueError:
        return one_line(str(path))


def _merge(config: Kubeconfig, path: Path, shown: str) -> str:
    """Add a file to the whole; say what it is where the whole has nothing in it."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return "not there"
    except OSError as error:
        raise KubeconfigError(f"{shown} cannot be read: {error.strerror}") from error
    document = _parsed(content, shown)
    if document is None:
        return "empty"
    _add(config, document, Entry(shown, path.absolute(), {}))
    return "names no cluster"


def _parsed(content: bytes, shown: str) -> object:
    try:
        return load_yaml(content)
    except NO_YAML as error:
        # The parser's own text quotes lines of the file, secrets included: say only where.
        what = error.problem if isinstance(error, TooMuchError) else "no valid YAML"
        raise KubeconfigError(f"{shown} is {what}{_position(error)}", "mend it or name another") from None


def _add(config: Kubeconfig, document: object, source: Entry) -> None:
    """Add a document to the whole; what is known already stays as it is."""
    if not isinstance(document, dict | None):
        raise KubeconfigError(f"{source.where} is no kubeconfig", "mend it or name another with --kubeconfig")
    file = replace(source, fields=document or {})
    config.files.append(file.where)
    config.current_context = config.current_context or file.text("current-context")
    for kind, known in (("cluster", config.clusters), ("user", config.users), ("context", config.contexts)):
        added: dict[str, Entry] = {}
        for name, entry in _entries(file, kind):
            if name in added:
                raise KubeconfigError(f"{entry.where} is there twice", "rename one of them")
            added[name] = entry
        known.update((name, entry) for name, entry in added.items() if name not in known)


def _entries(file: Entry, kind: str) -> Iterable[tuple[str, Entry]]:
    listed = file.fields.get(f"{kind}s") or []
    if not isinstance(listed, list):
        raise KubeconfigError(f"{kind}s in {file.where} must be a list")
    for number, item in enumerate(listed, 1):
        name = _as_text(item.get("name")) if isinstance(item, dict) else None
        body = item.get(kind) if isinstance(item, dict) else None
        if not name or not isinstance(body, dict | None):
            raise KubeconfigError(f"{kind} number {number} in {file.where} has no name or no body")
        where = f'{kind} "{one_line(name)}" in {file.where}'
        yield name, replace(file, where=where, fields=body or {})


def _as_text(value: object) -> str | None:
    """Return text as it is, nothing as empty, a number as its digits (so does kubectl); None for the rest."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def _position(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}" if mark else ""
