"""The real model behind llama.cpp's own HTTP server, from the `xllamacpp` package."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CONTEXT_TOKENS = 4096
"""Room for 8,000 characters of prompt (about 2,000 tokens) and 512 new tokens, twice over."""


def start_quantized(weights: Path, name: str, slots: int = 1) -> str:
    """Start the server on a free loopback port, in threads of its own; return its base URL.

    With one slot equal requests get equal bytes; more of them answer several prompts at a time.
    """
    # Here and not above: the import takes a second and needs the extra `model`.
    import xllamacpp  # noqa: PLC0415

    params = xllamacpp.CommonParams()
    params.model.path = os.fspath(weights)
    params.model_alias = {name}
    params.port = 0
    params.ui = False
    # No prompt cache, one thread: with one slot, too, equal requests get equal bytes on one build.
    params.n_parallel = slots
    params.cache_prompt = False
    params.n_ctx = CONTEXT_TOKENS * slots  # the slots divide it
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    _RUNNING.append(server)
    return str(server.listening_address)


_RUNNING: list[object] = []  # a server ends when it is collected
