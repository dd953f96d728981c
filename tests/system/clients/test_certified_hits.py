"""Certified hits against a verifier that nobody here wrote, and real certificates against both."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from kybra_replica.ic_http import IcServer, application
from kybra_replica.ic_http.subnet_keys import fresh_keys
from kybra_replica.kernel.principals import bytes_of, canister_id, text_of
from kybra_replica.live import LiveReplica
from refrain.agent.agent import Agent
from refrain.agent.typed_canister import TypedCanister
from refrain.client.certified_hits import HitRefused, Prover, certified_lookup
from refrain.sources import bundle_roots
from refrain_core.served_texts import CertifiedText, MissText, UncertifiedText
from tests.system.clients.forgeries import STALE_NS, Claim, Liar, record_of
from tests.system.clients.stage import ANONYMOUS
from tests.system.clients.verdicts import judged
from tests.system.network import program_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.interface import Program

pytestmark = [pytest.mark.clients, pytest.mark.slow]

TOY = Path(__file__).parents[1] / "toys" / "prover" / "main.py"
FILLING = 21
STEP = 8


def toy() -> Program:
    """The toy `prover`."""
    return program_at(TOY, tuple(bundle_roots()))


def digest_of(number: int) -> str:
    """The digest of a made-up request."""
    return f"{number:064x}"


class Served(NamedTuple):
    """The toy on a served replica, and who believes it."""

    replica: LiveReplica
    toy: TypedCanister
    prover: Prover

    def keep(self, *numbers: int, content: str = "an answer") -> None:
        """Store and certify answers."""
        expires_at_ns = time.time_ns() + STALE_NS
        for number in numbers:
            digest = digest_of(number)
            self.toy.update("keep", digest, record_of(digest, expires_at_ns, content))

    def look(self, number: int) -> CertifiedText | MissText | UncertifiedText:
        """Look an answer up; what is certified was verified."""
        return certified_lookup(self.toy, self.prover, digest_of(number), time.time_ns())

    def hit(self, number: int) -> CertifiedText:
        """The same, for a hit that must be certified."""
        found = self.look(number)
        assert isinstance(found, CertifiedText)
        return found

    def upgrade(self) -> None:
        """Stop, upgrade and start: the heap is lost."""
        self.replica.stop(self.prover.canister)
        self.replica.install(self.prover.canister, toy(), mode="upgrade", sender=ANONYMOUS)
        self.replica.start(self.prover.canister)


@pytest.fixture(scope="module", params=[False, True], ids=["root", "delegated"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Once the root key signs by itself, once it delegates."""
    keys = fresh_keys(delegated=request.param)
    with LiveReplica() as replica, IcServer(application(replica, keys)) as server:
        canister = replica.create_canister(controller=ANONYMOUS)
        replica.install(canister, toy(), sender=ANONYMOUS)
        typed = TypedCanister(Agent(server.url, keys.root.der), canister)
        yield Served(replica, typed, Prover(canister, keys.root.der))


@pytest.fixture
def filled(served: Served) -> Served:
    """Complete chunks and an open one, in a log that was just begun."""
    served.toy.update("begin")
    served.toy.update("purge")
    served.keep(*range(FILLING))
    return served


def test_each_forgery_fails_the_same_check_in_both_verifiers(tmp_path: Path) -> None:
    """Answer, key, witness, certificate, epoch, age, expiry, order: signed as well as can be."""
    canister = text_of(canister_id(9))
    liar = Liar(fresh_keys(), bytes_of(canister), time.time_ns())
    judged(list(liar.claims()), liar.prover(canister), tmp_path)


def test_both_believe_what_a_canister_certified(filled: Served, tmp_path: Path) -> None:
    """In complete chunks and in the open one, and not one character more than that."""
    hits = [filled.hit(number) for number in range(FILLING)]
    claims = [Claim(f"{number}", hit, digest_of(number)) for number, hit in enumerate(hits)]
    changed = [
        claim._replace(hit=claim.hit._replace(record=claim.hit.record + "."), failing="row")
        for claim in claims
    ]
    judged([*claims, *changed], filled.prover, tmp_path)


def test_what_is_replaced_or_removed_is_provable_no_more(filled: Served, tmp_path: Path) -> None:
    """Neither by its old witness under a new certificate, nor by any new one."""
    old, gone, other = (filled.hit(number) for number in (3, 20, 19))
    filled.keep(3, content="a better answer")
    filled.toy.update("remove", digest_of(20))
    new = filled.hit(3)
    assert isinstance(filled.look(20), MissText)
    fresh = filled.hit(19)
    mixed = fresh._replace(salt=gone.salt, record=gone.record)
    claims = [
        Claim("new", new, digest_of(3)),
        Claim("old witness", old._replace(certificate=new.certificate), digest_of(3), "root"),
        Claim("old record", new._replace(record=old.record), digest_of(3), "row"),
        Claim("removed", mixed, digest_of(20), "row"),
        Claim(
            "other's old witness",
            other._replace(certificate=fresh.certificate),
            digest_of(19),
            "root",
        ),
    ]
    judged(claims, filled.prover, tmp_path)


def test_what_was_evicted_stays_provable_until_its_epoch_ends(
    filled: Served, tmp_path: Path
) -> None:
    """It is a right answer that made room; only its own expiry, or a new epoch, ends it."""
    evicted = filled.hit(5)
    filled.toy.update("evict", digest_of(5))
    filled.keep(40)
    assert isinstance(filled.look(5), MissText)
    judged([Claim("evicted", evicted, digest_of(5))], filled.prover, tmp_path)
    filled.toy.update("purge")
    filled.keep(41)
    stolen = evicted._replace(certificate=filled.hit(41).certificate)
    judged([Claim("of the old epoch", stolen, digest_of(5), "root")], filled.prover, tmp_path)


def test_after_an_upgrade_nothing_is_proven_until_it_is_loaded_again(filled: Served) -> None:
    """The old root stays certified; hits say how far the loading is, and none lies."""
    before = filled.hit(0)
    filled.upgrade()
    assert filled.look(0) == UncertifiedText(f"0/{FILLING}", before.record)
    filled.toy.update("new_epoch")
    filled.keep(40)
    assert filled.hit(40)
    assert filled.look(0) == UncertifiedText(f"1/{FILLING + 1}", before.record)
    filled.toy.update("load_some", 0, STEP)
    assert filled.look(FILLING - 1) == UncertifiedText(
        f"{STEP + 1}/{FILLING + 1}", filled.look(FILLING - 1)[-1]
    )
    assert filled.hit(0).record == before.record
    filled.toy.update("load_some", STEP, FILLING)
    assert all(filled.hit(number) for number in (*range(FILLING), 40))


def test_a_hit_that_does_not_prove_itself_is_not_told(
    filled: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query may be answered by one node alone: it may say what it likes, and is refused."""
    true = filled.toy.query("certified_hit", digest_of(1))
    for lie in (true + "!", true.replace("certified|", "certified|x"), "hit|" + true, ""):
        monkeypatch.setattr(TypedCanister, "query", lambda *_asked, lie=lie: lie)
        with pytest.raises(HitRefused):
            filled.look(1)
