"""What a canister may not do, or not there: members refused, contracts violated, sizes exceeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kybra import Principal

from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Primitive, TypeTable
from kybra_replica.kernel.principals import ANONYMOUS
from kybra_replica.kernel.rejects import Reject, Rejected

if TYPE_CHECKING:
    from kybra_replica.kernel.replica import Replica
    from tests.replica.conftest import Install

RAW_MEMORY = ["bytes", "size", "grow", "read", "write"]
REFUSED = [
    *(f"stable_{name}" for name in RAW_MEMORY),
    *(f"stable64_{name}" for name in RAW_MEMORY[1:]),
]


@pytest.fixture
def misuses(install: Install) -> str:
    """A toy that does what is refused."""
    return install("misuses")


@pytest.mark.parametrize("name", REFUSED)
def test_members_that_are_not_provided_say_so(replica: Replica, misuses: str, name: str) -> None:
    """Raw stable memory and textual Candid trap with a text, past every except."""
    with pytest.raises(Rejected, match=f"ic.{name} is not provided by the embedded replica"):
        replica.update(misuses, "use", name)


@pytest.mark.parametrize("name", ["accept_message", "method_name", "reject_code", "reject_message"])
def test_a_member_in_the_wrong_place_violates_the_contract(
    replica: Replica, misuses: str, name: str
) -> None:
    """What belongs to inspection or to a response can't be asked in an update."""
    with pytest.raises(Rejected, match=r"violated contract: .* cannot be executed in update mode"):
        replica.update(misuses, "wrong_place", name)


def test_a_query_sets_no_certified_data_and_sends_no_call(replica: Replica, misuses: str) -> None:
    """Both are refused with the system call's name."""
    with pytest.raises(Rejected, match='"ic0_certified_data_set" cannot be executed in non repl'):
        replica.query(misuses, "certify_in_a_query")
    with pytest.raises(Rejected, match='"ic0_call_new" cannot be executed in non replicated query'):
        replica.query(misuses, "call_in_a_query", Principal.from_str(misuses))


def test_certified_data_of_a_trap_is_undone(replica: Replica, misuses: str) -> None:
    """It is an effect of the message like any other."""
    with pytest.raises(Rejected, match="no certificate"):
        replica.update(misuses, "certify_and_trap")
    assert replica.status(misuses).certified_data == b""


@pytest.mark.parametrize(
    ("method", "size", "limit"),
    [("large_reply", 2_200_000, 2_097_152), ("large_query_reply", 3_200_000, 3_145_728)],
)
def test_an_oversize_reply_violates_the_contract(
    replica: Replica, misuses: str, method: str, size: int, limit: int
) -> None:
    """Two MiB for an update, three for a query; a reply within them passes."""
    ask = replica.update if method == "large_reply" else replica.query
    assert len(ask(misuses, method, limit - 100)) == limit - 100
    text = rf"application payload size \({size + 11}\) cannot be larger than {limit}"
    with pytest.raises(Rejected, match=text):
        ask(misuses, method, size)


def test_a_notify_above_the_balance_is_a_trap(replica: Replica, misuses: str) -> None:
    """As with an awaited call it is no Err, and the notifies before it are not sent."""
    peer = Principal.from_str(misuses)
    with pytest.raises(Rejected, match="is out of cycles"):
        replica.update(misuses, "notify_a_fortune", peer, 2**63)
    assert replica.query(misuses, "kept_words") == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SystemExit", "SystemExit: out"),
        ("KeyboardInterrupt", "KeyboardInterrupt: now"),
        ("GeneratorExit", "GeneratorExit: gen"),
        ("empty", "ValueError: "),
        ("two", "OddError: ('cus', 'tom')"),
        ("key", "KeyError: 'b'"),
    ],
)
def test_whatever_is_raised_is_a_trap_by_its_name(
    replica: Replica, misuses: str, name: str, text: str
) -> None:
    """Class and text, no traceback; everything is undone."""
    with pytest.raises(Rejected) as refusal:
        replica.update(misuses, "raise_named", name)
    assert f"with message: '{text}'.\nConsider" in refusal.value.message
    assert replica.query(misuses, "kept_words") == []


def test_a_guard_that_traps_is_undone(replica: Replica, misuses: str) -> None:
    """Unlike one that says no, whose writes stay."""
    with pytest.raises(Rejected, match=r"^reject code 5: .*'guard trapped'\.\nConsider"):
        replica.update(misuses, "behind_trapping")
    assert replica.query(misuses, "kept_words") == []


def test_a_guard_that_returns_nothing_rejects(replica: Replica, misuses: str) -> None:
    """With a TypeError's text as a reject of code 4, its writes kept."""
    text = "^reject code 4: TypeError: expected Result but received NoneType$"
    with pytest.raises(Rejected, match=text):
        replica.update(misuses, "behind_nothing")
    assert replica.query(misuses, "kept_words") == ["nothing"]


def test_a_bad_argument_undoes_a_guard_that_agreed(replica: Replica, misuses: str) -> None:
    """The argument is decoded after the guard, in the same message."""
    data = encode((Primitive("text"),), ("x",), TypeTable())
    call = replica.submit_raw(replica.canister(misuses), "behind_noting", data, ANONYMOUS)
    replica.run()
    answer = replica.answer(call)
    assert isinstance(answer, Reject)
    assert "failed to decode call arguments" in answer.message
    assert replica.query(misuses, "kept_words") == []


def test_a_delay_out_of_bounds_is_a_panic(replica: Replica, misuses: str) -> None:
    """Rust's panic, not an exception."""
    with pytest.raises(Rejected, match="Panicked at 'delay out of bounds'"):
        replica.update(misuses, "far_timer", 10**12)


def test_a_timer_of_something_uncallable_fails_when_it_fires(
    replica: Replica, misuses: str
) -> None:
    """It is accepted, and logged as a trap when it is due."""
    replica.update(misuses, "timer_of_nothing")
    replica.run()
    assert "'int' object is not callable" in replica.status(misuses).logs[-1]


def test_five_hundred_calls_to_the_management_canister_may_be_out(
    replica: Replica, misuses: str
) -> None:
    """What exceeds them is an Err at once; the others are answered."""
    replica.update(misuses, "wait_often", 502)
    replica.run()
    kept = replica.query(misuses, "kept_words")
    assert kept.count("Ok") == 500
    assert kept.count("Rejection code 2, Couldn't send message") == 2
