"""What one Refrain canister calls on another."""

from kybra import Service, Vec, service_query, service_update, text

from refrain_api.cache_records import LookupResult, PutRequest, PutResult
from refrain_api.infer_records import InferRequest, InferResult


# The cache, as its writers call it.
class CacheService(Service):
    @service_update
    def fetch(self, tenant: text, digest: text) -> LookupResult: ...

    @service_update
    def put(self, request: PutRequest) -> PutResult: ...


# The infer canister, as the batcher calls it.
class InferService(Service):
    @service_update
    def infer(self, request: InferRequest) -> InferResult: ...

    @service_query
    def models(self) -> Vec[text]: ...
