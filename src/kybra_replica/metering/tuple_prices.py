"""Prices of named tuples, whose makers and methods RustPython runs as Python.

Set beside the measured instance of three fields by timing both on native RustPython 0.4.0, in one
run: a named tuple of three fields took 0.79 of the instance's time, one of 25 fields 1.9;
`_replace` of one field 3.4 and 5.5, `_asdict` of 25 fields 5.4, `_make` of 25 fields 1.2.
"""

from __future__ import annotations

import collections
import functools
from typing import Any

from kybra_replica.metering.sized_prices import METER

_NEW = 14_000
_NEW_FIELD = 2_100
_NAMED_FIELD = 2_500
"""A call costs 10,000 by itself, as any that makes an object; `_replace` makes, too."""

_REPLACE = 98_000
_REPLACE_FIELD = 2_700
_AS_DICT = 25_000
_AS_DICT_FIELD = 8_000
_MAKE = 15_000
_MAKE_FIELD = 1_300


def install() -> None:
    """Have classes of named tuples that are made from here on count; once in a process."""
    made = vars(collections)["namedtuple"]

    @functools.wraps(made)
    def priced_namedtuple(*arguments: Any, **named: Any) -> Any:
        return _priced(made(*arguments, **named))

    # By its dict, since typing makes its named tuples by this very name.
    vars(collections)["namedtuple"] = priced_namedtuple


def _priced(of: Any) -> Any:
    fields = len(of._fields)
    new, replace, as_dict, make = of.__new__, of._replace, of._asdict, of._make.__func__

    def priced_new(cls: Any, *arguments: Any, **named: Any) -> Any:
        METER.spent += _NEW + _NEW_FIELD * fields + _NAMED_FIELD * len(named)
        return new(cls, *arguments, **named)

    def priced_replace(self: Any, **named: Any) -> Any:
        METER.spent += _REPLACE + _REPLACE_FIELD * fields + _NAMED_FIELD * len(named)
        return replace(self, **named)

    def priced_as_dict(self: Any) -> Any:
        METER.spent += _AS_DICT + _AS_DICT_FIELD * fields
        return as_dict(self)

    def priced_make(cls: Any, values: Any) -> Any:
        METER.spent += _MAKE + _MAKE_FIELD * fields
        return make(cls, values)

    of.__new__ = functools.wraps(new)(priced_new)
    of._replace = functools.wraps(replace)(priced_replace)
    of._asdict = functools.wraps(as_dict)(priced_as_dict)
    of._make = classmethod(functools.wraps(make)(priced_make))
    return of
