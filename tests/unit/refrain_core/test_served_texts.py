"""Certified hits as texts: what was written is read, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain_core.served_texts import (
    CertifiedText,
    MissText,
    UncertifiedText,
    certified_text,
    miss_text,
    parse_served,
    uncertified_text,
)

PARTS = st.text().filter(lambda text: "|" not in text)


@given(PARTS, PARTS, PARTS, st.text())
def test_a_certified_record_comes_back_whole(
    salt: str, certificate: str, witness: str, record: str
) -> None:
    """Whatever bars the record holds."""
    text = certified_text(salt, certificate, witness, record)
    assert parse_served(text) == CertifiedText(salt, certificate, witness, record)


@given(st.integers(0), st.integers(0), st.text())
def test_records_without_proof_and_misses_come_back(done: int, whole: int, text: str) -> None:
    """With the progress, and with the reason."""
    assert parse_served(uncertified_text(done, whole, text)) == UncertifiedText(
        f"{done}/{whole}", text
    )
    assert parse_served(miss_text(text)) == MissText(text)


@pytest.mark.parametrize("text", ["", "|", "certified", "certified|a|b|c", "miss", "hit|x", "x"])
def test_other_texts_are_none(text: str) -> None:
    """An unknown status, or too few parts."""
    assert parse_served(text) is None
