"""The endpoints of batches: each is read and called off by who created it."""

from typing import Any, cast

from kybra import nat32, nat64, query, update

from batch_calls import called_off, created, paged, viewed
from refrain_api.batch_records import BatchPageResult, BatchRequest, BatchResult
from refrain_api.caller_texts import caller_text
from refrain_core.refusals import internal


@update
def batch_create(request: BatchRequest) -> BatchResult:
    """Keep requests to be worked off in their own time; attached cycles become credit."""
    try:
        reply = created(caller_text(), cast("dict[str, Any]", request))
    except Exception as error:  # noqa: BLE001 - a typed refusal instead of a trap
        reply = {"Refused": internal(f"{type(error).__name__} in the batcher: try again")}
    return cast("BatchResult", reply)


@query
def batch_status(batch: nat64) -> BatchResult:
    """Say how far a batch is."""
    return cast("BatchResult", viewed(caller_text(), batch))


@update
def batch_cancel(batch: nat64) -> BatchResult:
    """Begin no more of a batch; what is done stays."""
    return cast("BatchResult", called_off(caller_text(), batch))


@query
def batch_output(batch: nat64, start: nat32) -> BatchPageResult:
    """Read the answers so far, from the item at `start` on."""
    return cast("BatchPageResult", paged(caller_text(), batch, start, of_errors=False))


@query
def batch_errors(batch: nat64, start: nat32) -> BatchPageResult:
    """Read the failures so far, from the item at `start` on."""
    return cast("BatchPageResult", paged(caller_text(), batch, start, of_errors=True))
