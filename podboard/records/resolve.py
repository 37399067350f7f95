"""Which record belongs to a pod: the most specific one that fits it."""

from __future__ import annotations

import re
from fnmatch import translate
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct

from podboard.model.record import is_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podboard.model.record import RecordKey

_WILD = re.compile(r"[*?\[]")
_NONE: dict[str, _Glob] = {}
_NO_LETTER = re.compile(r"\[!?\]?[^\]]*\]|[*?]")


class Resolution(Struct, frozen=True):
    """The record of a pod.

    Attributes:
        record: The one that wins.
        others: The ones that fit as well, the more specific first.
    """

    record: RecordKey
    others: tuple[RecordKey, ...] = ()

    @property
    def why(self) -> str:
        """Why it fits and wins, in words."""
        first = self.record
        fits = f"{first.pod_name} fits" if is_pattern(first.pod_name) else "the pod's name is its pod_name"
        if not self.others:
            return f"{fits}, and no other record does"
        second = self.others[0]
        ranks = zip(_rank(first), _rank(second), _REASONS, strict=True)
        reason = next((reason for mine, other, reason in ranks if mine != other), "its name comes first")
        return f'{fits}; it wins over "{second.name}" as {reason}'


class Resolver:
    """Finds records for pods, among any number of either.

    A record fits a pod whose name is its ``pod_name`` or fits it as a glob, if its namespace, container and
    context are the pod's or not named. Of several the most specific wins: an exact name before a glob, the
    glob with more letters, then a named container, namespace and context, then the one changed last.
    """

    def __init__(self, records: Iterable[RecordKey]) -> None:
        self._exact: dict[str, list[RecordKey]] = {}
        # Globs by what they begin with: a pod's name is looked up by its own beginnings.
        self._globs: dict[str, dict[str, _Glob]] = {}
        for record in records:
            name = record.pod_name
            if wild := _WILD.search(name):
                alike = self._globs.setdefault(name[: wild.start()], {})
                if name not in alike:
                    alike[name] = _Glob(name, wild.start())
                alike[name].records.append(record)
            else:
                self._exact.setdefault(name, []).append(record)
        self._lengths = sorted({len(prefix) for prefix in self._globs})

    def __bool__(self) -> bool:
        """Whether there is any record."""
        return bool(self._exact or self._globs)

    def find(
        self, pod: str, namespace: str | None, container: str = "", context: str | None = None
    ) -> Resolution | None:
        """Return the record for a container of a pod, or None.

        Args:
            namespace: None where it is not known: then records of all namespaces fit.
            container: Empty where none is named: then a record for any one container fits as well.
            context: As namespace.
        """
        fitting = [
            record
            for record in self._named(pod)
            if (namespace is None or record.namespace in (None, namespace))
            and (not container or record.container in (None, container))
            and (context is None or record.context in (None, context))
        ]
        if not fitting:
            return None
        if len(fitting) > 1:
            fitting.sort(key=attrgetter("name"))
            fitting.sort(key=_rank, reverse=True)
        return Resolution(fitting[0], tuple(fitting[1:]))

    def _named(self, pod: str) -> Iterator[RecordKey]:
        yield from self._exact.get(pod, ())
        for length in self._lengths:
            if length > len(pod):
                break
            for glob in self._globs.get(pod[:length], _NONE).values():
                if glob.fits(pod):
                    yield from glob.records


class _Glob:
    """A glob that records name.

    Args:
        text: The glob.
        prefix: How many of its characters stand for themselves, up to the first that does not.
    """

    def __init__(self, text: str, prefix: int) -> None:
        self.records: list[RecordKey] = []
        self._text = text
        self._fits_all = text[prefix:] == "*"
        self._pattern: re.Pattern[str] | None = None

    def fits(self, pod: str) -> bool:
        """Whether it fits a pod whose name begins as it does itself."""
        if self._fits_all:
            return True
        # Not before it is needed: to compile thousands would take longer than to look up as many pods.
        if self._pattern is None:
            self._pattern = re.compile(translate(self._text))
        return self._pattern.match(pod) is not None


def _rank(record: RecordKey) -> tuple[int, int, int, int, int, str]:
    pattern = is_pattern(record.pod_name)
    return (
        not pattern,
        len(_NO_LETTER.sub("", record.pod_name)) if pattern else 0,
        record.container is not None,
        record.namespace is not None,
        record.context is not None,
        record.updated_at,
    )


_REASONS = (
    "its pod_name is exact",
    "its glob has more letters",
    "it names the container",
    "it names the namespace",
    "it names the context",
    "it was changed last",
)
