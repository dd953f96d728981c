"""The canonical text of a request: equal texts mean equal requests, and nothing else does.

Every field that changes the answer is written in a fixed order, with its type and its length:

    s5:hello    a text of five characters, NFC where it is not ASCII (but see unlike_characters)
    i512;       an integer
    n;          an absent optional
    l2;         a list of two elements, which follow

No text can imitate a neighbour, an absent field differs from any value, and 0 is written one way.
The text opens with the versions that it depends on, so that a new rule never meets an old answer.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

from refrain_core.model_names import parse_model
from refrain_core.unlike_characters import MISCOMPOSED, YOUNG_MARKS

SCHEMA_VERSION = 1
"""Raised when a field is added or written differently."""

TRUNCATION_VERSION = 1
"""Raised when a prompt over the soft limit is cut differently; the key covers the uncut one."""

SINGLE = "single"
"""The consensus policy of an answer that one sample decides."""

_TAKEN_AS_IT_IS = YOUNG_MARKS | {MISCOMPOSED}


def canonical_text(request: Mapping[str, Any], namespace: str) -> str:
    """Write `request` (keys as in AskRequest) as asked within `namespace`.

    The request's own namespace field is not read: it is the caller's wish, not the decision.

    Raises:
        ValueError: the model is not named whole.
    """
    model = parse_model(request["model"])
    if model is None:
        raise ValueError("the model must be NAME@REVISION:QUANTIZATION")
    messages = request["messages"]
    fields = [f"refrain{_integer(SCHEMA_VERSION)}{_integer(TRUNCATION_VERSION)}", _text(namespace)]
    fields.extend(_text(part) for part in model)
    fields.append(f"l{len(messages)};")
    fields.extend(f"{_text(one['role'])}{_text(one['content'])}" for one in messages)
    fields.append(_parameters(request))
    return "".join(fields)


def _parameters(request: Mapping[str, Any]) -> str:
    stops = request["stop"]
    return "".join(
        [
            _integer(request["temperature_micros"]),
            _integer(request["top_p_micros"]),
            _integer(request["max_tokens"]),
            _integer(request["seed"]),
            f"l{len(stops)};",
            *[_text(stop) for stop in stops],
            _text(request["response_format"]),
            _text(SINGLE),
        ]
    )


def _integer(value: "int | None") -> str:
    return "n;" if value is None else f"i{value};"


def _text(value: "str | None") -> str:
    if value is None:
        return "n;"
    if not value.isascii() and _TAKEN_AS_IT_IS.isdisjoint(value):
        value = unicodedata.normalize("NFC", value)
    return f"s{len(value)}:{value}"
