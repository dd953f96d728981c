"""Hash trees, their roots, and what a selection proves."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kybra_replica.ic_http.hash_tree import EMPTY, Forest, Tree, root_hash, select, tree_of

LABELS = st.binary(min_size=1, max_size=3)
FORESTS: st.SearchStrategy[Any] = st.recursive(
    st.dictionaries(LABELS, st.binary(max_size=4), max_size=5),
    lambda inner: st.dictionaries(LABELS, st.binary(max_size=4) | inner, max_size=5),
    max_leaves=12,
)


def lookup(tree: Tree, path: tuple[bytes, ...]) -> Any:
    """The specification's lookup: the leaf or subtree at a path, or None where proven absent."""
    if not path:
        return tree
    for label, below in labeled(tree):
        if label == path[0]:
            return lookup(below, path[1:])
    return None


def labeled(tree: Tree) -> list[tuple[bytes, Tree]]:
    """The labels of a forest from left to right."""
    if tree[0] == 1:
        return labeled(tree[1]) + labeled(tree[2])
    return [(tree[1], tree[2])] if tree[0] == 2 else []


def test_the_specifications_example_has_its_root_hash() -> None:
    """The tree of the interface specification's section on certification."""
    a = (2, b"a", (1, (1, (2, b"x", (3, b"hello")), EMPTY), (2, b"y", (3, b"world"))))
    left = (1, a, (2, b"b", (3, b"good")))
    right = (1, (2, b"c", EMPTY), (2, b"d", (3, b"morning")))
    expected = "eb5c5b2195e62d996b84c9bcc8259d19a83786a2f59e0878cec84c811f669aa0"
    assert root_hash((1, left, right)).hex() == expected


def test_a_pruned_tree_has_the_root_of_the_whole() -> None:
    """A part may be replaced by its hash."""
    leaf = (3, b"hidden")
    whole = (1, (2, b"a", leaf), (2, b"b", (3, b"seen")))
    pruned = (1, (2, b"a", (4, root_hash(leaf))), (2, b"b", (3, b"seen")))
    assert root_hash(pruned) == root_hash(whole)


@given(FORESTS)
def test_labels_are_sorted_and_everything_is_found(forest: Forest) -> None:
    """Readers search a fork by its labels' order."""
    tree = tree_of(forest)
    assert [label for label, _ in labeled(tree)] == sorted(forest)
    for label, held in forest.items():
        assert lookup(tree, (label,)) == tree_of(held)


def test_a_selection_holds_what_was_asked_for_and_nothing_else() -> None:
    """A canister's other fields, and other canisters, stay out of an answer."""
    forest = {b"a": {b"x": b"1", b"y": b"2"}, b"b": {b"z": b"3"}, b"time": b"4"}
    assert select(forest, [(b"a", b"x"), (b"time",)]) == {b"a": {b"x": b"1"}, b"time": b"4"}


def test_a_whole_subtree_swallows_the_paths_below_it() -> None:
    """Asking for a part twice, wide and narrow, changes nothing of the source."""
    forest = {b"a": {b"x": {b"p": b"1", b"q": b"2"}}}
    assert select(forest, [(b"a", b"x", b"p"), (b"a",)]) == forest
    assert forest == {b"a": {b"x": {b"p": b"1", b"q": b"2"}}}


def test_what_is_absent_or_below_a_leaf_leaves_no_trace() -> None:
    """An absent path must not turn a leaf into an empty tree."""
    forest = {b"time": b"4"}
    assert select(forest, [(b"time", b"x"), (b"none",), (b"time",)]) == forest
    assert tree_of(select(forest, [(b"none", b"x")])) == EMPTY
