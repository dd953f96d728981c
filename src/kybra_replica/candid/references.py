"""Candid bytes to function and service references, whose types are judged beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra import Principal

from kybra_replica.candid.errors import SubtypeMismatch
from kybra_replica.candid.scalar_readers import read_func, read_principal
from kybra_replica.candid.subtyping import Subtyping
from kybra_replica.candid.type_size import LONGEST_TYPE, short_text
from kybra_replica.candid.wire_types import Header, shape_text

if TYPE_CHECKING:
    from kybra_replica.candid.model import CandidType, Func, Service, TypeTable
    from kybra_replica.candid.reader import Reader
    from kybra_replica.candid.scalar_readers import Read


class ReferenceReaders:
    """Makes readers of the references in one message."""

    def __init__(self, header: Header, table: TypeTable) -> None:
        """Compare the message's types with those of `table`."""
        self._header = header
        self._table = table
        self._verdicts: dict[tuple[int, CandidType], bool] = {}

    def func(self, reference: int, of: Func) -> Read:
        """Make the reader of (Principal, method name) tuples."""

        def read(reader: Reader) -> tuple[Principal, str]:
            self._check(reference, of)
            canister, method = read_func(reader)
            return Principal(bytes=canister), method

        return read

    def service(self, reference: int, of: Service) -> Read:
        """Make the reader of a service's Principal."""

        def read(reader: Reader) -> Principal:
            self._check(reference, of)
            return read_principal(reader)

        return read

    def _check(self, reference: int, of: Func | Service) -> None:
        key = (reference, of)
        if key not in self._verdicts:
            self._verdicts[key] = Subtyping(self._header, self._table).holds(reference, of)
        if self._verdicts[key]:
            return
        left, right = shape_text(self._header, reference), short_text(of, self._table)
        if len(left) > LONGEST_TYPE or not right:
            raise SubtypeMismatch("subtype mismatch")
        raise SubtypeMismatch(f"{left} is not a subtype of {right}")
