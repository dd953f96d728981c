"""How an answer is voted on, as options; gathered into one consensus policy."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from refrain.client.policy_request import policy_request
from refrain_core.vote_policy import EQUAL, MAX_VOTES, SEEDS, SPREADS, WEIGHTS
from refrain_core.vote_words import NAMES, TIE_RULES, is_strategy

if TYPE_CHECKING:
    from collections.abc import Callable

_DETAILS = ("quorum", "strategy", "spread", "among", "tie_rule", "stop_permille", "weights")


def _as_strategy(context: click.Context, option: click.Parameter, name: str) -> str:
    if is_strategy(name):
        return name
    raise click.BadParameter(f"choose one of {', '.join(NAMES)}.", context, option)


_OPTIONS = (
    click.option(
        "--votes",
        type=click.IntRange(2, MAX_VOTES),
        metavar="N",
        help="Ask so many samples, and take what enough of them agree on.",
    ),
    click.option(
        "--quorum",
        type=click.IntRange(1, MAX_VOTES),
        metavar="K",
        help="So many votes must agree; without it, more than half.",
    ),
    click.option(
        "--strategy",
        default="extracted",
        show_default=True,
        callback=_as_strategy,
        metavar="NAME",
        help=f"When two answers agree: {', '.join(NAMES)}.",
    ),
    click.option(
        "--spread",
        type=click.Choice(SPREADS),
        default=SEEDS,
        show_default=True,
        help="What the samples differ by.",
    ),
    click.option(
        "--among", multiple=True, metavar="NAME", help="A provider or model to spread over."
    ),
    click.option("--tie-rule", type=click.Choice(TIE_RULES), help="Which answer wins a tie."),
    click.option(
        "--stop-permille",
        type=click.IntRange(501, 999),
        metavar="P",
        help="End once it is so likely, in thousandths, that the leader stays ahead.",
    ),
    click.option("--weights", type=click.Choice(WEIGHTS), default=EQUAL, show_default=True),
)


def vote_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options, passed to it as the record `consensus`, None without votes."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        votes = given.pop("votes")
        details = {name: given.pop(name) for name in _DETAILS}
        details["among"] = list(details["among"])
        if votes is None:
            _refuse_details()
            return command(consensus=None, **given)
        return command(consensus=policy_request(votes, **details), **given)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered


def _refuse_details() -> None:
    """Refuse options of a vote where there is none: they would change nothing."""
    context = click.get_current_context()
    for name in _DETAILS:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise click.UsageError(f"--{name.replace('_', '-')} is about a vote: give --votes too.")
