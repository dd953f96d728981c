"""A batch's lines: JSON objects of a `custom_id` and a `request` in the fields of AskRequest.

`refrain batch` translates OpenAI's lines into these, as clients do for every ask: what goes over
the wire has no decimals.
"""

from typing import Any, NamedTuple

from refrain_core.json_texts import parse_json
from refrain_core.request_checks import check_request

MAX_ID_CHARACTERS = 128
_NAT64 = 2**64 - 1

_DEFAULTS = (
    *(("namespace", None), ("max_tokens", None), ("temperature_micros", None)),
    *(("top_p_micros", None), ("seed", None), ("stop", ()), ("response_format", None)),
    *(("extra", None), ("cache_control", None), ("consensus", None)),
)
_TEXTS = ("namespace", "response_format", "extra", "cache_control")
_NUMBERS = ("max_tokens", "temperature_micros", "top_p_micros", "seed")


class Line(NamedTuple):
    """One request with the name that its asker gave it."""

    custom_id: str
    request: dict[str, Any]


def read_line(text: str) -> "Line | str":
    """Read a line, or return what is wrong with it."""
    try:
        line = parse_json(text)
    except ValueError:
        return "the line is no JSON"
    if not isinstance(line, dict) or set(line) != {"custom_id", "request"}:
        return "a line is an object of custom_id and request"
    custom_id = line["custom_id"]
    if not isinstance(custom_id, str) or not 1 <= len(custom_id) <= MAX_ID_CHARACTERS:
        return f"custom_id is a text of 1 to {MAX_ID_CHARACTERS} characters"
    request = _request(line["request"])
    if isinstance(request, str):
        return request
    refusal = check_request(request)
    return Line(custom_id, request) if refusal is None else told(refusal)


def told(refusal: "dict[str, Any]") -> str:
    """Return a refusal as one text."""
    ((kind, detail),) = refusal.items()
    return f"{kind}: {detail}"


def _request(fields: Any) -> "dict[str, Any] | str":
    if not isinstance(fields, dict):
        return "request is no object"
    request: dict[str, Any] = {"model": fields.get("model"), "messages": fields.get("messages")}
    for name, absent in _DEFAULTS:
        value = fields.get(name)
        request[name] = (
            (list(absent) if isinstance(absent, tuple) else absent) if (value is None) else value
        )
    unknown = sorted(set(fields).difference(request))
    if unknown:
        return f"request has no field {unknown[0][:40]}"
    if request["consensus"] is not None:
        return "a batch asks for one answer each: submit what wants a vote"
    return _fault(request) or request


def _fault(request: "dict[str, Any]") -> "str | None":
    if not isinstance(request["model"], str):
        return "model is a text"
    for name in _TEXTS:
        if not (request[name] is None or isinstance(request[name], str)):
            return f"{name} is a text"
    for name in _NUMBERS:
        if not (request[name] is None or _is_natural(request[name])):
            return f"{name} is a whole number from 0 to 2^64 - 1"
    if not _are_texts(request["stop"]):
        return "stop is a list of texts"
    messages = request["messages"]
    if not isinstance(messages, list) or not all(_is_message(one) for one in messages):
        return "messages is a list of objects of the texts role and content"
    return None


def _is_natural(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _NAT64


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(one, str) for one in values)


def _is_message(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"role", "content"}
        and _are_texts([value["role"], value["content"]])
    )
