"""The fields of a provider's reply, checked one by one; what is wrong has a fixed text."""

from typing import Any, NamedTuple

_LARGEST_NAT32 = 2**32 - 1

NOT_JSON_TEXT = "the provider's reply is not JSON"
NO_OBJECT = "the provider's reply is no JSON object"
NO_CHOICES = "the provider's reply has no choices"
NO_CONTENT = "the provider's reply has no content"
NO_FINISH = "the provider's reply has no finish_reason"
NO_COUNTS = "the provider's reply has no token counts"
NO_ANSWER = "the provider's list has no answer to this prompt"
FAULTS = (NOT_JSON_TEXT, NO_OBJECT, NO_CHOICES, NO_CONTENT, NO_FINISH, NO_COUNTS, NO_ANSWER)


class ModelReply(NamedTuple):
    """What a model answered, in the provider's words."""

    content: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int


class UnreadableError(Exception):
    """A reply of status 200 that is no answer; its text is fixed, never the provider's."""


def first_choice(fields: dict[str, Any]) -> dict[str, Any]:
    """Read the first of the choices, which is the only one that was asked for."""
    choices = fields["choices"]
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise UnreadableError(NO_CHOICES)
    return choices[0]


def text_of(holder: dict[str, Any], field: str) -> str:
    """Read the text of an answer."""
    content = holder.get(field)
    if not isinstance(content, str):
        raise UnreadableError(NO_CONTENT)
    return content


def finish_reason_of(holder: dict[str, Any]) -> str:
    """Read why an answer ended; "" where that is not said."""
    reason = holder.get("finish_reason")
    if reason is None:
        return ""
    if not isinstance(reason, str):
        raise UnreadableError(NO_FINISH)
    return reason


def tokens_of(holder: Any, field: str) -> int:
    """Read a token count; a provider that does not count reports none."""
    if holder is None:
        return 0
    if not isinstance(holder, dict):
        raise UnreadableError(NO_COUNTS)
    count = holder.get(field)
    if count is None:
        return 0
    if type(count) is not int or not 0 <= count <= _LARGEST_NAT32:
        raise UnreadableError(NO_COUNTS)
    return count
