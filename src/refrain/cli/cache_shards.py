"""`refrain cache shards`, `add` and `remove`: several caches that share the answers."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from refrain.cli.options import json_option, state_option
from refrain.cli.screen import counted, on_terminal, patience, refusals_shown, show, show_json
from refrain.client.cache_growth import add, progress, remove
from refrain.client.connection import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from refrain.client.connection import Connection
    from refrain.state.folder import StateFolder

_no_wait = click.option("--no-wait", is_flag=True, help="Leave the move to go on by itself.")


@click.command("shards")
@state_option
@json_option
def shards_command(folder: StateFolder, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show the caches that share the answers, and how far a move between them is."""
    _show(connect(folder), as_json=as_json)


@click.command("add")
@_no_wait
@state_option
@json_option
def add_command(*, folder: StateFolder, as_json: bool, no_wait: bool) -> None:
    """Start a further cache, which takes over its share of the answers.

    Answers are served all the while. What is broken off, the network itself goes on with.
    """
    _change(folder, lambda connection: add(connection, folder), as_json=as_json, no_wait=no_wait)


@click.command("remove")
@click.argument("cache")
@_no_wait
@state_option
@json_option
def remove_command(*, folder: StateFolder, as_json: bool, cache: str, no_wait: bool) -> None:
    """Have CACHE, a name such as cache-2 or a principal, give its answers to the others.

    It is left running and empty, and nothing asks it any more.
    """

    def change(connection: Connection) -> str:
        return remove(connection, folder, cache)

    _change(folder, change, as_json=as_json, no_wait=no_wait)


def shards_lines(told: dict[str, Any]) -> list[str]:
    """The caches for a person, and how far a move is."""
    lines = [f"{row['cache']}  {row['state']}" for row in told["caches"]]
    if told["legs"]:
        lines.append(_progress(told))
    elif told["move"]:
        lines.append(f"the last move: {counted(told['moved'], 'answer')}{_lost(told)}")
    return lines


def _change(
    folder: StateFolder, change: Callable[[Connection], str], *, as_json: bool, no_wait: bool
) -> None:
    told: dict[str, Any] = {}
    connection = connect(folder)
    with refusals_shown(as_json):
        change(connection)
    if not no_wait:
        with patience(lambda: _progress(told)) if on_terminal() else nullcontext():
            for step in progress(connection):
                told.update(step)
    _show(connect(folder), as_json=as_json)


def _show(connection: Connection, *, as_json: bool) -> None:
    told = next(progress(connection))
    if as_json:
        show_json(told)
        return
    for line in shards_lines(told):
        show(line)


def _progress(told: dict[str, Any]) -> str:
    if not told:
        return "moving"
    part = f"part {told['legs_done'] + 1} of {told['legs']}"
    left = f"{told['left']:,} to look at" if told["left"] else "looking"
    return f"moving: {counted(told['moved'], 'answer')}{_lost(told)} so far; {part}, {left}"


def _lost(told: dict[str, Any]) -> str:
    return f", {told['lost']:,} not taken by their new cache" if told["lost"] else ""
