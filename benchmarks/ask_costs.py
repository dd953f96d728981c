"""Where the costs of an ask go: every message of a hit and of a miss, with what it took.

`python -m benchmarks.ask_costs` writes benchmarks/results/ask_costs.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.bench_network import OPERATOR, BenchNetwork, request
from kybra_replica.kernel.cycles import CALL_BYTE_FEE, CALL_FEE, UPDATE_FEE
from kybra_replica.kernel.messages import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.kernel.messages import Message
    from kybra_replica.kernel.replica import Replica

REPORT = Path(__file__).parent / "results" / "ask_costs.md"
ENTRIES = 1_000
KNOWN = 0
NEW = 1
M = 1_000_000
HEAD = """\
# What an ask costs, message by message

`python -m benchmarks.ask_costs` writes this page. On the embedded replica, whose instructions are
estimates ([012](../../docs/decisions/012-instruction-estimates.md)); fees are the platform's, of a
subnet of 13 nodes. 1,000 stored answers of 2,000 characters, prompts of 1,000. Cycles in millions:
a message's own 5, its instructions, and its calls' (0.26 each and 0.001 a byte). An outcall's fee
stands in its own row, beside the sums; a transform is a query, and free.
"""


class Step(NamedTuple):
    """One message: what it took; cycles are its whole, all kinds of fees added up."""

    canister: str
    entry: str
    instructions: int
    cycles: int
    calls: int
    sent_bytes: int
    maps: str

    @property
    def is_outcall(self) -> bool:
        """Whether this is the platform's fee for an outcall."""
        return self.canister == "platform"


class StepByStep:
    """Runs a replica's messages one at a time, and notes what each took."""

    def __init__(self, network: BenchNetwork) -> None:
        """Watch a network."""
        self._replica: Replica = network.replica
        self._names = {canister: name for name, canister in network.ids.items()}
        self._network = network
        self.steps: list[Step] = []

    def ask(self, number: int) -> str:
        """Ask the `number`-th prompt, and let the model answer; how it was served."""
        replica = self._replica
        before = replica.traffic()
        call = replica.submit(self._network.ids["batcher"], "ask", request(number), sender=OPERATOR)
        self._note("batcher", "ingress", before)
        self._run()
        self._network.mocks.release()
        self._run()
        return str(replica.reply(call)["Answered"]["cache_status"])

    def _run(self) -> None:
        queue, pump = self._replica.kernel.queue, self._replica.pump
        self._watched("infer", "transform (query)", pump.gather)
        while queue:
            canister, entry = self._named(queue[0])
            self._watched(canister, entry, pump.step)
            pump.gather()

    def _named(self, message: Message) -> tuple[str, str]:
        if isinstance(message, Request):
            name = self._names.get(self._text(message.callee))
            return ("platform", message.method) if name is None else (name, message.method)
        if isinstance(message, Response):
            callback = self._replica.kernel.callbacks[message.callback]
            canister = self._replica.kernel.canisters[callback.caller]
            context = canister.contexts.get(callback.context_id)
            entry = "of a notify" if context is None else context.method
            return self._names[canister.text], f"{entry}, callback"
        return self._names[self._text(message.canister)], "timer"

    def _text(self, canister: bytes) -> str:
        found = self._replica.kernel.canisters.get(canister)
        return "" if found is None else found.text

    def _watched(self, canister: str, entry: str, action: Callable[[], object]) -> None:
        before = self._replica.traffic()
        action()
        self._note(canister, entry, before)

    def _note(self, canister: str, entry: str, before: dict[str, int]) -> None:
        after = self._replica.traffic()
        took = {name: after[name] - before[name] for name in after}
        calls, cycles = took["calls"], took["burned_cycles"]
        instructions = took["instructions"] + took["query_instructions"]
        if not cycles and not instructions:
            return
        sent_bytes = 0
        if calls:
            fees = cycles - took["instructions"] - UPDATE_FEE
            sent_bytes = (fees - calls * CALL_FEE) // CALL_BYTE_FEE
        operations = {kind: took[f"map_{kind}s"] for kind in ("get", "insert", "remove")}
        maps = ", ".join(f"{many} {kind}" for kind, many in operations.items() if many)
        self.steps.append(Step(canister, entry, instructions, cycles, calls, sent_bytes, maps))


def measured() -> dict[str, list[Step]]:
    """The messages of a hit and of a miss, each the second of its kind."""
    network = BenchNetwork()
    try:
        network.ask_model(KNOWN)
        network.fill(ENTRIES)
        network.ask_model(NEW)
        network.ask(KNOWN)
        hit = StepByStep(network)
        hit.ask(KNOWN)
        miss = StepByStep(network)
        network.expect_outcall()
        miss.ask(NEW + 1)
    finally:
        network.close()
    return {"hit": hit.steps, "miss": miss.steps}


def table(steps: list[Step]) -> list[str]:
    """The rows of one ask, and their sum."""
    lines = [
        "| canister | entry | instructions, k | cycles, M | calls | bytes sent | map operations |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_row(step) for step in steps]
    own = [step for step in steps if not step.is_outcall]
    messages = sum(step.instructions > 0 and step.cycles > 0 for step in own)
    instructions = sum(step.instructions for step in own if step.cycles)
    cycles = sum(step.cycles for step in own)
    lines.append(
        f"| **sum** | {messages} messages | **{instructions / 1_000:,.0f}** "
        f"| **{cycles / M:,.2f}** | {sum(step.calls for step in own)} "
        f"| {sum(step.sent_bytes for step in own):,} | |"
    )
    return lines


def _row(step: Step) -> str:
    return (
        f"| {step.canister} | {step.entry} | {step.instructions / 1_000:,.0f} "
        f"| {step.cycles / M:,.2f} | {step.calls or ''} | {step.sent_bytes or ''} | {step.maps} |"
    )


def page(asks: dict[str, list[Step]]) -> str:
    """The whole report."""
    parts = [f"\n## A {name}\n\n" + "\n".join(table(steps)) + "\n" for name, steps in asks.items()]
    return HEAD + "".join(parts)


def main() -> None:
    """Measure, print, write."""
    text = page(measured())
    print(text)
    REPORT.write_text(text)


if __name__ == "__main__":
    main()
