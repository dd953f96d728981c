"""A true hit, and what a liar would make of it: each with the check that must fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kybra_replica.candid.leb128 import encode_unsigned
from kybra_replica.ic_http.cbor import encode_self_described
from kybra_replica.ic_http.certificates import BlsKey, certificate
from refrain.client.certified_hits import Check, Prover
from refrain_core.answer_log import NO_ROW, AnswerLog, row_of
from refrain_core.served_texts import CertifiedText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.ic_http.subnet_keys import SubnetKeys

SECOND_NS = 10**9
STALE_NS = 301 * SECOND_NS
DIGEST, OTHER_DIGEST = "ab" * 32, "cd" * 32
SALT = "5a17" * 8
EPOCH, NEXT_EPOCH = b"1|0", b"2|0"


def record_of(digest: str, expires_at_ns: int, content: str = "forty-two | é") -> str:
    """A record whose hot fields are those that verifiers read."""
    hot = f"v2|{digest}|public|7|5|{expires_at_ns}|{expires_at_ns}"
    return f"{hot}|further fields|{content}"


class Claim(NamedTuple):
    """A hit as it is shown to a verifier, the digest asked for, and the check that must fail."""

    name: str
    hit: CertifiedText
    digest: str = DIGEST
    failing: Check | None = None


class Liar:
    """Has a network's keys, so that even what it forges may be signed."""

    def __init__(self, keys: SubnetKeys, canister: bytes, now_ns: int) -> None:
        """Speak for `canister` at a network of undelegated keys."""
        self.keys = keys
        self.canister = canister
        self.now_ns = now_ns
        self.log = AnswerLog(EPOCH)
        self.records = [record_of(f"{n:064x}", now_ns + STALE_NS) for n in range(20)]
        self.records[3] = record_of(DIGEST, now_ns + STALE_NS)
        self.records[4] = record_of(OTHER_DIGEST, now_ns + STALE_NS)
        for record in self.records:
            self.log.append(row_of(SALT, record))

    def signed(
        self, root: bytes, *, at_ns: int = 0, canister: bytes = b"", key: BlsKey | None = None
    ) -> str:
        """A certificate that a canister certified `root`."""
        data = {(canister or self.canister): {b"certified_data": root}}
        forest = {b"canister": data, b"time": encode_unsigned(at_ns or self.now_ns)}
        return certificate(key or self.keys.root, forest).hex()

    def hit(self, number: int = 3, log: AnswerLog | None = None) -> CertifiedText:
        """What the log honestly says of a row."""
        log = log or self.log
        record = self.records[number]
        return CertifiedText(SALT, self.signed(log.root()), log.witness(number), record)

    def prover(self, canister: str) -> Prover:
        """Who believes this network."""
        return Prover(canister, self.keys.root.der)

    def claims(self) -> Iterator[Claim]:
        """Two true claims first, then forgeries."""
        yield Claim("true", self.hit())
        yield Claim("true, in the open chunk", self.hit(19), f"{19:064x}")
        yield from self._changed()
        yield from self._certificates()
        yield from self._logs()
        yield from self._times()

    def _changed(self) -> Iterator[Claim]:
        true = self.hit()
        yield Claim("answer", true._replace(record=true.record + "!"), failing="row")
        later = true.record.replace(str(self.now_ns + STALE_NS), str(self.now_ns + 2 * STALE_NS))
        yield Claim("expiry", true._replace(record=later), failing="row")
        yield Claim("salt", true._replace(salt=SALT[::-1]), failing="row")
        yield Claim("record within an answer", _record_within(self), failing="row")
        yield Claim("key", true, OTHER_DIGEST, "digest")
        yield Claim("another's record", self.hit(4), failing="digest")
        yield Claim("no record", _of_record(self, "nothing at all"), failing="record")
        yield Claim("witness cut", true._replace(witness=true.witness[:-1]), failing="witness")
        yield Claim("no witness", true._replace(witness=""), failing="witness")
        yield Claim("witness, other row", _witness_changed(true), failing="root")
        yield Claim("witness, all pruned", _all_pruned(self), failing="row")

    def _certificates(self) -> Iterator[Claim]:
        true, root = self.hit(), self.log.root()
        other = b"\0\0\0\0\0\0\0\x63\x01\x01"
        yield Claim(
            "another canister's certificate",
            true._replace(certificate=self.signed(root, canister=other)),
            failing="root",
        )
        yield Claim(
            "another network's certificate",
            true._replace(certificate=self.signed(root, key=BlsKey(99))),
            failing="certificate",
        )
        yield Claim("no certificate", true._replace(certificate=""), failing="certificate")

    def _logs(self) -> Iterator[Claim]:
        true = self.hit()
        later = AnswerLog(NEXT_EPOCH)
        for record in self.records:
            later.append(row_of(SALT, record))
        certified = self.signed(later.root())
        yield Claim("older epoch", true._replace(certificate=certified), failing="root")
        self.log.rewrite(3, NO_ROW)
        removed = self.hit()
        yield Claim("removed", removed, failing="row")
        yield Claim("before removal", removed._replace(witness=true.witness), failing="root")
        for number, other in ((2, 3), (3, 2)):
            self.log.rewrite(number, row_of(SALT, self.records[other]))
        swapped = true._replace(certificate=self.signed(self.log.root()))
        yield Claim("rows swapped", swapped, failing="root")

    def _times(self) -> Iterator[Claim]:
        true = self.hit()
        for name, at_ns in (
            ("stale", self.now_ns - STALE_NS),
            ("future", self.now_ns + 2 * STALE_NS),
        ):
            signed = self.signed(self.log.root(), at_ns=at_ns)
            yield Claim(f"{name} certificate", true._replace(certificate=signed), failing="age")
        expired = record_of(DIGEST, self.now_ns)
        yield Claim("expired at that very moment", _of_record(self, expired), failing="expiry")


def _of_record(liar: Liar, record: str) -> CertifiedText:
    log = AnswerLog(EPOCH)
    number = log.append(row_of(SALT, record))
    return CertifiedText(SALT, liar.signed(log.root()), log.witness(number), record)


def _record_within(liar: Liar) -> CertifiedText:
    """An answer that reads like a record, the true one's fields given out as salt."""
    within = record_of(DIGEST, liar.now_ns + STALE_NS, "what a model was made to say")
    whole = _of_record(liar, record_of(OTHER_DIGEST, liar.now_ns + STALE_NS, within))
    return whole._replace(salt=SALT + whole.record[: -len(within)], record=within)


def _witness_changed(true: CertifiedText) -> CertifiedText:
    row = row_of(true.salt, true.record).hex()
    return true._replace(witness=true.witness.replace(row, row[::-1]))


def _all_pruned(liar: Liar) -> CertifiedText:
    """The right root, and nothing shown."""
    root = liar.log.root()
    return liar.hit()._replace(witness=encode_self_described((4, root)).hex())
