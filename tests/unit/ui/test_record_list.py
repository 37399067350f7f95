"""The list of pod records."""

import pytest
from rich.cells import cell_len

from podboard.model.record import Record
from podboard.ui.widgets.record_list import RecordList


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_the_heads_take_one_line_whatever_the_width(width: int) -> None:
    records = RecordList()
    assert cell_len(records.heads(width)) == width
    assert records.heads(width).startswith("   NAME ")


def test_the_heads_leave_room_for_what_is_below_them() -> None:
    records = RecordList()
    records._records = [Record(name="web-in-the-shop", pod_name="web-*")]
    heads = records.heads(120)
    assert heads.index("POD_NAME") == len("   web-in-the-shop  ")
