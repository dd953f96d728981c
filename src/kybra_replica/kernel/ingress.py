"""Calls from outside, and their ends, kept until somebody has read them.

    received -> replied | rejected

A call that was received and not answered when the process ended is rejected at the next start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.kernel.principals import text_of
from kybra_replica.kernel.rejects import Reject, lost_to_restart

if TYPE_CHECKING:
    from kybra_replica.kernel.messages import Answer
    from kybra_replica.stable.store import Store

KEPT = 10_000
"""How many of the newest calls can still be asked for."""


def receive(store: Store, canister: bytes, method: str) -> int:
    """Write down that a call was received; its id."""
    cursor = store.connection.execute(
        "INSERT INTO ingress (canister, method, state) VALUES (?, ?, 'received')",
        (canister, method),
    )
    number = int(cursor.lastrowid or 0)
    store.connection.execute("DELETE FROM ingress WHERE id <= ?", (number - KEPT,))
    return number


def keep_answer(store: Store, ingress_id: int, answer: Answer) -> None:
    """Write down how a call ended."""
    row: tuple[object, ...] = ("replied", answer, None, None, "", ingress_id)
    if isinstance(answer, Reject):
        row = ("rejected", None, answer.code, answer.message, answer.error_code, ingress_id)
    store.connection.execute(
        "UPDATE ingress SET state = ?, reply = ?, code = ?, message = ?, error_code = ? "
        "WHERE id = ?",
        row,
    )


def read_answer(store: Store, ingress_id: int) -> Answer | None:
    """How a call ended; None while it is under way. KeyError for an unknown call."""
    row = store.connection.execute(
        "SELECT state, reply, code, message, error_code FROM ingress WHERE id = ?", (ingress_id,)
    ).fetchone()
    if row is None:
        raise KeyError(ingress_id)
    if row[0] == "received":
        return None
    return bytes(row[1]) if row[0] == "replied" else Reject(*row[2:])


def called(store: Store, ingress_id: int) -> tuple[bytes, str]:
    """Which canister and method a call named."""
    row = store.connection.execute(
        "SELECT canister, method FROM ingress WHERE id = ?", (ingress_id,)
    ).fetchone()
    return bytes(row[0]), str(row[1])


def reject_interrupted(store: Store) -> None:
    """Reject every call that the last process left unanswered."""
    rows = store.connection.execute("SELECT id, canister FROM ingress WHERE state = 'received'")
    for number, canister in rows.fetchall():
        keep_answer(store, number, lost_to_restart(text_of(bytes(canister))))
