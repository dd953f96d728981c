"""Hash trees: what a certificate signs, and what its reader looks paths up in.

A tree is nested tuples in the very form in which CBOR carries it:

    (0,) empty          (1, left, right) fork   (2, label, tree) labeled
    (3, data) leaf      (4, hash) pruned

An answer gets a tree of its own that holds what was asked for and nothing else, so nothing is
ever pruned; a label that is missing between its sorted neighbours is proven absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

Tree = tuple[Any, ...]
Forest = Mapping[bytes, Any]
"""Labels to leaves (bytes) or further forests."""

EMPTY: Tree = (0,)
_FORK, _LABELED, _LEAF, _PRUNED = 1, 2, 3, 4


def _domain(name: str) -> bytes:
    return bytes((len(name),)) + name.encode()


_EMPTY_DOMAIN = _domain("ic-hashtree-empty")
_FORK_DOMAIN = _domain("ic-hashtree-fork")
_LABELED_DOMAIN = _domain("ic-hashtree-labeled")
_LEAF_DOMAIN = _domain("ic-hashtree-leaf")


def tree_of(held: Forest | bytes) -> Tree:
    """The tree of a forest, its labels in order, or of one leaf."""
    if isinstance(held, bytes):
        return (_LEAF, held)
    return _forked([(_LABELED, label, tree_of(held[label])) for label in sorted(held)])


def _forked(trees: list[Tree]) -> Tree:
    if not trees:
        return EMPTY
    if len(trees) == 1:
        return trees[0]
    middle = len(trees) // 2
    return (_FORK, _forked(trees[:middle]), _forked(trees[middle:]))


def root_hash(tree: Tree) -> bytes:
    """The 32 bytes that stand for the whole tree."""
    kind = tree[0]
    if kind == _PRUNED:
        digest: bytes = tree[1]
        return digest
    return sha256(_hashed_bytes(kind, tree)).digest()


def _hashed_bytes(kind: int, tree: Tree) -> bytes:
    if kind == _FORK:
        return _FORK_DOMAIN + root_hash(tree[1]) + root_hash(tree[2])
    if kind == _LABELED:
        label: bytes = tree[1]
        return _LABELED_DOMAIN + label + root_hash(tree[2])
    if kind == _LEAF:
        data: bytes = tree[1]
        return _LEAF_DOMAIN + data
    return _EMPTY_DOMAIN


def select(forest: Forest, paths: Iterable[tuple[bytes, ...]]) -> Forest:
    """The part of a forest that lies on `paths`, with all below where each path ends."""
    chosen: dict[bytes, Any] = {}
    placed: set[tuple[bytes, ...]] = set()
    for path in sorted(paths, key=len):
        found = _found(forest, path)
        if found is None or any(path[:depth] in placed for depth in range(1, len(path))):
            continue
        _place(chosen, path, found)
        placed.add(path)
    return chosen


def _found(held: Any, path: tuple[bytes, ...]) -> Any:
    for label in path:
        if not isinstance(held, Mapping) or label not in held:
            return None
        held = held[label]
    return held


def _place(target: dict[bytes, Any], path: tuple[bytes, ...], found: Any) -> None:
    for label in path[:-1]:
        target = target.setdefault(label, {})
    target[path[-1]] = found
