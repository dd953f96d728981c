"""Types from their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.candid.field_ids import field_id
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
from kybra_replica.candid.text.cursor import FIELD_IDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Literal

    from kybra_replica.candid.text.cursor import Cursor

_NULL = Primitive("null")


class TypeParser:
    """Reads types, and remembers which names they use: definitions may follow later."""

    def __init__(self, cursor: Cursor) -> None:
        """Read from where `cursor` stands."""
        self._cursor = cursor
        self.used: list[tuple[str, int]] = []
        """Names used, and where."""
        self.methods: list[tuple[str, int]] = []
        """Those used as a method's type."""

    def type(self) -> CandidType:
        """Read one type."""
        cursor = self._cursor
        cursor.descend()
        token = cursor.take()
        if token.kind == "name":
            found = self._named(token.value, token.at)
        elif token.kind in _READERS:
            found = _READERS[token.kind](self)
        else:
            raise cursor.error(f"expected a type, found {token.kind}", token.at)
        cursor.ascend()
        return found

    def arguments(self) -> tuple[CandidType, ...]:
        """Read types in parentheses; names before them only document, but may not repeat."""
        cursor = self._cursor
        cursor.expect("(")
        names: set[str] = set()
        found = cursor.parts(lambda: self._argument(names), ",", ")")
        return tuple(found)

    def actor(self) -> CandidType:
        """Read a service's methods in braces, or a name for them."""
        if self._cursor.next.kind != "name":
            return self.service()
        token = self._cursor.take()
        return self._named(token.value, token.at)

    def func(self) -> Func:
        """Read a function's arguments, results and mode."""
        args = self.arguments()
        at = self._cursor.expect("->").at
        results = self.arguments()
        mode: Literal["update", "query", "oneway", "composite_query"] = "update"
        modes = []
        while self._cursor.next.kind in ("query", "oneway", "composite_query"):
            modes.append(self._cursor.take().kind)
        if len(modes) > 1:
            raise self._cursor.error("a function with more than one mode", at)
        if "oneway" in modes:
            mode = "oneway"
            if results:
                raise self._cursor.error("a oneway function with results", at)
        elif modes:
            mode = "query" if modes == ["query"] else "composite_query"
        return Func(args, results, mode)

    def service(self) -> Service:
        """Read methods in braces, sorted by name."""
        at = self._cursor.expect("{").at
        methods = self._cursor.parts(self._method, ";", "}")
        self._distinct([name for name, _ in methods], "method", at)
        return Service(tuple(sorted(methods, key=lambda method: method[0].encode())))

    def record(self) -> Record:
        """Read a record's fields; those without a label count on from the one before."""
        at = self._cursor.expect("{").at
        labels = Labels()
        fields = self._cursor.parts(lambda: self._record_field(labels), ";", "}")
        self._distinct((field_id(field.name) for field in fields), "field", at)
        return Record(tuple(fields))

    def variant(self) -> Variant:
        """Read a variant's members; those without a type are null."""
        at = self._cursor.expect("{").at
        fields = self._cursor.parts(self._variant_field, ";", "}")
        self._distinct((field_id(field.name) for field in fields), "field", at)
        return Variant(tuple(fields))

    def _argument(self, names: set[str]) -> CandidType:
        if self._cursor.is_label(":") and self._cursor.next.kind != "integer":
            at, name = self._cursor.next.at, self._cursor.name()
            if name in names:
                raise self._cursor.error(f"two arguments of the same name ({name})", at)
            names.add(name)
            self._cursor.expect(":")
        return self.type()

    def _method(self) -> tuple[str, CandidType]:
        name = self._cursor.name()
        self._cursor.expect(":")
        if self._cursor.next.kind != "name":
            return name, self.func()
        token = self._cursor.take()
        self.methods.append((token.value, token.at))
        return name, self._named(token.value, token.at)

    def _record_field(self, labels: Labels) -> Field:
        if self._cursor.is_label(":"):
            name = labels.given(self._cursor.label())
            self._cursor.expect(":")
        else:
            name = labels.counted(self._cursor)
        return Field(name, self.type())

    def _variant_field(self) -> Field:
        name = self._cursor.label()
        return Field(name, self.type() if self._cursor.accept(":") else _NULL)

    def _named(self, name: str, at: int) -> CandidType:
        if name in PRIMITIVES:
            return Primitive(name)
        self.used.append((name, at))
        return Named(name)

    def _distinct(self, keys: Iterable[int | str], what: str, at: int) -> None:
        seen: set[int | str] = set()
        for key in keys:
            if key in seen:
                raise self._cursor.error(f"two {what}s of the same name or id ({key})", at)
            seen.add(key)


class Labels:
    """Counts a record's fields for those that have no label."""

    def __init__(self) -> None:
        """Begin with 0."""
        self._next = 0

    def given(self, label: str) -> str:
        """Go on after a field that has a label."""
        self._next = field_id(label) + 1
        return label

    def counted(self, cursor: Cursor) -> str:
        """Label a field that has none."""
        if self._next >= FIELD_IDS:
            raise cursor.error("a field id of over 32 bits")
        return self.given(str(self._next))


_READERS: dict[str, Callable[[TypeParser], CandidType]] = {
    "null": lambda _: _NULL,
    "principal": lambda _: Primitive("principal"),
    "blob": lambda _: Vec(Primitive("nat8")),
    "opt": lambda parser: Opt(parser.type()),
    "vec": lambda parser: Vec(parser.type()),
    "record": TypeParser.record,
    "variant": TypeParser.variant,
    "func": TypeParser.func,
    "service": TypeParser.service,
}
