"""Results of a batch as lines of OpenAI's output form."""

from __future__ import annotations

import json
from typing import Any

from refrain.client.refusal_texts import refusal_text

NANOSECONDS = 1_000_000_000
_OK = 200
_SHOWN_DIGEST = 24


def result_line(batch: int, row: dict[str, Any]) -> str:
    """Write a row of a page as a line; a failure has no response, and its error's kind as code."""
    custom_id, answered, refusal = row["custom_id"], row["answered"], row["refusal"]
    line: dict[str, Any] = {"id": f"batch_req_{batch}_{custom_id}", "custom_id": custom_id}
    if answered is None:
        (code,) = refusal
        line["response"] = None
        line["error"] = {"code": code, "message": refusal_text(refusal)}
    else:
        body = _completion(answered)
        response = {"status_code": _OK, "request_id": answered["digest"], "body": body}
        line |= {"response": response, "error": None}
    return json.dumps(line, ensure_ascii=False)


def _completion(answered: dict[str, Any]) -> dict[str, Any]:
    answer = answered["answer"]
    prompt, completion = answer["prompt_tokens"], answer["completion_tokens"]
    return {
        "id": f"chatcmpl-{answered['digest'][:_SHOWN_DIGEST]}",
        "object": "chat.completion",
        "created": answer["created_at_ns"] // NANOSECONDS,
        "model": answer["model"],
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": answer["content"]},
                "finish_reason": "stop" if answer["finish"] == "stop" else "length",
                "logprobs": None,
            }
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        },
        "refrain": {
            name: answered[name] for name in ("cache_status", "age_s", "outcalls", "charged_cycles")
        }
        | {"trust": answer["trust"]},
    }
