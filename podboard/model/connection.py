"""A terminal as the history tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from podboard.model.attempt import Attempt


class Connection(Struct, frozen=True, kw_only=True):
    """One terminal, from the first attempt to its end.

    Attributes:
        context: The kubeconfig's, empty where there was none.
        container: Empty where the server chose.
        started_at: RFC 3339 in UTC, as ``ended_at``, which is None while it lasts and if nobody saw the end.
        record_id: Of the record that was used; None if there was none, or it was removed since.
        record_name: The record's name at the time.
        method: The way in that worked; None if none did.
        bytes_received: From the pod, as ``bytes_sent`` to it.
        ending: How it ended, in words.
        recordings: The files it was recorded to.
    """

    context: str
    namespace: str
    pod_name: str
    container: str
    started_at: str
    ended_at: str | None = None
    record_id: str | None = None
    record_name: str | None = None
    method: str | None = None
    attempts: tuple[Attempt, ...] = ()
    bytes_received: int = 0
    bytes_sent: int = 0
    exit_code: int | None = None
    ending: str | None = None
    recordings: tuple[str, ...] = ()
