"""What the other canisters' fast forms take and tell, to and from what their typed forms do."""

from typing import Any

from refrain_core.fetched_texts import fetched_text
from refrain_core.inference_texts import inferred_text

_ARMS = {
    "fetch_text": ("Hit", "Stale", "StaleIfError", "Negative", "Miss", "Refused"),
    "infer_text": ("Inferred", "Failed"),
    "keep": ("Stored", "Refused"),
}


def as_told(method: str, ok: Any) -> Any:
    """Write a typed reply as the method tells it; a text, and what has no fast form, stays."""
    form = method.rpartition(".")[2]
    if not isinstance(ok, dict) or form not in _ARMS:
        return ok
    if next(iter(ok), "") not in _ARMS[form]:
        return "nonsense"
    if form == "fetch_text":
        return fetched_text(ok)
    if form == "infer_text":
        return inferred_text(ok)
    stored = ok.get("Stored")
    return f"stored|{stored['key']}|0" if stored else f"refused|{next(iter(ok['Refused']))}"


def put_of(header: str, content: str) -> "dict[str, Any]":
    """Read what `keep` is told, as a PutRequest."""
    fields = header.split("|")
    answer = {
        "content": content,
        "trust": fields[7],
        "finish": fields[12],
        "model": fields[13],
        "prompt_tokens": int(fields[14]),
        "completion_tokens": int(fields[15]),
        "dropped_messages": int(fields[16]),
        "dropped_characters": int(fields[17]),
        "created_at_ns": int(fields[18]),
    }
    return {
        "digest": fields[1],
        "namespace": fields[2],
        "answer": answer,
        "ttl_s": int(fields[5]) if fields[5] else None,
        "cache_control": "",
        "sample": 0,
        "parts": fields[23].replace("%7C", "|").replace("%25", "%"),
        "voters": fields[22].split(),
        "cost_cycles": int(fields[19]),
        "cost_ms": int(fields[20]),
    }
