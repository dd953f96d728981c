"""Lookups under way against flights that settle: the watch, held against a plain history."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from batcher_core.fetch_watch import FetchWatch
from batcher_core.outcomes import Outcome, refused_outcome

DIGESTS = st.sampled_from(["a", "b"])
STEPS = st.tuples(st.sampled_from(["begin", "settle", "end"]), DIGESTS, st.integers(0, 9))


def _outcome(number: int) -> Outcome:
    return refused_outcome({"Internal": str(number)})


@given(st.lists(STEPS, max_size=40))
def test_a_lookup_is_served_exactly_what_settled_since_it_began(
    steps: list[tuple[str, str, int]],
) -> None:
    """The watch agrees with a full history, and forgets a digest nobody looks up."""
    watch = FetchWatch()
    history: list[tuple[str, int]] = []
    under_way: list[tuple[str, int, int]] = []
    for kind, digest, choice in steps:
        if kind == "begin":
            under_way.append((digest, watch.begin(digest, 0), len(history)))
        elif kind == "settle":
            watch.settle(digest, _outcome(len(history)))
            history.append((digest, len(history)))
        elif under_way:
            looked_up, mark, since = under_way.pop(choice % len(under_way))
            settled = [number for name, number in history[since:] if name == looked_up]
            expected = _outcome(settled[-1]) if settled else None
            assert watch.end(looked_up, mark) == expected
        assert len(watch) == len({digest for digest, _, _ in under_way})


def test_a_lookup_that_a_trap_ended_is_swept() -> None:
    """What never came back is forgotten by its age, and its end is no error."""
    watch = FetchWatch()
    mark = watch.begin("a", 100)
    watch.begin("b", 200)
    assert watch.sweep(150) == 1
    assert len(watch) == 1
    assert watch.end("a", mark) is None


def test_an_old_outcome_is_not_served_to_a_new_lookup() -> None:
    """A lookup that a trap ended leaves an outcome behind, which later lookups don't get."""
    watch = FetchWatch()
    watch.begin("a", 0)
    watch.settle("a", _outcome(1))
    mark: Any = watch.begin("a", 1)
    assert watch.end("a", mark) is None
