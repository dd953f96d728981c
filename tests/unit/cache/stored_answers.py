"""What the model of the whole cache knows of its answers, and puts for it."""

from typing import Any

from hypothesis import strategies as st

from refrain_core.fingerprint import digest_of, sample_digest

NAMESPACES = ("rrkah-fqaaa-aaaaa-aaaaq-cai", "ryjl3-tyaaa-aaaaa-aaaba-cai", "public", "shared:x")
MODEL = "tiny@r1:Q4_K_M"
KEYS = st.tuples(st.sampled_from(NAMESPACES), st.integers(0, 5), st.sampled_from([0, 0, 1, 2]))
VOTERS = ("openai", "ollama", MODEL)
SIZES = (1, 40, 3_000, 4_400, 9_000, 13_000)

Key = tuple[str, int, int]


def base_digest(key: Key) -> str:
    """Name a request of a namespace."""
    return digest_of(f"{key[0]}/{key[1]}")


def digest_at(key: Key) -> str:
    """Name a sample of a request."""
    return sample_digest(base_digest(key), key[2])


class Stored:
    """What the model knows of one answer."""

    def __init__(self, content: str, until_ns: int, kept_ns: int, labels: set[str]) -> None:
        """Describe an answer that was just put."""
        self.content = content
        self.until_ns = until_ns
        self.kept_ns = kept_ns
        self.labels = labels
        self.purged = False
        self.is_failure = False


def put_request(  # noqa: PLR0913 - what a put is made of
    key: Key, content: str, ttl_s: int, *, window_s: int = 0, voter: str = "", now_ns: int = 0
) -> dict[str, Any]:
    """Make a PutRequest that is tagged by its request's number."""
    answer = {
        "content": content,
        "finish": "stop",
        "model": MODEL,
        "trust": "single_node",
        "prompt_tokens": 1,
        "completion_tokens": 1,
        "dropped_messages": 0,
        "dropped_characters": 0,
        "created_at_ns": now_ns,
    }
    return {
        "digest": base_digest(key),
        "sample": key[2],
        "namespace": key[0],
        "answer": answer,
        "ttl_s": ttl_s,
        "cache_control": f"tags=t{key[1]}, stale-if-error={window_s}",
        "parts": "",
        "voters": [voter] if voter else [],
        "cost_cycles": 7,
        "cost_ms": 8,
    }
