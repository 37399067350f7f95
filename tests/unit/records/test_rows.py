"""Records as rows of the database."""

import os
import sqlite3
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from podboard.datafiles import data_file
from podboard.errors import SealError
from podboard.model.record import Record
from podboard.model.secret import Secret
from podboard.records.rows import COLUMNS, INSERT, SELECT, record_of, row_of
from podboard.records.sealing import PREFIX, Sealer, key_name
from tests.support.records import MARK, RECORDS, SECRETIVE, opened

KEY = os.urandom(32)
NAME = key_name(KEY)
SEALER = Sealer({NAME: KEY}.__getitem__)
STORED = {"id": "1" * 32, "created_at": "then", "updated_at": "now"}


def stored(record: Record) -> Record:
    """The record as a real database gives it back."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(data_file("schema.sql").read_text("utf-8"))
    connection.execute(INSERT, row_of(record, SEALER, NAME))
    [row] = connection.execute(SELECT).fetchall()
    connection.close()
    return record_of(row, SEALER)


@given(RECORDS)
def test_what_goes_in_comes_out(record: Record) -> None:
    assert opened(stored(replace(record, **STORED))) == opened(replace(record, **STORED))


def test_a_megabyte_and_quotes_come_out() -> None:
    record = replace(
        SECRETIVE, **STORED, kubeconfig=Secret.of("'\"\\\n" * (1 << 18)), note="Bobby'); DROP TABLE records;"
    )
    assert opened(stored(record)) == opened(record)


def row(record: Record) -> dict[str, Any]:
    return dict(zip(COLUMNS, row_of(replace(record, **STORED), SEALER, NAME), strict=True))


def test_no_secret_is_in_a_row() -> None:
    values = row(SECRETIVE)
    assert MARK not in str(values)
    assert values["kubeconfig"].startswith(PREFIX)
    assert values["ssh_connection_details"].count(PREFIX) == 2
    assert '"host": "bastion"' in values["ssh_connection_details"]
    assert values["other"].count(PREFIX) == 1


@pytest.mark.parametrize("field", ["token", "kubeconfig"])
def test_a_secret_opens_in_its_own_record_and_field_only(field: str) -> None:
    values = row(SECRETIVE)
    moved = {**values, "id": "2" * 32}
    swapped = {**values, "token": values["kubeconfig"], "kubeconfig": values["token"]}
    for wrong in (moved, swapped):
        secret = getattr(record_of(list(wrong.values()), SEALER), field)
        with pytest.raises(SealError, match=f"the sealed {field} of record"):
            secret.reveal()


@given(st.sampled_from(["host", "old"]))
def test_what_only_looks_sealed_comes_out_as_it_was(name: str) -> None:
    looks = f"{PREFIX}{NAME}:AAAA"
    record = replace(SECRETIVE, **STORED, other={name: looks})
    assert MARK not in str(row(record))
    assert opened(stored(record))["other"] == {name: ("secret", looks)}
