"""JSON and YAML from outside."""

import json
import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from podboard.wire.documents import MOST_LEVELS, parse_document

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(PLAIN))
def test_json_is_what_json_says(value: list[Any]) -> None:
    assert parse_document(json.dumps(value)) == value


@given(st.lists(PLAIN, min_size=1))
def test_yaml_is_what_pyyaml_says(value: list[Any]) -> None:
    text = yaml.safe_dump(value, default_flow_style=False)
    assert parse_document(text) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing\n", None),
        ("---\na: 1\n...\n", {"a": 1}),
        ("a: [x, 'no', no, 1.5, ~, 0x10]", {"a": ["x", "no", False, 1.5, None, 16]}),
        ('a: "1"\nb: !!str 1\nc: ! 1', {"a": "1", "b": "1", "c": "1"}),
        ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
        ("  [1]", [1]),
    ],
)
def test_documents(text: str, value: Any) -> None:
    assert parse_document(text) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: &x 1\nb: *x", "holds an alias (*); write out what it stands for, line 2"),
        ("a: 1\nb: 2\na: 3", "has a map with the same key twice, line 3"),
        ("<<: {a: 1}", "holds a value with a tag; put it in quotes if it is text, line 1"),
        ("a: 2024-01-01", "holds a date or a time; put it in quotes if it is text, line 1"),
        ("a: !!binary aGk=", "holds a value with a tag; put it in quotes if it is text, line 1"),
        ("a: !!python/object:os.x 1", "holds a value with a tag; put it in quotes if it is text, line 1"),
        ("a: !!int x", "holds a value that is not what its tag says, line 1"),
        ("a: !!bool x", "holds a value that is not what its tag says, line 1"),
        ("1: a", "has a key that is no text; put it in quotes, line 1"),
        ("? [a]\n: b", "has a key that is no text; put it in quotes, line 1"),
        ("a\n---\nb", "holds more than one document, line 2"),
        ("a: 'secret", "is no valid YAML, line 1"),
        ("a: \0", "is no valid YAML"),
        ("a: \ud800", "is no valid YAML"),
        ("a: .nan", "holds a number that is none, or an infinite one"),
        ("a: -.inf", "holds a number that is none, or an infinite one"),
        (f"a: {'9' * 65}", "holds a number that is too large, line 1"),
        ("a: 36893488147419103232", "holds a number that is too large"),
        ("- " * 100_000, "is nested too deeply, line 1"),
        ("a: 1\nb: " + "[" * 100_000, "is nested too deeply, line 2"),
        ('{"a": 1, "a": 2}', "has a map with the same key twice"),
        ('{"a":\n "secret}', "is no valid JSON, line 2"),
        ("[NaN]", "holds a number that is none, or an infinite one"),
        ("[1e999]", "holds a number that is none, or an infinite one"),
        (f"[{'9' * 5000}]", "holds a number that is too large"),
        ("[" * 100_000, "is nested too deeply"),
        ("[" * 80 + "]" * 80, "is nested too deeply"),
        ('{"a": {}', "is no valid JSON, line 1"),
    ],
)
def test_what_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"\A(is|holds|has) ") as refused:
        parse_document(text)
    assert str(refused.value) == told
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize("levels", [MOST_LEVELS, MOST_LEVELS + 1])
def test_both_notations_may_be_nested_alike(levels: int) -> None:
    refused = "is nested too deeply" if levels > MOST_LEVELS else ""
    assert reason("[" * levels + "]" * levels) == refused
    assert reason("- " * levels + "x").partition(",")[0] == refused


def test_a_page_of_aliases_grows_to_nothing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    started = time.process_time()
    with pytest.raises(ValueError, match="alias"):
        parse_document("\n".join(lines))
    assert time.process_time() - started < 1


def reason(text: str) -> str:
    """Why a text is refused, empty where it is not."""
    try:
        parse_document(text)
    except ValueError as error:
        return str(error)
    return ""


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    assert reason(text).partition(" ")[0] in {"", "is", "holds", "has"}
