"""Calls between canisters: codes, texts, cycles that move, stay and come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kybra import Principal

from kybra_replica.kernel.advice import DOCUMENTATION
from kybra_replica.kernel.cycles import UPDATE_FEE
from kybra_replica.kernel.principals import ANONYMOUS
from kybra_replica.kernel.rejects import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.kernel.replica import Replica

HANDLE = (
    "Consider gracefully handling failures from this canister or altering the canister to handle "
    f"exceptions. See documentation: {DOCUMENTATION}"
)
UNKNOWN = "r7inp-6aaaa-aaaaa-aaabq-cai"


@pytest.fixture
def alice(install: Callable[..., str]) -> str:
    """The one who calls."""
    return install("echo")


@pytest.fixture
def bob(install: Callable[..., str]) -> str:
    """The one who is called."""
    return install("echo")


def call(replica: Replica, alice: str, bob: str, method: str, *, cycles: int = 0) -> str:
    """Let alice call bob; what alice makes of the result."""
    argument = str(cycles // 2) if method.startswith("take") else "word"
    return str(replica.update(alice, "call", Principal.from_str(bob), method, argument, cycles))


def test_a_reply_comes_back_typed(replica: Replica, alice: str, bob: str) -> None:
    """An inter-canister call returns its value, and all cycles nobody took."""
    assert call(replica, alice, bob, "echo") == "Ok word refunded 0"


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("refuse", "Err Rejection code 4, word refunded 0"),
        (
            "explode",
            (
                "Err Rejection code 5, IC0503: Error from Canister {bob}: Canister called "
                "`ic0.trap` with message: 'RuntimeError: word'.\n"
                f"{HANDLE}#trapped-explicitly refunded 0"
            ),
        ),
        ("silence", "Err Rejection code 5, No response refunded 0"),
        (
            "missing",
            (
                "Err Rejection code 5, IC0536: Error from Canister {bob}: Canister has no update "
                "method 'missing'..\nCheck that the method being called is exported by the target "
                f"canister. See documentation: {DOCUMENTATION}#method-not-found refunded 0"
            ),
        ),
    ],
)
def test_every_failure_has_its_code_and_text(
    replica: Replica, alice: str, bob: str, method: str, text: str
) -> None:
    """A caller sees the platform's reject codes and texts."""
    assert call(replica, alice, bob, method) == text.format(bob=bob)


def test_an_undecodable_reply_is_an_error_of_code_5(replica: Replica, alice: str, bob: str) -> None:
    """A stub that promises text for a nat64 gets an Err, not a trap."""
    got = call(replica, alice, bob, "number")
    assert got.startswith("Err Rejection code 5, failed to decode canister response as")


def test_an_unknown_canister_has_no_route(replica: Replica, alice: str) -> None:
    """Code 3 for a canister that does not exist."""
    got = call(replica, alice, UNKNOWN, "echo")
    assert got == f"Err Rejection code 3, No route to canister {UNKNOWN} refunded 0"


def test_a_stopped_canister_refuses(replica: Replica, alice: str, bob: str) -> None:
    """Code 5 and the status in words."""
    replica.stop(bob)
    got = call(replica, alice, bob, "echo")
    assert got == f"Err Rejection code 5, Canister {bob} is stopped refunded 0"
    with pytest.raises(Rejected, match="is stopped"):
        replica.update(bob, "echo", "x")
    with pytest.raises(Rejected, match="is stopped and therefore does not have a CallContext"):
        replica.query(bob, "whoami")
    replica.start(bob)
    assert call(replica, alice, bob, "echo") == "Ok word refunded 0"


def total_cycles(replica: Replica) -> int:
    """Cycles of all canisters, and all that were burnt."""
    held = sum(canister.cycles for canister in replica.kernel.canisters.values())
    return held + replica.kernel.counts.burned_cycles


def test_cycles_are_accepted_and_the_rest_refunded(replica: Replica, alice: str, bob: str) -> None:
    """Half is taken, half comes back, and none is lost."""
    before = total_cycles(replica)
    assert call(replica, alice, bob, "take", cycles=1_000) == "Ok 500 refunded 500"
    assert total_cycles(replica) == before


def test_a_trap_gives_accepted_cycles_back(replica: Replica, alice: str, bob: str) -> None:
    """What a trapping message accepted was never accepted."""
    before = total_cycles(replica)
    assert call(replica, alice, bob, "take_and_trap", cycles=1_000).endswith("refunded 1000")
    assert total_cycles(replica) == before


def test_more_cycles_than_there_are_is_a_trap(replica: Replica, alice: str, bob: str) -> None:
    """with_cycles above the balance can't be caught."""
    with pytest.raises(Rejected, match=f"Canister {alice} is out of cycles"):
        call(replica, alice, bob, "take", cycles=2**63)


