"""The second pricing version's formulas, held to worked examples."""

import pytest

from refrain_core.outcall_price_v2 import (
    Exchange,
    flexible_fee_cycles,
    replicated_fee_cycles,
    single_fee_cycles,
)

MODEL_CALL = Exchange(2_000, 4_000, 1_500, 20_000, 50_000_000)
"""2 kB asked, 4 kB replied after 20 s, cut to 1.5 kB by 50 M instructions."""

MILLION = 1_000_000


def in_millions(cycles: int) -> int:
    """Round as the examples are."""
    return round(cycles / MILLION)


@pytest.mark.parametrize(
    ("nodes", "replicated", "single", "two_of_three", "three_of_five"),
    [(13, 185, 56, 115, 173), (34, 620, 208, 358, 502)],
)
def test_the_worked_examples_are_met(
    nodes: int, replicated: int, single: int, two_of_three: int, three_of_five: int
) -> None:
    """On subnets of 13 and 34 nodes, in millions of cycles."""
    assert in_millions(replicated_fee_cycles(MODEL_CALL, nodes)) == replicated
    assert in_millions(single_fee_cycles(MODEL_CALL, nodes)) == single
    assert in_millions(flexible_fee_cycles(MODEL_CALL, nodes, 2, 3)) == two_of_three
    assert in_millions(flexible_fee_cycles(MODEL_CALL, nodes, 3, 5)) == three_of_five


def test_waiting_costs() -> None:
    """Each millisecond of a node's round trip is paid for."""
    slower = MODEL_CALL._replace(round_trip_ms=20_001)
    assert single_fee_cycles(slower, 13) - single_fee_cycles(MODEL_CALL, 13) == 300
