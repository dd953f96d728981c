"""Function and service references are taken only where their types serve."""

from typing import Any

import pytest
from kybra import Principal

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

TEXT, NAT, INT, NULL, RESERVED, EMPTY = (
    Primitive(name) for name in ("text", "nat", "int", "null", "reserved", "empty")
)
NARROW, WIDE = Record((Field("a", TEXT),)), Record((Field("a", TEXT), Field("b", NAT)))
RED, COLOURS = Variant((Field("red", NULL),)), Variant((Field("red", NULL), Field("blue", NULL)))
TABLE = TypeTable(
    {
        "List": Record((Field("head", NAT), Field("tail", Opt(Named("List"))))),
        "IntList": Record((Field("head", INT), Field("tail", Opt(Named("IntList"))))),
        "Chain": Record((Field("next", Vec(Named("Chain"))), Field("x", NAT))),
        "IntChain": Record((Field("next", Vec(Named("IntChain"))), Field("x", INT))),
        "TextChain": Record((Field("next", Vec(Named("TextChain"))), Field("x", TEXT))),
        "Transform": Func((Named("List"),), (Named("List"),), "query"),
    }
)
ANYONE = (Principal.anonymous(), "m")


class Holder:
    """What a Service instance shows of itself."""

    canister_id = Principal.anonymous()


def giving(*results: CandidType) -> Func:
    """Declare a function by its results."""
    return Func((), results)


def taking(*args: CandidType) -> Func:
    """Declare a function by its arguments."""
    return Func(args, ())


def passes(sent: CandidType, expected: CandidType, value: Any = ANYONE) -> bool:
    """Send a reference as one type and read it as another."""
    try:
        decode(encode([sent], [value], TABLE), [expected], TABLE)
    except CandidDecodeError as error:
        assert "is not a subtype of" in str(error)  # noqa: PT017 - the other outcome has none
        return False
    return True


WHOLE: list[tuple[CandidType, CandidType]] = [
    (NAT, INT),
    (NAT, RESERVED),
    (EMPTY, TEXT),
    (TEXT, Opt(NAT)),
    (WIDE, NARROW),
    (NARROW, Record((Field("a", TEXT), Field("c", Opt(NAT))))),
    (RED, COLOURS),
    (Vec(NAT), Vec(INT)),
    (Named("List"), Named("IntList")),
    (Named("Chain"), Named("IntChain")),
    (giving(NAT), giving(INT)),
    (Service((("a", giving()), ("b", giving()))), Service((("a", giving()),))),
]
NONE: list[tuple[CandidType, CandidType]] = [
    (INT, NAT),
    (TEXT, EMPTY),
    (NARROW, WIDE),
    (COLOURS, RED),
    (Vec(INT), Vec(NAT)),
    (Vec(NAT), Opt(NAT)),
    (Named("Chain"), Named("TextChain")),
    (Service(()), Service((("a", giving()),))),
    (Service((("a", giving(TEXT)),)), Service((("a", giving(NAT)),))),
    (giving(), Func((), (), "query")),
]


@pytest.mark.parametrize(("narrow", "wide"), WHOLE, ids=str)
def test_results_may_be_narrower_and_arguments_wider(narrow: CandidType, wide: CandidType) -> None:
    """A function that gives less or takes more serves."""
    assert passes(giving(narrow), giving(wide))
    assert passes(taking(wide), taking(narrow))


@pytest.mark.parametrize(("left", "right"), NONE[:5] + NONE[6:], ids=str)
def test_a_function_of_other_types_does_not_serve(left: CandidType, right: CandidType) -> None:
    """What is no subtype is refused in results as in arguments."""
    assert not passes(giving(left), giving(right))
    assert not passes(taking(right), taking(left))


def test_lacking_results_and_extra_arguments_follow_the_record_rule() -> None:
    """Results and arguments compare as tuples do."""
    assert passes(giving(NAT, TEXT), giving(NAT))
    assert not passes(giving(NAT), giving(NAT, TEXT))
    assert passes(giving(NAT), giving(NAT, Opt(TEXT)))
    assert passes(taking(NAT), taking(NAT, TEXT))
    assert not passes(taking(NAT, TEXT), taking(NAT))


