"""How a flight ended: an answer, or a refusal; and its form as one text.

An answer is ``A|cache_status|outcalls|charged_cycles|age_s|finish|model|trust|prompt_tokens|
completion_tokens|dropped_messages|dropped_characters|created_at_ns|content``; a refusal is ``R|``
and its JSON. Content comes last, so that it may hold any character. Before either stands, if it was
voted on, ``V|size|`` and the JSON of its verdict, of that many characters.
"""

from typing import Any, NamedTuple

from refrain_core.json_texts import json_text, parse_json
from refrain_core.refusals import internal

COLLAPSED = "fwd=miss; collapsed"

STORED_FINISHES = ("stop", "length")
"""Answers that ended by themselves or at the caller's own bound; never one cut by a budget."""

_FIELDS_BEFORE_CONTENT = 13


class Outcome(NamedTuple):
    """Exactly one of `answered` (keys as in Answered) and `refusal` is not None.

    paid_cycles: what a failure cost all the same; an answer says so itself. provider: who gave
    it, if that is known, for as long as the outcome is not written. verdict: of a vote, keys as in
    ConsistentVote without its answer, or as in InconsistentVote.
    """

    answered: "dict[str, Any] | None"
    refusal: "dict[str, Any] | None"
    paid_cycles: int = 0
    provider: str = ""
    verdict: "dict[str, Any] | None" = None

    @property
    def is_new(self) -> bool:
        """Whether a model was asked for this answer."""
        return self.answered is not None and self.answered["cache_status"].startswith("fwd=")


def refused_outcome(refusal: dict[str, Any]) -> Outcome:
    """Return the outcome of work that came to nothing."""
    return Outcome(None, refusal)


def answered_outcome(
    digest: str, answer: dict[str, Any], status: str, *, age_s: int = 0, outcalls: int = 0
) -> Outcome:
    """Return the outcome of work that brought an answer; its charge is stated later."""
    answered = {
        "answer": answer,
        "digest": digest,
        "cache_status": status,
        "age_s": age_s,
        "outcalls": outcalls,
        "charged_cycles": 0,
    }
    return Outcome(answered, None)


def charged(outcome: Outcome, cycles: int) -> Outcome:
    """Return the outcome with what it cost its asker."""
    if outcome.answered is None:
        return outcome._replace(paid_cycles=cycles)
    if outcome.answered["charged_cycles"] == cycles:
        return outcome
    return _with_field(outcome, "charged_cycles", cycles)


def with_status(outcome: Outcome, status: str) -> Outcome:
    """Return the outcome with another cache status."""
    return _with_field(outcome, "cache_status", status)


def collapsed(outcome: Outcome, fee_cycles: int) -> Outcome:
    """Return the outcome as somebody sees it who joined the flight: no outcall of its own."""
    shared = with_status(_with_field(outcome, "outcalls", 0), COLLAPSED)
    if outcome.answered is None and outcome.verdict is not None:
        verdict = dict(outcome.verdict)
        verdict["outcalls"] = 0
        verdict["charged_cycles"] = fee_cycles
        shared = outcome._replace(verdict=verdict)
    return charged(shared, fee_cycles)


def may_be_stored(outcome: Outcome) -> bool:
    """Tell whether a model's answer is whole, so that the cache may keep it."""
    answered = outcome.answered
    return answered is not None and answered["answer"]["finish"] in STORED_FINISHES


def as_variant(outcome: Outcome, success: str, failure: str) -> dict[str, Any]:
    """Return the outcome as a Candid variant with the given names of its two cases."""
    if outcome.answered is not None:
        return {success: outcome.answered}
    return {failure: outcome.refusal or internal("the outcome is empty: please report this")}


def as_ticket_state(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as a ticket shows it: a vote with every voter."""
    if outcome.verdict is None:
        return as_variant(outcome, "Settled", "Failed")
    verdict = dict(outcome.verdict)
    if outcome.answered is None:
        return {"Inconsistent": verdict}
    verdict["answered"] = outcome.answered
    return {"Consistent": verdict}


def pack_outcome(outcome: Outcome) -> str:
    """Write an outcome as one text."""
    voted = ""
    if outcome.verdict is not None:
        verdict = json_text(outcome.verdict)
        voted = f"V|{len(verdict)}|{verdict}"
    if outcome.answered is None:
        return f"{voted}R|{json_text(outcome.refusal)}"
    return voted + _pack_answered(outcome.answered)


def _pack_answered(answered: dict[str, Any]) -> str:
    answer = answered["answer"]
    status = _escaped(answered["cache_status"])
    head = f"A|{status}|{answered['outcalls']}|{answered['charged_cycles']}"
    names = "|".join([_escaped(answer[key]) for key in ("finish", "model", "trust")])
    tokens = f"{answer['prompt_tokens']}|{answer['completion_tokens']}"
    dropped = f"{answer['dropped_messages']}|{answer['dropped_characters']}"
    tail = f"{answer['created_at_ns']}|{answer['content']}"
    return f"{head}|{answered['age_s']}|{names}|{tokens}|{dropped}|{tail}"


def unpack_outcome(text: str, digest: str) -> Outcome:
    """Read what `pack_outcome` wrote about `digest`."""
    if text.startswith("V|"):
        _, size, rest = text.split("|", 2)
        unvoted = unpack_outcome(rest[int(size) :], digest)
        return unvoted._replace(verdict=parse_json(rest[: int(size)]))
    if text.startswith("R|"):
        return refused_outcome(parse_json(text[2:]))
    fields = text.split("|", _FIELDS_BEFORE_CONTENT)
    answer = {
        "content": fields[13],
        "finish": _unescaped(fields[5]),
        "model": _unescaped(fields[6]),
        "trust": _unescaped(fields[7]),
        "prompt_tokens": int(fields[8]),
        "completion_tokens": int(fields[9]),
        "dropped_messages": int(fields[10]),
        "dropped_characters": int(fields[11]),
        "created_at_ns": int(fields[12]),
    }
    outcome = answered_outcome(
        digest, answer, _unescaped(fields[1]), age_s=int(fields[4]), outcalls=int(fields[2])
    )
    return charged(outcome, int(fields[3]))


def _with_field(outcome: Outcome, key: str, value: Any) -> Outcome:
    if outcome.answered is None:
        return outcome
    answered = dict(outcome.answered)
    answered[key] = value
    # A third of what `_replace` costs a canister.
    _, refusal, paid_cycles, provider, verdict = outcome
    return Outcome(answered, refusal, paid_cycles, provider, verdict)


def _escaped(field: str) -> str:
    return field.replace("%", "%25").replace("|", "%7C")


def _unescaped(field: str) -> str:
    return field.replace("%7C", "|").replace("%25", "%")
