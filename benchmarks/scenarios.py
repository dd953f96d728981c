"""What is counted: each scenario does one thing on a network whose cache has so many entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.bench_network import OPERATOR, ROOMY, BenchNetwork, model_reply, request
from kybra_replica.outcalls.pricing import request_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (100, 1_000, 10_000)
CONCURRENT = 100
KNOWN = 0
"""The one prompt that was asked through the batcher before anything is counted."""

Counts = dict[str, int]


class UnexpectedOutcomeError(Exception):
    """A scenario did not do what it is named after, so its counts would be another thing's."""


def counted_sizes(sizes: tuple[int, ...] = SIZES) -> dict[str, dict[str, Counts]]:
    """Every scenario at each of the sizes, on one network that is filled as it goes."""
    network = BenchNetwork()
    try:
        network.ask_model(KNOWN)
        results = {
            str(size): counted_at(network, size, 10 * place)
            for place, size in enumerate(sizes, start=1)
        }
        network.mocks.verify()
    finally:
        network.close()
    return results


def counted_at(network: BenchNetwork, entries: int, new: int) -> dict[str, Counts]:
    """Every scenario with `entries` answers in the cache; prompts from number `new` on are new."""
    network.fill(entries)
    results = {
        "hit by ask": counted(network, lambda: _served(network.ask(KNOWN), "hit")),
        "hit by lookup (query)": counted(network, lambda: _looked_up(network)),
        "miss": counted(network, lambda: _served(network.ask_model(new), "fwd=miss; stored")),
        "join": _joined(network, new + 1),
        f"{CONCURRENT} identical asks": counted(network, lambda: _at_once(network, new + 2)),
        "put": counted(network, lambda: _put(network, -entries, evicted=0)),
        "put that evicts": _evicting(network, -entries - 1),
        "upgrade and rebuild": counted(network, network.upgrade_cache),
    }
    network.configure_cache(**ROOMY)
    return results


def counted(network: BenchNetwork, action: Callable[[], object]) -> Counts:
    """What `action` did: messages, map operations, outcalls and their bytes, cycles."""
    before = _totals(network)
    action()
    after = _totals(network)
    return {name: after[name] - before[name] for name in after}


def _totals(network: BenchNetwork) -> Counts:
    totals = network.replica.traffic()
    seen = network.mocks.requests
    totals["outcall_request_bytes"] = sum(request_bytes(each.request) for each in seen)
    totals["outcall_response_bytes"] = len(model_reply()) * len(seen)
    return totals


def _served(status: str, expected: str) -> None:
    if not status.startswith(expected):
        raise UnexpectedOutcomeError(f"served by {status!r} instead of {expected!r}")


def _looked_up(network: BenchNetwork) -> None:
    found = network.query("cache", "lookup", request(KNOWN))
    _served(next(iter(found)), "Hit")


def _joined(network: BenchNetwork, prompt: int) -> Counts:
    network.expect_outcall()
    network.begin_ask(prompt)
    results = counted(network, lambda: _join(network, prompt))
    network.release()
    return results


def _join(network: BenchNetwork, prompt: int) -> None:
    reply = network.replica.reply(network.begin_ask(prompt))
    _served(next(iter(reply)), "Joined")


def _at_once(network: BenchNetwork, prompt: int) -> None:
    network.expect_outcall()
    batcher, replica = network.ids["batcher"], network.replica
    calls = [
        replica.submit(batcher, "ask", request(prompt), sender=OPERATOR) for _ in range(CONCURRENT)
    ]
    replica.run()
    network.release()
    replies: list[dict[str, Any]] = [replica.reply(call) for call in calls]
    answered = sum("Answered" in reply for reply in replies)
    joined = sum("Joined" in reply for reply in replies)
    _served(f"{answered} answer, {joined} tickets", f"1 answer, {CONCURRENT - 1} tickets")


def _put(network: BenchNetwork, number: int, *, evicted: int) -> None:
    stored = network.put(number)
    _served(f"{stored['evicted']} evicted", f"{evicted} evicted")


def _evicting(network: BenchNetwork, number: int) -> Counts:
    network.configure_cache(max_entries=network.entries())
    return counted(network, lambda: _put(network, number, evicted=1))
