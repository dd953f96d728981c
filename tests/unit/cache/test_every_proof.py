"""The certified log beside the cache: what is proven is what is served, whatever happens."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cache_core import certifying, puts, upkeep
from cache_core.answer_texts import ANSWER, write_record
from refrain_core.fingerprint import digest_of
from tests.unit.cache.certified_cache import SECOND, Certified
from tests.unit.cache.stored_answers import put_request

TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"
OTHER = "r7inp-6aaaa-aaaaa-aaabq-cai"
NAMES = st.sampled_from("abcdefgh")
SCOPES = (f"namespace/{TENANT}", f"tag/{TENANT}/t1", f"tag/{OTHER}/t0", "voter/v", "all")


def request_of(digest: str, content: str, **fields: Any) -> dict[str, Any]:
    """Make a PutRequest whose namespace and tag follow from its digest."""
    number = int(digest[:2], 16)
    key = ((TENANT, OTHER)[number % 2], number // 2 % 2, 0)
    voter = "v" if number % 3 else ""
    return {**put_request(key, content, 60, voter=voter), "digest": digest, **fields}


class EveryProof(RuleBasedStateMachine):
    """Few answers, all of them in the log most of the time."""

    def __init__(self) -> None:
        """Install a cache that certifies."""
        super().__init__()
        self.certified = Certified(request_of)
        bounds = self.certified.cache.bounds
        self.certified.cache.bounds = bounds._replace(max_entries=6)

    @rule(name=NAMES, size=st.sampled_from([1, 40, 9_000]))
    def put(self, name: str, size: int) -> None:
        """Store an answer, which may evict others."""
        self.certified.put(name, name * size)

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        """Remove an answer."""
        puts.remove(self.certified.cache, digest_of(name), lambda _: True)

    @rule(scope=st.sampled_from(SCOPES))
    def purge(self, scope: str) -> None:
        """Hide a scope for good."""
        certifying.purge(self.certified.cache, scope)

    @rule(is_tainted=st.booleans())
    def taint(self, *, is_tainted: bool) -> None:
        """Hide a voter's answers, or show them again."""
        change = certifying.taint if is_tainted else certifying.clear_taint
        change(self.certified.cache, "v")

    @rule()
    def sweep(self) -> None:
        """Free what is purged."""
        upkeep.sweep_step(self.certified.cache, SECOND)

    @rule()
    def work(self) -> None:
        """Load all that waits; then whatever may be proven is."""
        self.certified.work()
        for digest in self.certified.cache.index.digests():
            assert bool(self.certified.cache.certified.uncertified([digest])) != self.is_provable(
                digest
            )

    @rule()
    def upgrade(self) -> None:
        """Go on with a new heap, whose index is whole again."""
        bounds = self.certified.cache.bounds
        self.certified.upgrade()
        self.certified.cache.bounds = bounds
        while not self.certified.cache.index.is_arranged:
            upkeep.work_step(self.certified.cache)

    def is_provable(self, digest: str) -> bool:
        """Tell whether an answer is stored and not hidden."""
        cache = self.certified.cache
        found = cache.find(digest)
        is_answer = found is not None and found.entry.kind == ANSWER
        return found is not None and is_answer and cache.invalidation.hides(found.entry) is None

    @invariant()
    def every_proof_is_true(self) -> None:
        """It leads from the record as it is served to the last root, and shows nothing hidden."""
        cache = self.certified.cache
        for digest in map(digest_of, "abcdefgh"):
            proof = cache.certified.proof(digest)
            if proof is not None:
                assert self.is_provable(digest)
                found = cache.find(digest)
                assert found is not None
                record = write_record(found.entry, cache.store.content(found))
                assert self.certified.is_true(record, proof)


TestEveryProof = EveryProof.TestCase
TestEveryProof.settings = settings(
    deadline=None, derandomize=True, max_examples=80, stateful_step_count=30
)
