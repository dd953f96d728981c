"""Certified hits: the true one is proven, and each lie is refused by its own check."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from kybra_replica.kernel.principals import bytes_of, canister_id, text_of
from refrain.client.certified_hits import HitRefused, Prover
from tests.system.clients.forgeries import DIGEST, EPOCH, STALE_NS, Claim, Liar
from tests.unit.ic_http.test_certificates import keys

if TYPE_CHECKING:
    from refrain.client.certified_hits import Check
    from refrain_core.served_texts import CertifiedText

CANISTER = text_of(canister_id(3))
NOW_NS = time.time_ns()
LIAR = Liar(keys(), bytes_of(CANISTER), NOW_NS)
PROVER = LIAR.prover(CANISTER)
CLAIMS = tuple(Liar(keys(), bytes_of(CANISTER), NOW_NS).claims())


def refusing_check(
    hit: CertifiedText, digest: str = DIGEST, prover: Prover = PROVER
) -> Check | None:
    """The check that a hit fails; None where it is proven."""
    try:
        prover.verify(hit, digest, NOW_NS)
    except HitRefused as refused:
        return refused.check
    return None


@pytest.mark.parametrize("claim", CLAIMS, ids=[claim.name for claim in CLAIMS])
def test_each_claim_fails_just_the_check_that_it_must(claim: Claim) -> None:
    """A true one fails none."""
    assert refusing_check(claim.hit, claim.digest) == claim.failing


def test_a_proven_hit_tells_what_was_certified() -> None:
    """The expiry, the certificate's time, and the log's head."""
    proven = PROVER.verify(LIAR.hit(), DIGEST, NOW_NS)
    assert proven == (DIGEST, NOW_NS + STALE_NS, NOW_NS, EPOCH)


@pytest.mark.parametrize("field", ["certificate", "witness", "record", "salt"])
def test_no_flipped_bit_is_believed(field: str) -> None:
    """In every byte of the certificate, the witness, the record and its salt."""
    true = LIAR.hit()
    text = getattr(true, field)
    is_hex = field in {"certificate", "witness"}
    raw = bytes.fromhex(text) if is_hex else text.encode()
    # The self-describing tag in front says nothing, so nothing depends on it.
    for at in range(3 if is_hex else 0, len(raw)):
        forged = bytearray(raw)
        forged[at] ^= 1 << at % 8
        shown = forged.hex() if is_hex else forged.decode(errors="replace")
        assert refusing_check(true._replace(**{field: shown})) is not None, at


@pytest.mark.parametrize("noise", ["", " ", "0", "zz", "é", "00 00", "a0", "83"])
def test_what_is_no_hex_of_a_tree_is_refused(noise: str) -> None:
    """As a certificate and as a witness."""
    true = LIAR.hit()
    assert refusing_check(true._replace(certificate=noise)) == "certificate"
    assert refusing_check(true._replace(witness=noise)) == "witness"


def test_a_witness_cut_anywhere_is_malformed() -> None:
    """Its CBOR ends too early."""
    true = LIAR.hit()
    for size in range(0, len(true.witness), 2):
        assert refusing_check(true._replace(witness=true.witness[:size])) == "witness"


def test_a_canister_that_is_none_proves_nothing() -> None:
    """A mistyped principal is a certificate's refusal, not a crash."""
    prover = Prover("nobody", PROVER.root_key)
    assert refusing_check(LIAR.hit(), prover=prover) == "certificate"
