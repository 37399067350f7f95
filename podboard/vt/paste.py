"""Pasted text as it goes to the program."""

from __future__ import annotations

import re
from typing import Final

START: Final = b"\x1b[200~"
END: Final = b"\x1b[201~"

# Tab and line ends are text; any other control character would act as a key in disguise,
# and an END inside the text would let the rest of it be typed. Half a surrogate pair is no
# character and cannot be sent.
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def encode_paste(text: str, *, bracketed: bool) -> bytes:
    """What to send for pasted ``text``.

    Args:
        bracketed: Whether the program asked for pastes to be marked (mode 2004). A program that
            did gets the lines as they are; one that did not gets each line end as the enter key.
    """
    text = _UNFIT.sub("", text)
    if bracketed:
        return START + text.encode() + END
    return text.replace("\r\n", "\r").replace("\n", "\r").encode()
