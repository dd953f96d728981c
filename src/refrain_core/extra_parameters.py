"""All further parameters of a request: one JSON object, checked and written in one form.

A request of OpenAI's form has more fields than AskRequest. Those that may change the answer go into
its `extra`, whole: what is not known here is taken for one of them, and so is part of the key and
of what the model is asked. Three kinds of names are refused instead:

- names that have a field of their own, which would be said twice
- names that do not change the answer, which would split one request into many keys
- names that ask for more than the one text that an answer is
"""

from collections.abc import Mapping
from typing import Any

from refrain_core.json_texts import json_text, parse_exact
from refrain_core.limits import (
    MAX_EXTRA_CHARACTERS,
    MAX_EXTRA_NESTING,
    MAX_PARAMETER_NAME_CHARACTERS,
)
from refrain_core.refusals import bad_request, too_large

SCHEMA_OPTIONS = "json_schema"
"""The parameter that holds what OpenAI's form says beside a JSON schema."""

SCHEMA_OPTION_NAMES = frozenset(("name", "strict", "description"))

OWN_FIELDS = frozenset(
    [
        "model",
        "messages",
        "prompt",
        "input",
        "max_tokens",
        "max_completion_tokens",
        "max_new_tokens",
        "n_predict",
        "num_predict",
        "temperature",
        "top_p",
        "seed",
        "stop",
        "response_format",
        "namespace",
        "extra",
        "cache_control",
        "consensus",
    ]
)
"""Said by a field of AskRequest, or a provider's other name for one."""

WITHOUT_EFFECT = frozenset(
    [
        "stream",
        "stream_options",
        "user",
        "safety_identifier",
        "metadata",
        "store",
        "service_tier",
        "prompt_cache_key",
        "prompt_cache_retention",
        "api_key",
        "api_base",
        "base_url",
        "timeout",
        "extra_headers",
        "cache_prompt",
        "id_slot",
        "authorization",
        "timings_per_token",
        "return_progress",
    ]
)
"""Transport, billing, labels and secrets: the answer is the same without them."""

BEYOND_ONE_TEXT = frozenset(
    [
        "n",
        "best_of",
        "logprobs",
        "top_logprobs",
        "n_probs",
        "post_sampling_probs",
        "echo",
        "suffix",
        "modalities",
        "audio",
        "functions",
        "function_call",
        "web_search_options",
    ]
)
"""They ask for several answers, for scores, sound, or for old forms that lose their reply here."""

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def parse_extra(extra: "str | None") -> "dict[str, Any]":
    """Return the parameters of a checked `extra`; one that is null is one that was not given.

    Raises:
        ValueError: `check_extra` refuses it as no JSON object.
    """
    if extra is None:
        return {}
    fields = parse_exact(extra, MAX_EXTRA_NESTING)
    if not isinstance(fields, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - of what the text says, not of types
    return {name: fields[name] for name in fields if fields[name] is not None}


def canonical_extra(extra: "str | None") -> "str | None":
    """Write `extra` in its one form, None if it holds nothing; raises as `parse_extra`."""
    fields = parse_extra(extra)
    return json_text(fields) if fields else None


def check_extra(extra: "str | None", response_format: "str | None") -> "dict[str, Any] | None":
    """Return the refusal of a request's `extra`, or None if it may be asked."""
    if extra is None:
        return None
    if len(extra) > MAX_EXTRA_CHARACTERS:
        return too_large("characters", len(extra), MAX_EXTRA_CHARACTERS)
    try:
        fields = parse_extra(extra)
    except ValueError:
        return bad_request(
            "extra is not the text of one JSON object: no name twice, at most"
            f" {MAX_EXTRA_NESTING} levels, numbers of at most 100 characters"
        )
    for name in sorted(fields):
        refusal = check_parameter_name(name)
        if refusal is not None:
            return refusal
    return _check_schema_options(fields, response_format)


def check_parameter_name(name: str) -> "dict[str, Any] | None":
    """Return why `name` cannot stand in `extra`, or None.

    Case is folded, since some servers take `Model` for `model`.
    """
    if not (0 < len(name) <= MAX_PARAMETER_NAME_CHARACTERS and _LETTERS.issuperset(name)):
        return bad_request("extra: a parameter's name is 1 to 64 ASCII letters, digits, . _ or -")
    folded = name.lower()
    if folded in OWN_FIELDS:
        return bad_request(f"extra: {name} has a field of its own in the request")
    if folded in WITHOUT_EFFECT:
        return bad_request(f"extra: {name} does not change the answer: leave it out")
    if folded in BEYOND_ONE_TEXT:
        return bad_request(f"extra: {name} asks for more than the one text that an answer is")
    return None


def _check_schema_options(
    fields: Mapping[str, Any], response_format: "str | None"
) -> "dict[str, Any] | None":
    if SCHEMA_OPTIONS not in fields:
        return None
    options = fields[SCHEMA_OPTIONS]
    if not isinstance(options, dict) or not SCHEMA_OPTION_NAMES.issuperset(options):
        return bad_request("extra: json_schema holds name, strict and description, no more")
    if response_format is None or "{" not in response_format:
        return bad_request("extra: json_schema needs a schema in response_format")
    return None
