from collections.abc import Callable

import pytest

from podboard.errors import UsageError
from podboard.model.names import checked_container, checked_namespace, checked_pod

ALL = [checked_namespace, checked_pod, checked_container]


@pytest.mark.parametrize("checked", ALL)
@pytest.mark.parametrize("name", ["a", "web-7d9f8-x2x4q", "0", "a" * 63])
def test_names_pass(checked: Callable[[str], str], name: str) -> None:
    assert checked(name) == name


def test_only_pods_have_dots() -> None:
    assert checked_pod("kube-proxy-node1.example.com") == "kube-proxy-node1.example.com"
    with pytest.raises(UsageError):
        checked_namespace("a.b")


@pytest.mark.parametrize("checked", ALL)
@pytest.mark.parametrize(
    "name", ["", "-a", "a-", "A", "a/b", "a?b", "..", ".", "a..b", "a b", "ä", "a\n", "a" * 254, "a%2fb"]
)
def test_what_is_no_name(checked: Callable[[str], str], name: str) -> None:
    with pytest.raises(UsageError, match="is no name of a") as caught:
        checked(name)
    assert str(caught.value).isprintable()
