"""What nobody asked for is passed over, up to the quota measured on the real runtime."""

import pytest

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.candid.model import CandidType, Field, Primitive, Record, TypeTable, Variant, Vec

TEXT, NAT, NAT64 = (Primitive(name) for name in ("text", "nat", "nat64"))
BLOB = Vec(Primitive("nat8"))
OLD = Record((Field("a", NAT64),))
NEW = Record((Field("a", NAT64), Field("z", TEXT)))
TABLE = TypeTable()
CAUSE = "\n\nCaused by:\n    "


@pytest.mark.parametrize(("of", "most"), [(TEXT, 9_999), (BLOB, 9_997)])
def test_an_extra_argument_is_skipped_up_to_the_quota(of: CandidType, most: int) -> None:
    """The largest that a canister skips is the one measured on the real runtime."""
    value = "x" if of is TEXT else b"x"
    passes = encode([NAT64, of], [1, value * most], TABLE)
    assert decode(passes, [NAT64], TABLE) == [1]
    too_much = encode([NAT64, of], [1, value * (most + 1)], TABLE)
    with pytest.raises(CandidDecodeError) as caught:
        decode(too_much, [NAT64], TABLE)
    assert str(caught.value).endswith(f"{CAUSE}Skipping cost exceeds the limit")
    assert decode(too_much, [NAT64], TABLE, skipping_quota=None) == [1]


def test_an_extra_argument_over_the_quota_is_named() -> None:
    """The text is that of the real runtime."""
    message = encode([NAT64, NAT64, TEXT], [1, 2, "x" * 20_000], TABLE)
    with pytest.raises(CandidDecodeError) as caught:
        decode(message, [NAT64, NAT64], TABLE)
    assert str(caught.value) == (
        f"Fail to decode argument 2 from text to reserved{CAUSE}Skipping cost exceeds the limit"
    )


def test_an_extra_field_is_skipped_up_to_the_quota() -> None:
    """9,000 characters nobody asked for pass, 20,000 do not."""
    passes = encode([NEW], [{"a": 1, "z": "x" * 9_000}], TABLE)
    assert decode(passes, [OLD], TABLE) == [{"a": 1}]
    too_much = encode([NEW], [{"a": 1, "z": "x" * 20_000}], TABLE)
    with pytest.raises(CandidDecodeError, match="Skipping cost exceeds the limit"):
        decode(too_much, [OLD], TABLE)


def test_values_expected_cost_nothing_of_the_quota() -> None:
    """Only what is passed over is charged."""
    message = encode([TEXT], ["x" * 100_000], TABLE)
    assert decode(message, [TEXT], TABLE, skipping_quota=0) == ["x" * 100_000]


PRICES: list[tuple[CandidType, object, int]] = [
    (NAT64, 1, 8),
    (NAT, 300, 2),
    (Primitive("bool"), True, 1),
    (Primitive("null"), None, 1),
    (Primitive("reserved"), None, 1),
    (TEXT, "four", 5),
    (BLOB, b"four", 7),
    (Vec(NAT64), [1, 2], 28),
    (OLD, {"a": 1}, 24),
    (Variant((Field("a", NAT64),)), {"a": 1}, 29),
]


@pytest.mark.parametrize(("of", "value", "cost"), PRICES, ids=str)
def test_each_kind_of_value_costs_what_the_crate_charges(
    of: CandidType, value: object, cost: int
) -> None:
    """The least quota that lets an extra argument pass is its price."""
    message = encode([of], [value], TABLE)
    assert decode(message, [], TABLE, skipping_quota=cost) == []
    with pytest.raises(CandidDecodeError, match="Skipping cost exceeds the limit"):
        decode(message, [], TABLE, skipping_quota=cost - 1)
