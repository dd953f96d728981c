"""Traps undo heap and stable memory to the message's start or its last await; queries, all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kybra import Principal

from kybra_replica.kernel.advice import DOCUMENTATION
from kybra_replica.kernel.kernel_state import MESSAGE_LIMIT_S
from kybra_replica.kernel.messages import Request
from kybra_replica.kernel.rejects import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.kernel.replica import Replica

pytestmark = pytest.mark.usefixtures("replica")


@pytest.fixture
def vault(install: Callable[..., str]) -> str:
    """A vault with one entry."""
    return install("vault")


@pytest.fixture
def echo(install: Callable[..., str]) -> Principal:
    """Somebody to await."""
    return Principal.from_str(install("echo"))


def state(replica: Replica, vault: str, key: str = "k") -> list[str]:
    """[heap's value, map's value, class attribute] of the vault."""
    return list(replica.query(vault, "get", key))


def test_an_update_changes_heap_class_and_map(replica: Replica, vault: str) -> None:
    """What ends well stays."""
    assert replica.update(vault, "put", "k", "1") is None
    assert replica.update(vault, "put", "k", "2") == "1"
    assert state(replica, vault) == ["2", "2", "2"]


def test_a_query_changes_nothing(replica: Replica, vault: str) -> None:
    """A query sees its own writes; nobody else does."""
    replica.update(vault, "put", "k", "1")
    assert replica.query(vault, "put_in_query", "k", "9") == ["9", "9", "2"]
    assert state(replica, vault) == ["1", "1", "1"]


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("put_and_trap", "'on purpose'"),
        ("put_and_raise", "'ValueError: boom'"),
        ("put_wrong_reply", "'TypeError: Expected type 'int' but 'str' found'"),
    ],
)
def test_a_trap_before_any_await_undoes_everything(
    replica: Replica, vault: str, method: str, text: str
) -> None:
    """ic.trap, an exception and a wrong reply all leave heap and map as they were."""
    replica.update(vault, "put", "k", "1")
    with pytest.raises(Rejected) as refusal:
        replica.update(vault, method, "k", "2")
    assert refusal.value.code == 5
    assert refusal.value.message == (
        f"Error from Canister {vault}: Canister called `ic0.trap` with message: {text}.\n"
        "Consider gracefully handling failures from this canister or altering the canister to "
        f"handle exceptions. See documentation: {DOCUMENTATION}#trapped-explicitly"
    )
    assert state(replica, vault) == ["1", "1", "1"]
    assert state(replica, vault, "finally") == ["-", "-", "1"]


def test_an_oversize_value_traps_past_every_except(replica: Replica, vault: str) -> None:
    """Rust's assertion is not catchable, and says both sizes."""
    with pytest.raises(Rejected, match=r"Value is too large. Expected <= 100 bytes, found 209"):
        replica.update(vault, "put_too_large", "k")
    assert state(replica, vault) == ["-", "-", "0"]


def test_an_await_commits_what_came_before(replica: Replica, vault: str, echo: Principal) -> None:
    """A method goes on where it awaited, with its locals."""
    assert replica.update(vault, "put_await", "k", "1", "2", echo) == "hello2"
    assert state(replica, vault) == ["2", "2", "2"]


@pytest.mark.parametrize("method", ["put_await_trap", "put_await_raise"])
def test_a_trap_after_an_await_undoes_to_the_await(
    replica: Replica, vault: str, echo: Principal, method: str
) -> None:
    """The part before the await stays, the part after it is gone, finally's writes too."""
    with pytest.raises(Rejected) as refusal:
        replica.update(vault, method, "k", "before", "after", echo)
    assert refusal.value.code == 5
    assert state(replica, vault) == ["before", "before", "1"]
    assert state(replica, vault, "finally") == ["-", "-", "1"]


def test_two_suspended_calls_that_share_a_dict_survive_a_third_that_traps(
    replica: Replica, vault: str, echo: Principal
) -> None:
    """The trap's writes to the shared dict vanish; both frames go on with the same dict."""
    first = replica.submit(vault, "count_twice", "a", echo)
    second = replica.submit(vault, "count_twice", "b", echo)
    for _ in range(2):  # both start and await; their dict is shared by two frames and a global
        replica.step()
    third = replica.submit(vault, "spoil_shared")
    replica.kernel.queue.rotate(1)  # the one that traps goes before the echoes
    assert isinstance(replica.kernel.queue[0], Request)
    replica.step()
    with pytest.raises(Rejected, match="spoilt on purpose"):
        replica.reply(third)
    assert state(replica, vault, "shared")[0] == "2"
    replica.run()
    ends = sorted([replica.reply(first), replica.reply(second)])
    assert ends == ["a 122 122", "b 222 222"]
    assert state(replica, vault, "extra")[0] == "-"


def test_a_trap_among_suspended_calls_ends_only_its_own(
    replica: Replica, vault: str, echo: Principal
) -> None:
    """One call's callback traps; the other goes on."""
    good = replica.submit(vault, "put_await", "good", "1", "2", echo)
    bad = replica.submit(vault, "put_await_trap", "bad", "1", "2", echo)
    later = replica.submit(vault, "put_await", "later", "1", "2", echo)
    replica.run()
    assert replica.reply(good) == "hello2"
    assert replica.reply(later) == "hello2"
    with pytest.raises(Rejected, match="after the await"):
        replica.reply(bad)
    assert state(replica, vault, "bad")[:2] == ["1", "1"]


def test_an_injected_fault_undoes_a_callback(replica: Replica, vault: str, echo: Principal) -> None:
    """A test can make any message trap that would have ended well."""
    replica.kernel.fault = lambda _canister, kind, _method: (
        "by a test" if kind == "callback" else None
    )
    with pytest.raises(Rejected, match="by a test"):
        replica.update(vault, "put_await", "k", "1", "2", echo)
    replica.kernel.fault = None
    assert state(replica, vault)[:2] == ["1", "1"]


def test_an_endless_message_is_ended_and_undone(replica: Replica, vault: str) -> None:
    """Neither an update nor a query can hang the replica."""
    replica.kernel.limit_s = 0.2
    with pytest.raises(Rejected, match="exceeded the"):
        replica.update(vault, "spin")
    with pytest.raises(Rejected, match="exceeded the"):
        replica.query(vault, "spin_query")
    replica.kernel.limit_s = MESSAGE_LIMIT_S
    assert state(replica, vault, "spinning")[0] == "-"
