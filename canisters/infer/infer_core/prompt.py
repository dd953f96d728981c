"""Cutting a long prompt to its essential messages.

System messages come first, then the newest messages while they fit, all in their order. The
newest user message is always there, if need be by its head and tail only.
"""

import unicodedata
from typing import Any, NamedTuple

from refrain_core.limits import SOFT_PROMPT_CHARACTERS
from refrain_core.unlike_characters import YOUNG_MARKS

MARKER = " … "
"""Stands where the middle of a message was cut out."""

NEWEST_SHARE = 4
"""System messages leave at least a quarter of the limit to the newest message."""

_JOINER = "\u200d"
_LONGEST_CLUSTER = 32

Message = dict[str, Any]


class FittedPrompt(NamedTuple):
    """What is sent to the model, and what was left out of it."""

    messages: list[Message]
    dropped_messages: int
    dropped_characters: int


class _CutText(NamedTuple):
    text: str
    dropped: int


def fit_prompt(messages: list[Message], limit: int = SOFT_PROMPT_CHARACTERS) -> FittedPrompt:
    """Cut `messages` to at most `limit` characters of content; one that fits stays untouched."""
    sizes = [len(message["content"]) for message in messages]
    if sum(sizes) <= limit:
        return FittedPrompt(messages, 0, 0)
    roles = [message["role"] for message in messages]
    pinned = _newest_asked(roles)
    rooms = _system_rooms(roles, sizes, limit - min(sizes[pinned], limit // NEWEST_SHARE))
    left = limit - sum(rooms.values())
    rooms[pinned] = min(sizes[pinned], left)
    rooms.update(_newest_rooms(roles, sizes, pinned, left - rooms[pinned]))
    return _keep(messages, rooms)


def with_prefill(messages: list[Message], so_far: str) -> list[Message]:
    """Add the beginning of an answer that the model is to continue; "" adds nothing."""
    return [*messages, {"role": "assistant", "content": so_far}] if so_far else messages


def cut_middle(text: str, room: int) -> _CutText:
    """Keep the head and tail of `text` in `room` characters, never inside a character.

    A base letter and its combining marks, or emoji joined by ZWJ, are one character here.
    """
    if len(text) <= room:
        return _CutText(text, 0)
    kept = room - len(MARKER)
    if kept <= len(MARKER):
        head = text[: _floor_boundary(text, max(room, 0))]
        return _CutText(head, len(text) - len(head))
    head = text[: _floor_boundary(text, kept - kept // 2)]
    tail = text[_ceiling_boundary(text, len(text) - kept // 2) :]
    return _CutText(head + MARKER + tail, len(text) - len(head) - len(tail))


def _newest_asked(roles: list[str]) -> int:
    """Find the newest user message, or the newest of all where nobody asks."""
    for index in range(len(roles) - 1, -1, -1):
        if roles[index] == "user":
            return index
    return len(roles) - 1


def _system_rooms(roles: list[str], sizes: list[int], room: int) -> dict[int, int]:
    """Give system messages their size, or each its share of too small a room."""
    systems = [index for index, role in enumerate(roles) if role == "system"]
    total = sum(sizes[index] for index in systems)
    if total <= room:
        return {index: sizes[index] for index in systems}
    return {index: room * sizes[index] // total for index in systems}


def _newest_rooms(roles: list[str], sizes: list[int], pinned: int, room: int) -> dict[int, int]:
    """Take whole messages from the newest on, until one does not fit."""
    taken = {}
    for index in range(len(roles) - 1, -1, -1):
        if roles[index] == "system" or index == pinned:
            continue
        if sizes[index] > room:
            break
        taken[index] = sizes[index]
        room -= sizes[index]
    return taken


def _keep(messages: list[Message], rooms: dict[int, int]) -> FittedPrompt:
    kept = []
    dropped_messages = 0
    dropped_characters = 0
    for index, message in enumerate(messages):
        content = message["content"]
        room = rooms.get(index, -1)
        if len(content) <= room:
            kept.append({"role": message["role"], "content": content})
            continue
        # Most of a long conversation is dropped whole: that must not take a call each.
        cut = cut_middle(content, room) if room > 0 else _CutText("", len(content))
        dropped_characters += cut.dropped
        if cut.text:
            kept.append({"role": message["role"], "content": cut.text})
        else:
            dropped_messages += 1
    return FittedPrompt(kept, dropped_messages, dropped_characters)


def _floor_boundary(text: str, position: int) -> int:
    lowest = max(0, position - _LONGEST_CLUSTER)
    while position > lowest and _splits_character(text, position):
        position -= 1
    return position


def _ceiling_boundary(text: str, position: int) -> int:
    highest = min(len(text), position + _LONGEST_CLUSTER)
    while position < highest and _splits_character(text, position):
        position += 1
    return position


def _splits_character(text: str, position: int) -> bool:
    if not 0 < position < len(text):
        return False
    after = text[position]
    # Marks are M by category; the canister's interpreter has no unicodedata.combining.
    joined = _JOINER in (text[position - 1], after) or after in YOUNG_MARKS
    return joined or unicodedata.category(after).startswith("M")
