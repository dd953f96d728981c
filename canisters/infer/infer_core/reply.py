"""Reading a provider's reply, and reducing it to what every node sees alike.

Ids, dates and timings differ between two replies to one request; so a reply is rebuilt from an
allow-list, never stripped of what is known to differ.
"""

from typing import Any, NamedTuple

from infer_core.foreign_json import NOT_JSON, decode_foreign
from infer_core.status_classes import OK_STATUS, status_detail, status_refusal
from refrain_core.json_texts import json_text
from refrain_core.refusals import bad_reply

_LARGEST_NAT32 = 2**32 - 1

_NOT_JSON = "the provider's reply is not JSON"
_NO_OBJECT = "the provider's reply is no JSON object"
_NO_CHOICES = "the provider's reply has no choices"
_NO_CONTENT = "the provider's reply has no content"
_NO_FINISH = "the provider's reply has no finish_reason"
_NO_COUNTS = "the provider's reply has no token counts"
_FAULTS = (_NOT_JSON, _NO_OBJECT, _NO_CHOICES, _NO_CONTENT, _NO_FINISH, _NO_COUNTS)


class ModelReply(NamedTuple):
    """What a model answered, in the provider's words."""

    content: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int


class _UnreadableError(Exception):
    """A reply of status 200 that is no answer; its text is fixed, never the provider's."""


def canonical_body(status: int, body: bytes) -> bytes:
    """Rebuild a body for the transform: the answer, a fixed error class, or a fixed fault."""
    if status != OK_STATUS:
        return _encode({"error": status_detail(status)})
    try:
        return _encode(_read_answer(body)._asdict())
    except _UnreadableError as fault:
        return _encode({"unreadable": str(fault)})


def read_reply(status: int, body: bytes) -> ModelReply | dict[str, Any]:
    """Read a transformed or a raw reply; what is no answer becomes a refusal."""
    if status != OK_STATUS:
        return status_refusal(status)
    try:
        return _read_answer(body)
    except _UnreadableError as fault:
        return bad_reply(str(fault))


def _encode(fields: dict[str, Any]) -> bytes:
    return json_text(fields).encode()


def _read_answer(body: bytes) -> ModelReply:
    fields = decode_foreign(body)
    if fields is NOT_JSON:
        raise _UnreadableError(_NOT_JSON)
    if not isinstance(fields, dict):
        raise _UnreadableError(_NO_OBJECT)
    return _read_chat(fields) if "choices" in fields else _read_canonical(fields)


def _read_chat(fields: dict[str, Any]) -> ModelReply:
    choices = fields["choices"]
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise _UnreadableError(_NO_CHOICES)
    message = choices[0].get("message")
    usage = fields.get("usage")
    return ModelReply(
        _content(message if isinstance(message, dict) else {}),
        _finish_reason(choices[0]),
        _tokens(usage, "prompt_tokens"),
        _tokens(usage, "completion_tokens"),
    )


def _read_canonical(fields: dict[str, Any]) -> ModelReply:
    if fields.get("unreadable") in _FAULTS:
        raise _UnreadableError(fields["unreadable"])
    return ModelReply(
        _content(fields),
        _finish_reason(fields),
        _tokens(fields, "prompt_tokens"),
        _tokens(fields, "completion_tokens"),
    )


def _content(holder: dict[str, Any]) -> str:
    content = holder.get("content")
    if not isinstance(content, str):
        raise _UnreadableError(_NO_CONTENT)
    return content


def _finish_reason(holder: dict[str, Any]) -> str:
    reason = holder.get("finish_reason")
    if reason is None:
        return ""
    if not isinstance(reason, str):
        raise _UnreadableError(_NO_FINISH)
    return reason


def _tokens(holder: Any, field: str) -> int:
    """Read a token count; a provider that does not count reports none."""
    if holder is None:
        return 0
    if not isinstance(holder, dict):
        raise _UnreadableError(_NO_COUNTS)
    count = holder.get(field)
    if count is None:
        return 0
    if type(count) is not int or not 0 <= count <= _LARGEST_NAT32:
        raise _UnreadableError(_NO_COUNTS)
    return count
