"""The canonical text of a request: equal texts mean equal requests, and nothing else does.

Every field that changes the answer is written in a fixed order, with its type and its length:

    s5:hello    a text of five characters, NFC where it is not ASCII (but see unlike_characters)
    i512;       an integer; iNone; where it is absent
    n;          an absent text
    l2;         a list of two elements, which follow

No text can imitate a neighbour, an absent field differs from any value, and 0 is written one way.
The text opens with the versions that it depends on, so that a new rule never meets an old answer.
`cache_control` says how to use the cache, not what to answer: it is in no key.

One f-string writes a whole message, and one the parameters: in a canister a call costs more than
the characters that it writes.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from refrain_core.extra_parameters import canonical_extra
from refrain_core.model_names import parse_model
from refrain_core.unlike_characters import MISCOMPOSED, YOUNG_MARKS
from refrain_core.vote_policy import SINGLE, policy_text

SCHEMA_VERSION = 2
"""Raised when a field is added or written differently."""

TRUNCATION_VERSION = 1
"""Raised when a prompt over the soft limit is cut differently; the key covers the uncut one."""

_VERSIONS = f"refraini{SCHEMA_VERSION};i{TRUNCATION_VERSION};"
_ONE_SAMPLE = f"s{len(SINGLE)}:{SINGLE}"
_TAKEN_AS_IT_IS = YOUNG_MARKS | {MISCOMPOSED}


def canonical_text(request: Mapping[str, Any], namespace: str) -> str:
    """Write `request` (keys as in AskRequest) as asked within `namespace`.

    The request's own namespace field is not read: it is the caller's wish, not the decision.

    Raises:
        ValueError: the model is not named whole, or `extra` is no JSON object.
    """
    return (
        f"{head_text(namespace, request['model'])}{messages_text(request['messages'])}"
        f"{parameters_text(request)}"
    )


def head_text(namespace: str, model: str) -> str:
    """Write what comes before the messages: versions, namespace and model.

    Raises:
        ValueError: the model is not named whole.
    """
    parts = parse_model(model)
    if parts is None:
        raise ValueError("the model must be NAME@REVISION:QUANTIZATION")
    name, revision, quantization = parts
    return (
        f"{_VERSIONS}s{len(namespace)}:{namespace}s{len(name)}:{name}s{len(revision)}:{revision}"
        f"s{len(quantization)}:{quantization}"
    )


def messages_text(messages: Sequence[Mapping[str, Any]]) -> str:
    """Write the messages; a role is one of three words, and so never normalised."""
    text = f"l{len(messages)};"
    for one in messages:
        role = one["role"]
        content = one["content"]
        if not content.isascii():
            content = _composed(content)
        text += f"s{len(role)}:{role}s{len(content)}:{content}"
    return text


def integers_text(request: Mapping[str, Any]) -> str:
    """Write temperature, top_p, max_tokens and seed."""
    return (
        f"i{request['temperature_micros']};i{request['top_p_micros']};"
        f"i{request['max_tokens']};i{request['seed']};"
    )


def stop_text(stops: Sequence[str]) -> str:
    """Write the list of stop texts, whose order is kept."""
    return f"l{len(stops)};" + "".join([optional_text(stop) for stop in stops])


def optional_text(value: "str | None") -> str:
    """Write a text that may be absent."""
    if value is None:
        return "n;"
    if not value.isascii():
        value = _composed(value)
    return f"s{len(value)}:{value}"


def extra_text(extra: "str | None") -> str:
    """Write the further parameters in their one form, letter by letter: never normalised."""
    settled = canonical_extra(extra)
    return "n;" if settled is None else f"s{len(settled)}:{settled}"


def parameters_text(request: Mapping[str, Any]) -> str:
    """Write what comes behind the messages: every parameter, and the policy."""
    stops = request["stop"]
    response_format = request["response_format"]
    extra = request.get("extra")
    policy = request.get("consensus")
    return (
        f"{integers_text(request)}{stop_text(stops) if stops else 'l0;'}"
        f"{'n;' if response_format is None else optional_text(response_format)}"
        f"{'n;' if extra is None else extra_text(extra)}"
        f"{_ONE_SAMPLE if policy is None else _voted_text(policy)}"
    )


def provider_text(canonical: str, provider: str) -> str:
    """Write the text of what one provider alone may answer: a field more than all others have."""
    return f"{canonical}s{len(provider)}:{provider}"


def _voted_text(policy: Mapping[str, Any]) -> str:
    text = policy_text(policy)
    return f"s{len(text)}:{text}"


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text) if _TAKEN_AS_IT_IS.isdisjoint(text) else text
