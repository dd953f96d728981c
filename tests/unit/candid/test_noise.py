"""Random bytes and damaged messages decode, or raise CandidDecodeError and nothing else."""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.candid.model import (
    CandidType,
    Field,
    Func,
    Named,
    Opt,
    Primitive,
    Record,
    Service,
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
        "Entry": Record((Field("key", TEXT), Field("at", NAT64), Field("note", Opt(TEXT)))),
        "Call": Func((Named("Entry"),), (Named("Tree"),), "query"),
        "Tower": Service((("call", Named("Call")),)),
    }
)
ALL: list[CandidType] = [
    TEXT,
    NAT,
    Vec(Primitive("nat8")),
    Vec(NULL),
    Opt(Vec(Opt(NAT64))),
    Named("Tree"),
    Named("Deep"),
    Named("Entry"),
    Vec(Named("Call")),
    Opt(Named("Tower")),
    RESERVED,
]

STEADY = settings(deadline=None, derandomize=True, max_examples=250)


@STEADY
@given(st.binary(max_size=200), st.sampled_from(ALL), st.sampled_from([10_000, 50, None]))
@example(b"DIDL\0\1\x71", TEXT, None)
def test_noise_after_the_magic_never_escapes_as_another_error(
    noise: bytes, expected: CandidType, quota: int | None
) -> None:
    """Random bytes decode or raise CandidDecodeError."""
    _survive(b"DIDL" + noise, expected, quota)
    _survive(noise, expected, quota)


SEEDS: list[tuple[CandidType, Any]] = [
    (Named("Tree"), {"Node": [{"Leaf": "a"}, {"Node": [{"Leaf": "b"}]}]}),
    (Vec(Named("Entry")), [{"key": "k", "at": 1, "note": "n"}, {"key": "", "at": 2, "note": None}]),
    (Opt(Vec(NAT)), [1, 300, 1 << 80]),
    (Vec(Primitive("nat8")), b"bytes"),
]


@STEADY
@given(
    st.sampled_from(SEEDS),
    st.sampled_from(ALL),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=4),
    st.integers(0, 80),
)
def test_a_changed_or_cut_message_never_escapes_as_another_error(
    seed: tuple[CandidType, Any],
    expected: CandidType,
    changes: list[tuple[int, int]],
    cut: int,
) -> None:
    """Flipped and missing bytes decode or raise CandidDecodeError."""
    of, value = seed
    data = bytearray(encode([of], [value], TABLE))
    for at, byte in changes:
        data[4 + at % (len(data) - 4)] = byte
    for changed in (bytes(data), bytes(data[:cut])):
        _survive(changed, expected, 10_000)
        _survive(changed, of, None)


def _survive(data: bytes, expected: CandidType, quota: int | None) -> None:
    try:
        decode(data, [expected], TABLE, skipping_quota=quota)
    except CandidDecodeError as error:
        assert str(error)  # noqa: PT017 - either outcome is right, this one has a text
