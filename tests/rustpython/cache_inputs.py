"""Entries of the cache, made from puts as the canister makes them."""

from typing import Any

from cache_core import admission
from cache_core.answer_texts import Entry
from cache_core.cache_bounds import CacheBounds
from refrain_core.cache_control import NO_DIRECTIVES
from tests.rustpython.inputs import START_NS, put

BOUNDS = CacheBounds()


def entry_of(digest: str, content: str = "four", sequence: int = 7, **fields: Any) -> Entry:
    """Make an entry with a sequence number."""
    request = put(digest, content, **fields)
    return admission.new_entry(request, NO_DIRECTIVES, BOUNDS, START_NS)._replace(sequence=sequence)
