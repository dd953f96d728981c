"""A step of a state machine whose life is one table: (state, event) to the state that follows."""


class IllegalTransitionError(Exception):
    """An event that the table does not list for the state: a bug of the canister."""


def following(table: "dict[tuple[str, str], str]", state: str, event: str) -> str:
    """Return the state that `event` leads to.

    Raises:
        IllegalTransitionError: the table has no such pair.
    """
    found = table.get((state, event))
    if found is None:
        raise IllegalTransitionError(f"what is {state} cannot take {event}")
    return found
