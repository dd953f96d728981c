"""Reading the hash tree of a certificate that came from outside."""

from __future__ import annotations

from typing import Any

from refrain.agent.faults import Untrusted

_EMPTY, _FORK, _LABELED, _LEAF, _PRUNED = range(5)
_HASH_BYTES = 32
_PARTS = {_EMPTY: 1, _FORK: 3, _LABELED: 3, _LEAF: 2, _PRUNED: 2}


def check_tree(tree: Any) -> None:
    """Let nothing pass that is not a hash tree as the specification has it.

    Raises:
        Untrusted: a node of an unknown kind, or with parts of a wrong number or type.
    """
    kind = tree[0] if isinstance(tree, list) and tree else None
    if not isinstance(kind, int) or len(tree) != _PARTS.get(kind):
        raise Untrusted("The certificate's tree is malformed.")
    if kind == _FORK:
        check_tree(tree[1])
        check_tree(tree[2])
    elif kind != _EMPTY:
        _check_bytes(tree)
        if kind == _LABELED:
            check_tree(tree[2])


def _check_bytes(node: list[Any]) -> None:
    held = node[1]
    if not isinstance(held, bytes) or (node[0] == _PRUNED and len(held) != _HASH_BYTES):
        raise Untrusted("The certificate's tree is malformed.")


def lookup(tree: list[Any], *path: bytes) -> bytes | None:
    """The leaf at `path`; None where there is none, or where it was pruned."""
    found = _subtree(tree, *path)
    if found is None or found[0] != _LEAF:
        return None
    leaf: bytes = found[1]
    return leaf


def labels(tree: list[Any], *path: bytes) -> list[bytes]:
    """The labels right below `path`, in order; none where nothing is shown there."""
    found = _subtree(tree, *path)
    return [] if found is None else [each[1] for each in _branches(found)]


def _subtree(tree: list[Any], *path: bytes) -> list[Any] | None:
    for label in path:
        found = next((each[2] for each in _branches(tree) if each[1] == label), None)
        if found is None:
            return None
        tree = found
    return tree


def _branches(tree: list[Any]) -> list[list[Any]]:
    if tree[0] == _FORK:
        return _branches(tree[1]) + _branches(tree[2])
    return [tree] if tree[0] == _LABELED else []
