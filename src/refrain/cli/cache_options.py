"""What a prompt may ask of the cache, as options; gathered into one text of directives."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from refrain_core.cache_control import (
    MAX_SECONDS,
    NO_DIRECTIVES,
    Directives,
    directives_text,
    parse_directives,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS = click.IntRange(0, MAX_SECONDS)


def _seconds(name: str, help_text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        f"--{name}", f"{name.replace('-', '_')}_s", type=_SECONDS, metavar="SECONDS", help=help_text
    )


_OPTIONS = (
    _seconds("ttl", "How long the answer stays fresh, if it is stored."),
    _seconds("max-age", "Take no stored answer that is older."),
    _seconds("stale-while-revalidate", "Take one so long expired, and have it renewed."),
    _seconds("stale-if-error", "Take one so long expired, if the model fails."),
    click.option("--no-cache", is_flag=True, help="Ask the model, whatever is stored."),
    click.option("--no-store", is_flag=True, help="Keep nothing of this prompt in the cache."),
    click.option("--only-if-cached", is_flag=True, help="Take a stored answer or none."),
    click.option("--least-trust", metavar="LABEL", help='Such as replicated or "quorum 2/3".'),
    click.option("--tag", "tags", multiple=True, help="What to remove the answer by; repeatable."),
)


def cache_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options, passed to it as the text `cache_control`, None if empty."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        directives = Directives(**{name: given.pop(name) for name in Directives._fields})
        return command(cache_control=_text(directives), **given)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered


def _text(directives: Directives) -> str | None:
    """Write what was asked for, as the canisters will read it."""
    if directives == NO_DIRECTIVES:
        return None
    text = directives_text(directives)
    read = parse_directives(text)
    if isinstance(read, dict):
        raise click.UsageError(f"The cache would refuse that: {next(iter(read.values()))}.")
    return text
