"""Which provider and which of its shards serve the next call."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from infer_core.provider_rules import Provider, shard_parts
from refrain_core.leases import Lease, held
from refrain_core.limits import NANOSECONDS

LEASE_S = 90
"""An outcall ends after 30 s; its consensus and the reply's way back get 60 s."""

Leases = Mapping[str, Lease]


class Choice(NamedTuple):
    """A provider with the free shard of it, whose parts are to be leased."""

    provider: Provider
    keys: tuple[str, ...]


def candidates(providers: Iterable[Provider], model: str, sample: int) -> list[Provider]:
    """List the providers of `model`, turned by `sample` so that samples spread over them."""
    serving = sorted(provider for provider in providers if provider.model == model)
    turn = sample % len(serving) if serving else 0
    return serving[turn:] + serving[:turn]


def named(serving: Sequence[Provider], name: "str | None") -> list[Provider]:
    """Keep just the provider of that name, if it is among them; None keeps all."""
    return [one for one in serving if name is None or one.name == name]


def choose(serving: Iterable[Provider], leases: Leases, now_ns: int) -> Choice | None:
    """Choose the first shard whose parts are all free; an expired lease is free."""
    for provider in serving:
        for shard_id in provider.shard_ids:
            keys = _keys(provider, shard_id)
            if not any(held(leases.get(key), now_ns) for key in keys):
                return Choice(provider, keys)
    return None


def retry_after_s(serving: Iterable[Provider], leases: Leases, now_ns: int) -> int:
    """Say when the first shard may be free at the latest, in whole seconds, at least one."""
    frees_ns = [
        max(leases[key].deadline_ns for key in keys if held(leases.get(key), now_ns))
        for provider in serving
        for keys in _shards(provider)
    ]
    return max(1, -((now_ns - min(frees_ns)) // NANOSECONDS))


def lease_keys(provider: Provider) -> frozenset[str]:
    """Name every part of a provider, as the lease map does."""
    return frozenset(key for keys in _shards(provider) for key in keys)


def next_token(last_token: int, now_ns: int) -> int:
    """Make a fencing token larger than all before it, also those before an upgrade."""
    return max(last_token + 1, now_ns)


def expired(leases: Leases, now_ns: int) -> list[str]:
    """List the keys of leases past their deadline."""
    return [key for key, lease in leases.items() if not held(lease, now_ns)]


def count_held(leases: Leases, keys: Iterable[str], now_ns: int) -> int:
    """Count those of `keys` that are leased now."""
    return sum(1 for key in keys if held(leases.get(key), now_ns))


def _shards(provider: Provider) -> Sequence[tuple[str, ...]]:
    return [_keys(provider, shard_id) for shard_id in provider.shard_ids]


def _keys(provider: Provider, shard_id: str) -> tuple[str, ...]:
    return tuple([f"{provider.name}/{part}" for part in shard_parts(shard_id)])
