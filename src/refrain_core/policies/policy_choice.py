"""Eviction policies by name."""

from refrain_core.policies.cost_aware import CostAwarePolicy
from refrain_core.policies.lru import LruPolicy
from refrain_core.policies.policy import Policy
from refrain_core.policies.s3_fifo import S3FifoPolicy
from refrain_core.policies.sieve import SievePolicy

POLICY_NAMES = ("lru", "sieve", "s3fifo", "cost")
"""The names that `make_policy` takes."""


def make_policy(name: str, max_entries: int, max_bytes: int) -> Policy:
    """Make an empty policy for a cache of these bounds; the cache keeps them, not the policy.

    Raises:
        ValueError: no policy has that name.
    """
    if name == "lru":
        return LruPolicy()
    if name == "sieve":
        return SievePolicy()
    if name == "s3fifo":
        return S3FifoPolicy(max_entries, max_bytes)
    if name == "cost":
        return CostAwarePolicy()
    raise ValueError(f"no policy named {name}")
