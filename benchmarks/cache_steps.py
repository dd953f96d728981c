"""What the cache's forms and bounded steps cost as it grows, by the replica's estimate.

    python -m benchmarks.cache_steps [ENTRIES ...]

fills a cache with public answers of 2,000 characters to each size (1,000 and 10,000 by default),
asks it in each form, and counts what a rebuild, a page and a purge take for each answer. It writes
benchmarks/results/cache_steps.md; docs/cache.md draws the steps out to a million answers.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.bench_network import ANSWER, MODEL, OPERATOR, BenchNetwork, put_request
from benchmarks.scenarios import counted
from kybra_replica.kernel import typed_calls
from kybra_replica.kernel.principals import bytes_of
from refrain.client.ask_request import AskOptions, ask_request
from refrain_core.canonical import canonical_text, parameters_text
from refrain_core.fingerprint import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT = Path(__file__).parent / "results" / "cache_steps.md"
SIZES = (1_000, 10_000)
TRIALS = 9
ROOMY = {"max_entries": 1_000_000, "max_bytes": 3_000_000_000}
PUBLIC = "public"
CERTIFICATE = b"c" * 600
"""As long as one of a subnet of 13 nodes without a delegation."""

HEAD = """\
# The cache's forms and steps

`python -m benchmarks.cache_steps` counts all of it again, by the estimates of docs/decisions/012.
Public answers of 2,000 characters to a prompt of 1,000. Thousands of instructions; medians of nine.

"""

Figures = dict[str, float]


def asked() -> dict[str, Any]:
    """The one request that is asked whole."""
    return ask_request(AskOptions("prompt ".ljust(1_000, "p"), MODEL, public=True))


def header_of(digest: str) -> str:
    """The header of a public answer that lives a week."""
    lives = [0, 0, 604_800, 604_800]
    labels = ["single_node", digest, 0, "a", 0, "stop", MODEL]
    fields = [digest, PUBLIC, *lives, *labels, 250, 500, 0, 0, 0, 0, 0, "", "", "", len(ANSWER), 0]
    return "|".join(["v2", *map(str, fields), ""])


class UnexpectedReplyError(Exception):
    """The cache did not do what is to be counted."""


def expect(as_expected: bool, told: str) -> None:  # noqa: FBT001 - a condition
    """Stop where a reply is not the one that the row is named after."""
    if not as_expected:
        raise UnexpectedReplyError(told)


class GrowingCache:
    """A network whose cache is filled further and further."""

    def __init__(self) -> None:
        """Store the answer to the one request."""
        self.network = BenchNetwork()
        self.network.replica.run()
        self.network.configure_cache(**ROOMY)
        self.request = asked()
        self.digest = digest_of(canonical_text(self.request, PUBLIC))
        self._numbers = iter(range(10_000_000))
        self.network.update("cache", "put", {**put_request(0, PUBLIC), "digest": self.digest})

    def fresh(self) -> str:
        """A digest that is not stored."""
        return hashlib.sha256(f"grown {next(self._numbers)}".encode()).hexdigest()

    def keep(self) -> None:
        """Put a new answer by the form that costs least."""
        told = self.network.update("cache", "keep", header_of(self.fresh()), ANSWER)
        expect(told.startswith("stored|"), told)

    def put(self) -> None:
        """Put a new answer by the typed form."""
        request = {**put_request(0, PUBLIC), "digest": self.fresh()}
        told = self.network.update("cache", "put", request)
        expect("Stored" in told, str(told))

    def grow(self, entries: int) -> None:
        """Fill up to so many answers."""
        for _ in range(entries - self.network.entries()):
            self.keep()

    def query(self, method: str, *args: Any, begins: str = "") -> None:
        """Ask a query, whose text must begin so; a certificate stands by."""
        replica = self.network.replica
        found = replica.canister(self.network.ids["cache"])
        arg = typed_calls.encoded(found, method, args)
        sender = bytes_of(OPERATOR)
        answer = replica.read_only.query(found, method, arg, sender, lambda _: CERTIFICATE)
        told = typed_calls.decoded(found, method, answer)
        expect(not begins or told.startswith(begins), str(told)[:80])

    def cost(self, action: Callable[[], object]) -> float:
        """Thousands of instructions: the median of some trials."""
        trials = [counted(self.network, action) for _ in range(TRIALS)]
        return median(one["instructions"] + one["query_instructions"] for one in trials) / 1_000

    def forms(self) -> Figures:
        """Each form's cost."""
        request = self.request
        parts = (PUBLIC, MODEL, request["messages"], parameters_text(request))
        query = self.query
        figures = {
            "hit_by_digest": self.cost(lambda: query("hit_by_digest", self.digest, begins="hit|")),
            "hit": self.cost(lambda: query("hit", *parts, begins="hit|")),
            "certified_hit": self.cost(
                lambda: query("certified_hit", self.digest, begins="certified|")
            ),
            "lookup": self.cost(lambda: query("lookup", request)),
            "keep": self.cost(self.keep),
            "put": self.cost(self.put),
        }
        # Otherwise the one request's answer, the oldest, would be the first to go.
        self.network.update("cache", "touch", [self.digest])
        self.network.configure_cache(max_entries=self.network.entries())
        figures["keep, evicting one"] = self.cost(self.keep)
        self.network.configure_cache(**ROOMY)
        return figures

    def steps(self) -> Figures:
        """What each answer adds to the steps that pass over all of them."""
        entries = self.network.entries()

        def each(action: Callable[[], object]) -> float:
            counts = counted(self.network, action)
            return (counts["instructions"] + counts["query_instructions"]) / 1_000 / entries

        settings = {"namespace": PUBLIC, "policy": "lru", "max_entries": 0, "max_bytes": 0}
        return {
            "rebuild, an answer": each(self.network.upgrade_cache),
            "page of a namespace without answers, an answer": each(
                lambda: self.query("list_answers", OPERATOR, "", 100)
            ),
            "other policy, an answer": each(
                lambda: self.network.update("cache", "configure_namespace", settings)
            ),
        }


def page(columns: dict[int, Figures], head: str = HEAD) -> str:
    """The table, and how much each row grows."""
    sizes = list(columns)
    heads = "".join([f" {size:,} |" for size in sizes])
    lines = [f"| answers |{heads} grows |", "|---|" + "---|" * (len(sizes) + 1)]
    for name in columns[sizes[0]]:
        row = [columns[size][name] for size in sizes]
        cells = "".join([f" {one:,.0f} |" for one in row])
        lines.append(f"| {name} |{cells} {row[-1] / row[0]:.2f} |")
    return head + "\n".join(lines) + "\n"


def main() -> None:
    """Grow, count, write."""
    sizes = tuple(map(int, sys.argv[1:])) or SIZES
    cache = GrowingCache()
    columns: dict[int, Figures] = {}
    try:
        for size in sizes:
            cache.grow(size)
            columns[size] = {**cache.forms(), **cache.steps()}
    finally:
        cache.network.close()
    text = page(columns)
    print(text)
    REPORT.write_text(text)


if __name__ == "__main__":
    main()
