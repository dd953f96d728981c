"""The whole core against a plain dict, through everything that can happen to it in its life."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from cache_core import certifying, fast_lookups, lookups, puts, upkeep
from cache_core.bank_rows import rows_of_bank
from tests.unit.cache.stored_answers import (
    KEYS,
    MODEL,
    NAMESPACES,
    SECOND,
    SIZES,
    VOTERS,
    Key,
    ModelledCache,
    Stored,
    base_digest,
    digest_at,
    put_request,
)


class WholeCache(ModelledCache):
    """Random calls on a small cache, each checked against the dict of what was put."""

    @rule(
        key=KEYS,
        size=st.sampled_from(SIZES),
        ttl_s=st.sampled_from([0, 1, 20, 600]),
        window_s=st.sampled_from([0, 0, 30]),
        voter=st.sampled_from(["", *VOTERS[:2]]),
        letter=st.sampled_from(["x", "é", "\U0001f600"]),
    )
    def put(  # noqa: PLR0913, PLR0917 - what a put is made of
        self, key: Key, size: int, ttl_s: int, window_s: int, voter: str, letter: str
    ) -> None:
        """Put an answer; within what is arranged, the bounds hold afterwards."""
        self.written += 1
        content = f"{self.written} " + letter * (size // len(letter.encode()))
        request = put_request(
            key, content, ttl_s, window_s=window_s, voter=voter, now_ns=self.now_ns
        )
        result = puts.put(self.cache, request, self.now_ns)
        if ttl_s + window_s == 0:
            assert "BadRequest" in result["Refused"]
            return
        self.drop_evicted()
        if "Refused" in result:
            assert "Busy" in result["Refused"]
            return
        until_ns = self.now_ns + ttl_s * SECOND
        labels = {f"namespace/{key[0]}", f"tag/{key[0]}/t{key[1]}", "model/tiny", "all"}
        labels |= {f"voter/{one}" for one in (voter, MODEL) if one}
        kept_ns = until_ns + window_s * SECOND
        self.stored[key] = Stored(content, until_ns, kept_ns, labels)
        if self.cache.index.is_arranged:
            assert len(self.cache.index) <= self.cache.bounds.max_entries
            assert self.cache.index.size_bytes <= self.cache.bounds.max_bytes

    @rule(key=KEYS)
    def put_negative(self, key: Key) -> None:
        """Remember a failure, unless an answer still serves."""
        key = (key[0], key[1], 0)
        model = self.stored.get(key)
        serves = (
            model is not None
            and not model.is_failure
            and self.now_ns < model.kept_ns
            and not self.is_hidden(model)
        )
        request = {
            "digest": base_digest(key),
            "namespace": key[0],
            "refusal": {"Timeout": "late"},
            "ttl_s": 5,
        }
        result = puts.put_negative(self.cache, request, self.now_ns)
        assert serves == ("BadRequest" in result.get("Refused", ()))
        self.drop_evicted()
        if "Stored" in result:
            until_ns = self.now_ns + 5 * SECOND
            self.stored[key] = Stored("", until_ns, until_ns, {"all", f"namespace/{key[0]}"})
            self.stored[key].is_failure = True

    @rule(key=KEYS, tenant=st.sampled_from(NAMESPACES), is_fetch=st.booleans())
    def seek(self, key: Key, tenant: str, *, is_fetch: bool) -> None:
        """Look an answer up as its owner, or as another."""

        def sees(namespace: str) -> bool:
            return namespace in (tenant, "public")

        if is_fetch:
            self.fetches += 1
            result = lookups.fetch(self.cache, tenant, digest_at(key), sees, self.now_ns)
        else:
            result = lookups.look(self.cache, digest_at(key), sees, self.now_ns)
        told = fast_lookups.hit_text(self.cache, digest_at(key), sees, self.now_ns)
        self.check(key, result, told, is_seen=sees(key[0]))

    @rule(key=KEYS)
    def look_past_freshness(self, key: Key) -> None:
        """Take stale answers: within the window that was asked for, and no longer."""
        control = "stale-while-revalidate=600"
        result = lookups.look(self.cache, digest_at(key), lambda _: True, self.now_ns, control)
        model = self.stored.get(key)
        if "Stale" in result:
            assert model is not None
            assert model.until_ns <= self.now_ns < model.kept_ns
            assert not self.is_hidden(model)
            assert result["Stale"]["answer"]["content"] == model.content

    @rule(key=KEYS, is_owner=st.booleans())
    def remove(self, key: Key, *, is_owner: bool) -> None:
        """Remove an answer, if it is the caller's."""
        removed = puts.remove(self.cache, digest_at(key), lambda _: is_owner)
        assert removed == (is_owner and key in self.stored)
        if removed:
            del self.stored[key]

    @rule(key=KEYS)
    def touch(self, key: Key) -> None:
        """Move an answer's recency; what is indexed is there."""
        is_known = self.cache.index.get(digest_at(key)) is not None
        assert lookups.touch(self.cache, digest_at(key), lambda _: True) == is_known

    @rule(key=KEYS, kind=st.sampled_from(["namespace", "tag", "all", "voter", "model"]))
    def purge(self, key: Key, kind: str) -> None:
        """Hide what stands in a scope."""
        scopes = {
            "namespace": f"namespace/{key[0]}",
            "tag": f"tag/{key[0]}/t{key[1]}",
            "voter": "voter/openai",
            "model": "model/tiny",
        }
        scope = scopes.get(kind, kind)
        certifying.purge(self.cache, scope)
        for model in self.stored.values():
            model.purged = model.purged or scope in model.labels

    @rule(voter=st.sampled_from(VOTERS), is_tainted=st.booleans())
    def taint(self, voter: str, *, is_tainted: bool) -> None:
        """Hide a voter's answers, or show them again."""
        if is_tainted:
            certifying.taint(self.cache, voter)
            self.taints.add(f"voter/{voter}")
        else:
            was_tainted = certifying.clear_taint(self.cache, voter)
            assert was_tainted == (f"voter/{voter}" in self.taints)
            self.taints.discard(f"voter/{voter}")

    @rule(seconds=st.sampled_from([0, 1, 15, 100]))
    def wait(self, seconds: int) -> None:
        """Let time pass, or stand still."""
        self.now_ns += seconds * SECOND

    @rule()
    def sweep(self) -> None:
        """Free what is over or purged, and nothing else."""
        upkeep.sweep_step(self.cache, self.now_ns)
        for key in list(self.stored):
            if not self.stands(key):
                model = self.stored.pop(key)
                assert self.now_ns >= model.kept_ns or model.purged

    @rule()
    def work(self) -> None:
        """Do one step of what is left to do; it evicts only what stands over the bounds."""
        upkeep.work_step(self.cache)
        self.drop_evicted()

    @rule()
    def flush(self) -> None:
        """Write the counts."""
        upkeep.flush(self.cache)
        self.flushed = self.fetches

    @rule(entries=st.sampled_from([3, 8, 20]), size_bytes=st.sampled_from([15_000, 60_000]))
    def configure(self, entries: int, size_bytes: int) -> None:
        """Change the bounds; upkeep brings what stands over them down."""
        self.lower(entries, size_bytes)
        while upkeep.work_step(self.cache):
            pass
        self.drop_evicted()
        assert len(self.cache.index) <= entries
        assert self.cache.index.size_bytes <= size_bytes

    @rule(steps=st.sampled_from([0, 5, 40]))
    def upgrade(self, steps: int) -> None:
        """Go on with a new heap, which so many steps rebuild."""
        self.cache = self.memory.resume(self.cache.bounds, self.roots.append)
        self.fetches = self.flushed
        for _ in range(steps):
            upkeep.work_step(self.cache)
        self.drop_evicted()

    @rule(key=KEYS)
    def abort(self, key: Key) -> None:
        """Do what a trap takes back, and go on with what stood before."""
        copied = self.memory.copied()
        puts.put(self.cache, put_request(key, "aborted", 600), self.now_ns)
        puts.remove(self.cache, digest_at(key), lambda _: True)
        self.memory.restore(copied)
        self.upgrade(0)

    @invariant()
    def index_is_true(self) -> None:
        """The index knows what stands in the banks that it has read, and each answer once."""
        store = self.cache.store
        rows = dict(row for n in range(32) for row in rows_of_bank(n, store.bank_items(n)))
        assert rows.keys() == {digest_at(key) for key in self.stored}
        known = {one: self.cache.index.get(one) for one in self.cache.index.digests()}
        assert known.items() <= rows.items()
        assert self.cache.banks_left or known == rows
        assert self.cache.index.size_bytes == sum(rows[one].size_bytes for one in known)
        shelves = [self.cache.index.shelf(name) for name in NAMESPACES]
        assert sum(shelf.entries for shelf in shelves) == len(self.cache.index) == len(known)
        assert sum(shelf.size_bytes for shelf in shelves) == self.cache.index.size_bytes

    @invariant()
    def every_fetch_is_counted_once(self) -> None:
        """Hits, misses and remembered failures make up the fetches."""
        counts = self.cache.tally.counts("")
        assert counts.hits + counts.misses + counts.negatives == self.fetches


TestWholeCache = WholeCache.TestCase
TestWholeCache.settings = settings(
    deadline=None, derandomize=True, max_examples=60, stateful_step_count=40
)
