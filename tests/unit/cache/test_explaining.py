"""Explain tells why a request is no hit, and what the nearest answer differs in."""

from collections.abc import Callable
from typing import Any

from tests.unit.cache.test_main import INSTALLER, TENANT, WRITER, ask

Maker = Callable[..., dict[str, Any]]


def test_explain_gives_each_reason(main: Any, platform: Any, keep: Callable[..., str]) -> None:
    """A hit, a stale answer, and why a request is none."""

    def verdict(**fields: Any) -> str:
        platform.caller_now = TENANT
        explained = main.explain(ask(**fields))["Explained"]
        platform.caller_now = WRITER
        return str(explained["verdict"])

    assert verdict() == "never stored"
    keep(ttl_s=10, cache_control="stale-if-error=10")
    assert verdict() == "hit"
    assert verdict(cache_control="no-cache") == "no-cache"
    assert verdict(cache_control='least-trust="quorum 2/3"') == "least-trust"
    platform.now_ns += 5 * 10**9
    assert verdict(cache_control="max-age=1") == "max-age"
    platform.now_ns += 5 * 10**9
    assert verdict() == "expired"
    assert verdict(cache_control="stale-while-revalidate=9") == "stale"
    assert verdict(cache_control="stale-if-error=9") == "stale if the model fails"


def test_explain_tells_failures_removals_and_refused_puts(
    main: Any, platform: Any, put_request: Maker, keep: Callable[..., str]
) -> None:
    """What stands under the digest instead of an answer, or why none came to stand there."""

    def verdict(**fields: Any) -> str:
        platform.caller_now = TENANT
        explained = main.explain(ask(**fields))["Explained"]
        platform.caller_now = WRITER
        return str(explained["verdict"])

    digest = keep(ttl_s=10)
    platform.now_ns += 10 * 10**9
    failure = {"digest": digest, "namespace": TENANT, "refusal": {"Timeout": "x"}, "ttl_s": 9}
    main.put_negative(failure)
    assert verdict() == "failure"
    assert main.hit_by_digest(digest) == "miss|failure"
    assert verdict(cache_control="no-cache") == "no-cache"
    main.remove(digest)
    assert verdict() == "removed"
    main.put(put_request(digest, namespace=TENANT, finish="budget"))
    assert verdict() == "not admitted"


def test_explain_tells_what_was_hidden_freed_or_evicted(
    main: Any, platform: Any, keep: Callable[..., str]
) -> None:
    """By controllers, by the sweep and by newer answers."""

    def verdict(**fields: Any) -> str:
        platform.caller_now = TENANT
        explained = main.explain(ask(**fields))["Explained"]
        platform.caller_now = WRITER
        return str(explained["verdict"])

    keep()
    platform.caller_now = INSTALLER
    main.taint("tiny@r1:Q4_K_M")
    assert verdict() == "tainted"
    platform.caller_now = INSTALLER
    main.clear_taint("tiny@r1:Q4_K_M")
    main.purge("all")
    assert verdict() == "purged"
    platform.now_ns += 10**18
    platform.intervals[0]()
    assert verdict() == "expired"
    keep()
    platform.caller_now = INSTALLER
    main.configure({**main.settings(), "max_entries": 1})
    platform.caller_now = WRITER
    keep(seed=1)
    assert verdict() == "evicted"
    assert "BadRequest" in main.explain(ask(model="tiny", namespace="public"))["Refused"]


def test_explain_names_the_fields_that_differ_from_the_nearest_answer(
    main: Any, platform: Any, keep: Callable[..., str]
) -> None:
    """The latest answer to the same messages within the namespace; another's is never told."""
    nearest = keep(seed=1, extra='{"top_k": 3}')
    platform.caller_now = TENANT
    explained = main.explain(ask(seed=2, extra='{"top_k": 4}'))["Explained"]
    assert explained["verdict"] == "never stored"
    assert explained["nearest"] == nearest
    assert explained["differs"] == ["seed", "extra.top_k"]
    other = ask(messages=[{"role": "user", "content": "other"}])
    assert main.explain(other)["Explained"]["nearest"] is None
    assert main.explain(ask(namespace="public"))["Explained"]["nearest"] is None
    assert main.explain(ask(seed=1, extra='{"top_k": 3}'))["Explained"]["differs"] == []


def test_explain_passes_over_a_nearest_answer_that_a_failure_replaced(
    main: Any, platform: Any, keep: Callable[..., str]
) -> None:
    """A failure has no parts to compare."""
    digest = keep(ttl_s=1)
    platform.now_ns += 2 * 10**9
    failure = {"digest": digest, "namespace": TENANT, "refusal": {"Timeout": "x"}, "ttl_s": 9}
    assert "Stored" in main.put_negative(failure)
    platform.caller_now = TENANT
    explained = main.explain(ask(seed=5))["Explained"]
    assert (explained["verdict"], explained["nearest"]) == ("never stored", None)
