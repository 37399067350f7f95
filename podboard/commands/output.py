"""What commands print: whole, fit for a terminal, and quiet where nobody reads it any more."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

from podboard.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from podboard.model.record import Json

_MAYBE_UNPRINTABLE = re.compile(r"[^\x20-\x7e\n]")
_WIDEST = 4096


def emit(text: str) -> None:
    """Print a text and its line's end.

    Raises:
        UsageError: Standard output cannot be written.
        SystemExit: Nobody reads it any more, as after ``| head``.
    """
    if sys.stdout is None:
        raise UsageError("standard output cannot be written: it is closed")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _leave_output()
        raise SystemExit(128 + signal.SIGPIPE) from None
    except OSError as error:
        _leave_output()
        raise UsageError(f"standard output cannot be written: {error.strerror}") from error


def note(text: str) -> None:
    """Tell the person something that is no part of the output; nobody needs to read it."""
    with suppress(OSError):
        print(f"podboard: {text}", file=sys.stderr)


def harmless(text: str) -> str:
    """Return a text with every character spelled out that a terminal would act upon, and line ends."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as kubectl prints one, ``<none>`` for what is empty."""
    lines = [columns, *([harmless(cell) or "<none>" for cell in row] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "   ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def document(value: Json, output: str) -> str:
    """Return a value as JSON or YAML in which every character prints.

    Args:
        output: ``json`` or ``yaml``.
    """
    if output == "json":
        return _MAYBE_UNPRINTABLE.sub(_json_escape, json.dumps(value, indent=2, ensure_ascii=False))
    return _yaml(value).rstrip("\n")


def _leave_output() -> None:
    # What is still buffered would fail once more when Python ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)


def _json_escape(match: re.Match[str]) -> str:
    return match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1].replace("\x7f", "\\u007f")


def _yaml(value: Json) -> str:
    import yaml

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(base):  # type: ignore[misc]
        def ignore_aliases(self, _: object) -> bool:
            return True

    def represent_text(dumper: Any, text: str) -> Any:
        plain = text.replace("\n", "")
        style = '"' if not plain.isprintable() else "|" if "\n" in text else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, represent_text)
    text: str = yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=_WIDEST)
    # What does not print is in double quotes: there, YAML reads the same escapes as Python.
    return _MAYBE_UNPRINTABLE.sub(_yaml_escape, text)


def _yaml_escape(match: re.Match[str]) -> str:
    return match[0] if match[0].isprintable() else match[0].encode("unicode_escape").decode("ascii")
