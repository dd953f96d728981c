"""Members of `ic` and ways to use them that canisters seldom need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kybra import Principal

from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Primitive, TypeTable
from kybra_replica.kernel.principals import ANONYMOUS
from kybra_replica.kernel.rejects import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.kernel.replica import Replica
    from kybra_replica.program.interface import Program
    from tests.replica.conftest import Install

TEXT = (Primitive("text"),)


@pytest.fixture
def members(install: Install) -> str:
    """A toy that uses every member of `ic`."""
    return install("members")


@pytest.fixture
def peer(install: Install) -> Principal:
    """Another of the same."""
    return Principal.from_str(install("members"))


def test_the_raw_argument_is_its_candid_bytes(replica: Replica, members: str) -> None:
    """And its size is their number."""
    data = encode(TEXT, ("héllo",), TypeTable())
    assert replica.query(members, "raw_argument", "héllo") == [data.hex(), str(len(data))]


def test_a_raw_reply_passes_untouched(replica: Replica, members: str) -> None:
    """Candid made by hand is what the caller decodes."""
    assert replica.update(members, "raw_reply", encode(TEXT, ("by hand",), TypeTable())) == (
        "by hand"
    )


def test_caller_and_own_id_are_fresh_principals(replica: Replica, members: str) -> None:
    """Both as the canister sees them."""
    assert replica.query(members, "whoami") == f"{ANONYMOUS} {members}"


def test_a_canisters_own_class_may_make_its_principals(replica: Replica, members: str) -> None:
    """Kybra looks `Principal` up by name, and calls its `from_str` with the text."""
    assert replica.query(members, "whoami_by_a_class_of_its_own") == f"{ANONYMOUS} {members}"
    assert replica.query(members, "whoami") == f"{ANONYMOUS} {members}"


def test_cycles_of_128_bits_are_the_same_cycles(
    replica: Replica, members: str, peer: Principal
) -> None:
    """Balance, available, accepted and refunded agree in both widths."""
    assert replica.update(members, "cycles_of_all_widths", peer) == "[True, 1000, 1000, '128']"
    got, _, refunded = replica.update(members, "pay_for_taking", peer).partition(" ")
    assert got.endswith("".join(n.to_bytes(8, "little").hex() for n in (1_000, 600, 400, 600)))
    assert refunded == "600"


def test_a_callback_knows_its_reject_and_its_caller(
    replica: Replica, members: str, peer: Principal
) -> None:
    """Code and text of a reject, NoError of a reply; the caller is still the first one."""
    assert replica.update(members, "after_a_reject", peer) == str(
        [
            "{'CanisterError': None}",
            "IC0536: Error fr",
            "Rejection code 5",
            "{'NoError': None}",
            "fine",
            ANONYMOUS,
        ]
    )


def test_notifies_arrive_raw_typed_and_paid(
    replica: Replica, members: str, peer: Principal
) -> None:
    """Each says Ok at once, and the other side has run all three afterwards."""
    assert replica.update(members, "notify_in_three_ways", peer, 5) == ["{'Ok': None}"] * 3
    assert replica.query(peer.to_str(), "kept_words") == ["raw", "typed", "paid"]


def test_a_trap_after_a_reply_wins(replica: Replica, members: str) -> None:
    """Within one message the reply is undone with the rest."""
    with pytest.raises(Rejected, match="after the reply"):
        replica.update(members, "reply_then_trap")
    assert replica.query(members, "kept_words") == []


def test_an_exception_after_an_early_reply_is_nobodys(
    replica: Replica, members: str, peer: Principal
) -> None:
    """The caller keeps its answer; what came after the await is undone."""
    assert replica.update(members, "reply_then_fail_later", peer) == "early"
    assert replica.query(members, "kept_words") == ["before"]
    assert "nobody hears this" in replica.status(members).logs[-1]


def test_endless_recursion_can_be_caught_here(replica: Replica, members: str) -> None:
    """On the real stack it is an uncatchable trap, unless the limit is lowered."""
    assert replica.update(members, "deep") == "caught"


def test_maps_have_all_their_methods_and_share_by_id(replica: Replica, members: str) -> None:
    """Two objects of one memory id are one map; insert and remove tell what was there."""
    assert replica.update(members, "shared_map") == [
        "True",
        "None",
        "1",
        "True",
        "2",
        "['3', '2']",
        "[('a', '3'), ('b', '2')]",
        "2",
        "['a']",
    ]


def test_stored_values_follow_candids_subtyping(
    replica: Replica, members: str, toy: Callable[[str], Program]
) -> None:
    """A new optional field reads as None; a field of another type is a CandidError."""
    replica.update(members, "keep_pair")
    replica.install(members, toy("grown"), mode="upgrade")
    assert replica.query(members, "read") == "{'left': 'l', 'right': 7, 'note': None}"
    replica.install(members, toy("reshaped"), mode="upgrade")
    with pytest.raises(Rejected, match="CandidError: "):
        replica.query(members, "read")
    assert replica.query(members, "read_carefully") == "CandidError"


def test_environment_and_clock_are_the_wasms_and_the_interpreter_is_not(
    replica: Replica, members: str
) -> None:
    """No variable and no time_ns, but CPython's name, and files of this machine."""
    assert replica.query(members, "surroundings") == ["{}", "False", "cpython"]
    assert replica.query(members, "reads_a_file") == ""


def test_a_chain_of_timers_takes_a_round_for_each_link(replica: Replica, members: str) -> None:
    """A timer that is set by a timer runs in the next round, not in this one."""
    replica.update(members, "chain", 3)
    seen = [len(replica.query(members, "kept_words"))]
    for _ in range(4):
        replica.run()
        seen.append(len(replica.query(members, "kept_words")))
    assert seen == [0, 1, 2, 3, 3]


def test_timer_ids_count_up_and_a_cleared_timer_is_silent(replica: Replica, members: str) -> None:
    """Clearing an unknown id is no error."""
    assert replica.update(members, "timer_ids") == ["4294967297", "4294967298", "None"]
    replica.advance(1)
    assert replica.query(members, "kept_words") == ["second"]


def test_a_canister_that_polls_does_not_stop(replica: Replica, members: str) -> None:
    """A stopping canister goes on calling; only its own flag ends the loop."""
    call = replica.submit(members, "poll")
    replica.step()
    replica.begin_stop(members)
    for _ in range(40):
        replica.step()
    assert replica.status(members).status == "stopping"
    replica.start(members)
    replica.submit(members, "keep", "enough")
    replica.run()
    assert replica.reply(call) == "polled"


def test_plain_python_is_counted(replica: Replica, members: str) -> None:
    """A loop costs by its turns, and without an await both counters tell the same."""
    before, after, both = replica.update(members, "counters")
    assert 0 < before < after < both < after + 30_000


def test_a_balance_can_be_spent_to_what_its_calls_hold(
    replica: Replica, install: Install, peer: Principal
) -> None:
    """Nothing is frozen: installed, a canister calls again and again with 42.13 B cycles."""
    poor = install("members", cycles=43_000_000_000)
    assert "fine" in replica.update(poor, "after_a_reject", peer)
    assert replica.status(poor).cycles < 43_000_000_000
