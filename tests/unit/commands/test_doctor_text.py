"""Checkups in words and as JSON."""

import json
import re

import pytest

from podboard.commands.doctor_text import Style, block, checkup_document, last_line
from podboard.errors import ApiError, FailureKind
from podboard.model.attempt import Attempt, Outcome
from podboard.model.checkup import Check, Checkup, Result, Step, failed, summed_up
from podboard.model.record import Record
from podboard.model.target import Target

DASH = "\N{EN DASH}"
PLAIN = Style(None, has_colours=False)
WEB = Target("shop", "web-1")
ROLE = "a Role must allow get and create on pods/exec; who may can grant it"
REFUSAL = ApiError('"ops" may not create pods/exec in shop', ROLE, status=403, reason="Forbidden")


def checkup(method: str, *checks: Check, endpoint: str = "https://10.0.0.1:6443") -> Checkup:
    return summed_up(Attempt(method, endpoint, 1_700_000_000.25, 0.31, Outcome.TRYING), checks)


GOOD = checkup(
    "ws:kubeconfig",
    Check(Step.CONFIGURATION, Result.OK, 'context "dev"', facts={"namespace": "shop"}),
    Check(Step.DNS, Result.NOT_APPLICABLE, "10.0.0.1 is an address"),
    Check(Step.TLS, Result.OK, "TLSv1.3", "look", {"names": ("a", "b"), "verified": True}, 0.012),
    Check(Step.UPGRADE, Result.SKIPPED, "not tried, for want of a pod"),
)
BAD = checkup(
    "ws:token",
    Check(Step.TCP, Result.OK, "connected"),
    failed(Step.AUTHORISATION, REFUSAL, {"create pods/exec": False}),
    Check(Step.POD, Result.SKIPPED),
    Check(Step.UPGRADE, Result.SKIPPED),
)
NONE = checkup(
    "ws:in-cluster", Check(Step.CONFIGURATION, Result.NOT_APPLICABLE, "not inside a cluster"), endpoint=""
)


def test_a_way_that_works() -> None:
    assert block(GOOD, PLAIN).splitlines() == [
        " 1  ws:kubeconfig  https://10.0.0.1:6443  ● works  0.31 s",
        '    ● configuration   0.00 s  context "dev"',
        f"    {DASH} DNS                     10.0.0.1 is an address",
        "    ● TLS             0.01 s  TLSv1.3",
        "                              → look",
        "    ○ upgrade                 not tried, for want of a pod",
    ]


def test_a_way_that_does_not() -> None:
    assert block(BAD, PLAIN).splitlines() == [
        " 3  ws:token       https://10.0.0.1:6443  ✗ does not work  0.31 s",
        "    ● TCP             0.00 s  connected",
        '    ✗ authorisation   0.00 s  403 "ops" may not create pods/exec in shop',
        f"                              → {ROLE}",
        "    ○ not reached: pod, upgrade",
    ]


def test_a_way_that_is_none() -> None:
    assert block(NONE, PLAIN) == f" 4  ws:in-cluster  {DASH} not inside a cluster"


def test_a_status_that_is_told_is_not_told_twice() -> None:
    told = checkup("ws:token", failed(Step.AUTHENTICATION, ApiError("it expired (401)", status=401)))
    assert block(told, PLAIN).splitlines()[1].endswith("  it expired (401)")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_lines_are_broken_where_the_terminal_ends_and_lose_nothing(width: int) -> None:
    for found in (GOOD, BAD, NONE):
        lines = block(found, Style(width, has_colours=False)).splitlines()
        assert max(map(len, lines)) <= width
        assert "".join("".join(lines).split()) == "".join(block(found, PLAIN).split())


def test_what_does_not_fit_beside_its_head_stands_below_its_beginning() -> None:
    lines = block(BAD, Style(80, has_colours=False)).splitlines()
    assert lines[3:5] == [
        "                              → a Role must allow get and create on pods/exec;",
        "                                who may can grant it",
    ]


def test_colours_are_on_signs_alone() -> None:
    for found in (GOOD, BAD, NONE):
        coloured = block(found, Style(None, has_colours=True))
        assert re.sub(r"\x1b\[(3[12]|2)m(.)\x1b\[m", r"\2", coloured) == block(found, PLAIN)
    assert "\x1b[31m✗\x1b[m" in block(BAD, Style(None, has_colours=True))


def test_nothing_a_server_says_acts_on_the_terminal() -> None:
    odd = "\x1b]0;mine\x07\n\u202e"
    checks = failed(Step.TLS, ApiError(odd, odd, status=500))
    text = block(checkup("ssh", checks, endpoint=odd), PLAIN)
    assert set(text) - {"\n"} == {c for c in text if c.isprintable()}
    assert len(text.splitlines()) == 3


def test_the_last_line_says_which_ways_work() -> None:
    assert last_line([GOOD, BAD, NONE], WEB, PLAIN) == "1 of 3 ways into shop/web-1 works: ws:kubeconfig."
    assert last_line([GOOD, GOOD], Target("shop", ""), PLAIN) == (
        "2 of 2 ways into the namespace shop work: ws:kubeconfig, ws:kubeconfig."
    )
    assert last_line([BAD, NONE], WEB, PLAIN) == "No way into shop/web-1 works."


def test_the_document_has_every_field_at_any_time() -> None:
    document = checkup_document([GOOD, BAD, NONE], WEB, "dev", Record(name="web", pod_name="web-*"))
    assert json.loads(json.dumps(document)) == {
        "context": "dev",
        "namespace": "shop",
        "pod": "web-1",
        "container": None,
        "record": "web",
        "works": True,
        "ways": document["ways"],  # type: ignore[index, call-overload]
    }
    good, bad, none = document["ways"]  # type: ignore[index, call-overload]
    assert {key: bad[key] for key in bad if key != "checks"} == {
        "method": "ws:token",
        "endpoint": "https://10.0.0.1:6443",
        "works": False,
        "outcome": "failed",
        "started": "2023-11-14T22:13:20.250000Z",
        "duration": 0.31,
        "status": 403,
        "reason": "Forbidden",
        "sentence": REFUSAL.message,
        "hint": ROLE,
    }
    assert (good["works"], good["outcome"], none["outcome"]) == (True, "opened", "not applicable")
    assert none["endpoint"] is None
    assert good["checks"][2] == {
        "step": "TLS",
        "result": "ok",
        "duration": 0.012,
        "status": None,
        "reason": "",
        "sentence": "TLSv1.3",
        "hint": "look",
        "facts": {"names": ["a", "b"], "verified": True},
    }
    assert [set(check) for way in (good, bad, none) for check in way["checks"]] == [
        set(good["checks"][0])
    ] * 9


def test_the_document_without_a_pod() -> None:
    document = checkup_document([NONE], Target("shop", ""), None, None)
    assert isinstance(document, dict)
    assert [document[name] for name in ("context", "pod", "container", "record")] == [None] * 4
    assert document["works"] is False


def test_the_kind_of_a_failure_decides_on_trust() -> None:
    check = Check(Step.HOST_KEY, Result.FAILED, "changed", kind=FailureKind.UNTRUSTED)
    assert "✗ is not trusted" in block(checkup("ssh", check), PLAIN)
