"""Which pods a record means."""

import pytest

from podboard.model.record import Record
from podboard.model.target import Target
from podboard.session.targets import target_of, targets_of
from tests.support.pods import pod
from tests.ui.still import StillCluster

PODS = (pod("web-2"), pod("web-1"), pod("web-1", "data"), pod("api-1"))


def meant(watched: str | None = "shop", **fields: str) -> list[str]:
    cluster = StillCluster(*PODS, namespace=watched)
    return [str(target) for target in targets_of(Record(name="it", **fields), cluster)]


@pytest.mark.parametrize(
    ("fields", "pods"),
    [
        ({"pod_name": "web-*"}, ["data/web-1 · app", "shop/web-1 · app", "shop/web-2 · app"]),
        ({"pod_name": "web-*", "namespace": "shop"}, ["shop/web-1 · app", "shop/web-2 · app"]),
        ({"pod_name": "web-[2-9]", "container": "side"}, ["shop/web-2 · side"]),
        ({"pod_name": "web-1"}, ["data/web-1 · app", "shop/web-1 · app"]),
        ({"pod_name": "api-1", "namespace": "shop", "context": "another"}, ["shop/api-1 · app"]),
        ({"pod_name": "nobody-*"}, []),
        ({"pod_name": "gone"}, ["shop/gone"]),
        ({"pod_name": "api-1", "namespace": "data", "container": "app"}, ["data/api-1 · app"]),
    ],
)
def test_a_record_means_pods(fields: dict[str, str], pods: list[str]) -> None:
    assert meant(**fields) == pods


def test_a_pod_that_is_not_listed_is_in_the_namespace_one_would_expect() -> None:
    assert meant(None, pod_name="gone") == ["default/gone"]
    assert meant(None, pod_name="gone", namespace="infra") == ["infra/gone"]


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        ({"pod_name": "web-1", "namespace": "shop"}, Target("shop", "web-1")),
        ({"pod_name": "web-1", "namespace": "shop", "container": "app"}, Target("shop", "web-1", "app")),
        ({"pod_name": "web-?", "namespace": "shop", "container": "app"}, Target("shop", "")),
        ({"pod_name": "web-1"}, Target("default", "")),
    ],
)
def test_a_record_names_one_pod_by_name_and_namespace(fields: dict[str, str], target: Target) -> None:
    assert target_of(Record(name="it", **fields)) == target


def test_a_pod_of_the_list_is_told_apart_from_its_successor() -> None:
    [target] = targets_of(Record(name="it", pod_name="api-1"), StillCluster(*PODS))
    assert target.uid == pod("api-1").metadata.uid != ""
