"""`refrain upgrade NAME`: put a new version of one canister into a running network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from refrain.cli.network_options import Elsewhere, network_options
from refrain.cli.options import state_option
from refrain.cli.screen import patience, say, show
from refrain.client.connection import connect
from refrain.client.upgrading import DRAIN_S, upgrade
from refrain.sources import CANISTERS

if TYPE_CHECKING:
    from refrain.client.remote import Remote
    from refrain.state.folder import StateFolder


class Replacement(NamedTuple):
    """What a canister on another network is replaced by: which one, and the module's file."""

    canister: str | None
    wasm: Path | None


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
@click.option(
    "--wasm",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --network: the new module, .wasm or .wasm.gz.",
)
@click.option(
    "--canister",
    metavar="PRINCIPAL",
    help="With --network: the canister NAME, where it is not the batcher.",
)
@state_option
@network_options
def upgrade_command(  # noqa: PLR0913 - click passes each option by its name
    *,
    name: str,
    drain_s: float,
    wasm: Path | None,
    canister: str | None,
    folder: StateFolder,
    elsewhere: Elsewhere,
) -> None:
    """Stop the canister NAME, drain it, upgrade it and start it; stored answers stay."""
    remote = elsewhere.connect()
    with patience(f"upgrading {name}"):
        if remote is None:
            upgrade(connect(folder), name, say, drain_s=drain_s)
        else:
            _upgrade_there(remote, name, Replacement(canister, wasm), drain_s)
    show(f"Upgraded {name}.")


def _upgrade_there(remote: Remote, name: str, new: Replacement, drain_s: float) -> None:
    # Here and not above: the network of a state folder needs no signatures.
    from refrain.client.remote_upgrading import Upgrade, upgrade_remote  # noqa: PLC0415

    if name not in CANISTERS:
        raise click.UsageError(f"There is no canister {name!r}: choose {', '.join(CANISTERS)}.")
    canister = new.canister or (remote.batcher if name == "batcher" else None)
    if canister is None or new.wasm is None:
        raise click.UsageError(
            f"--network needs --wasm FILE, and --canister PRINCIPAL to say which the {name} is."
        )
    wanted = Upgrade(name, canister, remote.batcher, new.wasm.read_bytes())
    upgrade_remote(remote.agent, wanted, say, drain_s=drain_s)
