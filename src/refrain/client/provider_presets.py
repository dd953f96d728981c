"""Providers that many will want, with what their authors advise."""

from __future__ import annotations

from typing import Any

PRESETS: dict[str, dict[str, Any]] = {
    "hf-deepseek-r1-7b": {
        "url": "https://router.huggingface.co/v1",
        "model": "deepseek-r1-distill-qwen-7b@2025-01-20:Q4_K_M",
        # A pinned provider: without one the router would choose, and fail over, by itself.
        "remote_model": "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B:featherless-ai",
        "template": "deepseek-r1",
    },
    "llama-cpp": {
        "url": "http://127.0.0.1:8080",
        "features": ["llama_cpp", "prefill"],
    },
    "dfinity-llama3.1-8b": {
        "url": "canister:w36hm-eqaaa-aaaal-qr76a-cai",
        "model": "llama3.1-8b@dfinity:unstated",
        "remote_model": "llama3.1:8b",
        "mode": "onchain",
        "form": "dfinity_llm",
        "max_new_tokens": 1_000,
    },
}
"""Settings by the preset's name; what is not there is the default or asked for."""
