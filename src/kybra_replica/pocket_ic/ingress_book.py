"""Messages from outside, by the ids that clients ask for their ends with."""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kybra_replica.kernel.clock import NS_PER_S
from kybra_replica.pocket_ic.faults import forbidden, malformed

if TYPE_CHECKING:
    from kybra_replica.kernel.messages import Answer

KEPT_NS = 300 * NS_PER_S
"""How long after its end a message can be asked for, in the instance's time."""


@dataclass
class Sent:
    """A message: who sent it, and how it ended."""

    sender: bytes
    answer: Answer | None = None


class IngressBook:
    """Lives in the instance's thread."""

    def __init__(self) -> None:
        """Start empty."""
        self._sent: dict[bytes, Sent] = {}
        self._ended: deque[tuple[int, bytes]] = deque()
        self._count = 0

    def enter(self, sender: bytes) -> bytes:
        """Write down a message; its id of 32 bytes, never given twice."""
        self._count += 1
        message_id = hashlib.sha256(b"ingress" + self._count.to_bytes(8, "big") + sender).digest()
        self._sent[message_id] = Sent(sender)
        return message_id

    def strike(self, message_id: bytes) -> None:
        """Forget a message that was refused after all."""
        del self._sent[message_id]

    def end(self, message_id: bytes, answer: Answer, now_ns: int) -> None:
        """Write down how a message ended, and forget those that ended long ago."""
        self._sent[message_id].answer = answer
        self._ended.append((now_ns, message_id))
        while self._ended[0][0] + KEPT_NS < now_ns:
            del self._sent[self._ended.popleft()[1]]

    def answer(self, message_id: bytes, caller: bytes | None) -> Answer | None:
        """How a message ended; None while it has not, or where it is not known (any more).

        Raises PocketIcError where `caller` is given and did not send it.
        """
        if len(message_id) != hashlib.sha256().digest_size:
            raise malformed("Bad message id")
        sent = self._sent.get(message_id)
        if sent is None:
            return None
        if caller is not None and caller != sent.sender:
            raise forbidden()
        return sent.answer
