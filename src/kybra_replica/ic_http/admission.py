"""How much is served: requests at once, and requests a second of each peer."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kybra_replica.ic_http.refusals import TooMany, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Limits:
    """What one server takes; sizes in bytes."""

    body_bytes: int = 5 * 1024 * 1024
    ingress_bytes: int = 2 * 1024 * 1024
    open_requests: int = 1_024
    requests_per_s: float = 5_000.0
    burst_requests: int = 10_000
    peers: int = 1_024
    body_wait_s: float = 30.0
    call_wait_s: float = 10.0


class Admission:
    """Counts what is under way and how fast each peer asks."""

    def __init__(self, limits: Limits) -> None:
        """Let nothing pass beyond `limits`."""
        self._limits = limits
        self._open = 0
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @contextmanager
    def admitted(self, peer: str, now_s: float) -> Iterator[None]:
        """Count a request of `peer` while it is served.

        Raises:
            TooMany: this peer asks too fast.
            Unavailable: too much is under way, whoever asks.
        """
        self._take_token(peer, now_s)
        if self._open >= self._limits.open_requests:
            raise Unavailable("Service is overloaded, try again later.")
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    def _take_token(self, peer: str, now_s: float) -> None:
        tokens, since_s = self._buckets.pop(peer, (float(self._limits.burst_requests), now_s))
        tokens += (now_s - since_s) * self._limits.requests_per_s
        tokens = min(tokens, float(self._limits.burst_requests))
        allowed = tokens >= 1
        self._buckets[peer] = (tokens - allowed, now_s)
        if len(self._buckets) > self._limits.peers:
            self._buckets.popitem(last=False)
        if not allowed:
            raise TooMany("Too many requests: try again in a second.")
