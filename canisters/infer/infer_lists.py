"""Opening and settling one outcall that carries several requests."""

from typing import Any, NamedTuple, cast

from kybra import ic

from infer_calls import OpenCall, give_back, take
from infer_choices import free_shard, providers_of
from infer_core.inference import Prepared, carried, prepare_all, read_list_outcome
from infer_core.inference_results import Cost, failed, inferred
from infer_core.many import check_many, list_seed, refuse_long_list, shares
from infer_core.outcall_plan import OutcallPlan
from infer_core.parameter_support import list_takers, takers
from infer_core.provider_rules import Provider
from infer_registry import listed_writers
from infer_subnet import subnet
from refrain_api.infer_records import InferManyResult
from refrain_core.access import refuse_unless_listed
from refrain_core.refusals import bad_request, lease_lost
from usage_table import book_usage


class OpenList(NamedTuple):
    """A list that is paid for; `call` bears the lease, `plan` the outcall of all."""

    call: OpenCall
    plan: OutcallPlan
    items: list[Prepared]


def open_list(inferences: Any) -> OpenList | dict[str, Any]:
    """Check a list, lease a shard and take its price; or return the refusal of all."""
    refusal = refuse_unless_listed(str(ic.caller()), listed_writers, "writer")
    serving = refusal or _able(inferences)
    choice = serving if isinstance(serving, dict) else free_shard(serving)
    if isinstance(choice, dict):
        return choice
    items = _prepared(choice.provider, inferences)
    plan = items[0].plan
    refusal = refuse_long_list(items)
    if refusal is not None or not isinstance(plan, OutcallPlan):
        return refusal or bad_request("a model's canister takes no list: ask one by one")
    call = take(choice, items[0])
    return call if isinstance(call, dict) else OpenList(call, plan, items)


def settle_list(opened: OpenList, ok: Any, reject: str | None) -> InferManyResult:
    """Put state back if the lease still holds, book the cost in any case, render each result."""
    now_ns = ic.time()
    call = opened.call
    usage = give_back(call, now_ns)
    if usage is None:
        late = lease_lost("the reply came after its lease had ended: ask again")
        return failed_list(opened, late)
    outcome = read_list_outcome(opened.items, ok, reject)
    if isinstance(outcome, dict):
        outcome = [outcome for _ in opened.items]
    good = sum([not isinstance(one, dict) for one in outcome])
    # Tokens are not booked: the counts of a list are wrong.
    bad = len(outcome) - good
    book_usage(call.prepared.provider.name, usage._replace(inferences=good, failures=bad))
    return _many(opened, outcome, now_ns)


def failed_list(opened: OpenList, refusal: dict[str, Any]) -> InferManyResult:
    """Render one refusal of each request, each with its share of the cost."""
    return _many(opened, [refusal for _ in opened.items], 0)


def dearest_list(inferences: Any) -> int | dict[str, Any]:
    """Price the dearest call that a list may become, or return the refusal."""
    serving = _able(inferences)
    if isinstance(serving, dict):
        return serving
    lists = [_prepared(provider, inferences) for provider in serving]
    refusal = refuse_long_list(max(lists, key=_tokens))
    return refusal or max([items[0].plan.price_cycles for items in lists])


def _able(inferences: Any) -> list[Provider] | dict[str, Any]:
    serving = check_many(inferences) or providers_of(inferences[0])
    if not isinstance(serving, dict):
        serving = list_takers(serving)
    return serving if isinstance(serving, dict) else takers(serving, inferences[0]["request"])


def _prepared(provider: Provider, inferences: Any) -> list[Prepared]:
    provider = carried(provider, inferences[0]["transport"])
    seed = list_seed(inferences, provider.mode)
    return prepare_all(provider, inferences, seed, subnet.nodes)


def _many(opened: OpenList, outcome: list[Any], now_ns: int) -> InferManyResult:
    price_cycles = opened.call.prepared.plan.price_cycles
    paid = shares(price_cycles, opened.items, opened.plan.nodes)
    items = []
    for index, (prepared, one) in enumerate(zip(opened.items, outcome, strict=True)):
        # The one outcall is told by the first, so that the counts sum up as the cycles do.
        cost = Cost(int(index == 0), paid[index])
        is_refused = isinstance(one, dict)
        items.append(failed(one, cost) if is_refused else inferred(prepared, one, now_ns, cost))
    many = {"items": items, "outcalls": 1, "charged_cycles": price_cycles}
    return cast("InferManyResult", {"Many": many})


def _tokens(items: list[Prepared]) -> int:
    return items[0].budget.max_tokens
