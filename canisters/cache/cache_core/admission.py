"""What the cache takes, under which bounds, and for how long."""

from collections.abc import Mapping
from typing import Any

from cache_core.answer_texts import ANSWER, FAILURE, Entry
from cache_core.cache_bounds import (
    MAX_TTL_S,
    MAX_VOTERS,
    MAX_VOTERS_CHARACTERS,
    CacheBounds,
    refuse_namespace,
    refuse_range,
)
from refrain_core.cache_control import MAX_TAGS, Directives, is_tag, parse_directives
from refrain_core.chunked_text import utf8_len
from refrain_core.fingerprint import is_digest, sample_digest
from refrain_core.freshness import kept_for_s
from refrain_core.json_texts import json_text
from refrain_core.limits import MAX_NEGATIVE_TTL_S, NANOSECONDS
from refrain_core.model_names import parse_model
from refrain_core.refusals import bad_request, too_large
from refrain_core.request_parts import MAX_PARTS_CHARACTERS

FINISHED = ("stop", "length")
"""Ends of an answer worth keeping; one cut by a budget, time or size is not."""

MAX_TRUST_CHARACTERS = 40
MAX_SAMPLE = 999
MAX_VOTER_CHARACTERS = 200
MAX_NUMBER = 2**64 - 1

_TRUST_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_/ ")


def refuse_put(request: Mapping[str, Any], bounds: CacheBounds) -> "dict[str, Any] | None":
    """Refuse an answer that is no answer, too large, or badly labelled."""
    return (
        refuse_digest(request["digest"])
        or refuse_namespace(request["namespace"])
        or _refuse_answer(request["answer"], bounds.max_answer_bytes)
        or refuse_range("sample", request["sample"], 0, MAX_SAMPLE)
        or _refuse_voters(request["voters"])
        or _refuse_parts(request["parts"])
    )


def refuse_negative(request: Mapping[str, Any], bounds: CacheBounds) -> "dict[str, Any] | None":
    """Refuse to remember a failure for too long, at too great length, or under no digest."""
    return (
        refuse_digest(request["digest"])
        or refuse_namespace(request["namespace"])
        or refuse_range("ttl_s", request["ttl_s"], 1, MAX_NEGATIVE_TTL_S)
        or _refuse_size(json_text(request["refusal"]), bounds.max_answer_bytes)
    )


def is_storable(entry: Entry, content: str, bounds: CacheBounds) -> bool:
    """Tell whether an entry that came from outside is one that a put could have made."""
    tags = entry.tags.split(" ") if entry.tags else []
    voters = entry.voters.split(" ") if entry.voters else []
    numbers = [value for value in entry if isinstance(value, int)]
    refusal = (
        refuse_digest(entry.base_digest)
        or refuse_namespace(entry.namespace)
        or _refuse_answer(dict(entry._asdict(), content=content), bounds.max_answer_bytes)
        or refuse_range("sample", entry.sample, 0, MAX_SAMPLE)
        or _refuse_voters(voters)
        or _refuse_parts(entry.parts)
    )
    is_in_range = min(numbers) >= 0 and max(numbers) <= MAX_NUMBER
    has_tags = len(tags) <= MAX_TAGS and all(is_tag(tag) for tag in tags)
    return refusal is None and is_in_range and has_tags


def directives_of(request: Mapping[str, Any]) -> "Directives | dict[str, Any]":
    """Read what a put was asked for; its own ttl_s goes before the text's."""
    directives = parse_directives(request["cache_control"])
    ttl_s = request["ttl_s"]
    if isinstance(directives, dict) or ttl_s is None:
        return directives
    return refuse_range("ttl_s", ttl_s, 0, MAX_TTL_S) or directives._replace(ttl_s=ttl_s)


def refuse_digest(digest: str) -> "dict[str, Any] | None":
    """Refuse what is no sha256 in lowercase hexadecimal."""
    return None if is_digest(digest) else bad_request("digest must be 64 hexadecimal characters")


