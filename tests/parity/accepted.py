"""Where the embedded server is known to answer otherwise than the real runtime, and why.

docs/real-runtime.md tells each reason. A difference that is not here fails its scenario, and so
does one that is here and is gone.
"""

from __future__ import annotations

from typing import NamedTuple


class Accepted(NamedTuple):
    """A place of a scenario, as `Differences.places` names it."""

    file: str
    scenario: str
    place: str
    reason: str


ACCEPTED = (
    Accepted(
        "life",
        "test_timers_go_on_after_an_upgrade",
        "6 cache.counters reply rebuilding",
        "a step of the rebuild ends by its instructions, and ours are estimates",
    ),
)


def accepted_places(file: str, scenario: str) -> dict[str, str]:
    """The places of a scenario that differ, with their reasons."""
    return {
        each.place: each.reason
        for each in ACCEPTED
        if (each.file, each.scenario) == (file, scenario)
    }
