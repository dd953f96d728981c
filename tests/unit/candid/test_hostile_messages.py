"""Messages made to crash, hang or swell the decoder end in a CandidDecodeError, soon."""

import tracemalloc
from collections.abc import Iterator

import pytest

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.candid.leb128 import encode_signed, encode_unsigned
from kybra_replica.candid.model import (
    CandidType,
    Field,
    Named,
    Opt,
    Primitive,
    TypeTable,
    Variant,
    Vec,
)

TEXT, NAT, NAT64, NULL = (Primitive(name) for name in ("text", "nat", "nat64", "null"))
RESERVED = Primitive("reserved")
TABLE = TypeTable(
    {
        "Tree": Variant((Field("Leaf", TEXT), Field("Node", Vec(Named("Tree"))))),
        "Deep": Opt(Named("Deep")),
    }
)
ALL: list[CandidType] = [
    TEXT,
    Vec(Primitive("nat8")),
    Vec(NULL),
    Named("Tree"),
    Named("Deep"),
    RESERVED,
]


def message(table: list[bytes], args: bytes, values: bytes) -> bytes:
    """Put a message together; `args` has one byte for each argument."""
    head = b"DIDL" + encode_unsigned(len(table)) + b"".join(table)
    return head + encode_unsigned(len(args)) + args + values


def refusal(data: bytes, of: CandidType, quota: int | None = 10_000) -> str:
    """Decode a message that must not pass."""
    with pytest.raises(CandidDecodeError) as caught:
        decode(data, [of], TABLE, skipping_quota=quota)
    return str(caught.value)


@pytest.fixture(autouse=True)
def _lean() -> Iterator[None]:
    """Hold each test to 64 MB."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64_000_000


@pytest.mark.parametrize("count", [1 << 20, 1 << 40, (1 << 64) - 1])
@pytest.mark.parametrize("element", [NULL, Opt(NAT64), RESERVED], ids=["null", "opt", "reserved"])
def test_a_vector_of_nothing_is_bounded(count: int, element: CandidType) -> None:
    """Elements without bytes are not made by the million."""
    data = message([b"\x6d\x7f"], b"\0", encode_unsigned(count))
    assert "cost exceeds the limit" in refusal(data, Vec(element), None)


def test_vectors_of_nothing_share_one_bound() -> None:
    """Many small empty vectors are as bad as one large."""
    inner = encode_unsigned(90_000)
    data = message([b"\x6d\x01", b"\x6d\x7f"], b"\0", b"\x0a" + inner * 10)
    assert "Decoding cost exceeds the limit" in refusal(data, Vec(Vec(NULL)))


def test_a_short_vector_of_nothing_passes() -> None:
    """The bound is far above what an honest message holds."""
    data = message([b"\x6d\x7f"], b"\0", encode_unsigned(50_000))
    assert decode(data, [Vec(NULL)], TABLE) == [[None] * 50_000]


@pytest.mark.parametrize("opcode", [b"\x71", b"\x7d", b"\x78"], ids=["text", "nat", "nat64"])
@pytest.mark.parametrize("expected", ALL, ids=str)
def test_a_length_beyond_the_message_reads_nothing(opcode: bytes, expected: CandidType) -> None:
    """A vector that promises 2**63 elements is refused for all expected types."""
    data = message([b"\x6d" + opcode], b"\0", encode_unsigned(1 << 63) + b"\1\1\1")
    refusal(data, expected)


@pytest.mark.parametrize("quota", [10_000, None])
def test_a_record_that_doubles_at_each_level_is_not_unfolded(quota: int | None) -> None:
    """Forty entries describe a value of no bytes and 2**40 parts."""
    table = [b"\x6c\x02\x00" + bytes((at,)) + b"\x01" + bytes((at,)) for at in range(1, 41)]
    table.append(b"\x6c\x00")
    data = message(table, b"\0", b"")
    assert "Skipping cost exceeds the limit" in refusal(data, RESERVED, quota)
    assert "Skipping cost exceeds the limit" in refusal(data, Opt(TEXT), quota)


def test_a_record_made_of_itself_ends() -> None:
    """A type without a finite value is refused by depth or by cost."""
    data = message([b"\x6c\x01\x00\x00"], b"\0", b"")
    assert "Recursion limit exceeded" in refusal(data, RESERVED, None)
    refusal(data, Opt(TEXT))


@pytest.mark.parametrize("expected", [Named("Deep"), RESERVED, Opt(TEXT)], ids=str)
def test_a_million_levels_of_opt_end(expected: CandidType) -> None:
    """Nesting is followed 500 levels deep."""
    data = message([b"\x6e\x00"], b"\0", b"\1" * 1_000_000 + b"\0")
    assert "Recursion limit exceeded" in refusal(data, expected, None)


def test_a_million_levels_of_tree_end() -> None:
    """The same for a recursive variant that is expected."""
    head = encode([Named("Tree")], [{"Leaf": ""}], TABLE)[:-2]
    node = encode([Named("Tree")], [{"Node": []}], TABLE)[len(head)]
    data = head + bytes((node, 1)) * 500_000
    assert "Recursion limit exceeded" in refusal(data, Named("Tree"))


def test_a_chain_of_ten_thousand_types_ends() -> None:
    """Nesting in the type table counts as well as nesting by recursion."""
    table = [b"\x6e" + encode_signed(at) for at in range(1, 10_000)] + [b"\x6e\x7f"]
    data = message(table, b"\0", b"\1" * 10_000)
    assert "Recursion limit exceeded" in refusal(data, RESERVED, None)


def test_a_long_number_is_read_in_linear_time() -> None:
    """A nat of 200,000 bytes decodes at once, and encodes back."""
    data = message([], b"\x7d", b"\xff" * 200_000 + b"\1")
    (value,) = decode(data, [NAT], TABLE)
    assert value == (1 << 1_400_001) - 1
    assert encode([NAT], [value], TABLE) == data


def test_a_long_type_table_is_refused_without_being_made() -> None:
    """Counts in the head are promises that the bytes must keep."""
    for what in (b"", b"\1\x6c", b"\1\x6a", b"\1\x69", b"\0"):
        assert "Cannot parse header" in refusal(b"DIDL" + what + b"\xff" * 9 + b"\1", TEXT)


def test_a_message_of_many_shapes_does_not_fill_the_memo() -> None:
    """Plans for foreign heads are kept in small number."""
    for at in range(200):
        decode(encode([TEXT, *[NULL] * at], ["x"] + [None] * at, TABLE), [TEXT], TABLE)
    assert len(TABLE.memo["decode", (TEXT,)]) <= 8
