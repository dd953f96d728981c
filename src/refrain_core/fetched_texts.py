"""What a fetch came to, as one text: an eighth of what the same costs as a variant of records.

hit|digest|age_s|ttl_s|key|trust|finish|model|prompt_tokens|completion_tokens|dropped_messages|
    dropped_characters|created_at_ns|content      fresh; "stale" and "spare" alike
negative|refusal                                  a remembered failure, as JSON
miss|reason
refused|refusal                                   the cache's own, as JSON
"""

from typing import Any

from refrain_core.json_texts import json_text, parse_json

_ARMS = {"Hit": "hit", "Stale": "stale", "StaleIfError": "spare"}
_BY_TEXT = {text: arm for arm, text in _ARMS.items()}
_BEFORE_CONTENT = 12


def fetched_text(result: "dict[str, Any]") -> str:
    """Write a LookupResult; a negative loses how old it is.

    Raises:
        ValueError: a label holds the bar that separates fields.
    """
    arm = next(iter(result))
    told = result[arm]
    if arm == "Miss":
        return f"miss|{told}"
    if arm == "Refused":
        return f"refused|{json_text(told)}"
    if arm == "Negative":
        return f"negative|{json_text(told['refusal'])}"
    answer = told["answer"]
    counts = f"{answer['prompt_tokens']}|{answer['completion_tokens']}|{answer['dropped_messages']}"
    head = (
        f"{_ARMS[arm]}|{told['digest']}|{told['age_s']}|{told['expires_in_s']}|{told['key']}|"
        f"{answer['trust']}|{answer['finish']}|{answer['model']}|{counts}|"
        f"{answer['dropped_characters']}|"
    )
    if head.count("|") != _BEFORE_CONTENT:
        raise ValueError("a label of an answer holds a bar")
    return f"{head}{answer['created_at_ns']}|{answer['content']}"


def read_fetched(text: str) -> "dict[str, Any] | None":
    """Read what a fetch came to, as a LookupResult; None if it is none.

    What it has not of a CachedAnswer or a CachedRefusal is what no asker is told.
    """
    status, *fields = text.split("|", _BEFORE_CONTENT + 1)
    arm = _BY_TEXT.get(status)
    if arm is None:
        return _other(text)
    if len(fields) != _BEFORE_CONTENT + 1:
        return None
    digest, age_s, ttl_s, key, trust, finish, model, *numbers, created_at_ns, content = fields
    prompt_tokens, completion_tokens, dropped_messages, dropped_characters = map(int, numbers)
    answer = {
        "content": content,
        "finish": finish,
        "model": model,
        "trust": trust,
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "dropped_messages": dropped_messages,
        "dropped_characters": dropped_characters,
        "created_at_ns": int(created_at_ns),
    }
    found = {"answer": answer, "digest": digest, "key": key}
    found["age_s"] = int(age_s)
    found["expires_in_s"] = int(ttl_s)
    return {arm: found}


def _other(text: str) -> "dict[str, Any] | None":
    status, _, told = text.partition("|")
    if status == "miss":
        return {"Miss": told}
    if status == "refused":
        return {"Refused": parse_json(told)}
    return {"Negative": {"refusal": parse_json(told)}} if status == "negative" else None
