"""A toy dapp that is pushed to, and may take it badly: trap, say nothing, or never answer."""

from kybra import (
    Async,
    CallResult,
    Manual,
    Principal,
    Service,
    Vec,
    ic,
    nat64,
    query,
    service_update,
    text,
    update,
    void,
)

from refrain_api.ask_records import AskRequest
from refrain_api.batcher_records import SubmitResult
from refrain_api.outcall_records import Management, OutcallArgs
from refrain_api.refusal_variants import Done

NEVER: OutcallArgs = {
    "url": "https://never.example",
    "max_response_bytes": 1_000,
    "method": {"get": None},
    "headers": [],
    "body": None,
    "transform": None,
    "is_replicated": False,
}


class PushingBatcher(Service):
    @service_update
    def submit_to(self, request: AskRequest, method: text) -> SubmitResult: ...

    @service_update
    def delivered(self, ticket: nat64) -> Done: ...


class Manners:
    """How pushes are taken, and what was."""

    def __init__(self) -> None:
        self.kind = "acknowledge"
        self.taken: list[int] = []


manners = Manners()


@update
def behave(kind: text) -> void:
    manners.kind = kind


@update
def have_pushed(batcher: text, request: AskRequest) -> Async[SubmitResult]:
    service = PushingBatcher(Principal.from_str(batcher))
    reply: CallResult[SubmitResult] = yield service.submit_to(request, "take")
    return reply.Ok if reply.Err is None else {"Refused": {"Internal": reply.Err}}


@update
def take(ticket: nat64, end: text, content: text) -> Async[Manual[void]]:
    if manners.kind == "trap":
        ic.trap("no manners")
    manners.taken.append(ticket)
    if manners.kind == "acknowledge":
        yield PushingBatcher(ic.caller()).delivered(ticket)
    if manners.kind == "hang":
        # An outcall that the test never answers: the push is never replied to.
        yield Management(Principal.management_canister()).http_request(NEVER).with_cycles(10**9)
    ic.reply(None)
    return None


@query
def taken() -> Vec[nat64]:
    return manners.taken
