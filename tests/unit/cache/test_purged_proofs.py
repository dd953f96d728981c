"""What is purged or tainted is provable no more, from that moment on."""

import pytest

from cache_core import certifying
from refrain.client.certified_hits import Witness
from refrain_core.answer_log import row_of
from refrain_core.fingerprint import digest_of
from refrain_core.served_texts import CertifiedText, MissText
from tests.unit.cache.certified_cache import Certified

TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"
OTHER = "r7inp-6aaaa-aaaaa-aaabq-cai"


@pytest.mark.parametrize(
    "scope", ["all", f"namespace/{TENANT}", f"tag/{TENANT}/t", "model/tiny", "voter/v"]
)
def test_purged_answers_lose_their_rows_at_once(certified: Certified, scope: str) -> None:
    """No witness under the new root shows one, not after the reload either; others come back."""
    for number in range(9):
        certified.put(f"{number}", voters=["v"], cache_control="tags=t")
    looked = [certified.look(f"{number}") for number in range(9)]
    purged = [hit for hit in looked if isinstance(hit, CertifiedText)]
    assert len(purged) == 9
    certifying.purge(certified.cache, scope)
    certified.put("other", namespace=OTHER, model="big@r1:q")
    for _ in range(2):
        other = certified.look("other")
        assert isinstance(other, CertifiedText)
        rows = Witness(other.witness).rows()
        assert not any(row_of(hit.salt, hit.record) in rows for hit in purged)
        assert {certified.look(f"{number}") for number in range(9)} == {MissText("purged")}
        certified.work()
    certified.put("0", "again")
    assert certified.is_certified("0")


def test_a_small_purge_costs_its_namespace_and_not_the_others(
    certified: Certified, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of others stay, and no epoch begins; a large namespace's purge begins one."""
    monkeypatch.setattr(certifying, "DROPPED_AT_ONCE", 2)
    certified.put("other", namespace=OTHER)
    for number, tag in enumerate("tu"):
        certified.put(f"{number}", cache_control=f"tags={tag}")
    certifying.purge(certified.cache, f"tag/{TENANT}/t")
    assert certified.is_certified("other")
    assert certified.cache.certified.uncertified([digest_of("1")])
    certified.work()
    assert certified.is_certified("other", "1")
    certified.put("2")
    certified.put("3")
    certifying.purge(certified.cache, f"tag/{TENANT}/u")
    assert not certified.is_certified("other")
    certified.work()
    assert certified.is_certified("other", "2", "3")


def test_a_tainted_answer_is_not_proven_until_the_taint_is_cleared(certified: Certified) -> None:
    """Neither what stands nor what is put meanwhile."""
    certified.put("a", voters=["v"])
    certifying.taint(certified.cache, "v")
    certified.put("b", voters=["v"])
    certified.work()
    assert certified.cache.certified.uncertified([digest_of("a")])
    assert certified.cache.certified.uncertified([digest_of("b")])
    assert certifying.clear_taint(certified.cache, "v")
    assert not certifying.clear_taint(certified.cache, "v")
    certified.work()
    assert certified.is_certified("a", "b")
