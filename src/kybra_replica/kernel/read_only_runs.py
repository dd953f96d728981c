"""Runs of which nothing lasts: queries, and what a canister says of an ingress message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kybra_replica.kernel import rejects
from kybra_replica.kernel.rejects import Reject
from kybra_replica.kernel.worker_link import Outcome, Trap

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.kernel_state import KernelState
    from kybra_replica.kernel.messages import Answer

Certify = Callable[["Canister"], bytes]
"""Makes the certificate of a canister's certified data."""


class ReadOnlyRuns:
    """Runs messages in their canisters and drops their effects."""

    def __init__(self, state: KernelState) -> None:
        """Work on `state`."""
        self._state = state

    def query(
        self,
        canister: Canister,
        method: str,
        arg: bytes,
        caller: bytes,
        certify: Certify | None = None,
    ) -> Answer:
        """Run a query; nothing of it lasts. `certify` makes the certificate it may ask for."""
        refusal = self._query_refusal(canister, method)
        if refusal is not None:
            return refusal
        self._state.counts.queries += 1
        facts = {**self.facts(canister, "query", method, arg), "caller": caller}
        result = self._run_discarded(canister, facts, certify)
        _count_query(canister, arg, result)
        if isinstance(result, Outcome):
            self._state.counts.query_instructions += result.instructions
        return answer_of_query(canister, result)

    def inspect(self, canister: Canister, method: str, arg: bytes, caller: bytes) -> Reject | None:
        """Ask the canister whether it takes an ingress message; why not, or None."""
        if canister.program is None:
            return rejects.without_program(canister.text, canister.module_hash)
        if "inspect_message" not in canister.program.interface.lifecycle:
            return None
        facts = {**self.facts(canister, "inspect", method, arg), "caller": caller}
        result = self._run_discarded(canister, facts)
        if isinstance(result, Trap):
            return rejects.in_canister(canister.text, result.text, result.code)
        return None if result.accept_message else rejects.refused_by_inspection(canister.text)

    def facts(self, canister: Canister, kind: str, name: str, arg: bytes) -> dict[str, Any]:
        """What every message is told."""
        return {
            "kind": kind,
            "name": name,
            "arg": arg,
            "caller": b"",
            "time_ns": self._state.clock.now_ns(),
            "balance_cycles": canister.free_cycles,
            "limit_s": self._state.limit_s,
            "outstanding_management_calls": canister.outstanding_management,
        }

    def _query_refusal(self, canister: Canister, method: str) -> Reject | None:
        if canister.program is None:
            return rejects.without_program(canister.text, canister.module_hash)
        if canister.status != "running":
            return rejects.query_not_running(canister.text, canister.status)
        declared = canister.program.interface.methods.get(method)
        if declared is None or declared.kind != "query":
            return rejects.no_method(canister.text, "query", method)
        return None

    def _run_discarded(
        self, canister: Canister, facts: dict[str, Any], certify: Certify | None = None
    ) -> Outcome | Trap:
        assert canister.worker is not None  # noqa: S101 (a canister with a program has a worker)
        serve = self.server(canister)
        if certify is not None:
            facts["is_certifiable"] = True
            serve = _certifying(serve, lambda: certify(canister))
        with self._state.store.discarded():
            return canister.worker.run(facts, serve)

    def server(self, canister: Canister) -> Any:
        """What serves the map operations of a running message."""
        maps, canister_id = self._state.maps, canister.canister_id
        return lambda operation, *args: maps.serve(canister_id, operation, *args)


def answer_of_query(canister: Canister, result: Outcome | Trap) -> Answer:
    """What the caller of a query hears."""
    if isinstance(result, Trap):
        return rejects.in_canister(canister.text, result.text, result.code)
    return _answer_of(result) or rejects.no_reply(canister.text)


def _answer_of(outcome: Outcome) -> Answer | None:
    if outcome.reply is None:
        return None
    form, payload = outcome.reply
    result: Answer = payload if form == "reply" else Reject(rejects.CANISTER_REJECT, payload)
    return result


def _certifying(serve: Callable[..., Any], certify: Callable[[], bytes]) -> Callable[..., Any]:
    """Serve certificates too: made when asked for, since few queries do."""
    return lambda operation, *args: (
        certify() if operation == "certificate" else serve(operation, *args)
    )


def _count_query(canister: Canister, arg: bytes, result: Outcome | Trap) -> None:
    statistics = canister.query_statistics
    statistics.calls += 1
    statistics.request_bytes += len(arg)
    if isinstance(result, Outcome):
        statistics.instructions += result.instructions
        statistics.response_bytes += len(result.reply[1]) if result.reply else 0
