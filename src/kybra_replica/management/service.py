"""Takes calls to the management canister, and sees each through: whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.kernel import answers, in_flight
from kybra_replica.kernel.messages import Answer, CanisterOrigin, IngressOrigin, Request
from kybra_replica.kernel.principals import bytes_of, text_of
from kybra_replica.kernel.rejects import Reject, Rejected
from kybra_replica.management import (
    chunk_store,
    creating,
    cycles_calls,
    refusals,
    running,
    telling,
)
from kybra_replica.management.call import LATER, Call
from kybra_replica.management.http_outcalls import HttpOutcalls
from kybra_replica.management.ingress_filter import check_ingress
from kybra_replica.management.installing import Installing
from kybra_replica.management.running import Running
from kybra_replica.management.shapes import NO_NAMES
from kybra_replica.management.signatures import NOT_SERVED, SIGNATURES, Signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.kernel.kernel_state import KernelState
    from kybra_replica.kernel.lifecycle import Lifecycle
    from kybra_replica.kernel.outcall_desk import OutcallDesk
    from kybra_replica.management.options import ManagementOptions

RANDOM_BYTES = 32
_MAY_BE_EMPTY = "create_canister"
_QUERIES = {
    "canister_info": telling.canister_info,
    "canister_status": telling.canister_status,
    "fetch_canister_logs": telling.fetch_canister_logs,
}


class Management:
    """Serves canisters, and users as far as they may."""

    def __init__(self, state: KernelState, desk: OutcallDesk, options: ManagementOptions) -> None:
        """Start outcalls at `desk`."""
        self._state = state
        self._options = options
        self._installing = Installing(options)
        self._running = Running()
        self._methods: dict[str, Callable[[Call], Any]] = {
            "raw_rand": self._raw_rand,
            "http_request": HttpOutcalls(desk).http_request,
            "install_code": self._installing.install_code,
            "install_chunked_code": self._installing.install_chunked_code,
            "start_canister": self._running.start_canister,
            "stop_canister": self._running.stop_canister,
            "uninstall_code": self._running.uninstall_code,
            **_PLAIN_METHODS,
        }

    def connect(self, lifecycle: Lifecycle) -> None:
        """Install, start and stop by `lifecycle`, which itself needs this service."""
        self._installing.lifecycle = lifecycle
        self._running.lifecycle = lifecycle

    def inspect(self, method: str, arg: bytes, sender: str) -> Reject | None:
        """Why a user's call is not taken up, or None; networks ask before they queue it."""
        try:
            check_ingress(self._state, self._options, method, arg, sender)
        except Rejected as refusal:
            return refusal.reject
        return None

    def query(self, method: str, arg: bytes, sender: str) -> Answer:
        """Ask for a status, a history or a log, as users do; nothing of it lasts."""
        if method not in _QUERIES:
            return refusals.refusal(536, f"Query method {method} not found.").reject
        origin = IngressOrigin(0, lambda _answer: None)
        request = Request(origin, bytes_of(sender), b"", method, arg)
        try:
            call = self._opened(request, SIGNATURES[method])
            return _encoded(SIGNATURES[method], _QUERIES[method](call))
        except Rejected as refusal:
            return refusal.reject

    def handle(self, request: Request) -> None:
        """Answer a call, now or when what it waits for has happened."""
        try:
            with self._state.store.transaction():
                self._carry_out(request)
        except Rejected as refusal:
            with self._state.store.transaction():
                self._answer(request, refusal.reject, 0)

    def _carry_out(self, request: Request) -> None:
        method = self._methods.get(request.method)
        if isinstance(request.origin, IngressOrigin):
            sender = text_of(request.sender)
            check_ingress(self._state, self._options, request.method, request.arg, sender)
        if method is None:
            raise _unserved(request.method)
        signature = SIGNATURES[request.method]
        call = self._opened(request, signature)
        result = method(call)
        if result is not LATER:
            self._answer(request, _encoded(signature, result), call.spent_cycles)

    def _opened(self, request: Request, signature: Signature) -> Call:
        types = () if signature.arg is None else (signature.arg,)
        try:
            values = decode(request.arg, types, NO_NAMES)
        except CandidDecodeError as error:
            if request.method != _MAY_BE_EMPTY or request.arg != answers.NOTHING:
                raise refusals.undecodable(error) from None
            values = [{"settings": None, "sender_canister_version": None}]
        return Call(self._state, request, values[0] if values else {})

    def _answer(self, request: Request, answer: Answer, spent_cycles: int) -> None:
        left = request.cycles - spent_cycles
        if isinstance(request.origin, CanisterOrigin):
            in_flight.reduce(self._state.store, request.origin.callback, left)
            if isinstance(answer, Reject):
                # Canisters are told the management canister's texts without the number.
                answer = replace(answer, error_code="")
        answers.deliver(self._state, request.origin, answer, left)

    def _raw_rand(self, _call: Call) -> bytes:
        return self._state.random.randbytes(RANDOM_BYTES)


_PLAIN_METHODS: dict[str, Callable[[Call], Any]] = {
    "create_canister": creating.create_canister,
    "provisional_create_canister_with_cycles": creating.provisional_create_canister_with_cycles,
    "update_settings": creating.update_settings,
    "upload_chunk": chunk_store.upload_chunk,
    "stored_chunks": chunk_store.stored_chunks,
    "clear_chunk_store": chunk_store.clear_chunk_store,
    "delete_canister": running.delete_canister,
    "deposit_cycles": cycles_calls.deposit_cycles,
    "provisional_top_up_canister": cycles_calls.provisional_top_up_canister,
    "canister_status": telling.canister_status,
    "canister_info": telling.canister_info,
    "canister_metadata": telling.canister_metadata,
}


def _unserved(method: str) -> Rejected:
    if method == "fetch_canister_logs":
        text = f"{method} API is only accessible to end users in non-replicated mode"
        return refusals.refusal(406, text)
    if method in NOT_SERVED:
        return refusals.not_served(method, NOT_SERVED[method])
    return refusals.no_such_method(method)


def _encoded(signature: Signature, value: Any) -> bytes:
    types = () if signature.result is None else (signature.result,)
    return encode(types, (value,) if types else (), NO_NAMES)
