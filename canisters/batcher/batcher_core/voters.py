"""Who is asked in a vote: each voter with the plan of the one sample that it gives."""

from typing import Any, NamedTuple

from batcher_core.ask_plan import Plan
from refrain_core.cache_control import directives_text
from refrain_core.canonical import canonical_text, provider_text
from refrain_core.fingerprint import digest_of, sample_digest
from refrain_core.vote_policy import MODELS, PROVIDERS, turns_of

_SEEDS = 2**32
_SEED_DIGITS = 8


class Voter(NamedTuple):
    """One voter: its number in the vote, the plan of its sample, and the seed that is sent.

    seed: as the infer canister derives it; None where the provider draws one.
    """

    number: int
    plan: Plan
    seed: "int | None"


def voters_of(plan: Plan) -> "list[Voter]":
    """List the voters of a plan with a policy, in the order in which a tie may be decided."""
    policy: dict[str, Any] = plan.policy or {}
    spread = policy["spread"]
    kept: dict[str, Plan] = {}
    voters = []
    for number, (name, sample) in enumerate(turns_of(policy)):
        if name not in kept:
            kept[name] = _sample_plan(plan, spread, name)
        base = kept[name]
        digest = sample_digest(base.digest, sample)
        one = base._replace(digest=digest, base_digest=base.digest, sample=sample)
        voters.append(Voter(number, one, _seed_of(base, sample)))
    return voters


def _sample_plan(plan: Plan, spread: str, name: str) -> Plan:
    """Plan what one of those listed is asked: the request without its policy.

    A sample is stored for later votes whatever its trust, and never served stale.
    """
    request = dict(plan.request)
    request["consensus"] = None
    if spread == MODELS:
        request["model"] = name
    text = canonical_text(request, plan.namespace)
    provider = name if spread == PROVIDERS else None
    directives = plan.directives._replace(
        stale_while_revalidate_s=None, stale_if_error_s=None, least_trust=None
    )
    return plan._replace(
        request=request,
        digest=digest_of(text if provider is None else provider_text(text, provider)),
        directives=directives,
        cache_control=directives_text(directives),
        provider=provider,
    )


def _seed_of(plan: Plan, sample: int) -> "int | None":
    seed: "int | None" = plan.request["seed"]
    if seed is None and sample:
        seed = int(plan.digest[:_SEED_DIGITS], 16)
    return None if seed is None else (seed + sample) % _SEEDS
