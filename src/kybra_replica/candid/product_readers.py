"""Candid bytes to Python's lists, bytes, tuples and dicts, given readers of the parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.candid.scalar_readers import read_nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kybra_replica.candid.reader import Reader
    from kybra_replica.candid.scalar_readers import Read


def read_bytes(reader: Reader) -> bytes:
    """Read a blob."""
    return reader.take(reader.length())


def vec_reader(element: Read, make: Callable[[list[Any]], Any] = list) -> Read:
    """Make the reader of a vector; `make` turns the list into what Python is to see."""

    def read(reader: Reader) -> Any:
        count = reader.count()
        start = reader.pos
        items = [element(reader) for _ in range(count)]
        reader.pay_items(count, start)
        return items if make is list else make(items)

    return read


def tuple_reader(readers: Sequence[Read], extra: Sequence[Read]) -> Read:
    """Make the reader of a tuple, followed by parts that nobody expects."""

    def read(reader: Reader) -> tuple[Any, ...]:
        parts = tuple([part(reader) for part in readers])
        for skip in extra:
            skip(reader)
        return parts

    return read


def record_reader(
    keys: Sequence[str | int], steps: Sequence[tuple[str | int | None, Read]]
) -> Read:
    """Make the reader of a record: `keys` in the order of the dict, `steps` in that of the bytes.

    A step without a key passes over a field that nobody expects.
    """
    blank: dict[Any, Any] = dict.fromkeys(keys)
    known = [(key, part) for key, part in steps if part is not read_nothing]
    if any(key is None for key, _ in known):
        return _pruning_reader(blank, known)

    def read(reader: Reader) -> dict[Any, Any]:
        fields = blank.copy()
        for key, part in known:
            fields[key] = part(reader)
        return fields

    return read


def _pruning_reader(blank: dict[Any, Any], steps: Sequence[tuple[str | int | None, Read]]) -> Read:
    def read(reader: Reader) -> dict[Any, Any]:
        fields = blank.copy()
        for key, part in steps:
            if key is None:
                part(reader)
            else:
                fields[key] = part(reader)
        return fields

    return read
