"""A typed refusal as one or two sentences for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refrain.client.vote_texts import vote_lines
from refrain.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Callable


def refused(refusal: dict[str, Any]) -> Refused:
    """The exception that carries a refusal, with its text."""
    return Refused(refusal_text(refusal), refusal)


def refusal_text(refusal: dict[str, Any]) -> str:
    """Name the refusal and say what it means."""
    ((kind, detail),) = refusal.items()
    render = _RENDER.get(kind, _plain)
    return f"{kind}: {render(detail)}"


def _plain(detail: Any) -> str:
    return str(detail)


def _size(detail: dict[str, Any]) -> str:
    return f"{detail['size']:,} {detail['unit']}, and the limit is {detail['limit']:,}."


def _cycles(detail: dict[str, Any]) -> str:
    return f"{detail['expected']:,} cycles are needed and {detail['received']:,} are there."


def _retry(detail: dict[str, Any]) -> str:
    after_s = detail.get("retry_after_s")
    return "try again later." if after_s is None else f"try again in {after_s} seconds."


def _provider(detail: dict[str, Any]) -> str:
    return f"the model's server answered with HTTP status {detail['status']}: {detail['detail']}"


def _not_cached(detail: str) -> str:
    return f"{detail} (as HTTP: 504 Gateway Timeout)"


def _inconsistent(verdict: dict[str, Any]) -> str:
    return "\n  ".join([f"{verdict['reason']}.", *vote_lines(verdict)])


_RENDER: dict[str, Callable[[Any], str]] = {
    "TooLarge": _size,
    "ResponseTooLarge": _size,
    "TooFewCycles": _cycles,
    "OutOfCycles": _cycles,
    "Busy": _retry,
    "RateLimited": _retry,
    "ProviderError": _provider,
    "NotCached": _not_cached,
    "Inconsistent": _inconsistent,
}
