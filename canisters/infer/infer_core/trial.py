"""What a controller asks a provider to see whether it answers."""

from typing import Any

from infer_core.provider_rules import DFINITY_LLM, Provider

PROMPT = "Say hello."
MAX_TOKENS = 8

_DIGITS = 64


def trial_of(provider: Provider, now_ns: int) -> dict[str, Any]:
    """Make the InferRequest of a trial; the time stands for its digest, so that each is asked."""
    request = {
        "namespace": None,
        "model": provider.model,
        "messages": [{"role": "user", "content": PROMPT}],
        "max_tokens": None if provider.form == DFINITY_LLM else MAX_TOKENS,
        "temperature_micros": None,
        "top_p_micros": None,
        "seed": None,
        "stop": [],
        "response_format": None,
        "extra": None,
        "cache_control": None,
        "consensus": None,
    }
    return {
        "digest": f"{now_ns:064x}"[-_DIGITS:],
        "sample": 0,
        "request": request,
        "provider": provider.name,
        "transport": None,
        "so_far": "",
    }
