"""What the cache takes, under which bounds, and for how long."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cache_core.answer_texts import HEADER_BYTES, MAX_ANSWER_BYTES, Entry
from refrain_core.access import is_principal_text
from refrain_core.chunked_text import utf8_len
from refrain_core.fingerprint import is_digest
from refrain_core.limits import ANONYMOUS, NANOSECONDS, PUBLIC
from refrain_core.model_names import parse_model
from refrain_core.refusals import bad_request, too_large

FINISHED = ("stop", "length")
"""Ends of an answer worth keeping; one cut by a budget, time or size is not."""

MAX_TRUST_CHARACTERS = 40
MAX_TTL_S = 315_360_000
"""Ten years."""

MOST_ENTRIES = 200_000
"""An index row takes an estimated 0.8 kB of heap: 160 MB, of 4 GB."""

MOST_BYTES = 2_000_000_000
"""A bank, which the rebuild reads in one message, is then about 62 MB."""

_TRUST_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_/ ")


class CacheBounds(NamedTuple):
    """The settings in force; fields as in CacheSettings."""

    max_entries: int = 10_000
    max_bytes: int = 64_000_000
    max_answer_bytes: int = 200_000
    default_ttl_s: int = 604_800


def refuse_settings(settings: Mapping[str, Any]) -> "dict[str, Any] | None":
    """Refuse bounds that the cache could not keep."""
    least_bytes = settings["max_answer_bytes"] + HEADER_BYTES
    return (
        _refuse_range("max_entries", settings["max_entries"], 1, MOST_ENTRIES)
        or _refuse_range("max_answer_bytes", settings["max_answer_bytes"], 1, MAX_ANSWER_BYTES)
        or _refuse_range("max_bytes", settings["max_bytes"], least_bytes, MOST_BYTES)
        or _refuse_range("default_ttl_s", settings["default_ttl_s"], 1, MAX_TTL_S)
    )


def refuse_put(request: Mapping[str, Any], bounds: CacheBounds) -> "dict[str, Any] | None":
    """Refuse an answer that is no answer, too large, or badly labelled.

    A lifetime of zero is refused too: such an answer could never be read.
    """
    ttl_s = request["ttl_s"]
    return (
        refuse_digest(request["digest"])
        or _refuse_namespace(request["namespace"])
        or _refuse_answer(request["answer"], bounds.max_answer_bytes)
        or (None if ttl_s is None else _refuse_range("ttl_s", ttl_s, 1, MAX_TTL_S))
    )


def refuse_digest(digest: str) -> "dict[str, Any] | None":
    """Refuse what is no sha256 in lowercase hexadecimal."""
    return None if is_digest(digest) else bad_request("digest must be 64 hexadecimal characters")


def new_entry(request: Mapping[str, Any], bounds: CacheBounds, sequence: int, now_ns: int) -> Entry:
    """Describe an answer that was admitted; its pieces and mark are set where it is written."""
    answer = request["answer"]
    ttl_s = bounds.default_ttl_s if request["ttl_s"] is None else request["ttl_s"]
    return Entry(
        digest=request["digest"],
        namespace=request["namespace"],
        stored_at_ns=now_ns,
        expires_at_ns=now_ns + ttl_s * NANOSECONDS,
        sequence=sequence,
        crossed=0,
        finish=answer["finish"],
        model=answer["model"],
        trust=answer["trust"],
        prompt_tokens=answer["prompt_tokens"],
        completion_tokens=answer["completion_tokens"],
        dropped_messages=answer["dropped_messages"],
        dropped_characters=answer["dropped_characters"],
        created_at_ns=answer["created_at_ns"],
        answer_bytes=utf8_len(answer["content"]),
        pieces=0,
    )


def _refuse_namespace(namespace: str) -> "dict[str, Any] | None":
    if namespace == PUBLIC or (is_principal_text(namespace) and namespace != ANONYMOUS):
        return None
    return bad_request('namespace must be a tenant\'s principal or "public"')


def _refuse_answer(answer: Mapping[str, Any], max_bytes: int) -> "dict[str, Any] | None":
    size_bytes = utf8_len(answer["content"])
    trust = answer["trust"]
    if not size_bytes:
        return bad_request("an empty answer is not stored")
    if size_bytes > max_bytes:
        return too_large("bytes", size_bytes, max_bytes)
    if answer["finish"] not in FINISHED:
        return bad_request("only an answer that finished by stop or by length is stored")
    if parse_model(answer["model"]) is None:
        return bad_request("the answer's model must be NAME@REVISION:QUANTIZATION")
    if not (0 < len(trust) <= MAX_TRUST_CHARACTERS and _TRUST_LETTERS.issuperset(trust)):
        return bad_request('the answer needs a trust label such as "single_node"')
    return None


def _refuse_range(field: str, value: int, least: int, most: int) -> "dict[str, Any] | None":
    if least <= value <= most:
        return None
    return bad_request(f"{field} is {value}: choose {least} to {most}")
