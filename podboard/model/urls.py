"""URLs that a person or a file names."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_plain_url(text: str, schemes: tuple[str, ...], *, credentials: bool = False) -> bool:
    """Whether this is a URL of one of the schemes, with a host and nothing that would be overlooked.

    Args:
        credentials: Whether user and password may stand in it.
    """
    try:
        url = urlsplit(text)
        complete = bool(url.hostname) and url.port != 0
    except ValueError:
        return False
    clean = text.isascii() and text.isprintable() and " " not in text and not url.query and not url.fragment
    return complete and clean and url.scheme in schemes and (credentials or "@" not in url.netloc)
