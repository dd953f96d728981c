"""What a replica did so far, as counts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kybra_replica.kernel.kernel_state import KernelState
    from kybra_replica.outcalls.port import OutcallPort


def traffic_of(kernel: KernelState, port: OutcallPort) -> dict[str, int]:
    """Messages by kind, cycles burnt, map operations (`map_...`), outcalls, HTTP requests."""
    counts = asdict(kernel.counts)
    counts["http_requests"] = port.http_requests
    counts.update({f"map_{name}": n for name, n in asdict(kernel.maps.traffic).items()})
    return counts
