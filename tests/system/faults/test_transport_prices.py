"""What a quote says, and what the subnet then takes, by each transport and number of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infer_core.outcall_plan import MARGIN_CYCLES, MUST_AGREE
from infer_core.provider_rules import MODES
from refrain_core.outcall_price import CYCLES_PER_REQUEST_BYTE, DEFAULT_NODES
from tests.system.faults.paying_writer import PayingWriter
from tests.system.faults.served_network import ServedNetwork

if TYPE_CHECKING:
    from pathlib import Path

    from kybra_replica.kernel.messages import Request
    from kybra_replica.outcalls.request import OutcallRequest
    from tests.system.faults.lying_server import LyingServer

QUESTION = "What does it cost?"
TOKENS = 64
"""Fewer than any round has, whatever the provider's pace."""


def taken_fees(network: ServedNetwork, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note the fee of every outcall that the subnet starts from now on."""
    fees: list[int] = []
    desk = network.replica.desk
    start = type(desk).start

    def noting(origin: Request, request: OutcallRequest, fee_cycles: int) -> None:
        fees.append(fee_cycles)
        start(desk, origin, request, fee_cycles)

    monkeypatch.setattr(desk, "start", noting)
    return fees


@pytest.mark.parametrize("nodes", [4, 13, 34])
def test_a_quote_is_what_the_subnet_takes(
    server: LyingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nodes: int
) -> None:
    """To the cycle: one outcall's fee is taken, the margin stays; requests are not outcalls."""
    network = ServedNetwork(tmp_path / "ids.json", server.url, nodes=nodes)
    assert "Ok" in network.update("infer", "set_subnet_nodes", nodes)
    writer = PayingWriter(network)
    inference = writer.inference(QUESTION, max_tokens=TOKENS)
    quoted = writer.quote("quote_transports", inference)["Quoted"]
    by_transport = {
        one["transport"]: one["fee_cycles"] for one in quoted if one["pricing_version"] == 1
    }
    assert set(by_transport) == set(MODES)
    for transport in MODES:
        server.forget()
        fees = taken_fees(network, monkeypatch)
        result, paid = writer.infer(QUESTION, max_tokens=TOKENS, transport=transport)
        assert "Inferred" in result
        assert paid == by_transport[transport]
        carried = inference | {"transport": transport}
        assert paid == writer.quote("quote_infer", carried)["Quoted"]["fee_cycles"]
        assert fees == [paid - MARGIN_CYCLES]
        assert len(server.asked) == (1 if transport == "non_replicated" else nodes)
    network.close()


def test_one_node_is_no_cheaper_by_the_first_version(
    lied_to: ServedNetwork, server: LyingServer
) -> None:
    """Only the second version tells one node from all, but for the byte that says so."""
    writer = PayingWriter(lied_to)
    quoted = writer.quote("quote_transports", writer.inference(QUESTION))["Quoted"]
    told = {(one["transport"], one["pricing_version"]): one["fee_cycles"] for one in quoted}
    byte_cycles = CYCLES_PER_REQUEST_BYTE * DEFAULT_NODES * len(MUST_AGREE)
    assert told["non_replicated", 1] == told["idempotency_proxy", 1] - byte_cycles
    dearer = {told["flexible", 2], told["replicated", 2], told["idempotency_proxy", 2]}
    assert told["non_replicated", 2] < min(dearer)
    assert server.asked == []
