"""`infer` in the form that costs least: a few plain texts and lists in, one text out.

The records of InferRequest and InferResult cost the two canisters some millions of instructions;
`refrain_core.inference_texts` says what stands in their place. Both forms ask the same way.
"""

from typing import Any, cast

from kybra import Async, Opt, Vec, text, update

from call_flow import carry_out
from infer_calls import open_call, refuse
from infer_core.inference_results import NOTHING, whole_cost
from refrain_api.ask_records import ChatMessage
from refrain_core.inference_texts import inference_of, inferred_text
from refrain_core.refusals import bad_request, internal


@update
def infer_text(
    head: text,
    messages: Vec[ChatMessage],
    stop: Vec[text],
    response_format: Opt[text],
    extra: Opt[text],
) -> Async[text]:
    """Ask a model by one outcall, as `infer` does; head and result as in `inference_texts`."""
    cost = NOTHING
    try:
        inference = inference_of(head, cast("Any", messages), stop, response_format, extra)
        unread = bad_request("head: write it as refrain_core.inference_texts does")
        call = unread if inference is None else open_call(inference)
        if isinstance(call, dict):
            return inferred_text(refuse(call))
        cost = whole_cost(call.prepared)
        # Committed at each of its awaits: the lease, the price; no other state is held.
        return inferred_text((yield from carry_out(call, inference)))
    except Exception as error:  # noqa: BLE001 - a typed refusal instead of a trap
        return inferred_text(refuse(internal(f"infer failed: {type(error).__name__}"), cost))