def new_entry(
    request: Mapping[str, Any], directives: Directives, bounds: CacheBounds, now_ns: int
) -> Entry:
    """Describe an answer that was admitted; sequence, pieces and mark are set as it is written."""
    answer = request["answer"]
    ttl_s = bounds.default_ttl_s if directives.ttl_s is None else directives.ttl_s
    return Entry(
        digest=sample_digest(request["digest"], request["sample"]),
        namespace=request["namespace"],
        sequence=0,
        stored_at_ns=now_ns,
        expires_at_ns=now_ns + ttl_s * NANOSECONDS,
        keep_until_ns=now_ns + kept_for_s(ttl_s, directives) * NANOSECONDS,
        trust=answer["trust"],
        base_digest=request["digest"],
        sample=request["sample"],
        kind=ANSWER,
        crossed=0,
        finish=answer["finish"],
        model=answer["model"],
        prompt_tokens=answer["prompt_tokens"],
        completion_tokens=answer["completion_tokens"],
        dropped_messages=answer["dropped_messages"],
        dropped_characters=answer["dropped_characters"],
        created_at_ns=answer["created_at_ns"],
        cost_cycles=request["cost_cycles"],
        cost_ms=request["cost_ms"],
        tags=" ".join(directives.tags),
        voters=" ".join(request["voters"]),
        parts=request["parts"],
        answer_bytes=utf8_len(answer["content"]),
        pieces=0,
    )


def negative_entry(request: Mapping[str, Any], now_ns: int) -> "tuple[Entry, str]":
    """Describe a failure to remember, and write it as the text that is kept."""
    content = json_text(request["refusal"])
    until_ns = now_ns + request["ttl_s"] * NANOSECONDS
    entry = Entry(
        digest=request["digest"],
        namespace=request["namespace"],
        sequence=0,
        stored_at_ns=now_ns,
        expires_at_ns=until_ns,
        keep_until_ns=until_ns,
        trust="",
        base_digest=request["digest"],
        sample=0,
        kind=FAILURE,
        crossed=0,
        finish="",
        model="",
        prompt_tokens=0,
        completion_tokens=0,
        dropped_messages=0,
        dropped_characters=0,
        created_at_ns=now_ns,
        cost_cycles=0,
        cost_ms=0,
        tags="",
        voters="",
        parts="",
        answer_bytes=utf8_len(content),
        pieces=0,
    )
    return entry, content


def _refuse_voters(voters: "list[str]") -> "dict[str, Any] | None":
    fits = len(voters) <= MAX_VOTERS and sum(map(len, voters)) <= MAX_VOTERS_CHARACTERS
    if fits and all(_is_voter(voter) for voter in voters):
        return None
    return bad_request(
        f"voters are at most {MAX_VOTERS} names of printable ASCII without blanks and bars"
    )


def _is_voter(voter: str) -> bool:
    is_word = voter.isascii() and voter.isprintable() and " " not in voter and "|" not in voter
    return is_word and 0 < len(voter) <= MAX_VOTER_CHARACTERS


def _refuse_parts(parts: str) -> "dict[str, Any] | None":
    if len(parts) > MAX_PARTS_CHARACTERS:
        return too_large("characters", len(parts), MAX_PARTS_CHARACTERS)
    return None if parts.isascii() else bad_request("parts are ASCII, as clients write them")


def _refuse_size(content: str, max_bytes: int) -> "dict[str, Any] | None":
    size_bytes = utf8_len(content)
    return too_large("bytes", size_bytes, max_bytes) if size_bytes > max_bytes else None


def _refuse_answer(answer: Mapping[str, Any], max_bytes: int) -> "dict[str, Any] | None":
    trust = answer["trust"]
    if not answer["content"]:
        return bad_request("an empty answer is not stored")
    refusal = _refuse_size(answer["content"], max_bytes)
    if refusal is not None:
        return refusal
    if answer["finish"] not in FINISHED:
        return bad_request("only an answer that finished by stop or by length is stored")
    if parse_model(answer["model"]) is None:
        return bad_request("the answer's model must be NAME@REVISION:QUANTIZATION")
    if not (0 < len(trust) <= MAX_TRUST_CHARACTERS and _TRUST_LETTERS.issuperset(trust)):
        return bad_request('the answer needs a trust label such as "single_node"')
    return None
