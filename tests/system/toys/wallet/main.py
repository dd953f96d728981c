"""A toy dapp that pays for its asks: it attaches cycles and tells what came back."""

from kybra import (
    Async,
    CallResult,
    Opt,
    Principal,
    Record,
    Service,
    Vec,
    ic,
    nat64,
    service_update,
    text,
    update,
)

from refrain_api.account_records import WithdrawResult
from refrain_api.ask_records import AskRequest
from refrain_api.batcher_records import AskResult, CancelResult, SubmitResult
from refrain_api.infer_records import InferManyResult, InferRequest, InferResult


# What an ask came to; error: the reject, if there was no reply.
class PaidAsk(Record):
    result: Opt[AskResult]
    error: Opt[text]
    refunded_cycles: nat64


# What a submit came to.
class PaidSubmit(Record):
    result: Opt[SubmitResult]
    refunded_cycles: nat64


# What a call of infer came to.
class PaidInfer(Record):
    result: Opt[InferResult]
    refunded_cycles: nat64


class PaidBatcher(Service):
    @service_update
    def ask(self, request: AskRequest) -> AskResult: ...

    @service_update
    def submit(self, request: AskRequest) -> SubmitResult: ...


class PaidTickets(Service):
    @service_update
    def cancel(self, ticket: nat64) -> CancelResult: ...


class PaidAccounts(Service):
    @service_update
    def withdraw(self, cycles: nat64) -> WithdrawResult: ...


# What a call of infer_many came to.
class PaidInferMany(Record):
    result: Opt[InferManyResult]
    refunded_cycles: nat64


class PaidInferService(Service):
    @service_update
    def infer(self, request: InferRequest) -> InferResult: ...

    @service_update
    def infer_many(self, requests: Vec[InferRequest]) -> InferManyResult: ...


@update
def pay_ask(batcher: text, request: AskRequest, cycles: nat64) -> Async[PaidAsk]:
    service = PaidBatcher(Principal.from_str(batcher))
    reply: CallResult[AskResult] = yield service.ask(request).with_cycles(cycles)
    refunded = ic.msg_cycles_refunded()
    return {"result": reply.Ok, "error": reply.Err, "refunded_cycles": refunded}


@update
def pay_submit(batcher: text, request: AskRequest, cycles: nat64) -> Async[PaidSubmit]:
    service = PaidBatcher(Principal.from_str(batcher))
    reply: CallResult[SubmitResult] = yield service.submit(request).with_cycles(cycles)
    return {"result": reply.Ok, "refunded_cycles": ic.msg_cycles_refunded()}


@update
def call_off(batcher: text, ticket: nat64) -> Async[CancelResult]:
    service = PaidTickets(Principal.from_str(batcher))
    reply: CallResult[CancelResult] = yield service.cancel(ticket)
    return reply.Ok if reply.Err is None else {"Refused": {"Internal": reply.Err}}


@update
def take_back(batcher: text, cycles: nat64) -> Async[WithdrawResult]:
    service = PaidAccounts(Principal.from_str(batcher))
    reply: CallResult[WithdrawResult] = yield service.withdraw(cycles)
    return reply.Ok


@update
def pay_infer(infer: text, request: InferRequest, cycles: nat64) -> Async[PaidInfer]:
    service = PaidInferService(Principal.from_str(infer))
    reply: CallResult[InferResult] = yield service.infer(request).with_cycles(cycles)
    return {"result": reply.Ok, "refunded_cycles": ic.msg_cycles_refunded()}


@update
def pay_infer_many(infer: text, requests: Vec[InferRequest], cycles: nat64) -> Async[PaidInferMany]:
    service = PaidInferService(Principal.from_str(infer))
    reply: CallResult[InferManyResult] = yield service.infer_many(requests).with_cycles(cycles)
    return {"result": reply.Ok, "refunded_cycles": ic.msg_cycles_refunded()}
