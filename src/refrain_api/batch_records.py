"""Records of the batcher canister's batches."""

from kybra import Opt, Record, Variant, Vec, nat32, nat64, text

from refrain_api.batcher_records import Answered
from refrain_api.refusal_variants import Refusal


# A batch to be worked off. lines: JSON objects, one a line, of a custom_id and a request in the
# fields of AskRequest. window_s: the time after which what is left is not begun any more.
class BatchRequest(Record):
    lines: text
    window_s: nat32


# What is wrong with a line, counted from 1.
class LineFault(Record):
    line: nat32
    message: text


# How far a batch is. status: a state of OpenAI's batches; each has the time it began at, or 0.
# outcalls, hits, collapsed: how the completed ones were answered; charged_cycles: by both.
class BatchView(Record):
    batch: nat64
    status: text
    total: nat32
    completed: nat32
    failed: nat32
    outcalls: nat32
    hits: nat32
    collapsed: nat32
    charged_cycles: nat64
    expires_at_ns: nat64
    validating_at_ns: nat64
    in_progress_at_ns: nat64
    finalizing_at_ns: nat64
    completed_at_ns: nat64
    failed_at_ns: nat64
    expired_at_ns: nat64
    cancelling_at_ns: nat64
    cancelled_at_ns: nat64
    faults: Vec[LineFault]


class BatchResult(Variant, total=False):
    Batch: BatchView
    Refused: Refusal


# One request's result: an answer, or why there is none.
class BatchRow(Record):
    custom_id: text
    answered: Opt[Answered]
    refusal: Opt[Refusal]


# A page; next: where the following one starts, None at the end.
class BatchPage(Record):
    rows: Vec[BatchRow]
    next: Opt[nat32]


class BatchPageResult(Variant, total=False):
    Page: BatchPage
    Refused: Refusal
