"""The part of kybra's management canister that this project calls: randomness and outcalls."""

from kybra import FuncTuple, Record, Service, Variant, blob, nat, nat64, null, service_update

class HttpMethod(Variant, total=False):
    get: null
    head: null
    post: null

class HttpHeader(Record):
    name: str
    value: str

class HttpResponse(Record):
    status: nat
    headers: list[HttpHeader]
    body: blob

class HttpTransformArgs(Record):
    response: HttpResponse
    context: blob

HttpTransformFunc = FuncTuple

class HttpTransform(Record):
    function: HttpTransformFunc
    context: blob

class HttpRequestArgs(Record):
    url: str
    max_response_bytes: nat64 | None
    method: HttpMethod
    headers: list[HttpHeader]
    body: blob | None
    transform: HttpTransform | None

class ManagementCanister(Service):
    @service_update
    def raw_rand(self) -> blob: ...
    @service_update
    def http_request(self, args: HttpRequestArgs) -> HttpResponse: ...

management_canister: ManagementCanister
