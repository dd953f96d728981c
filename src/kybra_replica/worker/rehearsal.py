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
from kybra_replica.worker.message_context import MessageContext

if TYPE_CHECKING:
    from kybra_replica.program.interface import Interface

TEXT = (Primitive("text"),)
NO_NAMES = TypeTable()


def rehearse() -> None:
    """Take a message in, convert a value both ways, write an outcome; all of it is dropped."""
    arg = encode(TEXT, ("rehearsal",), NO_NAMES)
    message = MessageContext("query", "", arg, b"", 0, 0)
    decode(message.arg, TEXT, NO_NAMES)
    marshal.loads(marshal.dumps(message.outcome()))  # noqa: S302 (our own bytes)


def prime(interface: Interface) -> None:
    """Let the codec work out how to read the arguments of queries, and to write their replies."""
    for method in interface.methods.values():
        if method.kind == "query":
            returns = () if method.returns is None else (method.returns,)
            # The plan is made and kept before the value is looked at; that it is none is no matter.
            with suppress(Exception):
                decode(b"", method.args, interface.types)
            with suppress(Exception):
                encode(returns, (None,) * len(returns), interface.types)
