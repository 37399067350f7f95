"""Things that go wrong on request.

A fault is written ``NAME[=VALUE][@WHERE]``:

=================  ==========================================================  ==============  =========
name               what goes wrong                                             value           where
=================  ==========================================================  ==============  =========
``refuse``         nothing listens on the port                                 none            all
``hang``           requests are taken and never answered                       none            any
``delay``          requests are answered late                                  seconds         any
``401 403 500``    requests are answered with that failure                     none            any
``gone``           versions and continue tokens count as too old (410)         none            list watch
``drop-watch``     watches are cut                                             seconds (0)     watch
``cut``            exec connections are cut in the middle of a frame           bytes (4096)    exec
``restart``        everything is cut, and the server is away for a moment      seconds (once)  all
=================  ==========================================================  ==============  =========

``where`` is ``exec``, ``watch``, ``list`` or ``all``. Without it ``cut`` means ``exec``, ``drop-watch``
means ``watch``, and everything else means ``all``. A value in brackets holds where none is given; a
``restart`` with seconds happens again and again, so far apart.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

EXEC, WATCH, LIST, ALL = "exec", "watch", "list", "all"
_ANYWHERE: Final = (ALL, EXEC, WATCH, LIST)
_SYNTAX: Final = re.compile(r"(?P<name>[a-z0-9-]+)(?:=(?P<value>[^@]*))?(?:@(?P<where>.*))?")
_LONGEST: Final = 3600.0


class _Form(NamedTuple):
    """How one fault may be written.

    Attributes:
        default: The value where none is given; NaN if one has to be given, None if there is no such thing.
        where: The places it can be at, the usual one first.
    """

    default: float | None
    where: tuple[str, ...]
    most: float = _LONGEST


_FORMS: Final = {
    "refuse": _Form(None, (ALL,)),
    "hang": _Form(None, _ANYWHERE),
    "delay": _Form(math.nan, _ANYWHERE),
    "401": _Form(None, _ANYWHERE),
    "403": _Form(None, _ANYWHERE),
    "500": _Form(None, _ANYWHERE),
    "gone": _Form(None, (ALL, LIST, WATCH)),
    "drop-watch": _Form(0.0, (WATCH,)),
    "cut": _Form(4096.0, (EXEC,), 1e9),
    "restart": _Form(0.0, (ALL,)),
}


class Fault(NamedTuple):
    """One thing that goes wrong."""

    name: str
    value: float
    where: str

    def __str__(self) -> str:
        if _FORMS[self.name].default is None:
            return f"{self.name}@{self.where}"
        value = f"{self.value:f}".rstrip("0").rstrip(".")
        return f"{self.name}={value}@{self.where}"


def parse_fault(text: str) -> Fault:
    """Read a fault.

    Raises:
        UsageError: It is written wrongly; the message says how.
    """
    found = _SYNTAX.fullmatch(text.strip())
    if found is None or found["name"] not in _FORMS:
        raise UsageError(f"There is no fault {text!r}.", f"The faults are {', '.join(_FORMS)}.")
    name, form = found["name"], _FORMS[found["name"]]
    where = found["where"] if found["where"] is not None else form.where[0]
    if where not in form.where:
        raise UsageError(
            f"The fault {name} cannot be at {where!r}.", f"It can be at {', '.join(form.where)}."
        )
    return Fault(name, _value(name, form, found["value"]), where)


def _value(name: str, form: _Form, text: str | None) -> float:
    if form.default is None:
        if text is not None:
            raise UsageError(f"The fault {name} takes no value.", f"Write {name} alone.")
        return 0.0
    if text is None:
        if math.isnan(form.default):
            raise UsageError(f"The fault {name} needs a value.", f"Write {name}=SECONDS, as {name}=0.5.")
        return form.default
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text) or float(text) > form.most:
        raise UsageError(
            f"The fault {name} cannot have the value {text!r}.", f"It is a number from 0 to {form.most:g}."
        )
    return float(text)


class Faults:
    """Which faults are in force; they can be changed at any time."""

    def __init__(self, faults: Iterable[str] = ()) -> None:
        self._faults = tuple(parse_fault(text) for text in faults)
        self._listeners: list[Callable[[], None]] = []

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def set(self, *faults: str) -> None:
        """Put these faults in force, and no others.

        Raises:
            UsageError: One of them is written wrongly; nothing has changed then.
        """
        self._faults = tuple(parse_fault(text) for text in faults)
        for listener in self._listeners:
            listener()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call somebody whenever the faults have changed."""
        self._listeners.append(listener)

    def find(self, name: str, where: str = ALL) -> float | None:
        """Return the value of a fault that is in force at a place, None if it is not."""
        return next(
            (one.value for one in self._faults if one.name == name and one.where in (ALL, where)), None
        )
