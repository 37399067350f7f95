from types import SimpleNamespace

import pytest

from podboard.demo.selectors import parse_selector
from podboard.demo.status import StatusError

FIELDS = frozenset({"metadata.name", "status.phase"})
LABELS = {"app": "web", "tier": "front", "example.com/team": "a"}


def selected(labels: str = "", fields: str = "") -> bool:
    item = SimpleNamespace(labels=LABELS, fields={"metadata.name": "web-1", "status.phase": "Running"})
    return parse_selector(labels, fields, FIELDS).matches(item)


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("", True),
        ("app=web", True),
        ("app==web", True),
        ("app = web , tier=front", True),
        ("app=api", False),
        ("app!=api", True),
        ("app!=web", False),
        ("missing!=x", True),
        ("missing=x", False),
        ("app in (web, api)", True),
        ("app in (api)", False),
        ("app notin (api,db),tier", True),
        ("missing notin (x)", True),
        ("app", True),
        ("missing", False),
        ("!missing", True),
        ("!app", False),
        ("example.com/team=a", True),
        ("app in (web),example.com/team in (a,b)", True),
    ],
)
def test_labels(text: str, matches: bool) -> None:  # noqa: FBT001 - a table of cases
    assert selected(labels=text) is matches


@pytest.mark.parametrize(
    "text", ["app in web", "=x", "app=web,", "a b", "app=web tier=front", "app in (web", "-x=1"]
)
def test_label_selectors_that_are_none(text: str) -> None:
    with pytest.raises(StatusError) as caught:
        selected(labels=text)
    assert caught.value.code == 400


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("", True),
        ("metadata.name=web-1", True),
        ("metadata.name==web-1,status.phase=Running", True),
        ("status.phase!=Running", False),
        ("status.phase!=Pending,status.phase!=Failed", True),
    ],
)
def test_fields(text: str, matches: bool) -> None:  # noqa: FBT001 - a table of cases
    assert selected(fields=text) is matches


@pytest.mark.parametrize("text", ["metadata.name", "spec.colour=red", "=x"])
def test_field_selectors_that_are_none(text: str) -> None:
    with pytest.raises(StatusError) as caught:
        selected(fields=text)
    assert caught.value.code == 400
