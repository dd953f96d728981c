"""A fetch told as one text: never another result than the typed one's, and as much counted."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cache_core import fast_fetches, lookups, puts
from refrain_core.fetched_texts import fetched_text, read_fetched
from refrain_core.fingerprint import digest_of
from tests.unit.cache.memories import Memory

SECOND = 1_000_000_000
START_NS = 1_700_000_000 * SECOND
Maker = Callable[..., dict[str, Any]]
STEADY = settings(deadline=None, derandomize=True, max_examples=150)
CONTROLS = st.sampled_from(
    ["", "", "", "max-age=1", "stale-while-revalidate=9", "stale-if-error=9", "no-cache", "what"]
)
PUTS = st.tuples(
    st.just("put"),
    st.integers(0, 3),
    st.sampled_from(["a|b\n", "é" * 9, "x" * 9_000]),
    st.sampled_from([None, 1, 5]),
)
FETCHES = st.tuples(st.just("fetch"), st.integers(0, 4), CONTROLS, st.integers(0, 3))
FAILURES = st.tuples(st.just("fail"), st.integers(0, 4), st.just(""), st.just(0))


def sees(namespace: str) -> bool:
    """See but one namespace's answers."""
    return namespace != "hidden"


@STEADY
@given(steps=st.lists(PUTS | FETCHES | FAILURES, max_size=20))
def test_a_fast_fetch_tells_and_counts_what_any_fetch_does(
    put_request: Maker, steps: list[tuple[str, int, Any, Any]]
) -> None:
    """Fresh, stale and hidden ones, long ones, failures, under all directives."""
    typed, fast = Memory().begin(), Memory().begin()
    now_ns = START_NS
    for what, number, text, more in steps:
        digest = digest_of(str(number))
        if what == "put":
            namespace = "hidden" if number == 3 else "public"
            request = put_request(digest, content=text, ttl_s=more, namespace=namespace)
            assert puts.put(typed, request, now_ns) == puts.put(fast, request, now_ns)
        elif what == "fail":
            refusal = {"Timeout": "slow | late"}
            told = {"digest": digest, "namespace": "public", "refusal": refusal, "ttl_s": 9}
            assert puts.put_negative(typed, told, now_ns) == puts.put_negative(fast, told, now_ns)
        else:
            now_ns += more * SECOND
            asked = ("aaaaa-aa", digest, sees, now_ns, text)
            assert fetched_text(lookups.fetch(typed, *asked)) == fast_fetches.fetch_text(
                fast, *asked
            )
        for name in ("", "aaaaa-aa", "public"):
            assert typed.tally.counts(name) == fast.tally.counts(name)


@pytest.mark.parametrize("arm", ["Hit", "Stale", "StaleIfError"])
def test_what_is_fetched_is_read_again(put_request: Maker, arm: str) -> None:
    """All that an asker is told of an answer."""
    answer = put_request("0" * 64, content="a|b")["answer"]
    found = {"answer": answer, "digest": "d", "key": "00ff", "age_s": 5, "expires_in_s": -3}
    assert read_fetched(fetched_text({arm: found})) == {arm: found}


def test_misses_failures_and_refusals_are_read_again() -> None:
    """The reason of each; of a failure its refusal alone."""
    refusal = {"ProviderError": {"status": 500, "detail": 'x|"'}}
    for result in (
        {"Miss": "never stored"},
        {"Refused": refusal},
        {"Negative": {"refusal": refusal}},
    ):
        assert read_fetched(fetched_text(result)) == result


@pytest.mark.parametrize("text", ["", "hit", "hit|a|1", "what|1|2|3|4|5|6|7|8|9|10|11|12"])
def test_what_is_no_fetched_text_is_none(text: str) -> None:
    """It counts as nothing found."""
    assert read_fetched(text) is None


def test_a_label_with_a_bar_is_not_told(put_request: Maker) -> None:
    """It would move the fields behind it; no record has one."""
    answer = put_request("0" * 64, trust="a|b")["answer"]
    found = {"answer": answer, "digest": "d", "key": "00ff", "age_s": 5, "expires_in_s": -3}
    with pytest.raises(ValueError, match="bar"):
        fetched_text({"Hit": found})
