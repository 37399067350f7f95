"""Rows of the pod list, at every width."""

from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.model.badge import Badge, TerminalState
from podboard.model.pod import Metadata, Pod
from podboard.model.pod_columns import Health
from podboard.session.pod_view import PodView
from podboard.session.roster import Roster
from podboard.ui.pod_rows import HEALTH_SIGNS, PREFIX, Layout, cells, lay_out
from tests.support.pods import NOON, pod

WIDTHS = range(20, 221)
NAMES = ("a", "web-7d9f8c6b5-x2x4q", "recommender-batch-7d9f8c6b5-with-a-name-as-long-as-a-name-can-be-x2x4q")
OPEN = Badge(TerminalState.OPEN, "ws:kubeconfig")
FAILED = Badge(TerminalState.FAILED, "ws:kubeconfig")
EXITED = Badge(TerminalState.CLOSED, "ws:kubeconfig", 137)
ON_ITS_WAY = Badge(TerminalState.CONNECTING, "ws:kubeconfig")
AGAIN = Badge(TerminalState.RECONNECTING, "ws:kubeconfig")


def view_of(*pods: Pod) -> PodView:
    roster = Roster()
    roster.update(pods)
    view = PodView(roster)
    view.refresh()
    return view


def heads(layout: Layout) -> list[str]:
    return [head for head, _ in layout.columns]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("namespace", [True, False])
@pytest.mark.parametrize("wide", [True, False])
def test_at_every_width(name: str, namespace: bool, wide: bool) -> None:  # noqa: FBT001 - the cases
    unwell = pod(name, "a-namespace-with-quite-a-name", Health.UNWELL, restarts=137)
    view = view_of(unwell, pod("b"))
    for width in WIDTHS:
        layout = lay_out(view, width, namespace=namespace, wide=wide)
        assert "NAME" in heads(layout)
        assert heads(layout)[-1] in ("TERMINAL", "TERM", "T")
        row = cells(unwell, [OPEN, EXITED], layout, NOON)
        texts = dict(row.texts)
        assert PREFIX + sum(map(len, texts.values())) <= width
        assert len(layout.heads) == sum(map(len, texts.values()))
        assert texts["NAME"].startswith(name[:1])
        assert texts["NAME"].rstrip().endswith(name[-1:])
        assert "●" in texts[heads(layout)[-1]]


def test_where_there_is_room_there_are_kubectls_columns() -> None:
    view = view_of(pod(NAMES[1]), pod("postgres-0", "data"))
    at = {width: heads(lay_out(view, width, namespace=True, wide=False)) for width in WIDTHS}
    full = ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert at[120] == [*full, "TERMINAL"]
    assert at[100][:6] == full
    assert at[80] == [*full[:4], "↻", "AGE", "T"]
    assert at[20] == ["NAME", "T"]
    wide = {width: heads(lay_out(view, width, namespace=True, wide=True)) for width in WIDTHS}
    assert wide[170] == [*full, "IP", "NODE", "TERMINAL"]
    assert wide[120] == [*full[:4], "↻", "AGE", "IP", "NODE", "T"]
    assert wide[80] == at[80]


def test_beside_a_terminal_there_is_ready_too() -> None:
    view = view_of(pod("recommender-7d9f8c6b5-x2x4q"))
    layout = lay_out(view, 59, namespace=False, wide=False)
    assert layout.columns[:2] == (("NAME", 17), ("READY", 5))
    assert heads(layout)[2:] == ["STATUS", "AGE", "T"]


def test_more_room_never_takes_a_column_away() -> None:
    for name in NAMES:
        view = view_of(pod(name))
        counts = [len(lay_out(view, width, namespace=False, wide=False).columns) for width in WIDTHS]
        dips = [
            width for width, (before, after) in zip(WIDTHS, pairwise(counts), strict=False) if after < before
        ]
        assert dips == []


def test_the_cells() -> None:
    view = view_of(pod("web-1"))
    layout = lay_out(view, 200, namespace=True, wide=True)
    row = cells(pod("web-1", health=Health.UNWELL, restarts=3), [], layout, NOON)
    assert {head: text.rstrip() for head, text in row.texts} == {
        "NAMESPACE": "shop",
        "NAME": "web-1",
        "READY": "0/1",
        "STATUS": "CrashLoopBackOff",
        "RESTARTS": "3 (60s ago)",
        "AGE": "60m",
        "IP": "<none>",
        "NODE": "node-1",
        "TERMINAL": "",
    }
    assert row.health is Health.UNWELL


