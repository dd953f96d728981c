"""Cycles on their way: who gets them back if everything stops now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kybra_replica.stable.store import Store


def hold(store: Store, callback: int, owner: bytes, cycles: int) -> None:
    """Write down that `cycles` of `owner` travel with a call."""
    if cycles:
        row = (callback, owner, str(cycles))
        store.connection.execute("INSERT OR REPLACE INTO in_flight VALUES (?, ?, ?)", row)


def reduce(store: Store, callback: int, cycles: int) -> None:
    """Write down how many are left after somebody took of them."""
    store.connection.execute(
        "UPDATE in_flight SET cycles = ? WHERE callback = ?", (str(cycles), callback)
    )


def release(store: Store, callback: int) -> None:
    """Forget a call whose cycles are settled."""
    store.connection.execute("DELETE FROM in_flight WHERE callback = ?", (callback,))


def refundable(store: Store) -> list[tuple[bytes, int]]:
    """(owner, cycles) of every call that was under way."""
    rows = store.connection.execute("SELECT owner, cycles FROM in_flight").fetchall()
    return [(bytes(owner), int(cycles)) for owner, cycles in rows]


def forget_all(store: Store) -> None:
    """Forget every call."""
    store.connection.execute("DELETE FROM in_flight")
