# A canister that asks the batcher with cycles of its own.
from kybra import Async, CallResult, Principal, Service, nat64, service_update, text, update

from refrain_api.ask_records import AskRequest
from refrain_api.batcher_records import AskResult


class BatcherService(Service):
    @service_update
    def ask(self, request: AskRequest) -> AskResult: ...


@update
def pay(batcher: text, cycles: nat64, request: AskRequest) -> Async[AskResult]:
    service = BatcherService(Principal.from_str(batcher))
    reply: CallResult[AskResult] = yield service.ask(request).with_cycles(cycles)
    if reply.Err is not None:
        return {"Refused": {"Internal": reply.Err}}
    return reply.Ok
