"""What anybody may read of the batcher: its counts, and how its providers agreed."""

from typing import cast

from kybra import Vec, query

from batcher_state import desk, tallies, voter_book
from refrain_api.batcher_records import BatcherCounters
from refrain_api.vote_records import ProviderAgreement
from refrain_core.consensus.provider_weights import weight_of


@query
def voters() -> Vec[ProviderAgreement]:
    """Say of each provider how often it took part in a verdict, and agreed with it."""
    records = voter_book.records
    return [
        {
            "provider": provider,
            "voted": records[provider].voted,
            "agreed": records[provider].agreed,
            "weight": weight_of(records[provider]),
        }
        for provider in sorted(records)
    ]


@query
def counters() -> BatcherCounters:
    """Return the counts since install; an upgrade may lose those of the last minute."""
    counts = tallies.snapshot()
    counts.update(desk.census())
    return cast("BatcherCounters", counts)
