import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.demo import store as store_module
from podboard.demo.kinds import NAMESPACE, POD
from podboard.demo.selectors import EVERYTHING, parse_selector
from podboard.demo.status import StatusError
from podboard.demo.store import Collection, Store, read_token, write_token

WEB = parse_selector("app=web", "", POD.field_names)


def pod(name: str, namespace: str = "shop", app: str = "web", note: str = "") -> dict[str, object]:
    metadata = {"name": name, "namespace": namespace, "labels": {"app": app}, "annotations": {"note": note}}
    return {"metadata": metadata, "spec": {}, "status": {"phase": "Running"}}


def filled(*names: str) -> tuple[Store, Collection]:
    store = Store((POD, NAMESPACE))
    for name in names:
        store[POD].put(pod(name))
    return store, store[POD]


def listed(collection: Collection, namespace: str = "", **asked: object) -> list[str]:
    given_ = {"selector": EVERYTHING, "limit": 0, "token": "", "exact_version": None, **asked}
    return [document.key for document in collection.page(namespace, **given_).documents]  # type: ignore[arg-type]


def test_versions_are_one_count_over_all_kinds() -> None:
    store, pods = filled("a")
    store[NAMESPACE].put({"metadata": {"name": "shop"}, "status": {"phase": "Active"}})
    document = pods.put(pod("a"))
    assert document.version == store.version == 3
    assert document.read()["metadata"]["resourceVersion"] == "3"
    assert pods.get("shop", "a") is document
    assert pods.get("data", "a") is None


def test_lists_are_in_the_order_of_keys_and_by_namespace() -> None:
    _, pods = filled("b", "a")
    pods.put(pod("z", "shop-two"))
    pods.put(pod("a", "data"))
    assert listed(pods) == ["data/a", "shop-two/z", "shop/a", "shop/b"]  # as etcd's keys: - before /
    assert listed(pods, "shop") == ["shop/a", "shop/b"]
    assert listed(pods, "sho") == []


def test_what_a_caller_does_to_its_object_later_is_its_own_affair() -> None:
    _, pods = filled()
    item = pod("a")
    document = pods.put(item)
    item["metadata"]["labels"]["app"] = "changed"  # type: ignore[index]
    assert document.labels == {"app": "web"}
    assert document.read()["metadata"]["labels"] == {"app": "web"}


def test_a_deletion_has_a_version_of_its_own() -> None:
    store, pods = filled("a")
    last = pods.delete("shop", "a")
    assert last is not None
    assert last.version == store.version == 2
    assert pods.delete("shop", "a") is None
    (first, second) = pods.changes_after(0)
    assert (first.deleted, second.deleted, second.before) == (False, True, first.after)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=30), st.data())
def test_the_state_at_any_version_can_be_told(steps: list[tuple[str, bool]], data: st.DataObject) -> None:
    store, pods = filled()
    states = {0: []}
    for name, there in steps:
        if there:
            pods.put(pod(name))
        else:
            pods.delete("shop", name)
        states[store.version] = [f"{one.key}@{one.version}" for one in pods.documents()]
    version = data.draw(st.sampled_from(sorted(states)))
    page = pods.page("shop", EVERYTHING, 0, "", version)
    assert [f"{one.key}@{one.version}" for one in page.documents] == states[version]
    assert page.version == version


@given(st.integers(1, 9), st.data())
def test_pages_are_one_list_whatever_happens_meanwhile(limit: int, data: st.DataObject) -> None:
    _, pods = filled(*"abcdefgh")
    seen, token, version = [], "", None
    while True:
        page = pods.page("shop", EVERYTHING, limit, token, None)
        seen += [document.key for document in page.documents]
        version = version or page.version
        assert page.version == version
        assert page.remaining == (8 - len(seen) if page.continue_token else None)
        if not page.continue_token:
            break
        token = page.continue_token
        for name in data.draw(st.lists(st.sampled_from("aceg01"), max_size=3)):
            if data.draw(st.booleans()):
                pods.put(pod(name))
            else:
                pods.delete("shop", name)
    assert seen == [f"shop/{name}" for name in "abcdefgh"]


def test_a_selected_page_cannot_say_how_much_is_left() -> None:
    _, pods = filled("a", "b", "c")
    pods.put(pod("d", app="api"))
    page = pods.page("shop", WEB, 2, "", None)
    assert [document.key for document in page.documents] == ["shop/a", "shop/b"]
    assert page.continue_token
    assert page.remaining is None
    assert listed(pods, "shop", selector=WEB, limit=2, token=page.continue_token) == ["shop/c"]


def test_a_list_over_all_namespaces_goes_on_where_it_was() -> None:
    _, pods = filled("a", "b")
    pods.put(pod("a", "data"))
    page = pods.page("", EVERYTHING, 2, "", None)
    assert read_token(page.continue_token) == (3, "shop/a\0")
    assert listed(pods, token=page.continue_token, limit=2) == ["shop/b"]


def test_versions_that_are_forgotten_are_gone() -> None:
    store, pods = filled("a", "b", "c")
    token = pods.page("shop", EVERYTHING, 1, "", None).continue_token
    pods.put(pod("d"))
    store.compact()
    with pytest.raises(StatusError) as caught:
        pods.page("shop", EVERYTHING, 1, token, None)
    assert (caught.value.code, caught.value.reason) == (410, "Expired")
    assert listed(pods, "shop", token=caught.value.metadata["continue"]) == ["shop/b", "shop/c", "shop/d"]
    with pytest.raises(StatusError):
        pods.page("shop", EVERYTHING, 0, "", 2)
    assert pods.oldest == 4


@pytest.mark.parametrize(("name", "value"), [("HISTORY_LIMIT", 10), ("HISTORY_BYTES", 2000)])
def test_history_is_bounded(name: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, name, value)
    store, pods = filled("a")
    for _ in range(20):
        pods.put(pod("a"))
    assert len(pods.changes_after(pods.oldest)) <= 10
    assert pods.oldest >= store.version - 10
    assert pods.changes_after(store.version) == []


@pytest.mark.parametrize("token", ["x", "e30", "bm8", write_token(1, "a")[:-2], "e30=" * 100, "\u20ac"])
def test_tokens_that_are_none(token: str) -> None:
    with pytest.raises(StatusError) as caught:
        read_token(token)
    assert caught.value.code == 400


@given(st.integers(-1, 2**53), st.text())
def test_tokens_come_back_as_they_went(version: int, name: str) -> None:
    assert read_token(write_token(version, f"/{name}\0")) == (version, f"{name}\0")


def test_a_token_is_the_one_a_real_server_writes() -> None:
    real = "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MzU0Mywic3RhcnQiOiIvZGlzdHJvbGVzc1x1MDAwMCJ9"
    assert write_token(3543, "/distroless\0") == real


async def test_waiting_for_a_change() -> None:
    store, pods = filled("a")
    await pods.changed(0)  # has happened already
    waiting = asyncio.create_task(pods.changed(store.version))
    await asyncio.sleep(0)
    store[NAMESPACE].put({"metadata": {"name": "shop"}, "status": {"phase": "Active"}})
    await asyncio.sleep(0)
    assert not waiting.done()
    pods.put(pod("b"))
    await waiting
    given_up = asyncio.create_task(pods.changed(store.version))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    assert not pods._waiting
