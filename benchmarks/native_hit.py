"""One cache's hits, timed in a process of its own: `python benchmarks/native_hit.py NAME`.

Run by `benchmarks.native_hits` with the interpreter that has the package; prints one JSON object:
microseconds of the median and of the slowest hundredth, and the package's version. Prompts have 350
characters, answers 1,200; one thread, 1,000 entries, keys in an order that repeats none soon.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRIES = 1_000
ROUNDS = 5
STEP = 379
"""Prime to the number of entries: every entry is hit once a round."""

ANSWER = "answer ".ljust(1_200, "a")


def prompt(number: int) -> str:
    """The `number`-th prompt."""
    return f"prompt {number} ".ljust(350, "p")


def cachetools_ttl() -> tuple[str, Any]:
    """A TTLCache, by its own key."""
    import cachetools  # noqa: PLC0415 - installed for this run alone

    cache: Any = cachetools.TTLCache(ENTRIES, 3_600)
    for number in range(ENTRIES):
        cache[prompt(number)] = ANSWER
    return "cachetools", lambda number: cache[prompt(number)]


def diskcache_get() -> tuple[str, Any]:
    """A cache on disk, as our answers outlive the process too."""
    import diskcache  # noqa: PLC0415 - installed for this run alone

    cache: Any = diskcache.Cache(tempfile.mkdtemp())
    for number in range(ENTRIES):
        cache[prompt(number)] = ANSWER
    return "diskcache", lambda number: cache[prompt(number)]


def langchain_invoke() -> tuple[str, Any]:
    """A chat model's `invoke` that LangChain's in-memory cache answers."""
    from langchain_core.caches import InMemoryCache  # noqa: PLC0415 - installed for this run alone
    from langchain_core.language_models import FakeListChatModel  # noqa: PLC0415 - likewise

    model: Any = FakeListChatModel(responses=[ANSWER], cache=InMemoryCache())
    for number in range(ENTRIES):
        model.invoke(prompt(number))
    return "langchain-core", lambda number: model.invoke(prompt(number))


def litellm_get() -> tuple[str, Any]:
    """LiteLLM's local cache, key included, without the completion around it."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    from litellm.caching.caching import Cache  # noqa: PLC0415 - installed for this run alone

    cache: Any = Cache(type="local")

    def request(number: int) -> dict[str, Any]:
        messages = [{"role": "user", "content": prompt(number)}]
        return {"model": "m", "messages": messages, "temperature": 0, "max_tokens": 64}

    cache.cache.max_size_in_memory = 2 * ENTRIES  # 200 by default
    for number in range(ENTRIES):
        cache.add_cache(json.dumps({"content": ANSWER}), **request(number))
    return "litellm", lambda number: cache.get_cache(**request(number))


def refrain_request() -> tuple[str, Any]:
    """Refrain's core: canonical text, digest, fetch, counted; over maps in dicts."""
    from benchmarks.native_store import NativeStore  # noqa: PLC0415 - Refrain's own interpreter

    store = NativeStore(ENTRIES, prompt, ANSWER)
    return "refrain", store.fetch


def refrain_digest() -> tuple[str, Any]:
    """The same by a digest that the caller knows, as one text."""
    from benchmarks.native_store import NativeStore  # noqa: PLC0415 - Refrain's own interpreter

    store = NativeStore(ENTRIES, prompt, ANSWER)
    return "refrain", store.hit


CACHES = {
    "cachetools TTLCache": cachetools_ttl,
    "diskcache": diskcache_get,
    "LangChain invoke": langchain_invoke,
    "LiteLLM local cache": litellm_get,
    "Refrain, whole request": refrain_request,
    "Refrain, by digest": refrain_digest,
}


def timed(hit: Callable[[int], object]) -> list[float]:
    """Microseconds of every hit; each must bring an answer."""
    times = []
    for number in range(ENTRIES * ROUNDS):
        which = number * STEP % ENTRIES
        began = time.perf_counter_ns()
        answer = hit(which)
        times.append((time.perf_counter_ns() - began) / 1_000)
        if ANSWER not in str(answer):
            raise ValueError(f"entry {which} was no hit: {answer!r:.80}")
    return times


def main() -> None:
    """Fill, time, print."""
    package, hit = CACHES[sys.argv[1]]()
    times = timed(hit)
    median, slowest = statistics.median(times), statistics.quantiles(times, n=100)[98]
    print(json.dumps({"median_us": median, "p99_us": slowest, "version": version(package)}))


if __name__ == "__main__":
    main()
