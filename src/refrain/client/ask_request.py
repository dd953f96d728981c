"""Building the record that `ask` takes from what a person types."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

from refrain_core.extra_parameters import canonical_extra, check_parameter_name
from refrain_core.json_texts import json_text, parse_exact

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    extra: str | None = None
    cache_control: str | None = None
    consensus: dict[str, Any] | None = None


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


def extra_of(parameters: Sequence[str]) -> str | None:
    """Write parameters typed as `name=json` as a request's `extra`.

    Raises:
        ValueError: one is not of that form, has a field of its own, or stands twice.
    """
    fields: dict[str, Any] = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        refusal = check_parameter_name(name)
        if not equals or refusal is not None or name in fields:
            reason = refusal["BadRequest"] if refusal else "give each name once, as name=json."
            raise ValueError(f"{parameter!r}: {reason}")
        try:
            fields[name] = parse_exact(value)
        except ValueError:
            raise ValueError(f"{parameter!r}: its value is no JSON; a text needs quotes.") from None
    return canonical_extra(json_text(fields))


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
        "extra": options.extra,
        "cache_control": options.cache_control,
        "consensus": options.consensus,
    }
