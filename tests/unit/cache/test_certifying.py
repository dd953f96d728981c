"""The cache's certified log: what is proven, from when on, and how it is loaded again."""

from typing import Any

import pytest

from cache_core import certified_answers, certified_lookups, certifying, lookups, puts, upkeep
from refrain.client.certified_hits import Witness
from refrain_core.answer_log import row_of
from refrain_core.fingerprint import digest_of
from refrain_core.served_texts import CertifiedText, MissText, UncertifiedText
from tests.unit.cache.certified_cache import SECOND, SECRET, Certified, Maker

TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"


@pytest.mark.parametrize("content", ["four", "é|\n" * 20, "x" * 4_400, "\U0001f600" * 3_000])
def test_a_put_is_proven_at_once_and_whole(certified: Certified, content: str) -> None:
    """Whatever its length: the record is the header and all of the answer."""
    certified.put("a", content)
    hit = certified.look("a")
    assert isinstance(hit, CertifiedText)
    assert hit.record.endswith(f"|{content}")


def test_without_a_secret_nothing_is_certified(put_request: Maker) -> None:
    """What was put before the secret was drawn is loaded once it is there."""
    fresh = Certified(put_request, secret="")
    fresh.put("a")
    assert fresh.look("a")[0] == "0/1"
    assert not upkeep.work_step(fresh.cache)
    assert not fresh.roots
    fresh.cache.certified.begin(SECRET)
    assert fresh.look("a")[0] == "0/1"
    fresh.work()
    assert fresh.is_certified("a")


def test_where_nobody_signs_a_hit_says_so(certified: Certified) -> None:
    """Without a certificate there is no proof, whatever the log holds."""
    certified.put("a")
    text = certified_lookups.hit_text(certified.cache, digest_of("a"), lambda _: True, SECOND, None)
    assert text.startswith("uncertified|1/1|v2|")


def test_a_replaced_or_removed_answer_loses_its_row(certified: Certified) -> None:
    """Neither record is shown by any witness under the new root."""
    certified.put("a", "old")
    certified.put("b")
    old, gone = certified.look("a"), certified.look("b")
    certified.put("a", "new")
    puts.remove(certified.cache, digest_of("b"), lambda _: True)
    assert certified.look("b") == MissText("removed")
    new = certified.look("a")
    assert isinstance(new, CertifiedText)
    assert isinstance(old, CertifiedText)
    assert isinstance(gone, CertifiedText)
    rows = Witness(new.witness).rows()
    assert row_of(old.salt, old.record) not in rows
    assert row_of(gone.salt, gone.record) not in rows


def test_a_failure_is_never_certified(certified: Certified) -> None:
    """Nor is the answer that it came after, and a reload does not change that."""
    certified.put("a", ttl_s=1)
    failure = {
        "digest": digest_of("a"),
        "namespace": TENANT,
        "refusal": {"Timeout": "late"},
        "ttl_s": 60,
    }
    assert "Stored" in puts.put_negative(certified.cache, failure, 3 * SECOND)
    assert certified.cache.certified.uncertified([digest_of("a")])
    certified.upgrade()
    certified.work()
    assert certified.cache.certified.progress(9) == (0, 0)


def test_an_upgrade_certifies_each_bank_as_it_is_read(certified: Certified) -> None:
    """The old root ends at once; what takes several values is loaded at the end."""
    for number in range(10):
        certified.put(f"{number}", "x" * 5_000 if number == 3 else "four")
    before = certified.look("0")
    certified.upgrade()
    assert isinstance(before, CertifiedText)
    assert not certified.proves(before)
    assert certified.cache.certified.progress(7) == (0, 7)
    while not certified.cache.index.is_arranged:
        upkeep.work_step(certified.cache)
        known = certified.cache.index.digests()
        long = digest_of("3") in known
        assert certified.cache.certified.progress(10) == (len(known) - long, 10)
    certified.work()
    assert certified.cache.certified.progress(0) == (10, 10)
    assert certified.is_certified(*map(str, range(10)))


