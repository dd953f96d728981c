"""Replies as the other canisters' fast forms tell them, from what their typed forms would reply."""

from typing import Any

from refrain_core.fetched_texts import fetched_text


def as_told(method: str, ok: Any) -> Any:
    """Write a typed reply as the method tells it; a text, and what has no fast form, stays."""
    if isinstance(ok, dict) and method.endswith(".fetch_text"):
        return fetched_text(ok)
    return ok
