"""OpenAI's chat completions, as llama.cpp's server and Hugging Face's router take them."""

from typing import Any

from infer_core.backends.response_formats import JSON_OBJECT, schema_field
from infer_core.backends.turns import Asking, sampling_fields
from infer_core.chat_templates import advised_messages
from infer_core.prompt import with_prefill
from infer_core.provider_rules import LLAMA_CPP
from infer_core.reply_fields import (
    ModelReply,
    finish_reason_of,
    first_choice,
    text_of,
    tokens_of,
)
from refrain_core.extra_parameters import SCHEMA_OPTIONS, parse_extra
from refrain_core.reasoning_text import CLOSING, OPENING

CHAT_PATH = "/v1/chat/completions"


def chat_fields(asking: Asking) -> dict[str, Any]:
    """Return the body that asks for the answer to one conversation."""
    provider, request = asking.provider, asking.request
    # The caller's further parameters come first, so that none of them replaces what follows.
    fields = parse_extra(request.get("extra"))
    schema_options = fields.pop(SCHEMA_OPTIONS, {})
    fields["model"] = provider.remote_model
    messages, so_far = asking.turns[0]
    fields["messages"] = with_prefill(advised_messages(provider.template, messages), so_far)
    fields["max_tokens"] = asking.max_tokens
    fields["stream"] = False
    fields.update(sampling_fields(asking))
    if request["stop"]:
        fields["stop"] = list(request["stop"])
    response_format = request["response_format"]
    if response_format == JSON_OBJECT:
        fields["response_format"] = {"type": JSON_OBJECT}
    elif response_format is not None:
        schema = schema_field(response_format, schema_options)
        fields["response_format"] = {"type": "json_schema", "json_schema": schema}
    if LLAMA_CPP in provider.features:
        # A warm prompt cache changes some models' answers; only llama.cpp knows the field.
        fields["cache_prompt"] = False
    return fields


def read_chat(fields: dict[str, Any]) -> ModelReply:
    """Read a chat completion; a server that tells the thoughts apart has them put before again."""
    choice = first_choice(fields)
    message = choice.get("message")
    usage = fields.get("usage")
    return ModelReply(
        _content(message if isinstance(message, dict) else {}),
        finish_reason_of(choice),
        tokens_of(usage, "prompt_tokens"),
        tokens_of(usage, "completion_tokens"),
    )


def _content(message: dict[str, Any]) -> str:
    thoughts = message.get("reasoning_content")
    if not isinstance(thoughts, str) or not thoughts:
        return text_of(message, "content")
    answer = message.get("content")
    if answer is None or answer == "":
        # Cut off while it thought: as another server would have told it.
        return OPENING + thoughts
    return OPENING + thoughts + CLOSING + text_of(message, "content")
