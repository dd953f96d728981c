"""The management canister's HTTP outcall, in records of our own.

Kybra's lack `is_replicated`; their names are taken, so these have others.
"""

from kybra import (
    Func,
    Opt,
    Query,
    Record,
    Service,
    Variant,
    Vec,
    blob,
    nat,
    nat64,
    null,
    service_update,
    text,
)


# One header; names come and go in lower case.
class OutcallHeader(Record):
    name: text
    value: text


class OutcallMethod(Variant, total=False):
    get: null
    head: null
    post: null


# status: the HTTP status. Headers count towards max_response_bytes.
class OutcallReply(Record):
    status: nat
    headers: Vec[OutcallHeader]
    body: blob


# What a transform is given: one node's reply, and the context that the call named.
class TransformArgs(Record):
    response: OutcallReply
    context: blob


TransformFunction = Func(Query[[TransformArgs], OutcallReply])


# The query that every node applies to its reply before they compare.
class OutcallTransform(Record):
    function: TransformFunction  # type: ignore[valid-type]  # kybra reads Func by name
    context: blob


# max_response_bytes: None asks for the platform's 2 MB, and pays for it.
# is_replicated: False lets one node call; None and True let all of them.
class OutcallArgs(Record):
    url: text
    max_response_bytes: Opt[nat64]
    method: OutcallMethod
    headers: Vec[OutcallHeader]
    body: Opt[blob]
    transform: Opt[OutcallTransform]
    is_replicated: Opt[bool]


# What Refrain calls on the management canister, aaaaa-aa.
class Management(Service):
    @service_update
    def http_request(self, args: OutcallArgs) -> OutcallReply: ...

    @service_update
    def raw_rand(self) -> blob: ...