def test_an_epoch_is_loaded_in_bounded_steps_and_tells_how_far_it_is(
    certified: Certified, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step certifies some more, a failed one is repeated."""
    monkeypatch.setattr(certifying, "LOADED_PER_STEP", 4)
    for number in range(10):
        certified.put(f"{number}", "x" * 5_000 if number == 3 else "four")
    certifying.purge(certified.cache, "model/another")
    told = []
    for is_left in (True, True, False):
        with monkeypatch.context() as patch:
            patch.setattr(certified.cache.store, "found_at", lambda *_: 1 // 0)
            with pytest.raises(ZeroDivisionError):
                upkeep.work_step(certified.cache)
        assert upkeep.work_step(certified.cache) == is_left
        told.append(certified.cache.certified.progress(0))
    assert told == [(4, 10), (8, 10), (10, 10)]
    assert certified.is_certified(*map(str, range(10)))


def test_calls_during_a_reload_leave_only_true_proofs(
    certified: Certified, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Puts are certified at once; what is removed meanwhile is not found again."""
    monkeypatch.setattr(certifying, "LOADED_PER_STEP", 3)
    for number in range(30):
        certified.put(f"{number}")
    certified.upgrade()
    for step in range(45):
        upkeep.work_step(certified.cache)
        certified.put(f"{step % 30}", f"at step {step}")
        assert certified.is_certified(f"{step % 30}")
        puts.remove(certified.cache, digest_of(f"{29 - step // 2}"), lambda _: True)
    certified.work()
    stored = certified.cache.index.digests()
    assert certified.cache.certified.progress(0) == (len(stored), len(stored))


def test_evicted_answers_stay_proven_until_they_outnumber_the_rest(
    certified: Certified, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are right answers still; then an epoch begins, and frees their rows."""
    monkeypatch.setattr(certified_answers, "MOST_LEFT_OVER", 5)
    certified.cache.bounds = certified.cache.bounds._replace(max_entries=3)
    certified.put("0")
    evicted = certified.look("0")
    assert isinstance(evicted, CertifiedText)
    epochs = certified.memory.meta.entries["epoch"]
    for number in range(1, 9):
        certified.put(f"{number}")
        certified.work()
        assert certified.look("0") == MissText("evicted") or number < 3
    assert not certified.cache.certified.is_outgrown
    certified.put("9")
    certified.work()
    assert int(certified.memory.meta.entries["epoch"]) == int(epochs) + 1
    assert certified.is_certified("7", "8", "9")


def test_a_record_that_another_put_crossed_is_certified_as_it_now_is(
    certified: Certified, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its mark changed its text: it is unproven until it is loaded again."""
    monkeypatch.setattr("cache_core.places.short_key", lambda _digest, probe: f"{probe:016x}")
    monkeypatch.setattr("cache_core.places.bank_of", lambda _digest: 0)
    certified.put("a")
    certified.put("b")
    assert certified.is_certified("b")
    assert isinstance(certified.look("a"), UncertifiedText)
    certified.work()
    assert certified.is_certified("a", "b")


def test_the_typed_lookup_says_the_same(certified: Certified) -> None:
    """Certified, uncertified, failed, missing, refused; a stranger's was never stored."""
    certified.put("a")

    def look(name: str, certificate: bytes | None = b"c", *, sees: bool = True) -> Any:
        digest = digest_of(name) if name else ""
        now_ns = SECOND
        return certified_lookups.look(certified.cache, digest, lambda _: sees, now_ns, certificate)

    found = look("a")["Certified"]
    assert (
        found["answer"]
        == lookups.look(certified.cache, digest_of("a"), lambda _: True, SECOND)["Hit"]
    )
    assert certified.proves(CertifiedText(*(found[field] for field in CertifiedText._fields)))
    uncertified = look("a", None)["Uncertified"]
    assert (uncertified["certified_rows"], uncertified["all_rows"]) == (1, 1)
    assert look("a", sees=False) == {"Miss": "never stored"}
    assert "BadRequest" in look("")["Refused"]
    failure = {
        "digest": digest_of("f"),
        "namespace": TENANT,
        "refusal": {"Timeout": "late"},
        "ttl_s": 60,
    }
    puts.put_negative(certified.cache, failure, SECOND)
    assert look("f") == {"Miss": "failure"}
