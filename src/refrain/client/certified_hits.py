"""A hit that proves itself: the network signs the log's root, the witness leads to the record.

Nothing is believed that the canister, or whoever is between, says beside the certificate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from kybra_replica.ic_http.cbor import decode
from kybra_replica.ic_http.hash_tree import root_hash
from kybra_replica.ic_http.refusals import Malformed
from kybra_replica.kernel.principals import InvalidPrincipalError, bytes_of
from refrain.agent.certificate import Certificate, verified
from refrain.agent.faults import Stale, Untrusted
from refrain.agent.tree_lookup import check_tree, labels, lookup
from refrain_core.answer_log import (
    COMPLETE_LABEL,
    HEAD_LABEL,
    OPEN_LABEL,
    row_of,
)
from refrain_core.hash_tree import HASH_BYTES
from refrain_core.row_salts import SALT_CHARACTERS
from refrain_core.served_texts import MissText, UncertifiedText, parse_served

if TYPE_CHECKING:
    from refrain.agent.typed_canister import TypedCanister
    from refrain_core.served_texts import CertifiedText

Check = Literal["certificate", "age", "witness", "root", "row", "record", "digest", "expiry"]

_DEEPEST = 80
"""Levels of a witness: two for each bit of the number of chunks, and the labels."""
_HOT_FIELDS = 7


class HitRefused(Untrusted):
    """A hit that does not prove itself, and the check that it failed."""

    def __init__(self, check: Check, why: str) -> None:
        """Name the check, and say what is wrong."""
        super().__init__(why)
        self.check = check


class ProvenHit(NamedTuple):
    """A record that the network vouches for, and the log's head when it did."""

    digest: str
    expires_at_ns: int
    certified_at_ns: int
    head: bytes


class Witness:
    """A tree that somebody says leads from a certified root to some rows."""

    def __init__(self, text: str) -> None:
        """Read hex of CBOR; HitRefused where it is no hash tree."""
        try:
            self._tree: list[Any] = decode(_bytes(text), max_depth=_DEEPEST)
            check_tree(self._tree)
        except (Malformed, Untrusted, ValueError) as error:
            raise HitRefused("witness", f"The witness is malformed: {error}") from None

    def root(self) -> bytes:
        """The hash that must be certified."""
        return root_hash(tuple(self._tree))

    def head(self) -> bytes:
        """What the log tells of itself; empty where that is not shown."""
        return lookup(self._tree, COMPLETE_LABEL, HEAD_LABEL) or b""

    def rows(self) -> list[bytes]:
        """Every row that is shown; the head is none, whatever it holds."""
        complete = [
            lookup(self._tree, COMPLETE_LABEL, label)
            for label in labels(self._tree, COMPLETE_LABEL)
            if label != HEAD_LABEL
        ]
        chunks = (rows or b"" for rows in (*complete, lookup(self._tree, OPEN_LABEL)))
        return [
            chunk[at : at + HASH_BYTES]
            for chunk in chunks
            for at in range(0, len(chunk), HASH_BYTES)
        ]


class Prover(NamedTuple):
    """Whose hits to believe: a canister, and the DER-encoded root key of its network."""

    canister: str
    root_key: bytes

    def verify(self, hit: CertifiedText, digest: str, now_ns: int) -> ProvenHit:
        """Check everything that a hit claims of the digest that was asked for.

        Raises:
            HitRefused: a check failed, and its `check` says which.
        """
        certificate = self._certificate(hit.certificate, now_ns)
        witness = Witness(hit.witness)
        self._check_root(certificate, witness)
        # A salt of another length could take in a part of the record: a record within an answer.
        if len(hit.salt) != SALT_CHARACTERS or row_of(hit.salt, hit.record) not in witness.rows():
            raise HitRefused("row", "The certified log does not hold this record.")
        held, expires_at_ns = _hot_fields(hit.record)
        if held != digest:
            raise HitRefused("digest", "The record answers another request.")
        if certificate.time_ns >= expires_at_ns:
            raise HitRefused("expiry", "The answer had expired when it was certified.")
        return ProvenHit(held, expires_at_ns, certificate.time_ns, witness.head())

    def _certificate(self, text: str, now_ns: int) -> Certificate:
        try:
            return verified(_bytes(text), self.root_key, bytes_of(self.canister), now_ns)
        except Stale as error:
            raise HitRefused("age", str(error)) from None
        except (Untrusted, ValueError, InvalidPrincipalError) as error:
            raise HitRefused("certificate", str(error)) from None

    def _check_root(self, certificate: Certificate, witness: Witness) -> None:
        path = (b"canister", bytes_of(self.canister), b"certified_data")
        if certificate.leaf(*path) != witness.root():
            raise HitRefused("root", "The certificate is not of this witness.")


def certified_lookup(
    canister: TypedCanister, prover: Prover, digest: str, now_ns: int
) -> CertifiedText | UncertifiedText | MissText:
    """Look a digest up; a hit that says it is certified was verified before it is told.

    Raises:
        HitRefused: the hit does not prove itself, or the reply is none.
    """
    served = parse_served(canister.query("certified_hit", digest))
    if served is None:
        raise HitRefused("record", "The canister's reply is no hit and no miss.")
    if not isinstance(served, (MissText, UncertifiedText)):
        prover.verify(served, digest, now_ns)
    return served


def _bytes(text: str) -> bytes:
    """Read hex strictly: bytes.fromhex would skip blanks."""
    if not text.isascii() or not text.isalnum():
        raise ValueError("it is no hexadecimal text")
    return bytes.fromhex(text)


def _hot_fields(record: str) -> tuple[str, int]:
    """The digest and the expiry of a record, whose row proves that the canister wrote it."""
    fields = record.split("|", _HOT_FIELDS)
    if len(fields) <= _HOT_FIELDS or fields[0] != "v2" or not fields[5].isdigit():
        raise HitRefused("record", "The record is of a layout that is not known here.")
    return fields[1], int(fields[5])
