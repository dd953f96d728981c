"""What a cache keeps out of a move, and what it has in common with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cache_core import share_profile
from cache_core.certifying import taint
from cache_core.fences import MOST_NAMED, Fences
from cache_core.shelves import ShelfBounds
from tests.unit.cache.conftest import TENANT
from tests.unit.cache.memories import Memory

if TYPE_CHECKING:
    from cache_core.answer_cache import AnswerCache


def test_fences_are_bounded() -> None:
    """One name too many, and every page of before is refused; later ones are not."""
    numbers = iter(range(1, 10_000))
    fences = Fences(lambda: next(numbers))
    before = fences.now()
    for number in range(MOST_NAMED):
        fences.raise_for(f"{number}")
    assert not fences.refuses(before)
    assert fences.withholds(before, "5", "public")
    fences.raise_for("one more")
    assert fences.refuses(before)
    assert not fences.refuses(fences.now())
    assert not fences.withholds(fences.now(), "5", "public")


def test_a_new_cache_adopts_what_all_have_in_common(cache: AnswerCache) -> None:
    """Bounds, namespaces, taints and members; only as long as it is empty."""
    cache.bounds = cache.bounds._replace(max_entries=77)
    cache.tenants.save_bounds("public", ShelfBounds("lru", 5, 0))
    taint(cache, "openai")
    text = share_profile.profile_text(cache, [("shared:a", TENANT)])
    other = Memory().begin()
    assert share_profile.adopt(other, text) == [cache.bounds, [["shared:a", TENANT]]]
    assert other.tenants.bounds("public") == ShelfBounds("lru", 5, 0)
    assert other.invalidation.scopes() == [("tainted/openai", "tainted")]
    assert share_profile.profile_text(other, []) != text


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"bounds": [1]}', "5"])
def test_what_is_no_profile_is_refused(cache: AnswerCache, text: str) -> None:
    """And so is one whose bounds could not be set by hand."""
    assert isinstance(share_profile.adopt(cache, text), dict)
    whole = share_profile.profile_text(cache, [])
    assert "BadRequest" in str(share_profile.adopt(cache, whole.replace("10000", "0")))
