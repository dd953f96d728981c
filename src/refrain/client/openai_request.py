"""A request in OpenAI's chat completions form as an AskRequest.

Nothing that may change an answer is lost: what has no field of its own goes into `extra`, and what
Refrain cannot serve is refused. What does not change the answer stays out: see `WITHOUT_EFFECT`.
Numbers are read by their letters, so that 0.1 is 100,000 millionths and a seed of 64 bits is whole.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from refrain.client.ask_request import micros
from refrain.client.openai_messages import bad, is_text, read_messages
from refrain.client.policy_request import read_policy
from refrain.client.refusal_texts import refused
from refrain_core.extra_parameters import SCHEMA_OPTIONS, WITHOUT_EFFECT
from refrain_core.json_numbers import JsonNumber
from refrain_core.json_texts import json_text, parse_exact
from refrain_core.model_names import parse_model
from refrain_core.request_checks import JSON_OBJECT, check_request
from refrain_core.vote_policy import MODELS

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAT64 = 2**64 - 1
_ASK_FOR_ONE_TEXT = {
    "n": "1",
    "best_of": "1",
    "logprobs": "false",
    "top_logprobs": "0",
    "echo": "false",
    "modalities": '["text"]',
}
"""Values, as canonical JSON, that ask for what an answer is in any case."""

_DEFAULT_SCHEMA_OPTIONS = {"name": "answer", "strict": True}


class ModelDefaults(NamedTuple):
    """What stands for a model that is not named, or not named whole."""

    model: str | None = None
    revision: str = "unpinned"
    quantization: str = "unknown"


def read_openai(
    body: str | Mapping[str, Any],
    defaults: ModelDefaults = ModelDefaults(),  # noqa: B008 - an immutable value
    namespace: str | None = None,
) -> dict[str, Any]:
    """Read the body of a request, as JSON text or parsed, as a checked AskRequest.

    Raises:
        Refused: it is no such request, or one that Refrain would not answer.
    """
    fields = _parsed(body if isinstance(body, str) else _written(body))
    request: dict[str, Any] = {
        "namespace": namespace,
        "model": _model(fields.pop("model", None), defaults),
        "messages": read_messages(fields),
        "max_tokens": _max_tokens(fields),
        "temperature_micros": _micros(fields, "temperature"),
        "top_p_micros": _micros(fields, "top_p"),
        "seed": _integer(fields, "seed"),
        "stop": _stops(fields.pop("stop", None)),
        "response_format": _response_format(fields),
        "consensus": _consensus(fields, defaults),
        "extra": _extra(fields),
        "cache_control": None,
    }
    refusal = check_request(request)
    if refusal is not None:
        raise refused(refusal)
    return request


def _written(body: Mapping[str, Any]) -> str:
    try:
        return json.dumps(dict(body), allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        raise bad("the request is not one JSON object") from None


def _parsed(text: str) -> dict[str, Any]:
    try:
        fields = parse_exact(text)
    except ValueError:
        raise bad(
            "the line is no JSON, or JSON with a name that stands twice in one object,"
            " NaN or Infinity, a lone surrogate, or over 100 levels"
        ) from None
    if not isinstance(fields, dict):
        raise bad("the request is not one JSON object")
    return {name: value for name, value in fields.items() if value is not None}


def _model(model: Any, defaults: ModelDefaults) -> str:
    named = defaults.model if model is None else model
    if named is None or not is_text(named):
        raise bad("no model named: add one to the request, or give a default")
    whole = named if "@" in named else f"{named}@{defaults.revision}:{defaults.quantization}"
    if parse_model(whole) is None:
        raise bad("the model is not NAME, or NAME@REVISION:QUANTIZATION")
    return whole


def _consensus(fields: dict[str, Any], defaults: ModelDefaults) -> dict[str, Any] | None:
    policy = read_policy(fields.pop("consensus", None))
    if policy is not None and policy["spread"] == MODELS:
        policy["among"] = [_model(name, defaults) for name in policy["among"]]
    return policy


def _max_tokens(fields: dict[str, Any]) -> int | None:
    older, newer = _integer(fields, "max_tokens"), _integer(fields, "max_completion_tokens")
    if older is not None and newer is not None and older != newer:
        raise bad("max_tokens and max_completion_tokens differ: give one")
    return newer if older is None else older


def _integer(fields: dict[str, Any], name: str) -> int | None:
    value = fields.pop(name, None)
    if value is None:
        return None
    if not isinstance(value, JsonNumber) or not value.isdigit() or int(value) > _NAT64:
        raise bad(f"{name} is not a whole number from 0 to 2^64 - 1")
    return int(value)


def _micros(fields: dict[str, Any], name: str) -> int | None:
    value = fields.pop(name, None)
    if value is None:
        return None
    if not isinstance(value, JsonNumber):
        raise bad(f"{name} is not a number")
    try:
        return micros(value)
    except ValueError:
        raise bad(f"{name} is 0 or more, with at most six places after the point") from None


def _stops(stop: Any) -> list[str]:
    stops = [] if stop is None else stop if isinstance(stop, list) else [stop]
    if not all(is_text(one) for one in stops):
        raise bad("stop is a text or a list of texts")
    return stops


def _response_format(fields: dict[str, Any]) -> str | None:
    """Take the format out of `fields`; what stands beside a schema goes back into them."""
    asked = fields.pop("response_format", None)
    kind = asked.get("type") if isinstance(asked, dict) else None
    if asked is None or asked == {"type": "text"}:
        return None
    if asked == {"type": JSON_OBJECT}:
        return JSON_OBJECT
    if kind != "json_schema" or set(asked) != {"type", "json_schema"} or SCHEMA_OPTIONS in fields:
        raise bad("response_format is of type text, json_object or json_schema, and no more")
    options = dict(asked["json_schema"]) if isinstance(asked["json_schema"], dict) else {}
    schema = options.pop("schema", None)
    if not isinstance(schema, dict):
        raise bad("response_format: json_schema holds no schema")
    options.setdefault("strict", False)
    further = {
        name: value
        for name, value in options.items()
        if value != _DEFAULT_SCHEMA_OPTIONS.get(name) and value is not None
    }
    if further:
        fields[SCHEMA_OPTIONS] = further
    return json_text(schema)


def _extra(fields: dict[str, Any]) -> str | None:
    """Write what is left over; whatever of it has no place there is refused by its check."""
    telling = {
        name: value
        for name, value in fields.items()
        if name not in WITHOUT_EFFECT and json_text(value) != _ASK_FOR_ONE_TEXT.get(name)
    }
    return json_text(telling) if telling else None
