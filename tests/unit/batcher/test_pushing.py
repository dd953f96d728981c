"""Answers pushed to their asker's function: once they are there, and until it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kybra_replica.candid.decode import decode
from kybra_replica.candid.model import Primitive, TypeTable
from tests.unit.batcher.list_replies import MISS, STORED

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Message, Stage

DAPP = "w7x7r-cok77-xa"
OTHER = "ryjl3-tyaaa-aaaaa-aaaba-cai"
CALLBACK = {"canister": DAPP, "method": "take_answer"}
PUSHES = 28
NAT64, TEXT = Primitive("nat64"), Primitive("text")


@pytest.fixture
def listed(stage: Stage) -> Stage:
    """Give a stage that lets the dapp ask, and pushes to it."""
    stage.ask("allow_asker", {"caller": DAPP, "sponsored": "yes"})
    assert stage.ask("allow_callback", CALLBACK) == {"Ok": "allowed"}
    return stage


def submitted(stage: Stage, request: dict[str, Any], caller: str = DAPP) -> tuple[Message, int]:
    """Submit with a callback; return the message and its ticket."""
    message = stage.message("submit_to", request, "take_answer", caller=caller)
    return message, message.reply["Ticket"]["ticket"]


def answered(stage: Stage, request: dict[str, Any], inferred: Any) -> int:
    """Submit and have it answered; the ticket."""
    message, ticket = submitted(stage, request)
    message.answer(MISS).answer(inferred()).answer(STORED)
    return ticket


def told(stage: Stage) -> list[tuple[int, str, str]]:
    """Read what was pushed since the last look: each one's ticket, end and content."""
    pushed, stage.pushed = stage.pushed, []
    assert {(to, method) for to, method, _ in pushed} <= {(DAPP, "take_answer")}
    return [tuple(decode(data, [NAT64, TEXT, TEXT], TypeTable())) for _, _, data in pushed]


def delivery(stage: Stage, ticket: int) -> tuple[str, int]:
    """Read a push's state and tries."""
    shown = stage.ask("delivery", ticket, caller=DAPP)["Delivery"]
    return shown["state"], shown["tries"]


def test_an_answer_is_pushed_a_second_after_it_is_there(
    listed: Stage, request_for: Any, inferred: Any, answer: dict[str, Any]
) -> None:
    """Before that nothing is sent; once it is acknowledged nothing more."""
    message, ticket = submitted(listed, request_for())
    listed.wake(60)
    assert told(listed) == []
    message.answer(MISS).answer(inferred()).answer(STORED)
    listed.wake(1)
    assert told(listed) == [(ticket, "Settled", answer["content"])]
    assert delivery(listed, ticket) == ("delivering", 1)
    assert listed.ask("delivered", ticket, caller=DAPP) == {"Ok": "delivered"}
    listed.wake(10_000)
    assert told(listed) == []
    assert delivery(listed, ticket) == ("delivered", 1)


def test_a_hit_a_failure_and_a_cancel_are_ends_too(
    listed: Stage, request_for: Any, hit: Any, answer: dict[str, Any]
) -> None:
    """Whatever became of the ticket is told, with the reason where there is no answer."""
    message, first = submitted(listed, request_for("hit"))
    message.answer(hit(message))
    failing, second = submitted(listed, request_for("fails"))
    refusal = {"Failed": {"refusal": {"Timeout": "slow"}, "outcalls": 1, "charged_cycles": 0}}
    failing.answer(MISS).answer(refusal)
    _, third = submitted(listed, request_for("cancelled"))
    listed.ask("cancel", third, caller=DAPP)
    listed.wake(1)
    ends = {ticket: (end, content) for ticket, end, content in told(listed)}
    assert ends[first] == ("Settled", answer["content"])
    assert ends[second] == ("Failed", "Timeout: slow")
    assert ends[third][0] == "Failed"
    assert "Cancelled" in ends[third][1]


def test_a_lease_that_runs_out_is_told_by_the_sweep(listed: Stage, request_for: Any) -> None:
    """No reply comes that would tell of it."""
    message, ticket = submitted(listed, request_for())
    message.answer(MISS)
    listed.tick(121)
    listed.take_up()
    listed.tick(300)
    listed.tick(60)
    listed.wake(1)
    ((number, end, _),) = told(listed)
    assert (number, end) == (ticket, "Expired")


def test_it_is_sent_again_ever_later_and_then_given_up(
    listed: Stage, request_for: Any, inferred: Any
) -> None:
    """Five times within ten minutes; the ticket can still be read, and still acknowledged."""
    listed.ask("configure", listed.ask("settings") | {"ticket_ttl_s": 3_600})
    ticket = answered(listed, request_for(), inferred)
    listed.wake(1)
    sent = [len(told(listed))]
    for pause_s in (5, 15, 45, 135, 405):
        listed.wake(pause_s - 1)
        assert told(listed) == []
        listed.wake(2)
        sent.append(len(told(listed)))
    assert sent == [1, 1, 1, 1, 1, 0]
    assert delivery(listed, ticket) == ("given_up", 5)
    assert "Settled" in listed.ask("result", ticket, caller=DAPP)
    listed.ask("delivered", ticket, caller=DAPP)
    assert delivery(listed, ticket) == ("delivered", 5)


