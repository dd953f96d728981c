"""What an HTTP outcall costs, by the Internet Computer's first pricing version.

For n nodes: (3,000,000 + 60,000 n) n, and 400 n a request byte, and 800 n a byte of
max_response_bytes; on 13 nodes 49,140,000 + 5,200 + 10,400. What is not used comes back.
"""

from refrain_core.limits import MAX_RESPONSE_BYTES

DEFAULT_NODES = 13
"""Nodes of an ordinary application subnet."""

CYCLES_PER_CALL = 3_000_000
CYCLES_PER_NODE = 60_000
CYCLES_PER_REQUEST_BYTE = 400
CYCLES_PER_RESPONSE_BYTE = 800

HELD_CYCLES_PER_CALL = 42_130_000_000
"""Held back, not spent, for each call until its reply (measured on 13 nodes)."""

ENVELOPE_BYTES = 4_096
"""A reply's headers and the JSON around its text, with room."""

BYTES_PER_TOKEN = 16
"""Room for a token's text as escaped JSON; a larger reply is asked for again with more."""


BYTES_AROUND_ANSWER = 128
"""The JSON around each answer of a list."""


def outcall_fee_cycles(
    request_bytes: int, max_response_bytes: int, nodes: int = DEFAULT_NODES
) -> int:
    """Price an outcall; request bytes are URL, headers, body, transform name and context."""
    a_node = (
        CYCLES_PER_CALL
        + CYCLES_PER_NODE * nodes
        + CYCLES_PER_REQUEST_BYTE * request_bytes
        + CYCLES_PER_RESPONSE_BYTE * max_response_bytes
    )
    return a_node * nodes


def max_response_bytes_for(max_new_tokens: int, answers: int = 1) -> int:
    """Choose the reply size to ask for, at most the platform's 2 MB."""
    answer_bytes = BYTES_PER_TOKEN * max_new_tokens + (BYTES_AROUND_ANSWER if answers > 1 else 0)
    return min(MAX_RESPONSE_BYTES, ENVELOPE_BYTES + answer_bytes * answers)
