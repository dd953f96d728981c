"""Tickets whose end is pushed, and tickets that are cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.parity.dapps import OPERATOR, STRANGER, chat_reply, request
from tests.parity.pocket import replied
from tests.statuses import HIT

if TYPE_CHECKING:
    import ic

    from tests.parity.dapps import Dapps

PROMPT = "Capital of France?"
METHOD = "take"


def settled_by(dapps: Dapps, text: str) -> None:
    """Let the one model that is asked answer."""
    [outcall] = dapps.pocket.outcalls()
    dapps.pocket.respond(outcall, replied(chat_reply(text)))
    dapps.pocket.settle()


def state_of(dapps: Dapps, dapp: ic.Principal, ticket: int) -> tuple[str, int]:
    """How far a push is, and how often it was sent."""
    shown: dict[str, Any] = dapps.query("batcher", "delivery", ticket, sender=dapp)["Delivery"]
    return shown["state"], shown["tries"]


def test_a_push_that_finds_no_function_is_sent_again(dapps: Dapps) -> None:
    """A canister without code takes no push; the batcher sends it again and goes on serving."""
    dapp = dapps.management.create()
    # In the public namespace, so that no digest depends on the canister's own principal.
    asked = request(PROMPT, namespace=["public"])
    refused = dapps.update("batcher", "submit_to", asked, METHOD, sender=dapp)
    assert set(refused["Refused"]) == {"NotAllowed"}
    dapps.allow(dapp)
    dapps.command("batcher", "allow_callback", {"canister": dapp.to_str(), "method": METHOD})
    given = dapps.update("batcher", "submit_to", asked, METHOD, sender=dapp)
    ticket = given["Ticket"]["ticket"]
    dapps.pocket.settle()
    assert state_of(dapps, dapp, ticket) == ("pending", 0)
    settled_by(dapps, "Paris")
    for tries, pause_s in ((1, 2), (2, 7)):
        dapps.pocket.advance(pause_s)
        dapps.pocket.settle()
        assert state_of(dapps, dapp, ticket) == ("delivering", tries)
    assert set(dapps.result({"ticket": ticket}, sender=dapp)) == {"Settled"}
    assert dapps.update("batcher", "delivered", ticket, sender=dapp) == {"Ok": "delivered"}
    assert state_of(dapps, dapp, ticket) == ("delivered", 2)


def test_a_cancelled_ticket_ends_and_its_answer_is_stored(dapps: Dapps) -> None:
    """Whose model is asked already is paid for: the next ask is a hit."""
    ticket = dapps.update("batcher", "submit", request(PROMPT))["Ticket"]
    dapps.pocket.settle()
    stranger = dapps.update("batcher", "cancel", ticket["ticket"], sender=STRANGER)
    assert "Refused" in stranger
    ended = dapps.update("batcher", "cancel", ticket["ticket"], sender=OPERATOR)
    assert ended["Cancelled"]["work"] == "goes_on"
    assert set(dapps.result(ticket)["Failed"]) == {"Cancelled"}
    settled_by(dapps, "Paris")
    assert dapps.answered(PROMPT)["cache_status"] == HIT
