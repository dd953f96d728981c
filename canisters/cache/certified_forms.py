"""Lookups that prove themselves: the cheap text, and the same in records (docs/decisions/013)."""

from typing import cast

from kybra import ic, query, text

import cache_access
from cache_core import certified_lookups
from cache_state import cache
from certified_data import certificate
from refrain_api.certified_records import CertifiedResult


@query
def certified_hit(digest: text) -> text:
    """Look a digest up: "certified|...", "uncertified|..." or "miss|...".

    `refrain_core.served_texts` describes and reads them.
    """
    return certified_lookups.hit_text(
        cache, digest, cache_access.caller_sees, ic.time(), certificate()
    )


@query
def lookup_certified(digest: text) -> CertifiedResult:
    """Look a digest up, with what proves its record to whoever has the network's root key."""
    result = certified_lookups.look(
        cache, digest, cache_access.caller_sees, ic.time(), certificate()
    )
    return cast("CertifiedResult", result)
