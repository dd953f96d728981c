"""In which order the providers of a model are asked, by their health; and when one will be well."""

from collections.abc import Mapping, Sequence

from infer_core.provider_health import CLOSED, HEALTHY, Health, may_call
from infer_core.provider_rules import Provider
from refrain_core.limits import NANOSECONDS

Healths = Mapping[str, Health]


def failover_order(
    serving: Sequence[Provider], healths: Healths, now_ns: int, tried: frozenset[str]
) -> list[Provider]:
    """List who may be asked: closed circuits first, then those that a probe is due for.

    The order within each is kept, so that samples stay spread; `tried` are left out.
    """
    callable_now = [
        one
        for one in serving
        if one.name not in tried and may_call(healths.get(one.name, HEALTHY), now_ns)
    ]
    well = [one for one in callable_now if _is_closed(healths, one)]
    return well + [one for one in callable_now if not _is_closed(healths, one)]


def well_again_s(serving: Sequence[Provider], healths: Healths, now_ns: int) -> int:
    """Say in how many whole seconds, at least one, the first circuit lets a call through."""
    waits_ns = [healths.get(one.name, HEALTHY).until_ns - now_ns for one in serving]
    return max(1, -(-min(waits_ns) // NANOSECONDS)) if waits_ns else 1


def _is_closed(healths: Healths, provider: Provider) -> bool:
    return healths.get(provider.name, HEALTHY).state == CLOSED