def test_a_call_that_cannot_be_afforded_is_an_error(
    replica: Replica, install: Callable[..., str], bob: str
) -> None:
    """Every outstanding call holds 42.13 B cycles; without them the message can't be sent."""
    poor = install("echo", cycles=42_000_000_000)
    assert call(replica, poor, bob, "echo") == (
        "Err Rejection code 2, Couldn't send message refunded 0"
    )


def test_raw_calls_carry_bytes(replica: Replica, alice: str, bob: str) -> None:
    """ic.call_raw passes Candid through untouched."""
    peer = Principal.from_str(bob)
    assert replica.update(alice, "call_raw", peer, "number", 0) == "Ok " + (
        "4449444c000178" + "0700000000000000"
    )


def test_a_query_method_can_be_called_by_a_canister(replica: Replica, alice: str, bob: str) -> None:
    """Queries answer inter-canister calls, with the caller's principal."""
    peer = Principal.from_str(bob)
    got = replica.update(alice, "call_raw", peer, "whoami", 0)
    assert bytes.fromhex(got.removeprefix("Ok ")).endswith(alice.encode())


def test_a_query_called_as_an_update_pays_for_its_message(replica: Replica, bob: str) -> None:
    """Its canister burns a fee and its instructions; run as a query it burns nothing."""
    callee = replica.canister(bob)
    before, counted = callee.cycles, replica.kernel.counts.instructions
    replica.query(bob, "whoami")
    assert callee.cycles == before
    replica.update(bob, "whoami")
    instructions = replica.kernel.counts.instructions - counted
    assert instructions > 0
    assert before - callee.cycles >= UPDATE_FEE + instructions


def test_notify_answers_at_once(replica: Replica, alice: str, bob: str) -> None:
    """A notify returns before the other side has run."""
    peer = Principal.from_str(bob)
    assert replica.update(alice, "notify", peer, "hi") == "{'Ok': None}"


def test_ingress_sees_manual_replies_rejects_and_silence(replica: Replica, alice: str) -> None:
    """Manual methods answer by themselves, or not at all."""
    with pytest.raises(Rejected, match=r"^reject code 4: word$"):
        replica.update(alice, "refuse", "word")
    with pytest.raises(Rejected, match="did not reply to the call"):
        replica.update(alice, "silence")
    with pytest.raises(Rejected, match="the call is already replied"):
        replica.update(alice, "reply_twice")


def test_a_manual_method_may_reply_and_go_on(replica: Replica, alice: str, bob: str) -> None:
    """The caller has its answer while the work goes on."""
    number = replica.submit(alice, "reply_then_work", Principal.from_str(bob))
    replica.step()
    assert replica.reply(number) == "accepted"
    assert replica.query(alice, "worked") == "no"
    replica.run()
    assert replica.query(alice, "worked") == "yes"


def test_yield_from_propagates_and_yield_does_not(replica: Replica, alice: str, bob: str) -> None:
    """An exception of a yielded generator ends the call; yield from hands it on."""
    peer = Principal.from_str(bob)
    assert replica.update(alice, "nested_by_yield_from", peer) == "caught from inner"
    with pytest.raises(Rejected, match="ValueError: from inner"):
        replica.update(alice, "nested_by_yield", peer)


def test_a_yielded_non_call_is_a_trap(replica: Replica, alice: str) -> None:
    """It is not raised at the yield."""
    with pytest.raises(Rejected, match="'int' object has no attribute 'name'"):
        replica.update(alice, "yields_nonsense")


def test_callbacks_are_messages_of_their_own(replica: Replica, alice: str, bob: str) -> None:
    """Three awaits make three callbacks and three updates at the callee."""
    before = replica.traffic()
    replica.update(alice, "burst", Principal.from_str(bob), 3)
    after = replica.traffic()
    assert after["callbacks"] - before["callbacks"] == 3
    assert after["updates"] - before["updates"] == 4


def test_a_caller_is_who_sent_it(replica: Replica, alice: str) -> None:
    """Ingress senders are named, anonymous by default."""
    assert replica.query(alice, "whoami") == ANONYMOUS
    assert replica.query(alice, "whoami", sender=UNKNOWN) == UNKNOWN


def test_unknown_methods_are_refused(replica: Replica, alice: str) -> None:
    """A query that is an update, and a name that nobody knows."""
    with pytest.raises(Rejected, match="no query method 'echo'"):
        replica.query(alice, "echo", "x")
    with pytest.raises(Rejected, match="no update method 'nosuch'"):
        replica.update(alice, "nosuch")
