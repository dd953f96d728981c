"""All pushes: whose turn it is, who is too slow to be told more, and what is over.

A receiver that never answers holds 42 billion cycles back with each message that it was sent. So
few are out to each at a time, and one that let several pushes run out is sent no more, until it
acknowledges one or a controller lists it anew.
"""

from batcher_core.push_machine import (
    ACKNOWLEDGED,
    DELIVERING,
    PUSHED,
    TICKET_OVER,
    TRIES_OVER,
)
from batcher_core.pushes import Push, after, pack_push, step_of, unpack_push
from batcher_core.text_store import TextStore
from refrain_core.limits import NANOSECONDS

MAX_PUSHES = 1_000
MOST_TO_ONE = 4
"""Pushes to one receiver that it has not acknowledged yet."""

MOST_IN_ALL = 32
MOST_RUN_OUT = 2
"""Pushes that may run out before a receiver is silent."""

_PAUSE_NS = NANOSECONDS


class PushBook:
    """All pushes; the map is the truth, the heap its copy and what follows from it."""

    def __init__(self, store: TextStore) -> None:
        """Start empty; `load` reads what the store holds."""
        self._store = store
        self._pushes: dict[int, Push] = {}
        self._by_token: dict[int, set[int]] = {}
        self._run_out: dict[str, int] = {}

    def __len__(self) -> int:
        """Count the pushes kept, ended ones included until their tickets expire."""
        return len(self._pushes)

    def load(self) -> None:
        """Rebuild the heap's copy; bounded by `MAX_PUSHES`. Who was silent is tried anew."""
        self._pushes = {}
        self._by_token = {}
        for key, record in self._store.items():
            self._note(unpack_push(int(key, 16), record))

    def add(self, push: Push) -> None:
        """Have a ticket's end pushed."""
        self._keep(push)

    def push(self, ticket: int, asker: str) -> "Push | None":
        """Return the push of a ticket, to its asker only."""
        push = self._pushes.get(ticket)
        return push if push is not None and push.asker == asker else None

    def going_on(self) -> "list[Push]":
        """List the pushes that are not over."""
        return [push for push in self._pushes.values() if not push.is_ended]

    def ended(self, token: int, now_ns: int) -> bool:
        """Make due what waits for the end of that flight, or of the ticket of that number."""
        tickets = self._by_token.get(token)
        if tickets is None:
            return False
        for ticket in tickets:
            push = self._pushes[ticket]
            if not push.is_ended and not push.next_ns:
                self._keep(push._replace(next_ns=now_ns))
        return True

    def due(self, now_ns: int, most: int) -> "list[Push]":
        """List at most `most` pushes that are due and may go out, the first due first."""
        out = self._out_by_asker()
        in_all = sum(out.values())
        going: list[Push] = []
        for push in sorted(self.going_on(), key=_due_ns):
            if not 0 < push.next_ns <= now_ns or len(going) >= most:
                continue
            if push.state != DELIVERING:
                if in_all >= MOST_IN_ALL or out.get(push.asker, 0) >= MOST_TO_ONE:
                    continue
                in_all += 1
                out[push.asker] = out.get(push.asker, 0) + 1
            going.append(push)
        return going

    def next_ns(self, now_ns: int) -> "int | None":
        """Return when one is due next that may go out then; None if none is."""
        out = self._out_by_asker()
        is_full = sum(out.values()) >= MOST_IN_ALL
        times = [
            push.next_ns
            for push in self.going_on()
            if push.next_ns
            and (push.state == DELIVERING or not (is_full or out.get(push.asker, 0) >= MOST_TO_ONE))
        ]
        return max(now_ns, min(times)) if times else None

    def take(self, push: Push, now_ns: int) -> "Push | None":
        """Return a due push as it is sent now; None if it is given up instead."""
        if push.expires_at_ns <= now_ns:
            self._keep(after(push, TICKET_OVER, now_ns))
            return None
        event = step_of(push)
        moved = after(push, event, now_ns)
        if event == TRIES_OVER:
            self._run_out[push.asker] = self._run_out.get(push.asker, 0) + 1
        elif self.is_silent(push.asker):
            moved = after(push, TICKET_OVER, now_ns)
            event = TICKET_OVER
        self._keep(moved)
        return moved if event == PUSHED else None

    def put_off(self, push: Push, now_ns: int) -> None:
        """Note that a push could not be sent: that was no try."""
        self._keep(push._replace(next_ns=now_ns + _PAUSE_NS))

    def acknowledge(self, push: Push, now_ns: int) -> None:
        """Note that a receiver has it; it is not silent, then."""
        self._run_out.pop(push.asker, None)
        self._keep(after(push, ACKNOWLEDGED, now_ns))

    def drop_all(self, asker: str, now_ns: int) -> None:
        """Send nothing more to a receiver."""
        for push in self.going_on():
            if push.asker == asker:
                self._keep(after(push, TICKET_OVER, now_ns))

    def is_silent(self, asker: str) -> bool:
        """Tell whether a receiver let too many pushes run out."""
        return self._run_out.get(asker, 0) >= MOST_RUN_OUT

    def hear(self, asker: str) -> None:
        """Try a silent receiver anew."""
        self._run_out.pop(asker, None)

    def sweep(self, now_ns: int, most: int) -> None:
        """Forget at most `most` pushes whose tickets expired."""
        over = [push for push in self._pushes.values() if push.expires_at_ns <= now_ns]
        for push in over[:most]:
            del self._pushes[push.ticket]
            self._forget_token(push.token, push.ticket)
            self._forget_token(push.ticket, push.ticket)
            self._store.remove(f"{push.ticket:016x}")

    def _out_by_asker(self) -> "dict[str, int]":
        out: dict[str, int] = {}
        for push in self._pushes.values():
            if push.state == DELIVERING:
                out[push.asker] = out.get(push.asker, 0) + 1
        return out

    def _keep(self, push: Push) -> None:
        self._note(push)
        self._store.insert(f"{push.ticket:016x}", pack_push(push))

    def _note(self, push: Push) -> None:
        self._pushes[push.ticket] = push
        for token in (push.token, push.ticket):
            self._by_token.setdefault(token, set()).add(push.ticket)

    def _forget_token(self, token: int, ticket: int) -> None:
        tickets = self._by_token.get(token)
        if tickets is not None:
            tickets.discard(ticket)
            if not tickets:
                del self._by_token[token]


def _due_ns(push: Push) -> int:
    return push.next_ns
