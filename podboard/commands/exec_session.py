"""A session of ``podboard exec`` or ``attach``, as the history tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.model.attempt import Attempt
    from podboard.model.ending import Ending
    from podboard.model.record import Record
    from podboard.model.target import Target
    from podboard.session.climber import Climber


class Session:
    """A session with a container, as the history asks for it; see ``podboard.session.history.Noted``.

    Args:
        climber: What opens it.

    Attributes:
        ending: None as long as nothing has ended it.
    """

    def __init__(self, target: Target, climber: Climber) -> None:
        self.target = target
        self.ending: Ending | None = None
        self.received = 0
        self.sent = 0
        self.recorded: list[str] = []
        self._climber = climber

    @property
    def attempts(self) -> Sequence[Attempt]:
        """What became of each way in."""
        return self._climber.attempts

    @property
    def record(self) -> Record | None:
        """The record by which it was opened, if it was by one."""
        return self._climber.used_record
