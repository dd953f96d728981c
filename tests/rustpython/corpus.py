"""Write the corpus: every pure core and every entry, called here, on CPython.

python -m tests.rustpython.corpus FILE
"""

import sys
from pathlib import Path

from tests.rustpython import (
    batch_chapters,
    batcher_chapters,
    cache_chapters,
    certifying_chapters,
    chain_chapters,
    consensus_chapters,
    control_chapters,
    delivery_chapters,
    desk_chapters,
    form_chapters,
    index_chapters,
    infer_chapters,
    limit_chapters,
    log_chapters,
    moving_chapters,
    played_chapters,
    policy_chapters,
    quota_chapters,
    request_chapters,
    resuming_chapters,
    ring_chapters,
    round_chapters,
    serving_chapters,
    shared_chapters,
    told_chapters,
    vote_chapters,
    whole_cache_chapters,
    window_chapters,
)
from tests.rustpython.recording import Recording


def recorded() -> Recording:
    """Call everything and return the record."""
    book = Recording()
    for chapters in (
        shared_chapters,
        request_chapters,
        resuming_chapters,
        control_chapters,
        policy_chapters,
        cache_chapters,
        consensus_chapters,
        index_chapters,
        whole_cache_chapters,
        certifying_chapters,
        infer_chapters,
        limit_chapters,
        form_chapters,
        batch_chapters,
        chain_chapters,
        batcher_chapters,
        desk_chapters,
        delivery_chapters,
        quota_chapters,
        vote_chapters,
        serving_chapters,
        told_chapters,
        log_chapters,
        played_chapters,
        moving_chapters,
        ring_chapters,
        round_chapters,
        window_chapters,
    ):
        chapters.add(book)
    return book


if __name__ == "__main__":
    recorded().write(Path(sys.argv[1]))
