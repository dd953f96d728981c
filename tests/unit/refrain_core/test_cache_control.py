"""Directives of a request: read as written, bounded, and refused by name."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain_core.cache_control import (
    MAX_CHARACTERS,
    MAX_SECONDS,
    MAX_TAG_CHARACTERS,
    MAX_TAGS,
    NO_DIRECTIVES,
    TAG_LETTERS,
    Directives,
    directives_text,
    parse_directives,
)
from tests.unit.refrain_core.test_trust_labels import labels

seconds = st.none() | st.integers(0, MAX_SECONDS)
tags = st.lists(
    st.text(sorted(TAG_LETTERS), min_size=1, max_size=MAX_TAG_CHARACTERS),
    max_size=MAX_TAGS,
    unique=True,
)


def without_contradictions(directives: Directives) -> Directives:
    """Drop what is refused beside another directive."""
    if directives.no_cache:
        directives = directives._replace(only_if_cached=False)
    if directives.no_store:
        directives = directives._replace(stale_while_revalidate_s=None)
    return directives


every_directive = st.builds(
    Directives,
    ttl_s=seconds,
    max_age_s=seconds,
    stale_while_revalidate_s=seconds,
    stale_if_error_s=seconds,
    no_cache=st.booleans(),
    no_store=st.booleans(),
    only_if_cached=st.booleans(),
    least_trust=st.none() | labels,
    tags=tags.map(tuple),
).map(without_contradictions)


def refusal_of(text: str) -> str:
    """Read a text that must be refused; return why."""
    refusal = parse_directives(text)
    assert isinstance(refusal, dict)
    return str(refusal["BadRequest"])


@given(every_directive)
def test_directives_are_read_as_written(directives: Directives) -> None:
    """The written form is read back to the same directives, and is a fixed point."""
    text = directives_text(directives)
    assert parse_directives(text) == directives
    assert len(text) <= MAX_CHARACTERS


@given(every_directive, st.randoms(use_true_random=False))
def test_order_case_and_blanks_say_nothing(directives: Directives, random: Any) -> None:
    """Members in any order, names in any case, blanks and empty members around them."""
    members = directives_text(directives).split(", ")
    random.shuffle(members)
    loose = []
    for member in members:
        name, equals, value = member.partition("=")
        loose.append(f" \t{random.choice([name.upper(), name.title(), name])}{equals}{value} ")
    text = ",,".join(loose)
    read = parse_directives(text)
    assert read == directives if len(text) <= MAX_CHARACTERS else "TooLarge" in read


def test_every_directive_has_its_name() -> None:
    """The text is the one that the module's first lines document."""
    text = (
        "ttl=60, max-age=0, stale-while-revalidate=30, stale-if-error=600, no-cache, "
        'least-trust="quorum 2/3", tags="a b"'
    )
    directives = Directives(
        60, 0, 30, 600, no_cache=True, least_trust="quorum 2/3", tags=("a", "b")
    )
    assert directives_text(directives) == text
    assert parse_directives(text) == directives
    more = Directives(no_store=True, only_if_cached=True)
    assert parse_directives("no-store, only-if-cached") == more


def test_numbers_may_be_quoted_and_too_great_ones_are_the_greatest() -> None:
    """Both as RFC 9111 asks of recipients."""
    assert parse_directives('max-age="60"') == Directives(max_age_s=60)
    assert parse_directives("ttl=" + "9" * 500) == Directives(ttl_s=MAX_SECONDS)
    assert parse_directives("ttl=0060") == Directives(ttl_s=60)


def test_a_tag_given_twice_is_one() -> None:
    """Their order stays."""
    assert parse_directives("tags=b") == Directives(tags=("b",))
    assert parse_directives('tags="b a b"') == Directives(tags=("b", "a"))
    assert parse_directives('tags=""') == NO_DIRECTIVES


@pytest.mark.parametrize("text", [None, "", " ", ",", " ,\t, "])
def test_nothing_asks_for_nothing(text: str | None) -> None:
    """Absent, empty and blank texts are alike."""
    assert parse_directives(text) == NO_DIRECTIVES


def test_an_absent_text_costs_one_call() -> None:
    """The hot path makes no directives, no list and no further call: about 15 k instructions."""
    calls: list[str] = []

    def count(frame: Any, event: str, _argument: Any) -> None:
        calls.append(f"{event} {frame.f_code.co_name}")

    sys.setprofile(count)
    absent = parse_directives(None)
    sys.setprofile(None)
    assert absent is NO_DIRECTIVES
    assert [call for call in calls if call.startswith("call")] == ["call parse_directives"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("max-stale=5", "unknown directive 'max-stale'"),
        ("public", "unknown directive 'public'"),
        ("=5", "unknown directive ''"),
        ("ttl =5", "unknown directive 'ttl '"),
        ("x" * 100, f"unknown directive '{'x' * 40}' of"),
        ("ttl", "ttl needs a value"),
        ("ttl=", "ttl is ''"),
        ("ttl=-1", "whole seconds"),
        ("ttl=1.5", "whole seconds"),
        ("ttl=\u0663", "whole seconds"),
        ('ttl="5', "whole seconds"),
        ('ttl=""5""', "whole seconds"),
        ("no-cache=x", "no-cache takes no value"),
        ("no-store=", "no-store takes no value"),
        ("ttl=5, TTL=5", "ttl is given twice"),
        ("no-store, no-store", "no-store is given twice"),
        ("least-trust=some", "a trust label such as"),
        ('least-trust="quorum 3/2"', "a trust label such as"),
        ("tags=a|b", "at most 8 tags"),
        ("tags=" + "t" * 33, "at most 8 tags"),
        ('tags="1 2 3 4 5 6 7 8 9"', "at most 8 tags"),
        ("no-cache, only-if-cached", "leaves nothing to answer"),
        ("stale-while-revalidate=5, no-store", "could renew nothing"),
    ],
)
def test_a_bad_directive_is_refused_by_its_name(text: str, reason: str) -> None:
    """The refusal says which one, and what would do."""
    assert reason in refusal_of(text)


def test_a_long_text_is_refused_unread() -> None:
    """One character over the bound is TooLarge, whatever it says."""
    assert parse_directives("," * MAX_CHARACTERS) == NO_DIRECTIVES
    assert parse_directives("," * (MAX_CHARACTERS + 1)) == {
        "TooLarge": {"unit": "characters", "size": 601, "limit": 600}
    }


@given(st.text(alphabet=st.sampled_from('ntloy-cahesid=," 19.\u0130\u0663'), max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing raises; what is read is written and read again alike."""
    read = parse_directives(text)
    if isinstance(read, Directives):
        assert parse_directives(directives_text(read)) == read
    else:
        assert set(read) == {"BadRequest"}


@pytest.mark.parametrize("unit", [",", "ttl=1,", '"', "=", 'tags="', "no-store,"])
def test_reading_is_linear(unit: str) -> None:
    """Twice the text takes at most about twice the calls; no part is read again."""

    def calls(text: str) -> int:
        counted = 0

        def count(_frame: Any, _event: str, _argument: Any) -> None:
            nonlocal counted
            counted += 1

        sys.setprofile(count)
        parse_directives(text)
        sys.setprofile(None)
        return counted

    half = unit * (MAX_CHARACTERS // 2 // len(unit))
    assert calls(half + half) <= 2 * calls(half) + 10
