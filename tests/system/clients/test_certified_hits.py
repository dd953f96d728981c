"""Certified hits against a verifier that nobody here wrote, and real certificates against both."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from kybra_replica.ic_http import IcServer, application
from kybra_replica.ic_http.subnet_keys import SubnetKeys, fresh_keys
from kybra_replica.kernel.principals import bytes_of, canister_id, text_of
from kybra_replica.live import LiveReplica
from refrain.agent.agent import Agent
from refrain.agent.typed_canister import TypedCanister
from refrain.client.certified_hits import HitRefused, Prover, ServedHit
from refrain.sources import bundle_roots
from tests.system.clients.forgeries import DIGEST, SALT, STALE_NS, Claim, Liar, record_of
from tests.system.clients.stage import ANONYMOUS, NODE_FOLDER, SCRIPTS, install_packages
from tests.system.network import program_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

pytestmark = [pytest.mark.clients, pytest.mark.slow]

TOY = Path(__file__).parents[1] / "toys" / "prover" / "main.py"
PATIENCE_S = 120
FILLING = 21


class Served(NamedTuple):
    """The toy `prover` on a served replica, and who believes it."""

    canister: TypedCanister
    prover: Prover
    keys: SubnetKeys

    def keep(self, salt: str, record: str) -> int:
        """Certify a record; its row's number."""
        number: int = self.canister.update("keep", salt, record)
        return number

    def hit(self, number: int, record: str) -> ServedHit:
        """A record with the proof that the toy now gives for a row."""
        certificate, witness = self.canister.query("prove", number).split("|")
        return ServedHit(SALT, certificate, witness, record)


@pytest.fixture(scope="module", params=[False, True], ids=["root", "delegated"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Once the root key signs by itself, once it delegates."""
    keys = fresh_keys(delegated=request.param)
    with LiveReplica() as replica, IcServer(application(replica, keys)) as server:
        canister = replica.create_canister(controller=ANONYMOUS)
        program = program_at(TOY, tuple(bundle_roots()))
        replica.install(canister, program, sender=ANONYMOUS)
        agent = Agent(server.url, keys.root.der)
        yield Served(TypedCanister(agent, canister), Prover(canister, keys.root.der), keys)


def node_verdicts(claims: Sequence[Claim], prover: Prover, folder: Path) -> list[str | None]:
    """The checks that claims fail in the eyes of `@icp-sdk/core`; None for the proven."""
    install_packages()
    node = shutil.which("node")
    assert node is not None, "Node.js is needed for this test: install it"
    shown: list[dict[str, Any]] = [
        {"name": claim.name, "digest": claim.digest, **claim.hit._asdict()} for claim in claims
    ]
    given = {"rootKey": prover.root_key.hex(), "canister": prover.canister, "claims": shown}
    path = folder / "claims.json"
    path.write_text(json.dumps(given))
    done = subprocess.run(
        [node, str(SCRIPTS / "certified_hits.cjs"), str(path)],
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env={**os.environ, "NODE_PATH": str(NODE_FOLDER / "node_modules")},
    )
    verdicts: list[tuple[str, str | None]] = json.loads(done.stdout)
    return [check for _name, check in verdicts]


def our_verdict(claim: Claim, prover: Prover) -> str | None:
    """The check that a claim fails in the eyes of our client."""
    try:
        prover.verify(claim.hit, claim.digest, time.time_ns())
    except HitRefused as refused:
        return refused.check
    return None


def test_each_forgery_fails_the_same_check_in_both_verifiers(tmp_path: Path) -> None:
    """Answer, key, witness, certificate, epoch, age, expiry, order: signed as well as can be."""
    canister = text_of(canister_id(9))
    liar = Liar(fresh_keys(), bytes_of(canister), time.time_ns())
    claims, prover = list(liar.claims()), liar.prover(canister)
    assert node_verdicts(claims, prover, tmp_path) == [claim.failing for claim in claims]
    assert [our_verdict(claim, prover) for claim in claims] == [claim.failing for claim in claims]


def test_both_believe_what_a_canister_certified(served: Served, tmp_path: Path) -> None:
    """In complete chunks and in the open one, and not one character more than that."""
    expires_at_ns = time.time_ns() + STALE_NS
    records = [record_of(DIGEST, expires_at_ns, f"answer {n}") for n in range(FILLING)]
    numbers = [served.keep(SALT, record) for record in records]
    claims = [
        Claim(f"row {number}", served.hit(number, record))
        for number, record in zip(numbers, records, strict=True)
    ]
    changed = [
        claim._replace(hit=claim.hit._replace(record=claim.hit.record + "."), failing="row")
        for claim in claims
    ]
    expected = [claim.failing for claim in [*claims, *changed]]
    assert node_verdicts([*claims, *changed], served.prover, tmp_path) == expected
    assert [our_verdict(claim, served.prover) for claim in [*claims, *changed]] == expected


def test_a_removed_row_and_an_older_epoch_prove_nothing(served: Served, tmp_path: Path) -> None:
    """Whatever was kept of the old witness, under a fresh certificate."""
    record = record_of(DIGEST, time.time_ns() + STALE_NS, "soon gone")
    number = served.keep(SALT, record)
    before = served.hit(number, record)
    served.canister.update("drop", number)
    removed = served.hit(number, record)
    old = before._replace(certificate=removed.certificate)
    claims = [Claim("removed", removed, failing="row"), Claim("old", old, failing="root")]
    served.canister.update("begin_anew")
    again = served.hit(served.keep(SALT, record), record)
    epochs = [
        Claim("again", again),
        Claim("older", before._replace(certificate=again.certificate), failing="root"),
    ]
    expected = [claim.failing for claim in [*claims, *epochs]]
    assert node_verdicts([*claims, *epochs], served.prover, tmp_path) == expected
    assert [our_verdict(claim, served.prover) for claim in [*claims, *epochs]] == expected


def test_the_toys_interpreter_salts_as_ours(served: Served) -> None:
    """Canister and client must compute the same."""
    assert served.canister.query("salt", DIGEST) == SALT
