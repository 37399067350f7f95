"""``FIELD=VALUE`` on the command line: the fields of a record, without secrets in sight.

::

    FIELD=VALUE    the value; refused for a secret: a command line can be seen by others
    FIELD=@FILE    what a file holds, @- for standard input
    FIELD=         nothing
    FIELD          a secret, asked for at a terminal, else read from standard input
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.commands.records.asking import STANDARD_INPUT, ask_secret, is_asked, read_secret, read_text
from podboard.errors import UsageError
from podboard.model.record import FIELDS, SSH_PLAIN, SSH_SECRET, is_kubeconfig_path
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from podboard.model.record import Json

SSH: Final = "ssh_connection_details"
_LABELS: Final = "labels"
_MAPS = (SSH, _LABELS)
_SECRETS = ("token", "kubeconfig", *(f"{SSH}.{name}" for name in SSH_SECRET))
_OF_MANY_LINES = ("kubeconfig", f"{SSH}.key_string")
_FLAGS = {"true": True, "false": False}


class Assignment(NamedTuple):
    """A field and its value; none takes the field away. A secret's value is the secret."""

    field: str
    value: Json

    def __repr__(self) -> str:
        return f"Assignment({self.field})"


def parse_assignments(texts: Sequence[str]) -> list[Assignment]:
    """Read assignments; asks for secrets, and reads files and standard input.

    Raises:
        UsageError: One is none, its file cannot be read, or a secret stands on the command line.
    """
    pairs = [text.partition("=") for text in texts]
    fields = [field for field, _, _ in pairs]
    for field in fields:
        check_field(field)
        if fields.count(field) > 1:
            raise UsageError(f"{one_line(field)} is given twice")
    from_input = [
        field for field, equals, value in pairs if value == f"@{STANDARD_INPUT}" or not (equals or is_asked())
    ]
    if len(from_input) > 1:
        raise UsageError(
            f"standard input can hold one of {', '.join(map(one_line, from_input))}", "give FIELD=@FILE"
        )
    return [Assignment(field, _value(field, equals, value)) for field, equals, value in pairs]


def assign(document: dict[str, Json], assignments: Iterable[Assignment]) -> dict[str, Json]:
    """Return a record's document with other values."""
    changed = dict(document)
    for field, value in assignments:
        name, dot, key = field.partition(".")
        if not dot:
            changed[name] = value
            continue
        below = changed.get(name)
        inner = dict(below) if isinstance(below, dict) else {}
        if value is None:
            inner.pop(key, None)
        else:
            inner[key] = value
        changed[name] = inner
    return changed


def check_field(field: str) -> None:
    """Raise UsageError for what is neither a field of a record nor below one."""
    name, dot, key = field.partition(".")
    if name not in FIELDS or (dot and (name not in _MAPS or not key)):
        raise UsageError(
            f'"{one_line(field)}" is no field of a record',
            f"the fields are {', '.join(FIELDS)}; {SSH} and {_LABELS} have fields of their own: {SSH}.host",
        )


def is_secret(field: str) -> bool:
    """Whether a field that podboard knows holds a secret."""
    return field in _SECRETS


def _value(field: str, equals: str, value: str) -> Json:
    if not equals:
        return _asked(field)
    if not value:
        return None
    if field in _MAPS:
        raise UsageError(
            f"{field} has fields of its own", f"like {_example(field)}; {field}= removes them all"
        )
    _check_known(field)
    if value.startswith("@"):
        return _from_file(field, value[1:])
    if field == "kubeconfig" and is_kubeconfig_path(value):
        return value
    if field == "kubeconfig":
        raise UsageError(
            "kubeconfig is neither an absolute path nor @FILE",
            "kubeconfig=/PATH refers to a file, kubeconfig=@FILE keeps what it holds",
        )
    if field in _SECRETS:
        raise UsageError(
            f"{field} is a secret, and others can see the command line",
            f"give {field} alone, or {field}=@FILE",
        )
    if field == "insecure_skip_tls_verify":
        if value not in _FLAGS:
            raise UsageError(f"{field} must be true or false")
        return _FLAGS[value]
    return int(value) if field == f"{SSH}.port" and value.isascii() and value.isdecimal() else value


def _asked(field: str) -> str:
    if field not in _SECRETS:
        raise UsageError(
            f"{one_line(field)} needs a value",
            f"give {one_line(field)}=VALUE, or {one_line(field)}= for none",
        )
    if not is_asked():
        return read_secret(STANDARD_INPUT, field).reveal()
    if field in _OF_MANY_LINES:
        raise UsageError(f"{field} has many lines, which cannot be typed", f"give {field}=@FILE")
    return ask_secret(field).reveal()


def _from_file(field: str, file: str) -> Json:
    if field in _SECRETS:
        return read_secret(file, field).reveal()
    text = read_text(file)
    if field == "certificate_authority_data" and "-----BEGIN" in text:
        return base64.b64encode(text.encode()).decode()
    return text


def _check_known(field: str) -> None:
    name, _, key = field.partition(".")
    if name == SSH and key not in (*SSH_PLAIN, *SSH_SECRET):
        raise UsageError(
            f"{one_line(field)} is no field that podboard knows",
            f"below {SSH} it knows {', '.join((*SSH_PLAIN, *SSH_SECRET))}",
        )


def _example(field: str) -> str:
    return f"{SSH}.host=VALUE" if field == SSH else f"{_LABELS}.app=VALUE"
