"""Upgrading one canister: stop, drain, install, start; or leave it as it was."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from kybra_replica.gateway.faults import ControlError
from kybra_replica.kernel.rejects import Rejected
from refrain.failures import RefrainError
from refrain.sources import bundle_roots, canister_entry, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from refrain.client.connection import Connection

DRAIN_S = 45.0
"""An outcall may take 30 seconds, and its callbacks follow."""

CALLERS: dict[str, tuple[str, ...]] = {"cache": ("batcher",), "infer": ("batcher",), "batcher": ()}
"""Who calls a canister. They are stopped first: a stopping infer can't run its transform, and what
the model answers meanwhile would be paid for and lost; a stopped cache would store nothing."""


def upgrade(
    connection: Connection,
    name: str,
    say: Callable[[str], None],
    *,
    drain_s: float = DRAIN_S,
) -> None:
    """Install the present source of one canister over its running one.

    Raises:
        RefrainError: unknown name, not drained in time, or refused; the canister runs on.
    """
    if name not in connection.canisters:
        known = ", ".join(connection.canisters)
        raise RefrainError(f"There is no canister {name!r}: choose {known}.")
    callers = CALLERS[kind_of(name)]
    try:
        for each in (*callers, name):
            why = "" if each == name else f", which calls {name}"
            say(f"stopping {each}{why}; its calls in flight finish first")
            _drain(connection, each, drain_s)
        say(f"installing the new {name}")
        connection.network.install(
            connection.canisters[name],
            name=kind_of(name),
            entry=canister_entry(kind_of(name)),
            roots=bundle_roots(),
            mode="upgrade",
            sender=connection.operator,
        )
    except (Rejected, ControlError) as error:
        raise RefrainError(f"{name} was not upgraded and runs on as before: {error}") from None
    finally:
        for each in (name, *callers):
            connection.network.start(connection.canisters[each])
    say(f"started {name}")


def _drain(connection: Connection, name: str, drain_s: float) -> None:
    failures: list[Exception] = []
    thread = threading.Thread(target=_stop, args=(connection, name, failures), daemon=True)
    thread.start()
    thread.join(drain_s)
    if thread.is_alive():
        raise RefrainError(
            f"{name} still had calls in flight after {drain_s:g} seconds and was started again. "
            f"Nothing was upgraded; try again later."
        )
    if failures:
        raise failures[0]


def _stop(connection: Connection, name: str, failures: list[Exception]) -> None:
    try:
        connection.network.stop(connection.canisters[name])
    except (Rejected, ControlError) as error:
        failures.append(error)
