"""`refrain cache get`: a stored answer by its digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from refrain.cli.options import json_option, state_option
from refrain.cli.screen import age, on_terminal, refusals_shown, say, show, show_json
from refrain.client.cache_lookup import NotStored, stored_answer
from refrain.client.connection import connect
from refrain_core.fingerprint import is_digest

if TYPE_CHECKING:
    from refrain.state.folder import StateFolder


def _as_digest(context: click.Context, option: click.Parameter, value: str) -> str:
    if is_digest(value):
        return value
    raise click.BadParameter("not 64 hexadecimal digits in lower case.", context, option)


@click.command("get")
@click.argument("digest", callback=_as_digest)
@state_option
@json_option
def get_command(folder: StateFolder, as_json: bool, digest: str) -> None:  # noqa: FBT001 - click's way
    """Print the answer that is stored under DIGEST; a miss says why and ends with 1.

    Nothing is counted, and the answer stays as near to its eviction as it was.
    """
    try:
        with refusals_shown(as_json):
            stored = stored_answer(connect(folder), digest)
    except NotStored as error:
        if as_json:
            show_json(error.told)
        raise
    if as_json:
        show_json(stored)
        return
    show(stored["answer"]["content"])
    if on_terminal():
        say(get_line(stored))


def get_line(stored: dict[str, Any]) -> str:
    """What an answer is, in one line."""
    answer = stored["answer"]
    parts = [
        answer["model"],
        answer["trust"],
        f"{answer['prompt_tokens']} + {answer['completion_tokens']} tokens",
        f"{age(stored['age_s'])} old",
        f"{age(stored['expires_in_s'])} left",
        stored["namespace"],
    ]
    return " · ".join(parts)
