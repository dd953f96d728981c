"""Cache statuses: RFC 9211's words, read as written."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain_core.cache_status import (
    MAX_CHARACTERS,
    CacheStatus,
    hit_text,
    parse_status,
    status_text,
)

printable = st.text(string.printable[:95], max_size=40)
statuses = st.builds(
    CacheStatus,
    fwd=st.none() | st.sampled_from(["miss", "stale", "request", "uri-miss"]),
    fwd_status=st.none() | st.integers(100, 599),
    ttl_s=st.none() | st.integers(-(10**9), 10**9),
    stored=st.booleans(),
    collapsed=st.booleans(),
    key=st.none() | printable,
    detail=st.none() | printable,
)


@given(statuses)
def test_statuses_are_read_as_written(status: CacheStatus) -> None:
    """Whatever stands in key and detail: semicolons, quotes, backslashes."""
    text = status_text(status)
    assert parse_status(text) == status
    assert len(text) <= MAX_CHARACTERS


@given(statuses, st.randoms(use_true_random=False))
def test_parameters_come_in_any_order(status: CacheStatus, random: object) -> None:
    """Nothing depends on a parameter's place."""
    plain = status._replace(key=None, detail=None)
    parts = status_text(plain).split("; ")
    random.shuffle(parts)  # type: ignore[attr-defined]
    assert parse_status(";".join(parts)) == plain


@given(st.text(alphabet=st.sampled_from('hitfwdmskey=;"\\ -19a\u00e9'), max_size=60))
def test_any_text_is_read_or_is_none(text: str) -> None:
    """Nothing raises, and what is read is written and read again alike."""
    status = parse_status(text)
    assert status is None or parse_status(status_text(status)) == status


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (CacheStatus(), "hit"),
        (CacheStatus(ttl_s=30, key="00ff"), 'hit; ttl=30; key="00ff"'),
        (
            CacheStatus(ttl_s=-5, detail="stale-while-revalidate"),
            "hit; ttl=-5; detail=stale-while-revalidate",
        ),
        (CacheStatus("miss", stored=True, ttl_s=60), "fwd=miss; stored; ttl=60"),
        (CacheStatus("miss", collapsed=True), "fwd=miss; collapsed"),
        (
            CacheStatus("stale", 503, detail="stale-if-error"),
            "fwd=stale; fwd-status=503; detail=stale-if-error",
        ),
        (CacheStatus("miss", detail="two words"), 'fwd=miss; detail="two words"'),
        (CacheStatus("miss", detail='a"\\;b'), 'fwd=miss; detail="a\\"\\\\;b"'),
    ],
)
def test_statuses_have_the_documented_form(status: CacheStatus, text: str) -> None:
    """Each example of the module, and each thing that must be quoted."""
    assert status_text(status) == text
    assert parse_status(text) == status


def test_a_fresh_hit_has_a_short_cut() -> None:
    """It writes what the long way writes."""
    assert hit_text(30, "00ff") == status_text(CacheStatus(ttl_s=30, key="00ff"))


def test_characters_beyond_ascii_are_written_as_question_marks() -> None:
    """RFC 9211's strings have no form for them."""
    assert status_text(CacheStatus(key="né\n")) == 'hit; key="n??"'


def test_unknown_parameters_are_passed_over() -> None:
    """A later version may say more."""
    read = parse_status('hit; later; more="a; b"; some=7; ttl=1')
    assert read == CacheStatus(ttl_s=1)


@pytest.mark.parametrize(
    "text",
    [
        *("", "stored", "hit; fwd=miss", "hit=5", "fwd", "fwd=7", "hit; ttl=soon", "hit; stored=x"),
        *('hit; key="a', 'hit; key="a\\"', 'hit; key="a\\b"', 'hit; key="a"b"', "hit; ttl=1.5"),
        *("hit;", "hit; =5", "hit; ttl=", "hit; ttl=-", "hit; ttl=" + "9" * 16, "h\u00eft"),
        "hit; " + "x" * MAX_CHARACTERS,
    ],
)
def test_what_is_no_status_is_none(text: str) -> None:
    """Neither hit nor fwd or both, wrong types, broken strings, too long."""
    assert parse_status(text) is None


def test_a_hit_is_what_no_model_was_asked_for() -> None:
    """A stale answer that is being renewed is one; a net that was needed is none."""
    assert CacheStatus(ttl_s=-5).is_hit
    assert not CacheStatus("stale", detail="stale-if-error").is_hit
