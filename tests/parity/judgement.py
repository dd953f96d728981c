"""What a scenario heard, held against its recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.parity.accepted import accepted_places
from tests.parity.recording_files import compared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.parity.recording_files import Entries, Recordings

RENEW = "renew the recordings with REFRAIN_RECORD=1 make parity, if that is meant"


def judged(
    file: str, name: str, heard: Entries, recordings: Recordings, header: Mapping[str, Any]
) -> list[float] | None:
    """Record a scenario, or compare it: cycles here by those recorded, None without recording.

    AssertionError where it went otherwise than recorded, but for just what is accepted.
    """
    if recordings.renews:
        recordings.keep(file, name, heard, header)
        return None
    recorded = recordings.scenario(file, name)
    if recorded is None:
        assert not recordings.has(file), f"{name} was never recorded: {RENEW}"
        return None
    found = compared(recorded, heard)
    # What is accepted is how our server differs: the recorded one is as it was.
    same_server = header["server"] == recordings.header(file)["server"]
    accepted = {} if same_server else accepted_places(file, name)
    wrong = [
        *(f"{place}: {found.places[place]}" for place in found.places.keys() - accepted.keys()),
        *(f"{place}: accepted, and gone" for place in accepted.keys() - found.places.keys()),
    ]
    assert not wrong, "\n".join([f"otherwise than recorded; {RENEW}", *sorted(wrong)])
    return [here / there for there, here in found.cycles]
