"""Values as they are written, before anybody says of what type they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from kybra_replica.candid.model import CandidType


class Literal(NamedTuple):
    """null, bool, integer, float, text, blob, principal, service or func, and its Python value.

    A principal's and a service's value is a `Reference`, a func's one with the method's name.
    """

    kind: str
    value: Any
    at: int


class Present(NamedTuple):
    """`opt value`."""

    of: Node
    at: int


class Elements(NamedTuple):
    """`vec { values }`."""

    items: tuple[Node, ...]
    at: int


class Fields(NamedTuple):
    """`record { label = value; … }`; labels as our model names fields."""

    fields: tuple[tuple[str, Node], ...]
    at: int


class Member(NamedTuple):
    """`variant { label = value }`."""

    label: str
    of: Node
    at: int


class Annotated(NamedTuple):
    """`value : type`."""

    value: Node
    of: CandidType
    at: int


Node = Literal | Present | Elements | Fields | Member | Annotated
"""A written value; `at` is its place in the text."""
