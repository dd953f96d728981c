"""How much each voter's say weighs, by its record of agreeing with the verdicts before.

The best weight of an independent voter who is right with probability p is log(p / (1 - p)) (Nitzan
and Paroush, "Optimal decision rules in uncertain dichotomous choice situations", 1982). p is
estimated as (agreed + 1) / (voted + 2), so that a newcomer is neither trusted nor silenced.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from refrain_core.consensus.ballots import Ballot

LEAST_WEIGHT = 1
"""A voter who is wrong more often than right still counts, but a hair."""

_STEPS = 10
_ONE = 1 << 20


class VoterRecord(NamedTuple):
    """Verdicts that a voter took part in, and those that it agreed with."""

    voted: int = 0
    agreed: int = 0


def weight_of(record: VoterRecord) -> int:
    """Return the weight in thousandths of a doubling: 0.5 weighs next to nothing, 0.8 2,000."""
    right, wrong = record.agreed + 1, record.voted - record.agreed + 1
    return max(LEAST_WEIGHT, 1_000 * (_log2(right) - _log2(wrong)) >> _STEPS)


def weighted(ballots: Sequence[Ballot], records: Mapping[str, VoterRecord]) -> list[Ballot]:
    """Return the ballots with their voters' weights."""
    newcomer = VoterRecord()
    return [
        ballot._replace(weight=weight_of(records.get(ballot.voter, newcomer))) for ballot in ballots
    ]


def recorded(record: VoterRecord, *, agreed: bool) -> VoterRecord:
    """Return a voter's record after one more verdict."""
    return VoterRecord(record.voted + 1, record.agreed + agreed)


def _log2(number: int) -> int:
    """Return log2 of a positive integer in 1,024ths, rounded down, by repeated squaring."""
    whole = number.bit_length() - 1
    mantissa = (number << 20) >> whole
    result = whole
    for _ in range(_STEPS):
        mantissa = mantissa * mantissa >> 20
        carry = mantissa >= 2 * _ONE
        mantissa >>= carry
        result = 2 * result + carry
    return result
