"""A dapp that asks Refrain: for an answer in the reply, for a ticket, or to be called with it.

It pays for what it asks: it asks the price first and attaches that many cycles. What a hit leaves
over stays with it or becomes its credit at the batcher, where later asks use it up.
"""

from typing import Any, cast

from kybra import (
    Async,
    CallResult,
    Principal,
    Service,
    ic,
    init,
    nat64,
    query,
    service_query,
    service_update,
    text,
    update,
    void,
)

from refrain_api.ask_records import AskRequest
from refrain_api.batcher_records import AskResult, QuoteResult, SubmitResult, TicketState
from refrain_api.refusal_variants import Done


# Refrain's front door, as far as this dapp uses it.
class Refrain(Service):
    @service_query
    def quote(self, request: AskRequest) -> QuoteResult: ...

    @service_update
    def ask(self, request: AskRequest) -> AskResult: ...

    @service_update
    def submit(self, request: AskRequest) -> SubmitResult: ...

    @service_query
    def result(self, ticket: nat64) -> TicketState: ...

    @service_update
    def submit_to(self, request: AskRequest, method: text) -> SubmitResult: ...

    @service_update
    def delivered(self, ticket: nat64) -> Done: ...


class Wiring:
    """Whom to ask, and what, and what came; kept in the heap, as a real dapp would not."""

    def __init__(self) -> None:
        """Start without any; the installer names batcher and model."""
        self.batcher = ""
        self.model = ""
        self.pushed: dict[int, str] = {}


wiring = Wiring()


@init
def install(batcher: text, model: text) -> void:
    """Note the batcher's principal and the model to ask."""
    wiring.batcher = batcher
    wiring.model = model


@update
def explain(word: text) -> Async[AskResult]:
    """Explain a word in the reply. Where somebody just asks the same, it is a ticket."""
    request = asking(word)
    price_cycles = yield from priced(request)
    # Committed: nothing; this dapp keeps no state of an ask.
    reply: CallResult[AskResult] = yield refrain().ask(request).with_cycles(price_cycles)
    return cast("AskResult", result_of(reply))


@update
def explain_later(word: text) -> Async[SubmitResult]:
    """Have a word explained, by a ticket that comes before the answer."""
    request = asking(word)
    price_cycles = yield from priced(request)
    # Committed: nothing, as above.
    reply: CallResult[SubmitResult] = yield refrain().submit(request).with_cycles(price_cycles)
    return cast("SubmitResult", result_of(reply))


@update
def explained(ticket: nat64) -> Async[TicketState]:
    """Read a ticket: its asker is this canister, so nobody else can."""
    # Committed: nothing, as above.
    reply: CallResult[TicketState] = yield refrain().result(ticket)
    return cast("TicketState", result_of(reply))


@update
def explain_to_me(word: text) -> Async[SubmitResult]:
    """Have a word explained by a call of `take_answer`, once the answer is there."""
    request = asking(word)
    price_cycles = yield from priced(request)
    call = refrain().submit_to(request, "take_answer").with_cycles(price_cycles)
    # Committed: nothing, as above.
    reply: CallResult[SubmitResult] = yield call
    return cast("SubmitResult", result_of(reply))


@update
def take_answer(ticket: nat64, end: text, content: text) -> void:
    """Take an answer that Refrain pushes. It may come twice: the ticket says that it is the same.

    Whoever is not the batcher is not believed. The word that it is here ends the pushes.
    """
    if ic.caller().to_str() != wiring.batcher:
        return
    wiring.pushed[ticket] = f"{end}: {content}"
    refrain().delivered(ticket).notify()


@query
def taken(ticket: nat64) -> text:
    """Read what was pushed; nothing is empty."""
    return wiring.pushed.get(ticket, "")


@query
def batcher() -> text:
    """Name the batcher that is asked."""
    return wiring.batcher


def refrain() -> Refrain:
    """Return the batcher."""
    return Refrain(Principal.from_str(wiring.batcher))


def priced(request: AskRequest) -> Any:
    """Ask what a request costs at most; at most what this canister has."""
    # Committed: nothing, as above.
    reply: CallResult[QuoteResult] = yield refrain().quote(request)
    quote = (reply.Ok or {}).get("Quoted")
    price_cycles = 0 if quote is None else quote["miss_cycles"]
    return min(price_cycles, ic.canister_balance128() // 2)


def asking(word: text) -> AskRequest:
    """Write the request: its temperature of 0 makes an answer that is worth keeping."""
    return {
        "namespace": None,
        "model": wiring.model,
        "messages": [{"role": "user", "content": f"Explain in one sentence: {word}"}],
        "max_tokens": 64,
        "temperature_micros": 0,
        "top_p_micros": None,
        "seed": None,
        "stop": [],
        "response_format": None,
        "extra": None,
        "cache_control": None,
        "consensus": None,
    }


def result_of(reply: Any) -> dict[str, Any]:
    """Return what was replied; a reject as a refusal."""
    if reply.Err is not None:
        return {"Refused": {"Internal": reply.Err}}
    return cast("dict[str, Any]", reply.Ok)
