"""Opening and settling one outcall that carries several requests."""

from collections.abc import Generator
from typing import Any, NamedTuple, cast

from kybra import ic

from infer_calls import OpenCall, give_back, take
from infer_choices import free_shard, providers_of
from infer_core.inference import (
    Prepared,
    carried,
    check_inference,
    prepare_fitted,
    read_list_outcome,
)
from infer_core.inference_results import Cost, failed, inferred
from infer_core.many import (
    check_many,
    list_seed,
    refuse_count,
    refuse_long_list,
    refuse_unlike,
    shares,
)
from infer_core.outcall_plan import OutcallPlan
from infer_core.parameter_support import list_takers, takers
from infer_core.prompt import FittedPrompt, fit_prompt
from infer_core.provider_rules import Provider
from infer_core.work_meter import LIST_CALLBACK
from infer_registry import listed_writers
from infer_settings import stated
from provider_healths import note_failure, note_success, permitted
from refrain_api.infer_records import InferManyResult
from refrain_core.access import refuse_unless_listed
from refrain_core.refusals import bad_request, lease_lost
from resting import rested
from usage_table import book_usage
from work_counts import count_work

INSTRUCTIONS_PER_CHARACTER = 400
"""What writing a prompt into an outcall's one body takes, which no message can share."""


class OpenList(NamedTuple):
    """A list that is paid for; `call` bears the lease, `plan` the outcall of all."""

    call: OpenCall
    plan: OutcallPlan
    items: list[Prepared]


Opening = Generator[Any, Any, OpenList | dict[str, Any]]
Settling = Generator[Any, Any, InferManyResult]


def open_list(inferences: Any) -> Opening:
    """Check a list, lease a shard and take its price; or return the refusal of all.

    Checking and cutting the prompts may take several messages, nothing of which is kept but here.
    """
    refusal = refuse_unless_listed(str(ic.caller()), listed_writers, "writer")
    refusal = refusal or refuse_count(inferences)
    if refusal is not None:
        return refusal
    prompts: list[FittedPrompt] = []
    for inference in inferences:
        refusal = check_inference(inference)
        if refusal is not None:
            return refusal
        prompts.append(
            fit_prompt(inference["request"]["messages"], stated.bounds.prompt_characters)
        )
        yield from rested()
    sizes = [len(message["content"]) for prompt in prompts for message in prompt.messages]
    yield from rested(sum(sizes) * INSTRUCTIONS_PER_CHARACTER)
    return _taken(inferences, prompts)


def _taken(inferences: Any, prompts: list[FittedPrompt]) -> OpenList | dict[str, Any]:
    serving = _alike(inferences)
    if not isinstance(serving, dict):
        serving = permitted(serving)
    choice = serving if isinstance(serving, dict) else free_shard(serving)
    if isinstance(choice, dict):
        return choice
    items = _prepared(choice.provider, inferences, prompts)
    plan = items[0].plan
    refusal = refuse_long_list(items)
    if refusal is not None or not isinstance(plan, OutcallPlan):
        return refusal or bad_request("a model's canister takes no list: ask one by one")
    call = take(choice, items[0])
    return call if isinstance(call, dict) else OpenList(call, plan, items)


def settle_list(opened: OpenList, ok: Any, reject: str | None) -> Settling:
    """Put state back if the lease still holds, book the cost in any case, render each result."""
    now_ns = ic.time()
    call = opened.call
    usage = give_back(call, now_ns)
    if usage is None:
        late = lease_lost("the reply came after its lease had ended: ask again")
        return failed_list(opened, late)
    outcome = read_list_outcome(opened.items, ok, reject)
    provider = call.prepared.provider
    if isinstance(outcome, dict):
        note_failure(provider, outcome, ok, reject, now_ns)
        outcome = [outcome for _ in opened.items]
    else:
        note_success(provider.name, now_ns)
    good = sum([not isinstance(one, dict) for one in outcome])
    # Tokens are not booked: the counts of a list are wrong.
    bad = len(outcome) - good
    book_usage(provider.name, usage._replace(inferences=good, failures=bad))
    count_work(LIST_CALLBACK)
    paid = _paid(opened)
    items = []
    for index, one in enumerate(outcome):
        # Committed: the shard is given back, the cost is booked; what is left is the reply.
        yield from rested()
        items.append(_item(opened, index, one, paid, now_ns))
    return _many(opened, items)


def failed_list(opened: OpenList, refusal: dict[str, Any]) -> InferManyResult:
    """Render one refusal of each request, each with its share of the cost."""
    paid = _paid(opened)
    count = len(opened.items)
    return _many(opened, [_item(opened, index, refusal, paid, 0) for index in range(count)])


def dearest_list(inferences: Any) -> int | dict[str, Any]:
    """Price the dearest call that a list may become, or return the refusal."""
    serving = check_many(inferences) or _alike(inferences)
    if isinstance(serving, dict):
        return serving
    most = stated.bounds.prompt_characters
    prompts = [fit_prompt(one["request"]["messages"], most) for one in inferences]
    lists = [_prepared(provider, inferences, prompts) for provider in serving]
    refusal = refuse_long_list(max(lists, key=_tokens))
    return refusal or max([items[0].plan.price_cycles for items in lists])


def _alike(inferences: Any) -> list[Provider] | dict[str, Any]:
    """List who may serve requests that are checked each, or refuse them if they differ."""
    serving = refuse_unlike(inferences) or providers_of(inferences[0])
    if not isinstance(serving, dict):
        serving = list_takers(serving)
    return serving if isinstance(serving, dict) else takers(serving, inferences[0]["request"])


def _prepared(provider: Provider, inferences: Any, prompts: list[FittedPrompt]) -> list[Prepared]:
    provider = carried(provider, inferences[0]["transport"])
    most = stated.budgets.round_tokens
    if provider.max_new_tokens > most:
        provider = provider._replace(max_new_tokens=most)
    seed = list_seed(inferences, provider.mode)
    return prepare_fitted(provider, inferences, prompts, seed, stated.nodes)


def _paid(opened: OpenList) -> list[int]:
    return shares(opened.call.prepared.plan.price_cycles, opened.items, opened.plan.nodes)


def _item(opened: OpenList, index: int, one: Any, paid: list[int], now_ns: int) -> dict[str, Any]:
    # The one outcall is told by the first, so that the counts sum up as the cycles do.
    cost = Cost(int(index == 0), paid[index])
    if isinstance(one, dict):
        return failed(one, cost)
    return inferred(opened.items[index], one, now_ns, cost)


def _many(opened: OpenList, items: list[dict[str, Any]]) -> InferManyResult:
    price_cycles = opened.call.prepared.plan.price_cycles
    many = {"items": items, "outcalls": 1, "charged_cycles": price_cycles}
    return cast("InferManyResult", {"Many": many})


def _tokens(items: list[Prepared]) -> int:
    return items[0].budget.max_tokens
