"""`refrain cancel`: a ticket called off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from refrain.cli.network_options import Elsewhere, network_options
from refrain.cli.options import json_option, state_option
from refrain.cli.screen import counted, refusals_shown, show, show_json
from refrain.client.connection import connect
from refrain.client.ticket_cancelling import cancel_ticket

if TYPE_CHECKING:
    from refrain.state.folder import StateFolder

TICKETS = click.IntRange(0, 2**64 - 1)
_TOLD = {
    "ended": "Nothing more is asked for it.",
    "goes_on": "A call that is out, or others who wait, go on; what comes is stored.",
}


@click.command("cancel")
@click.argument("ticket", type=TICKETS)
@state_option
@network_options
@json_option
def cancel_command(folder: StateFolder, elsewhere: Elsewhere, as_json: bool, ticket: int) -> None:  # noqa: FBT001 - click's way
    """Cancel TICKET, the number that submit gave; only its asker can.

    Ends with 0 once it is cancelled, and with 1 if it is done already or nobody's here.
    """
    connection = elsewhere.connect() or connect(folder)
    with refusals_shown(as_json):
        made = cancel_ticket(connection, ticket)
    if as_json:
        show_json(made)
        return
    show(f"Ticket {ticket} is cancelled. {_TOLD.get(made['work'], '')}".rstrip())
    if made["credited_cycles"]:
        show(f"{counted(made['credited_cycles'], 'cycle')} became credit.")
