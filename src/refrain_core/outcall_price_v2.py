"""What an HTTP outcall costs by the Internet Computer's second pricing version: formulas only.

No canister of ours asks for it yet, and the embedded replica does not charge by it. For n nodes, of
which some take part: a base by request and mode; for each node that takes part its raw bytes, its
round trip and its transform's instructions; and the delivery of what was transformed.

Formulas: https://github.com/dfinity/ic (rs/https_outcalls/pricing/src/fees.rs), September 2026.
"""

from typing import NamedTuple

CYCLES_PER_CALL = 1_000_000
CYCLES_PER_REQUEST_BYTE = 50
CYCLES_PER_RAW_BYTE = 50
CYCLES_PER_MILLISECOND = 300
INSTRUCTIONS_PER_CYCLE = 13
ENVELOPE_BYTES = 181
"""Added to each response of a flexible outcall."""


class Exchange(NamedTuple):
    """What one node's exchange is, or is expected to be."""

    request_bytes: int
    raw_bytes: int
    transformed_bytes: int
    round_trip_ms: int
    transform_instructions: int


def replicated_fee_cycles(exchange: Exchange, nodes: int) -> int:
    """Price an outcall that every node makes."""
    a_node = _request(exchange) + 140_000 * nodes + 800 * nodes * nodes
    delivered = exchange.transformed_bytes * _delivery(nodes)
    return nodes * (a_node + _usage(exchange)) + delivered


def single_fee_cycles(exchange: Exchange, nodes: int) -> int:
    """Price an outcall that one node makes, which tells the others what it got."""
    delivered = exchange.transformed_bytes * _delivery(nodes)
    return _open_base(exchange, nodes, 1) + _gossiped_usage(exchange, nodes) + delivered


def flexible_fee_cycles(exchange: Exchange, nodes: int, least: int, responses: int) -> int:
    """Price an outcall of a committee: `responses` of its nodes reply, `least` are waited for."""
    delivered = (exchange.transformed_bytes + ENVELOPE_BYTES) * _delivery(nodes)
    over = (responses - least) * nodes * (2_000 * nodes + 100_000)
    each = _gossiped_usage(exchange, nodes) + delivered
    return _open_base(exchange, nodes, least) + responses * each + over


def _request(exchange: Exchange) -> int:
    return CYCLES_PER_CALL + CYCLES_PER_REQUEST_BYTE * exchange.request_bytes


def _open_base(exchange: Exchange, nodes: int, least: int) -> int:
    a_node = _request(exchange) + 90_000 * nodes + 2_000 * nodes * least + 100_000 * least
    return nodes * a_node


def _usage(exchange: Exchange) -> int:
    return (
        CYCLES_PER_RAW_BYTE * exchange.raw_bytes
        + CYCLES_PER_MILLISECOND * exchange.round_trip_ms
        + exchange.transform_instructions // INSTRUCTIONS_PER_CYCLE
    )


def _gossiped_usage(exchange: Exchange, nodes: int) -> int:
    return _usage(exchange) + 50 * nodes * exchange.transformed_bytes


def _delivery(nodes: int) -> int:
    return nodes * (10 * nodes + 600)
