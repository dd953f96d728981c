"""The part of `_kybra_ic` about StableBTreeMap: typed bytes here, storage in the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra import CandidError

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.candid.ordering import order_key
from kybra_replica.metering import map_prices, prices
from kybra_replica.worker import traps

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.program.interface import StableMap
    from kybra_replica.worker.runtime import Runtime


class MapApi:
    """Map operations by memory id, with Kybra's order, sizes and traps."""

    _runtime: Runtime

    def stable_b_tree_map_get(self, memory_id: int, key: Any) -> Any:
        """The value of `key`, or None."""
        declared = self._open(memory_id)
        raw = self._runtime.ask("get", memory_id, self._key(declared, key))
        value = self._value(declared, raw)
        self._charge(map_prices.price_get, declared, key, value)
        return value

    def stable_b_tree_map_contains_key(self, memory_id: int, key: Any) -> bool:
        """Whether `key` has a value."""
        declared = self._open(memory_id)
        raw = self._runtime.ask("get", memory_id, self._key(declared, key))
        self._charge(map_prices.price_get, declared, key, None)
        return raw is not None

    def stable_b_tree_map_insert(self, memory_id: int, key: Any, value: Any) -> Any:
        """Set the value of `key`; the previous one or None. Traps where a size is exceeded."""
        declared = self._open(memory_id)
        raw_key, raw_value = self._key(declared, key), self._encoded(declared.value, value)
        self._bound("Key", raw_key, declared.max_key_size)
        self._bound("Value", raw_value, declared.max_value_size)
        raw = self._runtime.ask("insert", memory_id, raw_key, raw_value)
        previous = self._value(declared, raw)
        self._charge(map_prices.price_insert, declared, key, (value, previous))
        self._runtime.map_entries[memory_id] += raw is None
        return previous

    def stable_b_tree_map_remove(self, memory_id: int, key: Any) -> Any:
        """Remove `key`; its value or None."""
        declared = self._open(memory_id)
        raw = self._runtime.ask("remove", memory_id, self._key(declared, key))
        value = self._value(declared, raw)
        self._charge(map_prices.price_remove, declared, key, value)
        self._runtime.map_entries[memory_id] -= raw is not None
        return value

    def stable_b_tree_map_len(self, memory_id: int) -> int:
        """How many entries the map has."""
        self._open(memory_id)
        self._runtime.charge(prices.MAP_LENGTH)
        return self._runtime.map_entries[memory_id]

    def stable_b_tree_map_is_empty(self, memory_id: int) -> bool:
        """Whether the map has no entry."""
        return self.stable_b_tree_map_len(memory_id) == 0

    def stable_b_tree_map_items(self, memory_id: int) -> list[tuple[Any, Any]]:
        """Every entry, in key order; decodes all of them."""
        declared = self._open(memory_id)
        types = self._runtime.program.interface.types
        entries = [
            (decode(key, (declared.key,), types)[0], self._value(declared, value))
            for key, value in self._runtime.ask("scan", memory_id)
        ]
        self._runtime.charge(map_prices.price_scan(declared, entries, types))
        return sorted(entries, key=lambda entry: order_key(declared.key, entry[0], types))

    def stable_b_tree_map_keys(self, memory_id: int) -> list[Any]:
        """Every key, in order; as dear as `items`."""
        return [key for key, _ in self.stable_b_tree_map_items(memory_id)]

    def stable_b_tree_map_values(self, memory_id: int) -> list[Any]:
        """Every value, in key order; as dear as `items`."""
        return [value for _, value in self.stable_b_tree_map_items(memory_id)]

    def _charge(self, price: Callable[..., int], of: StableMap, *operands: Any) -> None:
        entries = self._runtime.map_entries[of.memory_id]
        types = self._runtime.program.interface.types
        self._runtime.charge(price(of, entries, *operands, types))

    def _open(self, memory_id: int) -> StableMap:
        declared = self._runtime.program.interface.maps.get(memory_id)
        if declared is None:
            raise LookupError(f"memory_id {memory_id} does not have an associated StableBTreeMap")
        if memory_id not in self._runtime.map_entries:
            sizes = (declared.max_key_size, declared.max_value_size)
            panic, entries = self._runtime.ask("open", memory_id, *sizes)
            if panic:
                self._runtime.trap(traps.explicit(panic))
            self._runtime.map_entries[memory_id] = entries
        return declared

    def _encoded(self, of: Any, value: Any) -> bytes:
        return encode((of,), (value,), self._runtime.program.interface.types)

    def _key(self, declared: StableMap, key: Any) -> bytes:
        return self._encoded(declared.key, key)

    def _value(self, declared: StableMap, raw: bytes | None) -> Any:
        if raw is None:
            return None
        try:
            return decode(raw, (declared.value,), self._runtime.program.interface.types)[0]
        except CandidDecodeError as error:
            raise CandidError(str(error)) from None

    def _bound(self, what: str, raw: bytes, limit: int) -> None:
        if len(raw) > limit:
            text = f"{what} is too large. Expected <= {limit} bytes, found {len(raw)} bytes"
            self._runtime.trap(traps.explicit(f"Panicked at '{text}'"))
