"""Letting the rest of a long work go on in the next message, by a call to this canister itself."""

from collections.abc import Generator
from typing import Any

from kybra import ic, query, void

from infer_calls import own_principal
from infer_core.work_budgets import goes_on_later
from infer_settings import stated
from refrain_api.services import InferService


@query
def rest() -> void:
    """Do nothing: what waits for this goes on in a message of its own."""


def rested(ahead_instructions: int = 0) -> Generator[Any, Any, None]:
    """Wait for the next message, if with what is ahead this one would do more than its budget."""
    if goes_on_later(stated.budgets, ic.performance_counter(0) + ahead_instructions):
        # Nothing is committed but what was before; one that cannot be sent goes on here.
        yield InferService(own_principal()).rest()
