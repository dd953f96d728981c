"""Which field of two requests differs: a short text that is stored beside each answer.

The parts are `HASH|PARAMETERS`: 16 hexadecimal characters of the sha256 of the canonical messages,
then the parameters as in the canonical text. A long parameter stands as `h16:` and a hash of its
own, so that the whole has at most `MAX_PARTS_CHARACTERS`.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from refrain_core.canonical import (
    extra_text,
    integers_text,
    messages_text,
    optional_text,
    stop_text,
)
from refrain_core.extra_parameters import parse_extra
from refrain_core.json_texts import json_text

HASH_CHARACTERS = 16
MAX_PARAMETER_CHARACTERS = 200
MAX_PARTS_CHARACTERS = 720
"""The messages' hash, four integers and three parameters at their longest."""

_HASHED = "h16:"
_INTEGERS = ("temperature", "top_p", "max_tokens", "seed")
_WHOSE = ("namespace", "model", "revision", "quantization")
_FIELDS = (*_WHOSE, "messages", *_INTEGERS, "stop", "response_format")


class _Parts(NamedTuple):
    messages: str
    integers: "list[str]"
    stop: str
    response_format: str
    extra: str


def parts_text(request: Mapping[str, Any]) -> str:
    """Write the parts of a checked request; ASCII, and at most `MAX_PARTS_CHARACTERS`.

    Raises:
        ValueError: `extra` is no JSON object.
    """
    return "".join(
        [
            messages_hash(request),
            "|",
            integers_text(request),
            _bounded(stop_text(request["stop"])),
            _bounded(optional_text(request["response_format"])),
            _bounded(extra_text(request.get("extra"))),
        ]
    )


def messages_hash(request: Mapping[str, Any]) -> str:
    """Return what the parts of all requests with these messages begin with."""
    return _hash(messages_text(request["messages"]))


def differing_fields(  # noqa: PLR0913, PLR0917 - two requests, each of three texts
    parts: str,
    namespace: str,
    model: str,
    other_parts: str,
    other_namespace: str,
    other_model: str,
) -> "list[str]":
    """Name the fields in which two requests differ, as a caller names them: `extra.top_k`.

    A model is `NAME@REVISION:QUANTIZATION`. Of a parameter that stands as its hash, such as long
    `extra`, only its own name can be told.

    Raises:
        ValueError: a text was not written by `parts_text`.
    """
    one, other = _read(parts), _read(other_parts)
    values = [namespace, *_model_parts(model), *_plain_values(one)]
    others = [other_namespace, *_model_parts(other_model), *_plain_values(other)]
    names = [name for number, name in enumerate(_FIELDS) if values[number] != others[number]]
    return names + _differing_extra(one.extra, other.extra)


def _plain_values(parts: _Parts) -> "list[str]":
    return [parts.messages, *parts.integers, parts.stop, parts.response_format]


def _differing_extra(one: str, other: str) -> "list[str]":
    if one == other:
        return []
    if one.startswith(_HASHED) or other.startswith(_HASHED):
        return ["extra"]
    fields, others = parse_extra(_content(one)), parse_extra(_content(other))
    return [f"extra.{name}" for name in sorted({*fields, *others}) if _differ(fields, others, name)]


def _differ(fields: Mapping[str, Any], others: Mapping[str, Any], name: str) -> bool:
    # A number's text and a text of the same digits are equal to `==`.
    return json_text(fields.get(name)) != json_text(others.get(name))


def _content(field: str) -> "str | None":
    return None if field == "n;" else field.partition(":")[2]


def _bounded(text: str) -> str:
    if len(text) <= MAX_PARAMETER_CHARACTERS and text.isascii():
        return text
    return _HASHED + _hash(text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_CHARACTERS]


def _model_parts(model: str) -> "list[str]":
    name, _, version = model.partition("@")
    revision, _, quantization = version.partition(":")
    return [name, revision, quantization]


def _read(parts: str) -> _Parts:
    messages, _, rest = parts.partition("|")
    *integers, rest = rest.split(";", len(_INTEGERS))
    stop, rest = _first_list(rest)
    response_format, rest = _first(rest)
    extra, rest = _first(rest)
    if rest or len(integers) != len(_INTEGERS):
        raise ValueError("not the parts of a request")
    return _Parts(messages, integers, stop, response_format, extra)


def _first_list(text: str) -> "tuple[str, str]":
    if text.startswith(_HASHED):
        return _first(text)
    count, _, rest = text.removeprefix("l").partition(";")
    read = [f"l{count};"]
    for _ in range(int(count)):
        one, rest = _first(rest)
        read.append(one)
    return "".join(read), rest


def _first(text: str) -> "tuple[str, str]":
    """Split off `n;`, `s3:abc` or `h16:` with its hash."""
    if text.startswith("n;"):
        return "n;", text[2:]
    size, colon, rest = text[1:].partition(":")
    if not colon or text[0] not in "sh":
        raise ValueError("not the parts of a request")
    end = int(size)
    return text[0] + size + ":" + rest[:end], rest[end:]
