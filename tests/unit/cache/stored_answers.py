"""What the model of the whole cache knows of its answers, and puts for it."""

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from cache_core.answer_texts import ANSWER, write_record
from refrain.client.certified_hits import Witness
from refrain_core.answer_log import row_of
from refrain_core.fingerprint import digest_of, sample_digest
from tests.unit.cache.memories import Memory

if TYPE_CHECKING:
    from cache_core.answer_cache import AnswerCache

SECOND = 1_000_000_000
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


class ModelledCache(RuleBasedStateMachine):
    """A small cache beside the dict of what was put, and how they are compared."""

    def __init__(self) -> None:
        """Install."""
        super().__init__()
        self.memory = Memory()
        self.roots: list[bytes] = []
        self.cache: AnswerCache = self.memory.begin(self.roots.append)
        self.cache.certified.begin("5e" * 32)
        self.now_ns = 1_000 * SECOND
        self.stored: dict[Key, Stored] = {}
        self.taints: set[str] = set()
        self.fetches = self.flushed = 0
        self.written = 0
        self.lower(20, 60_000)

    def lower(self, entries: int, size_bytes: int) -> None:
        """Set the bounds."""
        self.cache.bounds = self.cache.bounds._replace(
            max_entries=entries, max_bytes=size_bytes, max_answer_bytes=14_000
        )

    def check(self, key: Key, result: Any, told: str, *, is_seen: bool) -> None:
        """Check a lookup and the fast one's text against what was put."""
        model = self.stored.get(key)
        if model is None or not is_seen:
            assert "Miss" in result
            assert told.startswith("miss|")
            return
        is_shown = self.now_ns < model.until_ns and not self.is_hidden(model)
        if model.is_failure:
            assert is_shown == ("Negative" in result)
            assert told.startswith("miss|")
            return
        assert is_shown == ("Hit" in result) == told.startswith("hit|")
        if is_shown:
            assert result["Hit"]["answer"]["content"] == model.content
            assert told.endswith(f"|{model.content}")

    def is_hidden(self, model: Stored) -> bool:
        """Tell whether an answer is purged or tainted."""
        return model.purged or bool(self.taints & model.labels)

    def stands(self, key: Key) -> bool:
        """Tell whether an answer is in the banks."""
        return self.cache.store.find(digest_at(key)) is not None

    def drop_evicted(self) -> None:
        """Let the model lose what was evicted, or purged and swept; the cache says so of each."""
        for key in list(self.stored):
            if not self.stands(key):
                is_purged = self.stored.pop(key).purged
                reason = self.cache.departures.reason(digest_at(key), lambda _: True)
                assert reason == "evicted" or (is_purged and reason == "purged")

    @invariant()
    def every_proof_is_true(self) -> None:
        """What the log proves stands as it is served, under the last root, and is not hidden."""
        for digest in self.cache.index.digests():
            proof = self.cache.certified.proof(digest)
            if proof is None:
                continue
            found = self.cache.find(digest)
            assert found is not None
            assert found.entry.kind == ANSWER
            assert self.cache.invalidation.hides(found.entry) is None
            record = write_record(found.entry, self.cache.store.content(found))
            witness = Witness(proof.witness)
            assert row_of(proof.salt, record) in witness.rows()
            assert witness.root() == self.roots[-1]
