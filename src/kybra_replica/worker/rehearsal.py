"""Makes a freshly forked process touch what every message touches, while nobody waits for it.

A fork maps and copies its pages at their first use, at some microseconds each: done beforehand,
a query finds them in place and answers in a third of the time.
"""

from __future__ import annotations

import marshal

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Primitive, TypeTable
from kybra_replica.worker.message_context import MessageContext

TEXT = (Primitive("text"),)
NO_NAMES = TypeTable()


def rehearse() -> None:
    """Take a message in, convert a value both ways, write an outcome; all of it is dropped."""
    arg = encode(TEXT, ("rehearsal",), NO_NAMES)
    message = MessageContext("query", "", arg, b"", 0, 0)
    decode(message.arg, TEXT, NO_NAMES)
    marshal.loads(marshal.dumps(message.outcome()))  # noqa: S302 (our own bytes)
