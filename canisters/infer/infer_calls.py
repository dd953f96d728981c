"""Opening and settling one outcall around its await."""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from kybra import ic

from infer_choices import able_providers, free_shard
from infer_core.inference import (
    Prepared,
    check_cycles,
    prepare,
    read_outcome,
)
from infer_core.inference_results import NOTHING, Cost, failed, inferred, whole_cost
from infer_core.outcall_plan import MUST_AGREE, TRANSFORM, OutcallPlan
from infer_core.provider_rules import Provider
from infer_core.reply_fields import ModelReply
from infer_core.retry_rules import NOWHERE
from infer_core.shard_choice import Choice
from infer_core.trial import trial_of
from infer_core.usage import Usage
from infer_events import note_late
from infer_registry import known_providers, listed_controllers, listed_writers
from infer_settings import stated
from lease_table import lease_table
from provider_healths import note_failure, note_sent, note_success, permitted
from provider_pace import note_pace, paced
from refrain_api.caller_texts import KnownPrincipal
from refrain_api.infer_records import InferResult
from refrain_api.outcall_records import OutcallArgs
from refrain_core.access import refuse_unless_controller, refuse_unless_listed
from refrain_core.refusals import bad_request, lease_lost
from reply_rooms import note_too_large, rooms, with_room
from usage_table import book_usage

_own: list[KnownPrincipal] = []


class OpenCall(NamedTuple):
    """A call that is paid for and whose shards are leased; it reads no state any more."""

    prepared: Prepared
    keys: tuple[str, ...]
    token: int


Settled = tuple[InferResult, str]
"""What became of a call, and where its sample may be asked again."""


def open_call(inference: Any) -> OpenCall | dict[str, Any]:
    """Check an inference, lease its shards and take its price; or return the refusal.

    Whatever can fail is done before the lease, so that a refusal leaves nothing behind.
    """
    refusal = refuse_unless_listed(str(ic.caller()), listed_writers, "writer")
    serving = refusal or able_providers(inference)
    if isinstance(serving, dict):
        return serving
    return _opened(permitted(serving), inference)


def open_again(call: OpenCall, inference: Any, tried: "set[str]") -> OpenCall | dict[str, Any]:
    """Open a further call for an inference whose call brought no answer, or return the refusal.

    tried: whom it is not asked of any more; where that is nobody, the same provider is asked again.
    """
    serving = able_providers(inference)
    if isinstance(serving, dict):
        return serving
    if not tried:
        serving = [one for one in serving if one.name == call.prepared.provider.name]
    return _opened(permitted(serving, frozenset(tried)), inference)


def open_test(caller: str, name: str) -> OpenCall | dict[str, Any]:
    """Lease a shard of a provider for a controller's trial, which this canister pays itself."""
    refusal = refuse_unless_controller(caller, listed_controllers)
    if refusal is None and name not in known_providers:
        refusal = bad_request("no provider of this name: providers() lists them")
    if refusal is not None:
        return refusal
    inference = trial_of(known_providers[name], ic.time())
    serving = able_providers(inference)
    choice = serving if isinstance(serving, dict) else free_shard(serving)
    if isinstance(choice, dict):
        return choice
    prepared = prepare(choice.provider, inference, stated.bounds)
    price_cycles = prepared.plan.price_cycles
    refusal = check_cycles(prepared.plan, price_cycles, ic.canister_balance() - price_cycles)
    return refusal or OpenCall(prepared, choice.keys, lease_table.take(choice.keys, ic.time()))


def _opened(serving: list[Provider] | dict[str, Any], inference: Any) -> OpenCall | dict[str, Any]:
    choice = serving if isinstance(serving, dict) else free_shard(serving)
    if isinstance(choice, dict):
        return choice
    prepared = prepare(paced(choice.provider, stated.budgets), inference, stated.bounds)
    if rooms:
        prepared = with_room(prepared, ic.time(), ic.msg_cycles_available())
    return take(choice, prepared)


def take(choice: Choice, prepared: Prepared) -> OpenCall | dict[str, Any]:
    """Lease a free shard for what is prepared and take its price, or return the refusal."""
    plan = prepared.plan
    refusal = check_cycles(plan, ic.msg_cycles_available(), ic.canister_balance())
    if refusal is not None:
        return refusal
    now_ns = ic.time()
    token = lease_table.take(choice.keys, now_ns)
    note_sent(choice.provider.name, now_ns)
    ic.msg_cycles_accept(plan.price_cycles)
    return OpenCall(prepared, choice.keys, token)


def settle_call(call: OpenCall, ok: Any, reject: str | None) -> Settled:
    """Settle an outcall: a reply of OutcallReply's shape, or a reject's text."""
    prepared = call.prepared
    return settle(call, 1, lambda: read_outcome(prepared, ok, reject), ok, reject)


def settle(
    call: OpenCall,
    calls: int,
    read: Callable[[], ModelReply | dict[str, Any]],
    ok: Any = None,
    reject: str | None = None,
) -> Settled:
    """Put state back if the lease still holds, book the cost in any case, render the result."""
    now_ns = ic.time()
    prepared = call.prepared
    provider = prepared.provider
    usage = give_back(call, now_ns, calls)
    if usage is None:
        late = lease_lost("the reply came after its lease had ended: ask again")
        return refuse(late, whole_cost(prepared)), NOWHERE
    outcome = read()
    note_pace(provider.name, prepared.budget.max_tokens, outcome, now_ns - call.token)
    if isinstance(outcome, dict):
        if "ResponseTooLarge" in outcome:
            note_too_large(provider.name, now_ns)
        book_usage(provider.name, usage._replace(failures=1))
        again = note_failure(provider, outcome, ok, reject, now_ns)
        return refuse(outcome, whole_cost(prepared)), again
    note_success(provider.name, now_ns)
    book_usage(provider.name, _success(usage, outcome))
    return cast("InferResult", inferred(prepared, outcome, now_ns)), NOWHERE


def give_back(call: OpenCall, now_ns: int, calls: int = 1) -> Usage | None:
    """Give a call's shard back; what it used so far, or None, booked, where its lease was over."""
    usage = Usage(calls=calls, charged_cycles=call.prepared.plan.price_cycles)
    if lease_table.settle(call.keys, call.token, now_ns):
        return usage
    name = call.prepared.provider.name
    book_usage(name, usage._replace(late_replies=1))
    note_late(name, usage.charged_cycles, now_ns)
    return None


def refuse(refusal: dict[str, Any], cost: Cost = NOTHING) -> InferResult:
    """Render a refusal with what it cost all the same."""
    return cast("InferResult", failed(refusal, cost))


def outcall_of(plan: OutcallPlan) -> OutcallArgs:
    """Write an outcall as the management canister takes it."""
    return {
        "url": plan.url,
        "max_response_bytes": plan.max_response_bytes,
        "method": {"post": None},
        "headers": [{"name": name, "value": value} for name, value in plan.headers],
        "body": plan.body,
        "transform": {
            "function": (own_principal(), TRANSFORM),
            "context": MUST_AGREE if plan.is_replicated else b"",
        },
        "is_replicated": plan.is_replicated,
    }


def own_principal() -> Any:
    """Return this canister's principal, asked for once; an upgrade forgets it."""
    if not _own:
        _own.append(KnownPrincipal(str(ic.id())))
    return _own[0]


def _success(usage: Usage, reply: ModelReply) -> Usage:
    return usage._replace(
        inferences=1,
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
    )
