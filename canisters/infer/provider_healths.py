"""The circuit of every provider that is not well; who is not named here is.

In the heap only: an upgrade closes every circuit, and a provider that is still down opens its own
again after some calls.
"""

from typing import Any

from kybra import ic

from infer_core.failover import failover_order, well_again_s
from infer_core.provider_health import (
    Health,
    after_failure,
    after_limit,
    after_success,
    probed,
)
from infer_core.provider_rules import IDEMPOTENCY_PROXY, Provider
from infer_core.retry_rules import LIMITED, backoff_ms, failure_class, next_attempt
from infer_core.status_classes import told_wait_s
from infer_events import note_circuit, note_failed, note_refused
from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import rate_limited
from use_limits import PROVIDER, WRITER, count_use, limits_of, wait_s

_MS = 1_000

healths: dict[str, Health] = {}


def permitted(
    serving: list[Provider], writer: str, tried: "frozenset[str]" = frozenset()
) -> list[Provider] | dict[str, Any]:
    """Return who may be asked now, in which order; or refuse with the seconds until one may.

    writer: who asks, and may have used all that he may.
    """
    if not healths and not tried and not limits_of:
        return serving
    now_ns = ic.time()
    if limits_of:
        spent_s = wait_s(WRITER, writer, now_ns)
        if spent_s:
            return rate_limited(spent_s)
    waits_s = [wait_s(PROVIDER, one.name, now_ns) for one in serving]
    within = [one for index, one in enumerate(serving) if not waits_s[index]]
    order = failover_order(within, healths, now_ns, tried)
    if order:
        return order
    if within:
        waits_s.append(well_again_s(within, healths, now_ns))
        if not tried:
            note_refused("", "no_closed_circuit", waits_s[-1], now_ns)
    return rate_limited(min([seconds for seconds in waits_s if seconds], default=1))


def note_sent(name: str, writer: str, price_cycles: int, now_ns: int) -> None:
    """Note a call that goes out: through a circuit that is not closed, it is a probe."""
    if limits_of:
        count_use(name, writer, price_cycles, now_ns)
    if name in healths:
        before = healths[name]
        healths[name] = probed(before, now_ns)
        note_circuit(name, before, healths[name], now_ns)


def note_success(name: str, now_ns: int) -> None:
    """Close the circuit of a provider that answered."""
    if name in healths:
        before = healths.pop(name)
        note_circuit(name, before, after_success(before), now_ns)


def note_failure(
    provider: Provider, refusal: dict[str, Any], ok: Any, reject: str | None, now_ns: int
) -> str:
    """Blame a provider for a failure, if it is to blame; say where the sample may be asked again.

    ok, reject: what came of the outcall, if it was one.
    """
    name = provider.name
    note_failed(name, refusal, now_ns)
    row = failure_class(refusal, reject or "")
    if row.blame:
        before = healths.get(name, Health())
        wait_ms = backoff_ms(before.failures + 1, f"{name}|{now_ns}")
        if row.blame == LIMITED:
            told_s = told_wait_s(ok["body"]) if ok else 0
            wait_ms = max(wait_ms, told_s * _MS)
            healths[name] = after_limit(before, now_ns, wait_ms)
        else:
            healths[name] = after_failure(before, now_ns, wait_ms)
        note_circuit(name, before, healths[name], now_ns)
    return next_attempt(row, is_idempotent=provider.mode == IDEMPOTENCY_PROXY)


def forget_health(name: str) -> None:
    """Take a provider for well that a controller set anew, or removed."""
    healths.pop(name, None)


def well_in_s(name: str, now_ns: int) -> int:
    """Return in how many seconds a provider may be called; 0 is now."""
    if name not in healths or healths[name].until_ns <= now_ns:
        return 0
    return -((now_ns - healths[name].until_ns) // NANOSECONDS)
