"""Which record belongs to a pod."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.model.record import RecordKey
from podboard.records.resolve import Resolver


def key(name: str, pod_name: str, **more: str) -> RecordKey:
    return RecordKey(name, pod_name, **more)


ALL = key("all", "*")
ANY = key("any", "web-*")
LONGER = key("longer", "web-1*")
SHOP = key("shop", "web-*", namespace="shop")
APP = key("app", "web-*", container="app")
PROD = key("prod", "web-*", context="prod")
EXACT = key("exact", "web-1")


@pytest.mark.parametrize(
    ("records", "winner", "reason"),
    [
        ([EXACT], "exact", "the pod's name is its pod_name, and no other record does"),
        ([ANY], "any", "web-* fits, and no other record does"),
        ([LONGER, EXACT], "exact", 'it wins over "longer" as its pod_name is exact'),
        ([ALL, ANY, LONGER], "longer", 'it wins over "any" as its glob has more letters'),
        ([key("set", "[a-z0-9]*"), ANY], "any", 'it wins over "set" as its glob has more letters'),
        ([ANY, APP, SHOP], "app", 'it wins over "shop" as it names the container'),
        ([ANY, SHOP, PROD], "shop", 'it wins over "prod" as it names the namespace'),
        ([ANY, PROD], "prod", 'it wins over "any" as it names the context'),
        ([key("a", "web-*", updated_at="1"), key("b", "web-*", updated_at="2")], "b", "it was changed last"),
        ([ANY, key("twin", "web-*")], "any", "its name comes first"),
        ([key("z", "web-*"), key("a", "web-?")], "a", "its name comes first"),
    ],
)
def test_the_most_specific_one_wins_and_says_why(records: list[RecordKey], winner: str, reason: str) -> None:
    found = Resolver(records).find("web-1", "shop", "app", "prod")
    assert found is not None
    assert found.record.name == winner
    assert reason in found.why
    assert {found.record, *found.others} == set(records)


@pytest.mark.parametrize(
    ("where", "fits"),
    [
        (("web-1", "shop", "app", "prod"), {"all", "any", "longer", "shop", "app", "prod", "exact"}),
        (("web-1", "data", "app", "prod"), {"all", "any", "longer", "app", "prod", "exact"}),
        (("web-1", "shop", "log", "dev"), {"all", "any", "longer", "shop", "exact"}),
        (("web-1", "shop", "", "dev"), {"all", "any", "longer", "shop", "app", "exact"}),
        (("web-1", "shop", "log", None), {"all", "any", "longer", "shop", "prod", "exact"}),
        (("web-1", None, "log", "dev"), {"all", "any", "longer", "shop", "exact"}),
        (("web-2", "data", "log", "dev"), {"all", "any"}),
        (("db", "data", "log", "dev"), {"all"}),
    ],
)
def test_what_a_record_names_must_be_so(where: tuple[str, str, str, str | None], fits: set[str]) -> None:
    found = Resolver([ALL, ANY, LONGER, SHOP, APP, PROD, EXACT]).find(*where)
    assert found is not None
    assert {found.record.name, *(other.name for other in found.others)} == fits


def test_no_record() -> None:
    assert Resolver([]).find("web-1", "shop") is None
    assert Resolver([EXACT]).find("web-11", "shop") is None


GLOBS = st.text("ab*?[]!", min_size=1, max_size=6)


@given(st.lists(GLOBS, max_size=8, unique=True), st.text("ab", min_size=1, max_size=6))
def test_a_glob_fits_as_fnmatch_says(globs: list[str], pod: str) -> None:
    found = Resolver([key(glob, glob) for glob in globs]).find(pod, "shop")
    named = {found.record.name, *(other.name for other in found.others)} if found else set()
    assert named == {glob for glob in globs if fnmatchcase(pod, glob)}
