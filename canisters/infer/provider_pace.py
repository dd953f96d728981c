"""How fast each provider was seen to be, and what one round may ask of it.

In the heap only: after an upgrade the first round is a safe one again, and measures anew.
"""

from typing import Any

from infer_core.parameter_support import continues
from infer_core.provider_rules import CHAIN_FORMS, Provider
from infer_core.round_sizing import measured_rate, rate_after_timeout, round_limit
from infer_core.work_budgets import Budgets

_NANOSECONDS_PER_MS = 1_000_000

rates_milli: dict[str, int] = {}
"""Thousandths of a token a second, by the provider's name."""


def paced(provider: Provider, budgets: Budgets) -> Provider:
    """Return the provider with the most new tokens of its next round."""
    if provider.form in CHAIN_FORMS:
        # A canister's call has no wall of 30 seconds.
        return provider
    rate_milli = rates_milli.get(provider.name, 0)
    most = min(provider.max_new_tokens, budgets.round_tokens)
    if rate_milli or continues(provider):
        most = round_limit(budgets, provider.max_new_tokens, rate_milli)
    # What cannot be continued has its whole answer in the first round, until it proves too slow.
    return provider._replace(max_new_tokens=most)


def note_pace(name: str, asked_tokens: int, outcome: Any, took_ns: int) -> None:
    """Learn from a reply, or from a timeout, of a call that took so many nanoseconds."""
    rate_milli = rates_milli.get(name, 0)
    if not isinstance(outcome, dict):
        elapsed_ms = took_ns // _NANOSECONDS_PER_MS
        rates_milli[name] = measured_rate(rate_milli, outcome.completion_tokens, elapsed_ms)
    elif "Timeout" in outcome:
        rates_milli[name] = rate_after_timeout(rate_milli, asked_tokens)
