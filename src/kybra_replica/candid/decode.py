"""Whole Candid messages to Python values, as Kybra converts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kybra_replica.candid.coercions import Coercions
from kybra_replica.candid.errors import CandidDecodeError, caused_by
from kybra_replica.candid.header import read_header
from kybra_replica.candid.nesting import (
    may_lack,
    names_within,
    recursive_names,
    room_for_nesting,
)
from kybra_replica.candid.reader import Reader
from kybra_replica.candid.scalar_readers import read_nothing
from kybra_replica.candid.type_size import short_text
from kybra_replica.candid.type_table import header_bytes
from kybra_replica.candid.wire_types import reference_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kybra_replica.candid.model import CandidType, TypeTable
    from kybra_replica.candid.scalar_readers import Read

_KEPT_PLANS = 8
_LONGEST_KEPT_HEADER = 4096


class _Plan(NamedTuple):
    """How to decode the messages that begin with `header`."""

    header: bytes
    readers: list[Read]
    extra: list[Read]
    may_nest: bool


def decode(
    data: bytes,
    types: Sequence[CandidType],
    table: TypeTable,
    *,
    skipping_quota: int | None = 10_000,
) -> list[Any]:
    """Decode a message to one Python value for each of `types`.

    `skipping_quota` bounds what passing over arguments and fields that nobody expects may cost, in
    the candid crate's units (about a byte each); None leaves only a bound that keeps hostile
    messages from hanging. Raises CandidDecodeError; its text is what Kybra prints as `Custom(…)`.
    """
    try:
        plan = _plan(data, tuple(types), table)
        reader = Reader(data, len(plan.header), skipping_quota)
        if plan.may_nest:
            with room_for_nesting():
                return read_all(reader, plan.readers, plan.extra)
        return read_all(reader, plan.readers, plan.extra)
    except RecursionError:
        raise CandidDecodeError("Recursion limit exceeded") from None


def read_all(reader: Reader, readers: Sequence[Read], extra: Sequence[Read]) -> list[Any]:
    """Read a value with each reader, pass over what is extra, and be at the end then."""
    values = [read(reader) for read in readers]
    for skip in extra:
        skip(reader)
    if reader.pos != reader.end:
        raise CandidDecodeError("Trailing value after finishing deserialization")
    return values


def _plan(data: bytes, types: tuple[CandidType, ...], table: TypeTable) -> _Plan:
    # No head of a message is the beginning of another, so the first that fits is the right one.
    plans: list[_Plan] | None = table.memo.get(("decode", types))
    if plans is None:
        plans = table.memo["decode", types] = [_new_plan(header_bytes(types, table), types, table)]
    for plan in plans:
        if data.startswith(plan.header):
            return plan
    plan = _new_plan(data, types, table)
    if len(plans) < _KEPT_PLANS and len(plan.header) <= _LONGEST_KEPT_HEADER:
        plans.append(plan)
    return plan


def _new_plan(data: bytes, types: tuple[CandidType, ...], table: TypeTable) -> _Plan:
    header = read_header(data)
    coercions = Coercions(header, table)
    readers: list[Read] = []
    for at, of in enumerate(types):
        if at < len(header.args):
            explanation = _explanation(at, header.args[at], short_text(of, table))
            readers.append(_explaining(coercions.reader(header.args[at], of), explanation))
        else:
            readers.append(_absent(of, table))
    extra = [
        _explaining(coercions.skip_reader(reference), _explanation(at, reference, "reserved"))
        for at, reference in enumerate(header.args[len(types) :], len(types))
    ]
    own = data[: header.size] == header_bytes(types, table)
    is_flat = recursive_names(table).isdisjoint(names_within(types, table))
    return _Plan(data[: header.size], readers, extra, may_nest=not (own and is_flat))


def _explanation(at: int, reference: int, expected: str) -> str:
    if not expected:
        return f"Fail to decode argument {at}"
    return f"Fail to decode argument {at} from {reference_text(reference)} to {expected}"


def _explaining(inner: Read, explanation: str) -> Read:
    def read(reader: Reader) -> Any:
        try:
            return inner(reader)
        except CandidDecodeError as error:
            raise caused_by(explanation, error) from None

    return read


def _absent(of: CandidType, table: TypeTable) -> Read:
    if may_lack(of, table):
        return read_nothing
    complaint = "No more values on the wire"
    expected = short_text(of, table)
    if expected:
        complaint += f", the expected type {expected} is not opt, null, or reserved"

    def refuse(_reader: Reader) -> None:
        raise CandidDecodeError(complaint)

    return refuse
