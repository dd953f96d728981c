"""What a failure allows: a sample is never paid twice."""

from __future__ import annotations

from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infer_core.retry_rules import (
    BY_KIND,
    ELSEWHERE,
    HERE,
    NOWHERE,
    UNPAID,
    backoff_ms,
    failure_class,
    never_connected,
    next_attempt,
)
from refrain_api.refusal_variants import Refusal
from refrain_core.refusals import bad_request, provider_error, timeout, unreachable

REFUSED = (
    "Rejection code 2, Connecting to h failed: Request failed direct connect "
    'Error(Connect, ConnectError("tcp connect error", Os { code: 111 })) and connect through socks '
)
CUT = "Rejection code 2, Connecting to h failed: direct connect Error(SendRequest, hyper::Error(Io"

refusals = st.sampled_from(sorted(get_type_hints(Refusal))).map(
    lambda kind: {kind: {"status": 503, "detail": ""} if kind == "ProviderError" else None}
) | st.integers(100, 599).map(lambda status: provider_error(status, "x"))


@given(refusal=refusals, is_idempotent=st.booleans(), reject=st.sampled_from(["", REFUSED, CUT]))
def test_what_may_have_been_paid_is_repeated_only_under_its_key(
    refusal: dict[str, Any],
    is_idempotent: bool,  # noqa: FBT001 - a drawn value
    reject: str,
) -> None:
    """Another provider is asked only for what is known unpaid; the same one only with a key."""
    row = failure_class(refusal, reject)
    attempt = next_attempt(row, is_idempotent=is_idempotent)
    if attempt == ELSEWHERE:
        assert row.paid == UNPAID
        assert row.elsewhere
    if attempt == HERE:
        assert is_idempotent
        assert row.here


@pytest.mark.parametrize(
    ("refusal", "reject", "direct", "by_key"),
    [
        (provider_error(503, ""), "", ELSEWHERE, ELSEWHERE),
        (provider_error(401, ""), "", ELSEWHERE, ELSEWHERE),
        (provider_error(400, ""), "", NOWHERE, NOWHERE),
        (provider_error(500, ""), "", NOWHERE, HERE),
        (provider_error(302, ""), "", NOWHERE, NOWHERE),
        ({"RateLimited": None}, "", ELSEWHERE, ELSEWHERE),
        (timeout("x"), "", NOWHERE, HERE),
        (unreachable("x"), REFUSED, ELSEWHERE, ELSEWHERE),
        (unreachable("x"), CUT, NOWHERE, HERE),
        (unreachable("x"), REFUSED + CUT, NOWHERE, HERE),
        ({"ResponseTooLarge": None}, "", NOWHERE, HERE),
        ({"BadReply": ""}, "", NOWHERE, NOWHERE),
        ({"NoConsensus": ""}, "", NOWHERE, NOWHERE),
        (bad_request("x"), "", NOWHERE, NOWHERE),
    ],
)
def test_the_table_row_by_row(
    refusal: dict[str, Any], reject: str, direct: str, by_key: str
) -> None:
    """For a provider without idempotency keys, and for one behind them."""
    row = failure_class(refusal, reject)
    assert next_attempt(row, is_idempotent=False) == direct
    assert next_attempt(row, is_idempotent=True) == by_key


def test_every_row_names_a_refusal_of_the_interface() -> None:
    """No row is left for a name that nobody uses any more."""
    assert set(BY_KIND) <= set(get_type_hints(Refusal))
    assert never_connected("dns error")
    assert not never_connected("")


@given(failures=st.integers(0, 40), entropy=st.text(max_size=20))
def test_backoff_doubles_within_half_to_whole_and_ends_at_a_minute(
    failures: int, entropy: str
) -> None:
    """Equal on every node; different for other entropy, which is not asserted of any two."""
    whole = min(60_000, 1_000 * 2 ** min(max(failures, 1) - 1, 6))
    waited = backoff_ms(failures, entropy)
    assert whole // 2 <= waited <= whole
    assert waited == backoff_ms(failures, entropy)


def test_jitter_spreads_those_who_fail_together() -> None:
    """A hundred canisters that failed at once come back at many different moments."""
    assert len({backoff_ms(4, f"canister {number}") for number in range(100)}) > 50
