"""What can go wrong for the operator, each with the exit code that the command ends with."""

# ruff: noqa: N818 - each error is named for what it says

from __future__ import annotations

from typing import ClassVar


class RefrainError(Exception):
    """A request was refused or failed; the text says what happened and what to do."""

    exit_code: ClassVar[int] = 1


class NotUp(RefrainError):
    """No network runs in the state folder."""

    exit_code = 3


class MissingPart(RefrainError):
    """Something that has to be installed is not."""

    exit_code = 4


class PartlyFailed(RefrainError):
    """Of many requests some were not answered; those that were stand in the output."""

    exit_code = 5


class Refused(RefrainError):
    """A canister refused or failed the request; `refusal` is its one-key Candid variant."""

    def __init__(self, message: str, refusal: dict[str, object]) -> None:
        """Keep the typed refusal beside its text."""
        super().__init__(message)
        self.refusal = refusal


class BadTrace(RefrainError):
    """A file is not the trace that it should be; the text says where and why."""