def test_modes_must_agree() -> None:
    """A query is no update."""
    assert passes(Func((), (), "query"), Func((), (), "query"))
    assert not passes(Func((), (), "query"), Func((), ()))


def test_a_service_serves_with_more_methods_than_asked_for() -> None:
    """Every expected method must be there, of a type that serves."""
    both = Service((("a", giving(NAT)), ("b", giving())))
    assert passes(both, Service((("a", giving(INT)),)), Holder())
    assert not passes(Service((("b", giving()),)), both, Holder())


def test_a_function_serves_over_a_recursive_type() -> None:
    """Names on both sides are compared by what they stand for."""
    assert passes(Named("Transform"), Named("Transform"))
    assert passes(Func((Named("IntList"),), (Named("List"),), "query"), Named("Transform"))
    assert not passes(Func((Named("List"),), (Named("Chain"),), "query"), Named("Transform"))


def test_the_refusal_names_both_types() -> None:
    """The wire's parts stand by place, the expected type written out."""
    with pytest.raises(CandidDecodeError) as caught:
        decode(encode([giving(WIDE)], [ANYONE], TABLE), [Func((NAT,), (TEXT,), "query")], TABLE)
    assert str(caught.value) == (
        "Fail to decode argument 0 from table0 to func (nat) -> (text) query\n\nCaused by:\n    "
        "Subtyping error: func () -> (table1) is not a subtype of func (nat) -> (text) query"
    )


def test_a_long_refusal_leaves_the_types_out() -> None:
    """Over 500 characters only the verdict remains."""
    many = Record(tuple(Field(f"field_{at}", NAT) for at in range(60)))
    with pytest.raises(CandidDecodeError, match="Subtyping error: subtype mismatch"):
        decode(encode([giving(TEXT)], [ANYONE], TABLE), [giving(many)], TABLE)


@pytest.mark.parametrize("sent", [TEXT, Vec(TEXT), WIDE, COLOURS, Opt(TEXT)], ids=str)
def test_a_value_that_is_no_reference_does_not_serve(sent: CandidType) -> None:
    """The text names what came instead; an opt around it becomes None."""
    of: dict[type, Any] = {
        Opt: None,
        Vec: [],
        Primitive: "x",
        Record: {"a": "", "b": 1},
        Variant: {"red": None},
    }
    message = encode([sent], [of[type(sent)]], TABLE)
    with pytest.raises(CandidDecodeError, match=r"is not a subtype of service \{\}"):
        decode(message, [Service(())], TABLE)
    assert decode(message, [Opt(giving())], TABLE) == [None]


def test_references_nobody_expects_are_skipped() -> None:
    """Functions and services among extra arguments pass, at the price of a principal."""
    message = encode([giving(), Service(()), Opt(NAT)], [ANYONE, Holder(), 5], TABLE)
    assert decode(message, [], TABLE) == []
    with pytest.raises(CandidDecodeError, match="Skipping cost exceeds the limit"):
        decode(message, [], TABLE, skipping_quota=30)


def test_an_opaque_reference_is_refused() -> None:
    """Candid knows references without a name; the crate does not."""
    message = encode([giving()], [ANYONE], TABLE)
    hidden = message.replace(b"\1\1\1\4", b"\0\1\1\4")
    with pytest.raises(CandidDecodeError, match="Opaque reference not supported"):
        decode(hidden, [giving()], TABLE)


def test_a_type_of_a_later_candid_is_skipped() -> None:
    """Such a type says how long it and its values are."""
    message = b"DIDL\1" + b"\x67\2ab" + b"\1\0" + b"\3\0xyz"
    assert decode(message, [], TABLE) == []
    assert decode(message, [Opt(TEXT)], TABLE) == [None]
    with pytest.raises(CandidDecodeError, match="future is not a subtype of"):
        decode(message, [giving()], TABLE)
