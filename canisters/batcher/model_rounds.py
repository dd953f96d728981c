"""One sample of a request, asked of the model in as many rounds as its answer takes.

Each round is kept before the next one leaves: a flight that is lost between two, by a trap or an
upgrade, leaves its text to the next ask of the same request, which goes on from there and pays for
the rest only.
"""

from collections.abc import Generator
from typing import Any, NamedTuple

from kybra import CallResult, Principal, ic

import till
from batcher_core.ask_plan import Plan
from batcher_core.call_reading import outcalls_of, was_sent
from batcher_core.kept_rounds import Kept
from batcher_core.money import MAX_ROUNDS, Price, call_cycles_of
from batcher_core.round_plan import (
    goes_on,
    lasts,
    least_round_cycles,
    merged,
    round_cycles,
    round_request,
)
from batcher_rows import rows
from batcher_state import desk, rounds
from refrain_api.services import InferService
from refrain_core.fingerprint import sample_digest


class Sampled(NamedTuple):
    """What became of a sample: infer's reply about the whole answer, or why there is none.

    spent_cycles: what all its rounds cost; booked_cycles: of that what is booked already.
    """

    reply: "dict[str, Any] | None"
    error: "str | None"
    spent_cycles: int = 0
    booked_cycles: int = 0


class Sample(NamedTuple):
    """One sample to be asked under a flight's token, for at most so many cycles.

    is_alone: whether its text is the answer's own, which a ticket's stream may show as it comes.
    provider: the only one to be asked, by its name; None leaves the choice to infer.
    """

    plan: Plan
    token: int
    number: int
    most_cycles: int
    is_alone: bool = True
    provider: "str | None" = None

    @property
    def key(self) -> str:
        """Where this sample's rounds are kept."""
        return sample_digest(self.plan.digest, self.number)


def most_cycles_of(plan: Plan, cost: Price) -> int:
    """Return what one sample may cost: of a payer what is held, of the owner what it may take."""
    return cost.call_cycles if plan.is_paying else call_cycles_of(plan.request, MAX_ROUNDS)


Sampling = Generator[Any, Any, Sampled]


def sampled(sample: Sample) -> Sampling:
    """Ask for one sample, round by round; return what it came to, with its whole cost."""
    kept = _begun(sample)
    spent = 0
    outcalls = 0
    while True:
        # What earlier rounds cost is booked, and a failed one ends all.
        booked = spent
        reply, cost = yield from _round(sample, kept, spent)
        spent += cost
        outcalls += outcalls_of(reply.Ok)
        inferred = None if reply.Ok is None else reply.Ok.get("Inferred")
        if inferred is None:
            return _broken_off(kept, reply, outcalls, (spent, booked))
        whole = _whole(inferred, kept, sample, outcalls)
        kept = _following(sample, kept, whole, inferred["continues"], spent)
        if kept is None:
            return Sampled(whole, None, spent, booked)
        till.spend(sample.token, cost)


def _begun(sample: Sample) -> "Kept | None":
    """Return what an earlier flight left of this sample, unless a new answer is wanted."""
    if sample.plan.directives.no_cache:
        return None
    return rounds.read(sample.key, ic.time())


def _round(sample: Sample, kept: "Kept | None", spent: int) -> "Generator[Any, Any, Any]":
    request = sample.plan.request
    inference: Any = {
        "digest": sample.plan.digest,
        "sample": sample.number,
        "request": round_request(request, kept),
        "provider": sample.provider,
        "transport": None,
        "so_far": "" if kept is None else kept.answer["content"],
    }
    attached = min(sample.most_cycles - spent, round_cycles(request, kept))
    service = InferService(Principal.from_str(rows.wiring["infer"]))
    # Committed: the dispatched flight with its lease, the hold on its asker's cycles, and every
    # round so far with what it cost; behind a reply also that reply.
    reply: CallResult[Any] = yield service.infer(inference).with_cycles(attached)
    # A call that was never sent is no callback: what was refunded last is another call's.
    cost = attached - ic.msg_cycles_refunded128() if was_sent(reply.Err) else 0
    return reply, cost


def _following(
    sample: Sample, kept: "Kept | None", whole: dict[str, Any], continues: str, spent: int
) -> "Kept | None":
    """Keep a round that another is to follow; or forget all of them: the answer is here.

    Where the next one cannot be paid any more, what was said stays for the next ask.
    """
    now_ns = ic.time()
    answer = whole["Inferred"]["answer"]
    said = answer["content"] if kept is None else answer["content"][len(kept.answer["content"]) :]
    number = 1 if kept is None else kept.rounds + 1
    following = Kept(answer, sample.token, number, sample.is_alone, 0)
    if not goes_on(sample.plan.request, following, continues, said):
        if kept is not None:
            _forget(sample, now_ns)
        return None
    renewed = desk.renew(sample.plan.digest, sample.token, now_ns, rows.settings)
    if renewed is None:
        return None
    following = following._replace(until_ns=renewed.read_until_ns)
    rounds.add(sample.key, following, said)
    is_lasting = lasts(renewed.deadline_ns, now_ns, rows.settings.lease_s)
    return following if is_lasting and _is_paid(sample, following, spent) else None


def _is_paid(sample: Sample, following: Kept, spent: int) -> bool:
    """Tell whether a further round is paid for, and can be sent without a trap."""
    left_cycles = sample.most_cycles - spent
    attached = min(left_cycles, round_cycles(sample.plan.request, following))
    is_enough = least_round_cycles(sample.plan.request, following) <= left_cycles
    return is_enough and till.can_attach(attached)


def _forget(sample: Sample, now_ns: int) -> None:
    """Forget the rounds of an answer that is here, unless another flight goes on with them."""
    if desk.renew(sample.plan.digest, sample.token, now_ns, rows.settings) is not None:
        rounds.drop(sample.key)


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
    inferred: dict[str, Any], kept: "Kept | None", sample: Sample, outcalls: int
) -> dict[str, Any]:
    is_limited = sample.plan.request["max_tokens"] is not None
    answer = merged(kept, inferred, is_limited=is_limited)
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
