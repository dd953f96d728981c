"""`refrain upgrade NAME`: put the present source of one canister into a running network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from refrain.cli.options import state_option
from refrain.cli.screen import patience, say, show
from refrain.client.connection import connect
from refrain.client.upgrading import DRAIN_S, upgrade

if TYPE_CHECKING:
    from refrain.state.folder import StateFolder


@click.command("upgrade")
@click.argument("name")
@click.option(
    "--drain",
    "drain_s",
    type=click.FloatRange(min=0),
    default=DRAIN_S,
    show_default=True,
    metavar="SECONDS",
    help="How long calls in flight may take to finish.",
)
@state_option
def upgrade_command(name: str, drain_s: float, folder: StateFolder) -> None:
    """Stop the canister NAME, drain it, upgrade it and start it; stored answers stay."""
    with patience(f"upgrading {name}"):
        upgrade(connect(folder), name, say, drain_s=drain_s)
    show(f"Upgraded {name}.")
