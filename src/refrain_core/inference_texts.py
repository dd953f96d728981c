"""An inference and its result as plain texts: a fourth of what they cost as records.

What is asked is a head, and beside it what may hold anything: messages, stop texts, a schema and
further parameters. The head is

    digest|sample|model|max_tokens|temperature_micros|top_p_micros|seed|provider|transport|so_far

where an absent number or name is empty. The result is one text:

    inferred|outcalls|charged_cycles|provider|continues|trust|finish|model|prompt_tokens|
        completion_tokens|dropped_messages|dropped_characters|created_at_ns|content
    failed|outcalls|charged_cycles|refusal      the refusal as JSON
"""

from collections.abc import Mapping, Sequence
from typing import Any

from refrain_core.json_texts import json_text, parse_json

_BEFORE_SO_FAR = 9
_LONGEST_NUMBER = 20
"""The digits of 2**64."""

_BEFORE_CONTENT = 13
_BEFORE_REFUSAL = 3


def inference_head(inference: Mapping[str, Any]) -> str:
    """Write what of an InferRequest is no text of its own."""
    request = inference["request"]
    numbers = [
        "" if number is None else str(number)
        for number in (
            request["max_tokens"],
            request["temperature_micros"],
            request["top_p_micros"],
            request["seed"],
        )
    ]
    names = (inference["provider"] or "", inference["transport"] or "", inference["so_far"])
    return "|".join(
        [inference["digest"], str(inference["sample"]), request["model"], *numbers, *names]
    )


def inference_of(
    head: str,
    messages: "Sequence[dict[str, Any]]",
    stop: "Sequence[str]",
    response_format: "str | None",
    extra: "str | None",
) -> "dict[str, Any] | None":
    """Put an InferRequest together, whose checks are still to come; None for what is no head."""
    fields = head.split("|", _BEFORE_SO_FAR)
    if len(fields) != _BEFORE_SO_FAR + 1 or not _are_numbers([fields[1] or "x", *fields[3:7]]):
        return None
    digest, sample, model, *numbers, provider, transport, so_far = fields
    max_tokens, temperature_micros, top_p_micros, seed = [
        int(number) if number else None for number in numbers
    ]
    request = {
        "namespace": None,
        "model": model,
        "messages": messages,
        "max_tokens": max_tokens,
        "temperature_micros": temperature_micros,
        "top_p_micros": top_p_micros,
        "seed": seed,
        "stop": stop,
        "response_format": response_format,
        "extra": extra,
        "cache_control": None,
        "consensus": None,
    }
    return {
        "digest": digest,
        "sample": int(sample),
        "request": request,
        "provider": provider or None,
        "transport": transport or None,
        "so_far": so_far,
    }


def inferred_text(result: Mapping[str, Any]) -> str:
    """Write an InferResult."""
    inference = result.get("Inferred")
    if inference is None:
        failed = result["Failed"]
        refusal = json_text(failed["refusal"])
        return f"failed|{failed['outcalls']}|{failed['charged_cycles']}|{refusal}"
    answer = inference["answer"]
    counts = (
        f"{answer['prompt_tokens']}|{answer['completion_tokens']}|{answer['dropped_messages']}|"
        f"{answer['dropped_characters']}|{answer['created_at_ns']}"
    )
    cost = f"{inference['outcalls']}|{inference['charged_cycles']}"
    names = [inference["provider"], inference["continues"]]
    labels = [answer["trust"], answer["finish"], answer["model"]]
    return "|".join(["inferred", cost, *names, *labels, counts, answer["content"]])


def read_inferred(text: str) -> "dict[str, Any] | None":
    """Read an InferResult; None for what is none."""
    if text.startswith("failed|"):
        _, outcalls, charged_cycles, refusal = text.split("|", _BEFORE_REFUSAL)
        failed = {"refusal": parse_json(refusal), "outcalls": int(outcalls)}
        failed["charged_cycles"] = int(charged_cycles)
        return {"Failed": failed}
    fields = text.split("|", _BEFORE_CONTENT)
    if fields[0] != "inferred" or len(fields) != _BEFORE_CONTENT + 1:
        return None
    answer = {
        "content": fields[13],
        "finish": fields[6],
        "model": fields[7],
        "trust": fields[5],
        "prompt_tokens": int(fields[8]),
        "completion_tokens": int(fields[9]),
        "dropped_messages": int(fields[10]),
        "dropped_characters": int(fields[11]),
        "created_at_ns": int(fields[12]),
    }
    inference = {
        "answer": answer,
        "provider": fields[3],
        "continues": fields[4],
        "outcalls": int(fields[1]),
        "charged_cycles": int(fields[2]),
    }
    return {"Inferred": inference}


def _are_numbers(numbers: "list[str]") -> bool:
    digits = "".join(numbers)
    sizes = [len(number) for number in numbers]
    return digits.isascii() and digits.isdigit() and max(sizes) <= _LONGEST_NUMBER
