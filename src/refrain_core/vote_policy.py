"""How a request wants to be voted on: checked, and written into its key.

A policy (keys as in ConsensusPolicy) asks `votes` samples, of which `quorum` must agree by a
strategy. They differ by their seeds, or are asked of the providers or the models listed in `among`
in turn: the voter of number n is the one at n modulo their count, and gives its n-th sample by
whole turns. A request without a policy is decided by one sample.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from refrain_core.refusals import bad_request
from refrain_core.vote_words import NAMES, TIE_RULES, is_strategy

SINGLE = "single"
"""Stands in the key for the policy of an answer that one sample decides."""

SEEDS = "seeds"
PROVIDERS = "providers"
MODELS = "models"
SPREADS = (SEEDS, PROVIDERS, MODELS)

EQUAL = "equal"
BY_RECORD = "record"
WEIGHTS = (EQUAL, BY_RECORD)

MAX_VOTES = 16
MAX_AMONG_CHARACTERS = 200
MAX_STRATEGY_CHARACTERS = 120
_LEAST_STOP = 501
_MOST_STOP = 999
_COLD = 0


def check_policy(request: Mapping[str, Any]) -> "dict[str, Any] | None":
    """Return the refusal of a request's policy, or None if it can be voted on, or has none."""
    policy = request.get("consensus")
    if policy is None:
        return None
    return (
        _check_numbers(policy)
        or _check_words(policy)
        or _check_among(policy, request["model"])
        or _check_samples(policy, request["temperature_micros"])
    )


def policy_text(policy: "Mapping[str, Any] | None") -> str:
    """Write a policy for the key: its fields in order, those of free form with their length."""
    if policy is None:
        return SINGLE
    among = "".join([_measured(name) for name in policy["among"]])
    return (
        f"vote|{policy['votes']}|{policy['quorum']}|{policy['spread']}|{policy['tie_rule']}|"
        f"{policy['stop_permille']}|{policy['weights']}|{_measured(policy['strategy'])}{among}"
    )


def turns_of(policy: Mapping[str, Any]) -> "list[tuple[str, int]]":
    """Return each voter's name among those listed ("" for seeds), and which sample it gives."""
    among: Sequence[str] = policy["among"] or ("",)
    count = len(among)
    return [(among[number % count], number // count) for number in range(policy["votes"])]


def _measured(text: str) -> str:
    return f"{len(text)}:{text}"


def _check_numbers(policy: Mapping[str, Any]) -> "dict[str, Any] | None":
    votes, quorum, stop = policy["votes"], policy["quorum"], policy["stop_permille"]
    if not 2 <= votes <= MAX_VOTES:  # noqa: PLR2004 - one vote is no vote
        return bad_request(f"votes is {votes}: choose 2 to {MAX_VOTES}, or leave consensus out")
    if not 1 <= quorum <= votes:
        return bad_request(f"quorum is {quorum}: choose 1 to {votes}, the votes")
    if stop is not None and not _LEAST_STOP <= stop <= _MOST_STOP:
        return bad_request(f"stop_permille is {stop}: choose {_LEAST_STOP} to {_MOST_STOP}")
    return None


def _check_words(policy: Mapping[str, Any]) -> "dict[str, Any] | None":
    strategy, tie_rule = policy["strategy"], policy["tie_rule"]
    if len(strategy) > MAX_STRATEGY_CHARACTERS or not is_strategy(strategy):
        return bad_request(f"unknown strategy: choose one of {', '.join(NAMES)}")
    if tie_rule is not None and tie_rule not in TIE_RULES:
        return bad_request(f"tie_rule is absent, or one of {', '.join(TIE_RULES)}")
    if policy["spread"] not in SPREADS:
        return bad_request(f"spread is one of {', '.join(SPREADS)}")
    if policy["weights"] not in WEIGHTS:
        return bad_request(f"weights is one of {', '.join(WEIGHTS)}")
    return None


def _check_among(policy: Mapping[str, Any], model: str) -> "dict[str, Any] | None":
    spread, among = policy["spread"], policy["among"]
    if spread == SEEDS:
        text = "among is for providers and models: leave it empty where seeds differ"
        return bad_request(text) if among else None
    if not 1 <= len(among) <= policy["votes"]:
        return bad_request(f"among lists 1 to {policy['votes']} {spread}, one for each vote")
    if len(set(among)) != len(among):
        return bad_request(f"among lists each of its {spread} once")
    for name in among:
        if not name or len(name) > MAX_AMONG_CHARACTERS:
            return bad_request(f"a name in among has 1 to {MAX_AMONG_CHARACTERS} characters")
    if spread == MODELS and model not in among:
        return bad_request("model is one of those in among, as it is written there")
    return None


def _check_samples(
    policy: Mapping[str, Any], temperature_micros: "int | None"
) -> "dict[str, Any] | None":
    """Refuse more than one sample of what gives the same each time."""
    if temperature_micros != _COLD or turns_of(policy)[-1][1] == 0:
        return None
    if policy["spread"] == SEEDS:
        return bad_request(
            "temperature 0 has one sample, which cannot be outvoted: give another temperature,"
            " or spread the votes over providers or models"
        )
    return bad_request("temperature 0 has one sample of each: list as many in among as votes")
