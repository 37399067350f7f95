"""``podboard records edit``: a record in the person's editor, secrets as placeholders."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from contextlib import contextmanager
from functools import partial
from itertools import dropwhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

from podboard.commands.output import document, emit, harmless
from podboard.commands.records.asking import read_text
from podboard.commands.records.store import in_store
from podboard.errors import DatabaseError, RecordError, UsageError
from podboard.model.record import FIELDS
from podboard.model.secret import HIDDEN
from podboard.model.text import one_line
from podboard.model.times import now
from podboard.records.documents import document_of, read_record
from podboard.wire.documents import parse_document

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from podboard.model.record import Record
    from podboard.records.store import Store

_HEAD = f"""\
# The record "{{name}}"
# {HIDDEN} stands for a secret: it is kept, unless another text is put there or the line is removed.
# An empty file leaves the record as it is. The fields are
# {", ".join(FIELDS[:8])},
# {", ".join(FIELDS[8:])}.
"""


def edit(options: argparse.Namespace) -> int:
    """Let a person change a record in an editor, again and again until it can be stored."""
    name = options.name
    before = in_store(options, lambda store: store.record(name))
    body = document(document_of(before, settable=True), "yaml") + "\n"
    problems: tuple[str, ...] = ()
    with _private_folder() as folder, _cleaning_up_when_ended():
        file = Path(folder) / "record.yaml"
        while True:
            shown = _head(name, problems) + body
            text = _edited(file, shown)
            if problems and text == shown:
                raise RecordError(f'the record "{harmless(name)}" was not changed: {"; ".join(problems)}')
            body = _without_head(text)
            try:
                record = _read(name, body, before)
            except RecordError as error:
                problems = error.problems
                continue
            if record in (None, before):
                emit("Nothing was changed")
                return 0
            try:
                in_store(options, partial(_change, record))
            except (RecordError, DatabaseError) as error:
                problems = (error.message, f"what is saved now takes the place of what is stored ({now()})")
                before = in_store(options, lambda store: store.record(name))
                continue
            emit(f'Changed the record "{harmless(name)}"')
            return 0


def _private_folder() -> TemporaryDirectory[str]:
    try:
        return TemporaryDirectory(prefix="podboard-")
    except OSError as error:
        raise UsageError(
            f"the editor cannot be given a file: {one_line(error.strerror or str(error))}",
            "name a folder in TMPDIR",
        ) from error


async def _change(record: Record, store: Store) -> None:
    await store.change([record])


def _head(name: str, problems: tuple[str, ...]) -> str:
    refused = ["# It was refused:", *(f"#   {one_line(problem)}" for problem in problems)] if problems else []
    return _HEAD.format(name=harmless(name)) + "".join(f"{line}\n" for line in [*refused, "#"])


def _without_head(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(dropwhile(lambda line: line.startswith("#"), lines))


def _read(name: str, body: str, before: Record) -> Record | None:
    """Return the record, None for an empty text; raises RecordError."""
    # The line of a mistake is told as it will be beneath the head that tells of it.
    lines_before = _head(name, ("",)).count("\n")
    try:
        value = parse_document("\n" * lines_before + body)
    except ValueError as error:
        raise RecordError(f"it {error}") from None
    return None if value is None else read_record(value, before=before).record


def _edited(file: Path, text: str) -> str:
    """Return what the person makes of a text; raises UsageError if the editor fails."""
    with os.fdopen(
        os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8"
    ) as opened:
        opened.write(text)
    editor = os.environ.get("EDITOR") or "vi"
    try:
        # As a shell would split it: "code --wait" is an editor, too.
        code = subprocess.run([*shlex.split(editor), str(file)], check=False).returncode  # noqa: S603 - the person's
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no command"
        raise UsageError(f"the editor {one_line(editor)} does not start: {reason}", "set EDITOR") from error
    if code != 0:
        raise UsageError(f"the editor {one_line(editor)} failed with code {code}", "nothing was changed")
    return read_text(str(file))


@contextmanager
def _cleaning_up_when_ended() -> Iterator[None]:
    """Let whoever ends podboard meanwhile not keep it from removing the file; ``ctrl+c`` is the editor's."""

    def leave(number: int, _: object) -> NoReturn:
        raise SystemExit(128 + number)

    def leave_it_to_the_editor(_: int, __: object) -> None:
        """Do nothing; unlike SIG_IGN this is not inherited."""

    handlers = {signal.SIGTERM: leave, signal.SIGHUP: leave, signal.SIGINT: leave_it_to_the_editor}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
