"""From a request to a plan: everything that is decided before anything is called or spent."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from batcher_core.asker_admission import PAYING
from batcher_core.batcher_bounds import Settings
from batcher_core.money import Price, price_of
from refrain_core.cache_control import NO_DIRECTIVES, Directives, parse_directives
from refrain_core.canonical import canonical_text
from refrain_core.extra_parameters import canonical_extra
from refrain_core.fingerprint import digest_of
from refrain_core.model_names import resolve_model
from refrain_core.namespaces import Membership, namespace_for, nobody
from refrain_core.refusals import bad_request, unknown_model
from refrain_core.request_checks import check_request
from refrain_core.vote_policy import MODELS


class Plan(NamedTuple):
    """An admitted request, its model named whole, with its fingerprint.

    cache_control: the text of `directives`, which is no part of `request` any more.
    sample: its number among the samples of `base_digest` ("" if that is the digest itself);
    provider: the only one that may answer it.
    """

    caller: str
    standing: str
    request: dict[str, Any]
    namespace: str
    digest: str
    directives: Directives = NO_DIRECTIVES
    cache_control: str = ""
    base_digest: str = ""
    sample: int = 0
    provider: "str | None" = None

    @property
    def is_paying(self) -> bool:
        """Whether the caller must attach cycles."""
        return self.standing == PAYING

    @property
    def policy(self) -> "dict[str, Any] | None":
        """How the answer is voted on; None where one sample decides."""
        policy: "dict[str, Any] | None" = self.request.get("consensus")
        return policy


def plan_request(
    caller: str,
    standing: str,
    request: dict[str, Any],
    models: Sequence[str],
    is_member: Membership = nobody,
) -> "Plan | dict[str, Any]":
    """Check an admitted caller's request; return its plan, or its refusal."""
    refusal = check_request(request)
    if refusal is not None:
        return refusal
    model = resolve_model(request["model"], models)
    if model is None:
        return unknown_model(_models_to_choose_from(request["model"], models))
    namespace = namespace_for(request["namespace"], caller, is_member)
    if isinstance(namespace, dict):
        return namespace
    cache_control = request.get("cache_control") or ""
    directives = parse_directives(cache_control)
    if isinstance(directives, dict):
        return directives
    whole = dict(request)
    whole["model"] = model
    policy = request.get("consensus")
    if policy is not None and policy["spread"] == MODELS:
        whole["consensus"], refusal = _whole_models(policy, models)
        if refusal is not None:
            return refusal
    # What is asked of the cache is neither the model's business nor part of the price.
    whole["cache_control"] = None
    # Priced and handed on in the form that infer sends, whose numbers may be longer.
    whole["extra"] = canonical_extra(request.get("extra"))
    digest = digest_of(canonical_text(whole, namespace))
    return Plan(caller, standing, whole, namespace, digest, directives, cache_control)


def price_for(plan: Plan, settings: Settings) -> Price:
    """Price a plan; the batcher takes neither fee nor margin from those whom it sponsors.

    A request that takes only what is stored costs nothing on a miss; a vote costs all its samples.
    """
    if plan.directives.only_if_cached:
        return Price(settings.hit_fee_cycles if plan.is_paying else 0, 0, 0)
    request, samples = plan.request, 1
    if plan.policy is not None:
        request, samples = dict(request), plan.policy["votes"]
        # No sample bears the policy.
        request["consensus"] = None
    if plan.is_paying:
        return price_of(request, settings.hit_fee_cycles, settings.margin_cycles, samples)
    return price_of(request, 0, 0, samples)


def _whole_models(
    policy: dict[str, Any], models: Sequence[str]
) -> "tuple[dict[str, Any], dict[str, Any] | None]":
    """Return a policy with its models named whole, and the refusal of one that is not known."""
    among: list[str] = []
    for name in policy["among"]:
        model = resolve_model(name, models)
        if model is None:
            return policy, unknown_model(_models_to_choose_from(name, models))
        if model in among:
            return policy, bad_request(f"among lists {name[:80]} under two names: list it once")
        among.append(model)
    settled = dict(policy)
    settled["among"] = among
    return settled, None


def _models_to_choose_from(asked: str, models: Sequence[str]) -> str:
    known = ", ".join(models) or "none yet: a controller calls refresh_models"
    return f"no single model is named {asked[:80]}; known: {known}"
