"""`refrain cancel` as a person and a program see it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from tests.unit.cli.conftest import Running


def answered(running: Running, reply: dict[str, Any]) -> None:
    """Let the pretended batcher reply so."""
    running.replica.methods["cancel"] = lambda _ticket: reply


@pytest.mark.parametrize(
    ("work", "told"), [("ended", "Nothing more is asked"), ("goes_on", "what comes is stored")]
)
def test_a_person_reads_what_became_of_it(
    running: Running, refrain: Callable[..., Result], work: str, told: str
) -> None:
    """Whether the work goes on, and what came back."""
    made = {"ticket": 7, "work": work, "credited_cycles": 1_500}
    answered(running, {"Cancelled": made})
    result = refrain("cancel", "7")
    assert result.exit_code == 0
    assert "Ticket 7 is cancelled" in result.stdout
    assert told in result.stdout
    assert "1,500 cycles became credit" in result.stdout


def test_a_program_reads_the_record(running: Running, refrain: Callable[..., Result]) -> None:
    """One JSON object, as the canister gave it."""
    made = {"ticket": 7, "work": "ended", "credited_cycles": 0}
    answered(running, {"Cancelled": made})
    assert json.loads(refrain("cancel", "7", "--json").stdout) == made


def test_a_refusal_ends_with_1(running: Running, refrain: Callable[..., Result]) -> None:
    """In words on standard error; for a program on standard output too."""
    answered(running, {"Refused": {"BadRequest": "the ticket is done"}})
    result = refrain("cancel", "7", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["refused"] == {"BadRequest": "the ticket is done"}
    assert "the ticket is done" in result.stderr


def test_a_reply_of_another_form_says_so(running: Running, refrain: Callable[..., Result]) -> None:
    """An older canister is no reason for a traceback."""
    answered(running, {"Ok": "?"})
    result = refrain("cancel", "7")
    assert result.exit_code == 1
    assert "older" in result.stderr


def test_what_is_no_ticket_is_a_wrong_command_line(refrain: Callable[..., Result]) -> None:
    """Ended with 2, before anything is asked."""
    assert refrain("cancel", "seven").exit_code == 2
