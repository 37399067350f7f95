"""Label and field selectors, as queries write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from podboard.demo.status import bad_request

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?"
_KEY: Final = rf"{_NAME}(?:/{_NAME})?"
_VALUE: Final = rf"(?:{_NAME})?"
_COMMA: Final = re.compile(r",(?![^()]*\))")  # none between brackets
_EQUALITY: Final = re.compile(rf"\s*(?P<key>{_KEY})\s*(?P<operator>==|=|!=)\s*(?P<value>{_VALUE})\s*\Z")
_SET: Final = re.compile(rf"\s*(?P<key>{_KEY})\s+(?P<operator>in|notin)\s*\((?P<values>[^()]*)\)\s*\Z")
_EXISTENCE: Final = re.compile(rf"\s*(?P<operator>!?)\s*(?P<key>{_KEY})\s*\Z")


class Selectable(Protocol):
    """Something with labels and fields; working out the fields may cost something."""

    @property
    def labels(self) -> Mapping[str, str]:
        """Return its labels."""

    @property
    def fields(self) -> Mapping[str, str]:
        """Return its fields."""


class Requirement(NamedTuple):
    """One condition on a label.

    Attributes:
        values: None asks only whether the label is there.
        wanted: False turns the condition round; a missing label then fulfils it.
    """

    key: str
    values: frozenset[str] | None
    wanted: bool

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Say whether these labels fulfil the condition."""
        value = labels.get(self.key)
        met = value is not None and (self.values is None or value in self.values)
        return met is self.wanted


class Selector(NamedTuple):
    """What a list or watch is narrowed to; all conditions must hold."""

    labels: tuple[Requirement, ...] = ()
    fields: tuple[Requirement, ...] = ()

    def matches(self, item: Selectable) -> bool:
        """Say whether something is selected."""
        if not all(one.holds(item.labels) for one in self.labels):
            return False
        return not self.fields or all(one.holds(item.fields) for one in self.fields)


EVERYTHING: Final = Selector()


def parse_selector(label_text: str, field_text: str, known_fields: frozenset[str]) -> Selector:
    """Read ``labelSelector`` and ``fieldSelector``.

    Args:
        known_fields: What this kind of object can be selected by.

    Raises:
        StatusError: Something in them cannot be read, or names a field that cannot be selected by.
    """
    return Selector(_labels(label_text), _fields(field_text, known_fields))


def _labels(text: str) -> tuple[Requirement, ...]:
    if not text.strip():
        return ()
    return tuple(_label(part) for part in _COMMA.split(text))


def _label(text: str) -> Requirement:
    if found := _EQUALITY.match(text):
        return Requirement(found["key"], frozenset({found["value"]}), found["operator"] != "!=")
    if found := _SET.match(text):
        values = frozenset(value.strip() for value in found["values"].split(","))
        return Requirement(found["key"], values, found["operator"] == "in")
    if found := _EXISTENCE.match(text):
        return Requirement(found["key"], None, not found["operator"])
    raise bad_request(f"unable to parse requirement: {text.strip()!r}")


def _fields(text: str, known: frozenset[str]) -> tuple[Requirement, ...]:
    requirements = []
    for part in filter(None, text.split(",")):
        found = re.fullmatch(r"([^=!]+)(==|=|!=)(.*)", part)
        if found is None:
            raise bad_request(f"invalid selector: {part!r}; can't understand {part!r}")
        if found[1] not in known:
            raise bad_request(f"field label not supported: {found[1]}")
        requirements.append(Requirement(found[1], frozenset({found[3]}), found[2] != "!="))
    return tuple(requirements)
