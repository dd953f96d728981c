"""Does beforehand, while nobody waits, what a query's process would do anew each time.

A fork maps and copies its pages at their first use, at some microseconds each; and what the codec
works out about a type within a query is gone with its process, at a millisecond or two.
"""

from __future__ import annotations

import marshal
from contextlib import suppress
from typing import TYPE_CHECKING

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Primitive, TypeTable
from kybra_replica.metering.candid_prices import plan_prices, price_in
from kybra_replica.metering.sized_prices import METER
from kybra_replica.worker.message_context import MessageContext

if TYPE_CHECKING:
    from kybra_replica.program.interface import Interface

TEXT = (Primitive("text"),)
NO_NAMES = TypeTable()


def rehearse() -> None:
    """Take a message in, convert a value both ways, write an outcome; all of it is dropped."""
    spent = METER.spent
    arg = encode(TEXT, ("rehearsal",), NO_NAMES)
    message = MessageContext("query", "", arg, b"", 0, 0)
    METER.charge(price_in(TEXT, decode(message.arg, TEXT, NO_NAMES), NO_NAMES))
    METER.made(METER.fed(METER.scan("", "find"), "in"), "slice")
    marshal.loads(marshal.dumps(message.outcome()))  # noqa: S302 (our own bytes)
    METER.spent = spent


def prime(interface: Interface) -> None:
    """Let the codec work out how to read the arguments of queries, and to write their replies."""
    for declared in interface.maps.values():
        plan_prices((declared.value,), interface.types)
    for method in interface.methods.values():
        plan_prices(method.args, interface.types)
        plan_prices(() if method.returns is None else (method.returns,), interface.types)
        if method.kind == "query":
            returns = () if method.returns is None else (method.returns,)
            # The plan is made and kept before the value is looked at; that it is none is no matter.
            with suppress(Exception):
                decode(b"", method.args, interface.types)
            with suppress(Exception):
                encode(returns, (None,) * len(returns), interface.types)
