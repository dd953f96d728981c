"""Providers made up for tests of the core."""

from __future__ import annotations

from typing import Any

from infer_core.provider_rules import provider_from

MODEL = "smollm2@1:Q4_1"


def provider_named(name: str, **changes: Any) -> Any:
    """Make a provider of that name, with settings changed."""
    settings = {
        "name": name,
        "url": "http://127.0.0.1:8080",
        "model": MODEL,
        "remote_model": "smollm2",
        "mode": "non_replicated",
        "api_key": "sk-secret",
        "max_new_tokens": 512,
        "shard_ids": ["w0"],
        "form": "openai_chat",
        "template": "",
        "features": [],
    }
    return provider_from({**settings, **changes}, "")
