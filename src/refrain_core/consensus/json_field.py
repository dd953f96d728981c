"""Agreement of one field of JSON replies."""

from typing import Any

from refrain_core.json_texts import json_text, parse_json

_FENCE = "```"


def json_form(content: str, path: str) -> "str | None":
    """Return the field at `path`, such as ``verdict`` or ``items.0.name``, as JSON.

    A reply may wrap its JSON in a fence of backquotes. None where it is no JSON, or lacks the
    field. Members of objects are sorted; a whole number written with a point is the whole number.
    """
    try:
        value = parse_json(_unfenced(content))
    except ValueError:
        return None
    for step in path.split("."):
        value = _member(value, step)
        if value is None:
            return None
    return json_text(_ordered(value))


def _unfenced(content: str) -> str:
    text = content.strip()
    if not (text.startswith(_FENCE) and text.endswith(_FENCE) and len(text) > 2 * len(_FENCE)):
        return text
    return text[len(_FENCE) : -len(_FENCE)].partition("\n")[2]


def _member(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isdecimal() and step.isascii() and len(step) < 10:  # noqa: PLR2004
        return value[int(step)] if int(step) < len(value) else None
    return None


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_ordered(one) for one in value]
    if isinstance(value, float) and value == int(value):
        return int(value)
    return value
