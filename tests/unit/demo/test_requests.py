"""What a request asks for, and how its answer is to be written."""

import pytest

from podboard.demo.discovery import AGGREGATED, discovery
from podboard.demo.http_request import Request
from podboard.demo.kinds import DEPLOYMENT, KINDS, POD, find_kind
from podboard.demo.printers import PRINTERS
from podboard.demo.representation import Shape, choose_include, choose_shape
from podboard.demo.status import StatusError
from podboard.demo.targets import read_target


def request(method: str, path: str, **query: str) -> Request:
    return Request(method, path, {name: [value] for name, value in query.items()}, {}, b"", keep_alive=True)


@pytest.mark.parametrize(
    ("method", "path", "query", "target"),
    [
        ("GET", "/api/v1/pods", {}, ("list", "", "v1", "pods", "", "", "")),
        ("GET", "/api/v1/pods", {"watch": "1"}, ("watch", "", "v1", "pods", "", "", "")),
        ("GET", "/api/v1/pods", {"watch": "false"}, ("list", "", "v1", "pods", "", "", "")),
        ("GET", "/api/v1/namespaces/shop/pods/web", {}, ("get", "", "v1", "pods", "shop", "web", "")),
        (
            "GET",
            "/api/v1/namespaces/shop/pods/web/exec",
            {},
            ("get", "", "v1", "pods", "shop", "web", "exec"),
        ),
        ("POST", "/api/v1/namespaces/shop/pods", {}, ("create", "", "v1", "pods", "shop", "", "")),
        (
            "DELETE",
            "/api/v1/namespaces/shop/pods",
            {},
            ("deletecollection", "", "v1", "pods", "shop", "", ""),
        ),
        ("DELETE", "/api/v1/namespaces/shop/pods/web", {}, ("delete", "", "v1", "pods", "shop", "web", "")),
        ("PUT", "/api/v1/namespaces/shop/pods/web", {}, ("update", "", "v1", "pods", "shop", "web", "")),
        (
            "PATCH",
            "/apis/apps/v1/namespaces/s/deployments/d/scale",
            {},
            ("patch", "apps", "v1", "deployments", "s", "d", "scale"),
        ),
        ("GET", "/api/v1/namespaces", {}, ("list", "", "v1", "namespaces", "", "", "")),
        ("GET", "/api/v1/namespaces/shop", {}, ("get", "", "v1", "namespaces", "shop", "shop", "")),
        ("GET", "/api/v1/nodes/a%2Fb", {}, ("get", "", "v1", "nodes", "", "a/b", "")),
        ("HEAD", "/api/v1/pods", {}, ("head", "", "v1", "pods", "", "", "")),
    ],
)
def test_targets(method: str, path: str, query: dict[str, str], target: tuple[str, ...]) -> None:
    read = read_target(request(method, path, **query))
    assert read is not None
    assert (
        read.verb,
        read.group,
        read.version,
        read.plural,
        read.namespace,
        read.name,
        read.subresource,
    ) == target


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/v1", "/apis", "/apis/apps", "/apis/apps/v1", "/version", "//", "/x/y/z/w"]
)
def test_paths_that_are_no_resources(path: str) -> None:
    assert read_target(request("GET", path)) is None


TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


@pytest.mark.parametrize(
    ("accept", "shape"),
    [
        ("", Shape.WHOLE),
        ("*/*", Shape.WHOLE),
        ("application/json", Shape.WHOLE),
        (f"{TABLE},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", Shape.TABLE),
        ("application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", Shape.WHOLE),
        ("application/vnd.kubernetes.protobuf,application/json", Shape.WHOLE),
        ("application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io, " + TABLE, Shape.TABLE),
        ("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", Shape.METADATA),
    ],
)
def test_shapes(accept: str, shape: Shape) -> None:
    assert choose_shape(accept, of_list=True) is shape


@pytest.mark.parametrize(
    "accept",
    ["text/html", "application/vnd.kubernetes.protobuf", "application/json;as=Poem;v=v1;g=meta.k8s.io"],
)
def test_shapes_nobody_can_serve(accept: str) -> None:
    with pytest.raises(StatusError) as caught:
        choose_shape(accept, of_list=False)
    assert caught.value.code == 406


def test_what_a_row_carries() -> None:
    assert [choose_include(text) for text in ("", "Metadata", "Object", "None")] == [
        "Metadata",
        "Metadata",
        "Object",
        "None",
    ]
    with pytest.raises(StatusError):
        choose_include("Everything")


def test_every_kind_is_found_shown_and_told_of() -> None:
    for kind in KINDS:
        assert find_kind(kind.group, kind.version, kind.plural) is kind
        assert kind in PRINTERS
        old = discovery(f"/apis/{kind.group}/v1" if kind.group else "/api/v1", "", "here")
        assert old is not None
        assert kind.plural in {one["name"] for one in old[0]["resources"]}
    assert find_kind("", "v1", "deployments") is None
    assert {one.name for one in POD.subresources} == {"attach", "ephemeralcontainers", "exec", "log"}
    assert DEPLOYMENT.api_version == "apps/v1"


@pytest.mark.parametrize("path", ["/api", "/apis"])
def test_discovery_is_aggregated_for_who_asks(path: str) -> None:
    whole = discovery(path, f"{AGGREGATED},application/json", "here")
    assert whole is not None
    assert (whole[0]["kind"], whole[1]) == ("APIGroupDiscoveryList", AGGREGATED)
    old = discovery(path, "application/json", "here")
    assert old is not None
    assert old[0]["kind"] in ("APIVersions", "APIGroupList")
    assert discovery("/apis/nothing", "", "here") is None
