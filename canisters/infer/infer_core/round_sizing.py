"""How many tokens a round may ask for, so that it ends inside an outcall's 30 seconds.

A provider's speed is measured by its own replies, reading of the prompt included, and kept in
thousandths of a token a second; 0 is not measured yet. A slower reply counts at once, a faster one
by a quarter. A round is sized for two thirds of the wall: what is left is for the way, for a longer
prompt and for a slower moment.
"""

from infer_core.work_budgets import Budgets

WALL_MS = 30_000
"""After so long the platform gives a request up, and its answer is lost though it was paid."""

TARGET_MS = 20_000
FIRST_ROUND_TOKENS = 256
"""Asked of a provider that was never measured; at 9 tokens a second it still ends in time."""

FEWEST_TOKENS = 16
"""A round of fewer costs more in fees than it brings, however slow the provider is."""

LEAST_MEASURED_TOKENS = 16
"""A shorter reply tells of the way to the provider, not of its speed."""

_MS_PER_KILOSECOND = 1_000_000


def round_tokens(rate_milli: int, most: int) -> int:
    """Return what one round asks for: at most `most`, and what the provider says in time."""
    if rate_milli <= 0:
        return min(most, FIRST_ROUND_TOKENS)
    return min(most, max(FEWEST_TOKENS, rate_milli * TARGET_MS // _MS_PER_KILOSECOND))


def round_limit(budgets: Budgets, provider_max: int, rate_milli: int) -> int:
    """Return the most that one round of a provider may produce, by every limit there is."""
    return round_tokens(rate_milli, min(provider_max, budgets.round_tokens))


def measured_rate(rate_milli: int, tokens: int, elapsed_ms: int) -> int:
    """Return a provider's rate after a reply of so many tokens in so many milliseconds."""
    if tokens < LEAST_MEASURED_TOKENS or elapsed_ms <= 0:
        return rate_milli
    seen_milli = max(1, tokens * _MS_PER_KILOSECOND // elapsed_ms)
    if rate_milli <= 0 or seen_milli < rate_milli:
        return seen_milli
    return (3 * rate_milli + seen_milli) // 4


def rate_after_timeout(rate_milli: int, tokens: int) -> int:
    """Return a provider's rate after a round of so many tokens did not end in time.

    It was slower than the wall says; by how much is unknown, so the next round has a third.
    """
    most_milli = max(1, tokens * _MS_PER_KILOSECOND // WALL_MS // 2)
    return most_milli if rate_milli <= 0 else min(rate_milli, most_milli)
