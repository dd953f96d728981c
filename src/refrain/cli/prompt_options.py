"""A prompt with its parameters, as options that several commands share."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from refrain.client.ask_request import extra_of, micros

if TYPE_CHECKING:
    from collections.abc import Callable

_NAT32 = 2**32 - 1
_NAT64 = 2**64 - 1


def _as_micros(context: click.Context, option: click.Parameter, value: str | None) -> int | None:
    try:
        return None if value is None else micros(value)
    except ValueError as error:
        raise click.BadParameter(str(error), context, option) from None


def _as_extra(
    context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> str | None:
    try:
        return extra_of(values)
    except ValueError as error:
        raise click.BadParameter(str(error), context, option) from None


_OPTIONS = (
    click.option("--system", metavar="TEXT", help="A system message to set before the prompt."),
    click.option("--max-tokens", type=click.IntRange(1, _NAT32), metavar="N"),
    click.option("--temperature", "temperature_micros", callback=_as_micros, metavar="X"),
    click.option("--seed", type=click.IntRange(0, _NAT64), metavar="N"),
    click.option(
        "--param",
        "extra",
        multiple=True,
        callback=_as_extra,
        metavar="NAME=JSON",
        help="A further parameter, such as top_k=40. Repeat it for several.",
    ),
    click.option("--public", is_flag=True, help="Share the answer in the public namespace."),
    click.option("--model", metavar="MODEL", help="Which model, where the batcher serves several."),
)


def prompt_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options: `model`, and those of `AskOptions` by their names."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_prompt(argument: str) -> str:
    """The prompt as typed; "-" reads it from standard input."""
    try:
        if argument == "-":
            return sys.stdin.buffer.read().decode().removesuffix("\n")
        argument.encode()
    except UnicodeError:
        raise click.UsageError("The prompt is not valid UTF-8.") from None
    return argument
