"""A toy that makes HTTP outcalls, with and without a transform, by its own records."""

from kybra import (
    Async,
    CallResult,
    Func,
    Opt,
    Principal,
    Query,
    Record,
    Service,
    Variant,
    Vec,
    blob,
    ic,
    nat,
    nat64,
    null,
    query,
    service_update,
    text,
    update,
)


class NetHeader(Record):
    name: text
    value: text


class NetReply(Record):
    status: nat
    headers: Vec[NetHeader]
    body: blob


class NetTransformArgs(Record):
    response: NetReply
    context: blob


NetTransformFunc = Func(Query[[NetTransformArgs], NetReply])


class NetTransform(Record):
    function: NetTransformFunc
    context: blob


class NetMethod(Variant, total=False):
    get: null
    head: null
    post: null


class NetRequest(Record):
    url: text
    max_response_bytes: Opt[nat64]
    method: NetMethod
    headers: Vec[NetHeader]
    body: Opt[blob]
    transform: Opt[NetTransform]
    is_replicated: Opt[bool]


class Net(Service):
    @service_update
    def http_request(self, request: NetRequest) -> NetReply: ...


@query
def strip(args: NetTransformArgs) -> NetReply:
    reply = args["response"]
    reply["headers"] = []
    return reply


@query
def explode(args: NetTransformArgs) -> NetReply:
    raise ValueError("transform boom")


@update
def fetch(url: text, transform: text, replicated: bool, cycles: nat64) -> Async[text]:
    request = {
        "url": url,
        "max_response_bytes": 2_000,
        "method": {"get": None},
        "headers": [],
        "body": None,
        "transform": None,
        "is_replicated": replicated,
    }
    if transform != "":
        request["transform"] = {"function": (ic.id(), transform), "context": b""}
    management = Net(Principal.from_str("aaaaa-aa"))
    result: CallResult[NetReply] = yield management.http_request(request).with_cycles(cycles)
    refunded = str(ic.msg_cycles_refunded())
    if result.Err is not None:
        return "Err " + result.Err + " refunded " + refunded
    headers = ",".join(header["name"] for header in result.Ok["headers"])
    body = result.Ok["body"].decode()
    return "Ok " + str(result.Ok["status"]) + " [" + headers + "] " + body + " refunded " + refunded
