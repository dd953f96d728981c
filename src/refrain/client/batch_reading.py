"""Lines of OpenAI's batch form as the batcher takes them: a custom_id and a request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from refrain.client.openai_messages import bad
from refrain.client.openai_request import ModelDefaults, read_openai
from refrain.failures import RefrainError, Refused
from refrain_core.json_texts import json_text, parse_exact
from refrain_core.model_names import resolve_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_TOLD = 5
_FIELDS = {"custom_id", "method", "url", "body"}
_URLS = ("/v1/chat/completions", "/v1/completions")


class AskedLine(NamedTuple):
    """One request. text: the line as the batcher takes it."""

    custom_id: str
    text: str


def read_batch(lines: Iterable[str], models: Sequence[str], model: str | None) -> list[AskedLine]:
    """Translate all lines, of which blank ones are left out.

    models: those that the batcher serves; model: the one to ask whatever the lines say.

    Raises:
        RefrainError: one cannot be read, or a custom_id stands twice; the first few are told.
    """
    asked: list[AskedLine] = []
    faults: list[str] = []
    known: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            read = _read(line, models, model)
            if read.custom_id in known:
                raise bad(f"custom_id {read.custom_id[:40]!r} stands twice")
        except Refused as error:
            faults.append(f"line {number}: {error}")
            continue
        known.add(read.custom_id)
        asked.append(read)
    if faults or not asked:
        more = f" And {len(faults) - MAX_TOLD} more." if len(faults) > MAX_TOLD else ""
        raise RefrainError(("; ".join(faults[:MAX_TOLD]) or "There is no line to ask.") + more)
    return asked


def _read(line: str, models: Sequence[str], model: str | None) -> AskedLine:
    fields = _fields(line)
    body = dict(fields["body"])
    named = model or body.get("model")
    whole = resolve_model(named, models) if isinstance(named, str) else None
    # A bare name stands for the one model that bears it; what nobody serves is told by its name.
    body["model"] = whole or named
    if whole is None:
        raise bad(f"no single model is named {str(named)[:80]}: choose of {', '.join(models)}")
    request = read_openai(json_text(body), ModelDefaults(whole))
    custom_id = fields["custom_id"]
    return AskedLine(custom_id, json.dumps({"custom_id": custom_id, "request": request}))


def _fields(line: str) -> dict[str, Any]:
    try:
        fields = parse_exact(line)
    except ValueError:
        raise bad("no JSON") from None
    if not isinstance(fields, dict) or not set(fields) <= _FIELDS:
        raise bad("a line is an object of custom_id, method, url and body")
    custom_id, body = fields.get("custom_id"), fields.get("body")
    if type(custom_id) is not str or not custom_id:
        raise bad("custom_id is a text, and not empty")
    if fields.get("method", "POST") != "POST" or fields.get("url", _URLS[0]) not in _URLS:
        raise bad(f"only POST to {' or '.join(_URLS)}")
    if not isinstance(body, dict):
        raise bad("body is no object")
    return fields
