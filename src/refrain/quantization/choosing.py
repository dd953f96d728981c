"""The best format for a memory limit, a least quality and a wish for speed.

Best is the least loss of those that fit; with a wish for speed, the fastest of them. Quality is
told by one metric, the growth of perplexity, since "percent of quality" is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from refrain.quantization.formats import FORMATS
from refrain.quantization.sizes import file_bytes

if TYPE_CHECKING:
    from refrain.quantization.formats import Format

QUALITY = "quality"
TEXT_SPEED = "text"
PROMPT_SPEED = "prompt"
WISHES = (QUALITY, TEXT_SPEED, PROMPT_SPEED)


def choose(
    parameters: int,
    memory_bytes: int,
    *,
    most_perplexity_permille: float | None = None,
    wish: str = QUALITY,
) -> Format | None:
    """Choose a format whose file fits; None where none does.

    `most_perplexity_permille` is the most that perplexity may grow against F16, in thousandths. A
    format without a figure for what is asked is passed over.
    """
    fitting = [
        one
        for one in FORMATS
        if file_bytes(parameters, one.bits_per_weight) <= memory_bytes
        and _is_good_enough(one, most_perplexity_permille)
    ]
    return max(fitting, key=lambda one: _merit(one, wish), default=None)


def _is_good_enough(one: Format, most_permille: float | None) -> bool:
    grown = one.perplexity_permille
    return most_permille is None or (grown is not None and grown <= most_permille)


def _merit(one: Format, wish: str) -> tuple[float, float]:
    loss = one.divergence if one.divergence is not None else float("inf")
    speed = {TEXT_SPEED: one.text_rate, PROMPT_SPEED: one.prompt_rate, QUALITY: 0.0}[wish]
    return (speed or 0.0, -loss)
