"""Reading a provider's reply, and reducing it to what every node sees alike.

Ids, dates and timings differ between two replies to one request; so a reply is rebuilt from an
allow-list, never stripped of what is known to differ. The shape tells which form it has.
"""

from collections.abc import Sequence
from typing import Any

from infer_core.backends.hf_text_generation import GENERATED, read_generation
from infer_core.backends.openai_chat import read_chat
from infer_core.backends.openai_completions import (
    is_alone,
    is_completion,
    read_completion,
    read_completions,
)
from infer_core.foreign_json import NOT_JSON, decode_foreign
from infer_core.reply_fields import (
    FAULTS,
    NO_ANSWER,
    NO_OBJECT,
    NOT_JSON_TEXT,
    ModelReply,
    UnreadableError,
    finish_reason_of,
    text_of,
    tokens_of,
)
from infer_core.reply_skim import skimmed
from infer_core.status_classes import OK_STATUS, error_fields, status_refusal
from refrain_core.json_texts import json_text
from refrain_core.refusals import bad_reply

_PACKED = "answer|"
_PACKED_BYTES = _PACKED.encode()

Answers = dict[int, "ModelReply | str"]
"""Of a list's reply: each prompt's answer by its index, or the fault it has instead."""


def canonical_body(
    status: int,
    body: bytes,
    headers: Sequence[dict[str, Any]] = (),
    *,
    must_agree: bool = True,
) -> bytes:
    """Rebuild a body for the transform: the answers, a fixed error class, or a fixed fault."""
    if status != OK_STATUS:
        return _encode(error_fields(status, headers, must_agree=must_agree))
    reply = skimmed(body)
    if reply is not None:
        return _packed(reply)
    try:
        return _canonical(_decoded(body))
    except UnreadableError as fault:
        return _encode({"unreadable": str(fault)})


def read_reply(status: int, body: bytes) -> "ModelReply | dict[str, Any]":
    """Read a transformed or a raw reply; what is no answer becomes a refusal."""
    if status != OK_STATUS:
        return status_refusal(status, body)
    packed = _unpacked(body)
    if packed is not None:
        return packed
    try:
        return _read_answer(_decoded(body))
    except UnreadableError as fault:
        return bad_reply(str(fault))


def read_list(
    status: int, body: bytes, prompts: int
) -> "list[ModelReply | dict[str, Any]] | dict[str, Any]":
    """Read a reply to a list of prompts: of each an answer or a refusal; or one refusal of all."""
    if status != OK_STATUS:
        return status_refusal(status, body)
    packed = _unpacked(body)
    try:
        answers = _read_answers(_decoded(body)) if packed is None else {0: packed}
    except UnreadableError as fault:
        return bad_reply(str(fault))
    told = [answers.get(index, NO_ANSWER) for index in range(prompts)]
    return [bad_reply(one) if isinstance(one, str) else one for one in told]


def _encode(fields: dict[str, Any]) -> bytes:
    return json_text(fields).encode()


def _decoded(body: bytes) -> Any:
    fields = decode_foreign(body)
    if fields is NOT_JSON:
        raise UnreadableError(NOT_JSON_TEXT)
    return fields


def _canonical(fields: Any) -> bytes:
    if not is_completion(fields) or is_alone(fields):
        reply = _read_answer(fields)
        reason = reply.finish_reason
        # Letters alone cannot end the field that they stand in.
        return _encode(reply._asdict()) if reason and not reason.isalpha() else _packed(reply)
    rows = [_row(index, one) for index, one in sorted(_read_answers(fields).items())]
    return _encode({"answers": rows})


def _packed(reply: ModelReply) -> bytes:
    """Write one answer as text, which costs the callback least; no JSON passes for it."""
    content, reason, prompt, completion = reply
    return f"{_PACKED}{reason}|{prompt}|{completion}|{content}".encode()


def _unpacked(body: bytes) -> "ModelReply | None":
    if not body.startswith(_PACKED_BYTES):
        return None
    _, reason, prompt, completion, content = body.decode().split("|", 4)
    return ModelReply(content, reason, int(prompt), int(completion))


def _row(index: int, answer: "ModelReply | str") -> list[Any]:
    """Write one answer of a list; the counts of a list are wrong, and so are left out."""
    if isinstance(answer, str):
        return [index, answer]
    return [index, answer.content, answer.finish_reason]


def _read_answer(fields: Any) -> ModelReply:
    if isinstance(fields, list) or (isinstance(fields, dict) and GENERATED in fields):
        return read_generation(fields)
    if not isinstance(fields, dict):
        raise UnreadableError(NO_OBJECT)
    if is_completion(fields):
        return read_completion(fields)
    return read_chat(fields) if "choices" in fields else _read_canonical(fields)


def _read_answers(fields: Any) -> Answers:
    if isinstance(fields, dict) and isinstance(fields.get("answers"), list):
        return {row[0]: _read_row(row) for row in fields["answers"]}
    if is_completion(fields):
        return read_completions(fields)
    return {0: _read_answer(fields)}


def _read_row(row: list[Any]) -> "ModelReply | str":
    return row[1] if len(row) == 2 else ModelReply(row[1], row[2], 0, 0)  # noqa: PLR2004


def _read_canonical(fields: dict[str, Any]) -> ModelReply:
    if fields.get("unreadable") in FAULTS:
        raise UnreadableError(fields["unreadable"])
    return ModelReply(
        text_of(fields, "content"),
        finish_reason_of(fields),
        tokens_of(fields, "prompt_tokens"),
        tokens_of(fields, "completion_tokens"),
    )
