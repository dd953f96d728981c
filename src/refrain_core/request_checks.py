"""Why a request is refused before anything is spent on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from refrain_core.extra_parameters import check_extra
from refrain_core.limits import (
    MAX_MESSAGES,
    MAX_MODEL_CHARACTERS,
    MAX_NEW_TOKENS,
    MAX_PROMPT_CHARACTERS,
    MAX_RESPONSE_FORMAT_CHARACTERS,
    MAX_STOP_CHARACTERS,
    MAX_STOPS,
    MAX_TEMPERATURE_MICROS,
    MAX_TOP_P_MICROS,
    MIN_TOP_P_MICROS,
)
from refrain_core.refusals import bad_request, too_large
from refrain_core.vote_policy import check_policy

ROLES = ("system", "user", "assistant")
"""The roles that a message may have."""

JSON_OBJECT = "json_object"
"""The response format that asks for any JSON object."""

_JSON_BLANKS = " \t\n\r"


def check_request(request: Mapping[str, Any]) -> "dict[str, Any] | None":
    """Return the refusal of a request (keys as in AskRequest), or None if it may be asked.

    The model's existence and the namespace are decided elsewhere.
    """
    return (
        _check_model(request["model"])
        or _check_messages(request["messages"])
        or _check_ranges(request)
        or _check_stops(request["stop"])
        or _check_response_format(request["response_format"])
        or check_extra(request.get("extra"), request["response_format"])
        or check_policy(request)
    )


def _check_model(model: str) -> "dict[str, Any] | None":
    if not model or model.isspace():
        return bad_request("no model named: give NAME@REVISION:QUANTIZATION or a known NAME")
    if len(model) > MAX_MODEL_CHARACTERS:
        return too_large("characters", len(model), MAX_MODEL_CHARACTERS)
    return None


def _check_messages(messages: Sequence[Mapping[str, Any]]) -> "dict[str, Any] | None":
    if len(messages) > MAX_MESSAGES:
        return too_large("messages", len(messages), MAX_MESSAGES)
    characters = sum(len(message["content"]) for message in messages)
    if characters > MAX_PROMPT_CHARACTERS:
        return too_large("characters", characters, MAX_PROMPT_CHARACTERS)
    for message in messages:
        if message["role"] not in ROLES:
            return bad_request(f"unknown role: a message's role is one of {', '.join(ROLES)}")
    if not any(_asks_something(message) for message in messages):
        return bad_request("empty prompt: give at least one user message that is not blank")
    return None


def _asks_something(message: Mapping[str, Any]) -> bool:
    content = message["content"]
    return message["role"] == "user" and bool(content) and not content.isspace()


def _check_ranges(request: Mapping[str, Any]) -> "dict[str, Any] | None":
    return (
        _check_range("max_tokens", request["max_tokens"], 1, MAX_NEW_TOKENS)
        or _check_range(
            "temperature_micros", request["temperature_micros"], 0, MAX_TEMPERATURE_MICROS
        )
        or _check_range("top_p_micros", request["top_p_micros"], MIN_TOP_P_MICROS, MAX_TOP_P_MICROS)
    )


def _check_range(field: str, value: "int | None", least: int, most: int) -> "dict[str, Any] | None":
    if value is None or least <= value <= most:
        return None
    return bad_request(f"{field} is {value}: leave it out, or choose {least} to {most}")


def _check_stops(stops: Sequence[str]) -> "dict[str, Any] | None":
    if len(stops) > MAX_STOPS:
        return bad_request(f"{len(stops)} stop texts: give at most {MAX_STOPS}")
    for stop in stops:
        if not stop:
            return bad_request("an empty stop text would end every answer at once: leave it out")
        if len(stop) > MAX_STOP_CHARACTERS:
            return too_large("characters", len(stop), MAX_STOP_CHARACTERS)
    return None


def _check_response_format(response_format: "str | None") -> "dict[str, Any] | None":
    if response_format is None or response_format == JSON_OBJECT:
        return None
    if len(response_format) > MAX_RESPONSE_FORMAT_CHARACTERS:
        return too_large("characters", len(response_format), MAX_RESPONSE_FORMAT_CHARACTERS)
    schema = response_format.strip(_JSON_BLANKS)
    if not (schema.startswith("{") and schema.endswith("}")):
        return bad_request('response_format is absent, "json_object" or the text of a JSON schema')
    return None
