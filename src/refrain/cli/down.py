"""`refrain down`: stop the network of a state folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from refrain.cli.options import state_option
from refrain.cli.screen import patience, show
from refrain.daemon.launch import end

if TYPE_CHECKING:
    from refrain.state.folder import StateFolder


@click.command("down")
@state_option
def down_command(folder: StateFolder) -> None:
    """Stop the network; its state stays in the folder for the next start."""
    with patience("stopping"):
        end(folder)
    show("Stopped.")
