"""Recorded answers as JSON lines, in two forms.

    {"answers": [{"voter": "a", "content": "...", "is_correct": true}, "..."], "truth": "18"}
    {"ground_truth": "... A: 18", "NAME": {"solution": "... A: 18", "is_correct": true}, ...}

The second is the form of OpenAI's example_model_solutions. Truth and flags may be missing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from refrain.failures import RefrainError
from refrain_core.consensus.ballots import Ballot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Problem(NamedTuple):
    """One question's ballots, its true answer if known, and the flags that came with them."""

    ballots: tuple[Ballot, ...]
    truth: str | None
    flags: tuple[bool | None, ...]


class UnreadableAnswers(RefrainError):  # noqa: N818 - named for what it says, as its siblings
    """A line that is in neither form; the text names it."""


def read_problems(lines: Iterable[str]) -> Iterator[Problem]:
    """Read a problem a line; blank lines are passed over.

    Raises:
        UnreadableAnswers: a line is no JSON object, or holds no answers.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _problem(number, line)


def _problem(number: int, line: str) -> Problem:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UnreadableAnswers(f"Line {number} is no JSON: {error}.") from None
    answers = _answers(row) if isinstance(row, dict) else None
    if not answers:
        text = 'needs "answers": [...], or models\' names with {"solution": ...}'
        raise UnreadableAnswers(f"Line {number} holds no answers: it {text}.")
    truth = row.get("truth", row.get("ground_truth"))
    ballots = tuple(Ballot(voter, content) for voter, content, _ in answers)
    return Problem(ballots, None if truth is None else str(truth), tuple(a[2] for a in answers))


def _answers(row: dict[str, Any]) -> list[tuple[str, str, bool | None]] | None:
    if "answers" in row:
        return _listed(row["answers"])
    named = [(name, one) for name, one in row.items() if isinstance(one, dict)]
    return [(name, one["solution"], one.get("is_correct")) for name, one in named if _is_told(one)]


def _is_told(one: dict[str, Any]) -> bool:
    return isinstance(one.get("solution"), str)


def _listed(answers: Any) -> list[tuple[str, str, bool | None]] | None:
    if not isinstance(answers, list):
        return None
    told = []
    for place, one in enumerate(answers, 1):
        row = {"content": one} if isinstance(one, str) else one
        if not isinstance(row, dict) or not isinstance(row.get("content"), str):
            return None
        told.append((str(row.get("voter", place)), row["content"], row.get("is_correct")))
    return told
