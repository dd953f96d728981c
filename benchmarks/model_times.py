"""How fast the local model answers: one reply of 512 tokens, and what a round of it may be."""

from __future__ import annotations

import http.client
import json
import os
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from refrain.local_model.child import model_endpoint
from refrain.state.folder import StateFolder
from refrain.state.model_choice import SMOLLM2, ModelChoice

PROMPT = "Tell me a long story about the sea."
TOKENS = 512
_LONGEST_S = 300


def timed_model() -> dict[str, Any]:
    """Ask for 512 tokens at temperature 0; the wall time, and the machine's load meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        state = StateFolder(Path(folder))
        with model_endpoint(ModelChoice(SMOLLM2), state, lambda _text: None) as url:
            _ask(url, 8)
            started = perf_counter()
            usage = _ask(url, TOKENS)
            elapsed_s = perf_counter() - started
    return {
        "model": SMOLLM2,
        "tokens": usage["completion_tokens"],
        "elapsed_s": round(elapsed_s, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def _ask(url: str, tokens: int) -> dict[str, int]:
    asked = {
        "messages": [{"role": "user", "content": PROMPT}],
        "max_tokens": tokens,
        "temperature": 0,
        # A story that ends early would tell less of 512 tokens.
        "ignore_eos": True,
    }
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_LONGEST_S)
    try:
        headers = {"content-type": "application/json"}
        connection.request("POST", "/v1/chat/completions", json.dumps(asked), headers)
        usage: dict[str, int] = json.loads(connection.getresponse().read())["usage"]
        return usage
    finally:
        connection.close()