def test_an_upgrade_in_mid_delivery_sends_it_again(
    listed: Stage, request_for: Any, inferred: Any
) -> None:
    """Timers are lost; the pushes stand in stable memory, what waits and what was sent."""
    ticket = answered(listed, request_for(), inferred)
    listed.upgrade()
    listed.wake(1)
    assert [one[0] for one in told(listed)] == [ticket]
    listed.upgrade()
    listed.wake(6)
    assert [one[0] for one in told(listed)] == [ticket]
    listed.ask("delivered", ticket, caller=DAPP)
    listed.upgrade()
    listed.wake(10_000)
    assert told(listed) == []


def test_a_silent_receiver_holds_four_turns_and_no_more(
    listed: Stage, request_for: Any, inferred: Any
) -> None:
    """Others go on; once two pushes ran out nothing is sent to it, and no more taken."""
    listed.ask("configure", listed.ask("settings") | {"ticket_ttl_s": 7_200})
    for number in range(9):
        answered(listed, request_for(f"p{number}"), inferred)
    listed.wake(1)
    assert len(told(listed)) == 4
    messages = 4
    for _ in range(40):
        listed.wake(60)
        messages += len(told(listed))
    assert messages <= 4 * 5 + 2 * 5
    refused = listed.message("submit_to", request_for("more"), "take_answer", caller=DAPP).reply
    assert "Unreachable" in refused["Refused"]
    assert listed.ask("allow_callback", CALLBACK) == {"Ok": "allowed"}
    submitted(listed, request_for("again"))


def test_what_cannot_be_sent_is_no_try(listed: Stage, request_for: Any, inferred: Any) -> None:
    """Where too many calls are out, or the balance is short, it waits."""
    listed.is_crowded = True
    ticket = answered(listed, request_for(), inferred)
    for _ in range(20):
        listed.wake(2)
    assert delivery(listed, ticket) == ("pending", 0)
    listed.is_crowded = False
    listed.wake(2)
    assert len(told(listed)) == 1


def test_only_a_listed_function_of_the_asker_is_called(
    listed: Stage, request_for: Any, inferred: Any
) -> None:
    """Another's function, another method, and one that is denied meanwhile."""
    listed.ask("allow_asker", {"caller": OTHER, "sponsored": "yes"})
    for caller, method in ((OTHER, "take_answer"), (DAPP, "withdraw")):
        refused = listed.message("submit_to", request_for(), method, caller=caller).reply
        assert "NotAllowed" in refused["Refused"]
    ticket = answered(listed, request_for(), inferred)
    assert listed.ask("deny_callback", CALLBACK) == {"Ok": "denied"}
    listed.wake(1)
    assert told(listed) == []
    assert delivery(listed, ticket) == ("given_up", 0)


def test_controllers_alone_list_functions_and_not_every_one(listed: Stage) -> None:
    """Neither the canisters behind the batcher, nor itself, nor what is no canister or method."""
    assert listed.ask("callbacks") == [CALLBACK]
    for method in ("allow_callback", "deny_callback"):
        refused = listed.ask(method, CALLBACK, caller=DAPP)["Refused"]
        assert "NotAllowed" in refused
    assert listed.ask("callbacks", caller=DAPP) == []
    for canister, method in (
        (OTHER, "put"),
        ("aaaaa-aa", "stop_canister"),
        ("rrkah-fqaaa-aaaaa-aaaaq-cai", "configure"),
        ("zzzzz-zz", "take"),
        (DAPP, "take it"),
        (DAPP, ""),
        (DAPP, "m" * 65),
    ):
        callback = {"canister": canister, "method": method}
        assert "BadRequest" in listed.ask("allow_callback", callback)["Refused"], callback


def test_only_the_receiver_acknowledges_and_looks(listed: Stage, request_for: Any) -> None:
    """A stranger is told what of an unknown ticket; and before its end there is nothing to have."""
    _, ticket = submitted(listed, request_for())
    for method in ("delivered", "delivery"):
        foreign = listed.ask(method, ticket, caller=OTHER)
        assert foreign == listed.ask(method, 10**6, caller=DAPP)
        assert "NotAllowed" in foreign["Refused"]
    assert "BadRequest" in listed.ask("delivered", ticket, caller=DAPP)["Refused"]


def test_pushes_are_forgotten_with_their_tickets(
    listed: Stage, request_for: Any, inferred: Any
) -> None:
    """Nothing of them stays in stable memory."""
    ticket = answered(listed, request_for(), inferred)
    listed.tick(2_000)
    assert not listed.maps[PUSHES].entries
    assert "Refused" in listed.ask("delivery", ticket, caller=DAPP)
