"""What one Refrain canister calls on another."""

from kybra import Opt, Service, Vec, nat64, service_query, service_update, text, void

from refrain_api.ask_records import ChatMessage
from refrain_api.cache_records import (
    NegativeRequest,
    PutRequest,
    PutResult,
    TransferredAnswer,
)
from refrain_api.infer_records import InferManyResult, InferRequest, ProviderView
from refrain_api.moving_records import MoveInResult, MoveOutResult, ProfileResult
from refrain_api.refusal_variants import Done


# The cache, as its writers call it.
class CacheService(Service):
    @service_update
    def fetch_text(self, tenant: text, digest: text, cache_control: text) -> text: ...

    @service_update
    def keep(self, header: text, content: text) -> text: ...

    @service_update
    def put(self, request: PutRequest) -> PutResult: ...

    @service_update
    def put_negative(self, request: NegativeRequest) -> PutResult: ...

    @service_update
    def remove_older(self, digest: text, than_ns: nat64) -> Done: ...

    @service_query
    def profile(self) -> ProfileResult: ...

    @service_update
    def adopt(self, profile: text) -> Done: ...

    @service_update
    def move_out(
        self, move: nat64, shards: Vec[text], own: text, target: text, done: Vec[text]
    ) -> MoveOutResult: ...

    @service_update
    def move_in(self, rows: Vec[TransferredAnswer], fence: nat64) -> MoveInResult: ...

    @service_update
    def allow_member(self, namespace: text, member: text) -> Done: ...

    @service_update
    def deny_member(self, namespace: text, member: text) -> Done: ...


# The infer canister, as the batcher calls it.
class InferService(Service):
    @service_update
    def infer_text(
        self,
        head: text,
        messages: Vec[ChatMessage],
        stop: Vec[text],
        response_format: Opt[text],
        extra: Opt[text],
    ) -> text: ...

    @service_update
    def infer_many(self, requests: Vec[InferRequest]) -> InferManyResult: ...

    @service_query
    def models(self) -> Vec[text]: ...

    @service_query
    def providers(self) -> Vec[ProviderView]: ...

    @service_query
    def rest(self) -> void: ...


# The batcher, as it tells itself to take up a piece of work in a message of its own.
class BatcherService(Service):
    @service_update
    def take_up(self, task: nat64) -> text: ...
