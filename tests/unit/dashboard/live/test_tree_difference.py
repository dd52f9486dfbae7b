"""The difference of two trees: its steps lead from one to the other, and are few."""

import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard.live.tree_difference import applied, difference

LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "Div", "x"])
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "props", "x", "y"]), inner, max_size=3)
    ),
    max_leaves=25,
)


@given(TREES, TREES)
def test_the_steps_lead_from_one_to_the_other(old: Any, new: Any) -> None:
    before = copy.deepcopy(old)
    # By way of JSON, as they travel.
    steps = json.loads(json.dumps(difference(old, new)))
    assert applied(old, steps) == new
    assert old == before


@given(TREES)
def test_equal_trees_have_none(tree: Any) -> None:
    assert difference(tree, copy.deepcopy(tree)) == []


def part(text: str, kind: str = "Span") -> dict[str, Any]:
    return {"props": {"children": text, "className": "c"}, "type": kind, "namespace": "html"}


def test_a_changed_text_is_one_step() -> None:
    old = [part("a"), part("b")]
    new = [part("a"), part("c")]
    assert difference(old, new) == [[[1, "props", "children"], "c"]]


def test_what_comes_leaves_or_is_appended_is_told_alone() -> None:
    rows = [part(name) for name in "abcd"]
    assert difference(rows, [*rows, part("e")]) == [[[], 4, 0, [part("e")]]]
    assert difference(rows, [rows[0], *rows[2:]]) == [[[], 1, 1, []]]
    assert difference(rows, [rows[0], part("x"), *rows[1:]]) == [[[], 1, 0, [part("x")]]]


def test_another_kind_of_component_is_told_whole() -> None:
    assert difference(part("a"), part("a", "Div")) == [[[], part("a", "Div")]]


def test_what_a_step_does_not_touch_stays_the_same_object() -> None:
    old = {"a": [1, 2], "b": [3]}
    new = applied(old, [[["b", 0], 4]])
    assert new == {"a": [1, 2], "b": [4]}
    assert new["a"] is old["a"]
