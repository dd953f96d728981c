"""What a ticket's answer says so far: the rounds as they come, then the answer; from a cursor on.

A cursor counts characters. A stored answer, or one of a single round, is replayed the same way: in
parts of at most `PART_CHARACTERS`. `done` says that nothing more will follow.
"""

from typing import Any

from batcher_core.kept_rounds import Kept
from refrain_core.refusals import no_consensus
from refrain_core.trust_labels import meets

PART_CHARACTERS = 4_000
"""The most of one reply."""


def streamed(
    state: dict[str, Any], kept: "Kept | None", least_trust: str, cursor: int
) -> dict[str, Any]:
    """Return a StreamResult of a TicketState, with what its flight has kept so far, if any.

    least_trust: the least label that the asker takes; text of less is never shown.
    """
    settled = state.get("Settled")
    if "Consistent" in state:
        # Of a vote nothing is shown before its verdict: no candidate's text is the answer's.
        settled = state["Consistent"]["answered"]
    if settled is not None:
        return _part(settled["answer"]["content"], cursor, is_whole=True)
    if "Inconsistent" in state:
        return {"Failed": no_consensus("the vote met no quorum: result shows its groups")}
    if "Pending" not in state:
        return state
    if kept is None or not _may_see(kept, least_trust):
        return _part("", cursor, is_whole=False)
    return _part(kept.answer["content"], cursor, is_whole=False)


def _may_see(kept: Kept, least_trust: str) -> bool:
    return not least_trust or meets(kept.answer["trust"], least_trust)


def _part(text: str, cursor: int, *, is_whole: bool) -> dict[str, Any]:
    part = text[cursor : cursor + PART_CHARACTERS]
    following = cursor + len(part)
    is_done = is_whole and following >= len(text)
    return {"Streamed": {"text": part, "next": following, "done": is_done}}
