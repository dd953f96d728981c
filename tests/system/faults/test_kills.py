"""kill -9 of the whole replica inside each message of a miss, and while the outcall is out."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pytest

from kybra_replica.kernel.rejects import Reject
from tests.conftest import ROOT
from tests.system.faults.cycle_books import all_cycles, kept_cycles
from tests.system.faults.lies import honest, silent
from tests.system.faults.served_network import ServedNetwork
from tests.system.faults.test_traps import MISS
from tests.system.faults.trapped_network import LEASES_OVER_S, variant
from tests.system.network import request

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.faults.lying_server import LyingServer

pytestmark = pytest.mark.slow

PROMPT = "asked and killed"
CONTENT = "A whole answer. " * 300


class Kill(NamedTuple):
    """What is found after a kill inside a message: the leases, how an ask ends at once, requests.

    requests: made before the kill, and by the asks after it.
    """

    flights: int
    shards: int
    at_once: str
    requests: int
    again: int


KILLS = (
    Kill(0, 0, "Answered", 0, 1),
    Kill(0, 0, "Answered", 0, 1),
    Kill(0, 0, "Answered", 0, 1),
    Kill(0, 0, "Answered", 0, 1),
    Kill(0, 1, "Answered", 1, 1),
    Kill(0, 0, "Answered", 1, 1),
    Kill(0, 0, "Answered", 1, 1),
    Kill(0, 0, "Answered", 1, 0),
    Kill(0, 0, "Answered", 1, 0),
)
"""Inside message 0 to 7 of a miss, and after it."""


@pytest.fixture(scope="module")
def prepared(lying_server: LyingServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a network that was set up and closed in order."""
    state = tmp_path_factory.mktemp("prepared")
    ServedNetwork(state / "ids.json", lying_server.url, state=state).close()
    return state


@pytest.fixture
def state(prepared: Path, tmp_path: Path) -> Path:
    """A copy of that state, to be killed upon."""
    return shutil.copytree(prepared, tmp_path / "state")


def start_asker(state: Path, url: str, number: int) -> subprocess.Popen[str]:
    """Start a process that asks and dies inside the message of that number."""
    command = [sys.executable, "-m", "tests.system.faults.killed_asker"]
    arguments = [str(state), url, str(number), PROMPT]
    return subprocess.Popen([*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def reopen(state: Path, url: str) -> ServedNetwork:
    """Open what a killed replica left; every cycle that it wrote down is still somewhere."""
    kept = kept_cycles(state)
    network = ServedNetwork(state / "ids.json", url, state=state)
    assert all_cycles(network.replica) == kept
    return network


def assert_the_ask_works_again(network: ServedNetwork, at_once: str) -> None:
    """The same ask gets `at_once` while the leases hold, and its answer when they are over."""
    assert variant(network.ask(PROMPT)) == at_once
    assert "Answered" in network.ask("something else")
    network.replica.advance(LEASES_OVER_S)
    facts = network.facts()
    assert (facts.flights_open, facts.leases_held) == (0, 0)
    answered = network.ask(PROMPT)["Answered"]
    assert answered["answer"]["content"] == CONTENT
    found = network.query("cache", "lookup", request(PROMPT))
    assert found["Hit"]["answer"] == answered["answer"]
    assert network.facts().cycles == facts.cycles


def test_there_is_a_kill_for_each_message() -> None:
    """Inside each message of a miss and after the last."""
    assert len(KILLS) == len(MISS) + 1


@pytest.mark.parametrize(("number", "kill"), list(enumerate(KILLS)))
def test_a_kill_inside_a_message_leaves_what_was_committed(
    server: LyingServer, state: Path, number: int, kill: Kill
) -> None:
    """After the restart nothing is half done, and the same ask is answered, soon or at once."""
    server.answer = partial(honest, content=CONTENT)
    with start_asker(state, server.url, number) as asker:
        call = int(asker.communicate()[0])
    assert asker.returncode == -signal.SIGKILL
    assert len(server.asked) == kill.requests
    network = reopen(state, server.url)
    try:
        facts = network.facts()
        assert (facts.flights_open, facts.leases_held) == (kill.flights, kill.shards)
        assert isinstance(network.replica.answer(call), Reject) is (number < len(MISS))
        assert_the_ask_works_again(network, kill.at_once)
        # The one more is for the other prompt.
        assert len(server.asked) - kill.requests == kill.again + 1
    finally:
        network.close()


def test_a_kill_while_the_outcall_is_out_loses_only_the_ask(
    server: LyingServer, state: Path
) -> None:
    """The server was asked and never answered: the leases end by themselves."""
    server.answer = silent
    with start_asker(state, server.url, len(MISS)) as asker:
        server.wait_for_a_request()
        asker.kill()
    server.answer = partial(honest, content=CONTENT)
    network = reopen(state, server.url)
    try:
        assert network.facts()[:3] == (0, 0, 1)
        assert_the_ask_works_again(network, "Answered")
    finally:
        network.close()
