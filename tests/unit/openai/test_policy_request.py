"""The `consensus` of a request in JSON, and its part in the key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from refrain.client.openai_request import read_openai
from refrain.client.request_key import request_key
from refrain.failures import Refused

PLAIN = {"model": "tiny@r1:q8", "messages": [{"role": "user", "content": "6*7?"}]}


def read(consensus: Any, **fields: Any) -> dict[str, Any]:
    """Read a request with that `consensus`."""
    return read_openai(json.dumps({**PLAIN, **fields, "consensus": consensus}))


def digest(request: dict[str, Any]) -> str:
    """Compute the digest of a request among public ones."""
    return request_key(request, "public").digest


def test_votes_are_enough_for_a_policy() -> None:
    """What is not said has the defaults that the command has."""
    assert read({"votes": 5})["consensus"] == {
        "votes": 5,
        "quorum": 3,
        "strategy": "extracted",
        "spread": "seeds",
        "among": [],
        "tie_rule": None,
        "stop_permille": None,
        "weights": "equal",
    }


def test_models_of_a_policy_are_named_whole() -> None:
    """A bare name gets the revision and the quantization that stand for it elsewhere."""
    among = ["tiny@r1:q8", "large"]
    policy = read({"votes": 2, "spread": "models", "among": among})["consensus"]
    assert policy["among"] == ["tiny@r1:q8", "large@unpinned:unknown"]


def test_each_part_of_a_policy_is_in_the_key() -> None:
    """Policies that differ anywhere have keys that differ, and none has that of no policy."""
    policies = [
        None,
        *[{"votes": votes} for votes in (4, 5)],
        {"votes": 5, "quorum": 4},
        {"votes": 5, "strategy": "exact"},
        {"votes": 5, "tie_rule": "first_listed"},
        {"votes": 5, "tie_rule": "last_listed"},
        {"votes": 5, "stop_permille": 950},
        {"votes": 5, "weights": "record"},
        *[
            {"votes": 5, "spread": "providers", "among": among}
            for among in (["a", "b"], ["b", "a"], ["ab"], ["a|1:b"], ["a1:b"])
        ],
    ]
    digests = {digest(read(policy)) for policy in policies}
    assert len(digests) == len(policies)


def test_without_a_policy_the_key_is_what_it_was() -> None:
    """A request that was keyed before policies could be said finds its answer still."""
    request = read(None)
    known = "d115ded8fe9d3792d910ad50ace8ff76b721567584ec7db7ca0b9d1b0aa9c14c"
    assert digest(request) == known
    del request["consensus"]
    assert digest(request) == known


@pytest.mark.parametrize(
    ("consensus", "text"),
    [
        (5, "an object with votes"),
        ({}, "an object with votes"),
        ({"votes": 5, "mood": 1}, "an object with votes"),
        ({"votes": "5"}, "votes is not a whole number"),
        ({"votes": 2.5}, "votes is not a whole number"),
        ({"votes": 5, "strategy": 1}, "its words are texts"),
        ({"votes": 5, "among": "a"}, "its words are texts"),
        ({"votes": 5, "spread": "providers", "among": [1]}, "its words are texts"),
        ({"votes": 99}, "votes is 99"),
    ],
)
def test_what_is_no_policy_is_refused(consensus: Any, text: str) -> None:
    """The refusal names what is wrong."""
    with pytest.raises(Refused, match=text):
        read(consensus)
