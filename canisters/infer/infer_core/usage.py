"""What each provider was used for: one small text record, written once per settled call."""

from collections.abc import Iterable
from typing import NamedTuple


class Usage(NamedTuple):
    """Counts of one provider; a late reply is a call whose answer was dropped."""

    calls: int = 0
    inferences: int = 0
    failures: int = 0
    late_replies: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    charged_cycles: int = 0


def add_usage(left: Usage, right: Usage) -> Usage:
    """Add two usages field by field."""
    return Usage(*(a + b for a, b in zip(left, right)))  # noqa: B905 - one type, one length


def total_usage(usages: Iterable[Usage]) -> Usage:
    """Sum the usages of all providers, those of removed ones too."""
    total = Usage()
    for usage in usages:
        total = add_usage(total, usage)
    return total


def pack_usage(usage: Usage) -> str:
    """Write a usage as its counts joined by ``|``."""
    return "|".join(str(count) for count in usage)


def unpack_usage(text: str) -> Usage:
    """Read what `pack_usage` wrote.

    Raises:
        ValueError: the text is not of that form.
        TypeError: it has too many counts.
    """
    return Usage(*(int(count) for count in text.split("|")))
