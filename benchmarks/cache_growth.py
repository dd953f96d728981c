"""How the cache's work grows from 1,000 to 100,000 answers, counted and not drawn out.

    python -m benchmarks.cache_growth [ENTRIES ...]

runs the canister's own core in this process, as the replica compiles it, on maps that cost what the
replica's do. Messages and their arguments, which are the same at any size, are left out; so a
minute fills what would take as many messages an hour. It writes benchmarks/results/cache_growth.md.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

from benchmarks.bench_network import ANSWER, canister_program, put_request
from benchmarks.cache_steps import CERTIFICATE, PUBLIC, ROOMY, Figures, expect, header_of, page
from kybra_replica.metering import library_prices, map_prices, prices, tuple_prices
from kybra_replica.metering.sized_prices import METER
from kybra_replica.worker.bundle_import import BundleFinder, compile_sources

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT = Path(__file__).parent / "results" / "cache_growth.md"
SIZES = (1_000, 10_000, 100_000)
TRIALS = 64
BANK = 2
"""The first bank's memory id; all are declared alike."""

OTHERS = 3
HEAD = """\
# The cache's growth

`python -m benchmarks.cache_growth` counts all of it again: the core alone, without its messages, by
the estimates of docs/decisions/012. Public answers of 2,000 characters; thousands of instructions,
means of 64.

"""


class PricedMap:
    """A bank in a dict, that costs what a map of as many entries does."""

    def __init__(self) -> None:
        """Start empty."""
        self._rows: dict[str, str] = {}
        interface = canister_program("cache").interface
        self._priced = (interface.maps[BANK], interface.types)

    def get(self, key: str) -> str | None:
        """Return a value, or None."""
        value = self._rows.get(key)
        declared, types = self._priced
        METER.spent += map_prices.price_get(declared, len(self._rows), key, value, types)
        return value

    def insert(self, key: str, value: str) -> str | None:
        """Set a value; return the former one."""
        declared, types = self._priced
        size, former = len(self._rows), self._rows.get(key)
        self._rows[key] = value
        METER.spent += map_prices.price_insert(declared, size, key, (value, former), types)
        return former

    def remove(self, key: str) -> str | None:
        """Remove a key; return its value."""
        declared, types = self._priced
        size, value = len(self._rows), self._rows.pop(key, None)
        METER.spent += map_prices.price_remove(declared, size, key, value, types)
        return value

    def items(self) -> list[tuple[str, str]]:
        """Return all entries in the order of their keys."""
        rows = sorted(self._rows.items())
        declared, types = self._priced
        METER.spent += map_prices.price_scan(declared, rows, types)
        return rows


def certify(_root: bytes) -> None:
    """Take a root as the system does."""
    METER.spent += prices.CERTIFIED_DATA


class CountedCore:
    """The cache's core as the replica runs it, filled further and further."""

    def __init__(self) -> None:
        """Load the canister's sources anew, so that they count."""
        library_prices.install()
        tuple_prices.install()
        for name in [one for one in sys.modules if one.startswith(("cache_core", "refrain_core"))]:
            del sys.modules[name]
        sys.meta_path.insert(0, BundleFinder(compile_sources(canister_program("cache").sources)))
        self._maps = self._of("stable_maps").StableMaps(
            [PricedMap() for _ in range(self._of("places").BANKS)],
            *[PricedMap() for _ in range(OTHERS)],
        )
        self._numbers = iter(range(10_000_000))
        self._cache = self._begun("begin")
        self._cache.certified.begin("5e" * 32)
        self._first = self._fresh()
        request = {**put_request(0, PUBLIC), "digest": self._first}
        expect("Stored" in self._of("puts").put(self._cache, request, 1), "the first put")

    def grow(self, entries: int) -> None:
        """Fill up to so many answers."""
        while len(self._cache.index) < entries:
            self._keep()

    def figures(self) -> Figures:
        """What each form costs by now, and each answer of a rebuild."""
        cache, first = self._cache, self._first
        fast, certified = self._of("fast_lookups"), self._of("certified_lookups")
        told = {
            "hit by digest": self._cost(lambda: fast.hit_text(cache, first, _all, 1)),
            "certified hit": self._cost(
                lambda: certified.hit_text(cache, first, _all, 1, CERTIFICATE)
            ),
            "keep": self._cost(self._keep),
        }
        cache.index.use(first)
        cache.bounds = cache.bounds._replace(max_entries=len(cache.index))
        told["keep, evicting one"] = self._cost(self._keep)
        before, entries = METER.spent, len(cache.index)
        self._cache = self._begun("resume")
        while self._of("upkeep").work_step(self._cache, 1):
            pass
        told["rebuild, an answer"] = (METER.spent - before) / 1_000 / entries
        return told

    def _of(self, module: str) -> Any:
        return importlib.import_module(f"cache_core.{module}")

    def _begun(self, how: str) -> Any:
        cache = self._of("answer_cache").AnswerCache(self._maps, certify)
        cache.bounds = self._of("cache_bounds").CacheBounds(**ROOMY)
        getattr(self._of("upkeep"), how)(cache)
        return cache

    def _fresh(self) -> str:
        return hashlib.sha256(f"grown {next(self._numbers)}".encode()).hexdigest()

    def _keep(self) -> None:
        told = self._of("fast_puts").keep_text(self._cache, header_of(self._fresh()), ANSWER, 1)
        expect(told.startswith("stored|"), told)

    def _cost(self, action: Callable[[], object]) -> float:
        trials = []
        for _ in range(TRIALS):
            before = METER.spent
            action()
            trials.append(METER.spent - before)
        return mean(trials) / 1_000


def _all(_namespace: str) -> bool:
    return True


def main() -> None:
    """Grow, count, write."""
    core = CountedCore()
    columns: dict[int, Figures] = {}
    for size in tuple(map(int, sys.argv[1:])) or SIZES:
        core.grow(size)
        columns[size] = core.figures()
    text = page(columns, HEAD)
    print(text)
    REPORT.write_text(text)


if __name__ == "__main__":
    main()
