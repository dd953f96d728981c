"""Hugging Face's text generation in front of the real model: its forms, on loopback.

Prompt and parameters are passed on to llama.cpp's completions; the reply takes one of the two forms
that are told of. `details` is left out in the older one.
"""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.system.faults.lies import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.system.faults.lying_server import Talk

PATH = "/models/smollm2"
LONGEST_REPLY_S = 240.0
"""The platform gives a reply 30 s; a test's machine may be slow, and is given time."""

ENDS = {"stop": "eos_token", "length": "length"}
PASSED_ON = {"temperature": "temperature", "top_p": "top_p", "seed": "seed", "stop": "stop"}


def generating(model_url: str, *, as_list: bool) -> Callable[[Talk], None]:
    """Make a server's answer: by the model, as an object or as a list of one."""

    def answer(talk: Talk) -> None:
        if talk.asked.path != PATH:
            say(talk, 404, {"error": "Model not found"})
            return
        told = completed(model_url, json.loads(talk.asked.body))
        say(talk, 200, [{"generated_text": told["generated_text"]}] if as_list else told)

    return answer


def completed(model_url: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Ask the model; a generation with its details."""
    parameters = asked["parameters"]
    fields: dict[str, Any] = {"prompt": asked["inputs"], "cache_prompt": False}
    fields["max_tokens"] = parameters["max_new_tokens"]
    for name, other in PASSED_ON.items():
        if name in parameters:
            fields[other] = parameters[name]
    if parameters.get("do_sample") is False:
        fields["temperature"] = 0
    reply = post(model_url, "/v1/completions", fields)
    choice = reply["choices"][0]
    details = {
        "finish_reason": ENDS[choice["finish_reason"]],
        "generated_tokens": reply["usage"]["completion_tokens"],
        "seed": parameters.get("seed"),
    }
    return {"generated_text": choice["text"], "details": details}


def post(url: str, path: str, fields: dict[str, Any]) -> Any:
    """Post JSON to the model's server; its reply."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=LONGEST_REPLY_S)
    try:
        connection.request("POST", path, json.dumps(fields), {"content-type": "application/json"})
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
