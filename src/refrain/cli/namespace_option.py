"""An option that names a namespace of the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from refrain.client.cache_purging import is_namespace

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_Command = TypeVar("_Command", bound="Callable[..., Any]")


def namespace_option(name: str, help_text: str) -> Callable[[_Command], _Command]:
    """Give a command an option, passed to it as `namespace`, None where it is not given."""
    return click.option(
        name, "namespace", callback=_as_namespace, metavar="NAMESPACE", help=help_text
    )


def _as_namespace(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is None or is_namespace(value):
        return value
    raise click.BadParameter("give a principal, public or shared:NAME.", context, option)
