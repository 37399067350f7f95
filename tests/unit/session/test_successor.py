"""Which pod took the place of one that is gone."""

import msgspec

from podboard.model.pod import Container, Metadata, OwnerReference, Pod, Spec
from podboard.model.target import Target
from podboard.session.successor import successor_of
from tests.support.pods import Health
from tests.support.pods import pod as plain_pod

GONE = Target("shop", "web-old-1", "app", "uid-old")


def pod(name: str, template: str, created: str, health: Health = Health.UP, *containers: str) -> Pod:
    """A pod of the Deployment web."""
    made = plain_pod(name, health=health, created=created)
    return msgspec.structs.replace(
        made,
        metadata=msgspec.structs.replace(
            made.metadata,
            uid=f"uid-{name}",
            labels={"pod-template-hash": template},
            owner_references=(OwnerReference("ReplicaSet", f"web-{template}", controller=True),),
        ),
        spec=Spec(containers=tuple(Container(name) for name in containers or ("app",))),
    )


def found(*pods: Pod, target: Target = GONE, belongs_to: str = "deploy/web") -> Target | None:
    return successor_of(target, belongs_to, {pod.key: pod for pod in pods})


def test_the_youngest_of_the_same_deployment_that_is_up() -> None:
    pods = (
        pod("web-old-2", "old", "2026-01-02T10:00:00Z"),
        pod("web-new-1", "new", "2026-01-02T11:00:00Z"),
        pod("web-new-2", "new", "2026-01-02T12:00:00Z", Health.PENDING),
        pod("web-new-3", "new", "2026-01-02T12:00:00Z", Health.GOING),
    )
    assert found(*pods) == Target("shop", "web-new-1", "app", "uid-web-new-1")
    assert found(*pods[2:]) == Target("shop", "web-new-2", "app", "uid-web-new-2")
    assert found(pods[3]) is None


def test_one_of_the_same_name() -> None:
    named = msgspec.structs.replace(plain_pod("db-0"), metadata=Metadata("db-0", "data", "uid-2"))
    assert found(named, target=Target("data", "db-0", "", "uid-1"), belongs_to="") == Target(
        "data", "db-0", "app", "uid-2"
    )


def test_a_pod_that_is_there_needs_none() -> None:
    here = pod("web-old-1", "old", "2026-01-02T10:00:00Z")
    younger = pod("web-new-1", "new", "2026-01-02T11:00:00Z")
    assert found(here, younger, target=Target("shop", "web-old-1", "app", here.metadata.uid)) is None
    # Opened without its uid being known.
    assert found(here, younger, target=Target("shop", "web-old-1")) is None


def test_nobody_takes_the_place_of_a_pod_of_its_own_or_of_other_owners() -> None:
    web = pod("web-new-1", "new", "2026-01-02T11:00:00Z")
    assert found(web, belongs_to="") is None
    assert found(web, belongs_to="deploy/api") is None
    assert found(web, target=Target("data", "web-old-1", "app", "uid-old")) is None
    assert found() is None


def test_the_same_container_if_it_has_one_of_that_name() -> None:
    two = pod("web-new-1", "new", "2026-01-02T11:00:00Z", Health.UP, "main", "proxy")
    proxy = found(two, target=Target("shop", "web-old-1", "proxy", "uid-old"))
    assert proxy is not None
    assert proxy.container == "proxy"
    other = found(two)
    assert other is not None
    assert other.container == "main"
