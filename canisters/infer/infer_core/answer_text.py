"""The text of an answer as it is delivered, whatever a provider puts around it."""

from infer_core.chat_templates import forced, without_end_mark
from infer_core.provider_rules import HF_TEXT_GENERATION, OPENAI_CHAT, Provider
from infer_core.reply_fields import ModelReply
from refrain_core.chunked_text import utf8_len


def settled_reply(
    provider: Provider, reply: ModelReply, so_far: str, stops: "tuple[str, ...]", max_tokens: int
) -> ModelReply:
    """Return a reply with the text that is new, and why it ended, as all providers would say."""
    if provider.form == OPENAI_CHAT:
        # llama.cpp repeats the text that it was told to continue; others do not.
        return reply._replace(content=reply.content.removeprefix(so_far))
    content = without_end_mark(provider.template, reply.content)
    reason = reply.finish_reason
    if provider.form == HF_TEXT_GENERATION:
        reason = reason or _presumed_end(content, max_tokens)
        content = before_stops(content, stops)
    if not so_far:
        content = forced(provider.template, so_far) + content
    return reply._replace(content=content, finish_reason=reason)


def before_stops(text: str, stops: "tuple[str, ...]") -> str:
    """Cut a text before the first stop text in it, which Hugging Face's servers leave there."""
    for stop in stops:
        text = text.partition(stop)[0]
    return text


def _presumed_end(content: str, max_tokens: int) -> str:
    """Judge an end that is not told: a token is a byte at least, so a short answer is whole."""
    return "stop" if utf8_len(content) < max_tokens else ""
