"""One sample of a request, asked of the model in as many rounds as its answer takes.

Each round is kept before the next one leaves: a flight that is lost between two, by a trap or an
upgrade, leaves its text to the next ask of the same request, which goes on from there and pays for
the rest only.
"""

from collections.abc import Generator
from typing import Any, NamedTuple

from kybra import CallResult, ic

import till
from batcher_core.ask_plan import Plan
from batcher_core.call_reading import outcalls_of, was_sent
from batcher_core.kept_rounds import Kept
from batcher_core.money import MAX_ROUNDS, call_cycles_of
from batcher_core.round_plan import (
    goes_on,
    lasts,
    least_round_cycles,
    merged,
    round_cycles,
    round_request,
)
from batcher_core.work_items import Work
from batcher_rows import rows
from batcher_state import desk, rounds
from other_canisters import inference_call, inference_reply


class Sampled(NamedTuple):
    """What became of a sample: infer's reply about the whole answer, or why there is none.

    spent_cycles: what all its rounds cost; booked_cycles: of that what is booked already.
    """

    reply: "dict[str, Any] | None"
    error: "str | None"
    spent_cycles: int = 0
    booked_cycles: int = 0


Sampling = Generator[Any, Any, Sampled]


def sample_of(plan: Plan) -> dict[str, Any]:
    """Return what infer is asked for a plan, as an InferRequest."""
    return {
        "digest": plan.base_digest or plan.digest,
        "sample": plan.sample,
        "request": plan.request,
        "provider": plan.provider,
        "transport": None,
        "so_far": "",
    }


def sampled(work: Work) -> Sampling:
    """Have a flight's model asked, round by round; return what it came to, with its whole cost."""
    kept = _begun(work.plan)
    most_cycles = most_cycles_of(work)
    spent = 0
    outcalls = 0
    while True:
        # What earlier rounds cost is booked, and a failed one ends all.
        booked = spent
        reply, cost = yield from _round(work.plan, kept, most_cycles - spent)
        spent += cost
        outcalls += outcalls_of(reply.Ok)
        inferred = None if reply.Ok is None else reply.Ok.get("Inferred")
        if inferred is None:
            return _broken_off(kept, reply, outcalls, (spent, booked))
        whole = _whole(inferred, kept, work.plan, outcalls)
        kept = _following(work, kept, whole["Inferred"], inferred["continues"])
        is_over = kept is None or desk.off.take(work.token)
        if kept is None or is_over or not _is_paid(work.plan, kept, most_cycles - spent):
            return Sampled(whole, None, spent, booked)
        till.spend(work, cost)


def most_cycles_of(work: Work) -> int:
    """Return what a flight may cost: of a payer what is held, of the owner what it may take."""
    if work.plan.is_paying:
        return work.cost.call_cycles
    return call_cycles_of(work.plan.request, MAX_ROUNDS)


def _begun(plan: Plan) -> "Kept | None":
    """Return what an earlier flight left of this answer, unless a new one is wanted."""
    return None if plan.directives.no_cache else rounds.read(plan.digest, ic.time())


def _round(plan: Plan, kept: "Kept | None", most_cycles: int) -> "Generator[Any, Any, Any]":
    inference: Any = sample_of(plan)
    inference["request"] = round_request(plan.request, kept)
    inference["so_far"] = "" if kept is None else kept.answer["content"]
    attached = min(most_cycles, round_cycles(plan.request, kept))
    # Committed: the dispatched flight with its lease, the hold on its asker's cycles, and every
    # round so far with what it cost; behind a reply also that reply.
    reply: CallResult[Any] = yield inference_call(inference, attached)
    # A call that was never sent is no callback: what was refunded last is another call's.
    cost = attached - ic.msg_cycles_refunded128() if was_sent(reply.Err) else 0
    return inference_reply(reply), cost


def _following(
    work: Work, kept: "Kept | None", whole: dict[str, Any], continues: str
) -> "Kept | None":
    """Keep a round that another is to follow; or forget all of them: the answer is here.

    What is kept where no other follows, for want of cycles or of time, stays for the next ask.
    """
    now_ns = ic.time()
    plan, answer = work.plan, whole["answer"]
    said = answer["content"] if kept is None else answer["content"][len(kept.answer["content"]) :]
    following = Kept(answer, work.token, 1 if kept is None else kept.rounds + 1, 0)
    is_last = not goes_on(plan.request, following, continues, said)
    if is_last and kept is None:
        return None
    # None: another flight has the lease, and what is kept is that one's to go on with.
    renewed = desk.renew(plan.digest, work.token, now_ns, rows.settings)
    if is_last and renewed is not None:
        rounds.drop(plan.digest)
    if is_last or renewed is None:
        return None
    following = following._replace(until_ns=renewed.read_until_ns)
    rounds.add(plan.digest, following, said)
    return following if lasts(renewed.deadline_ns, now_ns, rows.settings.lease_s) else None


def _is_paid(plan: Plan, following: Kept, left_cycles: int) -> bool:
    """Tell whether a further round is paid for, and can be sent without a trap."""
    attached = min(left_cycles, round_cycles(plan.request, following))
    is_enough = least_round_cycles(plan.request, following) <= left_cycles
    return is_enough and till.can_attach(attached)


def _broken_off(
    kept: "Kept | None", reply: CallResult[Any], outcalls: int, cycles: "tuple[int, int]"
) -> Sampled:
    """End a sample with a failed round: what it said before is its answer, cut by us.

    It stays kept, so that the next ask of this request goes on from there.
    """
    if kept is None:
        return Sampled(reply.Ok, reply.Err, *cycles)
    answer = dict(kept.answer)
    answer["finish"] = "budget"
    return Sampled(_inferred(answer, "", outcalls), None, *cycles)


def _whole(
    inferred: dict[str, Any], kept: "Kept | None", plan: Plan, outcalls: int
) -> dict[str, Any]:
    answer = merged(kept, inferred, is_limited=plan.request["max_tokens"] is not None)
    return _inferred(answer, inferred["provider"], outcalls)


def _inferred(answer: dict[str, Any], provider: str, outcalls: int) -> dict[str, Any]:
    inference = {
        "answer": answer,
        "provider": provider,
        "outcalls": outcalls,
        "charged_cycles": 0,
        "continues": "no",
    }
    return {"Inferred": inference}
