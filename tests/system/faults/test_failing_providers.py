"""Two real servers behind one model, of which one fails: its circuit, its stand-in, its return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.system.faults.lies import honest, response, saying
from tests.system.faults.lying_server import LyingServer
from tests.system.faults.paying_writer import PayingWriter
from tests.system.faults.served_network import API_KEY, ServedNetwork
from tests.system.network import OPERATOR, STRANGER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.system.faults.lying_server import Talk


@pytest.fixture
def stand_in() -> Iterator[LyingServer]:
    """A second server, which is honest."""
    with LyingServer(honest) as server:
        yield server


@pytest.fixture
def network(server: LyingServer, stand_in: LyingServer, tmp_path: Path) -> Iterator[ServedNetwork]:
    """A network whose model both serve, "local" first."""
    network = ServedNetwork(tmp_path / "ids.json", server.url)
    network.set_provider(name="second", url=stand_in.url, shard_ids=["second-0"])
    yield network
    network.close()


def circuits(network: ServedNetwork) -> dict[str, Any]:
    """Read the circuits as anybody may."""
    rows = network.query("infer", "providers")
    return {row["name"]: (row["circuit"], row["well_in_s"]) for row in rows}


def overloaded(talk: Talk) -> None:
    """Ask to be left alone for half a minute."""
    talk.send(response(429, b"{}", "retry-after: 30"))


def test_an_overloaded_provider_is_left_alone_as_long_as_it_says(
    network: ServedNetwork, server: LyingServer, stand_in: LyingServer
) -> None:
    """The asker has the other's answer for one more outcall; then the first is not asked at all."""
    server.answer = overloaded
    writer = PayingWriter(network)
    result, paid = writer.infer("one")
    inferred = result["Inferred"]
    assert (inferred["provider"], inferred["outcalls"]) == ("second", 2)
    assert inferred["charged_cycles"] == paid
    assert circuits(network)["local"] == ("open", 30)
    server.answer = honest
    assert "Answered" in network.ask("two")
    assert (len(server.asked), len(stand_in.asked)) == (1, 2)
    network.replica.advance(30)
    # The second is named first no more, but is well: a probe is due where it has no room.
    assert "Answered" in network.ask("three")
    result, _ = writer.infer("four", provider="local")
    assert "Inferred" in result
    assert circuits(network) == {"local": ("closed", 0), "second": ("closed", 0)}


def test_nobody_else_is_asked_where_the_model_may_have_worked(
    network: ServedNetwork, server: LyingServer, stand_in: LyingServer
) -> None:
    """Three failures by which the provider may be paid open its circuit, and end in a refusal."""
    server.answer = saying(500, {"error": "boom"})
    for number in range(3):
        assert "ProviderError" in network.ask(f"broken {number}")["Refused"]
    assert len(stand_in.asked) == 0
    assert circuits(network)["local"][0] == "open"
    assert "Answered" in network.ask("broken no more")
    assert len(server.asked) == 3


def test_a_submitted_request_waits_until_a_provider_is_well(
    network: ServedNetwork, server: LyingServer
) -> None:
    """It is put off in its window at no cost, and asked once the time is over."""
    assert "Ok" in network.update("infer", "remove_provider", "second")
    network.set_provider(template="chatml", features=["llama_cpp", "prefill", "lists"])
    assert "Ok" in network.update("batcher", "refresh_models")
    server.answer = overloaded
    assert "RateLimited" in network.ask("refused")["Refused"]
    server.answer = honest
    ticket = network.submit("later")["ticket"]
    for _ in range(4):
        network.replica.advance(10)
        network.replica.run()
        network.replica.run_until(lambda: not network.replica.desk.pending, 5.0)
    assert "Settled" in network.query("batcher", "result", ticket)
    assert len(server.asked) == 2


def test_controllers_read_what_happened_and_nobody_else(
    network: ServedNetwork, server: LyingServer
) -> None:
    """A limit that was told, without a word of the prompt, the answer or the settings."""
    server.answer = overloaded
    assert "Answered" in network.ask("a prompt of mine")
    lines = network.query("infer", "events", 0)["lines"]
    told = [line.split(" ", 1)[1] for line in lines]
    assert told[-2:] == ["failed local RateLimited", "circuit local open wait_ms=30000"]
    for secret in ("a prompt", "An honest answer", API_KEY, server.url, OPERATOR):
        assert secret not in str(lines)
    assert network.query("infer", "events", 0, sender=STRANGER) == {"lines": [], "next": 0}
