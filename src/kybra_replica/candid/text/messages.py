"""Whole messages from text and to text, without anybody saying of which types they are."""

from __future__ import annotations

from kybra_replica.candid.exact import decode_exact, encode_exact
from kybra_replica.candid.header import read_header
from kybra_replica.candid.model import TypeTable
from kybra_replica.candid.nesting import room_for_nesting
from kybra_replica.candid.text.inferred import inferred_type
from kybra_replica.candid.text.typed import TypedReader
from kybra_replica.candid.text.value_parser import parse_values
from kybra_replica.candid.text.value_text import values_text
from kybra_replica.candid.wire_model import message_types


@room_for_nesting()
def encode_text(source: str) -> bytes:
    """Encode `(value, …)`, each of the type that it seems to have; CandidTextError if it has none.

    Unlike Rust's crate, which lets the elements of a vector differ and writes what nobody can
    read, this refuses an element that is not of the first one's type.
    """
    nodes = parse_values(source)
    types = [inferred_type(node) for node in nodes]
    table = TypeTable()
    return encode_exact(types, TypedReader(source, table).values(nodes, types), table)


def decode_text(data: bytes) -> str:
    """Write a message's values, field ids for field names; CandidDecodeError if it is malformed."""
    types, table = message_types(read_header(data))
    return values_text(types, decode_exact(data, types, table), table)
