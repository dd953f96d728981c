"""`ic.candid_encode` and `ic.candid_decode` in a canister."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kybra_replica.kernel.rejects import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.kernel.replica import Replica


@pytest.fixture
def scribe(install: Callable[..., str]) -> str:
    """The toy that writes and reads."""
    return install("scribe")


def test_text_becomes_a_message_and_text_again(replica: Replica, scribe: str) -> None:
    """Field names become ids on the way."""
    message = replica.query(scribe, "encoded", '(record { a = 5; b = "x" })')
    assert message == b"DIDL\x01\x6c\x02\x61\x7c\x62\x71\x01\0\x05\x01x".hex()
    text = replica.query(scribe, "decoded", bytes.fromhex(message))
    assert text == '(record { 97 = 5 : int; 98 = "x" })'


def test_what_is_no_candid_raises_candid_error(replica: Replica, scribe: str) -> None:
    """The canister may catch it."""
    refusal = "CandidError: expected a value, found end of text at line 1, column 2"
    assert replica.query(scribe, "encoded", "(") == refusal
    assert replica.query(scribe, "decoded", b"DIDL") == "CandidError"


def test_what_is_no_text_raises_type_error(replica: Replica, scribe: str) -> None:
    """And traps, if nobody catches that."""
    with pytest.raises(Rejected, match="TypeError: Expected type 'str' but 'int' found"):
        replica.query(scribe, "of_a_number")
