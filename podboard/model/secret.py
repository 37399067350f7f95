"""Values that are shown to nobody by accident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar, final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")

HIDDEN = "(hidden)"
"""What stands where a secret would."""


@final
class Secret(Generic[Value]):
    """A secret; its text, its repr and a traceback that holds it say nothing of it.

    It may be sealed: then it is opened when it is asked for, every time, and kept nowhere.
    """

    __slots__ = ("_open",)

    def __init__(self, reveal: Callable[[], Value]) -> None:
        self._open = reveal

    @classmethod
    def of(cls, value: Value) -> Secret[Value]:
        """Hide a value that is known."""
        return cls(lambda: value)

    def reveal(self) -> Value:
        """Return the value; raises what opening it raises, ``SealError`` where it is sealed."""
        return self._open()

    def __str__(self) -> str:
        return HIDDEN

    def __repr__(self) -> str:
        return f"Secret{HIDDEN}"

    def __reduce__(self) -> str:
        msg = "a secret cannot be pickled or copied into something that writes it down"
        raise TypeError(msg)


class Discreet(Struct, frozen=True):
    """A value with secrets among its fields: a traceback or a log that holds it says nothing of any."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {HIDDEN}>"
