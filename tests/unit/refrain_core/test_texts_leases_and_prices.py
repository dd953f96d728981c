"""Cutting texts, leases, prices and refusals."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refrain_core import refusals
from refrain_core.chunked_text import split_utf8, utf8_len
from refrain_core.leases import Lease, held, may_settle, pack_lease, unpack_lease
from refrain_core.outcall_price import max_response_bytes_for, outcall_fee_cycles

STEADY = settings(deadline=None, derandomize=True)


@STEADY
@given(st.text(), st.integers(min_value=4, max_value=40))
def test_pieces_are_whole_small_and_full(text: str, piece_bytes: int) -> None:
    """Pieces join to the text, fit, and leave less room than one character needs."""
    pieces = split_utf8(text, piece_bytes)
    assert "".join(pieces) == text
    assert all(len(piece.encode()) <= piece_bytes for piece in pieces)
    assert all(len(piece.encode()) > piece_bytes - 4 for piece in pieces[:-1])
    assert len(pieces) == 1 or all(pieces)


def test_a_piece_must_hold_any_character() -> None:
    """Less than four bytes could make no progress."""
    with pytest.raises(ValueError, match="4 bytes"):
        split_utf8("x", 3)


@STEADY
@given(st.text())
def test_utf8_len_counts_bytes(text: str) -> None:
    """ASCII's short cut gives the same count."""
    assert utf8_len(text) == len(text.encode())


def test_a_lease_is_held_until_its_deadline() -> None:
    """At the deadline itself it is free again."""
    lease = Lease(token=7, deadline_ns=100)
    assert held(lease, 99)
    assert not held(lease, 100)
    assert not held(None, 0)


def test_only_the_current_token_settles() -> None:
    """A late reply, or one of a former holder, is dropped."""
    lease = Lease(token=7, deadline_ns=100)
    assert may_settle(lease, 7, 99)
    assert not may_settle(lease, 6, 99)
    assert not may_settle(lease, 7, 100)
    assert not may_settle(None, 7, 99)


def test_leases_are_read_as_written() -> None:
    """The packed form is fixed."""
    assert pack_lease(Lease(7, 100)) == "7|100"
    assert unpack_lease("7|100") == Lease(7, 100)


def test_an_outcall_costs_what_thirteen_nodes_take() -> None:
    """The figures are those measured on the real runtime."""
    assert outcall_fee_cycles(0, 0) == 49_140_000
    assert outcall_fee_cycles(1, 0) - outcall_fee_cycles(0, 0) == 5_200
    assert outcall_fee_cycles(0, 1) - outcall_fee_cycles(0, 0) == 10_400


def test_reply_sizes_grow_with_tokens_up_to_the_platforms_limit() -> None:
    """Never more than 2 MB is asked for."""
    assert max_response_bytes_for(512) == 4_096 + 16 * 512
    assert max_response_bytes_for(10**6) == 2_000_000


def test_refusals_have_the_shape_of_their_variant() -> None:
    """Each constructor makes one key, with the record that its member declares."""
    assert refusals.too_large("bytes", 2, 1) == {
        "TooLarge": {"unit": "bytes", "size": 2, "limit": 1}
    }
    assert refusals.busy(None) == {"Busy": {"retry_after_s": None}}
    assert refusals.rate_limited(3) == {"RateLimited": {"retry_after_s": 3}}
    assert refusals.too_few_cycles(2, 1) == {"TooFewCycles": {"expected": 2, "received": 1}}
    assert refusals.out_of_cycles(2, 1) == {"OutOfCycles": {"expected": 2, "received": 1}}
    assert refusals.provider_error(500, "x") == {"ProviderError": {"status": 500, "detail": "x"}}
    assert refusals.response_too_large(2, 1)["ResponseTooLarge"]["unit"] == "bytes"


@pytest.mark.parametrize(
    ("make", "member"),
    [
        (refusals.bad_request, "BadRequest"),
        (refusals.unknown_model, "UnknownModel"),
        (refusals.not_allowed, "NotAllowed"),
        (refusals.timeout, "Timeout"),
        (refusals.unreachable, "Unreachable"),
        (refusals.bad_reply, "BadReply"),
        (refusals.no_consensus, "NoConsensus"),
        (refusals.lease_lost, "LeaseLost"),
        (refusals.closing, "Closing"),
        (refusals.internal, "Internal"),
        (refusals.not_cached, "NotCached"),
        (refusals.cancelled, "Cancelled"),
    ],
)
def test_refusals_of_text_carry_it(make: object, member: str) -> None:
    """The text stands under its member's name."""
    assert callable(make)
    assert make("why") == {member: "why"}
