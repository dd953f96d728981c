"""`list_canisters`, a query of the subnet: the ids of its canisters, as ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra import Principal

from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Field, Primitive, Record, TypeTable, Vec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PRINCIPAL = Primitive("principal")
RANGE = Record((Field("start", PRINCIPAL), Field("end", PRINCIPAL)))
LIST = Record((Field("canisters", Vec(RANGE)),))
_NUMBER_BYTES = 8


def canister_list(ids: Sequence[bytes]) -> bytes:
    """The reply, in Candid, for ids in their order."""
    ranges = [{"start": Principal(first), "end": Principal(last)} for first, last in _ranges(ids)]
    return encode((LIST,), ({"canisters": ranges},), TypeTable())


def _ranges(ids: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    first = last = b""
    for each in ids:
        if last and _number(each) == _number(last) + 1:
            last = each
            continue
        if last:
            yield first, last
        first = last = each
    if last:
        yield first, last


def _number(raw: bytes) -> int:
    return int.from_bytes(raw[:_NUMBER_BYTES], "big")
