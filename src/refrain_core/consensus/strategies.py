"""The strategies by their names, behind one interface: ballots in, groups out.

exact  normalised  extracted  json:PATH  medoid  medoid:PERMILLE
"""

from collections.abc import Callable, Sequence

from refrain_core.consensus.ballots import Ballot
from refrain_core.consensus.exact_text import exact_form
from refrain_core.consensus.extracted_answer import extracted_form
from refrain_core.consensus.grouping import Grouping, grouped_by_form
from refrain_core.consensus.json_field import json_form
from refrain_core.consensus.medoid import grouped_by_likeness
from refrain_core.consensus.normalised_text import normalised_form
from refrain_core.vote_words import likeness_of

Strategy = Callable[[Sequence[Ballot]], Grouping]

_FORMS = {"exact": exact_form, "normalised": normalised_form, "extracted": extracted_form}


def strategy_named(name: str) -> "Strategy | None":
    """Return the strategy of a name, or None if there is none."""
    kind, _, detail = name.partition(":")
    if name in _FORMS:
        return lambda ballots: grouped_by_form(ballots, _FORMS[name])
    if kind == "json" and detail:
        return lambda ballots: grouped_by_form(ballots, lambda text: json_form(text, detail))
    least = likeness_of(name)
    if least is not None:
        return lambda ballots: grouped_by_likeness(ballots, least)
    return None
