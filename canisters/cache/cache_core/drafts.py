"""Answers on their way in, as the texts that their records are made of.

An Entry is made, checked and written field by field, at some five million instructions. Most puts
are alike, so this reads only what differs from those before: a digest, numbers, sizes. Whatever is
unusual is no draft and goes by way of an Entry, whose checks in `admission` are the truth; a draft
is never more than what they would let through. Unusual are tags, directives, labels that were not
stored since the upgrade, and what does not fit into one value.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from cache_core.admission import MAX_SAMPLE
from cache_core.answer_texts import (
    HEADER_BYTES,
    LAYOUT,
    VALUE_BYTES,
    Entry,
    escaped_parts,
    unescaped_parts,
)
from cache_core.cache_bounds import MAX_TTL_S, CacheBounds
from refrain_core.chunked_text import utf8_len
from refrain_core.fingerprint import is_digest, sample_digest
from refrain_core.request_parts import MAX_PARTS_CHARACTERS

Known = Collection["tuple[str, ...]"]
"""Labels that were checked before, as `labels_of` groups them."""

_DIGEST = slice(3, 67)
"""Where a header of this layout has its digest."""

_USUAL_MIDDLE = "|0|a|0|"
"""Sample, kind and crossed of the drafts that came as a header."""

_HEAD_FIELDS = 8
_TAIL_FIELDS = 15

_TIMES_CHARACTERS = 91
"""The longest layout, sequence and times of a header, their bars, and a number of pieces."""

_DIGITS = 19
"""A number of more may exceed the greatest: unusual."""

# Makes a row without what its class's own `__new__` does in Python: a tenth of the price.
_new = tuple.__new__


class Draft(NamedTuple):
    """A record of `v2|DIGEST|NAMESPACE|`, sequence and times, `front`, `back` and the answer.

    front: trust, base digest, sample, kind and crossed; back: finish to pieces; both end in a bar.
    fresh_s, kept_s: seconds to live from the moment of writing.
    """

    digest: str
    namespace: str
    fresh_s: int
    kept_s: int
    front: str
    back: str
    size_bytes: int
    cost: int
    parts: str


def labels_of(entry: Entry) -> "tuple[str, ...]":
    """Group the labels of an entry, which are then known together."""
    return (entry.namespace, entry.trust, entry.finish, entry.model, entry.voters)


def draft_of_header(header: str, content: str, known: Known, bounds: CacheBounds) -> "Draft | None":
    """Read a header that came from outside, as of `keep`; None for what is unusual or wrong."""
    digest = header[_DIGEST]
    middle = "|" + digest + _USUAL_MIDDLE
    # The base digest is the digest again; what follows it is alike in all drafts.
    halves = header.split(middle, 1)
    if len(halves) != 2 or not header.isascii():  # noqa: PLR2004 - halves
        return None
    head, tail = halves[0].split("|"), halves[1].split("|")
    if len(head) != _HEAD_FIELDS or len(tail) != _TAIL_FIELDS:
        return None
    layout, front_digest, namespace, _, _, fresh, kept, trust = head
    finish, model, _, _, _, _, _, cost, _, tags, voters, parts, size, pieces, end = tail
    if (
        (layout, front_digest, pieces) != (LAYOUT, digest, "0")
        or tags
        or end
        or (namespace, trust, finish, model, voters) not in known
        or size != str(len(content) if content.isascii() else utf8_len(content))
        or not _are_numbers(head[3:7] + tail[2:9])
    ):
        return None
    if parts:
        plain = unescaped_parts(parts)
        if "%" in parts and escaped_parts(plain) != parts:
            return None
        parts = plain
    texts = (digest, namespace, trust + middle, halves[1])
    return _draft(texts, (int(fresh), int(kept)), int(size), (voters, parts), int(cost), bounds)


def draft_of_request(
    request: Mapping[str, Any], known: Known, bounds: CacheBounds
) -> "Draft | None":
    """Read a PutRequest; None for what is unusual or wrong."""
    answer, base, sample = request["answer"], request["digest"], request["sample"]
    trust, finish, model = answer["trust"], answer["finish"], answer["model"]
    namespace, parts = request["namespace"], request["parts"]
    voters = " ".join(request["voters"])
    if request["cache_control"] or sample > MAX_SAMPLE:
        return None
    if (namespace, trust, finish, model, voters) not in known:
        return None
    size, cost = utf8_len(answer["content"]), request["cost_cycles"]
    back = (
        f"{finish}|{model}|{answer['prompt_tokens']}|{answer['completion_tokens']}|"
        f"{answer['dropped_messages']}|{answer['dropped_characters']}|{answer['created_at_ns']}|"
        f"{cost}|{request['cost_ms']}||{voters}|{escaped_parts(parts)}|{size}|0|"
    )
    ttl_s = request["ttl_s"]
    lives = (bounds.default_ttl_s if ttl_s is None else ttl_s,) * 2
    digest = base
    if sample:
        digest = sample_digest(base, sample) if is_digest(base) else ""
    texts = (digest, namespace, f"{trust}|{base}|{sample}|a|0|", back)
    return _draft(texts, lives, size, (voters, parts), cost, bounds)


def _draft(  # noqa: PLR0913, PLR0917 - what both forms have read
    texts: "tuple[str, str, str, str]",
    lives: "tuple[int, int]",
    answer_bytes: int,
    labels: "tuple[str, str]",
    cost: int,
    bounds: CacheBounds,
) -> "Draft | None":
    """Check what both forms have in common."""
    digest, namespace, front, back = texts
    fresh_s, kept_s = lives
    voters, parts = labels
    header = len(digest) + len(namespace) + len(front) + len(back) + _TIMES_CHARACTERS
    is_usual = (
        0 < answer_bytes <= min(bounds.max_answer_bytes, VALUE_BYTES - header)
        and 0 < fresh_s <= kept_s <= MAX_TTL_S
        and len(parts) <= MAX_PARTS_CHARACTERS
        and parts.isascii()
        and is_digest(digest)
    )
    if not is_usual:
        return None
    size_bytes = HEADER_BYTES + len(voters) + len(parts) + answer_bytes
    return _new(Draft, (digest, namespace, fresh_s, kept_s, front, back, size_bytes, cost, parts))


def _are_numbers(numbers: "list[str]") -> bool:
    """Tell whether all, which are ASCII, are decimal digits, and few enough."""
    is_short = len(max(numbers, key=len)) <= _DIGITS
    return is_short and "" not in numbers and "".join(numbers).isdigit()
