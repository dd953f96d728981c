"""`--network` and what goes with it: Refrain's canisters anywhere, instead of a state folder's."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from refrain.client.remote import Remote


class Elsewhere(NamedTuple):
    """Which network, canister and identity; `network` None is the state folder's network."""

    network: str | None
    batcher: str | None
    identity: Path | None
    root_key: bytes | None

    def connect(self) -> Remote | None:
        """The batcher there; None where no network was named.

        Raises:
            RefrainError: it can't be reached, or not be trusted.
        """
        if self.network is None:
            return None
        if self.batcher is None:
            raise click.UsageError("--network needs --batcher PRINCIPAL as well.")
        # Here and not above: the network of a state folder needs no signatures.
        from refrain.client.remote import connect_remote  # noqa: PLC0415

        return connect_remote(
            self.network, self.batcher, identity=self.identity, root_key=self.root_key
        )


def _as_bytes(context: click.Context, option: click.Parameter, value: str | None) -> bytes | None:
    try:
        return None if value is None else bytes.fromhex(value)
    except ValueError:
        raise click.BadParameter("not hexadecimal digits.", context, option) from None


_OPTIONS = (
    click.option(
        "--network",
        metavar="URL|local|ic",
        envvar="REFRAIN_NETWORK",
        show_envvar=True,
        help="Ask there, through the Internet Computer's own interface.",
    ),
    click.option(
        "--batcher",
        metavar="PRINCIPAL",
        envvar="REFRAIN_BATCHER",
        show_envvar=True,
        help="The batcher on that network.",
    ),
    click.option(
        "--identity",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="REFRAIN_IDENTITY",
        show_envvar=True,
        help="Sign with the key of this PEM file; anonymous without one.",
    ),
    click.option(
        "--root-key",
        metavar="HEX",
        callback=_as_bytes,
        help="The network's root key, DER-encoded; needed for a URL beyond this machine.",
    ),
)


def network_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options, passed to it as the `Elsewhere` named `elsewhere`."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        elsewhere = Elsewhere(*(given.pop(name) for name in Elsewhere._fields))
        return command(elsewhere=elsewhere, **given)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered
