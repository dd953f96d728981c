"""What messages cost, in cycles on a subnet of 13 nodes.

Source: dfinity/ic, rs/config/src/subnet_config.rs (October 2025). Instructions are estimates.
"""

DEFAULT_CYCLES = 100_000_000_000_000
UPDATE_FEE = 5_000_000
INGRESS_FEE = 1_200_000
INGRESS_BYTE_FEE = 2_000
CALL_FEE = 260_000
CALL_BYTE_FEE = 1_000
CYCLES_PER_INSTRUCTION = 1


def execution_fee(instructions: int) -> int:
    """Cycles for executing one message."""
    return UPDATE_FEE + CYCLES_PER_INSTRUCTION * instructions


def ingress_fee(request_bytes: int) -> int:
    """Cycles for accepting one message from outside."""
    return INGRESS_FEE + INGRESS_BYTE_FEE * request_bytes


def call_fee(request_bytes: int) -> int:
    """Cycles for sending one call to a canister."""
    return CALL_FEE + CALL_BYTE_FEE * request_bytes
