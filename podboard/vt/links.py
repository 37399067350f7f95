"""Hyperlinks (OSC 8) that are what they look like.

A program chooses where a hyperlink leads and what is shown for it. Where what is shown looks like an address,
the person goes by that; so a link that leads to another host is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from podboard.vt.cells import Run

_NAME: Final = r"[^\s/:@<>()\[\]{}\"'`,;]"
_ADDRESS: Final = re.compile(
    r"(?:[^\W\d]\w*:)?/{2}\S*"  # with a scheme
    rf"|(?<!{_NAME}){_NAME}+\.[^\W\d_]{{2,}}\.?(?=[/#?]|(?!{_NAME}))",  # a host's name
)


def honest(row: tuple[Run, ...]) -> tuple[Run, ...]:
    """Take the links out of ``row`` that look as if they led elsewhere."""
    kept = list(row)
    at = 0
    while at < len(row):
        end = at
        while end < len(row) and row[end].link:
            end += 1
        if end > at:
            # The whole word is read, whatever part of it is linked.
            before = row[at - 1].text if at else ""
            after = row[end].text if end < len(row) else ""
            linked = "".join(run.text for run in row[at:end])
            text = _last_word(before, linked) + linked + _first_word(after, linked)
            shown = [_parts(address[0]) for address in _ADDRESS.finditer(text)]
            for index in range(at, end):
                if not _leads(shown, row[index].link):
                    kept[index] = row[index]._replace(link="")
        at = end + 1
    return tuple(kept)


def _last_word(before: str, linked: str) -> str:
    apart = not before or before[-1].isspace() or linked[:1].isspace()
    return "" if apart else before.rsplit(maxsplit=1)[-1]


def _first_word(after: str, linked: str) -> str:
    apart = not after or after[0].isspace() or linked[-1:].isspace()
    return "" if apart else after.split(maxsplit=1)[0]


def _leads(shown: list[tuple[str, str]], link: str) -> bool:
    """Whether ``link`` leads to the host of every address that is shown."""
    if not shown:
        return True
    scheme, host = _parts(link)
    for shown_scheme, shown_host in shown:
        if not shown_scheme and scheme == "file":
            continue  # the name of a file, as ls has it
        if shown_host != host or (shown_scheme and shown_scheme != scheme):
            return False
    return True


def _parts(address: str) -> tuple[str, str]:
    """An address's scheme, empty where it has none, and its host."""
    with_host = address if "//" in address else f"//{address}"
    try:
        parts = urlsplit(with_host.rstrip(".,;:)]}>'\""))
    except ValueError:
        return "", address
    return parts.scheme.lower(), (parts.hostname or "").lower().rstrip(".")
