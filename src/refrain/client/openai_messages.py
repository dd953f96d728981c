"""Messages of OpenAI's form as messages of an AskRequest: all of each, or a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refrain.client.refusal_texts import refused
from refrain_core.refusals import bad_request

if TYPE_CHECKING:
    from refrain.failures import Refused

_MESSAGE_FIELDS = {"role", "content"}
_PART_FIELDS = {"type", "text"}
_MOST_NAMED = 80


def bad(text: str) -> Refused:
    """The refusal of a request that has no place in an AskRequest."""
    return refused(bad_request(text))


def read_messages(fields: dict[str, Any]) -> list[dict[str, str]]:
    """Take `messages`, or the completions form's `prompt` as one user message, out of `fields`.

    Raises:
        Refused: there is neither, or both, or something in them that would be lost.
    """
    messages, prompt = fields.pop("messages", None), fields.pop("prompt", None)
    if (messages is None) == (prompt is None):
        raise bad("give messages, or a prompt, and not both")
    if messages is None:
        return [{"role": "user", "content": _prompt(prompt)}]
    if not isinstance(messages, list):
        raise bad("messages is not a list")
    return [_message(message) for message in messages]


def is_text(value: Any) -> bool:
    """Tell a text from a number, which is kept as its letters."""
    return type(value) is str


def shown(value: object) -> str:
    """A name from a request, short enough for an error."""
    return str(value)[:_MOST_NAMED]


def _prompt(prompt: Any) -> str:
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not is_text(prompt):
        raise bad("prompt is one text; several, or tokens, are several requests")
    return str(prompt)


def _message(message: Any) -> dict[str, str]:
    if not isinstance(message, dict):
        raise bad("a message is an object of role and content")
    for name in sorted(message):
        if name not in _MESSAGE_FIELDS and message[name] is not None:
            raise bad(f"a message's field {shown(name)} is not supported: only role and content")
    role = message.get("role")
    if not is_text(role):
        raise bad("a message's role is a text")
    return {"role": str(role), "content": _content(message.get("content"))}


def _content(content: Any) -> str:
    """Read a text, or a list of text parts, which are joined by line breaks."""
    if isinstance(content, list) and content:
        return "\n".join([_part(part) for part in content])
    if not is_text(content):
        raise bad("a message's content is a text, or a list of text parts")
    return str(content)


def _part(part: Any) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind != "text":
        raise bad(f"content of type {shown(kind)} is not supported: only text")
    further = sorted(set(part) - _PART_FIELDS)
    if further or not is_text(part.get("text")):
        raise bad("a text part has the fields type and text, and no more")
    return str(part["text"])
