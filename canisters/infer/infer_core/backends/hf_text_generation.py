"""Hugging Face's text generation: ``inputs`` and ``parameters``, at the model's own URL.

The prompt is written by the provider's chat template. Of a reply both forms are read, the object
and the older list of one object; only the former says why an answer ended.
"""

from typing import Any

from infer_core.backends.response_formats import bare_schema
from infer_core.backends.turns import Asking, sampling_fields
from infer_core.chat_templates import prompt_text
from infer_core.reply_fields import (
    NO_OBJECT,
    ModelReply,
    UnreadableError,
    finish_reason_of,
    text_of,
    tokens_of,
)
from refrain_core.extra_parameters import parse_extra

GENERATED = "generated_text"

_ENDS = {"eos_token": "stop", "stop_sequence": "stop", "length": "length"}


def generation_fields(asking: Asking) -> dict[str, Any]:
    """Return the body that asks for the continuation of one prompt."""
    request = asking.request
    parameters = parse_extra(request.get("extra"))
    parameters.update(sampling_fields(asking))
    if parameters.get("temperature") == 0:
        # Greedy decoding is asked for by not sampling: a temperature of 0 is refused (422).
        del parameters["temperature"]
        parameters["do_sample"] = False
    elif "temperature" in parameters or "top_p" in parameters:
        parameters["do_sample"] = True
    parameters["max_new_tokens"] = asking.max_tokens
    parameters["return_full_text"] = False
    parameters["details"] = True
    if request["stop"]:
        parameters["stop"] = list(request["stop"])
    if request["response_format"] is not None:
        schema = bare_schema(request["response_format"])
        parameters["grammar"] = {"type": "json", "value": schema}
    prompt = prompt_text(asking.provider.template, *asking.turns[0])
    return {"inputs": prompt, "parameters": parameters, "stream": False}


def read_generation(value: Any) -> ModelReply:
    """Read a generation: an object, or the list of one; without details its end is not known."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict):
        raise UnreadableError(NO_OBJECT)
    details = value.get("details")
    told = details if isinstance(details, dict) else {}
    reason = finish_reason_of(told)
    return ModelReply(
        text_of(value, GENERATED),
        _ENDS.get(reason, reason),
        0,
        tokens_of(told, "generated_tokens"),
    )
