"""What a standard-library module costs at its first import, as measured where a figure is named."""

from __future__ import annotations

from kybra_replica.metering.sized_prices import METER

MODULES: dict[str, int] = {
    "dataclasses": 121_000_000,
    "decimal": 301_000_000,
    "textwrap": 111_000_000,
    "string": 60_000_000,
    "datetime": 36_000_000,
    "urllib.parse": 28_000_000,
    "heapq": 12_000_000,
    "hmac": 9_000_000,
}
OTHER = 3_000_000
FREE = frozenset(
    ["__future__", "sys", "builtins", "typing", "math", "zlib", "base64", "hashlib", "enum"]
)
"""Built in, or imported by kybra before the canister's own code begins."""


class ImportMeter:
    """Charges each module of the standard library once in a canister's life."""

    def __init__(self) -> None:
        """Nothing is imported yet."""
        self._seen: set[str] = set(FREE)

    def imported(self, name: str) -> None:
        """Count the first import of a module that is not the canister's own."""
        if name not in self._seen:
            self._seen.add(name)
            METER.charge(MODULES.get(name, OTHER))
