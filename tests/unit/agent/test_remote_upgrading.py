"""An upgrade over a network that does not drain in time, or ends in another module."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from refrain.agent.faults import NeverSettled, Untrusted
from refrain.client.remote_upgrading import Upgrade, upgrade_remote
from refrain.failures import RefrainError

CACHE, BATCHER = "rwlgt-iiaaa-aaaaa-aaaaa-cai", "rrkah-fqaaa-aaaaa-aaaaq-cai"
WANTED = Upgrade("cache", CACHE, BATCHER, b"module")


class Scripted:
    """An agent that notes what it is to do; `busy` never stops."""

    def __init__(self, busy: str = "", module: bytes = WANTED.module) -> None:
        """Certify `module` when asked for it."""
        self.done: list[tuple[str, str]] = []
        self._busy = busy
        self._module = module

    def manage(self, canister: str, method: str, _arg: bytes, **_waiting: Any) -> bytes:
        """Do it, or never end."""
        self.done.append((method, canister))
        if (method, canister) == ("stop_canister", self._busy):
            raise NeverSettled("no end")
        return b""

    def module_hash(self, _canister: str) -> bytes:
        """The hash of the module."""
        return hashlib.sha256(self._module).digest()


def upgrade(agent: Scripted) -> None:
    """Upgrade the cache by a scripted agent."""
    upgrade_remote(agent, WANTED, lambda _text: None)  # type: ignore[arg-type]


def test_callers_stop_first_and_start_last() -> None:
    """So that nothing calls a canister that is being replaced."""
    agent = Scripted()
    upgrade(agent)
    assert agent.done == [
        ("stop_canister", BATCHER),
        ("stop_canister", CACHE),
        ("install_code", CACHE),
        ("start_canister", CACHE),
        ("start_canister", BATCHER),
    ]


@pytest.mark.parametrize("busy", [BATCHER, CACHE])
def test_what_does_not_drain_is_started_again(busy: str) -> None:
    """With all that was stopped before it; nothing is installed."""
    agent = Scripted(busy)
    with pytest.raises(RefrainError, match="still had calls in flight after 45 seconds"):
        upgrade(agent)
    begun = [canister for method, canister in agent.done if method == "stop_canister"]
    started = [canister for method, canister in agent.done if method == "start_canister"]
    assert started == begun[::-1]
    assert "install_code" not in {method for method, _ in agent.done}


def test_another_certified_module_is_not_believed() -> None:
    """The reply alone is no proof."""
    agent = Scripted(module=b"another")
    with pytest.raises(Untrusted, match="another module"):
        upgrade(agent)
    assert agent.done[-1] == ("start_canister", BATCHER)
