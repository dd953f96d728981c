"""How many bytes a request takes as JSON, told without writing it.

Every price depends on it. Written, an ordinary request costs a canister 1.4 M instructions; so its
texts are measured here, and its names are counted once.
"""

from collections.abc import Mapping
from typing import Any

from refrain_core.chunked_text import utf8_len
from refrain_core.json_texts import json_text

_NULL_BYTES = 4
_TEXTS = ("cache_control", "extra", "namespace", "response_format")
_NAMES = (
    *(*_TEXTS, "consensus", "max_tokens", "messages", "model", "seed", "stop"),
    *("temperature_micros", "top_p_micros"),
)
_FRAME_BYTES = 2 + len(_NAMES) - 1 + sum(len(name) + 3 for name in _NAMES)
"""Braces, commas, and each name with its quotes and colon."""

_MESSAGE_BYTES = len('{"content":,"role":},')
_LIST_BYTES = 2

_ESCAPED = b'\x7f"\\' + bytes(range(32))
_PLAIN = bytes(byte for byte in range(256) if byte not in _ESCAPED)
_SHORT_ESCAPES = b'"\\\b\t\n\f\r'
_LONG_ESCAPE_MORE = 4
"""What six bytes of an escape such as \\u001f are more than two."""


_last: "list[Any]" = [None, 0]
"""The request that was measured last, and its bytes: a miss is priced three times."""


def request_bytes(request: Mapping[str, Any]) -> int:
    """Count the bytes of an AskRequest, which nobody changes any more, as `json_text` writes it.

    Absent fields count as null.
    """
    if _last[0] is not request:
        _last[:] = [request, _measured(request)]
    size: int = _last[1]
    return size


def _measured(request: Mapping[str, Any]) -> int:
    policy = request.get("consensus")
    size = _FRAME_BYTES + (_NULL_BYTES if policy is None else utf8_len(json_text(policy)))
    for name in _TEXTS:
        text = request.get(name)
        size += _NULL_BYTES if text is None else text_bytes(text)
    size += text_bytes(request["model"]) + _LIST_BYTES - (1 if request["messages"] else 0)
    for message in request["messages"]:
        size += _MESSAGE_BYTES + text_bytes(message["content"]) + text_bytes(message["role"])
    stop = request["stop"]
    size += _LIST_BYTES + max(0, len(stop) - 1) + sum([text_bytes(one) for one in stop])
    # An absent number is written None here and null there: four letters both.
    numbers = f"{request['max_tokens']}{request['seed']}{request['temperature_micros']}"
    return size + len(numbers) + len(str(request["top_p_micros"]))


def text_bytes(text: str) -> int:
    """Count the bytes of a text as JSON, its quotes and escapes included."""
    data = text.encode()
    escaped = data.translate(None, _PLAIN)
    if not escaped:
        return len(data) + 2
    long = escaped.translate(None, _SHORT_ESCAPES)
    return len(data) + 2 + len(escaped) + _LONG_ESCAPE_MORE * len(long)
