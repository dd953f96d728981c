"""A vote told to a person: each answer with who gave it, and who gave none."""

from __future__ import annotations

from typing import Any

_MOST_SHOWN = 60


def vote_lines(verdict: dict[str, Any]) -> list[str]:
    """One line for each group of voters, the winner first, and one for each absent voter."""
    total = verdict["total"]
    lines = [_group_line(group, total) for group in verdict["groups"]]
    absent = [f"no vote: {_voter(row['voter'], '')}, {row['reason']}" for row in verdict["absent"]]
    return lines + absent


def _group_line(group: dict[str, Any], total: int) -> str:
    voters = group["voters"]
    named = "; ".join([_voter(voter, "stored") for voter in voters])
    return f"{len(voters)} of {total}: {_shortened(group['content'])}  ({named})"


def _voter(voter: dict[str, Any], unknown: str) -> str:
    provider = voter["provider"] or unknown
    parts = [*([provider] if provider else []), voter["model"], f"sample {voter['sample']}"]
    if voter["seed"] is not None:
        parts.append(f"seed {voter['seed']}")
    return " ".join(parts)


def _shortened(content: str) -> str:
    """The end of an answer on one line: what is decided stands there."""
    line = " ".join(content.split())
    return line if len(line) <= _MOST_SHOWN else "... " + line[-_MOST_SHOWN:]
