"""Counts, lists, exports and imports: pages of what the cache holds, for those who may see it."""

from typing import Any, cast

from kybra import Vec, ic, nat32, query, text, update

import cache_access
from cache_core import listing, transfers
from cache_core.lookup_results import refused
from cache_core.tally import Counts
from cache_state import cache
from refrain_api.cache_records import (
    CacheCounters,
    ExportResult,
    ImportResult,
    ListResult,
    TransferredAnswer,
)


@query
def counters() -> CacheCounters:
    """Tell the counts since install."""
    return _counters(cache.tally.counts(""), len(cache.index), cache.index.size_bytes)


@query
def tenant_counters(namespace: text) -> CacheCounters:
    """Tell the counts of a namespace, zeros to whom they are not to see."""
    if not cache_access.caller_sees(namespace):
        return _counters(Counts(), 0, 0)
    shelf = cache.index.shelf(namespace)
    return _counters(cache.tally.counts(namespace), shelf.entries, shelf.size_bytes)


def _counters(counts: Counts, entries: int, size_bytes: int) -> CacheCounters:
    told: dict[str, Any] = counts._asdict()
    told.update(entries=entries, bytes=size_bytes, rebuilding=len(cache.banks_left))
    return cast("CacheCounters", told)


@query
def list_answers(namespace: text, cursor: text, most: nat32) -> ListResult:
    """List answers of a namespace, or of all that the caller sees under ""; at most 100 a page."""
    caller = cache_access.caller_text()

    def sees(owner: str) -> bool:
        return namespace in ("", owner) and cache_access.sees(caller, owner)

    page = listing.page_of(
        cache, cursor, most, lambda entry, key, _: listing.listed(cache, entry, key), sees
    )
    return cast("ListResult", {"Listed": page} if "rows" in page else refused(page))


@query
def export_page(cursor: text) -> ExportResult:
    """Export answers, to controllers only; go on with each page's cursor until that is ""."""
    refusal = cache_access.strangers_refusal()
    if refusal is not None:
        return cast("ExportResult", refused(refusal))
    page = transfers.export_page(cache, cursor)
    return cast("ExportResult", {"Exported": page} if "rows" in page else refused(page))


@update
def import_page(records: Vec[TransferredAnswer]) -> ImportResult:
    """Take exported answers on a controller's or writer's behalf; each on its own merits."""
    caller = cache_access.caller_text()
    if not cache_access.is_staff(caller):
        return cast("ImportResult", refused(cache_access.stranger_refusal(caller) or {}))
    told = transfers.imported(cache, cast("Any", records), ic.time())
    return {"Imported": told}
