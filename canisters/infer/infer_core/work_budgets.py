"""The budgets of one round and one message: configuration, with the first specification's figures.

An answer's tokens are bounded by the caller's max_tokens; these bound what one round takes in and
gives out, and what the canister itself does in one message. The latter is a soft bound, far below
the platform's: beyond it, less its margin, the work goes on in a message of its own.
"""

from typing import Any, NamedTuple

from refrain_core.limits import DEFAULT_NEW_TOKENS
from refrain_core.refusals import bad_request

PLATFORM_INSTRUCTIONS = 40_000_000_000
"""What the platform lets one message do, and ends it beyond."""

CHARACTERS_PER_TOKEN = 4
"""By the first specification: 8,000 characters are about 2,000 tokens."""


class Budgets(NamedTuple):
    """Bounds of a round in tokens, and of a message in instructions.

    round_tokens: the most new tokens of one round. prompt_tokens: a longer prompt is cut to its
    essential messages. total_tokens: prompt and new tokens of a round together. attempts: providers
    asked, one after another, where that cannot pay a second time for one sample.
    """

    round_tokens: int = DEFAULT_NEW_TOKENS
    prompt_tokens: int = 2_000
    total_tokens: int = 2_512
    message_instructions: int = 20_000_000
    margin_instructions: int = 5_000_000
    attempts: int = 3


_BOUNDS = (
    ("round_tokens", 1, 4_096),
    ("prompt_tokens", 16, 16_000),
    ("total_tokens", 32, 20_096),
    ("message_instructions", 1_000_000, PLATFORM_INSTRUCTIONS // 2),
    ("margin_instructions", 0, PLATFORM_INSTRUCTIONS // 4),
    ("attempts", 1, 8),
)


def refuse_budgets(record: dict[str, Any]) -> dict[str, Any] | None:
    """Return the refusal of budgets out of bounds or in conflict, or None."""
    for name, least, most in _BOUNDS:
        if not least <= record[name] <= most:
            return bad_request(f"{name} is {record[name]}: choose {least} to {most}")
    if record["prompt_tokens"] + record["round_tokens"] > record["total_tokens"]:
        return bad_request("total_tokens: a round's prompt and new tokens must fit into it")
    if record["margin_instructions"] >= record["message_instructions"]:
        return bad_request("margin_instructions: it must be less than message_instructions")
    return None


def budgets_from(record: dict[str, Any]) -> Budgets:
    """Read checked budgets from a record of their names."""
    return Budgets(*[record[name] for name in Budgets._fields])


def pack_budgets(budgets: Budgets) -> str:
    """Write budgets as their figures joined by ``|``."""
    return "|".join([str(figure) for figure in budgets])


def unpack_budgets(text: str) -> Budgets:
    """Read what `pack_budgets` wrote; figures added since have their defaults."""
    return Budgets(*[int(part) for part in text.split("|")])


def prompt_characters(budgets: Budgets) -> int:
    """Return the characters that a prompt may have before it is cut."""
    return budgets.prompt_tokens * CHARACTERS_PER_TOKEN


def goes_on_later(budgets: Budgets, used_instructions: int) -> bool:
    """Tell whether a message has done enough, so that the rest is left to the next one."""
    return used_instructions > budgets.message_instructions - budgets.margin_instructions


def share_per_mille(used_instructions: int, limit_instructions: int) -> int:
    """Return a message's use in thousandths of a limit, rounded up."""
    return -(-used_instructions * 1_000 // limit_instructions)
