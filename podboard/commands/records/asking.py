"""What a person is asked for, and what is read from files and standard input."""

from __future__ import annotations

import getpass
import sys
from typing import Final

from podboard.errors import UsageError
from podboard.model.secret import HIDDEN, Secret
from podboard.model.text import one_line
from podboard.paths import expanded

STANDARD_INPUT: Final = "-"
MOST_BYTES: Final = 32 << 20
"""How large a file may be that is read whole."""


def is_asked() -> bool:
    """Whether there is a person at standard input."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask_yes(question: str, *, otherwise: str) -> bool:
    """Ask a question to which only ``yes`` says yes.

    Args:
        otherwise: What to do where nobody can be asked.

    Raises:
        UsageError: Nobody can be asked.
    """
    if not is_asked():
        raise UsageError("this asks first, and standard input is no terminal", otherwise)
    print(f"{question} Type yes: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() == "yes"


def ask_secret(question: str) -> Secret[str]:
    """Ask a person at a terminal for a secret, which is not shown; raises UsageError if none is typed."""
    try:
        text = getpass.getpass(f"{question}: ")
    except EOFError:
        text = ""
    return _secret(text, question)


def read_secret(file: str, what: str) -> Secret[str]:
    """Read a secret from a file; a single line without its end.

    Args:
        file: ``-`` for standard input.
        what: What it is, in words.

    Raises:
        UsageError: It cannot be read, or holds none.
    """
    return _secret(read_text(file), what)


def ask_passphrase(file: str | None, *, twice: bool) -> Secret[str]:
    """Return a passphrase.

    Args:
        file: Where to read it from; None to ask for it.
        twice: Ask for it again, to be sure.

    Raises:
        UsageError: Nobody can be asked, or the two differ.
    """
    if file is not None:
        return read_secret(file, "passphrase")
    if not is_asked():
        raise UsageError(
            "a passphrase is needed, and standard input is no terminal", "give --passphrase-file FILE"
        )
    passphrase = ask_secret("passphrase")
    if twice and ask_secret("passphrase again").reveal() != passphrase.reveal():
        raise UsageError("the two passphrases differ", "nothing was written")
    return passphrase


def read_text(file: str, most: int = MOST_BYTES) -> str:
    """Return what a file holds; a single line without its end.

    Args:
        file: ``-`` for standard input.

    Raises:
        UsageError: It cannot be read, is larger than ``most`` bytes, or is no UTF-8.
    """
    where = file_in_words(file)
    try:
        if file == STANDARD_INPUT:
            data = sys.stdin.buffer.read(most + 1)
        else:
            with expanded(file).open("rb") as opened:
                data = opened.read(most + 1)
        if len(data) > most:
            raise UsageError(f"{where} is larger than {most >> 20} MiB")
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{where} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        # Without the error itself, which holds what was read.
        raise UsageError(f"{where} is no UTF-8 text") from None
    line = text.removesuffix("\n").removesuffix("\r")
    return text if "\n" in line else line


def file_in_words(file: str) -> str:
    """Return what messages call a file."""
    return "standard input" if file == STANDARD_INPUT else one_line(file)


def _secret(text: str, what: str) -> Secret[str]:
    if not text:
        raise UsageError(f"no {what} was given")
    if text == HIDDEN:
        raise UsageError(f"{what} is {HIDDEN}, which is what podboard shows in the place of a secret")
    return Secret.of(text)
