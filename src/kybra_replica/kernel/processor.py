"""Takes one message off the queue and sees it through, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.kernel import answers, effects, in_flight, rejects
from kybra_replica.kernel.cycles import execution_fee
from kybra_replica.kernel.messages import Answer, Message, Request, Response, TimerFired
from kybra_replica.kernel.principals import text_of
from kybra_replica.kernel.read_only_runs import ReadOnlyRuns, answer_of_query
from kybra_replica.kernel.rejects import Reject
from kybra_replica.kernel.worker_link import Outcome, Trap

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.kernel.canister import Callback, CallContext, Canister
    from kybra_replica.kernel.kernel_state import KernelState


class MessageUndone(Exception):  # noqa: N818 (an outcome, not an error)
    """The message trapped: its transaction is rolled back."""

    def __init__(self, trap: Trap) -> None:
        """Carry the trap."""
        super().__init__(trap.text)
        self.trap = trap


class Processor(ReadOnlyRuns):
    """Runs messages in their canisters and hands their effects on."""

    def __init__(self, state: KernelState, call_management: Callable[[Request], None]) -> None:
        """Work on `state`; calls to the management canister go to `call_management`."""
        super().__init__(state)
        self._call_management = call_management

    def process(self, message: Message) -> None:
        """Run one message to its end."""
        if isinstance(message, Request):
            self._request(message)
        elif isinstance(message, Response):
            self._response(message)
        else:
            self._timer(message)

    def _request(self, request: Request) -> None:
        if request.callee == effects.MANAGEMENT:
            self._call_management(request)
            return
        canister = self._state.canisters.get(request.callee)
        refusal = self._request_refusal(canister, request)
        if refusal is not None or canister is None:
            answers.deliver(self._state, request.origin, refusal or b"", request.cycles)
            return
        assert canister.program is not None  # noqa: S101 (the refusals above cover it)
        if canister.program.interface.methods[request.method].kind == "query":
            result = self._replicated_query(canister, request)
            answers.deliver(self._state, request.origin, result, request.cycles)
            return
        self._state.counts.updates += 1
        context = self._state.new_context(
            request.origin, request.sender, request.method, request.cycles
        )
        canister.contexts[context.context_id] = context
        self._run(canister, context, self.facts(canister, "update", request.method, request.arg))

    def _replicated_query(self, canister: Canister, request: Request) -> Answer:
        """Run a query that was called as an update: nothing of it lasts but what it cost."""
        facts = self.facts(canister, "query", request.method, request.arg)
        result = self._run_discarded(canister, {**facts, "caller": request.sender})
        instructions = result.instructions if isinstance(result, Outcome) else 0
        self._state.counts.queries += 1
        self._state.counts.instructions += instructions
        with self._state.store.transaction():
            self._state.burn(canister, execution_fee(instructions))
            self._state.save(canister)
        return answer_of_query(canister, result)

    def _request_refusal(self, canister: Canister | None, request: Request) -> Reject | None:
        if canister is None:
            return rejects.no_canister(text_of(request.callee))
        if canister.program is None:
            return rejects.without_program(canister.text, canister.module_hash)
        if canister.status != "running":
            return rejects.not_running(canister.text, canister.status)
        if request.method not in canister.program.interface.methods:
            return rejects.no_method(canister.text, "update", request.method)
        return None

    def _response(self, response: Response) -> None:
        callback = self._state.callbacks.pop(response.callback)
        canister = self._state.canisters[callback.caller]
        self._credit(canister, callback, response.refund)
        context = canister.contexts.get(callback.context_id)
        if context is None:
            answers.settle_stop(self._state, canister)
            return
        context.awaiting -= 1
        if callback.generation != canister.generation:
            self._end(canister, context, rejects.lost_to_upgrade(canister.text))
            return
        self._state.counts.callbacks += 1
        facts = self.facts(canister, "callback", context.method, b"")
        facts["callback_id"] = callback.local_id
        facts["response"] = _response_facts(response.answer)
        facts["refunded_cycles"] = response.refund
        self._run(canister, context, facts)

    def _credit(self, canister: Canister, callback: Callback, refund: int) -> None:
        canister.outstanding -= 1
        canister.outstanding_management -= callback.to_management
        with self._state.store.transaction():
            canister.cycles += refund
            in_flight.release(self._state.store, callback.callback)
            self._state.save(canister)

    def _timer(self, fired: TimerFired) -> None:
        canister = self._state.canisters.get(fired.canister)
        if canister is None or fired.generation != canister.generation:
            return
        timer = canister.timers.get(fired.timer_id)
        if timer is None:
            return
        if timer.interval_ns:
            timer.due_ns = self._state.clock.now_ns() + timer.interval_ns
        else:
            del canister.timers[fired.timer_id]
        self._state.counts.timers += 1
        context = self._state.new_context(None, canister.canister_id, "")
        canister.contexts[context.context_id] = context
        self._run(canister, context, self.facts(canister, "timer", str(fired.timer_id), b""))

    def _run(self, canister: Canister, context: CallContext, facts: dict[str, Any]) -> None:
        facts["caller"] = context.caller
        facts["context_id"] = context.context_id
        facts["available_cycles"] = context.available
        facts["already_replied"] = context.answered
        facts["earlier_instructions"] = context.instructions
        assert canister.worker is not None  # noqa: S101 (a canister with a program has a worker)
        try:
            with self._state.store.transaction():
                outcome = self._run_or_undo(canister, context, facts)
                effects.apply(self._state, canister, context, outcome)
                effects.reply(self._state, context, outcome)
        except MessageUndone as undone:
            self._trapped(canister, context, undone.trap)
            return
        canister.worker.commit()
        answers.conclude(self._state, canister, context)

    def _run_or_undo(
        self, canister: Canister, context: CallContext, facts: dict[str, Any]
    ) -> Outcome:
        assert canister.worker is not None  # noqa: S101 (a canister with a program has a worker)
        result = canister.worker.run(facts, self.server(canister))
        if isinstance(result, Trap):
            raise MessageUndone(result)
        fault = self._state.fault
        text = fault(canister.text, facts["kind"], context.method) if fault else None
        if text is not None:
            canister.worker.abort()
            raise MessageUndone(Trap("IC0503", f"Canister trapped: {text}"))
        return result

    def _trapped(self, canister: Canister, context: CallContext, trap: Trap) -> None:
        self._state.counts.traps += 1
        canister.logs.write(self._state.clock.now_ns(), [f"[TRAP]: {trap.text}"])
        with self._state.store.transaction():
            self._state.burn(canister, execution_fee(0))
            self._state.save(canister)
        self._end(canister, context, rejects.in_canister(canister.text, trap.text, trap.code))

    def _end(self, canister: Canister, context: CallContext, reject: Reject) -> None:
        if not context.answered and not context.awaiting:
            answers.answer(self._state, context, reject)
        answers.conclude(self._state, canister, context)


def _response_facts(answer: Answer) -> tuple[Any, ...]:
    if isinstance(answer, Reject):
        return ("reject", answer.code, answer.as_seen_by_canisters())
    return ("ok", answer)
