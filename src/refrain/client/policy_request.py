"""A consensus policy as people and programs write it, as the record that a request bears."""

from __future__ import annotations

from typing import Any

from refrain.client.openai_messages import bad
from refrain_core.json_numbers import JsonNumber
from refrain_core.vote_policy import EQUAL, SEEDS

_NAT32 = 2**32 - 1
_DEFAULTS: dict[str, Any] = {
    "strategy": "extracted",
    "spread": SEEDS,
    "among": [],
    "tie_rule": None,
    "stop_permille": None,
    "weights": EQUAL,
}
_NUMBERS = ("votes", "quorum", "stop_permille")


def majority_of(votes: int) -> int:
    """Return how many of `votes` are more than half."""
    return votes // 2 + 1


def policy_request(votes: int, quorum: int | None = None, **fields: Any) -> dict[str, Any]:
    """Make a ConsensusPolicy; without a quorum more than half of the votes must agree."""
    numbers = {"votes": votes, "quorum": majority_of(votes) if quorum is None else quorum}
    return {**numbers, **_DEFAULTS, **fields}


def read_policy(written: Any) -> dict[str, Any] | None:
    """Read the `consensus` of a request in JSON, where only `votes` must stand.

    Raises:
        Refused: it is no object of a policy's fields.
    """
    if written is None:
        return None
    known = {*_NUMBERS, *_DEFAULTS}
    if not isinstance(written, dict) or "votes" not in written or not known.issuperset(written):
        raise bad(f"consensus is an object with votes, and no more than {', '.join(sorted(known))}")
    given = {name: value for name, value in written.items() if value is not None}
    fields = {name: _number(given, name) if name in _NUMBERS else given[name] for name in given}
    policy = policy_request(**fields)
    _check_texts(policy)
    return policy


def _number(fields: dict[str, Any], name: str) -> int:
    value = fields[name]
    if not isinstance(value, JsonNumber) or not value.isdigit() or int(value) > _NAT32:
        raise bad(f"consensus: {name} is not a whole number")
    return int(value)


def _check_texts(policy: dict[str, Any]) -> None:
    texts = [policy["strategy"], policy["spread"], policy["weights"], policy["tie_rule"] or ""]
    among = policy["among"]
    is_whole = isinstance(among, list) and all(type(one) is str for one in (*among, *texts))
    if not is_whole:
        raise bad("consensus: its words are texts, and among is a list of them")
