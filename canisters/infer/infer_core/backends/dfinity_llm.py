"""The DFINITY LLM canister's `v1_chat`: messages in, one message out, and no parameters.

Its models run off the chain, at workers that its operator chooses; the canister only queues. It
takes up to 10 messages and 10 KiB, and answers with at most 1,000 tokens. The free models' calls
cost nothing beside the messages; those that want cycles are not asked.

Interface: https://github.com/dfinity/llm.
"""

from typing import Any

from infer_core.backends.turns import Asking
from infer_core.reply_fields import NO_CONTENT, ModelReply, UnreadableError
from refrain_core.chunked_text import utf8_len
from refrain_core.refusals import too_large

MOST_MESSAGES = 10
MOST_BYTES = 10_240

UNTAKEN = ("max_tokens", "temperature_micros", "top_p_micros", "seed")
"""Fields of a request that have no place in the interface."""


def llm_request(asking: Asking) -> dict[str, Any]:
    """Return the argument that asks for the answer to one conversation."""
    messages = [_message(one["role"], one["content"]) for one in asking.turns[0].messages]
    return {"model": asking.provider.remote_model, "messages": messages}


def refuse_long_chat(asking: Asking) -> "dict[str, Any] | None":
    """Refuse a conversation that the canister would trap on."""
    messages = asking.turns[0].messages
    if len(messages) > MOST_MESSAGES:
        return too_large("messages", len(messages), MOST_MESSAGES)
    size = sum([utf8_len(one["content"]) for one in messages])
    return too_large("bytes", size, MOST_BYTES) if size > MOST_BYTES else None


def read_response(response: dict[str, Any]) -> ModelReply:
    """Read the answer; its end is not told, and no count.

    Raises:
        UnreadableError: it has no text, as where a tool is called.
    """
    content = response["message"]["content"]
    if content is None:
        raise UnreadableError(NO_CONTENT)
    return ModelReply(content, "stop", 0, 0)


def _message(role: str, content: str) -> dict[str, Any]:
    if role == "assistant":
        return {"assistant": {"content": content, "tool_calls": []}}
    return {role: {"content": content}}
