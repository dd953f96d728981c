"""A put as the cache's `keep` takes it: one line of a record's fields, and the answer beside it."""

from collections.abc import Mapping
from typing import Any

from refrain_core.chunked_text import utf8_len


def keep_header(put: Mapping[str, Any]) -> str:
    """Write the header of a PutRequest of sample 0 without directives of its own.

    Where it states no seconds to live, they are empty: the cache's default. A label with a bar
    makes it no header, and the cache refuses it.
    """
    answer, digest = put["answer"], put["digest"]
    ttl_s = "" if put["ttl_s"] is None else put["ttl_s"]
    parts = put["parts"].replace("%", "%25").replace("|", "%7C")
    counts = f"{answer['prompt_tokens']}|{answer['completion_tokens']}|{answer['dropped_messages']}"
    lines = (
        f"v2|{digest}|{put['namespace']}|0|0|{ttl_s}|{ttl_s}",
        f"{answer['trust']}|{digest}|0|a|0|{answer['finish']}|{answer['model']}|{counts}",
        f"{answer['dropped_characters']}|{answer['created_at_ns']}|{put['cost_cycles']}",
        f"{put['cost_ms']}||{' '.join(put['voters'])}|{parts}|{utf8_len(answer['content'])}|0|",
    )
    return "|".join(lines)


def kept_key(text: str) -> "str | None":
    """Read of what `keep` replied the key that an answer was stored under; None if it was not."""
    status, _, told = text.partition("|")
    return told.partition("|")[0] if status == "stored" else None
