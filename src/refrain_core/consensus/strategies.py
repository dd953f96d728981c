"""The strategies by their names, behind one interface: ballots in, groups out.

exact  normalised  extracted  json:PATH  medoid  medoid:PERMILLE
"""

from collections.abc import Callable, Sequence

from refrain_core.consensus.ballots import Ballot
from refrain_core.consensus.exact_text import exact_form
from refrain_core.consensus.extracted_answer import extracted_form
from refrain_core.consensus.grouping import Grouping, grouped_by_form
from refrain_core.consensus.json_field import json_form
from refrain_core.consensus.medoid import DEFAULT_LIKENESS_PERMILLE, grouped_by_likeness
from refrain_core.consensus.normalised_text import normalised_form

NAMES = ("exact", "normalised", "extracted", "json:PATH", "medoid", "medoid:PERMILLE")

Strategy = Callable[[Sequence[Ballot]], Grouping]

_FORMS = {"exact": exact_form, "normalised": normalised_form, "extracted": extracted_form}


def strategy_named(name: str) -> "Strategy | None":
    """Return the strategy of a name, or None if there is none."""
    kind, _, detail = name.partition(":")
    if name in _FORMS:
        return lambda ballots: grouped_by_form(ballots, _FORMS[name])
    if kind == "json" and detail:
        return lambda ballots: grouped_by_form(ballots, lambda text: json_form(text, detail))
    least = _likeness(name, detail)
    if kind == "medoid" and least is not None:
        return lambda ballots: grouped_by_likeness(ballots, least)
    return None


def _likeness(name: str, detail: str) -> "int | None":
    if name == "medoid":
        return DEFAULT_LIKENESS_PERMILLE
    is_number = detail.isascii() and detail.isdecimal() and len(detail) <= 4  # noqa: PLR2004
    return int(detail) if is_number and 1 <= int(detail) <= 1_000 else None  # noqa: PLR2004
