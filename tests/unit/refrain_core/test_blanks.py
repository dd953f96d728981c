"""Every blank that CPython knows becomes a plain one."""

from __future__ import annotations

import sys

from refrain_core.blanks import folded, with_plain_blanks

BLANKS = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]


def test_every_blank_is_plain_afterwards() -> None:
    """Nothing is left that only one of two interpreters would cut at."""
    told = with_plain_blanks("".join(BLANKS))
    assert set(told) <= set(" \t\n\r\x0b\x0c")
    assert len(told) == len(BLANKS)


def test_folding_is_what_split_and_join_do() -> None:
    """Runs of any blanks are one space, and letters stay."""
    text = "é".join(BLANKS) + " x"
    assert folded(text) == " ".join(text.split())
