"""OpenAI's older completions: one text, or with llama.cpp's server a list of texts, is continued.

The texts are written by the provider's chat template, so that a list of conversations is one call,
and an answer goes on where it ended on every server.
"""

from typing import Any

from infer_core.backends.response_formats import bare_schema
from infer_core.backends.turns import Asking, sampling_fields
from infer_core.chat_templates import prompt_text
from infer_core.provider_rules import LLAMA_CPP
from infer_core.reply_fields import (
    ModelReply,
    UnreadableError,
    finish_reason_of,
    first_choice,
    text_of,
    tokens_of,
)
from refrain_core.extra_parameters import parse_extra

COMPLETIONS_PATH = "/v1/completions"


def completion_fields(asking: Asking) -> dict[str, Any]:
    """Return the body that asks for the continuation of one prompt, or of a list of them."""
    provider, request = asking.provider, asking.request
    fields = parse_extra(request.get("extra"))
    prompts = [prompt_text(provider.template, *turn) for turn in asking.turns]
    fields["model"] = provider.remote_model
    fields["prompt"] = prompts[0] if len(prompts) == 1 else prompts
    fields["max_tokens"] = asking.max_tokens
    fields["stream"] = False
    fields.update(sampling_fields(asking))
    if request["stop"]:
        fields["stop"] = list(request["stop"])
    if request["response_format"] is not None:
        fields["json_schema"] = bare_schema(request["response_format"])
    if LLAMA_CPP in provider.features:
        fields["cache_prompt"] = False
    return fields


def is_completion(fields: Any) -> bool:
    """Tell a completion from a chat completion: its choices bear texts and no messages."""
    choices = fields.get("choices") if isinstance(fields, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return False
    return "text" in choices[0] and "message" not in choices[0]


def is_alone(fields: dict[str, Any]) -> bool:
    """Tell whether a completion has one answer, to the first prompt."""
    choices = fields["choices"]
    return len(choices) == 1 and choices[0].get("index", 0) == 0


def read_completion(fields: dict[str, Any]) -> ModelReply:
    """Read the answer to the one prompt that was asked."""
    choice = first_choice(fields)
    usage = fields.get("usage")
    return ModelReply(
        text_of(choice, "text"),
        finish_reason_of(choice),
        tokens_of(usage, "prompt_tokens"),
        tokens_of(usage, "completion_tokens"),
    )


def read_completions(fields: dict[str, Any]) -> "dict[int, ModelReply | str]":
    """Read the answers to a list by their index, or the fault of each; their order means nothing.

    llama.cpp's server counts the tokens of one answer only, so none are told.
    """
    answers: dict[int, ModelReply | str] = {}
    for choice in fields["choices"]:
        index = choice.get("index") if isinstance(choice, dict) else None
        if type(index) is int and index not in answers:
            answers[index] = _answer_in(choice)
    return answers


def _answer_in(choice: dict[str, Any]) -> "ModelReply | str":
    try:
        return ModelReply(text_of(choice, "text"), finish_reason_of(choice), 0, 0)
    except UnreadableError as fault:
        return str(fault)
