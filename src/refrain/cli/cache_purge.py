"""`refrain cache purge`: answers removed at once, one or all of a scope; and taints."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from refrain.cli.options import json_option, state_option
from refrain.cli.screen import on_terminal, refusals_shown, show, show_json
from refrain.client.cache_purging import ALL, KEY, KINDS, clear_taint, purge, taint
from refrain.client.connection import connect
from refrain.failures import RefrainError

if TYPE_CHECKING:
    from refrain.client.connection import Connection
    from refrain.state.folder import StateFolder


class Wish(NamedTuple):
    """What is to be hidden or shown again: one of the three."""

    kind: str | None
    name: str | None
    tainted: str | None
    cleared: str | None


@click.command("purge")
@click.argument("kind", type=click.Choice(KINDS), required=False)
@click.argument("name", required=False)
@click.option("--taint", "tainted", metavar="VOTER", help="Hide all that VOTER has a say in.")
@click.option("--clear-taint", "cleared", metavar="VOTER", help="Show it again.")
@click.option("--yes", is_flag=True, help="Purge everything without being asked whether.")
@state_option
@json_option
def purge_command(  # noqa: PLR0913 - click passes each option by its name
    *,
    folder: StateFolder,
    as_json: bool,
    kind: str | None,
    name: str | None,
    tainted: str | None,
    cleared: str | None,
    yes: bool,
) -> None:
    """Hide at once what was stored in a scope; its room is freed within minutes.

    \b
    all                     everything
    key DIGEST              one answer, removed at once
    tag NAMESPACE/TAG       what a namespace stored under a tag
    model NAME              a model's answers, in each version
    version NAME@REV:QUANT  one version's
    namespace NAMESPACE     a principal's, public or shared:NAME
    voter NAME              what a provider or a model's version had a say in

    A purge is for good and concerns what was stored before. A taint also hides what comes later,
    and can be cleared.
    """  # noqa: D301 - click's mark for lines that are not to be wrapped
    wish = Wish(kind, name, tainted, cleared)
    if sum(part is not None for part in (kind, tainted, cleared)) != 1:
        raise click.UsageError("Give a scope, --taint or --clear-taint, one of them.")
    connection = connect(folder)
    if kind == ALL and not yes and has_a_person():
        _confirm()
    with refusals_shown(as_json):
        done = _fulfil(connection, wish)
    if as_json:
        show_json({"done": done})
    else:
        # A scope's name begins as it does; "removed" may begin a sentence.
        show(f"{done.capitalize() if kind == KEY else done}.")


def _fulfil(connection: Connection, wish: Wish) -> str:
    if wish.tainted is not None:
        return taint(connection, wish.tainted)
    if wish.cleared is not None:
        return clear_taint(connection, wish.cleared)
    try:
        return purge(connection, wish.kind or ALL, wish.name or "")
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def has_a_person() -> bool:
    """Whether somebody is there to be asked; a script said what it wants."""
    return on_terminal() and sys.stdin.isatty()


def _confirm() -> None:
    if not click.confirm("Purge every answer of every namespace?", err=True):
        raise RefrainError("Nothing was purged.")
