"""Rows of the pod list as text: kubectl's columns, as many as the width allows."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.model import pod_columns
from podboard.model.badge import TerminalState
from podboard.model.pod_columns import Health
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.model.badge import Badge
    from podboard.model.pod import Pod
    from podboard.session.pod_view import PodView

HEALTH_SIGNS: Final = {
    Health.UP: "●",
    Health.PENDING: "◐",
    Health.UNWELL: "✗",
    Health.DONE: "○",
    Health.GOING: "◌",
}
"""One cell each, so that no meaning is left to colour alone."""

RECORD_SIGN: Final = "◆"
"""Says that there is a record of the pod."""

PREFIX: Final = 3
"""Cells before the first column: the mark, the health and a gap."""

_GAP: Final = 2
_WIDTHS: Final = {"READY": 5, "STATUS": 17, "RESTARTS": 12, "↻": 4, "AGE": 6, "IP": 15, "NODE": 20}
_LEAST_NAME: Final = 17
_LONGEST_NAMESPACE: Final = 20

_FULL: Final = (
    ("READY", "STATUS", "RESTARTS", "AGE", "TERMINAL"),
    ("READY", "STATUS", "RESTARTS", "AGE", "TERM"),
    ("READY", "STATUS", "↻", "AGE", "TERM"),
    ("READY", "STATUS", "↻", "AGE", "T"),
)
_FEWER: Final = (("READY", "STATUS", "AGE", "T"), ("STATUS", "AGE", "T"), ("STATUS", "T"), ("T",))
_WIDE: Final = tuple((*heads[:-1], "IP", "NODE", heads[-1]) for heads in _FULL)
"""What is shown beside the name, the richest first; the first that fits is taken.

TERMINAL, TERM and T are the badge with more and fewer words."""

_BADGE_WIDTHS: Final = {"TERMINAL": 24, "TERM": 12, "T": 1}

BADGE_HEADS: Final = tuple(_BADGE_WIDTHS)


class Layout(NamedTuple):
    """The columns and their widths in cells, from the left."""

    columns: tuple[tuple[str, int], ...]

    @property
    def heads(self) -> str:
        """The line above the list."""
        shown = {"TERM": "TERMINAL", "T": ""}
        return "".join(f"{shown.get(head, head)[:width]:<{width + _GAP}}" for head, width in self.columns)


class Row(NamedTuple):
    """One pod's cells, each padded to its column.

    Attributes:
        terminal: How the pod's liveliest terminal stands; None where it has none.
    """

    health: Health
    terminal: TerminalState | None
    texts: tuple[tuple[str, str], ...]


def lay_out(view: PodView, width: int, *, namespace: bool, wide: bool, records: bool = False) -> Layout:
    """Choose the columns that fit into ``width`` cells."""
    room = width - PREFIX
    signs = [("R", 1)] if records else []
    first: list[tuple[str, int]] = []
    if namespace:
        longest = min(view.roster.longest_namespace, _LONGEST_NAMESPACE)
        first = [("NAMESPACE", max(longest, len("NAMESPACE")))]
    name = max(view.roster.longest_name, len("NAME"))
    least = min(name, _LEAST_NAME)
    wider = _WIDE if wide else ()
    # Words of the badge give way to whole names, but no column of kubectl's does.
    for heads, needed in (
        *product(wider, (name,)),
        *product(wider, (least,)),
        *product(_FULL, (name,)),
        *product(_FULL + _FEWER, (least,)),
    ):
        rest = signs + [(head, _WIDTHS.get(head) or _BADGE_WIDTHS[head]) for head in heads]
        left = room - sum(cells + _GAP for _, cells in (*first, *rest)) - _GAP
        if left >= needed:
            return Layout((*first, ("NAME", min(name, left)), *rest))
    return Layout((("NAME", max(room - 2 * _GAP - 1, 1)), ("T", 1)))


def cells(pod: Pod, badges: Sequence[Badge], layout: Layout, now: float, *, has_record: bool = False) -> Row:
    """Write one pod's row.

    Args:
        badges: Of the pod's terminals, in the order they were opened.
        now: In seconds since 1970.
        has_record: Whether there is a record of the pod.
    """
    texts = []
    for head, width in layout.columns:
        text = _cell(pod, badges, head, now) if head != "R" else RECORD_SIGN * has_record
        cut = middle_cut(text, width) if head in {"NAME", "NAMESPACE"} else _end_cut(text, width)
        texts.append((head, f"{cut:<{width + _GAP}}"))
    best = _liveliest(badges)
    return Row(pod_columns.health(pod), best.state if best is not None else None, tuple(texts))


def _cell(pod: Pod, badges: Sequence[Badge], head: str, now: float) -> str:  # noqa: PLR0911 - a table
    match head:
        case "NAMESPACE":
            return one_line(pod.namespace)
        case "NAME":
            return one_line(pod.name)
        case "READY":
            return pod_columns.ready(pod)
        case "STATUS":
            return one_line(pod_columns.status(pod))
        case "RESTARTS":
            return pod_columns.restarts(pod, now)
        case "↻":
            return str(pod_columns.restart_count(pod))
        case "AGE":
            return pod_columns.age(pod, now)
        case "IP":
            return one_line(pod_columns.ip(pod))
        case "NODE":
            return one_line(pod_columns.node(pod))
    return _terminals(badges, head)


_LIVELIEST: Final = tuple(
    TerminalState(state) for state in ("open", "reconnecting", "connecting", "failed", "closed")
)


def _liveliest(badges: Sequence[Badge]) -> Badge | None:
    return min(badges, key=lambda badge: _LIVELIEST.index(badge.state)) if badges else None


def _terminals(badges: Sequence[Badge], head: str) -> str:
    """The badge of a pod's liveliest terminal, and how many there are."""
    best = _liveliest(badges)
    if best is None:
        return ""
    many = f" x{len(badges)}" if len(badges) > 1 else ""
    match head:
        case "T":
            return best.sign
        case "TERM":
            return f"{best.sign} {best.words}{many}"
    return f"{best.sign} {best}{many}"


def _end_cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def middle_cut(text: str, width: int) -> str:
    """Shorten a name from its middle: both ends tell pods of one Deployment apart."""
    if len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"
