"""Upgrading a canister on any network: stop, drain, install, start; or leave it as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kybra_replica.kernel.rejects import Rejected
from refrain.agent.code_install import manage, put_code
from refrain.agent.faults import NeverSettled
from refrain.client.upgrading import CALLERS, DRAIN_S
from refrain.failures import RefrainError

if TYPE_CHECKING:
    from collections.abc import Callable

    from refrain.agent.agent import Agent


class Upgrade(NamedTuple):
    """A canister's name and principal, its batcher's principal, and the new module."""

    name: str
    canister: str
    batcher: str
    module: bytes


def upgrade_remote(
    agent: Agent, wanted: Upgrade, say: Callable[[str], None], *, drain_s: float = DRAIN_S
) -> None:
    """Upgrade one canister; whoever calls it is stopped before, and started after it.

    Raises:
        RefrainError: not drained in time, refused, or no end could be read; what was stopped is
            started again.
    """
    stopped: list[str] = []
    try:
        for name in (*CALLERS[wanted.name], wanted.name):
            principal = wanted.canister if name == wanted.name else wanted.batcher
            say(f"stopping {name}; its calls in flight finish first")
            _stop(agent, name, principal, stopped, drain_s)
        say(f"installing the new {wanted.name}")
        put_code(agent, wanted.canister, wanted.module, say)
    except Rejected as error:
        raise RefrainError(
            f"{wanted.name} was not upgraded and runs on as before: {error}"
        ) from None
    finally:
        for principal in reversed(stopped):
            manage(agent, principal, "start_canister")
    say(f"started {wanted.name}")


def _stop(agent: Agent, name: str, principal: str, stopped: list[str], drain_s: float) -> None:
    stopped.append(principal)
    try:
        manage(agent, principal, "stop_canister", patience_s=drain_s)
    except Rejected:
        stopped.remove(principal)  # it never began to stop
        raise
    except NeverSettled:
        raise RefrainError(
            f"{name} still had calls in flight after {drain_s:g} seconds and is started again. "
            f"Nothing was upgraded; try again later."
        ) from None
