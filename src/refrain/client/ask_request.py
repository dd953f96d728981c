"""Building the record that `ask` takes from what a person types."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

_MICROS = 1_000_000


class AskOptions(NamedTuple):
    """One prompt and its options; None leaves a choice to the batcher."""

    prompt: str
    model: str
    system: str | None = None
    max_tokens: int | None = None
    temperature_micros: int | None = None
    seed: int | None = None
    public: bool = False
    cache_control: str | None = None


def micros(text: str) -> int:
    """Read a decimal as millionths, exactly.

    Raises:
        ValueError: no plain number from 0 up, or more than six places after the point.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number.") from None
    scaled = number * _MICROS if number.is_finite() else Decimal(-1)
    if scaled < 0 or scaled != scaled.to_integral_value():
        raise ValueError(f"{text!r} must be 0 or more, with at most six places after the point.")
    return int(scaled)


def ask_request(options: AskOptions) -> dict[str, Any]:
    """The batcher's `AskRequest` record as a plain dict, every optional field present."""
    messages = [{"role": "user", "content": options.prompt}]
    if options.system is not None:
        messages.insert(0, {"role": "system", "content": options.system})
    return {
        "namespace": "public" if options.public else None,
        "model": options.model,
        "messages": messages,
        "max_tokens": options.max_tokens,
        "temperature_micros": options.temperature_micros,
        "top_p_micros": None,
        "seed": options.seed,
        "stop": [],
        "response_format": None,
        "extra": None,
        "cache_control": options.cache_control,
    }
