"""Types, guards and inspection where messages enter and values leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kybra import Principal

from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Primitive, TypeTable
from kybra_replica.kernel.principals import ANONYMOUS
from kybra_replica.kernel.rejects import Reject, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.kernel.replica import Replica


@pytest.fixture
def shapes(install: Callable[..., str]) -> str:
    """A toy of many types."""
    return install("shapes")


def raw(replica: Replica, canister: str, method: str, data: bytes) -> Reject:
    """Send Candid bytes; the reject that must come back."""
    number = replica.submit_raw(replica.canister(canister), method, data, ANONYMOUS)
    replica.run()
    answer = replica.answer(number)
    assert isinstance(answer, Reject)
    return answer


def test_records_variants_and_options_pass(replica: Replica, shapes: str) -> None:
    """Values come back as they went in."""
    point = {"x": 5, "label": "here"}
    assert replica.query(shapes, "mirror", point) == point
    assert replica.query(shapes, "shape_of", "dot") == {"Dot": {"x": 1, "label": None}}
    assert replica.query(shapes, "shape_of", "other") == {"Nothing": None}


def test_all_sorts_of_arguments_arrive(replica: Replica, shapes: str) -> None:
    """blob, nat8, nat, float64 and principal."""
    who = Principal.from_str("aaaaa-aa")
    got = replica.query(shapes, "all_sorts", b"\x01\xff", 255, 2**80, 0.5, who)
    assert got == ["01ff", "255", str(2**80), "0.5", "aaaaa-aa"]


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("int_for_float", "TypeError: Expected type 'float' but 'int' found"),
        ("void_with_value", "TypeError: expected NoneType but received int"),
    ],
)
def test_a_wrong_reply_traps(replica: Replica, shapes: str, method: str, text: str) -> None:
    """Kybra's own exceptions and texts."""
    with pytest.raises(Rejected, match=text):
        replica.query(shapes, method)


def test_undecodable_arguments_trap(replica: Replica, shapes: str) -> None:
    """A nat for nat64, nothing at all, and bytes that are no Candid."""
    nat = encode((Primitive("nat"),), (1,), TypeTable())
    for data, text in ((nat, "Subtyping error"), (encode((), (), TypeTable()), "No more values")):
        answer = raw(replica, shapes, "behind_open", data)
        assert answer.code == 5
        assert "failed to decode call arguments: Custom(" in answer.message
        assert text in answer.message
    assert "failed to decode call arguments" in raw(replica, shapes, "behind_open", b"?").message


def test_an_option_of_a_wrong_type_becomes_none(replica: Replica, shapes: str) -> None:
    """Silently, as on the real platform."""
    canister = replica.canister(shapes)
    data = encode((Primitive("text"),), ("x",), TypeTable())
    answer = replica._processor.query(canister, "opaque", data, b"\x04")
    assert isinstance(answer, bytes)
    assert answer.endswith(b"None")


def test_a_guard_rejects_before_decoding_and_its_writes_stay(replica: Replica, shapes: str) -> None:
    """Err and exceptions are rejects of code 4 with the bare text."""
    assert raw(replica, shapes, "behind_closed", b"?") == Reject(4, "the guard says no")
    with pytest.raises(Rejected, match=r"^reject code 4: ValueError: guard blew$"):
        replica.update(shapes, "behind_blowing")
    assert replica.update(shapes, "behind_open", 3) == 3
    assert replica.query(shapes, "guards_seen") == ["seen", "blown"]


def test_inspection_refuses_at_submit(replica: Replica, shapes: str) -> None:
    """Not accepting is code 4, an exception code 5; other methods pass."""
    with pytest.raises(Rejected, match=r"^reject code 4: .*rejected the message$"):
        replica.submit(shapes, "uninvited")
    with pytest.raises(Rejected, match=r"^reject code 5: .*ValueError: insp"):
        replica.submit(shapes, "provoking")


def test_maps_keep_rusts_order(replica: Replica, shapes: str) -> None:
    """Numbers by value, text by UTF-8 bytes, tuples field by field."""
    replica.update(shapes, "fill")
    numbers, words, pairs, length = replica.query(shapes, "orders")
    assert numbers == "[2, 10, 300, 70000]"
    assert words == "['Z', 'a', 'aa', 'b', 'é']"
    assert pairs == "[(2, 'p'), (10, 'p'), (300, 'p'), (70000, 'p')]"
    assert length == "4"


def test_odd_uses_of_maps_fail_as_in_kybra(replica: Replica, shapes: str) -> None:
    """Oversize keys read as absent; wrong types, ranges and ids are catchable."""
    assert replica.update(shapes, "odd_uses") == [
        "None",
        "False",
        "None",
        "TypeError: Expected type 'str' but 'int' found",
        "OverflowError: Python int too large to convert to Rust u64",
        "LookupError: memory_id 9 does not have an associated StableBTreeMap",
    ]
