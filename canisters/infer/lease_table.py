"""Which shards are leased: stable memory is the truth, the heap its copy."""

from infer_core.shard_choice import LEASE_S, expired, next_token
from infer_maps import lease_map
from refrain_core.leases import Lease, held, may_settle, pack_lease, unpack_lease
from refrain_core.limits import NANOSECONDS


class LeaseTable:
    """Leases by their keys; every change is written through."""

    def __init__(self) -> None:
        """Start empty; `load` reads what an upgrade kept."""
        self.leases: dict[str, Lease] = {}
        self._last_token = 0

    def load(self) -> None:
        """Rebuild the heap copy."""
        for key, text in lease_map.items():
            self.leases[key] = unpack_lease(text)

    def take(self, keys: tuple[str, ...], now_ns: int) -> int:
        """Lease `keys`, which must be free, and return the fencing token."""
        self._last_token = next_token(self._last_token, now_ns)
        lease = Lease(self._last_token, now_ns + LEASE_S * NANOSECONDS)
        for key in keys:
            self.leases[key] = lease
            lease_map.insert(key, pack_lease(lease))
        return lease.token

    def renew(self, keys: tuple[str, ...], token: int, now_ns: int) -> bool:
        """Put the deadline off if `token` still holds all of it; tell whether it does."""
        if not all(may_settle(self.leases.get(key), token, now_ns) for key in keys):
            return False
        lease = Lease(token, now_ns + LEASE_S * NANOSECONDS)
        for key in keys:
            self.leases[key] = lease
            lease_map.insert(key, pack_lease(lease))
        return True

    def settle(self, keys: tuple[str, ...], token: int, now_ns: int) -> bool:
        """Give back what `token` still bears; tell whether all of it held until now."""
        settled = all(may_settle(self.leases.get(key), token, now_ns) for key in keys)
        for key in keys:
            if key in self.leases and self.leases[key].token == token:
                self._drop(key)
        return settled

    def sweep(self, now_ns: int) -> int:
        """Forget expired leases; return how many."""
        gone = expired(self.leases, now_ns)
        for key in gone:
            self._drop(key)
        return len(gone)

    def count(self, now_ns: int) -> int:
        """Count the leases that hold now."""
        return sum(1 for lease in self.leases.values() if held(lease, now_ns))

    def _drop(self, key: str) -> None:
        del self.leases[key]
        lease_map.remove(key)


lease_table = LeaseTable()
