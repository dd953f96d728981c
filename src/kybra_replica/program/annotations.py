"""From an annotation to a Candid type, by the rules of Kybra's compiler (`to_candid_type`)."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal, TypeGuard, cast

from kybra_replica.candid.model import (
    PRIMITIVES,
    CandidType,
    Field,
    Func,
    Named,
    Opt,
    Primitive,
    Record,
    Service,
    Variant,
    Vec,
)
from kybra_replica.program.statements import bare_name, pair_of

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOB = Vec(Primitive("nat8"))
"""What Kybra calls `blob`."""

VOID = Primitive("null")
"""`void` where a value is due; as a return type it is read as None instead."""

_RENAMED: dict[str, CandidType] = {
    "str": Primitive("text"),
    "Principal": Primitive("principal"),
    "blob": BLOB,
    "void": VOID,
}
PRIMITIVE_TYPES: dict[str, CandidType] = {
    **{name: Primitive(name) for name in PRIMITIVES if name != "principal"},
    **_RENAMED,
}
"""Kybra's names of types without parameters."""

FUNC_MODES = {"Query": "query", "Update": "update", "Oneway": "oneway"}
"""What stands inside `Func(...)`, and its Candid mode."""

_ADVICE = {
    "float": "write float64",
    "bytes": "write blob",
    "list": "write Vec[...]",
    "dict": "write a Record",
    "tuple": "write Tuple[...]",
    "Optional": "write Opt[...]",
    "List": "write Vec[...]",
    "Dict": "write a Record",
    "Any": "write reserved, or a Variant",
}


class AnnotationRefused(Exception):  # noqa: N818 - a refusal, named as what happened
    """An annotation that Kybra cannot read; `line` is where it stands."""

    def __init__(self, message: str, node: ast.AST) -> None:
        """Keep the line of `node` beside the message."""
        super().__init__(message)
        self.line = cast("int", getattr(node, "lineno", 1))


def advice_for(name: str) -> str:
    """What to write instead of an unknown type's name."""
    return _ADVICE.get(name, f"define it at a module's top level, e.g. {name} = Alias[...]")


def read_type(annotation: ast.expr) -> CandidType:
    """The Candid type of an annotation; AnnotationRefused where Kybra refuses it."""
    name = bare_name(annotation)
    if name is not None:
        return PRIMITIVE_TYPES.get(name) or Named(name)
    if isinstance(annotation, ast.Subscript):
        return _read_subscript(annotation)
    if isinstance(annotation, ast.Call) and bare_name(annotation.func) == "Func":
        return read_func(annotation)
    if isinstance(annotation, ast.Constant) and annotation.value is None:
        raise AnnotationRefused("None is no type: write void (or null for a value)", annotation)
    raise AnnotationRefused(
        f"{ast.unparse(annotation)!r} is no type here{_hint(annotation)}", annotation
    )


def read_return(annotation: ast.expr) -> CandidType | None:
    """The type that a method returns, taken out of Async and Manual; None is void."""
    inner = _unwrapped(annotation)
    return None if bare_name(inner) == "void" else read_type(inner)


def is_async(annotation: ast.expr | None) -> TypeGuard[ast.Subscript]:
    """Whether the outermost type is Async, which is all that Kybra looks at."""
    return isinstance(annotation, ast.Subscript) and bare_name(annotation.value) == "Async"


def is_manual(annotation: ast.expr | None) -> bool:
    """Whether Manual stands anywhere along the subscripts."""
    while isinstance(annotation, ast.Subscript):
        if bare_name(annotation.value) == "Manual":
            return True
        annotation = annotation.slice
    return False


def read_tuple(annotation: ast.Subscript) -> Record:
    """`Tuple[a, b]` as the record of its positions."""
    inner = annotation.slice
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    fields = (Field(str(i), read_type(part), key=i) for i, part in enumerate(parts))
    return Record(tuple(fields), is_tuple=True)


def read_func(call: ast.Call) -> Func:
    """`Func(Query[[arguments], result])`."""
    if len(call.args) != 1 or not isinstance(call.args[0], ast.Subscript):
        raise AnnotationRefused("write Func(Query[[arguments], result])", call)
    mode = FUNC_MODES.get(bare_name(call.args[0].value) or "")
    signature = pair_of(call.args[0].slice)
    if mode is None or signature is None or not isinstance(signature[0], ast.List):
        raise AnnotationRefused(
            "write Func(Query[[arguments], result]), with Query, Update or Oneway", call
        )
    args = tuple(read_type(part) for part in signature[0].elts)
    returned = None if mode == "oneway" else read_return(signature[1])
    return Func(args, results_of(returned), cast("Literal['query', 'update', 'oneway']", mode))


def results_of(returned: CandidType | None) -> tuple[CandidType, ...]:
    """A return type as Candid's list of results."""
    return () if returned is None else (returned,)


def names_in(of: CandidType | None) -> Iterator[str]:
    """Every name that a type refers to, as written."""
    if isinstance(of, Named):
        yield of.name
    for part in _parts(of):
        yield from names_in(part)


def _parts(of: CandidType | None) -> tuple[CandidType, ...]:
    if isinstance(of, (Opt, Vec)):
        return (of.of,)
    if isinstance(of, (Record, Variant)):
        return tuple(field.of for field in of.fields)
    if isinstance(of, Func):
        return (*of.args, *of.results)
    return tuple(method for _, method in of.methods) if isinstance(of, Service) else ()


def _unwrapped(annotation: ast.expr) -> ast.expr:
    while isinstance(annotation, ast.Subscript) and bare_name(annotation.value) in {
        "Async",
        "Manual",
    }:
        annotation = annotation.slice
    return annotation


def _read_subscript(annotation: ast.Subscript) -> CandidType:
    outer = bare_name(annotation.value)
    if outer == "Vec":
        return Vec(read_type(annotation.slice))
    if outer == "Opt":
        return Opt(read_type(annotation.slice))
    if outer == "Tuple":
        return read_tuple(annotation)
    if outer in {"Async", "Manual"}:
        return read_type(annotation.slice)
    hint = advice_for(outer) if outer in _ADVICE else "use Vec, Opt, Tuple, Async or Manual"
    raise AnnotationRefused(f"{ast.unparse(annotation)!r} is no Candid type: {hint}", annotation)


def _hint(annotation: ast.expr) -> str:
    if isinstance(annotation, ast.Attribute):
        return f": import the name and write {annotation.attr}"
    if isinstance(annotation, ast.BinOp):
        return ": write Opt[...] or a Variant"
    return ""
