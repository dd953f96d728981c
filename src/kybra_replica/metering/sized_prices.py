"""Prices of builtins whose work depends on a size, by type and name: instructions a unit.

A unit is a character, a byte or an element. Measured ones name their figure; the rest are set
beside the measured one that works alike.
"""

from __future__ import annotations

from typing import Any

from kybra_replica.metering.meter import Meter

_SEARCH = 125  # find in 8,000 characters 1.0 M
_CHANGE = 36  # lower of 8,000 characters 0.29 M
_SKIM = 10
_COPY = 5
_BYTES_SEARCH = 9  # bytes.find in 3,000 bytes 27 k

RECEIVER: dict[tuple[type, str], int] = {
    **dict.fromkeys([(str, n) for n in ("find", "rfind", "index", "rindex", "partition")], _SEARCH),
    **dict.fromkeys([(str, n) for n in ("count", "rpartition")], _SEARCH),
    **dict.fromkeys([(str, n) for n in ("lower", "upper", "casefold", "title")], _CHANGE),
    **dict.fromkeys([(str, n) for n in ("capitalize", "swapcase")], _CHANGE),
    (str, "replace"): 34,  # of 8,000 characters 0.27 M
    (str, "translate"): 300,
    **dict.fromkeys([(str, n) for n in ("split", "rsplit", "splitlines", "isdigit")], _SKIM),
    **dict.fromkeys([(str, n) for n in ("isalnum", "isalpha", "isdecimal", "islower")], _SKIM),
    **dict.fromkeys([(str, n) for n in ("isupper", "isprintable", "isnumeric")], _SKIM),
    (str, "encode"): _COPY,
    (str, "isascii"): 2,
    **dict.fromkeys([(bytes, n) for n in ("find", "rfind", "index", "count")], _BYTES_SEARCH),
    **dict.fromkeys([(bytes, n) for n in ("replace", "translate", "partition")], _SKIM),
    **dict.fromkeys([(bytes, n) for n in ("split", "lower", "upper", "decode")], _SKIM),
    (bytes, "hex"): 40,
    **dict.fromkeys([(list, n) for n in ("index", "count", "remove")], 1_000),
    (list, "insert"): 10,
    (list, "sort"): 900,
    (list, "copy"): 160,  # a list of 12.5 million 2.0 G
    (dict, "copy"): 1_500,
    (set, "copy"): 1_500,
}
"""What the receiver's size costs."""

_SIZED: tuple[type, ...] = (
    list,
    tuple,
    dict,
    set,
    frozenset,
    str,
    bytes,
    range,
    type({}.keys()),
    type({}.values()),
)
_OVER: dict[str, int] = {
    "sum": 1_500,
    "min": 2_500,
    "max": 2_500,
    "any": 1_000,
    "all": 1_000,
    "sorted": 900,
    "list": 400,
    "tuple": 400,
    "set": 2_000,
    "frozenset": 2_000,
    "dict": 2_500,
    "join": 900,
    "extend": 400,
    "update": 2_500,
    "union": 2_500,
    "intersection": 2_000,
    "difference": 2_000,
    "issuperset": 900,
    "isdisjoint": 900,
    "issubset": 900,
    "fromkeys": 2_500,
}
ARGUMENT: dict[tuple[type, str], int] = {
    **{(of, name): rate for of in _SIZED for name, rate in _OVER.items()},
    (bytes, "update"): 150,  # a hash
    (str, "in"): 30,  # 3,000 characters 92 k
    (bytes, "in"): _BYTES_SEARCH,
    (list, "in"): 1_000,
    (tuple, "in"): 1_000,
    (bytes, "bytes"): 1,
    (list, "bytes"): 300,
    (str, "search"): 425,  # 4,000 characters 1.7 M
    (str, "match"): 425,
    (str, "fullmatch"): 425,
    (str, "findall"): 425,
    (str, "fromhex"): 40,
}
"""What the first argument's size costs."""

RESULT: dict[tuple[type, str], int] = {
    **dict.fromkeys([(list, n) for n in ("split", "rsplit", "splitlines")], 2_900),  # 1,600: 4.7 M
    (str, "join"): _COPY,
    (bytes, "join"): 2,
    (str, "f-string"): _COPY,
    (str, "slice"): 4,
    (bytes, "slice"): 1,
    (list, "slice"): 160,
    (tuple, "slice"): 160,
    (str, "repeat"): 205,  # 1,000 characters 206 k
    (bytes, "repeat"): 160,  # 10,000 bytes 1.6 M
    (list, "repeat"): 160,
    (str, "format"): _COPY,
}
"""What the result's size costs."""

RECEIVERS = frozenset(name for _, name in RECEIVER)
ARGUMENTS = frozenset(name for _, name in ARGUMENT)
RESULTS = frozenset(name for _, name in RESULT)


class SizedMeter(Meter):
    """A meter that values pass by."""

    __slots__ = ()

    def scan(self, receiver: Any, name: str) -> Any:
        """Count a method by its receiver's size; gives the receiver back."""
        rate = RECEIVER.get((type(receiver), name))
        if rate is not None:
            self.spent += rate * len(receiver)
        return receiver

    def fed(self, argument: Any, name: str) -> Any:
        """Count a call by its first argument's size; gives the argument back."""
        rate = ARGUMENT.get((type(argument), name))
        if rate is not None:
            self.spent += rate * len(argument)
        return argument

    def made(self, result: Any, name: str) -> Any:
        """Count an operation by its result's size; gives the result back."""
        rate = RESULT.get((type(result), name))
        if rate is not None:
            self.spent += rate * len(result)
        return result


METER = SizedMeter()
"""The one meter of this process: it runs one message at a time."""