def test_the_heads_are_kubectls_above_their_columns() -> None:
    view = view_of(pod(NAMES[1]))
    layout = lay_out(view, 120, namespace=True, wide=False)
    row = "".join(text for _, text in cells(pod(NAMES[1]), [OPEN], layout, NOON).texts)
    for head, starts in (
        ("NAME ", "web"),
        ("READY", "1/1"),
        ("STATUS", "Running"),
        ("AGE", "60m"),
        ("TERMINAL", "●"),
    ):
        assert layout.heads.index(head) == row.index(starts)


@pytest.mark.parametrize(
    ("badges", "full", "short", "sign"),
    [
        ([], "", "", ""),
        ([OPEN], "● ws:kubeconfig · open", "● open", "●"),
        ([OPEN, OPEN], "● ws:kubeconfig · open x2", "● open x2", "●"),
        ([EXITED, OPEN, FAILED], "● ws:kubeconfig · open x3", "● open x3", "●"),
        ([EXITED, FAILED], "✗ ws:kubeconfig · failed x2", "✗ failed x2", "✗"),
        ([EXITED], "○ ws:kubeconfig · closed 137", "○ closed 137", "○"),
        ([ON_ITS_WAY, FAILED], "◐ ws:kubeconfig · connecting x2", "◐ connecting x2", "◐"),
        ([ON_ITS_WAY, AGAIN], "↺ ws:kubeconfig · reconnecting x2", "↺ reconnecting x2", "↺"),
    ],
)
def test_the_liveliest_terminal_speaks_for_all(badges: list[Badge], full: str, short: str, sign: str) -> None:
    shown = {}
    for head in ("TERMINAL", "TERM", "T"):
        row = cells(pod("a"), badges, Layout(((head, 40),)), NOON)
        shown[head] = row.texts[0][1].rstrip()
    assert shown == {"TERMINAL": full, "TERM": short, "T": sign}


def test_every_health_has_a_sign_of_one_cell() -> None:
    assert HEALTH_SIGNS.keys() == set(Health)
    assert len(set(HEALTH_SIGNS.values())) == len(Health)
    assert all(len(sign) == 1 for sign in HEALTH_SIGNS.values())


def test_a_long_name_keeps_both_ends() -> None:
    row = cells(pod("recommender-7d9f8c6b5-x2x4q"), [], Layout((("NAME", 18),)), NOON)
    assert row.texts[0][1].rstrip() == "recommend…b5-x2x4q"
    assert len(row.texts[0][1]) == 20


@given(st.text(max_size=80), st.text(max_size=30), st.integers(1, 220), st.booleans())
def test_whatever_a_server_says(name: str, namespace: str, width: int, wide: bool) -> None:  # noqa: FBT001 - made by hypothesis
    odd = Pod(Metadata(name=name, namespace=namespace))
    layout = lay_out(view_of(odd), width, namespace=True, wide=wide)
    row = cells(odd, [OPEN], layout, NOON)
    line = "".join(chain.from_iterable(row.texts))
    assert line.isprintable()
    assert all(cells >= 1 for _, cells in layout.columns)
    if width >= 20:
        assert PREFIX + sum(len(text) for _, text in row.texts) <= width


# -- records --------------------------------------------------------------------------------


@pytest.mark.parametrize("namespace", [True, False])
def test_records_take_one_cell_at_every_width(namespace: bool) -> None:  # noqa: FBT001 - the cases
    view = view_of(pod(NAMES[1]), pod("b"))
    for width in range(26, 221):
        layout = lay_out(view, width, namespace=namespace, wide=False, records=True)
        if width >= 40:
            assert dict(layout.columns)["R"] == 1
        with_record = cells(pod("b"), [], layout, NOON, has_record=True)
        without = cells(pod("b"), [], layout, NOON, has_record=False)
        assert PREFIX + sum(len(text) for _, text in with_record.texts) <= width
        differences = [
            (yes, no) for yes, no in zip(with_record.texts, without.texts, strict=True) if yes != no
        ]
        assert differences == ([(("R", "◆  "), ("R", "   "))] if "R" in heads(layout) else [])


def test_where_there_are_no_records_they_take_no_room() -> None:
    view = view_of(pod(NAMES[1]))
    assert all("R" not in heads(lay_out(view, width, namespace=True, wide=True)) for width in WIDTHS)
