"""JSON and YAML from outside as plain values: refused where it means two things, or grows when it is read.

A YAML document is read event by event and not with PyYAML's composer, which follows aliases (a page of
them grows to gigabytes), lets the last of two equal keys win, and whose C part overflows its stack when
lists are nested deeply.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.model.record import Json

MOST_LEVELS: Final = 64
"""How deeply lists and maps may be nested."""

_MOST_DIGITS = 64
_BIGGEST = 2**64

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times as fast
_TAG = "tag:yaml.org,2002:"
_NUMBERS_AND_FLAGS = tuple(f"{_TAG}{name}" for name in ("bool", "int", "float"))


def parse_document(text: str) -> Json:
    """Return what a document says; JSON if it begins with ``[`` or ``{``, else YAML.

    Raises:
        ValueError: It is none, or is refused; says why and where, as the end of a sentence, and quotes
            nothing of it: there may be secrets in it.
    """
    value = _json(text) if text.lstrip()[:1] in {"[", "{"} else _Yaml(text).document()
    _check(value, MOST_LEVELS)
    return value


def _json(text: str) -> Json:
    try:
        value: Json = json.loads(
            text, object_pairs_hook=_map, parse_constant=_no_number, parse_int=_whole_number
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"is no valid JSON, line {error.lineno}") from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    return value


def _map(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("has a map with the same key twice")
    return values


def _no_number(_: str) -> Json:
    raise ValueError(_NO_NUMBER)


def _whole_number(text: str) -> Json:
    if len(text) > _MOST_DIGITS:
        raise ValueError(_TOO_LARGE)
    return int(text)


def _check(value: Json, levels: int) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(_NO_NUMBER)
    if isinstance(value, int) and abs(value) > _BIGGEST:
        raise ValueError(_TOO_LARGE)
    if isinstance(value, dict | list):
        if levels == 0:
            raise ValueError(_TOO_DEEP)
        for item in value.values() if isinstance(value, dict) else value:
            _check(item, levels - 1)


def is_refused_as_too_deep(error: Exception) -> bool:
    """Tell whether PyYAML's C part, from 6.0.4 on, met more levels in a line than it takes: 1,000."""
    return "nesting depth" in (getattr(error, "problem", None) or "")


_TOO_DEEP = "is nested too deeply"
_TOO_LARGE = "holds a number that is too large"
_NO_NUMBER = "holds a number that is none, or an infinite one"


class _Yaml:
    """Reads one YAML document."""

    def __init__(self, text: str) -> None:
        self._text = text

    def document(self) -> Json:
        """Return the document's value, None for an empty one."""
        try:
            self._loader = _Loader(self._text)
            self._loader.get_event()  # the stream's start
            if self._loader.check_event(yaml.StreamEndEvent):
                return None
            self._loader.get_event()  # the document's
            value = self._value(MOST_LEVELS)
            self._loader.get_event()  # its end
            if not self._loader.check_event(yaml.StreamEndEvent):
                raise self._refusal("holds more than one document", self._loader.peek_event())
        except (yaml.YAMLError, UnicodeError) as error:
            # The parser's own text quotes lines of the document.
            mark = getattr(error, "problem_mark", None)
            what = _TOO_DEEP if is_refused_as_too_deep(error) else "is no valid YAML"
            raise ValueError(f"{what}{f', line {mark.line + 1}' if mark else ''}") from None
        return value

    def _value(self, levels: int) -> Json:
        event = self._loader.get_event()
        if isinstance(event, yaml.AliasEvent):
            raise self._refusal("holds an alias (*); write out what it stands for", event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if levels == 0:
            raise self._refusal(_TOO_DEEP, event)
        values: Any = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        while not self._loader.check_event(yaml.SequenceEndEvent, yaml.MappingEndEvent):
            start = self._loader.peek_event()
            value = self._value(levels - 1)
            if isinstance(values, list):
                values.append(value)
            elif not isinstance(value, str):
                raise self._refusal("has a key that is no text; put it in quotes", start)
            elif value in values:
                raise self._refusal("has a map with the same key twice", start)
            else:
                values[value] = self._value(levels - 1)
        self._loader.get_event()
        return values  # type: ignore[no-any-return]

    def _scalar(self, event: Any) -> Json:
        tag = event.tag or self._loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag in {f"{_TAG}str", "!"}:
            return str(event.value)
        if tag == f"{_TAG}null":
            return None
        if tag not in _NUMBERS_AND_FLAGS:
            kind = tag.removeprefix(_TAG)
            what = "a date or a time" if kind == "timestamp" else "a value with a tag"
            raise self._refusal(f"holds {what}; put it in quotes if it is text", event)
        if len(event.value) > _MOST_DIGITS:
            raise self._refusal(_TOO_LARGE, event)
        node = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark)
        try:
            value: Json = _Loader.yaml_constructors[tag](self._loader, node)
        except (ValueError, LookupError):
            raise self._refusal("holds a value that is not what its tag says", event) from None
        return value

    def _refusal(self, reason: str, event: Any) -> ValueError:
        return ValueError(f"{reason}, line {event.start_mark.line + 1}")
