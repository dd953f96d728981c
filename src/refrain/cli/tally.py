"""`refrain tally`: what a vote over recorded answers would have been worth."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import click

from refrain.cli.options import json_option
from refrain.cli.screen import counted, patience, show, show_json
from refrain.tally.answer_records import read_problems
from refrain.tally.scoring import Score
from refrain_core.consensus.strategies import strategy_named
from refrain_core.vote_words import NAMES

if TYPE_CHECKING:
    from refrain_core.consensus.strategies import Strategy


def _as_strategy(context: click.Context, option: click.Parameter, name: str) -> Strategy:
    strategy = strategy_named(name)
    if strategy is None:
        raise click.BadParameter(f"choose one of {', '.join(NAMES)}.", context, option)
    return strategy


@click.command("tally")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option(
    "--strategy",
    default="extracted",
    show_default=True,
    callback=_as_strategy,
    help=f"When two answers agree: {', '.join(NAMES)}.",
)
@json_option
def tally_command(file: IO[str], strategy: Strategy, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Vote over the answers in FILE ("-" for standard input) and hold the votes against the truth.

    A line is {"answers": [{"voter": ..., "content": ...}, ...], "truth": ...}, or a question with a
    "ground_truth" and each model's {"solution": ..., "is_correct": ...} under its name.
    """
    score = Score(strategy)
    with patience("voting"):
        for problem in read_problems(file):
            score.add(problem)
    facts = score.report()
    if as_json:
        show_json(facts)
        return
    for line in tally_lines(facts):
        show(line)


def tally_lines(facts: dict[str, Any]) -> list[str]:
    """The report for a person."""
    lines = [f"{facts['problems']:,} problems, {facts['judged']:,} with their truth known"]
    lines += ["", f"{_ties(facts):24}      right  accuracy"]
    lines += [_row(name.replace("_", " "), row) for name, row in facts["vote"].items()]
    lines += ["", f"{'voter':24}      right  accuracy"]
    lines += [_row(name, row) for name, row in facts["voters"].items()]
    lines += ["", "agreement      problems      right  accuracy"]
    for row in facts["agreement"]:
        name = f"{row['votes']} of {row['total']}"
        lines.append(f"{name:14} {row['problems']:8,}  {row['right']:9,}  {_rate(row)}")
    given, met = facts["flags"]["given"], facts["flags"]["met"]
    if given:
        lines += ["", f"{met:,} of {given:,} flags in the file are as judged here"]
    return lines


def _ties(facts: dict[str, Any]) -> str:
    return f"vote ({counted(facts['ties'], 'tie')})"


def _row(name: str, row: dict[str, Any]) -> str:
    right = row["right"]
    told = f"{right:,}" if right == int(right) else f"{right:,.1f}"
    return f"{name[:24]:24} {told:>10}  {_rate(row)}"


def _rate(row: dict[str, Any]) -> str:
    accuracy = row["accuracy"]
    return "        -" if accuracy is None else f"{100 * accuracy:6.2f} %"
