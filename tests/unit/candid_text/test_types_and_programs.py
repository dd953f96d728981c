"""Types and `.did` files from their text."""

from __future__ import annotations

import pytest

from kybra_replica.candid.errors import CandidTextError
from kybra_replica.candid.model import Func, Named, Opt, Primitive, Record, Service, Variant, Vec
from kybra_replica.candid.text.program_parser import parse_program, parse_types
from kybra_replica.candid.type_text import type_text

NAT, TEXT, NULL = Primitive("nat"), Primitive("text"), Primitive("null")
PROGRAM = """
// A shop.
type Item = record { name : text; price : nat; };
type Basket = vec Item;
type Notify = func (Item) -> () oneway;
type Shop = service { buy : (basket : Basket, text) -> (opt text); watch : Notify };
service shop : (Item, limit : nat) -> Shop;
"""


def test_every_form_of_type_parses() -> None:
    """Primitives, shorthands, references."""
    references = 'func () -> () query, service { "a b" : () -> () }'
    assert parse_types(f"(nat, null, opt text, blob, vec vec nat, {references})") == (
        NAT, NULL, Opt(TEXT), Vec(Primitive("nat8")), Vec(Vec(NAT)), Func((), (), "query"),
        Service((("a b", Func((), ())),)),
    )  # fmt: skip


def test_fields_without_labels_count_on() -> None:
    """From 0, or from the field before; a member without a type is null."""
    (record,) = parse_types("(record { nat; 7 : nat; text; 0x10 : nat; foo : nat; nat })")
    assert isinstance(record, Record)
    assert [field.name for field in record.fields] == ["0", "7", "8", "16", "foo", "5097223"]
    (variant,) = parse_types('(variant { a; 3; "b c" : nat; })')
    assert isinstance(variant, Variant)
    assert [(f.name, f.of) for f in variant.fields] == [("a", NULL), ("3", NULL), ("b c", NAT)]


def test_a_quoted_number_is_a_name() -> None:
    """It hashes like one, so the model holds its number."""
    (record,) = parse_types('(record { "7" : nat })')
    assert type_text(record, parse_program("").types) == "record { 55 : nat }"


def test_a_program_gives_its_types_service_and_init_arguments() -> None:
    """Names resolve, whatever the order of the definitions."""
    program = parse_program(PROGRAM)
    assert program.init_args == (Named("Item"), NAT)
    assert program.service is not None
    assert [name for name, _ in program.service.methods] == ["buy", "watch"]
    assert type_text(Named("Shop"), program.types) == "Shop"
    assert sorted(program.types.types) == ["Basket", "Item", "Notify", "Shop"]


SHORT = ["", "type A = nat", "type A = nat;", "service : {}", "service : {};", "type A = opt A"]


@pytest.mark.parametrize("source", SHORT)
def test_a_program_may_be_short(source: str) -> None:
    """Semicolons at the end are optional, and so are all the parts."""
    assert parse_program(source).init_args is None


@pytest.mark.parametrize(
    ("source", "problem", "column"),
    [
        ('import "a.did";', "imports are not supported", 1),
        ('import service "a.did";', "imports are not supported", 1),
        ("type A = B;", "undefined type B", 10),
        ("type A = B; type B = A;", "type A is only another name of itself", 1),
        ("type A = nat; type A = int", "type A is defined already", 20),
        ("type nat = int", "type nat is defined already", 6),
        ("type record = int", "expected name, found record", 6),
        ("type A = record { a : nat; a : nat }", "two fields of the same name or id (97)", 17),
        ("type A = record { 1 : nat; nat; 2 : nat }", "two fields of the same name or id (2)", 17),
        ("type A = record { 4294967296 : nat }", "a field id of over 32 bits", 19),
        ("type A = record { 4294967295 : nat; nat }", "a field id of over 32 bits", 37),
        ("type A = record { query : nat }", "expected a type, found query", 19),
        ("type A = variant { opt nat }", "expected a name, found opt", 20),
        ("type A = func (a : nat, a : nat) -> ()", "two arguments of the same name (a)", 25),
        ("type A = func () -> (nat) oneway", "a oneway function with results", 18),
        ("type A = func () -> () query oneway", "a function with more than one mode", 18),
        ("type A = nat; service : { m : A }", "a method's type A is no function", 31),
        ("service : { m : () -> (); m : () -> () }", "two methods of the same name or id (m)", 11),
        ("type A = nat; service : A", "the main service is no service", 25),
        ("service : {} nat", "expected end of text, found name", 14),
        ("type A = " + "opt " * 501 + "nat", "nested over 500 levels", 2010),
        ('type A = record { "\\ff" : nat }', "a text that is not UTF-8", 19),
    ],
)  # fmt: skip
def test_a_wrong_program_is_refused_with_its_place(source: str, problem: str, column: int) -> None:
    """What and where, and never another exception."""
    with pytest.raises(CandidTextError) as caught:
        parse_program(source)
    assert str(caught.value) == f"{problem} at line 1, column {column}"


def test_definitions_of_definitions_take_linear_time() -> None:
    """A type whose text would double a hundred times over is no trouble."""
    lines = [f"type T{n + 1} = record {{ T{n}; T{n} }};" for n in range(100)]
    program = parse_program("type T0 = nat;" + "".join(lines))
    assert len(program.types.types) == 101
