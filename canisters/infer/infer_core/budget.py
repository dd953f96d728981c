"""How many tokens one round may produce, and what its end means."""

from typing import NamedTuple


class Budget(NamedTuple):
    """The max_tokens sent; `by_caller` tells whether the caller's own max_tokens is the limit."""

    max_tokens: int
    by_caller: bool


def plan_budget(requested: int | None, provider_max: int) -> Budget:
    """Bound the caller's max_tokens, if any, by what the provider gives in one round."""
    if requested is None or requested > provider_max:
        return Budget(provider_max, by_caller=False)
    return Budget(requested, by_caller=True)


def finish_word(provider_finish: str, budget: Budget) -> str:
    """Say how an answer ended: "stop", "length" (the caller's limit) or "budget" (ours).

    An unknown reason, such as a content filter's, counts as "budget": such an answer is not whole,
    and is never stored.
    """
    if provider_finish == "stop":
        return "stop"
    if provider_finish == "length" and budget.by_caller:
        return "length"
    return "budget"
