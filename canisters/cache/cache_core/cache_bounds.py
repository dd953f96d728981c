"""The settings of the whole cache and of namespaces, and why some cannot be."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cache_core.answer_texts import HEADER_BYTES, MAX_ANSWER_BYTES
from cache_core.shelves import ShelfBounds
from refrain_core.access import is_principal_text
from refrain_core.cache_control import MAX_TAG_CHARACTERS, MAX_TAGS
from refrain_core.limits import ANONYMOUS, PUBLIC
from refrain_core.namespaces import is_shared_name
from refrain_core.policies.policy_choice import POLICY_NAMES
from refrain_core.refusals import bad_request
from refrain_core.request_parts import MAX_PARTS_CHARACTERS

MAX_TTL_S = 315_360_000
"""Ten years."""

MOST_ENTRIES = 1_000_000
"""Rows of the index, the policy and the certified log take about 1.4 kB of heap: 1.4 GB, of 4."""

MOST_BYTES = 3_000_000_000
"""A bank, which a page of a list reads in one query, is then at most 42,000 values and 94 MB."""

MAX_VOTERS = 16
MAX_VOTERS_CHARACTERS = 800

LONGEST_LABELS = (
    MAX_TAGS * (MAX_TAG_CHARACTERS + 1)
    + MAX_VOTERS_CHARACTERS
    + MAX_VOTERS
    - 2
    + MAX_PARTS_CHARACTERS
)
"""Bytes of the most tags and voters, with the blanks between them, and of the longest parts."""


class CacheBounds(NamedTuple):
    """The settings in force; fields as in CacheSettings."""

    max_entries: int = 10_000
    max_bytes: int = 64_000_000
    max_answer_bytes: int = 200_000
    default_ttl_s: int = 604_800


def refuse_settings(settings: Mapping[str, Any]) -> "dict[str, Any] | None":
    """Refuse bounds that the cache could not keep, or into which no longest answer would fit."""
    least_bytes = HEADER_BYTES + LONGEST_LABELS + settings["max_answer_bytes"]
    return (
        refuse_range("max_entries", settings["max_entries"], 1, MOST_ENTRIES)
        or refuse_range("max_answer_bytes", settings["max_answer_bytes"], 1, MAX_ANSWER_BYTES)
        or refuse_range("max_bytes", settings["max_bytes"], least_bytes, MOST_BYTES)
        or refuse_range("default_ttl_s", settings["default_ttl_s"], 1, MAX_TTL_S)
    )


def refuse_namespace_settings(settings: Mapping[str, Any]) -> "dict[str, Any] | None":
    """Refuse settings that a namespace cannot have; 0 means no bound of its own."""
    if settings["policy"] not in POLICY_NAMES:
        return bad_request(f"no such policy: choose one of {', '.join(POLICY_NAMES)}")
    return (
        refuse_namespace(settings["namespace"])
        or refuse_range("max_entries", settings["max_entries"], 0, MOST_ENTRIES)
        or refuse_range("max_bytes", settings["max_bytes"], 0, MOST_BYTES)
    )


def namespace_bounds(settings: Mapping[str, Any]) -> ShelfBounds:
    """Read settings that were not refused."""
    return ShelfBounds(settings["policy"], settings["max_entries"], settings["max_bytes"])


def refuse_namespace(namespace: str) -> "dict[str, Any] | None":
    """Refuse what no answers can belong to."""
    is_tenant = is_principal_text(namespace) and namespace != ANONYMOUS
    if namespace == PUBLIC or is_tenant or is_shared_name(namespace):
        return None
    return bad_request('namespace must be a tenant\'s principal, "public" or "shared:NAME"')


def refuse_range(field: str, value: int, least: int, most: int) -> "dict[str, Any] | None":
    """Refuse a number outside of its range."""
    if least <= value <= most:
        return None
    return bad_request(f"{field} is {value}: choose {least} to {most}")
