"""The drawn machines are the machines."""

from __future__ import annotations

from tests.state_tables.drawing import PAGE, page


def test_the_page_of_states_is_drawn_from_the_tables() -> None:
    """A changed table needs `python -m tests.state_tables`."""
    assert PAGE.read_text() == page()
