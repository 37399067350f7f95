"""The list as a person asked to see it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.model import pod_columns
from podboard.model.pod import Pod, PodKey
from podboard.model.pod_columns import Health
from podboard.session import pod_view
from podboard.session.pod_view import Column, Filter, PodView
from podboard.session.roster import Roster
from tests.support.pods import HOUR_AGO, MINUTE_AGO, NOON, pod

WEB, API, MAILER = pod("web-1"), pod("api-1"), pod("mailer-1", health=Health.UNWELL, message="no such host")
DATABASE = pod("postgres-0", "data")


def view_of(*pods: Pod) -> PodView:
    roster = Roster()
    roster.update(pods)
    view = PodView(roster)
    view.refresh()
    return view


def names(view: PodView) -> list[str]:
    return [name for _, name in view.keys]


# -- which pods -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ["postgres-0", "api-1", "mailer-1", "web-1"]),
        ("  ", ["postgres-0", "api-1", "mailer-1", "web-1"]),
        ("!", ["postgres-0", "api-1", "mailer-1", "web-1"]),
        ("web", ["web-1"]),
        ("WEB", ["web-1"]),
        (" web ", ["web-1"]),
        ("!web", ["postgres-0", "api-1", "mailer-1"]),
        ("data", ["postgres-0"]),
        ("data/", ["postgres-0"]),
        ("^shop/a", ["api-1"]),
        ("web|api", ["api-1", "web-1"]),
        ("-1 ", ["api-1", "mailer-1", "web-1"]),
        ("crashloop", ["mailer-1"]),
        ("!running", ["mailer-1"]),
        ("nothing like it", []),
        ("web[", []),
        ("!web[", ["postgres-0", "api-1", "mailer-1", "web-1"]),
        ("(", []),
        ("*", []),
        ("a{99999999999}", []),
        pytest.param("(" * 5000, [], id="deep"),
    ],
)
def test_the_filter(text: str, shown: list[str]) -> None:
    view = view_of(WEB, API, MAILER, DATABASE)
    view.filter = Filter(text)
    view.refresh()
    assert names(view) == shown
    assert view.filter.text == text


def test_what_is_no_pattern_is_taken_literally() -> None:
    odd = pod("web-[2")
    view = view_of(WEB, odd)
    view.filter = Filter("WEB-[")
    view.refresh()
    assert names(view) == ["web-[2"]


@pytest.mark.filterwarnings("ignore:Possible:FutureWarning")
@given(st.text(max_size=12))
def test_any_text_is_a_filter(text: str) -> None:
    asked = (WEB.key, pod_columns.status(WEB))
    assert Filter(text).matches(*asked) in (True, False)
    if not Filter(text).is_empty and not text.strip().startswith("!"):
        assert Filter(text).matches(*asked) is not Filter(f"!{text.strip()}").matches(*asked)


# -- in which order -------------------------------------------------------------------------


def test_names_come_in_kubectls_order_until_asked_otherwise() -> None:
    view = view_of(WEB, API, MAILER, DATABASE)
    assert view.column is Column.NAME
    assert list(view.keys) == sorted(view.keys)
    view.reverse = True
    view.refresh()
    assert list(view.keys) == sorted(view.keys, reverse=True)


@pytest.mark.parametrize(
    ("column", "first"),
    [
        (Column.READY, ["b", "c", "a"]),
        (Column.STATUS, ["c", "b", "a"]),
        (Column.RESTARTS, ["b", "a", "c"]),
        (Column.AGE, ["a", "b", "c"]),
    ],
)
def test_sorting(column: Column, first: list[str]) -> None:
    view = view_of(
        pod("a", restarts=2, created="2026-11-20T00:00:00Z"),
        pod("b", health=Health.UNWELL, restarts=37, created=HOUR_AGO),
        pod("c", health=Health.PENDING, created=MINUTE_AGO),
    )
    view.column = column
    view.refresh()
    assert names(view) == first
    view.reverse = True
    view.refresh()
    assert names(view) == first[::-1]


def test_equals_keep_their_order() -> None:
    view = view_of(*[pod(f"p{number}") for number in range(9)])
    for view.column in Column:
        view.refresh()
        assert names(view) == [f"p{number}" for number in range(9)]


# -- reasons below what is unwell -----------------------------------------------------------


def test_a_reason_stands_below_its_pod() -> None:
    view = view_of(API, MAILER, WEB)
    assert view.line_count == 4
    assert [view.index_at(line) for line in range(4)] == [(0, False), (1, False), (1, True), (2, False)]
    assert view.reason(MAILER.key, NOON) == "no such host"


def test_a_reason_tells_how_long_ago() -> None:
    crashing = pod("cart-1", health=Health.UNWELL, restarts=3)
    view = view_of(crashing)
    assert view.reason(crashing.key, NOON) == "last exit 1 Error 60s ago"
    assert view.reason(crashing.key, NOON + 600) == "last exit 1 Error 11m ago"


def test_a_reason_is_one_line_whoever_wrote_it() -> None:
    hostile = pod("evil", health=Health.UNWELL, message="first\nsecond\x1b]52;c;aGk=\x07[red]\u202e")
    reason = view_of(hostile).reason(hostile.key, NOON)
    assert reason.isprintable()
    assert reason.startswith("first second")
    assert "[red]" in reason


def test_a_filtered_pod_takes_its_reason_along() -> None:
    view = view_of(API, MAILER, WEB)
    view.filter = Filter("!mailer")
    view.refresh()
    assert view.line_count == 2


pods = st.lists(
    st.builds(pod, st.from_regex(r"[a-z]{1,3}", fullmatch=True), health=st.sampled_from(Health)),
    max_size=20,
    unique_by=lambda one: one.key,
)


@given(pods, st.sampled_from(Column), st.booleans(), st.sampled_from(["", "a", "!b", "crash"]))
def test_lines_and_pods_find_each_other(
    pods: list[Pod],
    column: Column,
    reverse: bool,  # noqa: FBT001 - made by hypothesis
    text: str,
) -> None:
    view = view_of(*pods)
    view.column, view.reverse, view.filter = column, reverse, Filter(text)
    view.refresh()
    lines = []
    for index, key in enumerate(view.keys):
        assert view.line_of(index) == len(lines)
        lines.append((index, False))
        if view.pods[key] in pods and pod_columns.health(view.pods[key]) is Health.UNWELL:
            assert view.reason(key, NOON)
            lines.append((index, True))
    assert view.line_count == len(lines)
    assert [view.index_at(line) for line in range(view.line_count)] == lines


# -- a roster that moves on -----------------------------------------------------------------


some = st.builds(
    pod,
    st.from_regex(r"[abc]-[01]", fullmatch=True),
    health=st.sampled_from(Health),
    restarts=st.integers(0, 2),
    created=st.sampled_from([HOUR_AGO, MINUTE_AGO]),
)
changes = st.tuples(st.lists(some, max_size=4), st.lists(some.map(lambda one: one.key), max_size=3))


@given(
    st.lists(st.none() | changes, max_size=8),
    st.sampled_from(Column),
    st.booleans(),
    st.sampled_from(["", "a", "!b", "crash"]),
    st.sampled_from([0, 2, pod_view._FEW]),
)
def test_what_was_taken_in_little_by_little_is_what_a_new_list_shows(
    steps: list[tuple[list[Pod], list[PodKey]] | None],
    column: Column,
    reverse: bool,  # noqa: FBT001 - made by hypothesis
    text: str,
    few: int,
) -> None:
    view = view_of(API, MAILER, WEB)
    asked = Filter(text)
    view.column, view.reverse, view.filter = column, reverse, asked
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pod_view, "_FEW", few)
        for step in steps:
            if step is None:
                view.roster.clear()
            else:
                view.roster.update(*step)
            view.refresh()
            anew = PodView(view.roster)
            anew.column, anew.reverse, anew.filter = column, reverse, asked
            anew.refresh()
            assert (view.keys, view.pods) == (anew.keys, anew.pods)
            lines = range(anew.line_count)
            assert [view.index_at(line) for line in lines] == [anew.index_at(line) for line in lines]
            assert view.line_count == anew.line_count


def test_nobody_asks_after_pods_that_did_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    view = view_of(API, MAILER, WEB)
    asked: list[PodKey] = []

    def matches(key: PodKey, _status: str) -> bool:
        asked.append(key)
        return True

    monkeypatch.setattr(view.filter, "matches", matches)
    view.roster.update([pod("web-1", health=Health.PENDING), pod("web-2")], [API.key])
    view.refresh()
    assert sorted(asked) == [("shop", "web-1"), ("shop", "web-2")]
    assert names(view) == ["mailer-1", "web-1", "web-2"]


@pytest.mark.parametrize("what", ["a pod goes", "all go", "a pod comes"])
@pytest.mark.parametrize("text", ["", "1"])
def test_between_two_refreshes_it_stays_as_it_was(what: str, text: str) -> None:
    view = view_of(API, MAILER, WEB)
    view.filter = Filter(text)
    view.refresh()
    before = (list(view.keys), view.line_count)
    match what:
        case "a pod goes":
            view.roster.update([], [API.key, MAILER.key])
        case "all go":
            view.roster.clear()
        case _:
            view.roster.update([pod("aaa")])
    assert (list(view.keys), view.line_count) == before
    for line in range(view.line_count):
        index, is_reason = view.index_at(line)
        assert view.pods[view.keys[index]].key == view.keys[index]
        assert not is_reason or view.reason(view.keys[index], NOON)
    view.refresh()
    assert view.pods == view.roster.pods
