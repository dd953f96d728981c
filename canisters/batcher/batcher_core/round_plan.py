"""The rounds of one sample: what the next one asks, when there is none, and what they come to.

An answer goes on in another round where the bound of a round cut it, until the caller's max_tokens
or, without one, `DEFAULT_NEW_TOKENS` is reached. Later rounds are paid out of what was held for the
whole, so a sample never costs more than its quote.
"""

from typing import Any

from batcher_core.kept_rounds import Kept
from batcher_core.money import (
    INFER_CYCLES,
    MAX_ROUNDS,
    SO_FAR_CYCLES_PER_BYTE,
    call_cycles_of,
)
from refrain_core.chunked_text import utf8_len
from refrain_core.json_texts import json_text
from refrain_core.limits import DEFAULT_NEW_TOKENS, NANOSECONDS
from refrain_core.outcall_price import max_response_bytes_for, outcall_fee_cycles

SMALL_ROUND_TOKENS = 256
"""A round that cannot even pay for so many tokens is not begun."""

MOST_CHARACTERS_PER_TOKEN = 16
"""A text of more has more tokens than its provider counted, or was not counted at all."""


def tokens_left(request: dict[str, Any], kept: "Kept | None") -> int:
    """Return how many tokens the answer may still have."""
    limit: int = request["max_tokens"] or DEFAULT_NEW_TOKENS
    return limit if kept is None else limit - tokens_of(kept.answer)


def tokens_of(answer: dict[str, Any]) -> int:
    """Count an answer's tokens; a provider that does not count them has them estimated."""
    counted: int = answer["completion_tokens"]
    return max(counted, len(answer["content"]) // MOST_CHARACTERS_PER_TOKEN)


def round_request(request: dict[str, Any], kept: "Kept | None") -> dict[str, Any]:
    """Return the request of the next round: the same, for the tokens that are left."""
    if kept is None:
        return request
    rest = dict(request)
    rest["max_tokens"] = tokens_left(request, kept)
    return rest


def round_cycles(request: dict[str, Any], kept: "Kept | None") -> int:
    """Bound what the next round may cost; the rest of what is attached comes back."""
    cycles = call_cycles_of(round_request(request, kept), 1)
    if kept is None:
        return cycles
    # It goes out with the request, and some servers repeat it in their reply.
    return cycles + utf8_len(json_text(kept.answer["content"])) * SO_FAR_CYCLES_PER_BYTE


def least_round_cycles(request: dict[str, Any], kept: Kept) -> int:
    """Return what a small round costs at least: with less left, the answer ends here."""
    most = round_cycles(request, kept)
    tokens = min(tokens_left(request, kept), SMALL_ROUND_TOKENS)
    so_far_cycles = len(kept.answer["content"]) * SO_FAR_CYCLES_PER_BYTE
    fee_cycles = outcall_fee_cycles(0, max_response_bytes_for(tokens))
    return min(most, fee_cycles + INFER_CYCLES + so_far_cycles)


def merged(kept: "Kept | None", inferred: dict[str, Any], *, is_limited: bool) -> dict[str, Any]:
    """Return the answer up to and with a round; is_limited: whether max_tokens is the caller's.

    Prompt tokens and what was dropped are the first round's: the prompt is the same in each.
    """
    answer = dict(inferred["answer"])
    if not is_limited and answer["finish"] == "length":
        # Only our own default was reached: such an answer is delivered and not stored.
        answer["finish"] = "budget"
    if kept is None:
        return answer
    before = kept.answer
    answer["content"] = before["content"] + answer["content"]
    answer["completion_tokens"] += before["completion_tokens"]
    for name in ("prompt_tokens", "dropped_messages", "dropped_characters"):
        answer[name] = before[name]
    if answer["trust"] != before["trust"]:
        answer["trust"] = "single_node"
    return answer


def goes_on(request: dict[str, Any], kept: Kept, continues: str, said: str) -> bool:
    """Tell whether another round is to follow the one that just `said` something."""
    return (
        continues == "yes"
        and said != ""
        and kept.rounds < MAX_ROUNDS
        and tokens_left(request, kept) > 0
    )


def lasts(deadline_ns: int, now_ns: int, lease_s: int) -> bool:
    """Tell whether a renewed lease lasts its whole time, and does not end with its tickets."""
    return deadline_ns - now_ns >= lease_s * NANOSECONDS
