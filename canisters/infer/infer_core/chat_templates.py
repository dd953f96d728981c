"""Conversations written as one text, for models that are given a prompt and not messages.

| template | family | a prompt ends in | without temperature and top_p |
|---|---|---|---|
| chatml | ChatML: Qwen and many others | ``<|im_start|>assistant`` | the server's own |
| smollm2 | the same, with SmolLM2's own system message where there is none | the same | the same |
| deepseek-r1 | DeepSeek-R1 and what is distilled from it | ``<think>`` | 0.6 and 0.95 |
| plain | models that were never taught to chat | the last message | the server's own |

DeepSeek advises no system message: one is put before the first user message instead. It also
advises to force the thinking; the forced tag is a part of the answer. The text that begins every
prompt (BOS) is the server's to add.

A prompt's author could write the marks that end a message, and so speak as the system. A mark
within a message is therefore broken by a blank.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from refrain_core.reasoning_text import CLOSING, OPENING

CHATML = "chatml"
SMOLLM2 = "smollm2"
DEEPSEEK_R1 = "deepseek-r1"
PLAIN = "plain"
TEMPLATES = (CHATML, SMOLLM2, DEEPSEEK_R1, PLAIN)

FORCED_THINKING = OPENING + "\n"
"""What an answer of a DeepSeek-R1 model is made to begin with."""

_SMOLLM2_SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
_CHATML_MARKS = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
_USER = "<\uff5cUser\uff5c>"
_BLANKS = " \t\r\n"
"""Named, since the interpreters do not agree on what else is blank."""

_ASSISTANT = "<\uff5cAssistant\uff5c>"
_END = "<\uff5cend\u2581of\u2581sentence\uff5c>"
_DEEPSEEK_MARKS = (_USER, _ASSISTANT, _END, "<\uff5cbegin\u2581of\u2581sentence\uff5c>")
_MARKS = {CHATML: _CHATML_MARKS, SMOLLM2: _CHATML_MARKS, DEEPSEEK_R1: _DEEPSEEK_MARKS}


class Sampling(NamedTuple):
    """What a family's authors advise where a request says nothing; None leaves it to the server."""

    temperature_micros: "int | None"
    top_p_micros: "int | None"


_UNADVISED = Sampling(None, None)
_DEEPSEEK_SAMPLING = Sampling(600_000, 950_000)


def prompt_text(template: str, messages: Sequence[dict[str, Any]], so_far: str = "") -> str:
    """Write a conversation up to where the model goes on, behind `so_far` if there is any."""
    told = [(one["role"], _unmarked(template, one["content"])) for one in messages]
    if template == PLAIN:
        return "\n\n".join([content for _, content in told]) + so_far
    if template == DEEPSEEK_R1:
        return _deepseek(told) + forced(template, so_far) + so_far
    if template == SMOLLM2 and told[0][0] != "system":
        told = [("system", _SMOLLM2_SYSTEM), *told]
    turns = [f"<|im_start|>{role}\n{content}<|im_end|>\n" for role, content in told]
    return "".join(turns) + "<|im_start|>assistant\n" + so_far


def advised_messages(template: str, messages: "list[dict[str, Any]]") -> "list[dict[str, Any]]":
    """Return a conversation as its model's authors want it: DeepSeek's without a system message."""
    if template != DEEPSEEK_R1 or all(one["role"] != "system" for one in messages):
        return messages
    system = _joined_system([(one["role"], one["content"]) for one in messages])
    told = []
    for one in messages:
        if one["role"] == "user" and system:
            told.append({"role": "user", "content": system + "\n\n" + one["content"]})
            system = ""
        elif one["role"] != "system":
            told.append(one)
    return told


def forced(template: str, so_far: str) -> str:
    """Return what the model is made to begin its answer with, and so is a part of it."""
    is_forced = template == DEEPSEEK_R1 and not so_far.startswith(OPENING)
    return FORCED_THINKING if is_forced else ""


def advised_sampling(template: str) -> Sampling:
    """Return what the model's authors advise."""
    return _DEEPSEEK_SAMPLING if template == DEEPSEEK_R1 else _UNADVISED


def end_marks(template: str) -> tuple[str, ...]:
    """List the marks that may end an answer where a server shows them."""
    return _MARKS.get(template, ())


def without_end_mark(template: str, text: str) -> str:
    """Cut an answer before the first mark of its template's, which ends it."""
    for mark in end_marks(template):
        text = text.partition(mark)[0]
    return text


def _deepseek(told: "list[tuple[str, str]]") -> str:
    system = _joined_system(told)
    pieces = []
    for role, content in told:
        if role == "user":
            pieces.append(_USER + (system + "\n\n" + content if system else content))
            system = ""
        elif role == "assistant":
            pieces.append(_ASSISTANT + content.rpartition(CLOSING)[2].strip(_BLANKS) + _END)
    return "".join(pieces) + _ASSISTANT


def _joined_system(told: "list[tuple[str, str]]") -> str:
    return "\n\n".join([content for role, content in told if role == "system"])


def _unmarked(template: str, content: str) -> str:
    for mark in end_marks(template):
        content = content.replace(mark, mark[:1] + " " + mark[1:])
    return content
