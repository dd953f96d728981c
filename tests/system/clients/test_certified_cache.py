"""The real cache certifies what it stores: real certificates, believed and refused by both."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from kybra_replica.ic_http import IcServer, application
from kybra_replica.ic_http.subnet_keys import fresh_keys
from kybra_replica.live import LiveReplica
from refrain.agent.agent import Agent
from refrain.agent.typed_canister import TypedCanister
from refrain.client.certified_hits import Prover, certified_lookup
from refrain.sources import bundle_roots, canister_entry
from refrain_core.fingerprint import digest_of
from refrain_core.served_texts import CertifiedText, MissText, UncertifiedText
from tests.system.clients.forgeries import Claim
from tests.system.clients.verdicts import judged
from tests.system.network import MODEL, OPERATOR, STRANGER, program_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kybra_replica.program.interface import Program

pytestmark = [pytest.mark.clients, pytest.mark.slow]

FILLING = 11
LONG = "a long answer | é " * 1_000
PATIENCE_S = 60


def program() -> Program:
    """The cache canister."""
    return program_at(canister_entry("cache"), tuple(bundle_roots()))


def put_request(name: str, content: str, **fields: Any) -> dict[str, Any]:
    """Make a PutRequest of a public answer that is tagged by its name."""
    answer = {
        "content": content,
        "finish": "stop",
        "model": MODEL,
        "trust": "single_node",
        "prompt_tokens": 1,
        "completion_tokens": 1,
        "dropped_messages": 0,
        "dropped_characters": 0,
        "created_at_ns": 0,
    }
    return {
        "digest": digest_of(name),
        "sample": 0,
        "namespace": "public",
        "answer": answer,
        "ttl_s": 3_600,
        "cache_control": f"tags={name}",
        "parts": "",
        "voters": [],
        "cost_cycles": 0,
        "cost_ms": 0,
        **fields,
    }


class CertifiedCache(NamedTuple):
    """The cache on a served replica, and who believes it."""

    replica: LiveReplica
    cache: TypedCanister
    prover: Prover

    def update(self, method: str, *args: Any) -> Any:
        """Call an update as the operator."""
        return self.replica.update(self.prover.canister, method, args, sender=OPERATOR)

    def put(self, name: str, content: str = "an answer", **fields: Any) -> None:
        """Store an answer."""
        assert "Stored" in self.update("put", put_request(name, content, **fields))

    def look(self, name: str) -> CertifiedText | MissText | UncertifiedText:
        """Look an answer up; what is certified was verified."""
        return certified_lookup(self.cache, self.prover, digest_of(name), time.time_ns())

    def hit(self, name: str) -> CertifiedText:
        """The same, for a hit that must be certified, sooner or later."""
        deadline = time.monotonic() + PATIENCE_S
        while not isinstance(found := self.look(name), CertifiedText):
            assert isinstance(found, UncertifiedText)
            assert time.monotonic() < deadline, found.progress
            time.sleep(0.05)
        return found

    def upgrade(self) -> None:
        """Stop, upgrade and start: the heap is lost."""
        self.replica.stop(self.prover.canister)
        self.replica.install(self.prover.canister, program(), mode="upgrade", sender=OPERATOR)
        self.replica.start(self.prover.canister)


@pytest.fixture(scope="module", params=[False, True], ids=["root", "delegated"])
def served(request: pytest.FixtureRequest) -> Iterator[CertifiedCache]:
    """Once the root key signs by itself, once it delegates."""
    keys = fresh_keys(delegated=request.param)
    with LiveReplica() as replica, IcServer(application(replica, keys)) as server:
        canister = replica.create_canister(controller=OPERATOR)
        replica.install(canister, program(), sender=OPERATOR)
        typed = TypedCanister(Agent(server.url, keys.root.der), canister)
        served = CertifiedCache(replica, typed, Prover(canister, keys.root.der))
        assert "Ok" in served.update("allow_writer", OPERATOR)
        yield served


@pytest.fixture
def filled(served: CertifiedCache) -> CertifiedCache:
    """Short answers and a long one, all certified."""
    for number in range(FILLING):
        served.put(f"n{number}")
    served.put("long", LONG)
    served.hit("n0")
    return served


def names() -> list[str]:
    """What `filled` stores."""
    return [*(f"n{number}" for number in range(FILLING)), "long"]


def test_both_believe_a_put_and_no_character_more(filled: CertifiedCache, tmp_path: Path) -> None:
    """Short and long answers, whole; a record with one character more fails at its row."""
    hits = {name: filled.hit(name) for name in names()}
    assert hits["long"].record.endswith(f"|{LONG}")
    claims = [Claim(name, hit, digest_of(name)) for name, hit in hits.items()]
    forged = [
        claim._replace(hit=claim.hit._replace(record=claim.hit.record + "."), failing="row")
        for claim in claims
    ]
    stranger = claims[0]._replace(digest=digest_of("n1"), failing="digest")
    judged([*claims, *forged, stranger], filled.prover, tmp_path)


def test_the_typed_lookup_bears_the_same_proof(filled: CertifiedCache, tmp_path: Path) -> None:
    """An answer in records, beside the record that both verifiers believe."""
    told = filled.cache.query("lookup_certified", digest_of("n2"))["Certified"]
    assert told["answer"]["answer"]["content"] == "an answer"
    hit = CertifiedText(*(told[field] for field in CertifiedText._fields))
    judged([Claim("typed", hit, digest_of("n2"))], filled.prover, tmp_path)
    assert filled.cache.query("lookup_certified", digest_of("none")) == {"Miss": "never stored"}
    assert "BadRequest" in filled.cache.query("lookup_certified", "no digest")["Refused"]


def test_replaced_removed_and_purged_answers_get_no_proof(
    filled: CertifiedCache, tmp_path: Path
) -> None:
    """Neither from the cache, nor by old witnesses under its newest certificate."""
    old = {name: filled.hit(name) for name in ("n3", "n4", "n5", "n6")}
    filled.put("n3", "a better answer")
    filled.update("remove", digest_of("n4"))
    filled.update("purge", "tag/public/n5")
    filled.update("taint", "nobody")
    assert filled.look("n4") == MissText("removed")
    assert filled.look("n5") == MissText("purged")
    assert filled.hit("n3").record.endswith("|a better answer")
    fresh = filled.hit("n6").certificate
    stolen = [
        Claim(name, hit._replace(certificate=fresh), digest_of(name), "root")
        for name, hit in old.items()
    ]
    judged(stolen, filled.prover, tmp_path)
    filled.update("clear_taint", "nobody")


def test_no_witness_of_an_epoch_shows_a_purged_row(filled: CertifiedCache, tmp_path: Path) -> None:
    """The others are certified anew, and their witnesses do not hold what was purged."""
    purged = filled.hit("n7")
    filled.update("purge", "tag/public/n7")
    witnesses = [filled.hit(name) for name in names() if name != "n7"]
    mixed = [
        Claim(
            "purged", hit._replace(salt=purged.salt, record=purged.record), digest_of("n7"), "row"
        )
        for hit in witnesses
    ]
    judged(mixed, filled.prover, tmp_path)


def test_after_an_upgrade_progress_is_told_and_then_all_is_certified(
    filled: CertifiedCache, tmp_path: Path
) -> None:
    """No old witness outlives the upgrade, no proof is false meanwhile, and it ends."""
    before = filled.hit("n8")
    filled.upgrade()
    first = filled.look("n8")
    assert first.record == before.record if not isinstance(first, MissText) else False
    if isinstance(first, UncertifiedText):
        done, in_all = map(int, first.progress.split("/"))
        assert 0 <= done <= in_all <= len(names())
    hits = {name: filled.hit(name) for name in names()}
    claims = [Claim(name, hit, digest_of(name)) for name, hit in hits.items()]
    stolen = before._replace(certificate=hits["n8"].certificate)
    judged([*claims, Claim("old", stolen, digest_of("n8"), "root")], filled.prover, tmp_path)


def test_a_private_answer_is_proven_to_nobody_else(filled: CertifiedCache) -> None:
    """To a stranger it was never stored, in both forms."""
    filled.put("private", namespace=OPERATOR)
    digest = digest_of("private")
    for method, miss in (
        ("certified_hit", "miss|never stored"),
        ("lookup_certified", {"Miss": "never stored"}),
    ):
        canister = filled.prover.canister
        assert filled.replica.query(canister, method, [digest], sender=STRANGER) == miss
        assert filled.replica.query(canister, method, [digest], sender=OPERATOR) != miss
