"""The requests that a replica knows by their ids: each runs once, and its end can be read.

    (unknown) -> processing -> replied | rejected -> (forgotten)

They are kept beside the replica's state, so that a restart neither runs one again nor forgets
how it ended. Used by the replica's thread alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.ic_http.ingress_window import WINDOW_NS
from kybra_replica.ic_http.state_facts import RequestFacts, ended
from kybra_replica.kernel import ingress
from kybra_replica.kernel.principals import text_of
from kybra_replica.kernel.rejects import lost_to_restart

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.stable.store import Store

    Settled = Callable[[RequestFacts], None]

SWEEP_NS = 10_000_000_000
"""How often old requests are looked for."""
MAX_OPEN = 5_000
"""Requests that may be under way at once; the kernel keeps the answers of twice as many."""
MAX_REFUSALS = 5_000
"""Refusals that can still be read; of more, the oldest are forgotten."""

_TABLE = """
CREATE TABLE IF NOT EXISTS ic_requests (
    request_id BLOB PRIMARY KEY, sender BLOB NOT NULL, canister BLOB NOT NULL,
    kept_until_ns INTEGER NOT NULL, ingress INTEGER
) WITHOUT ROWID
"""


class RequestLog:
    """Requests under way in memory, all of them in the replica's store."""

    def __init__(self, store: Store) -> None:
        """Keep them in `store`."""
        self._store = store
        self._store.connection.execute(_TABLE)
        self._open: dict[bytes, list[Settled]] = {}
        self._refused: dict[bytes, tuple[RequestFacts, int]] = {}
        self._next_sweep_ns = 0

    @property
    def is_full(self) -> bool:
        """Whether so much is under way that nothing more should be admitted."""
        return len(self._open) >= MAX_OPEN

    def find(self, request_id: bytes) -> RequestFacts | None:
        """A request that was taken."""
        row = self._store.connection.execute(
            "SELECT sender, canister, ingress FROM ic_requests WHERE request_id = ?", (request_id,)
        ).fetchone()
        if row is None:
            return None
        sender, canister = bytes(row[0]), bytes(row[1])
        if request_id in self._open:
            return RequestFacts(sender, canister, "processing")
        return self._known(sender, canister, row[2])

    def status(self, request_id: bytes) -> RequestFacts | None:
        """The same; also one that was refused after its sender had been told to come back."""
        found = self.find(request_id)
        if found is None and request_id in self._refused:
            return self._refused[request_id][0]
        return found

    def _known(self, sender: bytes, canister: bytes, number: int | None) -> RequestFacts:
        if number is None:
            return ended(sender, canister, lost_to_restart(text_of(canister)))
        try:
            answer = ingress.read_answer(self._store, number)
        except KeyError:
            return RequestFacts(sender, canister, "done")
        if answer is None:
            return RequestFacts(sender, canister, "processing")
        return ended(sender, canister, answer)

    def admit(self, request_id: bytes, sender: bytes, canister: bytes, expiry_ns: int) -> None:
        """Write a request down before it is queued: from now on it is known."""
        self._store.connection.execute(
            "INSERT INTO ic_requests VALUES (?, ?, ?, ?, NULL)",
            # A time beyond SQLite's integers never gets here: it is outside of the window.
            (request_id, sender, canister, expiry_ns + WINDOW_NS),
        )
        self._open[request_id] = []

    def queued(self, request_id: bytes, ingress_id: int) -> None:
        """Remember under which number the kernel keeps its answer."""
        self._store.connection.execute(
            "UPDATE ic_requests SET ingress = ? WHERE request_id = ?", (ingress_id, request_id)
        )

    def wait(self, request_id: bytes, settled: Settled) -> None:
        """Call `settled` when a request that is open here ends."""
        self._open.get(request_id, []).append(settled)

    def settle(self, request_id: bytes, now_ns: int) -> None:
        """An open request has ended, and the kernel keeps its answer."""
        self._store.connection.execute(
            "UPDATE ic_requests SET kept_until_ns = MAX(kept_until_ns, ?) WHERE request_id = ?",
            (now_ns + WINDOW_NS, request_id),
        )
        waiting = self._open.pop(request_id, [])
        facts = self.find(request_id)
        if facts is not None:
            for settled in waiting:
                settled(facts)

    def refuse(self, request_id: bytes, facts: RequestFacts, now_ns: int) -> None:
        """An admitted request was not queued after all: it may be sent again."""
        self._open.pop(request_id, None)
        self._refused[request_id] = (facts, now_ns + WINDOW_NS)
        if len(self._refused) > MAX_REFUSALS:
            del self._refused[next(iter(self._refused))]
        self._store.connection.execute(
            "DELETE FROM ic_requests WHERE request_id = ?", (request_id,)
        )

    def sweep(self, now_ns: int) -> None:
        """Forget what ended long ago, now and then."""
        if now_ns < self._next_sweep_ns:
            return
        self._next_sweep_ns = now_ns + SWEEP_NS
        rows = self._store.connection.execute(
            "SELECT request_id FROM ic_requests WHERE kept_until_ns < ?", (now_ns,)
        ).fetchall()
        for request_id in (bytes(row[0]) for row in rows):
            if request_id not in self._open:
                self._store.connection.execute(
                    "DELETE FROM ic_requests WHERE request_id = ?", (request_id,)
                )
        for request_id in [key for key, (_, until) in self._refused.items() if until < now_ns]:
            del self._refused[request_id]
