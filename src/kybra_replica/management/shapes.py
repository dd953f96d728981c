"""Candid types that the management canister's methods share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.candid.model import Field, Opt, Primitive, Record, TypeTable, Variant, Vec

if TYPE_CHECKING:
    from kybra_replica.candid.model import CandidType

NO_NAMES = TypeTable()
BOOL = Primitive("bool")
NAT = Primitive("nat")
NAT64 = Primitive("nat64")
NULL = Primitive("null")
PRINCIPAL = Primitive("principal")
TEXT = Primitive("text")
BLOB = Vec(Primitive("nat8"))


def record(**fields: CandidType) -> Record:
    """A record of named fields."""
    return Record(tuple(Field(name, of) for name, of in fields.items()))


def variant(**arms: CandidType) -> Variant:
    """A variant of named arms."""
    return Variant(tuple(Field(name, of) for name, of in arms.items()))


CANISTER = record(canister_id=PRINCIPAL)
CHANGED_CANISTER = record(canister_id=PRINCIPAL, sender_canister_version=Opt(NAT64))
CHUNK_HASH = record(hash=BLOB)
